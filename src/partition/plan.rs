//! What would be done, as statements and in words: nothing here needs a server.

use std::fmt;

use time::Date;

use super::{
    Layout, Policy, Table,
    layout::{Archive, CATCH_ALL, Partition, Partitions, archive_of},
    policy::Farewell,
};
use crate::{
    outcome::{Error, Result},
    session::quote,
};

/// The server takes 8192 partitions, and opens each of them for a statement that names no date.
/// <https://dev.mysql.com/doc/refman/8.4/en/partitioning-limitations.html>
const MOST: usize = 1024;

/// What is to be done to a table, and what it is by then: made by [`plan`](super::plan).
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a Plan does nothing until it is applied"]
pub struct Plan {
    pub(super) table: Table,
    pub(super) today: Date,
    pub(super) policy: Policy,
    pub(super) steps: Vec<Step>,
    losses: Vec<String>,
    pub(super) ends_before: Date,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) sql: String,
    pub(super) work: Work,
}

/// What a statement is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Work {
    /// The whole table is copied into partitions.
    Partition,
    /// The catch-all is divided.
    Extend,
    /// A partition goes with its rows.
    Drop { partition: Partition },
    /// A table is made that the rows of a partition will be moved into.
    Prepare,
    /// The rows of a partition are moved there.
    Exchange { partition: Partition },
    /// A partition goes whose rows were moved.
    DropEmpty { partition: Partition },
    /// The rows of a partition of a ledger are copied there.
    Copy { partition: Partition },
    /// A partition goes whose rows were copied, and those that came meanwhile are copied first.
    DropCopied { partition: Partition, copy: String },
}

impl Plan {
    pub(super) fn make(layout: &Layout, today: Date, policy: &Policy) -> Result<Self> {
        let table = layout.table;
        let existing = refuse(layout)?;
        let last = existing.last().map(|last| last.until);
        let new = new_partitions(layout, today, policy, last)?;
        let all: Vec<_> = existing.iter().chain(&new).cloned().collect();
        let doomed = doomed(&all, today, policy);
        // Whoever has too many wants some of them to go.
        let stay = all.len() - doomed.len();
        if stay > MOST {
            return Err(too_many(layout, stay));
        }
        let is_first = existing.is_empty();
        let mut steps = Vec::new();
        if is_first {
            steps.push(Step { sql: first(layout, &new), work: Work::Partition });
        } else if !new.is_empty() {
            steps.push(Step { sql: extend(table, &new), work: Work::Extend });
        }
        let ends_before = all.last().map_or(today, |last| last.until);
        for partition in doomed {
            match policy.farewell {
                Farewell::Drop => steps.push(drop_step(table, partition)),
                Farewell::Archive => steps.extend(archive_steps(layout, &partition)),
            }
        }
        let losses = if is_first { losses(layout) } else { Vec::new() };
        Ok(Self { table, today, policy: policy.clone(), steps, losses, ends_before })
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> Table {
        self.table
    }

    /// The statements, in order. Empty if nothing is to be done.
    #[must_use]
    pub fn statements(&self) -> Vec<&str> {
        self.steps.iter().map(|step| step.sql.as_str()).collect()
    }

    /// What the table loses by it, a sentence each.
    #[must_use]
    pub fn losses(&self) -> &[String] {
        &self.losses
    }

    /// The names of the partitions that go, and their rows with them.
    #[must_use]
    pub fn drops(&self) -> Vec<&str> {
        self.doomed().map(|one| one.name.as_str()).collect()
    }

    /// The first day that has no partition of its own then.
    #[must_use]
    pub fn ends_before(&self) -> Date {
        self.ends_before
    }

    pub(super) fn doomed(&self) -> impl Iterator<Item = &Partition> {
        self.steps.iter().filter_map(|step| match &step.work {
            Work::Drop { partition } => Some(partition),
            _ => None,
        })
    }
}

/// The dry run: what the table loses, as comments, and each statement.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, end) = (self.table, self.ends_before);
        if self.steps.is_empty() {
            return write!(f, "-- {table}: nothing to do, its partitions take rows before {end}");
        }
        write!(f, "-- {table}: partitions for rows before {end}")?;
        for loss in &self.losses {
            write!(f, "\n-- {loss}")?;
        }
        for step in &self.steps {
            if let (Some(_), Work::Drop { partition } | Work::DropCopied { partition, .. }) =
                (table.ledger(), &step.work)
            {
                write!(
                    f,
                    "\n-- writes the opening balance of each account with rows in {} first",
                    partition.name
                )?;
            }
            match &step.work {
                Work::Copy { partition: Partition { name, until } } => {
                    write!(f, "\n-- copies the rows of {name}: those before {until}")?;
                }
                Work::Drop { partition: Partition { name, until } } => {
                    write!(f, "\n-- drops the rows of {name}: those before {until}")?;
                }
                Work::Exchange { partition: Partition { name, until } } => {
                    write!(f, "\n-- moves the rows of {name}: those before {until}")?;
                }
                _ => {}
            }
            write!(f, "\n{};", step.sql)?;
        }
        Ok(())
    }
}

