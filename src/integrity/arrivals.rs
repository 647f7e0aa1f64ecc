//! Whether rows still arrive: how new a table is, and how much came.

use std::fmt;

use time::{Duration, PrimitiveDateTime};

use super::check::{load_column, of_load_clock, on_load_clock};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// How many rows a table should get within some time.
///
/// ```
/// use quicksight_migrations::{integrity::Expected, time::Duration};
///
/// let daily = Expected::new("trip", Duration::DAY).unwrap().at_least(1_000).at_most(50_000);
/// assert!(Expected::new("campaign", Duration::DAY).is_none());
/// # let _ = daily;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Expected {
    table: &'static str,
    column: &'static str,
    within: Duration,
    at_least: u64,
    at_most: u64,
}

impl Expected {
    /// At least one row within this time. `None` if the table has no load column, so that nobody
    /// knows when its rows came.
    #[must_use]
    pub fn new(table: &'static str, within: Duration) -> Option<Self> {
        let column = load_column(table)?;
        Some(Self { table, column, within, at_least: 1, at_most: u64::MAX })
    }

    /// At least so many rows.
    pub fn at_least(self, rows: u64) -> Self {
        Self { at_least: rows, ..self }
    }

    /// At most so many rows: more of them may have been loaded twice.
    pub fn at_most(self, rows: u64) -> Self {
        Self { at_most: rows, ..self }
    }

    fn look<C: Connection>(
        self,
        conn: &mut C,
        now: PrimitiveDateTime,
    ) -> Result<Option<Unexpected>> {
        let Self { table, column, within, at_least, at_most } = self;
        let sql = format!(
            "SELECT (SELECT MAX({column}) FROM {table} WHERE {column} <= ?) AS newest, \
             (SELECT COUNT(*) FROM {table} WHERE {column} > ? AND {column} <= ?) AS arrived"
        );
        let read = |columns: &mut Columns| -> Result<(Option<PrimitiveDateTime>, u64)> {
            Ok((columns.take()?, columns.take()?))
        };
        let now = on_load_clock(table, now);
        let start = now.saturating_sub(within);
        let mut rows = ask(conn, "count the rows that came", &sql, (now, start, now), read)?;
        let Some((newest, arrived)) = rows.next().transpose()? else { return Ok(None) };
        let newest = newest.map(|newest| of_load_clock(table, newest));
        let is_expected = (at_least..=at_most).contains(&arrived);
        Ok((!is_expected).then_some(Unexpected { table, newest, arrived, at_least, at_most }))
    }
}

/// A table that got fewer or more rows than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unexpected {
    table: &'static str,
    newest: Option<PrimitiveDateTime>,
    arrived: u64,
    at_least: u64,
    at_most: u64,
}

impl Unexpected {
    /// The table.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.table
    }

    /// The newest moment in its load column that is not ahead, by the service's clock, or `None` if there is
    /// none.
    #[must_use]
    pub fn newest(&self) -> Option<PrimitiveDateTime> {
        self.newest
    }

    /// How many rows came within the time.
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.arrived
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, newest, arrived, at_least, at_most } = self;
        if arrived < at_least {
            write!(f, "{table} got {arrived} rows, and should have got {at_least} at least")?;
        } else {
            write!(f, "{table} got {arrived} rows, and should have got {at_most} at most")?;
        }
        newest.map_or(Ok(()), |newest| write!(f, "; the newest is of {newest}"))
    }
}

/// Counts what came until `now`, of the US/Central wall clock, and returns what was not expected. One
/// statement per table, which reads the range of its index.
///
/// # Errors
///
/// As [`validate`](super::validate), with `SELECT` on the tables.
pub fn arrivals<C: Connection>(
    conn: &mut C,
    now: PrimitiveDateTime,
    expected: &[Expected],
) -> Result<Vec<Unexpected>> {
    expected.iter().filter_map(|one| one.look(conn, now).transpose()).collect()
}
