//! Who may do what. QuickSight takes whole sets of actions and refuses any other.
//! <https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ResourcePermission.html>

use serde_json::{Value, json};

use super::{
    intrinsic::{only_if, parameter},
    parameters::USE_VIEWERS,
};

const DATA_SOURCE_OWNER: [&str; 6] = [
    "quicksight:DeleteDataSource",
    "quicksight:DescribeDataSource",
    "quicksight:DescribeDataSourcePermissions",
    "quicksight:PassDataSource",
    "quicksight:UpdateDataSource",
    "quicksight:UpdateDataSourcePermissions",
];

const DATA_SET_OWNER: [&str; 18] = [
    "quicksight:CancelIngestion",
    "quicksight:CreateIngestion",
    "quicksight:CreateRefreshSchedule",
    "quicksight:DeleteDataSet",
    "quicksight:DeleteDataSetRefreshProperties",
    "quicksight:DeleteRefreshSchedule",
    "quicksight:DescribeDataSet",
    "quicksight:DescribeDataSetPermissions",
    "quicksight:DescribeDataSetRefreshProperties",
    "quicksight:DescribeIngestion",
    "quicksight:DescribeRefreshSchedule",
    "quicksight:ListIngestions",
    "quicksight:ListRefreshSchedules",
    "quicksight:PassDataSet",
    "quicksight:PutDataSetRefreshProperties",
    "quicksight:UpdateDataSet",
    "quicksight:UpdateDataSetPermissions",
    "quicksight:UpdateRefreshSchedule",
];

const DASHBOARD_OWNER: [&str; 8] = [
    "quicksight:DeleteDashboard",
    "quicksight:DescribeDashboard",
    "quicksight:DescribeDashboardPermissions",
    "quicksight:ListDashboardVersions",
    "quicksight:QueryDashboard",
    "quicksight:UpdateDashboard",
    "quicksight:UpdateDashboardPermissions",
    "quicksight:UpdateDashboardPublishedVersion",
];

const DASHBOARD_VIEWER: [&str; 3] = [
    "quicksight:DescribeDashboard",
    "quicksight:ListDashboardVersions",
    "quicksight:QueryDashboard",
];

/// <https://docs.aws.amazon.com/quicksight/latest/user/q-topic-cli-examples.html>
const TOPIC_OWNER: [&str; 11] = [
    "quicksight:CreateTopicRefreshSchedule",
    "quicksight:DeleteTopic",
    "quicksight:DeleteTopicRefreshSchedule",
    "quicksight:DescribeTopic",
    "quicksight:DescribeTopicPermissions",
    "quicksight:DescribeTopicRefresh",
    "quicksight:DescribeTopicRefreshSchedule",
    "quicksight:ListTopicRefreshSchedules",
    "quicksight:UpdateTopic",
    "quicksight:UpdateTopicPermissions",
    "quicksight:UpdateTopicRefreshSchedule",
];

pub(super) fn of_data_source() -> Value {
    json!([owner(&DATA_SOURCE_OWNER)])
}

/// Whoever looks at a dashboard needs no right on its data sets.
pub(super) fn of_data_set() -> Value {
    json!([owner(&DATA_SET_OWNER)])
}

pub(super) fn of_dashboard() -> Value {
    let viewers = json!({ "Principal": parameter("ViewerArn"), "Actions": DASHBOARD_VIEWER });
    json!([owner(&DASHBOARD_OWNER), only_if(USE_VIEWERS, viewers)])
}

pub(super) fn of_topic() -> Value {
    json!([owner(&TOPIC_OWNER)])
}

fn owner(actions: &[&str]) -> Value {
    json!({ "Principal": parameter("OwnerArn"), "Actions": actions })
}
