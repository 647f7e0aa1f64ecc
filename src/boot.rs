//! One boot, step by step: look, check, lock, look again, apply.

use std::{cmp::Reverse, thread, time::Duration};

use log::{info, warn};
use refinery_core::{Migration, Runner};

use crate::{
    adapter::{Apply, Failure, Plan},
    connection::Session,
    drift::Severity,
    embedded::Embedded,
    error::{Collision, Error, Result},
    history::{HistoryTable, Seen},
    lock::with_lock,
    migrator::{Migrator, NewerHistory},
    preflight,
    report::AppliedMigration,
    schema::{self, Existing, KNEX},
    status::Status,
};

/// How often in a row a run goes on after another node of a cluster undid its statement, without
/// that node having recorded anything new.
const RETRIES: u32 = 20;

/// How long a run waits for the other node's work to arrive.
const PAUSE: Duration = Duration::from_millis(250);

/// One run: its settings, its migrations, its history.
pub(crate) struct Boot<'m> {
    settings: &'m Migrator,
    embedded: &'m [Embedded],
    table: HistoryTable,
}

/// What a run has done.
pub(crate) struct Done {
    pub(crate) applied: Vec<AppliedMigration>,
    pub(crate) existing: Existing,
    pub(crate) newer_version: Option<i64>,
    pub(crate) lock_wait: Duration,
}

impl<'m> Boot<'m> {
    pub(crate) fn new(settings: &'m Migrator, embedded: &'m [Embedded]) -> Result<Self> {
        Ok(Self {
            settings,
            embedded,
            table: HistoryTable::new(&settings.history_table, embedded)?,
        })
    }

    pub(crate) fn run(&self, session: &mut Session<'_>) -> Result<Done> {
        let seen = self.table.read(session)?;
        let have_read = matches!(seen, Seen::Rows(_));
        let status = Status::judge(seen.into_rows(), self.embedded)?;
        if self.is_done(&status)? {
            return Ok(Done::by_others(&status, Duration::ZERO));
        }

        preflight::refuse_open_transaction(session, have_read)?;
        let server = preflight::check(session)?;
        server.with_settings(session, self.settings.metadata_lock_timeout, |session| {
            let outcome = with_lock(
                session,
                server.database(),
                self.settings.lock_timeout,
                |session, lock_wait| self.apply(session, lock_wait),
            );
            let Err(Error::LockTimeout { waited, .. }) = outcome else {
                return outcome;
            };
            // The holder may be done and only slow to let go.
            match self.read(session) {
                Ok(status) if status.is_current() => Ok(Done::by_others(&status, waited)),
                _ => outcome,
            }
        })
    }

    fn read(&self, session: &mut Session<'_>) -> Result<Status> {
        Status::judge(self.table.read(session)?.into_rows(), self.embedded)
    }

