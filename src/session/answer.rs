//! The server's answer to a prepared statement, read row by row into a type of ours.

use std::fmt;

use mysql::{
    Binary, Params, QueryResult, Row, Value, from_value_opt,
    prelude::{FromValue, Queryable},
};
use time::Date;

use super::{
    ALL, Connection,
    connection::{contained, driver, unreadable},
    echo::fresh_number,
};
use crate::outcome::{Error, Result};

/// What one row becomes.
pub(crate) type Read<T> = fn(&mut Columns) -> Result<T>;

/// The rows of an answer as they arrive. The connection is busy until this is dropped, which skips
/// the rows that are left.
pub(crate) struct Answers<'c, T> {
    /// `None` after the end, and after an error.
    rows: Option<QueryResult<'c, 'c, 'c, Binary>>,
    action: &'static str,
    read: Read<T>,
}

/// Asks for all rows of a statement, which has no `LIMIT` of its own. `action` completes "could not ...".
pub(crate) fn ask<'c, C: Connection, T>(
    conn: &'c mut C,
    action: &'static str,
    sql: &str,
    values: impl Into<Params>,
    read: Read<T>,
) -> Result<Answers<'c, T>> {
    ask_limited(conn, action, &format!("{sql} LIMIT {ALL}"), values, read)
}

/// The same for a statement that has a `LIMIT`.
pub(crate) fn ask_limited<'c, C: Connection, T>(
    conn: &'c mut C,
    action: &'static str,
    sql: &str,
    values: impl Into<Params>,
    read: Read<T>,
) -> Result<Answers<'c, T>> {
    // Nothing that was prepared before: a late answer to an earlier question is none to a preparation, but it
    // could pass for one to the same question about other values.
    let sql = format!("{sql} /* {} */", fresh_number());
    ask_on(driver(conn), action, &sql, values, read)
}

/// Prepares a statement, which must have a `LIMIT`, executes it with the values bound, and returns the
/// rows as they arrive. An answer without columns is none to a question.
pub(crate) fn ask_on<'c, T>(
    conn: &'c mut impl Queryable,
    action: &'static str,
    sql: &str,
    values: impl Into<Params>,
    read: Read<T>,
) -> Result<Answers<'c, T>> {
    let answer = contained(|| {
        let rows = conn.exec_iter(sql, values)?;
        if rows.columns().as_ref().is_empty() { Err(unreadable()) } else { Ok(rows) }
    });
    match answer {
        Ok(rows) => Ok(Answers { rows: Some(rows), action, read }),
        Err(error) => Err(Error::from_answer(action, error)),
    }
}

/// What the rows of an answer become that is there as a whole.
#[cfg(feature = "ledger")]
pub(crate) fn read_all<T>(rows: Vec<Row>, action: &'static str, read: Read<T>) -> Result<Vec<T>> {
    rows.into_iter().map(|row| read(&mut Columns::of(row, action))).collect()
}

impl<T> Iterator for Answers<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let rows = self.rows.as_mut()?;
        match contained(|| rows.next().transpose()) {
            Ok(row) => Some((self.read)(&mut Columns::of(row?, self.action))),
            Err(error) => {
                self.skip();
                Some(Err(Error::from_answer(self.action, error)))
            }
        }
    }
}

impl<T> Answers<'_, T> {
    /// Skips the rows that are left.
    fn skip(&mut self) {
        let rows = self.rows.take();
        // Whatever is wrong with them is nobody's business any more.
        let _ = contained(|| {
            drop(rows);
            Ok(())
        });
    }
}

impl<T> Drop for Answers<'_, T> {
    fn drop(&mut self) {
        self.skip();
    }
}

impl<T> fmt::Debug for Answers<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").field("action", &self.action).finish_non_exhaustive()
    }
}

/// The columns of one row, taken from left to right.
pub(crate) struct Columns {
    row: Row,
    taken: usize,
    action: &'static str,
}

impl Columns {
    fn of(row: Row, action: &'static str) -> Self {
        Self { row, taken: 0, action }
    }

    /// The next column. Never panics, unlike the driver's own conversions.
    pub(crate) fn take<T: FromValue>(&mut self) -> Result<T> {
        let value = self.row.take_opt(self.taken);
        self.taken += 1;
        match value {
            Some(Ok(value)) => Ok(value),
            _ => Err(Error::UnexpectedAnswer { action: self.action.into(), column: self.taken }),
        }
    }

    /// Passes over a column.
    #[cfg(feature = "ledger")]
    pub(crate) fn skip(&mut self) {
        self.taken += 1;
    }

    /// The next column, or `None` where it is NULL or no day of the calendar, such as the 30th of
    /// February.
    pub(crate) fn take_day(&mut self) -> Result<Option<Date>> {
        match self.take()? {
            date @ Value::Date(..) => Ok(from_value_opt(date).ok()),
            Value::NULL => Ok(None),
            _ => Err(Error::UnexpectedAnswer { action: self.action.into(), column: self.taken }),
        }
    }

    /// The columns that are left, without those before.
    #[cfg(feature = "summary")]
    pub(crate) fn rest(&self) -> Self {
        Self { row: self.row.clone(), taken: self.taken, action: self.action }
    }

    /// Whether all columns are taken.
    pub(crate) fn is_at_end(&self) -> bool {
        self.taken >= self.row.len()
    }

    /// The next column, or its type's zero where it is NULL, as the sum of no rows is.
    pub(crate) fn take_sum<T: FromValue + Default>(&mut self) -> Result<T> {
        Ok(self.take::<Option<T>>()?.unwrap_or_default())
    }
}
