//! Doing it: under the migration lock, one statement after the other.

use std::{fmt, time::Instant};

use log::info;
use time::Date;

use super::{
    Plan, Table, ids,
    layout::{self, Partition},
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
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{} with {} {noun} before {}", self.partition(), self.rows, self.before())
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
        work(plan, session)
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
        let going = match &step.work {
            Work::Drop { partition }
            | Work::Exchange { partition }
            | Work::DropEmpty { partition } => {
                let rows = rows::count(session, plan.table, &partition.name)?;
                Some(Dropped { partition: partition.clone(), rows })
            }
            Work::Partition | Work::Extend | Work::Prepare => None,
        };
        if matches!(step.work, Work::DropEmpty { .. })
            && let Some(late) = going.as_ref().filter(|going| going.rows > 0)
        {
            return Err(refuse_late(plan.table, late));
        }
        if let (Work::Drop { .. } | Work::Exchange { .. }, Some(going)) = (&step.work, &going) {
            sums::keep(session, plan.table, going)?;
            ids::keep(session, plan.table, going)?;
        }
        let started = Instant::now();
        if let Err(source) = session.execute(&step.sql) {
            return Err(failed(session, plan, step, done.statements.len(), source)?);
        }
        let (table, took) = (plan.table.as_str(), started.elapsed().as_millis());
        match (&step.work, going) {
            (Work::Drop { .. }, Some(going)) => {
                info!(table, rows = going.rows; "dropped {going} of {table}");
                done.dropped.push(going);
            }
            (Work::Exchange { .. }, Some(going)) => {
                info!(table, rows = going.rows; "archived {going} of {table}");
                done.archived.push(going);
            }
            _ => info!(table, duration_ms = took; "partitioned {table} in {took} ms"),
        }
        done.statements.push(step.sql.clone());
    }
    Ok(done)
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
        let action = format!("partition {} (needs ALTER, CREATE, INSERT and DROP)", plan.table);
        return Ok(Error::PermissionDenied { action, source });
    }
    let (statement, total) = (step.sql.clone(), plan.steps.len());
    Ok(Error::Partition { statement, done, total, source })
}

/// How many rows would go.
pub(super) fn doomed(plan: &Plan, session: &mut Session<'_>) -> Result<Vec<Dropped>> {
    let layout = layout::look(session, plan.table)?;
    let count = |partition: &Partition| {
        // It is not made yet, and takes the rows of that time.
        if !layout.partitions().contains(&partition.name.as_str()) {
            return Ok(None);
        }
        let rows = rows::count(session, plan.table, &partition.name)?;
        Ok(Some(Dropped { partition: partition.clone(), rows }))
    };
    plan.doomed().map(count).filter_map(Result::transpose).collect()
}
