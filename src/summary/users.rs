//! The users of a day of whose hours some have changed.

use std::collections::BTreeSet;

use time::PrimitiveDateTime;

use super::{
    sums::{self, made, rows},
    transaction::{INSERT_INTO, Last},
};
use crate::{
    session::ALL,
    source::{Source, literal},
};

/// An hour that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) hour: PrimitiveDateTime,
    /// Who may have left the day with it. `None`: somebody may have come.
    pub(super) left: Option<i32>,
}

/// How many users one statement names, whose place in an index the server looks up one by one.
const AT_ONCE: usize = 1000;

/// Puts the users of a day right. A day has many, so only those are looked for who may have left, and an hour's who may have
/// come.
pub(super) fn mend(last: &mut Last, day: PrimitiveDateTime, changes: &[Change]) {
    let of_day = || changes.iter().filter(|change| change.hour.date() == day.date());
    let left: BTreeSet<_> = of_day().filter_map(|change| change.left).collect();
    for users in Vec::from_iter(left).chunks(AT_ONCE) {
        again(last, day, users);
    }
    for change in of_day().filter(|change| change.left.is_none()) {
        last.make(add(change.hour));
    }
}

/// Has those of some users on a day who have a trip of it.
fn again(last: &mut Last, day: PrimitiveDateTime, users: &[i32]) {
    let users: Vec<_> = users.iter().map(i32::to_string).collect();
    let ids = users.join(", ");
    let of_day = rows(Source::Users, (day, Source::Users.end(day)));
    let stay = sums::users(&format!("t.user_id IN ({ids}) AND {of_day}"));
    last.then(format!(
        "DELETE s FROM summary_users s WHERE s.day = {} AND s.user_id IN ({ids})",
        literal(day)
    ));
    last.make(format!("{INSERT_INTO} summary_users (day, user_id) {stay} LIMIT {ALL}"));
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