    /// Makes the history table. Another node of a cluster may be making it at the same time.
    fn create_history(&self, session: &mut Session<'_>) -> Result<()> {
        let mut patience = RETRIES;
        while let Err(error) = self.table.create(session) {
            if error.collision() != Some(Collision::Lost) || patience == 0 {
                return Err(error);
            }
            patience -= 1;
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Whether all is applied. A history that this build must not touch is an error.
    fn is_done(&self, status: &Status) -> Result<bool> {
        if let Some(refusal) = status.refusal(self.embedded) {
            return Err(refusal);
        }
        if self.settings.newer_history == NewerHistory::Refuse {
            status.refuse_newer(self.embedded)?;
        } else if let Some(recorded) = status.newer_version() {
            warn!("a newer build has migrated to version {recorded}, which this one does not know");
        }
        Ok(status.is_current())
    }

    /// Looks again under the lock, looks at tables that are there already, and makes the history.
    fn prepare(&self, session: &mut Session<'_>) -> Result<(Status, Existing)> {
        let seen = self.table.read(session)?;
        let has_history = matches!(seen, Seen::Rows(_));
        let may_not_read = matches!(seen, Seen::NoRight(_));
        let mut status = Status::judge(seen.into_rows(), self.embedded)?;
        if self.is_done(&status)? {
            return Ok((status, Existing::default()));
        }
        let existing = self.adopt(session, &status)?;
        if !has_history {
            self.create_history(session)?;
        }
        if may_not_read {
            // Without the right to read it, each boot would start from nothing.
            status = Status::judge(self.table.read_existing(session)?, self.embedded)?;
        }
        Ok((status, existing))
    }

    /// Applies what is missing, under the lock.
    ///
    /// The lock is one server's. Where several nodes take writes, two migrators can hold it, and
    /// the slower one's statement is undone at its commit. That is no failure but news: the history
    /// is read again, and only what is still missing is tried again.
    fn apply(&self, session: &mut Session<'_>, lock_wait: Duration) -> Result<Done> {
        let (mut status, existing) = self.prepare(session)?;
        let mut applied = Vec::new();
        let mut patience = RETRIES;
        while !self.is_done(&status)? {
            let before = applied.len();
            let Err(error) = self.apply_pending(session, &status, &mut applied) else { break };
            let known = status.applied() + applied.len() - before;
            let Some(collision) = error.collision() else { return Err(error) };
            status = self.read(session)?;
            if status.applied() > known {
                patience = RETRIES;
            } else if collision == Collision::Waited || patience == 0 {
                return Err(error);
            } else {
                patience -= 1;
                thread::sleep(PAUSE);
            }
            info!("another session was first: {} of {} applied", status.applied(), status.total());
        }
        Ok(Done { applied, existing, newer_version: status.newer_version(), lock_wait })
    }

    /// Looks at tables that are there although their migrations are not recorded: made by hand, by
    /// another tool, or by a boot that died. `IF NOT EXISTS` would take any table of the right name.
    fn adopt(&self, session: &mut Session<'_>, status: &Status) -> Result<Existing> {
        let mut existing = self.look_at_existing(session, status)?;
        existing.drifts.sort_by_key(|drift| Reverse(drift.severity()));
        if existing.drifts.iter().any(|drift| drift.severity() == Severity::Breaking) {
            return Err(Error::SchemaDrift { drifts: existing.drifts });
        }
        for drift in &existing.drifts {
            warn!("{drift}");
        }
        for table in &existing.missing_after_knex {
            warn!(
                "{KNEX} says that its migration of these tables ran, but {table} is missing: it is made now"
            );
        }
        Ok(existing)
    }

    /// Compares each table with what its migration makes, and where a service could not work with it,
    /// with what each later change makes of it: the history may be lost, and the changes not.
    fn look_at_existing(&self, session: &mut Session<'_>, status: &Status) -> Result<Existing> {
        let pending = || self.embedded.iter().filter(|own| status.is_pending(own));
        let to_be_made: Vec<_> = pending().filter(|own| own.makes().is_some()).collect();
        let mut existing = schema::verify_existing(session, &to_be_made)?;
        for change in pending().filter(|own| own.makes().is_none()) {
            let Some(table) = change.table().filter(|table| existing.is_broken(table)) else {
                continue;
            };
            let is_before = |own: &&Embedded| own.version() <= change.version();
            let until = pending().filter(is_before).filter(|own| own.table() == Some(table));
            let changed = schema::verify_existing(session, &until.collect::<Vec<_>>())?;
            existing.drifts.retain(|drift| drift.table() != table);
            existing.drifts.extend(changed.drifts);
        }
        Ok(existing)
    }

    /// Hands what is missing to refinery, and adds what was applied to `applied`.
    fn apply_pending(
        &self,
        session: &mut Session<'_>,
        status: &Status,
        applied: &mut Vec<AppliedMigration>,
    ) -> Result<()> {
        let pending: Vec<_> = self.embedded.iter().filter(|own| status.is_pending(own)).collect();
        let recorded = status.as_refinery(self.embedded);
        let already = recorded.len();

        let embedded: Vec<_> = self.embedded.iter().collect();
        let mut apply = Apply::new(session, &embedded, recorded, &pending);
        let outcome = self.runner().run(&mut apply);
        let (newly, failure) = apply.finish();
        let applied_by_now = already + newly.len();
        let failed = pending.get(newly.len()).map_or("", |own| own.name());
        applied.extend(newly);

        match (outcome, failure) {
            (Ok(_), _) => Ok(()),
            (Err(_), Some(Failure::Table(error))) => Err(error),
            (Err(_), Some(Failure::Statement(source))) => Err(Error::Migration {
                migration: failed.to_owned(),
                applied: applied_by_now,
                total: self.embedded.len(),
                source,
            }),
            (Err(refusal), None) => Err(Error::Plan { source: Box::new(refusal) }),
        }
    }

    /// What [`run`](Self::run) would send to apply what is missing.
    pub(crate) fn plan(&self, session: &mut Session<'_>) -> Result<Vec<String>> {
        let status = Status::judge(self.table.read(session)?.readable()?, self.embedded)?;
        if self.is_done(&status)? {
            return Ok(Vec::new());
        }
        let recorded = status.as_refinery(self.embedded);
        let mut plan = Plan::new(recorded, vec![self.table.create_statement()]);
        match self.runner().run(&mut plan) {
            Ok(_) => Ok(plan.into_statements()),
            Err(refusal) => Err(Error::Plan { source: Box::new(refusal) }),
        }
    }

    fn runner(&self) -> Runner {
        let migrations: Vec<Migration> =
            self.embedded.iter().map(|own| own.migration().clone()).collect();
        let mut runner = Runner::new(&migrations);
        runner.set_migration_table_name(self.table.quoted());
        runner
    }
}

impl Done {
    /// Nothing was left to do for this run.
    fn by_others(status: &Status, lock_wait: Duration) -> Self {
        Self {
            applied: Vec::new(),
            existing: Existing::default(),
            newer_version: status.newer_version(),
            lock_wait,
        }
    }
}
