//! Doing it: under the migration lock, one statement after the other.

use std::{fmt, time::Instant};

use log::info;
use time::Date;

use super::{
    Plan, Table, algorithm, ids,
    layout::{self, Partition},
    opening::{self, Archive, Gone, Leaving},
    plan::{Step, Work},
    rows, sums,
};
use crate::{
    outcome::{Error, Result, code},
    session::{Session, Settings, Writers, in_turn, unchanged},
};

/// What a [`Plan`] did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    table: Table,
    statements: Vec<String>,
    dropped: Vec<Dropped>,
    archived: Vec<Dropped>,
    ends_before: Date,
    elapsed: std::time::Duration,
}

/// A partition that went, or would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    partition: Partition,
    rows: u64,
    accounts: u64,
}

impl Dropped {
    /// Its name.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.partition.name
    }

    /// The first day that its rows are before.
    #[must_use]
    pub fn before(&self) -> Date {
        self.partition.until
    }

    /// How many rows it had, counted right before.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Of a ledger: how many accounts the rows were of, each of which has an opening balance then. 0 of other tables.
    #[must_use]
    pub fn accounts(&self) -> u64 {
        self.accounts
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{} with {} {noun} before {}", self.partition(), self.rows, self.before())?;
        match self.accounts {
            0 => Ok(()),
            1 => f.write_str(" of 1 account"),
            several => write!(f, " of {several} accounts"),
        }
    }
}

impl Report {
    /// The table.
    #[must_use]
    pub fn table(&self) -> Table {
        self.table
    }

    /// The statements that were done, in order.
    #[must_use]
    pub fn statements(&self) -> &[String] {
        &self.statements
    }

    /// The partitions that went with their rows.
    #[must_use]
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// The partitions whose rows were moved into tables of their own.
    #[must_use]
    pub fn archived(&self) -> &[Dropped] {
        &self.archived
    }

    /// The first day that has no partition of its own.
    #[must_use]
    pub fn ends_before(&self) -> Date {
        self.ends_before
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, end, took) = (self.table, self.ends_before, self.elapsed.as_millis());
        let done = match self.statements.len() {
            0 => "nothing to do".to_owned(),
            1 => "1 statement".to_owned(),
            several => format!("{several} statements"),
        };
        write!(f, "{table}: {done} in {took} ms, partitions for rows before {end}")?;
        for dropped in &self.dropped {
            write!(f, "; dropped {dropped}")?;
        }
        for archived in &self.archived {
            write!(f, "; archived {archived}")?;
        }
        Ok(())
    }
}

/// Makes the server refuse what it would otherwise put into the oldest partition as 0000-00-00.
const STRICT: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
     NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'";

/// Each wait of a statement that takes no time itself, in which everybody who comes after it waits, too.
const SHORT_WAITS: &str = "SET SESSION lock_wait_timeout = 1";

pub(crate) fn run(plan: &Plan, session: &mut Session<'_>, settings: &Settings) -> Result<Report> {
    let started = Instant::now();
    let done = in_turn(session, settings, |session, _| {
        let writers = Writers::beside(session, settings)?;
        if writers != Writers::One {
            return Err(writers.refusal("partitioned", way_out(writers)));
        }
        algorithm::of_the_server(session, |session| work(plan, session))
    })?;
    let Done { statements, dropped, archived } = done;
    let (ends_before, elapsed) = (plan.ends_before, started.elapsed());
    Ok(Report { table: plan.table, statements, dropped, archived, ends_before, elapsed })
}

fn way_out(writers: Writers) -> &'static str {
    match writers {
        Writers::Group { .. } => Writers::ONE_PRIMARY,
        _ => "let one node alone take writes",
    }
}

/// What was done.
#[derive(Default)]
struct Done {
    statements: Vec<String>,
    dropped: Vec<Dropped>,
    archived: Vec<Dropped>,
}

fn work(plan: &Plan, session: &mut Session<'_>) -> Result<Done> {
    let rest = rest(plan, session)?;
    let mut done = Done::default();
    if rest.is_empty() {
        return Ok(done);
    }
    set(session, STRICT)?;
    for step in rest {
        if step.work != Work::Partition {
            set(session, SHORT_WAITS)?;
        }
        let started = Instant::now();
        let going = match execute(session, plan.table, step)? {
            Ok(going) => going,
            Err(source) => {
                return Err(failed(session, plan, step, done.statements.len(), source)?);
            }
        };
        let (table, took) = (plan.table.as_str(), started.elapsed().as_millis());
        match (&step.work, going) {
            (Work::Drop { .. }, Some(going)) => {
                info!(table, rows = going.rows; "dropped {going} of {table}");
                done.dropped.push(going);
            }
            (Work::Exchange { .. } | Work::DropCopied { .. }, Some(going)) => {
                info!(table, rows = going.rows; "archived {going} of {table}");
                done.archived.push(going);
            }
            _ => info!(table, duration_ms = took; "partitioned {table} in {took} ms"),
        }
        done.statements.push(step.sql.clone());
    }
    Ok(done)
}

