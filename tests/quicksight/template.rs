//! The template is the database's, complete, and the same on every server.

mod command;
mod data_sets;
mod golden;
mod meaning;
mod page;
mod refresh;
mod refused;
mod resources;

use std::{iter, sync::LazyLock};

use quicksight_migrations::quicksight::{DataSet, template};
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

/// The properties of the resource of a data set.
#[track_caller]
fn properties(of: &DataSet) -> &'static Value {
    let id = format!("${{IdPrefix}}-{}", of.id());
    let all =
        of_kind("QuickSight::DataSet").into_iter().map(|(_, resource)| &resource["Properties"]);
    only(all.filter(|properties| properties["DataSetId"]["Fn::Sub"] == *id))
}

/// Whether it is there only where the database is asked at each look.
fn has_sums(of: &DataSet) -> bool {
    of.table().starts_with("summary_")
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

#[track_caller]
fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().map(text).collect()
}

#[track_caller]
fn only<T>(items: impl IntoIterator<Item = T>) -> T {
    let mut items = items.into_iter();
    let item = items.next().unwrap();
    assert!(items.next().is_none());
    item
}

/// The columns that an expression of QuickSight names in braces.
fn braced(expression: &str) -> Vec<&str> {
    let mut rest = expression;
    let names = iter::from_fn(|| {
        let (name, after) = rest.split_once('{')?.1.split_once('}').unwrap();
        rest = after;
        Some(name)
    });
    names.collect()
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
