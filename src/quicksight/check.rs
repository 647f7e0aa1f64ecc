//! A template refers to hundreds of things by name: data sets to tables and columns, dashboards to data sets,
//! schedules to data sets. No validator that works offline follows these names, so this does.

mod columns;
mod dashboard;
mod data_set;
mod expression;
mod fault;
mod network;
mod permissions;
mod place;
mod reference;
mod refresh;
mod rule;
mod step;
mod template;
mod topic;

use self::{
    fault::Faults,
    template::{Template, not_json},
};
pub use self::{fault::TemplateFault, rule::TemplateRule};

/// Looks for what a CloudFormation template for QuickSight refers to and does not have, and for what
/// QuickSight or a careful operator would refuse. No fault means an empty list.
///
/// ```
/// use quicksight_migrations::quicksight::{TemplateRule, check_template};
///
/// let faults = check_template(
///     r#"{"Resources": {"Nightly": {
///         "Type": "AWS::QuickSight::RefreshSchedule",
///         "Properties": {"DataSetId": "trips", "Schedule": {"RefreshType": "FULL_REFRESH"}}
///     }}}"#,
/// );
/// assert_eq!(faults[0].rule(), TemplateRule::ScheduleWithoutDataSet);
/// assert_eq!(faults[0].path(), "Resources/Nightly/Properties/DataSetId");
/// ```
///
/// The columns of a data set come from its own tables, and go through the steps of its preparation. Where
/// nothing can be known, nothing is found: after a step that aggregates, pivots or appends, of custom SQL
/// that names no columns, of a data set of another template, and of a value that only the deployment
/// knows. Where a condition decides between two values, both are looked at.
///
/// Types, names of properties and what must be there are for cfn-lint, which has CloudFormation's schema.
#[must_use]
pub fn check_template(text: &str) -> Vec<TemplateFault> {
    let value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => return vec![not_json(&error)],
    };
    let mut faults = Faults::default();
    let template = Template::new(&value, &mut faults);
    reference::look(&template, &mut faults);
    let sets = data_set::read(&template, &mut faults);
    dashboard::look(&template, &sets, &mut faults);
    topic::look(&template, &sets, &mut faults);
    refresh::look(&template, &sets, &mut faults);
    permissions::look(&template, &mut faults);
    network::look(&template, &mut faults);
    faults.into_list()
}
