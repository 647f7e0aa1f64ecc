//! What refinery sees of a connection: its plans and records go through here, statement by statement.

use std::time::Instant;

use log::info;
use refinery_core::{
    Migrate, Migration,
    traits::sync::{Query, Transaction},
};

use crate::{
    code, connection::Session, embedded::Embedded, error::Error, report::AppliedMigration, schema,
};

/// Lets refinery's `Runner` plan, order and record, and sends its statements one by one.
///
/// The driver for MySQL that comes with refinery is not used: it drops the errors of every result set but the
/// first, panics on a history row that it did not write, and wraps DDL, which cannot be rolled
/// back, in transactions.
pub(crate) struct Apply<'s, 'c> {
    session: &'s mut Session<'c>,
    embedded: &'s [&'s Embedded],
    recorded: Vec<Migration>,
    pending: &'s [&'s Embedded],
    running: Option<Instant>,
    applied: Vec<AppliedMigration>,
    failure: Option<Failure>,
}

/// Why a run of refinery's ended.
pub(crate) enum Failure {
    /// The server refused a statement.
    Statement(mysql::Error),
    /// Something else is there in place of what a statement would make, or could not be looked at.
    Table(Error),
}

/// What refinery is told of a failed statement. The error itself stays with [`Apply`], because
/// refinery would only lend it out.
#[derive(Debug, thiserror::Error)]
#[error("the statement failed")]
pub(crate) struct StatementFailed;

impl<'s, 'c> Apply<'s, 'c> {
    /// `embedded`: all migrations of this build. `recorded`: what the history has, in refinery's
    /// terms. `pending`: what it has not, in order.
    pub(crate) fn new(
        session: &'s mut Session<'c>,
        embedded: &'s [&'s Embedded],
        recorded: Vec<Migration>,
        pending: &'s [&'s Embedded],
    ) -> Self {
        Self {
            session,
            embedded,
            recorded,
            pending,
            running: None,
            applied: Vec::new(),
            failure: None,
        }
    }

    /// What was applied and recorded, and the error that ended it.
    pub(crate) fn finish(self) -> (Vec<AppliedMigration>, Option<Failure>) {
        (self.applied, self.failure)
    }

    /// A statement that was run by a boot which died before it could record that is refused by the
    /// server now, unless it was written to be repeated. It has succeeded if its work is there.
    fn excuse(&mut self, error: mysql::Error) -> Result<(), Failure> {
        let is_done_already =
            code::of(&error).is_some_and(|code| code::ALREADY_DONE.contains(&code));
        let migration = self.pending.get(self.applied.len()).filter(|_| self.running.is_none());
        // Without its table there is nothing to compare, and nothing may pass for done unseen.
        let migration = migration.filter(|one| one.table().is_some());
        let (true, Some(migration)) = (is_done_already, migration) else {
            return Err(Failure::Statement(error));
        };
        match schema::unmet(self.session, self.embedded, migration) {
            Ok(drifts) if drifts.is_empty() => {
                info!("{} was done already, by a boot that could not record it", migration.name());
                Ok(())
            }
            Ok(drifts) => Err(Failure::Table(Error::SchemaDrift { drifts })),
            Err(error) => Err(Failure::Table(error)),
        }
    }

    /// Notes that a statement has succeeded. They come in pairs: a migration, its history row.
    fn advance(&mut self, started: Instant) {
        let Some(since) = self.running.take() else {
            self.running = Some(started);
            return;
        };
        let Some(one) = self.pending.get(self.applied.len()) else {
            return;
        };
        let duration = since.elapsed();
        self.applied.push(AppliedMigration {
            version: one.version(),
            name: one.name().to_owned(),
            duration,
        });
        info!(
            "applied {} in {} ms ({} of {})",
            one.name(),
            duration.as_millis(),
            self.recorded.len() + self.applied.len(),
            self.recorded.len() + self.pending.len(),
        );
    }
}

impl Transaction for Apply<'_, '_> {
    type Error = StatementFailed;

    fn execute<'a, T: Iterator<Item = &'a str>>(
        &mut self,
        statements: T,
    ) -> Result<usize, StatementFailed> {
        let mut count = 0;
        for sql in statements {
            let started = Instant::now();
            if let Err(error) = self.session.execute(sql) {
                self.failure = self.excuse(error).err();
            }
            if self.failure.is_some() {
                return Err(StatementFailed);
            }
            self.advance(started);
            count += 1;
        }
        Ok(count)
    }
}

impl Query<Vec<Migration>> for Apply<'_, '_> {
    /// The history, which was read and judged under the lock a moment ago.
    fn query(&mut self, _: &str) -> Result<Vec<Migration>, StatementFailed> {
        Ok(self.recorded.clone())
    }
}

impl Migrate for Apply<'_, '_> {
    /// Nothing to do: the history table is made before refinery is called.
    fn assert_migrations_table(&mut self, _: &str) -> Result<usize, refinery_core::Error> {
        Ok(0)
    }
}

/// Collects what refinery would send, instead of sending it.
pub(crate) struct Plan {
    recorded: Vec<Migration>,
    statements: Vec<String>,
}

impl Plan {
    /// `recorded`: what the history has. `statements`: what comes before the first migration.
    pub(crate) fn new(recorded: Vec<Migration>, statements: Vec<String>) -> Self {
        Self { recorded, statements }
    }

    pub(crate) fn into_statements(self) -> Vec<String> {
        self.statements
    }
}

impl Transaction for Plan {
    type Error = StatementFailed;

    fn execute<'a, T: Iterator<Item = &'a str>>(
        &mut self,
        statements: T,
    ) -> Result<usize, StatementFailed> {
        let before = self.statements.len();
        self.statements.extend(statements.map(str::to_owned));
        Ok(self.statements.len() - before)
    }
}

impl Query<Vec<Migration>> for Plan {
    fn query(&mut self, _: &str) -> Result<Vec<Migration>, StatementFailed> {
        Ok(self.recorded.clone())
    }
}

impl Migrate for Plan {
    fn assert_migrations_table(&mut self, _: &str) -> Result<usize, refinery_core::Error> {
        Ok(0)
    }
}
