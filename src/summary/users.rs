//! The users of a day of which something has changed.

use std::collections::BTreeSet;

use time::PrimitiveDateTime;

use super::{
    sums::{self, rows},
    transaction::{DELETE, Last},
};
use crate::source::{Source, literal};

/// An hour that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) hour: PrimitiveDateTime,
    /// Who may have come to the day with it, or left it.
    pub(super) user: Option<i32>,
}

/// How many users one statement names, whose place in an index the server looks up one by one.
const AT_ONCE: usize = 1000;

/// Puts the users of a day right. A day has many, so only those are looked for whom a change names.
pub(super) fn mend(last: &mut Last, day: PrimitiveDateTime, changes: &[Change]) {
    let of_day = changes.iter().filter(|change| change.hour.date() == day.date());
    let users: BTreeSet<_> = of_day.filter_map(|change| change.user).collect();
    for some in Vec::from_iter(users).chunks(AT_ONCE) {
        make(last, day, some);
    }
}

/// Has those of some users on a day who have a trip of it. Their trips are looked for where nothing is deleted, or the server
/// would lock them.
fn make(last: &mut Last, day: PrimitiveDateTime, users: &[i32]) {
    let users: Vec<_> = users.iter().map(i32::to_string).collect();
    let ids = users.join(", ");
    let of_day = rows(Source::Users, (day, Source::Users.end(day)));
    let made = sums::users(&format!("t.user_id IN ({ids}) AND {of_day}"));
    last.then(format!(
        "{DELETE} s FROM summary_users s WHERE s.day = {} AND s.user_id IN ({ids})",
        literal(day)
    ));
    sums::add(last, Source::Users, &made);
}
