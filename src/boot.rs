//! One boot, step by step: look, check, lock, look again, apply.

use std::{thread, time::Duration};

use log::{info, warn};
use refinery_core::{Migration, Runner};

use crate::{
    connection::{Adapter, Session},
    error::{Collision, Error, Result},
    history::{Embedded, HistoryTable},
    lock::with_lock,
    migrate::{Migrator, NewerHistory},
    preflight,
    report::AppliedMigration,
    status::Status,
};

/// How often a run starts again after another node of a cluster undid its statement.
const RETRIES: u32 = 8;

/// One run: its settings, its migrations, its history.
pub(crate) struct Boot<'m> {
    settings: &'m Migrator,
    embedded: &'m [Embedded],
    table: HistoryTable,
}

/// What a run has done.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) applied: Vec<AppliedMigration>,
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
        let recorded = self.table.read(session)?;
        let have_read = recorded.is_some();
        let status = Status::judge(recorded.unwrap_or_default(), self.embedded)?;
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
        let recorded = self.table.read(session)?;
        Status::judge(recorded.unwrap_or_default(), self.embedded)
    }

    /// Whether all is applied. A history that this build must not touch is an error.
    fn is_done(&self, status: &Status) -> Result<bool> {
        if let Some(refusal) = status.refusal(self.embedded) {
            return Err(refusal);
        }
        if let Some(recorded) = status.newer_version() {
            let embedded = self.embedded.last().map_or(0, Embedded::version);
            if self.settings.newer_history == NewerHistory::Refuse {
                return Err(Error::NewerHistory { recorded, embedded });
            }
            warn!("a newer build has migrated to version {recorded}; this one knows {embedded}");
        }
        Ok(status.is_current())
    }

    /// Applies what is missing, under the lock.
    ///
    /// The lock is one server's. Where several nodes take writes, two migrators can hold it, and
    /// the slower one's statement is undone at its commit. That is no failure but news: the history
    /// is read again, and only what is still missing is tried again.
    fn apply(&self, session: &mut Session<'_>, lock_wait: Duration) -> Result<Done> {
        let mut done = Done { lock_wait, ..Done::default() };
        let mut expected = usize::MAX;
        let mut failure = None;
        let mut retries = 0;
        loop {
            let status = self.read(session)?;
            if self.is_done(&status)? {
                return Ok(Done { newer_version: status.newer_version(), ..done });
            }
            let pending = status.total() - status.applied();
            if let Some((error, collision)) = failure.take() {
                let others_went_on = pending < expected;
                let may_retry = collision == Collision::Lost && retries < RETRIES;
                if !others_went_on && !may_retry {
                    return Err(error);
                }
                retries += 1;
                info!("another session was first ({error}), going on with {pending} migrations");
                thread::sleep(Duration::from_millis(50 << retries.min(5)));
            }
            let before = done.applied.len();
            let outcome = self.apply_pending(session, &status, &mut done.applied);
            expected = pending - (done.applied.len() - before);
            match outcome {
                Ok(()) => return Ok(done),
                Err(error) => match error.collision() {
                    Some(collision) => failure = Some((error, collision)),
                    None => return Err(error),
                },
            }
        }
    }

    /// Hands what is missing to refinery, and adds what was applied to `applied`.
    fn apply_pending(
        &self,
        session: &mut Session<'_>,
        status: &Status,
        applied: &mut Vec<AppliedMigration>,
    ) -> Result<()> {
        self.table.create(session)?;

        let (pending, recorded): (Vec<&Embedded>, Vec<&Embedded>) =
            self.embedded.iter().partition(|own| status.is_pending(own));
        let recorded = status.as_refinery(&recorded);
        let already = recorded.len();

        let mut adapter = Adapter::new(session, recorded, &pending);
        let outcome = self.runner().run(&mut adapter);
        let (newly, failure) = adapter.finish();
        let applied_by_now = already + newly.len();
        let failed = pending.get(newly.len()).map_or("", |own| own.name());
        applied.extend(newly);

        match (outcome, failure) {
            (Ok(_), _) => Ok(()),
            (Err(_), Some(source)) => Err(Error::Migration {
                migration: failed.to_owned(),
                applied: applied_by_now,
                total: self.embedded.len(),
                source,
            }),
            (Err(refusal), None) => Err(Error::Plan { source: Box::new(refusal) }),
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
        Self { applied: Vec::new(), newer_version: status.newer_version(), lock_wait }
    }
}
