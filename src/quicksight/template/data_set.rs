//! The data sets.

use serde_json::{Map, Value, json};

use super::{
    Resources, describe,
    intrinsic::{account, attribute, either, id, logical},
    live::Live,
    parameters::{USE_DIRECT_QUERY, USE_SUMS},
    permissions, prepare, refresh, rules,
};
use crate::quicksight::data_set::DataSet;

/// Where money is looked at as it comes in, if that is asked for. The others are read from a copy.
const LIVE: [&str; 4] = ["points", "tokens", "gift-cards", "payments"];

pub(super) fn is_live(data_set: &DataSet) -> bool {
    LIVE.contains(&data_set.id)
}

/// The name within the template of the data set with this id.
pub(super) fn name(id: &str) -> String {
    logical("DataSet", id)
}

pub(super) fn arn(id: &str) -> Value {
    attribute(&name(id), "Arn")
}

pub(super) fn resources(data_set: &DataSet, live: &Live) -> Resources {
    let mut properties = Map::from_iter(
        [
            ("AwsAccountId", account()),
            ("DataSetId", id(data_set.id)),
            ("Name", json!(data_set.title)),
            ("ImportMode", import_mode(data_set)),
            ("PhysicalTableMap", prepare::physical(data_set, live)),
            ("DataPrepConfiguration", prepare::preparation(data_set)),
            ("SemanticModelConfiguration", describe::model(data_set, live)),
            ("Permissions", permissions::of_data_set()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    let folders = describe::folders(data_set).map(|folders| ("FieldFolders".to_owned(), folders));
    properties.extend(folders);
    if has_copy(data_set) {
        let wait = json!({ "WaitForSpiceIngestion": false });
        properties.insert("IngestionWaitPolicy".to_owned(), wait);
        let refresh = refresh::properties(data_set);
        properties.insert("DataSetRefreshProperties".to_owned(), refresh);
    }
    let mut resource = json!({ "Type": "AWS::QuickSight::DataSet", "Properties": properties });
    if let (Some(condition), Value::Object(resource)) = (condition(data_set), &mut resource) {
        resource.insert("Condition".to_owned(), json!(condition));
    }
    Map::from_iter([(name(data_set.id), resource)])
}

/// Sums are there to be asked for, and never copied.
pub(super) fn has_copy(data_set: &DataSet) -> bool {
    data_set.sums_sql().is_none()
}

/// Where the data set is made, if not always.
fn condition(data_set: &DataSet) -> Option<&'static str> {
    if has_copy(data_set) {
        None
    } else if rules::apply_to(data_set) {
        Some(USE_DIRECT_QUERY)
    } else {
        Some(USE_SUMS)
    }
}

fn import_mode(data_set: &DataSet) -> Value {
    if !has_copy(data_set) {
        json!("DIRECT_QUERY")
    } else if is_live(data_set) {
        either(USE_DIRECT_QUERY, json!("DIRECT_QUERY"), json!("SPICE"))
    } else {
        json!("SPICE")
    }
}
