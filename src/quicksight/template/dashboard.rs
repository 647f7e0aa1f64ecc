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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_may_do_all_and_viewers_may_look() {
        let (name, resource) = resource(("hot-spots", "Hot spots", json!({ "Sheets": [] })));

        assert_eq!(name, "DashboardHotSpots");
        let properties = &resource["Properties"];
        assert_eq!(properties["DashboardId"], json!({ "Fn::Sub": "${IdPrefix}-hot-spots" }));
        assert_eq!(properties["Definition"], json!({ "Sheets": [] }));
        let [owner, viewer] = [0, 1].map(|nth| &properties["Permissions"][nth]);
        assert_eq!(owner["Actions"].as_array().map(Vec::len), Some(8));
        assert_eq!(viewer["Fn::If"][0], "UseViewers");
        assert_eq!(viewer["Fn::If"][1]["Actions"].as_array().map(Vec::len), Some(3));
    }
}
