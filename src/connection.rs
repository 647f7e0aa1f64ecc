//! The connection: whose it is, and how statements are sent on it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use log::{debug, info};
use mysql::{Row, prelude::Queryable};

use crate::{code, error::Result};

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

/// The `LIMIT` of a statement that wants all rows, whatever the caller's `sql_select_limit` is.
/// <https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_sql_select_limit>
pub(crate) const ALL: u64 = u64::MAX;

/// The caller's connection for the length of one call, with a count of what was sent.
pub(crate) struct Session<'c> {
    conn: &'c mut mysql::Conn,
    statements: u64,
    patience: Duration,
}

impl<'c> Session<'c> {
    pub(crate) fn new<C: Connection>(conn: &'c mut C) -> Self {
        Self { conn: conn.conn(), statements: 0, patience: Duration::ZERO }
    }

    /// For how long a statement is sent again whenever its wait for another session's lock has run
    /// out. Such a statement has done nothing.
    ///
    /// One long wait would make everybody queue up behind it who comes after it, and would outlast
    /// the read timeout of many a client, which then takes the server for dead.
    pub(crate) fn wait_for_locks(&mut self, patience: Duration) {
        self.patience = patience;
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
    pub(crate) fn rows(&mut self, sql: &str) -> mysql::Result<Vec<Row>> {
        let started = Instant::now();
        loop {
            match self.send(sql) {
                Err(error) if self.may_wait(started, &error) => {
                    info!("waiting for a lock that another session holds on a table");
                }
                answer => return answer,
            }
        }
    }

    fn may_wait(&self, started: Instant, error: &mysql::Error) -> bool {
        code::of(error) == Some(code::LOCK_WAIT_TIMEOUT) && started.elapsed() < self.patience
    }

    /// A packet may hold several statements, and an error in a later one arrives as a later result
    /// set, which is lost unless every set is walked to its end.
    fn send(&mut self, sql: &str) -> mysql::Result<Vec<Row>> {
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