/// The partitions that are there, unless something speaks against touching the table.
fn refuse(layout: &Layout) -> Result<&[Partition]> {
    let table = layout.table.to_string();
    let rows = &layout.rows;
    match (&layout.partitions, &layout.shape.obstacle) {
        (Partitions::Foreign(found), _) => {
            return Err(Error::ForeignPartitions { table, found: found.clone() });
        }
        (_, Some(reason)) => {
            return Err(Error::CannotPartition { table, reason: reason.clone().into() });
        }
        _ => {}
    }
    if rows.without_date + rows.impossible > 0 {
        let column = layout.table.date_column().to_owned();
        let (nulls, impossible) = (rows.without_date, rows.impossible);
        return Err(Error::RowsWithoutDate { table, column, nulls, impossible });
    }
    Ok(match &layout.partitions {
        Partitions::Ours(all) => all,
        _ => &[],
    })
}

/// The partitions that are to be made: from the oldest row, the day that the policy says, or the end of those that are there, until so long
/// after today as the policy says, and until the newest row.
fn new_partitions(
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

fn too_many(layout: &Layout, count: usize) -> Error {
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
        super::Interval::Month => format!("p{year:04}_{month:02}"),
        _ => format!("p{year:04}_{month:02}_{day:02}"),
    }
}

/// Those whose rows are all older than the policy keeps them.
fn doomed(all: &[Partition], today: Date, policy: &Policy) -> Vec<Partition> {
    let until = policy.retain.and_then(|retain| retain.before(today));
    let is_old = |one: &&Partition| until.is_some_and(|until| one.until <= until);
    all.iter().filter(is_old).cloned().collect()
}

/// Neither server takes an `ALGORITHM` for it.
fn drop_step(table: Table, partition: Partition) -> Step {
    let (table, name) = (quote(table.as_str()), quote(&partition.name));
    let sql = format!("ALTER TABLE {table} DROP PARTITION {name}");
    Step { sql, work: Work::Drop { partition } }
}

/// What is still to be done until the rows of a partition are in a table of their own. The exchange checks
/// each row, unless it is told not to.
/// <https://dev.mysql.com/doc/refman/8.4/en/partitioning-management-exchange.html>
fn archive_steps(layout: &Layout, partition: &Partition) -> Vec<Step> {
    let (table, name) = (quote(layout.table.as_str()), quote(&partition.name));
    let archive = quote(&archive_of(layout.table, &partition.name));
    let step = |sql: String, work| Step { sql, work };
    let (is_ledger, leaving) = (layout.table.ledger().is_some(), partition.clone());
    let (moves, drops) = if is_ledger {
        let sql = copy(layout, &leaving.name);
        let drops = Work::DropCopied { partition: leaving.clone(), copy: sql.clone() };
        (step(sql, Work::Copy { partition: leaving }), drops)
    } else {
        let sql = format!("ALTER TABLE {table} EXCHANGE PARTITION {name} WITH TABLE {archive}");
        let drops = Work::DropEmpty { partition: leaving.clone() };
        (step(sql, Work::Exchange { partition: leaving }), drops)
    };
    let steps = [
        step(format!("CREATE TABLE {archive} LIKE {table}"), Work::Prepare),
        step(format!("ALTER TABLE {archive} REMOVE PARTITIONING"), Work::Prepare),
        moves,
        step(format!("ALTER TABLE {table} DROP PARTITION {name}"), drops),
    ];
    let done = match layout.archives.get(&partition.name) {
        None => 0,
        Some(Archive::Partitioned) => 1,
        Some(Archive::Empty) => 2,
        // Copying goes on where it stopped.
        Some(Archive::Filled) if is_ledger => 2,
        Some(Archive::Filled) => 3,
    };
    steps.into_iter().skip(done).collect()
}

