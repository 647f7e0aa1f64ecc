//! Whatever the text is, there is an answer.

use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
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

/// The ways to all values below this one.
fn ways(value: &Value, way: &str, all: &mut Vec<String>) {
    let below: Vec<_> = match value {
        Value::Object(map) => map.iter().map(|(key, below)| (key.clone(), below)).collect(),
        Value::Array(list) => (0..).map(|n: usize| n.to_string()).zip(list).collect(),
        _ => Vec::new(),
    };
    for (key, value) in below {
        let way = format!("{way}/{key}");
        ways(value, &way, all);
        all.push(way);
    }
}

fn all_ways(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    ways(value, "", &mut all);
    all
}

/// Puts something else there, or takes away what is there.
fn change(template: &mut Value, way: &str, to: Option<Value>) {
    if let Some(to) = to {
        *template.pointer_mut(way).unwrap() = to;
        return;
    }
    let (parent, key) = way.rsplit_once('/').unwrap();
    match template.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.remove(key)),
        Value::Array(list) => drop(list.remove(key.parse().unwrap())),
        _ => {}
    }
}

/// What may stand where something else is expected; nothing, among others.
fn odd() -> impl Strategy<Value = Option<Value>> {
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
    prop_oneof![1 => Just(None), 3 => one_of_these.prop_map(Some), 1 => text.prop_map(Some)]
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(300) })]

    #[test]
    fn any_value_may_be_anything(changes in proptest::collection::vec((any::<Index>(), odd()), 1..4)) {
        let mut template = small();
        for (at, to) in changes {
            let ways = all_ways(&template);
            if !ways.is_empty() {
                change(&mut template, at.get::<String>(&ways), to);
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

/// Each value in turn: no random choice may miss one.
#[test]
fn any_value_may_be_missing() {
    let whole = small();
    for (number, way) in all_ways(&whole).iter().enumerate() {
        let odd = if number % 2 == 0 { json!("nobody") } else { json!([{"Ref": "Nobody"}]) };
        let mut template = whole.clone();
        change(&mut template, way, (number % 3 > 0).then_some(odd));
        let _ = check_template(&template.to_string());
    }
}
