//! Whatever the text is, there is an answer.

use proptest::{
    prelude::{Strategy, any, prop_oneof},
    proptest,
    sample::Index,
    test_runner::Config,
};
use quicksight_migrations::quicksight::{TemplateRule, check_template};
use serde_json::{Value, json};

use crate::small;

#[test]
fn what_is_no_template_is_a_fault_that_says_where() {
    let deep = "[".repeat(100_000);
    for text in ["", "{", "Resources:\n  Trips:", "{\"Resources\": {}} more", &deep] {
        let faults = check_template(text);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0].rule(), TemplateRule::NotATemplate);
        assert!(faults[0].path().starts_with("line "), "{}", faults[0]);
    }
    for text in
        ["null", "[]", "\"text\"", "3", "{}", "{\"Resources\": []}", "{\"Resources\": {\"A\": 1}}"]
    {
        let faults = check_template(text);
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        assert_eq!(faults[0].rule(), TemplateRule::NotATemplate);
    }
}

#[test]
fn what_is_long_or_deep_within_a_text_is_looked_at_without_a_stack() {
    let many = 50_000;
    let texts = [
        "(".repeat(many),
        format!("{}1{}", "(".repeat(many), ")".repeat(many)),
        "ifelse(1,".repeat(many),
    ];
    for text in texts {
        let mut template = small();
        let field = "/Resources/Travel/Properties/Definition/CalculatedFields/0/Expression";
        *template.pointer_mut(field).unwrap() = json!(text);
        let _ = check_template(&template.to_string());
    }
}

#[test]
fn a_long_way_of_steps_is_gone() {
    let mut template = small();
    let steps = "/Resources/Trips/Properties/DataPrepConfiguration/TransformStepMap";
    let steps = template.pointer_mut(steps).unwrap().as_object_mut().unwrap();
    for number in 0..3_000 {
        let source =
            if number == 2_999 { "filtered".to_owned() } else { format!("s{:04}", number + 1) };
        let step = json!({"FiltersStep": {"Source": {"TransformOperationId": source}}});
        steps.insert(format!("s{number:04}"), step);
    }
    let end = "/Resources/Trips/Properties/DataPrepConfiguration/DestinationTableMap/all/Source/TransformOperationId";
    *template.pointer_mut(end).unwrap() = json!("s0000");
    assert_eq!(check_template(&template.to_string()), []);
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(count).sum::<usize>(),
        Value::Array(list) => list.iter().map(count).sum(),
        _ => 0,
    }
}

/// The value that comes at this number, from the outside in.
fn nth<'a>(value: &'a mut Value, left: &mut usize) -> Option<&'a mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Object(map) => map.values_mut().find_map(|value| nth(value, left)),
        Value::Array(list) => list.iter_mut().find_map(|value| nth(value, left)),
        _ => None,
    }
}

/// What may stand where something else is expected.
fn odd() -> impl Strategy<Value = Value> {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("é{"),
        json!("${"),
        json!("nobody"),
        json!([]),
        json!([[[]]]),
        json!({}),
        json!({"": {"": ""}}),
        json!({"Ref": "AWS::NoValue"}),
        json!({"Fn::If": []}),
        json!({"Fn::If": ["HasViewer", {"Fn::If": ["Both", 1, []]}, {}]}),
        json!({"Fn::GetAtt": []}),
        json!({"Fn::GetAtt": ""}),
        json!({"Fn::Sub": [1]}),
        json!({"Fn::Sub": "${"}),
        json!({"ColumnName": 1, "DataSetIdentifier": "trips"}),
        json!({"Expression": []}),
    ];
    let one_of_these = any::<Index>().prop_map(move |index| index.get(&values).clone());
    let text = any::<String>().prop_map(Value::String);
    prop_oneof![3 => one_of_these, 1 => text]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(300) })]

    #[test]
    fn any_value_may_be_anything(changes in proptest::collection::vec((any::<Index>(), odd()), 1..4)) {
        let mut template = small();
        for (at, to) in changes {
            let mut number = at.index(count(&template));
            if let Some(place) = nth(&mut template, &mut number) {
                *place = to;
            }
        }
        for fault in check_template(&template.to_string()) {
            assert!(!fault.problem().is_empty() && !fault.advice().is_empty());
        }
    }

    #[test]
    fn any_text_may_be_an_expression(text in "[{}$()\\[\\]',\"\\\\a-f1-3 .+*=<>é]{0,40}") {
        let mut template = small();
        let field = "/Resources/Travel/Properties/Definition/CalculatedFields/0/Expression";
        *template.pointer_mut(field).unwrap() = json!(text);
        let _ = check_template(&template.to_string());
    }
}

/// Each value in turn is taken away and replaced: no random choice may miss one.
#[test]
fn any_value_may_be_missing() {
    let whole = small();
    for number in 1..count(&whole) {
        let odd = if number % 2 == 0 { json!("nobody") } else { json!([{"Ref": "Nobody"}]) };
        for odd in [json!(null), odd] {
            let mut template = whole.clone();
            if let Some(place) = nth(&mut template, &mut { number }) {
                *place = odd;
            }
            let _ = check_template(&template.to_string());
        }
    }
}
