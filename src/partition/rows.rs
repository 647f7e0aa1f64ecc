//! How many rows there are, from when, and which have no place in a partition.

use mysql::Row;
use time::Date;

use super::{
    Table,
    layout::{CATCH_ALL, parse_day},
};
use crate::{
    outcome::{Error, Result, code},
    session::{Session, column, quote, unread},
};

/// Earlier dates are none: the server takes them for values of its own, such as 0000-00-00.
const FIRST_DATE: &str = "1000-01-01";

/// What is known of the rows. Of a partitioned table, of those alone that no partition was meant for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rows {
    pub(super) count: u64,
    pub(super) without_date: u64,
    pub(super) impossible: u64,
    pub(super) oldest: Option<Date>,
    pub(super) newest: Option<Date>,
}

/// Each row is looked at, in an index: what the server would make of a date that is none is another one after
/// it was reckoned with.
pub(super) fn all_rows(session: &mut Session<'_>, table: Table) -> Result<Rows> {
    let (date, name) = (quote(table.date_column()), quote(table.as_str()));
    let counts = format!(
        "SELECT COUNT(*), COALESCE(SUM({date} IS NULL), 0), \
         COALESCE(SUM({date} < '{FIRST_DATE}' OR NOT ({date} + INTERVAL 0 DAY <=> {date})), 0) \
         FROM {name}"
    );
    let row = ask(session, table, &counts)?;
    let count = |index| row.as_ref().and_then(|row| column::<u64>(row, index)).unwrap_or(0);
    let (oldest, newest) =
        ends_of_rows(session, table, &format!("WHERE {date} >= '{FIRST_DATE}'"))?;
    Ok(Rows { count: count(0), without_date: count(1), impossible: count(2), oldest, newest })
}

/// Rows in the catch-all, and those before all dates, which are in the first partition.
pub(super) fn stray_rows(session: &mut Session<'_>, table: Table) -> Result<Rows> {
    let (date, name) = (quote(table.date_column()), quote(table.as_str()));
    let counts = format!(
        "SELECT (SELECT COUNT(*) FROM {name} PARTITION ({CATCH_ALL})), \
         (SELECT COUNT(*) FROM {name} WHERE {date} < '{FIRST_DATE}')"
    );
    let row = ask(session, table, &counts)?;
    let count = |index| row.as_ref().and_then(|row| column::<u64>(row, index)).unwrap_or(0);
    let (oldest, newest) = ends_of_rows(session, table, &format!("PARTITION ({CATCH_ALL})"))?;
    Ok(Rows { count: count(0), without_date: 0, impossible: count(1), oldest, newest })
}

fn ends_of_rows(
    session: &mut Session<'_>,
    table: Table,
    of: &str,
) -> Result<(Option<Date>, Option<Date>)> {
    let (date, name) = (quote(table.date_column()), quote(table.as_str()));
    let ends =
        format!("SELECT CAST(MIN({date}) AS CHAR), CAST(MAX({date}) AS CHAR) FROM {name} {of}");
    let row = ask(session, table, &ends)?;
    let day = |index| {
        let text = row.as_ref().and_then(|row| column::<String>(row, index))?;
        parse_day(text.get(..10)?)
    };
    Ok((day(0), day(1)))
}

/// How many rows a partition has.
pub(super) fn count(session: &mut Session<'_>, table: Table, partition: &str) -> Result<u64> {
    let (name, partition) = (quote(table.as_str()), quote(partition));
    let row = ask(session, table, &format!("SELECT COUNT(*) FROM {name} PARTITION ({partition})"))?;
    row.and_then(|row| column(&row, 0)).ok_or(Error::TablesChanging)
}

/// A question that may take as long as a look at each row.
fn ask(session: &mut Session<'_>, table: Table, select: &str) -> Result<Option<Row>> {
    session.row(select).map_err(|error| {
        // The partition is gone.
        if code::of(&error) == Some(code::UNKNOWN_PARTITION) {
            return Error::TablesChanging;
        }
        let action = format!("look at the rows of {} (needs SELECT)", quote(table.as_str()));
        unread(session, &[table.as_str()], action, error)
    })
}
