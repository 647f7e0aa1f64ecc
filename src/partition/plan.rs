//! What would be done, as statements and in words: nothing here needs a server.

mod losses;
mod ranges;
mod statements;

use std::fmt;

use time::Date;

use self::{
    losses::losses,
    ranges::{MOST, doomed, new_partitions, too_many},
    statements::{archive_steps, drop_step, extend, first},
};
use super::{
    Layout, Policy, Table,
    layout::{Partition, Partitions},
    policy::Farewell,
};
use crate::outcome::{Error, Result};

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
        self.leaving()
            .filter(|(_, is_doomed)| *is_doomed)
            .map(|(one, _)| one.name.as_str())
            .collect()
    }

    /// The first day that has no partition of its own then.
    #[must_use]
    pub fn ends_before(&self) -> Date {
        self.ends_before
    }

    /// The partitions whose rows leave the table, and whether for good.
    pub(super) fn leaving(&self) -> impl Iterator<Item = (&Partition, bool)> {
        self.steps.iter().filter_map(|step| match &step.work {
            Work::Drop { partition } => Some((partition, true)),
            Work::Exchange { partition } | Work::DropCopied { partition, .. } => {
                Some((partition, false))
            }
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

#[cfg(test)]
mod tests;
