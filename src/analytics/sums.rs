//! The answer to a question from sums of closed hours and from the rows of the rest, in one statement.

use time::PrimitiveDateTime;

use super::question::{Part, Question, RANGE};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
    source::between,
    summary::{Closed, closed},
};

/// How often a question is asked again whose hours were changed meanwhile. Then its rows are read.
const ATTEMPTS: usize = 5;

/// Gives each row of the answer to `take`, or says that the rows themselves must be asked.
pub(super) fn each<C: Connection, T>(
    conn: &mut C,
    question: &Question,
    range: (PrimitiveDateTime, PrimitiveDateTime),
    read: fn(&mut Columns) -> Result<T>,
    take: &mut impl FnMut(T),
) -> Result<bool> {
    for _ in 0..ATTEMPTS {
        let sources: Vec<_> = question.parts.iter().map(|part| part.source).collect();
        let closed = closed(conn, question.action, &sources, range)?;
        if closed.iter().all(Closed::is_nothing) {
            return Ok(false);
        }
        if asked(conn, question, &closed, read, take)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the answer holds. If not, nothing of it was taken: each row says so, and there is one at
/// least.
fn asked<C: Connection, T>(
    conn: &mut C,
    question: &Question,
    closed: &[Closed],
    read: fn(&mut Columns) -> Result<T>,
    take: &mut impl FnMut(T),
) -> Result<bool> {
    let sql = question.of_sums(closed);
    for row in ask(conn, question.action, &sql, (), Row::read)? {
        let Row { changed, is_there, mut rest } = row?;
        if changed {
            return Ok(false);
        }
        if is_there {
            take(read(&mut rest)?);
        }
    }
    Ok(true)
}

struct Row {
    /// Whether what was thought to be closed is not any more.
    changed: bool,
    /// Whether the report has a row here.
    is_there: bool,
    rest: Columns,
}

impl Row {
    fn read(columns: &mut Columns) -> Result<Self> {
        let changed: u64 = columns.take()?;
        let is_row: Option<u64> = columns.take()?;
        Ok(Self { changed: changed > 0, is_there: is_row.is_some(), rest: columns.rest() })
    }
}

impl Question {
    fn of_sums(&self, closed: &[Closed]) -> String {
        let both = self.parts.iter().zip(closed);
        let parts: Vec<_> = both.flat_map(|(part, closed)| part.both(closed)).collect();
        let changed: Vec<_> = closed.iter().map(Closed::changed).collect();
        let keys: Vec<_> = (0..self.keys).map(|key| format!("k{key}")).collect();
        let sums = (0..self.sums).map(|sum| format!(", SUM(p.s{sum}) AS s{sum}"));
        let of = |table: &str| {
            keys.iter().map(|key| format!("{table}.{key}")).collect::<Vec<_>>().join(", ")
        };
        format!(
            "SELECT c.changed, r.* FROM (SELECT {} AS changed) c LEFT JOIN \
             (SELECT 1 AS is_row, {}{} FROM ({}) p GROUP BY {}) r ON TRUE ORDER BY {}",
            changed.join(" + "),
            of("p"),
            sums.collect::<String>(),
            parts.join(" UNION ALL "),
            of("p"),
            of("r"),
        )
    }
}

impl Part {
    fn both(&self, closed: &Closed) -> [String; 2] {
        let of_sums = format!("s.{}", self.source.of_sums());
        let of_rows = format!("t.{}", self.source.column());
        [
            self.sums.replace(RANGE, &any(&of_sums, closed.sums())),
            self.of_rows(&any(&of_rows, closed.rows()), closed.rows()),
        ]
    }
}

/// A condition on a column: it lies in one of these ranges.
fn any(column: &str, ranges: &[(PrimitiveDateTime, PrimitiveDateTime)]) -> String {
    let ranges: Vec<_> =
        ranges.iter().map(|(from, until)| between(column, *from, *until)).collect();
    match ranges.as_slice() {
        [] => "FALSE".to_owned(),
        [one] => one.clone(),
        many => format!("(({}))", many.join(") OR (")),
    }
}
