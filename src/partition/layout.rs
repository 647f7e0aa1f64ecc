//! What is there: the partitions of a table, what of it they would change, and rows that have no place in
//! them.

use std::{collections::BTreeMap, fmt};

use mysql::Row;
use time::{Date, Month};

use super::{
    Table,
    rows::{Rows, all_rows, stray_rows},
};
use crate::{
    outcome::{Error, Result},
    schema::{Partitionable, hold, partitionable},
    session::{ALL, Session, column, literal, quote, unread},
};

/// The partition of rows that no other one takes.
pub(super) const CATCH_ALL: &str = "pmax";

/// A table as it is: made by [`look`](super::look).
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub(super) table: Table,
    pub(super) partitions: Partitions,
    pub(super) shape: Partitionable,
    pub(super) rows: Rows,
    /// What is there of tables that a partition of today could be moved into, by the partition's name.
    pub(super) archives: BTreeMap<String, Archive>,
}

/// A table that has the name of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    /// Made like the table, with its partitions.
    Partitioned,
    Empty,
    Filled,
}

/// How a table is partitioned.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Partitions {
    None,
    /// By this crate: in order, without the catch-all.
    Ours(Vec<Partition>),
    /// By somebody else, in words.
    Foreign(String),
}

/// A partition, and the first day that its rows are before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) name: String,
    pub(super) until: Date,
}

impl Layout {
    /// The table.
    #[must_use]
    pub fn table(&self) -> Table {
        self.table
    }

    /// The first day that has no partition of its own, if the table is partitioned by this crate.
    #[must_use]
    pub fn ends_before(&self) -> Option<Date> {
        match &self.partitions {
            Partitions::Ours(partitions) => partitions.last().map(|last| last.until),
            _ => None,
        }
    }

