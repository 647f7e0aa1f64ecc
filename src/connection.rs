//! The connection: whose it is, how statements are sent, and the adapter that lets refinery use it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::Instant,
};

use log::{debug, info};
use mysql::{Row, prelude::Queryable};
use refinery_core::{
    Migrate, Migration,
    traits::sync::{Query, Transaction},
};

use crate::{error::Result, history::Embedded, report::AppliedMigration};

/// A connection that migrations can run on: [`mysql::Conn`] or [`mysql::PooledConn`].
///
/// This trait is sealed. A [`mysql::Transaction`] is left out on purpose: the server commits an open
/// transaction at the first `CREATE TABLE`.
pub trait Connection: sealed::Sealed {}

impl Connection for mysql::Conn {}
impl Connection for mysql::PooledConn {}

pub(crate) mod sealed {
    pub trait Sealed {
        fn conn(&mut self) -> &mut mysql::Conn;
    }

    impl Sealed for mysql::Conn {
        fn conn(&mut self) -> &mut mysql::Conn {
            self
        }
    }

    impl Sealed for mysql::PooledConn {
        fn conn(&mut self) -> &mut mysql::Conn {
            self.as_mut()
        }
    }
}

/// The caller's connection for the length of one call, with a count of what was sent.
pub(crate) struct Session<'c> {
    conn: &'c mut mysql::Conn,
    statements: u64,
}

impl<'c> Session<'c> {
    pub(crate) fn new<C: Connection>(conn: &'c mut C) -> Self {
        Self { conn: conn.conn(), statements: 0 }
    }

    /// How many statements this call has sent.
    pub(crate) fn statements(&self) -> u64 {
        self.statements
    }

    /// Sends one packet of SQL and drops what it returns, but none of its errors.
    pub(crate) fn execute(&mut self, sql: &str) -> mysql::Result<()> {
        self.rows(sql).map(drop)
    }

    /// Sends one packet of SQL and collects the rows of every result set.
    ///
    /// A packet may hold several statements, and an error in a later one arrives as a later result
    /// set, which is lost unless every set is walked to its end.
    pub(crate) fn rows(&mut self, sql: &str) -> mysql::Result<Vec<Row>> {
        self.statements += 1;
        let mut result = self.conn.query_iter(sql)?;
        let mut rows = Vec::new();
        while let Some(set) = result.iter() {
            for row in set {
                rows.push(row?);
            }
        }
        Ok(rows)
    }

    /// The first row of the answer.
    pub(crate) fn row(&mut self, sql: &str) -> mysql::Result<Option<Row>> {
        Ok(self.rows(sql)?.into_iter().next())
    }

    /// Runs `work`, then `cleanup` whether `work` returned, failed or panicked. The first error is
    /// the one that the caller gets: a failed clean-up after failed work is its consequence.
    pub(crate) fn finally<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
        cleanup: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<T> {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(self)));
        let cleaned = cleanup(self);
        match outcome {
            Ok(Ok(done)) => cleaned.map(|()| done),
            Ok(Err(error)) => {
                if let Err(second) = cleaned {
                    debug!("and then: {second}");
                }
                Err(error)
            }
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// A column of a row, or `None` where it is missing, NULL or of another type. Never panics, unlike
/// the driver's own conversions.
pub(crate) fn column<T: mysql::prelude::FromValue>(row: &Row, index: usize) -> Option<T> {
    row.get_opt(index)?.ok()
}

/// Lets refinery's `Runner` plan, order and record, and sends its statements one by one.
///
/// The driver for MySQL that comes with refinery is not used: it drops the errors of every result set but the
/// first, panics on a history row that it did not write, and wraps DDL, which cannot be rolled
/// back, in transactions.
pub(crate) struct Adapter<'s, 'c> {
    session: &'s mut Session<'c>,
    recorded: Vec<Migration>,
    pending: &'s [&'s Embedded],
    running: Option<Instant>,
    applied: Vec<AppliedMigration>,
    failure: Option<mysql::Error>,
}

/// What refinery is told of a failed statement. The error itself stays with the adapter, because
/// refinery would only lend it out.
#[derive(Debug, thiserror::Error)]
#[error("the statement failed")]
pub(crate) struct StatementFailed;

impl<'s, 'c> Adapter<'s, 'c> {
    /// `recorded`: what the history has, in refinery's terms. `pending`: what it has not, in order.
    pub(crate) fn new(
        session: &'s mut Session<'c>,
        recorded: Vec<Migration>,
        pending: &'s [&'s Embedded],
    ) -> Self {
        Self { session, recorded, pending, running: None, applied: Vec::new(), failure: None }
    }

    /// What was applied and recorded, and the error that ended it.
    pub(crate) fn finish(self) -> (Vec<AppliedMigration>, Option<mysql::Error>) {
        (self.applied, self.failure)
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

impl Transaction for Adapter<'_, '_> {
    type Error = StatementFailed;

    fn execute<'a, T: Iterator<Item = &'a str>>(
        &mut self,
        statements: T,
    ) -> std::result::Result<usize, StatementFailed> {
        let mut count = 0;
        for sql in statements {
            let started = Instant::now();
            if let Err(error) = self.session.execute(sql) {
                self.failure = Some(error);
                return Err(StatementFailed);
            }
            self.advance(started);
            count += 1;
        }
        Ok(count)
    }
}

impl Query<Vec<Migration>> for Adapter<'_, '_> {
    /// The history, which was read and judged under the lock a moment ago.
    fn query(&mut self, _: &str) -> std::result::Result<Vec<Migration>, StatementFailed> {
        Ok(self.recorded.clone())
    }
}

impl Migrate for Adapter<'_, '_> {
    /// Nothing to do: the history table is made before refinery is called.
    fn assert_migrations_table(
        &mut self,
        _: &str,
    ) -> std::result::Result<usize, refinery_core::Error> {
        Ok(0)
    }
}
