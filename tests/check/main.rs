//! The reference check over a template: a small one without faults, and what each rule says once it is broken.

mod broken;
#[cfg(feature = "cli")]
mod command;
mod expressions;
mod hostile;
mod mutation;
mod references;

use quicksight_migrations::quicksight::check_template;
use serde_json::Value;

const SMALL: &str = include_str!("small.json");

fn small() -> Value {
    serde_json::from_str(SMALL).unwrap()
}

/// The faults of a template, each as its rule and its path.
fn faults(template: &Value) -> Vec<(&'static str, String)> {
    let faults = check_template(&template.to_string());
    faults.iter().map(|fault| (fault.rule().as_str(), fault.path().to_owned())).collect()
}

#[test]
fn nothing_is_found_where_all_is_right() {
    assert_eq!(check_template(SMALL), []);
}
