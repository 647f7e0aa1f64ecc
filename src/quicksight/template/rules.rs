//! Who sees which rows: rules in a table of the database, matched by the name of the column `enterprise`.
//! <https://docs.aws.amazon.com/quicksight/latest/user/restrict-access-to-a-data-set-using-row-level-security.html>

use serde_json::{Map, Value, json};

use super::{
    Resources,
    intrinsic::{account, attribute, id, parameter},
    parameters::USE_ROW_LEVEL_SECURITY,
    permissions, refresh, source,
};
use crate::quicksight::{data_set::DataSet, data_type::DataType};

const RULES: &str = "DataSetRules";
const RULES_ID: &str = "rules";

/// The column by which rows are told apart. Where a data set has none, its rows are nobody's.
const ENTERPRISE: &str = "enterprise";

pub(super) fn resources() -> Resources {
    Map::from_iter([(RULES.to_owned(), data_set()), refresh::of_rules(RULES, RULES_ID)])
}

pub(super) fn apply_to(data_set: &DataSet) -> bool {
    data_set.columns().iter().any(|column| column == ENTERPRISE)
}

pub(super) fn configuration() -> Value {
    json!({
        "RowLevelPermissionDataSet": {
            "Arn": attribute(RULES, "Arn"),
            "PermissionPolicy": "GRANT_ACCESS",
            "FormatVersion": "VERSION_2",
            "Status": "ENABLED",
        },
    })
}

fn data_set() -> Value {
    let columns = ["UserARN", "GroupARN", ENTERPRISE];
    let inputs = columns.map(|name| {
        json!({ "Id": format!("rules-{name}"), "Name": name, "Type": DataType::String.as_str() })
    });
    json!({
        "Type": "AWS::QuickSight::DataSet",
        "Condition": USE_ROW_LEVEL_SECURITY,
        "Properties": {
            "AwsAccountId": account(),
            "DataSetId": id(RULES_ID),
            "Name": "Rules about rows",
            "UseAs": "RLS_RULES",
            "ImportMode": "SPICE",
            "IngestionWaitPolicy": { "WaitForSpiceIngestion": false },
            "PhysicalTableMap": {
                RULES_ID: {
                    "RelationalTable": {
                        "DataSourceArn": source::arn(),
                        "Schema": parameter("DatabaseName"),
                        "Name": parameter("RulesTable"),
                        "InputColumns": inputs,
                    },
                },
            },
            "DataPrepConfiguration": {
                "SourceTableMap": { RULES_ID: { "PhysicalTableId": RULES_ID } },
                "TransformStepMap": {
                    "import-rules": {
                        "ImportTableStep": { "Alias": RULES_ID, "Source": { "SourceTableId": RULES_ID } },
                    },
                    "project": {
                        "ProjectStep": {
                            "Alias": "Columns of the rules",
                            "Source": { "TransformOperationId": "import-rules" },
                            "ProjectedColumns": columns,
                        },
                    },
                },
                "DestinationTableMap": {
                    "prepared": { "Alias": RULES_ID, "Source": { "TransformOperationId": "project" } },
                },
            },
            "SemanticModelConfiguration": {
                "TableMap": { "seen": { "Alias": RULES_ID, "DestinationTableId": "prepared" } },
            },
            "Permissions": permissions::of_data_set(),
        },
    })
}
