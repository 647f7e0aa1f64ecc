//! When the copies are read again: each at night, a few days back where a column allows it, and all of it once a week.
//! <https://docs.aws.amazon.com/quicksight/latest/user/refreshing-imported-data.html>

use serde_json::{Map, Value, json};

use super::{
    Resources,
    data_set::{is_live, name},
    intrinsic::{account, id, logical, unless},
    parameters::{USE_DIRECT_QUERY, USE_ROW_LEVEL_SECURITY, USE_SPICE},
};
use crate::quicksight::{
    data_set::{DataSet, renamed},
    refresh::look_back,
};

/// That of the service.
const ZONE: &str = "America/Chicago";

/// The first hours of the two nights. From two to three o'clock there may be no hour, or two.
const DAILY: usize = 3;
const WEEKLY: usize = 5;

/// So that the database does not answer for all data sets at once.
const MINUTES_APART: usize = 5;

/// The window of an incremental refresh, and a mail to the owner where a refresh fails.
pub(super) fn properties(data_set: &DataSet) -> Value {
    let mut properties = Map::new();
    let alert = json!({ "EmailAlert": { "AlertStatus": "ENABLED" } });
    properties.insert("FailureConfiguration".to_owned(), alert);
    if let Some(look_back) = look_back(data_set.fact) {
        let window = json!({
            "ColumnName": renamed(data_set.fact, look_back.column),
            "Size": look_back.days,
            "SizeUnit": "DAY",
        });
        let incremental = json!({ "IncrementalRefresh": { "LookbackWindow": window } });
        properties.insert("RefreshConfiguration".to_owned(), incremental);
    }
    let properties = Value::Object(properties);
    if is_live(data_set) { unless(USE_DIRECT_QUERY, properties) } else { properties }
}

/// The schedules of the data set, which is the nth.
pub(super) fn schedules(data_set: &DataSet, nth: usize) -> Resources {
    let daily =
        |kind| frequency(kind, json!({ "Interval": "DAILY", "TimeOfTheDay": time(DAILY, nth) }));
    let weekly = json!({
        "Interval": "WEEKLY",
        "RefreshOnDay": { "DayOfWeek": "SUNDAY" },
        "TimeOfTheDay": time(WEEKLY, nth),
    });
    let schedules = if look_back(data_set.fact).is_some() {
        vec![
            ("daily", daily("INCREMENTAL_REFRESH")),
            // What came late, was corrected or was deleted.
            ("weekly", frequency("FULL_REFRESH", weekly)),
        ]
    } else {
        vec![("daily", daily("FULL_REFRESH"))]
    };
    let condition = is_live(data_set).then_some(USE_SPICE);
    let resources = schedules.into_iter().map(|(when, schedule)| {
        resource(&name(data_set.id), data_set.id, when, schedule, condition)
    });
    resources.collect()
}

/// A right that was taken away should not last until the next night.
pub(super) fn of_rules(data_set: &str, id: &str) -> (String, Value) {
    let hourly = frequency("FULL_REFRESH", json!({ "Interval": "HOURLY" }));
    resource(data_set, id, "hourly", hourly, Some(USE_ROW_LEVEL_SECURITY))
}

fn frequency(kind: &str, mut frequency: Value) -> Value {
    if let Value::Object(frequency) = &mut frequency {
        frequency.insert("TimeZone".to_owned(), json!(ZONE));
    }
    json!({ "RefreshType": kind, "ScheduleFrequency": frequency })
}

fn time(hour: usize, nth: usize) -> String {
    let minutes = nth * MINUTES_APART;
    format!("{:02}:{:02}", hour + minutes / 60, minutes % 60)
}

/// The data set's id is a text here, so CloudFormation has to be told which is first.
fn resource(
    data_set: &str,
    of: &str,
    when: &str,
    mut schedule: Value,
    condition: Option<&str>,
) -> (String, Value) {
    if let Value::Object(schedule) = &mut schedule {
        schedule.insert("ScheduleId".to_owned(), id(&format!("{of}-{when}")));
    }
    let mut resource = json!({
        "Type": "AWS::QuickSight::RefreshSchedule",
        "DependsOn": [data_set],
        "Properties": { "AwsAccountId": account(), "DataSetId": id(of), "Schedule": schedule },
    });
    if let (Some(condition), Value::Object(resource)) = (condition, &mut resource) {
        resource.insert("Condition".to_owned(), json!(condition));
    }
    (logical("Refresh", &format!("{of}-{when}")), resource)
}
