//! The work itself: each statement, and the row that records it.

use std::{thread, time::Instant};

use log::info;

use super::{Boot, PAUSE};
use crate::{
    history::{Embedded, Status},
    outcome::{AppliedMigration, Collision, Error, Result, code},
    schema,
    session::{Session, Writers, with_claim, writers},
};

/// How often in a row a run goes on after another node of a cluster undid its statement, without
/// that node having recorded anything new.
const RETRIES: u32 = 20;

impl Boot<'_> {
    /// Applies all that is missing, and returns where the database stands then.
    ///
    /// A new table can be made on every node at once. A change cannot: two of them put all members
    /// of a group that all take writes into the state `ERROR`.
    pub(super) fn apply_all(
        &self,
        session: &mut Session<'_>,
        status: Status,
    ) -> Result<(Status, Vec<AppliedMigration>)> {
        let has_changes = self.pending(&status).any(|own| own.makes().is_none());
        if !has_changes || !matches!(writers(session)?, Writers::Group { .. }) {
            return self.apply_until_done(session, status);
        }
        with_claim(session, self.job.settings.lock_timeout, |session| {
            let status = self.read(session)?;
            self.apply_until_done(session, status)
        })
    }

    /// The lock is one server's. Where several nodes take writes, two migrators can hold it, and
    /// the slower one's statement is undone at its commit. That is no failure but news: the history
    /// is read again, and only what is still missing is tried again.
    fn apply_until_done(
        &self,
        session: &mut Session<'_>,
        mut status: Status,
    ) -> Result<(Status, Vec<AppliedMigration>)> {
        let mut applied = Vec::new();
        let mut patience = RETRIES;
        while !self.is_done(&status)? {
            let before = applied.len();
            let Err(error) = self.apply_pending(session, &status, &mut applied) else { break };
            let known = status.applied().count() + applied.len() - before;
            let Some(collision) = error.collision() else { return Err(error) };
            status = self.read(session)?;
            let arrived = status.applied().count();
            if arrived > known {
                patience = RETRIES;
            } else if collision == Collision::Waited || patience == 0 {
                return Err(error);
            } else {
                patience -= 1;
                thread::sleep(PAUSE);
            }
            info!(
                applied = arrived, total = status.total(), code = error.server_code();
                "another session was first: {arrived} of {} applied", status.total()
            );
        }
        Ok((status, applied))
    }

    /// Applies what the history has not, one after the other, and adds what was applied to `applied`.
    fn apply_pending(
        &self,
        session: &mut Session<'_>,
        status: &Status,
        applied: &mut Vec<AppliedMigration>,
    ) -> Result<()> {
        let total = self.job.migrations.len();
        for (own, before) in self.pending(status).zip(status.applied().count()..) {
            let started = Instant::now();
            self.apply_one(session, own, before)?;
            let (name, duration, number) = (own.name(), started.elapsed(), before + 1);
            let took = duration.as_millis();
            info!(
                migration = name, duration_ms = took, applied = number, total;
                "applied {name} in {took} ms ({number} of {total})"
            );
            let (version, name) = (own.version(), name.to_owned());
            applied.push(AppliedMigration { version, name, duration });
        }
        Ok(())
    }

    fn apply_one(&self, session: &mut Session<'_>, own: &Embedded, before: usize) -> Result<()> {
        let failed = |source| {
            if code::is_read_only(&source) {
                return Error::ReadOnly { source: Some(source) };
            }
            let (migration, total) = (own.name().to_owned(), self.job.migrations.len());
            Error::Migration { migration, applied: before, total, source }
        };
        if let Err(error) = session.execute(own.sql())
            && !self.is_done_already(session, own, &error)?
        {
            return Err(failed(error));
        }
        match session.execute(&self.job.history.record_statement(own)) {
            // The table or the history was there a moment ago.
            Err(error) if code::of(&error) == Some(code::NO_SUCH_TABLE) => {
                Err(Error::TablesChanging)
            }
            answer => answer.map_err(failed),
        }
    }

    /// A statement that was run by a boot which died before it could record that is refused by the
    /// server now, unless it was written to be repeated. It has succeeded if its work is there.
    fn is_done_already(
        &self,
        session: &mut Session<'_>,
        own: &Embedded,
        refusal: &mysql::Error,
    ) -> Result<bool> {
        let says_so = code::of(refusal).is_some_and(|code| code::ALREADY_DONE.contains(&code));
        // Without its table there is nothing to compare, and nothing may pass for done unseen.
        if !says_so || own.table().is_none() {
            return Ok(false);
        }
        let all: Vec<_> = self.job.migrations.iter().collect();
        let drifts = schema::unmet(session, &all, own)?;
        if !drifts.is_empty() {
            return Err(Error::SchemaDrift { drifts });
        }
        let name = own.name();
        info!(migration = name; "{name} was done already, by a boot that could not record it");
        Ok(true)
    }

    /// Makes the history table. Another node of a cluster may be making it at the same time.
    pub(super) fn create_history(&self, session: &mut Session<'_>) -> Result<()> {
        let mut patience = RETRIES;
        while let Err(error) = self.job.history.create(session) {
            if error.collision() != Some(Collision::Lost) || patience == 0 {
                return Err(error);
            }
            patience -= 1;
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}
