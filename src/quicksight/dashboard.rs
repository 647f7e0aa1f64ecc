//! The dashboards: what each shows, how QuickSight writes that down, and the SQL that it amounts to.

mod activity;
mod campaigns;
mod definition;
mod engagement;
mod field;
mod model;
mod palette;
mod revenue;
mod sql;
#[cfg(test)]
mod tests;
mod transit;

use self::{
    field::Aggregate,
    model::{Filter, Source},
};
pub use self::{
    field::{Dimension, Grain, Measure, Unit},
    model::{Dashboard, Sheet, Visual, VisualKind},
    palette::Colour,
};

/// The dashboards, from revenue to the map.
///
/// ```
/// use quicksight_migrations::quicksight::dashboards;
///
/// let titles: Vec<_> = dashboards().iter().map(|dashboard| dashboard.title()).collect();
/// assert_eq!(titles[0], "Transactions and revenue");
/// assert_eq!(titles.len(), 5);
/// ```
#[must_use]
pub fn dashboards() -> Vec<Dashboard> {
    vec![
        revenue::dashboard(),
        engagement::dashboard(),
        transit::dashboard(),
        campaigns::dashboard(),
        activity::dashboard(),
    ]
}

const USERS: Source = Source::dated("users", "user_created_on");
const POINTS: Source = Source::dated("points", "points_created_on");
const TOKENS: Source = Source::dated("tokens", "tokens_created_on");
const TRIPS: Source = Source::dated("trips", "trip_started_on");
const ACTIONS: Source = Source::dated("app-activity", "app_created_on");

const fn text(column: &'static str, title: &'static str) -> Dimension {
    Dimension { column, title, grain: Grain::Text }
}

const fn number(column: &'static str, title: &'static str) -> Dimension {
    Dimension { column, title, grain: Grain::Number }
}

const fn sum(column: &'static str, title: &'static str, unit: Unit) -> Measure {
    Measure { column, title, unit, aggregate: Aggregate::Sum }
}

const fn average(column: &'static str, title: &'static str, unit: Unit) -> Measure {
    Measure { column, title, unit, aggregate: Aggregate::Average }
}

const fn count(column: &'static str, title: &'static str, unit: Unit) -> Measure {
    Measure { column, title, unit, aggregate: Aggregate::Count }
}

const fn users(title: &'static str) -> Measure {
    Measure { column: "user_id", title, unit: Unit::Users, aggregate: Aggregate::DistinctCount }
}

const fn trips() -> Measure {
    count("trip_id", "trips", Unit::Trips)
}

const fn actions() -> Measure {
    count("app_data_id", "actions", Unit::Actions)
}

const MODE: Dimension = text("trip_mode", "travel mode");
const HOUR: Dimension = number("trip_hour", "hour of the day");
