//! The users of a day of whose hours some have changed.
//!
//! A day has many users, of whom an hour changes few. So its sums are not made anew.

use mysql::Conn;
use time::PrimitiveDateTime;

use super::{
    sums::made,
    transaction::{INSERT_INTO, Last, answers, rows},
};
use crate::{
    analytics::is_date,
    outcome::Result,
    session::{ALL, Columns},
    source::{Source, between, literal},
};

/// How many users one statement deletes.
const AT_ONCE: usize = 1_000;

/// Puts the users of these days right, of which the hours have changed. Each is one of both.
///
/// Who has come has a trip in one of the hours. Who is gone has none in the whole day.
pub(super) fn mend(
    conn: &mut Conn,
    last: &mut Last,
    days: &[PrimitiveDateTime],
    hours: &[PrimitiveDateTime],
) -> Result<()> {
    let looks: Vec<_> = days.iter().map(|day| gone(*day)).collect();
    if looks.is_empty() {
        return Ok(());
    }
    let mut said = answers(conn, &looks)?.into_iter();
    for day in days {
        let gone: Vec<i32> = rows(said.next(), Columns::take)?;
        for some in gone.chunks(AT_ONCE) {
            last.then(delete(*day, some));
        }
        let of_day = hours.iter().filter(|hour| hour.date() == day.date());
        of_day.for_each(|hour| last.make(insert(*hour)));
    }
    Ok(())
}

/// The users of a day who have no trip in it any more. Each costs a look at an index.
///
/// It is a `SELECT` of its own, because the condition of a `DELETE` would lock the trips that it reads.
fn gone(day: PrimitiveDateTime) -> String {
    let range = between("t.started_on", day, Source::Users.end(day));
    format!(
        "SELECT s.user_id FROM summary_users s WHERE s.day = {} AND NOT EXISTS (\
         SELECT 1 FROM trip t WHERE t.user_id = s.user_id AND {range} AND {}) LIMIT {ALL}",
        literal(day),
        is_date("t.started_on"),
    )
}

fn delete(day: PrimitiveDateTime, users: &[i32]) -> String {
    let users: Vec<_> = users.iter().map(ToString::to_string).collect();
    format!(
        "DELETE s FROM summary_users s WHERE s.day = {} AND s.user_id IN ({})",
        literal(day),
        users.join(", ")
    )
}

/// The users of an hour whom the day does not have.
fn insert(hour: PrimitiveDateTime) -> String {
    let made = made(Source::Users, (hour, Source::Trips.end(hour)));
    format!(
        "{INSERT_INTO} summary_users (day, user_id) SELECT m.day, m.user_id FROM ({made}) m \
         LEFT JOIN summary_users s ON s.day = m.day AND s.user_id = m.user_id \
         WHERE s.user_id IS NULL LIMIT {ALL}"
    )
}
