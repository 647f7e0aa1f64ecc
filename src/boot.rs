//! One boot, step by step: look, check, lock, look again, apply.

mod adopt;
mod apply;
#[cfg(test)]
mod tests;

use std::{
    thread,
    time::{Duration, Instant},
};

use log::{debug, info, warn};

use crate::{
    history::{self, Embedded, Job, Seen, Status, Tables},
    outcome::{AppliedMigration, Error, Report, Result, TableCheck, code},
    schema::{self, Existing},
    session::{
        EarlierReads, NewerHistory, Session, Turn, Writers, in_plain_words, in_turn_or, writers,
    },
};

/// How often a run begins anew where another node may be rolling back.
const BEGINNINGS: u32 = 4;

/// How long a run waits for the work of another node to arrive.
const PAUSE: Duration = Duration::from_millis(250);

/// One run.
struct Boot<'j> {
    job: &'j Job<'j>,
}

/// What a run has done.
struct Done {
    applied: Vec<AppliedMigration>,
    existing: Existing,
    newer_version: Option<i64>,
    tables: TableCheck,
    lock_wait: Duration,
}

/// Brings the tables into place.
pub(crate) fn run(job: &Job<'_>, session: &mut Session<'_>) -> Result<Report> {
    let started = Instant::now();
    let done = Boot { job }.run(session)?;
    let report = Report {
        applied: done.applied,
        adopted: done.existing.tables,
        advisories: done.existing.drifts,
        missing_after_knex: done.existing.missing_after_knex,
        total: job.migrations.len(),
        newer_version: done.newer_version,
        tables: done.tables,
        statements: session.statements(),
        lock_wait: done.lock_wait,
        elapsed: started.elapsed(),
    };
    debug!(
        applied = report.applied.len(), total = report.total, statements = report.statements,
        lock_wait_ms = report.lock_wait.as_millis(), duration_ms = report.elapsed.as_millis();
        "{report}"
    );
    Ok(report)
}

/// What [`run`] would send to apply what is missing.
pub(crate) fn plan(job: &Job<'_>, session: &mut Session<'_>) -> Result<Vec<String>> {
    let status = history::status(job, session)?;
    let boot = Boot { job };
    if boot.is_done(&status)? {
        return Ok(Vec::new());
    }
    let mut statements = vec![job.history.create_statement()];
    for own in boot.pending(&status) {
        statements.push(own.sql().to_owned());
        statements.push(job.history.record_statement(own));
    }
    Ok(statements)
}

impl<'j> Boot<'j> {
    fn run(&self, session: &mut Session<'_>) -> Result<Done> {
        let look = self.job.look(session)?;
        let earlier = match look.history {
            Seen::Rows(_) => EarlierReads::Table,
            Seen::NoTable | Seen::NoRight(_) => EarlierReads::Nothing,
        };
        let status = self.job.judge(look.history.into_rows())?;
        if self.is_done(&status)? {
            return self.nothing_to_do(session, &status, look.tables, Duration::ZERO);
        }
        in_turn_or(
            session,
            self.job.settings,
            earlier,
            |session, turn| self.apply(session, &turn),
            |session, timeout| self.after(session, timeout),
        )
    }

    /// The holder of the lock may be done and only slow to let go.
    fn after(&self, session: &mut Session<'_>, timeout: Error) -> Result<Done> {
        let Error::LockTimeout { waited, .. } = timeout else { return Err(timeout) };
        let Ok(look) = self.job.look(session) else { return Err(timeout) };
        match self.job.judge(look.history.into_rows()) {
            Ok(status) if status.is_current() => {
                self.nothing_to_do(session, &status, look.tables, waited)
            }
            _ => Err(timeout),
        }
    }

    /// All is applied, by others or before. So all must be there.
    fn nothing_to_do(
        &self,
        session: &mut Session<'_>,
        status: &Status,
        tables: Tables,
        lock_wait: Duration,
    ) -> Result<Done> {
        Ok(Done {
            applied: Vec::new(),
            existing: Existing::default(),
            newer_version: status.newer_version(),
            tables: self.check(session, tables)?,
            lock_wait,
        })
    }

