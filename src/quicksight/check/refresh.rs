//! When the rows of a data set are read anew.

use serde_json::Value;

use super::{
    columns::Want,
    data_set::DataSet,
    fault::Faults,
    place::Place,
    rule::TemplateRule::{
        FrequentFullRefresh, IncrementalCustomSql, IncrementalWithoutLookBack, RefreshWithoutSpice,
        ScheduleWithoutDataSet,
    },
    template::{Template, taken_from},
};

const INCREMENTAL: [&str; 2] = ["RefreshConfiguration", "IncrementalRefresh"];

pub(super) fn look(template: &Template<'_>, sets: &[DataSet<'_>], faults: &mut Faults) {
    for set in sets {
        look_back(set, faults);
    }
    for resource in template.of("AWS::QuickSight::RefreshSchedule") {
        schedule(&resource.properties, sets, faults);
    }
}

fn look_back(set: &DataSet<'_>, faults: &mut Faults) {
    let Some(properties) = set.properties.get("DataSetRefreshProperties") else { return };
    if !set.may_be_spice() {
        faults.add(RefreshWithoutSpice, &properties, "the data set is not kept in SPICE");
    }
    let Some(incremental) = properties.at(&INCREMENTAL) else { return };
    if set.has_custom_sql() {
        faults.add(IncrementalCustomSql, &incremental, "the data set reads custom SQL");
    }
    let column = incremental.at(&["LookbackWindow", "ColumnName"]);
    if let Some((place, name)) = column.and_then(|at| Some((at.clone(), at.as_text()?))) {
        set.columns.expect(name, Want::Date, &place, faults);
    }
}

fn schedule(properties: &Place<'_>, sets: &[DataSet<'_>], faults: &mut Faults) {
    let schedule = properties.get("Schedule");
    let schedule = schedule.as_ref();
    let kind = schedule.and_then(|schedule| schedule.text("RefreshType"));
    let interval = schedule.and_then(|schedule| schedule.at(&["ScheduleFrequency", "Interval"]));
    if let (Some("FULL_REFRESH"), Some(place)) = (kind, interval)
        && place.as_text().is_some_and(|interval| interval.starts_with("MINUTE"))
    {
        faults.add(FrequentFullRefresh, &place, "all rows are read every few minutes");
    }
    let Some(id) = properties.get("DataSetId") else { return };
    let Some(set) = sets.iter().find(|set| is_of(id.value(), set)) else {
        return faults.add(
            ScheduleWithoutDataSet,
            &id,
            "the template has no data set with this id",
        );
    };
    if !set.may_be_spice() {
        faults.add(RefreshWithoutSpice, &id, format!("{} is not kept in SPICE", set.name));
    }
    let refresh = set.properties.get("DataSetRefreshProperties");
    let has_window = refresh.is_some_and(|refresh| refresh.at(&INCREMENTAL).is_some());
    if let (Some("INCREMENTAL_REFRESH"), false, Some(place)) = (kind, has_window, schedule) {
        let problem = format!("{} has no look-back window", set.name);
        faults.add(IncrementalWithoutLookBack, place, problem);
    }
}

/// Whether this is the id of the data set: the same words, or taken from the resource.
fn is_of(id: &Value, set: &DataSet<'_>) -> bool {
    let taken = id.get("Ref").and_then(Value::as_str).or_else(|| taken_from(id));
    taken == Some(set.name) || set.properties.raw("DataSetId").is_some_and(|own| own.value() == id)
}
