//! The functions of a template, and the names in it.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use serde_json::{Value, json};

/// A parameter, or one of AWS's own.
pub(super) fn parameter(name: &str) -> Value {
    json!({ "Ref": name })
}

pub(super) fn account() -> Value {
    parameter("AWS::AccountId")
}

pub(super) fn attribute(resource: &str, name: &str) -> Value {
    json!({ "Fn::GetAtt": [resource, name] })
}

pub(super) fn either(condition: &str, then: Value, otherwise: Value) -> Value {
    json!({ "Fn::If": Vec::from([json!(condition), then, otherwise]) })
}

/// The property or the element is left out where the condition does not hold.
pub(super) fn only_if(condition: &str, then: Value) -> Value {
    either(condition, then, parameter("AWS::NoValue"))
}

/// The property or the element is left out where the condition holds.
pub(super) fn unless(condition: &str, otherwise: Value) -> Value {
    either(condition, parameter("AWS::NoValue"), otherwise)
}

/// The id of a resource in the account: of this deployment and of this thing, for ever.
pub(super) fn id(of: &str) -> Value {
    json!({ "Fn::Sub": format!("${{IdPrefix}}-{of}") })
}

/// A name within the template, as in `DataSetAppActivity`.
pub(super) fn logical(kind: &str, id: &str) -> String {
    let mut name = kind.to_owned();
    for word in id.split('-') {
        name += &capitalised(word);
    }
    name
}

pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// A name as a key of a map in a template, where underscores are refused.
pub(super) fn key(name: &str) -> String {
    name.replace('_', "-")
}