/// Copies the rows of a partition that an archive has not. MariaDB exchanges nothing while a table is locked, and
/// without the lock a row could come between its opening and the exchange. Each column is named: `*` is without those
/// that are invisible, and with those that nobody may write.
fn copy(layout: &Layout, partition: &str) -> String {
    let (table, archive) =
        (quote(layout.table.as_str()), quote(&archive_of(layout.table, partition)));
    let (date, partition) = (quote(layout.table.date_column()), quote(partition));
    let columns = &layout.shape.columns;
    let of_table: Vec<_> = columns.iter().map(|column| format!("{table}.{column}")).collect();
    format!(
        "INSERT INTO {archive} ({}) SELECT {} FROM {table} PARTITION ({partition}) \
         LEFT JOIN {archive} AS archived ON archived.id = {table}.id \
         AND archived.{date} = {table}.{date} WHERE archived.id IS NULL",
        columns.join(", "),
        of_table.join(", ")
    )
}

/// The list that a statement makes partitions with, the catch-all at its end.
fn list(new: &[Partition]) -> String {
    let each = new
        .iter()
        .map(|one| format!("PARTITION {} VALUES LESS THAN ('{}')", quote(&one.name), one.until));
    let catch_all = format!("PARTITION {} VALUES LESS THAN (MAXVALUE)", quote(CATCH_ALL));
    each.chain([catch_all]).collect::<Vec<_>>().join(", ")
}

fn extend(table: Table, new: &[Partition]) -> String {
    let (table, catch_all) = (quote(table.as_str()), quote(CATCH_ALL));
    format!("ALTER TABLE {table} REORGANIZE PARTITION {catch_all} INTO ({})", list(new))
}

/// One statement for the keys and the partitions: either all of it is done or nothing.
fn first(layout: &Layout, new: &[Partition]) -> String {
    let (table, date) = (layout.table, quote(layout.table.date_column()));
    let shape = &layout.shape;
    let mut changes = Vec::new();
    if shape.nullable {
        changes.push(format!("MODIFY COLUMN {date} {}", dated(&shape.kind)));
    }
    for (name, parts) in &shape.unique {
        changes.push(format!("DROP INDEX {}", quote(name)));
        if *parts != shape.primary {
            changes.push(format!("ADD KEY {} ({})", quote(name), parts.join(", ")));
        }
    }
    if !shape.primary.iter().any(|part| part.eq_ignore_ascii_case(&date)) {
        let parts = shape.primary.iter().chain([&date]).map(String::as_str).collect::<Vec<_>>();
        changes.push(format!("DROP PRIMARY KEY, ADD PRIMARY KEY ({})", parts.join(", ")));
    }
    let changes = match changes.join(", ") {
        none if none.is_empty() => none,
        some => format!("{some} "),
    };
    let table = quote(table.as_str());
    format!("ALTER TABLE {table} {changes}PARTITION BY RANGE COLUMNS({date}) ({})", list(new))
}

/// `token_transaction.created_on`, the one date that may be NULL, as its migration has it but for that.
fn dated(kind: &str) -> String {
    let digits = kind.strip_prefix("datetime").unwrap_or_default();
    format!(
        "{kind} NOT NULL DEFAULT CURRENT_TIMESTAMP{digits} COMMENT 'US/Central wall clock, look-back column'"
    )
}

/// What the server does not look after any more, once the table is partitioned.
fn losses(layout: &Layout) -> Vec<String> {
    let (table, shape) = (layout.table, &layout.shape);
    let date = table.date_column();
    let mut losses = Vec::new();
    for (name, parts) in &shape.unique {
        let parts = parts.join(", ");
        losses.push(match (table, name.as_str()) {
            (Table::Trip, "reservation_id") => {
                "trip.reservation_id is not unique any more: the server takes a second trip of a \
                 reservation, and the check trips_of_one_reservation finds it"
                    .to_owned()
            }
            _ => format!("{table} ({parts}) is not unique any more: the server takes equal rows"),
        });
    }
    losses.push(format!(
        "the primary key is (id, {date}): the server still numbers the rows, and takes an id twice only \
         from who says it twice with two dates"
    ));
    if shape.nullable {
        losses.push(format!(
            "{table}.{date} is never NULL any more: an INSERT that says NULL is refused, and one that \
             leaves it out is dated by the server"
        ));
    }
    losses.push(format!(
        "a foreign key on {table} is refused from then on, and a query that names no {date} looks into \
         each partition"
    ));
    let rows = layout.rows.count;
    losses.push(format!(
        "the server copies {rows} rows, and whoever writes to {table} waits until then"
    ));
    losses
}

#[cfg(test)]
mod tests;
