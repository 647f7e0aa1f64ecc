//! The resources of a template.

use serde_json::Value;

use super::{
    fault::{Faults, TemplateFault},
    place::Place,
    rule::TemplateRule::NotATemplate,
};

pub(super) struct Template<'a> {
    pub(super) root: Place<'a>,
    pub(super) resources: Vec<Resource<'a>>,
}

pub(super) struct Resource<'a> {
    pub(super) name: &'a str,
    /// As in `AWS::QuickSight::DataSet`.
    pub(super) kind: &'a str,
    pub(super) place: Place<'a>,
    /// The resource itself where it has none, so that what must be there is missed at its place.
    pub(super) properties: Place<'a>,
}

impl<'a> Template<'a> {
    pub(super) fn new(value: &'a Value, faults: &mut Faults) -> Self {
        let root = Place::root(value);
        let mut resources = Vec::new();
        for (name, place) in root.map("Resources") {
            let Some(kind) = place.text("Type") else {
                faults.add(NotATemplate, &place, "the resource has no type");
                continue;
            };
            let properties = place.get("Properties").unwrap_or_else(|| place.clone());
            resources.push(Resource { name, kind, place, properties });
        }
        if root.value().get("Resources").is_none_or(|resources| !resources.is_object()) {
            faults.add(NotATemplate, &root, "there are no resources");
        }
        Self { root, resources }
    }

    /// The resources of this kind.
    pub(super) fn of<'t>(&'t self, kind: &'t str) -> impl Iterator<Item = &'t Resource<'a>> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }
}

/// The resource of which something is taken, as in `{"Fn::GetAtt": ["Trips", "Arn"]}`.
pub(super) fn taken_from(value: &Value) -> Option<&str> {
    match value.get("Fn::GetAtt")? {
        Value::Array(words) => words.first()?.as_str(),
        Value::String(words) => words.split('.').next(),
        _ => None,
    }
}

/// What is no JSON, and where it ceases to be.
pub(super) fn not_json(error: &serde_json::Error) -> TemplateFault {
    let path = format!("line {}, column {}", error.line(), error.column());
    TemplateFault::new(NotATemplate, path, format!("this is no JSON ({error})"))
}
