//! What the columns mean, for people and for questions in plain language.

use serde_json::{Map, Value, json};

use super::{
    intrinsic::{capitalised, only_if},
    live::{Live, LiveColumn},
    parameters::USE_ROW_LEVEL_SECURITY,
    prepare::DESTINATION,
    rules,
};
use crate::quicksight::data_set::{DataSet, table};

/// The longest description that QuickSight takes.
const LONGEST: usize = 500;

/// The data set as people see it: one table, its columns described, and who sees which of its rows.
pub(super) fn model(data_set: &DataSet, live: &Live) -> Value {
    let mut seen = Map::new();
    seen.insert("Alias".to_owned(), json!(data_set.title));
    seen.insert("DestinationTableId".to_owned(), json!(DESTINATION));
    let columns = columns(data_set, live);
    if !columns.is_empty() {
        seen.insert("SemanticMetadata".to_owned(), json!({ "ColumnMetadata": columns }));
    }
    if rules::apply_to(data_set) {
        let rules = only_if(USE_ROW_LEVEL_SECURITY, rules::configuration());
        seen.insert("RowLevelPermissionConfiguration".to_owned(), rules);
    }
    json!({
        "TableMap": { "seen": seen },
        "SemanticMetadata": [{ "Description": { "Text": bounded(data_set.about) } }],
    })
}

/// What belongs together is in one folder. The columns of the fact are outside of any.
pub(super) fn folders(data_set: &DataSet) -> Option<Value> {
    let mut folders: Map<_, _> = data_set
        .joins
        .iter()
        .filter_map(|join| {
            Some((capitalised(table(join.table)?.noun), json!({ "Columns": join.takes })))
        })
        .collect();
    if !data_set.computed.is_empty() {
        let names: Vec<_> = data_set.computed.iter().map(|computed| computed.name).collect();
        folders.insert("Computed".to_owned(), json!({ "Columns": names }));
    }
    (!folders.is_empty()).then_some(Value::Object(folders))
}

fn columns(data_set: &DataSet, live: &Live) -> Vec<Value> {
    let joined = data_set
        .joins
        .iter()
        .flat_map(|join| join.takes.iter().filter_map(|name| live.column(join.table, name)));
    let read = live.of(data_set.fact).iter().chain(joined).map(described);
    let computed = data_set
        .computed
        .iter()
        .map(|computed| described_as(computed.name, &[description(computed.about)]));
    read.chain(computed).flatten().collect()
}

fn described(column: &LiveColumn) -> Option<Value> {
    let comment = (!column.comment.is_empty()).then(|| description(&column.comment));
    let place =
        column.place.map(|place| json!({ "SemanticType": { "GeographicalRole": place.role() } }));
    let properties: Vec<_> = comment.into_iter().chain(place).collect();
    described_as(&column.name, &properties)
}

fn described_as(name: &str, properties: &[Value]) -> Option<Value> {
    let is_described = !properties.is_empty();
    is_described.then(|| json!({ "ColumnNames": [name], "ColumnProperties": properties }))
}

fn description(text: &str) -> Value {
    json!({ "Description": { "Text": bounded(text) } })
}

fn bounded(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