    /// Applies what is missing, under the lock. That is one server's: beside a rollback on another node of
    /// a cluster things are gone that were there, and the run begins anew.
    fn apply(&self, session: &mut Session<'_>, turn: &Turn) -> Result<Done> {
        for _ in 0..BEGINNINGS {
            match self.apply_once(session, turn) {
                Err(error) if misses_something(&error) && writers(session)? != Writers::One => {
                    info!("another node may be rolling back, so this run begins anew: {error}");
                    thread::sleep(PAUSE);
                }
                outcome => return outcome,
            }
        }
        self.apply_once(session, turn)
    }

    fn apply_once(&self, session: &mut Session<'_>, turn: &Turn) -> Result<Done> {
        let (status, existing) = self.prepare(session)?;
        let (status, applied) = self.apply_all(session, status)?;
        let tables = self.job.look(session)?.tables;
        Ok(Done {
            applied,
            existing,
            newer_version: status.newer_version(),
            tables: self.check(session, tables)?,
            lock_wait: turn.lock_wait(),
        })
    }

    /// Whether all tables are known to be there. What is recorded and not there is an error.
    fn check(&self, session: &mut Session<'_>, tables: Tables) -> Result<TableCheck> {
        match tables {
            Tables::Whole => Ok(TableCheck::Done),
            Tables::Hidden => {
                warn!("this user may not look at the tables, so the history alone was checked");
                Ok(TableCheck::NotPermitted)
            }
            Tables::Incomplete(error) => self.incomplete(session, error),
        }
    }

    /// What is missing is an error. Nothing is, if it has come back since; or if a temporary table of the
    /// session has its name: then the server's own words must do.
    fn incomplete(&self, session: &mut Session<'_>, error: mysql::Error) -> Result<TableCheck> {
        let migrations = self.job.migrations;
        let drifts = in_plain_words(session, |session| schema::missing(session, migrations))?;
        if !drifts.is_empty() {
            return Err(Error::SchemaDrift { drifts });
        }
        match self.job.look(session)?.tables {
            Tables::Whole => Ok(TableCheck::Done),
            _ => Err(Error::from_answer("see every table with every column", error)),
        }
    }

    /// Looks again under the lock, looks at tables that are there already, and makes the history.
    fn prepare(&self, session: &mut Session<'_>) -> Result<(Status, Existing)> {
        let seen = self.job.history.read(session)?;
        let has_history = matches!(seen, Seen::Rows(_));
        let may_not_read = matches!(seen, Seen::NoRight(_));
        let mut status = self.job.judge(seen.into_rows())?;
        if self.is_done(&status)? {
            return Ok((status, Existing::default()));
        }
        let existing = self.adopt(session, &status)?;
        if !has_history {
            self.create_history(session)?;
        }
        if may_not_read {
            // Without the right to read it, each boot would start from nothing.
            status = self.job.judge(self.job.history.read_existing(session)?)?;
        }
        Ok((status, existing))
    }

    fn read(&self, session: &mut Session<'_>) -> Result<Status> {
        self.job.judge(self.job.history.read(session)?.into_rows())
    }

    /// Whether all is applied. A history that this build must not touch is an error.
    fn is_done(&self, status: &Status) -> Result<bool> {
        if let Some(refusal) = status.refusal(self.job.migrations, &self.job.history) {
            return Err(refusal);
        }
        if self.job.settings.newer_history == NewerHistory::Refuse {
            self.job.refuse_newer(status)?;
        } else if let Some(recorded) = status.newer_version() {
            warn!(
                version = recorded;
                "a newer build has migrated to version {recorded}, which this one does not know"
            );
        }
        Ok(status.is_current())
    }

    /// What the history has not, in order.
    fn pending(&self, status: &Status) -> impl Iterator<Item = &'j Embedded> {
        self.job.migrations.iter().filter(|own| status.is_pending(own))
    }
}

/// Whether an error is about something that should be there and is not.
fn misses_something(error: &Error) -> bool {
    match error {
        Error::TablesChanging | Error::SchemaDrift { .. } | Error::OutOfOrder { .. } => true,
        error => error.server_code() == Some(code::NO_SUCH_TABLE),
    }
}
