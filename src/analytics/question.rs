//! What a report asks: of rows, or of the sums of closed hours and the rows of the rest.

use mysql::Value;
use time::PrimitiveDateTime;

use super::{Analytics, and_is_date, moment};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
    source::Source,
};

/// A report's statement.
pub(super) struct Question {
    /// What completes "could not ...".
    pub(super) action: &'static str,
    pub(super) parts: Vec<Part>,
    /// How many columns each row is of: what it is about first, and then what is summed up.
    #[cfg_attr(not(feature = "summary"), allow(dead_code))]
    pub(super) keys: usize,
    #[cfg_attr(not(feature = "summary"), allow(dead_code))]
    pub(super) sums: usize,
    /// The order of the rows' statement. That of the sums' is the order of the keys.
    pub(super) order: String,
}

/// What a [`Question`] asks of one source, in two ways that have the same answer.
#[cfg_attr(not(feature = "summary"), allow(dead_code))]
pub(super) struct Part {
    pub(super) source: Source,
    /// The statement over the rows `t`, with [`RANGE`] or [`DATES`] where the condition on their date goes.
    pub(super) rows: String,
    /// The same over the sums `s`. Its keys are called `k0`, `k1` and so on, its sums `s0`.
    pub(super) sums: String,
}

/// Stands for a condition: the moment lies in the range.
pub(super) const RANGE: &str = "{range}";

/// Stands for the same of rows that must have a date of the calendar. Those that are put together by day need not:
/// a day that is none is not taken.
pub(super) const DATES: &str = "{dates}";

impl Analytics {
    /// Asks about the rows from one moment up to another, and gives each row of the answer to `take`.
    #[cfg_attr(not(feature = "summary"), allow(clippy::unused_self))]
    pub(super) fn each<C: Connection, T>(
        self,
        conn: &mut C,
        question: &Question,
        (from, until): (PrimitiveDateTime, PrimitiveDateTime),
        read: fn(&mut Columns) -> Result<T>,
        mut take: impl FnMut(T),
    ) -> Result<()> {
        #[cfg(feature = "summary")]
        if self.reads_sums() && super::sums::each(conn, question, (from, until), read, &mut take)? {
            return Ok(());
        }
        let values: Vec<Value> =
            question.parts.iter().flat_map(|_| [moment(from), moment(until)]).collect();
        for row in ask(conn, question.action, &question.of_rows(from, until), values, read)? {
            take(row?);
        }
        Ok(())
    }

    /// The same into a list.
    pub(super) fn all<C: Connection, T>(
        self,
        conn: &mut C,
        question: &Question,
        range: (PrimitiveDateTime, PrimitiveDateTime),
        read: fn(&mut Columns) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.each(conn, question, range, read, |row| rows.push(row))?;
        Ok(rows)
    }
}

impl Question {
    fn of_rows(&self, from: PrimitiveDateTime, until: PrimitiveDateTime) -> String {
        let parts = self.parts.iter().map(|part| {
            let column = part.source.column();
            let range = format!("t.{column} >= ? AND t.{column} < ?");
            part.of_rows(&range, &[(from, until)])
        });
        parts.collect::<Vec<_>>().join(" UNION ALL ") + &self.order
    }
}

impl Part {
    /// The statement over the rows of some ranges, which are this condition.
    pub(super) fn of_rows(
        &self,
        condition: &str,
        ranges: &[(PrimitiveDateTime, PrimitiveDateTime)],
    ) -> String {
        let is_date = and_is_date(&format!("t.{}", self.source.column()), ranges);
        self.rows.replace(RANGE, condition).replace(DATES, &format!("{condition}{is_date}"))
    }
}