/// Does one step, and says what went. A refusal of its statement is the inner error.
fn execute(
    session: &mut Session<'_>,
    table: Table,
    step: &Step,
) -> Result<mysql::Result<Option<Dropped>>> {
    let (partition, copy) = match &step.work {
        Work::Drop { partition } => (partition, None),
        Work::DropCopied { partition, copy } => (partition, Some(copy)),
        Work::Exchange { partition } | Work::DropEmpty { partition } => {
            return move_or_drop_empty(session, table, step, partition);
        }
        Work::Copy { partition } => {
            // Before a row is where it need not go.
            opening::refuse_reversals(session, table, partition)?;
            return Ok(session.execute(&step.sql).map(|()| None));
        }
        Work::Partition | Work::Extend | Work::Prepare => {
            return Ok(session.execute(&step.sql).map(|()| None));
        }
    };
    let gone = |rows, accounts| Some(Dropped { partition: partition.clone(), rows, accounts });
    let rows = rows::count(session, table, &partition.name)?;
    sums::keep(session, table, partition.until, rows)?;
    let Some(ledger) = table.ledger() else {
        ids::keep(session, table, &partition.name)?;
        return Ok(session.execute(&step.sql).map(|()| gone(rows, 0)));
    };
    // Its ids are kept with its openings, while nobody writes.
    let name = layout::archive_of(table, &partition.name);
    let archive = copy.map(|copy| Archive { name: &name, copy });
    let leaving = Leaving { table, ledger, partition, archive };
    let dropped = opening::drop_partition(session, leaving, &step.sql)?;
    Ok(dropped.map(|Gone { rows, accounts }| gone(rows, accounts)))
}

fn move_or_drop_empty(
    session: &mut Session<'_>,
    table: Table,
    step: &Step,
    partition: &Partition,
) -> Result<mysql::Result<Option<Dropped>>> {
    let rows = rows::count(session, table, &partition.name)?;
    let going = Dropped { partition: partition.clone(), rows, accounts: 0 };
    if rows > 0 && matches!(step.work, Work::DropEmpty { .. }) {
        return Err(refuse_late(table, &going));
    }
    if matches!(step.work, Work::Exchange { .. }) {
        sums::keep(session, table, partition.until, rows)?;
        ids::keep(session, table, &partition.name)?;
    }
    Ok(session.execute(&step.sql).map(|()| Some(going)))
}

/// Rows have come for a partition whose other rows are archived: to drop it would lose them.
fn refuse_late(table: Table, late: &Dropped) -> Error {
    let archive = layout::archive_of(table, late.partition());
    let reason = format!(
        "{archive} has rows already, and {} has {} that came later: move them there, then call again",
        late.partition(),
        late.rows
    );
    Error::CannotPartition { table: table.to_string(), reason: reason.into() }
}

/// The steps that are still to be done: another call may have done the first ones, or an earlier one that was
/// cut short. Whatever else has changed since the look makes the plan worthless.
fn rest<'p>(plan: &'p Plan, session: &mut Session<'_>) -> Result<Vec<&'p Step>> {
    let layout = layout::look(session, plan.table)?;
    let now = Plan::make(&layout, plan.today, &plan.policy)?;
    let done = plan.steps.len().checked_sub(now.steps.len());
    let rest: Vec<_> = plan.steps.iter().skip(done.unwrap_or_default()).collect();
    let is_same = |(mine, other): (&&Step, &Step)| mine.sql == other.sql;
    if done.is_some() && rest.iter().zip(&now.steps).all(is_same) {
        Ok(rest)
    } else {
        Err(Error::PlanOutdated { table: plan.table.to_string() })
    }
}

fn set(session: &mut Session<'_>, sql: &str) -> Result<()> {
    session.execute(sql).map_err(|error| Error::from_answer("change the session's settings", error))
}

fn failed(
    session: &mut Session<'_>,
    plan: &Plan,
    step: &Step,
    done: usize,
    source: mysql::Error,
) -> Result<Error> {
    if code::is_wait(&source) {
        return unchanged(session, &[plan.table.as_str()], source, |_, _| Ok(()));
    }
    if code::is_read_only(&source) {
        return Ok(Error::ReadOnly { source: Some(source) });
    }
    if code::of(&source).is_some_and(|code| code::DENIED.contains(&code)) {
        let action = format!(
            "partition {} (needs ALTER, CREATE, INSERT and DROP, and LOCK TABLES where rows of a ledger go)",
            plan.table
        );
        return Ok(Error::PermissionDenied { action, source });
    }
    let (statement, total) = (step.sql.clone(), plan.steps.len());
    Ok(Error::Partition { statement, done, total, source })
}

/// How many rows would go, unless they or some that would be moved have to stay.
pub(super) fn doomed(plan: &Plan, session: &mut Session<'_>) -> Result<Vec<Dropped>> {
    let (layout, table) = (layout::look(session, plan.table)?, plan.table);
    let count = |(partition, is_doomed): (&Partition, bool)| {
        // It is not made yet, and takes the rows of that time.
        if !layout.partitions().contains(&partition.name.as_str()) {
            return Ok(None);
        }
        let rows = rows::count(session, table, &partition.name)?;
        sums::refuse_behind(session, table, partition.until, rows)?;
        opening::refuse_reversals(session, table, partition)?;
        if !is_doomed {
            return Ok(None);
        }
        let count = |ledger| opening::accounts(session, ledger, partition);
        let accounts = table.ledger().map_or(Ok(0), count)?;
        Ok(Some(Dropped { partition: partition.clone(), rows, accounts }))
    };
    plan.leaving().map(count).filter_map(Result::transpose).collect()
}
