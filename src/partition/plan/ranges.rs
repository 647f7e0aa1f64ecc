//! Which partitions there should be, and which of them go.

use time::Date;

use crate::{
    outcome::{Error, Result},
    partition::{Interval, Layout, Policy, layout::Partition},
};

/// The server takes 8192 partitions, and opens each of them for a statement that names no date.
/// <https://dev.mysql.com/doc/refman/8.4/en/partitioning-limitations.html>
pub(super) const MOST: usize = 1024;

/// The partitions that are to be made: from the oldest row, the day that the policy says, or the end of those that are there, until so long
/// after today as the policy says, and until the newest row.
pub(super) fn new_partitions(
    layout: &Layout,
    today: Date,
    policy: &Policy,
    last: Option<Date>,
) -> Result<Vec<Partition>> {
    let out_of_range = || Error::CannotPartition {
        table: layout.table.to_string(),
        reason: "its partitions would not end before the year 9999".into(),
    };
    let ahead = policy.ahead.after(today).ok_or_else(out_of_range)?;
    let until = layout.rows.newest.map_or(ahead, |newest| ahead.max(newest));
    let oldest = layout.rows.oldest.map_or(today, |oldest| oldest.min(today));
    let first = policy.since.map_or(oldest, |since| since.min(today));
    let mut start = match last {
        Some(last) => last,
        None => policy.interval.start(first).ok_or_else(out_of_range)?,
    };
    let mut new = Vec::new();
    while start <= until {
        let end = policy.interval.end(start).ok_or_else(out_of_range)?;
        new.push(Partition { name: name(policy, start), until: end });
        if new.len() > MOST {
            return Err(too_many(layout, new.len()));
        }
        start = end;
    }
    Ok(new)
}

pub(super) fn too_many(layout: &Layout, count: usize) -> Error {
    let day = |day: Option<Date>| day.map_or_else(|| "no row".to_owned(), |day| day.to_string());
    let (oldest, newest) = (day(layout.rows.oldest), day(layout.rows.newest));
    Error::CannotPartition {
        table: layout.table.to_string(),
        reason: format!(
            "that would be {count} partitions or more, where {MOST} are the most (its rows are dated \
             from {oldest} to {newest}: take longer intervals, say since when, or mend a wrong date)"
        )
        .into(),
    }
}

/// A partition is named after the first day of its rows.
fn name(policy: &Policy, start: Date) -> String {
    let (year, month, day) = start.to_calendar_date();
    let month = u8::from(month);
    match policy.interval {
        Interval::Month => format!("p{year:04}_{month:02}"),
        _ => format!("p{year:04}_{month:02}_{day:02}"),
    }
}

/// Those whose rows are all older than the policy keeps them.
pub(super) fn doomed(all: &[Partition], today: Date, policy: &Policy) -> Vec<Partition> {
    let until = policy.retain.and_then(|retain| retain.before(today));
    let is_old = |one: &&Partition| until.is_some_and(|until| one.until <= until);
    all.iter().filter(is_old).cloned().collect()
}
