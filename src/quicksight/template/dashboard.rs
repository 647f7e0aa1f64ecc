//! What people look at.

use serde_json::{Value, json};

use super::{
    intrinsic::{account, id, logical},
    permissions,
};

/// The resource of a dashboard with this id, title and definition.
pub(super) fn resource((of, title, definition): (&str, &str, Value)) -> (String, Value) {
    let resource = json!({
        "Type": "AWS::QuickSight::Dashboard",
        "Properties": {
            "AwsAccountId": account(),
            "DashboardId": id(of),
            "Name": title,
            "Permissions": permissions::of_dashboard(),
            "Definition": definition,
            "ValidationStrategy": { "Mode": "STRICT" },
            "VersionDescription": concat!("made by quicksight-migrations ", env!("CARGO_PKG_VERSION")),
        },
    });
    (logical("Dashboard", of), resource)
}
