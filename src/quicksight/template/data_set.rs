//! The data sets.

use serde_json::{Map, Value, json};

use super::{
    Resources, describe,
    intrinsic::{account, attribute, either, id, logical},
    live::Live,
    parameters::USE_DIRECT_QUERY,
    permissions, prepare, refresh,
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
            ("IngestionWaitPolicy", json!({ "WaitForSpiceIngestion": false })),
            ("DataSetRefreshProperties", refresh::properties(data_set)),
            ("PhysicalTableMap", prepare::physical(data_set, live)),
            ("DataPrepConfiguration", prepare::preparation(data_set)),
            ("SemanticModelConfiguration", describe::model(data_set, live)),
            ("Permissions", permissions::of_data_set()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    let folders = describe::folders(data_set).map(|folders| ("FieldFolders".to_owned(), folders));
    properties.extend(folders);
    let resource = json!({ "Type": "AWS::QuickSight::DataSet", "Properties": properties });
    Map::from_iter([(name(data_set.id), resource)])
}

fn import_mode(data_set: &DataSet) -> Value {
    if is_live(data_set) {
        either(USE_DIRECT_QUERY, json!("DIRECT_QUERY"), json!("SPICE"))
    } else {
        json!("SPICE")
    }
}
