//! Who may do what with a resource of QuickSight. It knows a few sets of actions and refuses all others.

use std::collections::BTreeSet;

use super::{
    fault::Faults, place::Place, rule::TemplateRule::WrongPermissions, template::Template,
};

const DATA_SOURCE: &[&str] = &[
    "DeleteDataSource",
    "DescribeDataSource",
    "DescribeDataSourcePermissions",
    "PassDataSource",
    "UpdateDataSource",
    "UpdateDataSourcePermissions",
];

const DATA_SET: &[&str] = &[
    "CancelIngestion",
    "CreateIngestion",
    "CreateRefreshSchedule",
    "DeleteDataSet",
    "DeleteDataSetRefreshProperties",
    "DeleteRefreshSchedule",
    "DescribeDataSet",
    "DescribeDataSetPermissions",
    "DescribeDataSetRefreshProperties",
    "DescribeIngestion",
    "DescribeRefreshSchedule",
    "ListIngestions",
    "ListRefreshSchedules",
    "PassDataSet",
    "PutDataSetRefreshProperties",
    "UpdateDataSet",
    "UpdateDataSetPermissions",
    "UpdateRefreshSchedule",
];

const DASHBOARD_VIEWER: &[&str] = &["DescribeDashboard", "ListDashboardVersions", "QueryDashboard"];

const DASHBOARD_OWNER: &[&str] = &[
    "DeleteDashboard",
    "DescribeDashboard",
    "DescribeDashboardPermissions",
    "ListDashboardVersions",
    "QueryDashboard",
    "UpdateDashboard",
    "UpdateDashboardPermissions",
    "UpdateDashboardPublishedVersion",
];

const TOPIC_VIEWER: &[&str] = &["DescribeTopic"];

/// <https://docs.aws.amazon.com/quicksight/latest/user/q-topic-cli-examples.html>
const TOPIC_OWNER: &[&str] = &[
    "CreateTopicRefreshSchedule",
    "DeleteTopic",
    "DeleteTopicRefreshSchedule",
    "DescribeTopic",
    "DescribeTopicPermissions",
    "DescribeTopicRefresh",
    "DescribeTopicRefreshSchedule",
    "ListTopicRefreshSchedules",
    "UpdateTopic",
    "UpdateTopicPermissions",
    "UpdateTopicRefreshSchedule",
];

const SETS: [(&str, &[&[&str]]); 4] = [
    ("AWS::QuickSight::DataSource", &[DATA_SOURCE]),
    ("AWS::QuickSight::DataSet", &[DATA_SET]),
    ("AWS::QuickSight::Dashboard", &[DASHBOARD_OWNER, DASHBOARD_VIEWER]),
    ("AWS::QuickSight::TopicV2", &[TOPIC_OWNER, TOPIC_VIEWER]),
];

pub(super) fn look(template: &Template<'_>, faults: &mut Faults) {
    for (kind, sets) in SETS {
        for resource in template.of(kind) {
            for permission in resource.properties.list("Permissions") {
                if let Some(problem) = problem(&permission, sets) {
                    faults.add(WrongPermissions, &permission, problem);
                }
            }
        }
    }
}

fn problem(permission: &Place<'_>, sets: &[&[&str]]) -> Option<String> {
    let list = permission.list("Actions");
    let actions: BTreeSet<_> = list
        .iter()
        .filter_map(Place::as_text)
        .map(|action| action.strip_prefix("quicksight:").unwrap_or(action))
        .collect();
    // Some are not written out.
    if list.iter().any(|action| action.as_text().is_none()) {
        return None;
    }
    let is =
        |set: &[&str]| actions.len() == set.len() && set.iter().all(|one| actions.contains(one));
    if sets.iter().any(|set| is(set)) {
        return None;
    }
    let known = |action: &str| sets.iter().any(|set| set.contains(&action));
    if let Some(unknown) = actions.iter().find(|action| !known(action)) {
        return Some(format!("{unknown} is no action of such a resource"));
    }
    let sizes: Vec<_> = sets.iter().map(|set| set.len().to_string()).collect();
    Some(format!("{} actions, and a whole set has {}", actions.len(), sizes.join(" or ")))
}
