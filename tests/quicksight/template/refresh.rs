//! When each data set is read again.

use std::collections::{BTreeMap, BTreeSet};

use quicksight_migrations::quicksight::{data_sets, look_back_column, views};
use serde_json::Value;

use super::{entries, has_sums, list, of_kind, only, properties, text};

/// The days that each is read again. Dates are five or six hours behind the window, and tokens come late.
const WINDOWS: [(&str, u64); 7] = [
    ("app-activity", 3),
    ("gift-cards", 3),
    ("payments", 3),
    ("points", 3),
    ("ratings", 3),
    ("tokens", 7),
    ("trips", 3),
];

/// Where the database can be asked at each look.
const LIVE: [&str; 4] = ["gift-cards", "payments", "points", "tokens"];

/// Where the data set is a copy.
fn as_copy(value: &'static Value) -> &'static Value {
    value.pointer("/Fn::If/2").unwrap_or(value)
}

#[test]
fn the_window_is_by_a_date_that_never_changes() {
    let mut windows = BTreeMap::new();
    for data_set in data_sets().into_iter().filter(|of| !has_sums(of)) {
        let refresh = as_copy(&properties(&data_set)["DataSetRefreshProperties"]);
        assert_eq!(refresh["FailureConfiguration"]["EmailAlert"]["AlertStatus"], "ENABLED");
        let window = refresh.pointer("/RefreshConfiguration/IncrementalRefresh/LookbackWindow");
        let column = look_back_column(data_set.table());
        assert_eq!(window.is_some(), column.is_some(), "{}", data_set.id());
        let (Some(window), Some(column)) = (window, column) else { continue };
        let view = views().into_iter().find(|view| view.table() == data_set.table()).unwrap();
        let shown = view.columns().iter().find(|shown| shown.source() == column).unwrap();
        assert_eq!(window["ColumnName"], shown.name());
        assert_eq!(window["SizeUnit"], "DAY");
        windows.insert(data_set.id(), window["Size"].as_u64().unwrap());
        assert!(data_set.columns().contains(&shown.name().to_owned()));
    }
    assert_eq!(windows, WINDOWS.into());
}

#[test]
fn each_is_read_at_night_and_all_of_it_once_a_week() {
    let mut schedules: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for (name, resource) in of_kind("QuickSight::RefreshSchedule") {
        let properties = &resource["Properties"];
        let data_set =
            text(&properties["DataSetId"]["Fn::Sub"]).strip_prefix("${IdPrefix}-").unwrap();
        let first = text(&list(&resource["DependsOn"])[0]);
        let made = &super::TEMPLATE["Resources"][first]["Properties"]["DataSetId"];
        assert_eq!(*made, properties["DataSetId"], "{name}");

        let schedule = &properties["Schedule"];
        assert!(schedule.get("StartAfterDateTime").is_none(), "{name}");
        assert!(ids.insert(text(&schedule["ScheduleId"]["Fn::Sub"])), "{name}");
        let when = &schedule["ScheduleFrequency"];
        assert_eq!(when["TimeZone"], "America/Chicago", "{name}");
        let interval = text(&when["Interval"]);
        if let Some(time) = when.get("TimeOfTheDay") {
            let (hour, minute) = text(time).split_once(':').unwrap();
            let at_night = 3..7;
            assert!(
                at_night.contains(&hour.parse::<u8>().unwrap()) && minute.len() == 2,
                "{name}: {time}"
            );
            assert!(minute.parse::<u8>().unwrap() < 60, "{name}: {time}");
        } else {
            assert_eq!(interval, "HOURLY", "{name}");
        }
        assert_eq!(when.get("RefreshOnDay").is_some(), interval == "WEEKLY", "{name}");
        let condition = resource.get("Condition").map(text);
        let expected = if data_set == "rules" {
            Some("UseRowLevelSecurity")
        } else {
            LIVE.contains(&data_set).then_some("UseSpice")
        };
        assert_eq!(condition, expected, "{name}");
        schedules.entry(data_set).or_default().insert((interval, text(&schedule["RefreshType"])));
    }

    assert_eq!(schedules.remove("rules"), Some([("HOURLY", "FULL_REFRESH")].into()));
    assert_eq!(schedules.len(), data_sets().iter().filter(|of| !has_sums(of)).count());
    for (data_set, schedules) in schedules {
        let is_by_window = WINDOWS.iter().any(|(id, _)| *id == data_set);
        let expected: BTreeSet<_> = if is_by_window {
            [("DAILY", "INCREMENTAL_REFRESH"), ("WEEKLY", "FULL_REFRESH")].into()
        } else {
            [("DAILY", "FULL_REFRESH")].into()
        };
        assert_eq!(schedules, expected, "{data_set}");
    }
}

#[test]
fn what_is_live_has_no_copy() {
    for data_set in data_sets().into_iter().filter(|of| !has_sums(of)) {
        let properties = properties(&data_set);
        let is_live = LIVE.contains(&data_set.id());
        let mode = &properties["ImportMode"];
        let expected: Value = if is_live {
            serde_json::json!({ "Fn::If": ["UseDirectQuery", "DIRECT_QUERY", "SPICE"] })
        } else {
            "SPICE".into()
        };
        assert_eq!(*mode, expected, "{}", data_set.id());
        let of_copies = entries(properties).filter(|(key, _)| *key == "DataSetRefreshProperties");
        for (_, value) in of_copies {
            assert_eq!(value.pointer("/Fn::If/0").is_some(), is_live, "{}", data_set.id());
        }
        assert_eq!(properties["IngestionWaitPolicy"]["WaitForSpiceIngestion"], false);
    }
    let conditions = &super::TEMPLATE["Conditions"];
    assert_eq!(conditions["UseSpice"]["Fn::Not"][0], conditions["UseDirectQuery"]);
}

/// Sums are asked for at each look, or there are none. Those over all enterprises are not for whoever may see one.
#[test]
fn sums_have_no_copy_and_no_rules_are_passed_by() {
    let conditions = [
        ("daily-users", "UseDirectQuery"),
        ("hourly-revenue", "UseSums"),
        ("hourly-trips", "UseSums"),
    ];
    for data_set in data_sets().iter().filter(|of| has_sums(of)) {
        let properties = properties(data_set);
        assert_eq!(properties["ImportMode"], "DIRECT_QUERY", "{}", data_set.id());
        for of_copies in ["DataSetRefreshProperties", "IngestionWaitPolicy"] {
            assert!(properties.get(of_copies).is_none(), "{}", data_set.id());
        }
        let resource = of_kind("QuickSight::DataSet").into_iter();
        let resource = resource.map(|(_, resource)| resource);
        let resource =
            only(resource.filter(|of| of["Properties"]["DataSetId"] == properties["DataSetId"]));
        let (_, condition) = only(conditions.into_iter().filter(|(id, _)| *id == data_set.id()));
        assert_eq!(resource["Condition"], condition, "{}", data_set.id());
        let is_of_one = data_set.columns().iter().any(|column| column == "enterprise");
        assert_eq!(is_of_one, condition == "UseDirectQuery", "{}", data_set.id());
    }
    let is =
        |name: &str, value: &str| serde_json::json!({ "Fn::Equals": [{ "Ref": name }, value] });
    let wanted =
        serde_json::json!({ "Fn::And": [is("LiveRevenue", "true"), is("RulesTable", "")] });
    assert_eq!(super::TEMPLATE["Conditions"]["UseSums"], wanted);
}
