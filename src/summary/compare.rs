//! Which sums are not those of their rows.

use std::fmt;

use time::PrimitiveDateTime;

use super::{
    closed::closed,
    sums::{Sums, made, there},
};
use crate::{
    analytics::DateRange,
    outcome::Result,
    session::{Columns, Connection, ask},
    source::Source,
};

const ACTION: &str = "compare the sums with their rows";

/// An hour, or a day of [`Source::Users`], whose sums are not those of its rows. See [`compare`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    source: Source,
    begin: PrimitiveDateTime,
}

impl Difference {
    /// What was summed up.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The begin of the hour, or of the day, by the service's clock.
    #[must_use]
    pub fn begin(&self) -> PrimitiveDateTime {
        self.begin
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, begin } = self;
        write!(f, "the sums of {source} from {begin} on are not those of the rows")
    }
}

/// The hours of a range that are summed up and whose sums are not those of their rows, because a row was added,
/// changed or deleted since. [`rebuild`](super::rebuild) puts them right. One statement for each [`Source`]; it
/// reads all rows of the range.
///
/// Rows that were dropped on purpose are none that differ: their sums stay.
///
/// # Errors
///
/// As [`daily_revenue`](crate::analytics::daily_revenue), with `SELECT` on the tables of [`Source::table`]
/// and on the tables `summary_*`.
pub fn compare<C: Connection>(conn: &mut C, range: DateRange) -> Result<Vec<Difference>> {
    let moments = (range.start().midnight(), range.end().midnight());
    let mut differences = Vec::new();
    for closed in closed(conn, ACTION, &Source::ALL, moments)? {
        let source = closed.source();
        for range in closed.comparable() {
            let begins = ask(conn, ACTION, &differing(source, range), (), Columns::take)?;
            for begin in begins {
                differences.push(Difference { source, begin: begin? });
            }
        }
    }
    Ok(differences)
}

/// Both sides in one, with the signs of the sums changed: what is left is what differs.
fn differing(source: Source, range: (PrimitiveDateTime, PrimitiveDateTime)) -> String {
    let Sums { table, keys, amounts } = Sums::of(source);
    let of = |of: &str, names: &[&str]| {
        names.iter().map(|name| format!("{of}.{name}")).collect::<Vec<_>>().join(", ")
    };
    let signed = |of: &str, sign: &str| {
        let amounts = amounts.iter().map(|name| format!(", {sign}{of}.{name} AS {name}"));
        format!("{}, {sign}1 AS side{}", of_keys(of, keys), amounts.collect::<String>())
    };
    let left: Vec<_> = amounts.iter().map(|name| format!(" OR {}", is_left(name))).collect();
    format!(
        "SELECT DISTINCT d.{begin} FROM (SELECT {} FROM ({}) m UNION ALL \
         SELECT {} FROM {table} s WHERE {}) d GROUP BY {} HAVING SUM(d.side) <> 0{} ORDER BY d.{begin}",
        signed("m", ""),
        made(source, range),
        signed("s", "-"),
        there(source, range),
        of("d", keys),
        left.concat(),
        begin = source.of_sums(),
    )
}

fn of_keys(of: &str, keys: &[&str]) -> String {
    keys.iter().map(|name| format!("{of}.{name} AS {name}")).collect::<Vec<_>>().join(", ")
}

/// Distances are added up in any order, which changes their last bits.
fn is_left(amount: &str) -> String {
    if amount == "metres" {
        "ABS(SUM(d.metres)) > 1e-10 * SUM(ABS(d.metres))".to_owned()
    } else {
        format!("SUM(d.{amount}) <> 0")
    }
}
