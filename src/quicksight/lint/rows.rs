//! What only the values tell.

use std::time::{Duration, Instant};

use super::{
    ACTION,
    catalogue::{Column, Table},
    finding::LintFinding,
    rule::LintRule::{self, BigInteger, LongText, NumberAsBoolean, RowsNotRead, ZeroDate},
};
use crate::{
    outcome::{Error, Result},
    session::{Session, column, quote},
};

/// The longest text that QuickSight takes, in characters.
/// <https://docs.aws.amazon.com/quick/latest/userguide/data-source-limits.html>
const TEXT: u64 = 2047;

/// A column whose type lets values in that QuickSight does not read as they are.
struct Doubt<'t> {
    column: &'t Column,
    rule: LintRule,
    /// The SQL that is true of such a value.
    is_wrong: String,
    /// What a number of rows does.
    says: &'static str,
}

/// Reads the rows of a table, until `deadline` if there is one, and returns what is wrong with them.
///
/// A column that begins an index is asked for by itself, because the server then reads that index alone.
/// All others share one walk through the table.
pub(super) fn read(
    session: &mut Session<'_>,
    table: &Table,
    deadline: Option<Instant>,
) -> Result<Vec<LintFinding>> {
    let doubts = table.columns.iter().filter_map(doubt);
    let (indexed, others): (Vec<_>, Vec<_>) = doubts.partition(|doubt| doubt.column.begins_index);
    let mut findings = Vec::new();
    for doubts in indexed.chunks(1).chain([&*others]).filter(|doubts| !doubts.is_empty()) {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let answer = match left {
            Some(Duration::ZERO) => None,
            left => session
                .read_within(&count(table, doubts), left)
                .map_err(|error| Error::from_answer(ACTION, error))?,
        };
        let Some(counts) = answer else {
            let problem = "has more rows than could be read in time, so its values are unknown";
            findings.push(LintFinding::new(&table.name, None, RowsNotRead, problem));
            break;
        };
        for (index, doubt) in doubts.iter().enumerate() {
            let rows = counts.first().and_then(|row| column(row, index));
            let rows: u64 = rows.ok_or_else(|| Error::UnexpectedAnswer {
                action: ACTION.into(),
                column: index + 1,
            })?;
            findings.extend(doubt.finding(table, rows));
        }
    }
    Ok(findings)
}

/// Counts the wrong values of each of these columns. Where it is one alone, the server may find them by a
/// range of its index.
fn count(table: &Table, doubts: &[Doubt<'_>]) -> String {
    let counts =
        doubts.iter().map(|doubt| format!("COUNT(CASE WHEN {} THEN 1 END)", doubt.is_wrong));
    let range = match doubts {
        [one] => format!(" WHERE {}", one.is_wrong),
        _ => String::new(),
    };
    let counts = counts.collect::<Vec<_>>().join(", ");
    format!("SELECT {counts} FROM {}{range} LIMIT 1", quote(&table.name))
}

fn doubt(column: &Column) -> Option<Doubt<'_>> {
    let name = quote(&column.name);
    let (rule, is_wrong, says) = match column.base.as_str() {
        "bigint" if !column.kind.contains("unsigned") => (
            BigInteger,
            format!("{name} NOT BETWEEN -9007199254740991 AND 9007199254740991"),
            "with an integer beyond 2^53 - 1, which QuickSight does not show exactly",
        ),
        "tinyint" if column.kind.starts_with("tinyint(1)") => (
            NumberAsBoolean,
            format!("{name} NOT IN (0, 1)"),
            "with another number than 0 and 1, of which QuickSight reads only that it is not 0",
        ),
        // Whatever is no date is another one after it was reckoned with, or NULL.
        "date" | "datetime" => (
            ZeroDate,
            format!("NOT ({name} + INTERVAL 0 DAY <=> {name})"),
            "with a day that no calendar has, which QuickSight does not read",
        ),
        // The only such day that it takes. Reckoning would be wrong in the hour that comes twice.
        "timestamp" => (
            ZeroDate,
            format!("UNIX_TIMESTAMP({name}) = 0"),
            "with a day that no calendar has, which QuickSight does not read",
        ),
        "varchar" | "text" if column.length > TEXT => (
            LongText,
            format!("CHAR_LENGTH({name}) > {TEXT}"),
            "with a text of more than 2,047 characters, of which QuickSight cuts the rest off",
        ),
        _ => return None,
    };
    Some(Doubt { column, rule, is_wrong, says })
}

impl Doubt<'_> {
    fn finding(&self, table: &Table, rows: u64) -> Option<LintFinding> {
        let noun = if rows == 1 { "row" } else { "rows" };
        let problem = format!("has {rows} {noun} {}", self.says);
        (rows > 0)
            .then(|| LintFinding::new(&table.name, Some(&self.column.name), self.rule, problem))
    }
}
