//! The template is the database's, complete, and the same on every server.

mod command;
mod data_sets;
mod golden;
mod refused;
mod resources;

use std::sync::LazyLock;

use quicksight_migrations::quicksight::template;
use serde_json::{Map, Value};

use crate::made;

/// The template of a fresh database.
static TEXT: LazyLock<String> = LazyLock::new(|| template(&mut made().conn()).unwrap());

static TEMPLATE: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&TEXT).unwrap());

/// The resources of this kind, with their names.
fn of_kind(kind: &str) -> Vec<(&'static str, &'static Value)> {
    let kind = format!("AWS::{kind}");
    entries(&TEMPLATE["Resources"]).filter(|(_, resource)| resource["Type"] == *kind).collect()
}

fn entries(map: &'static Value) -> impl Iterator<Item = (&'static str, &'static Value)> {
    object(map).iter().map(|(key, value)| (key.as_str(), value))
}

#[track_caller]
fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}"))
}

#[track_caller]
fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Each value within this one, and this one, with the path to it.
fn walk<'v>(value: &'v Value, path: &str, see: &mut impl FnMut(&str, &'v Value)) {
    see(path, value);
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), see));
        }
        Value::Array(items) => items.iter().for_each(|value| walk(value, path, see)),
        _ => {}
    }
}