    /// The names of its partitions without the catch-all, the oldest first.
    #[must_use]
    pub fn partitions(&self) -> Vec<&str> {
        match &self.partitions {
            Partitions::Ours(all) => all.iter().map(|one| one.name.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// How many rows are in the catch-all, because no partition was made for them in time.
    #[must_use]
    pub fn outside(&self) -> u64 {
        if matches!(self.partitions, Partitions::Ours(_)) { self.rows.count } else { 0 }
    }

    /// How many rows have no date.
    #[must_use]
    pub fn without_date(&self) -> u64 {
        self.rows.without_date
    }

    /// How many rows have a date that is none, such as 0000-00-00.
    #[must_use]
    pub fn impossible_dates(&self) -> u64 {
        self.rows.impossible
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table;
        match &self.partitions {
            Partitions::None => write!(f, "{table} is not partitioned"),
            Partitions::Foreign(how) => write!(f, "{table} is partitioned {how}"),
            Partitions::Ours(all) => {
                let column = table.date_column();
                write!(f, "{table} has {} partitions by {column}", all.len())?;
                self.ends_before().map_or(Ok(()), |day| write!(f, ", for rows before {day}"))
            }
        }
    }
}

/// Reads what is there, in a session that waits no longer than a call may.
pub(super) fn look(session: &mut Session<'_>, table: Table) -> Result<Layout> {
    // A table that another session is just changing would look as if it was not there.
    let (shape, partitions) = hold(session, &[table.as_str()], |session| {
        let shape = partitionable(session, table.as_str(), table.date_column())?;
        Ok((shape, partitions(session, table)?))
    })?;
    let Some(shape) = shape else {
        let reason = "it is not there, or this user may not see it".into();
        return Err(Error::CannotPartition { table: table.to_string(), reason });
    };
    let rows = match (&partitions, &shape.obstacle) {
        (Partitions::None, None) => all_rows(session, table)?,
        (Partitions::Ours(_), _) => stray_rows(session, table)?,
        _ => Rows::default(),
    };
    let archives = archives(session, table, &partitions)?;
    Ok(Layout { table, partitions, shape, rows, archives })
}

fn partitions(session: &mut Session<'_>, table: Table) -> Result<Partitions> {
    Ok(judge(table, &describe(session, &[table])?))
}

/// The partitions of these tables, in order.
fn describe(session: &mut Session<'_>, tables: &[Table]) -> Result<Vec<Described>> {
    let tables: Vec<_> = tables.iter().map(|table| table.as_str()).collect();
    let names: Vec<_> = tables.iter().map(|table| literal(table)).collect();
    let ask = format!(
        "SELECT partition_name, partition_method, partition_expression, partition_description, \
         subpartition_method, table_name FROM information_schema.partitions \
         WHERE table_schema = DATABASE() AND table_name IN ({}) \
         ORDER BY partition_ordinal_position LIMIT {ALL}",
        names.join(", ")
    );
    let rows = session
        .read(&ask)
        .map_err(|error| unread(session, &tables, "read the partitions", error))?;
    Ok(rows.iter().filter_map(Described::read).collect())
}

/// The table that a partition is moved into.
pub(super) fn archive_of(table: Table, partition: &str) -> String {
    format!("{table}_{partition}")
}

fn archives(
    session: &mut Session<'_>,
    table: Table,
    partitions: &Partitions,
) -> Result<BTreeMap<String, Archive>> {
    let Partitions::Ours(all) = partitions else { return Ok(BTreeMap::new()) };
    let names: Vec<_> = all.iter().map(|one| literal(&archive_of(table, &one.name))).collect();
    let ask = format!(
        "SELECT table_name, create_options FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_name IN ({}) LIMIT {ALL}",
        names.join(", ")
    );
    let rows = session
        .read(&ask)
        .map_err(|error| unread(session, &[table.as_str()], "look for archives", error))?;
    let mut archives = BTreeMap::new();
    for row in rows {
        let (name, options): (Option<String>, Option<String>) = (column(&row, 0), column(&row, 1));
        let Some(name) = name else { continue };
        let Some(partition) = name.strip_prefix(&format!("{table}_")) else { continue };
        let archive = if options.unwrap_or_default().to_ascii_lowercase().contains("partitioned") {
            Archive::Partitioned
        } else if ask_one(session, &name)? {
            Archive::Filled
        } else {
            Archive::Empty
        };
        archives.insert(partition.to_owned(), archive);
    }
    Ok(archives)
}

/// Whether a table has a row.
fn ask_one(session: &mut Session<'_>, table: &str) -> Result<bool> {
    session
        .read(&format!("SELECT 1 FROM {} LIMIT 1", quote(table)))
        .map(|rows| !rows.is_empty())
        .map_err(|error| unread(session, &[table], "look into an archive (needs SELECT)", error))
}

/// Up to when the tables have partitions, for all that this crate has partitioned.
pub(super) fn ends(session: &mut Session<'_>) -> Result<Vec<(Table, Date)>> {
    let found = found_ends(session)?;
    if found.len() == Table::ALL.len() {
        return Ok(found);
    }
    // A table that another session is just changing would look as if it was not there.
    hold(session, &Table::ALL.map(Table::as_str), found_ends)
}

fn found_ends(session: &mut Session<'_>) -> Result<Vec<(Table, Date)>> {
    let all = describe(session, &Table::ALL)?;
    let end = |table: Table| {
        let own: Vec<_> = all.iter().filter(|one| one.table == table.as_str()).cloned().collect();
        match judge(table, &own) {
            Partitions::Ours(partitions) => partitions.last().map(|last| (table, last.until)),
            _ => None,
        }
    };
    Ok(Table::ALL.into_iter().filter_map(end).collect())
}

/// A partition in the server's words.
#[derive(Debug, Clone, Default)]
struct Described {
    table: String,
    name: String,
    method: String,
    expression: String,
    description: String,
    subpartitions: Option<String>,
}

impl Described {
    /// `None`: the table has no partitions.
    fn read(row: &Row) -> Option<Self> {
        Some(Self {
            name: column(row, 0)?,
            method: column(row, 1)?,
            expression: column(row, 2)?,
            // A hash has no bounds.
            description: column(row, 3).unwrap_or_default(),
            subpartitions: column(row, 4),
            table: column(row, 5)?,
        })
    }

    fn partition(&self) -> Option<Partition> {
        let until = parse_day(self.description.strip_prefix('\'')?.strip_suffix('\'')?)?;
        is_our_name(&self.name).then(|| Partition { name: self.name.clone(), until })
    }
}

/// Whether these are partitions of ours: by ranges of the date, named by their first days, with the catch-all
/// at the end.
fn judge(table: Table, all: &[Described]) -> Partitions {
    let Some((last, others)) = all.split_last() else { return Partitions::None };
    let is_by_date = last.method.eq_ignore_ascii_case("RANGE COLUMNS")
        && last.expression.trim_matches('`').eq_ignore_ascii_case(table.date_column())
        && last.subpartitions.is_none();
    let ends_in_catch_all = last.name == CATCH_ALL && last.description == "MAXVALUE";
    let ours: Option<Vec<_>> = others.iter().map(Described::partition).collect();
    match ours {
        Some(ours) if is_by_date && ends_in_catch_all && !ours.is_empty() => Partitions::Ours(ours),
        _ => {
            let names: Vec<_> = all.iter().take(3).map(|one| one.name.as_str()).collect();
            let more = if all.len() > names.len() { ", .." } else { "" };
            let (method, expression) = (&last.method, &last.expression);
            Partitions::Foreign(format!(
                "by {method} ({expression}) into {}{more}",
                names.join(", ")
            ))
        }
    }
}

/// A day as the server writes it, with the time of its beginning or without.
pub(super) fn parse_day(text: &str) -> Option<Date> {
    let (day, rest) = text.split_at_checked(10)?;
    if !matches!(rest, "" | " 00:00:00" | " 00:00:00.000000") {
        return None;
    }
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// `p2024_12` or `p2024_12_30`.
fn is_our_name(name: &str) -> bool {
    let Some(parts) = name.strip_prefix('p') else { return false };
    let lengths: Vec<_> = parts.split('_').map(str::len).collect();
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(lengths[..], [4, 2] | [4, 2, 2]) && parts.split('_').all(is_digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partition::on;

    type Change = fn(&mut Described, &mut Described);

    fn described(name: &str, description: &str) -> Described {
        Described {
            table: "trip".into(),
            name: name.into(),
            method: "RANGE COLUMNS".into(),
            expression: "`started_on`".into(),
            description: description.into(),
            subpartitions: None,
        }
    }

    #[test]
    fn ours_are_told_from_those_of_others() {
        let ours = [described("p2024_12", "'2025-01-01'"), described("pmax", "MAXVALUE")];
        let expected = Partition { name: "p2024_12".into(), until: on(2025, 1, 1) };
        assert_eq!(judge(Table::Trip, &ours), Partitions::Ours(vec![expected]));
        assert_eq!(judge(Table::Trip, &[]), Partitions::None);
        let changes: [Change; 7] = [
            |first, _| first.name = "p0".into(),
            |first, _| first.description = "'2025-01-01 06:00:00'".into(),
            |first, _| first.description = "739617".into(),
            |_, last| last.name = "future".into(),
            |_, last| last.description = "'2025-02-01'".into(),
            |_, last| last.expression = "`ended_on`".into(),
            |_, last| last.subpartitions = Some("HASH".into()),
        ];
        for change in changes {
            let [mut first, mut last] = ours.clone();
            change(&mut first, &mut last);
            let judged = judge(Table::Trip, &[first, last]);
            assert!(matches!(judged, Partitions::Foreign(_)), "{judged:?}");
        }
        let hash = Described { method: "HASH".into(), ..described("p0", "") };
        let Partitions::Foreign(how) = judge(Table::Trip, &[hash]) else { panic!() };
        assert_eq!(how, "by HASH (`started_on`) into p0");
    }
}
