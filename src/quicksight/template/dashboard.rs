//! What people look at.

use serde_json::{Value, json};

use super::{
    data_set,
    intrinsic::{account, id, logical},
    permissions,
};
use crate::quicksight::dashboard::Dashboard;

pub(super) fn resource(dashboard: &Dashboard) -> (String, Value) {
    let resource = json!({
        "Type": "AWS::QuickSight::Dashboard",
        "Properties": {
            "AwsAccountId": account(),
            "DashboardId": id(dashboard.id()),
            "Name": dashboard.title(),
            "Permissions": permissions::of_dashboard(),
            "Definition": dashboard.definition(&data_set::arn),
            "ValidationStrategy": { "Mode": "STRICT" },
            "VersionDescription": concat!("made by quicksight-migrations ", env!("CARGO_PKG_VERSION")),
        },
    });
    (logical("Dashboard", dashboard.id()), resource)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quicksight::dashboard::dashboards;

    #[test]
    fn the_owner_may_do_all_and_viewers_may_look() {
        let all = dashboards();
        let transit = all.iter().find(|dashboard| dashboard.id() == "transit").unwrap();
        let (name, resource) = resource(transit);

        assert_eq!(name, "DashboardTransit");
        let properties = &resource["Properties"];
        assert_eq!(properties["DashboardId"], json!({ "Fn::Sub": "${IdPrefix}-transit" }));
        assert!(properties["Definition"]["Sheets"][0]["Visuals"][0].is_object());
        let [owner, viewer] = [0, 1].map(|nth| &properties["Permissions"][nth]);
        assert_eq!(owner["Actions"].as_array().map(Vec::len), Some(8));
        assert_eq!(viewer["Fn::If"][0], "UseViewers");
        assert_eq!(viewer["Fn::If"][1]["Actions"].as_array().map(Vec::len), Some(3));
    }
}
