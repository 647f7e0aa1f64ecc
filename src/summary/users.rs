//! The users of a day of whose hours some have changed.

use time::PrimitiveDateTime;

use super::{
    sums::{made, make},
    transaction::{INSERT_INTO, Last},
};
use crate::{session::ALL, source::Source};

/// An hour that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hour {
    pub(super) begin: PrimitiveDateTime,
    /// Whether a user may have left the day, and not only come to it.
    pub(super) is_left: bool,
}

/// Puts the users of a day right. A day has many, of whom an hour brings few: so they are made anew only where somebody may
/// have left.
pub(super) fn mend(last: &mut Last, day: PrimitiveDateTime, hours: &[Hour]) {
    let of_day = hours.iter().filter(|hour| hour.begin.date() == day.date());
    if of_day.clone().any(|hour| hour.is_left) {
        make(last, Source::Users, (day, Source::Users.end(day)));
    } else {
        of_day.for_each(|hour| last.make(add(hour.begin)));
    }
}

/// The users of an hour whom the day does not have yet.
fn add(hour: PrimitiveDateTime) -> String {
    let made = made(Source::Users, (hour, Source::Trips.end(hour)));
    format!(
        "{INSERT_INTO} summary_users (day, user_id) SELECT m.day, m.user_id FROM ({made}) m \
         LEFT JOIN summary_users s ON s.day = m.day AND s.user_id = m.user_id \
         WHERE s.user_id IS NULL LIMIT {ALL}"
    )
}
