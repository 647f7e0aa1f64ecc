//! The connection: whose it is, and how statements are sent on it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use log::{debug, info};
use mysql::{Row, prelude::Queryable};

use crate::outcome::{Result, code};

/// A connection that migrations can run on: [`mysql::Conn`] or [`mysql::PooledConn`].
///
/// This trait is sealed, and has nothing that could be called from outside:
///
/// ```compile_fail
/// fn driver<C: quicksight_migrations::Connection>(conn: &mut C) -> &mut mysql::Conn {
///     conn.conn() // this method takes a key that only the crate has
/// }
/// ```
///
/// A [`mysql::Transaction`] is left out on purpose: the server commits an open transaction at the first
/// `CREATE TABLE`.
pub trait Connection: sealed::Sealed {}

impl Connection for mysql::Conn {}
impl Connection for mysql::PooledConn {}

mod sealed {
    pub trait Sealed {
        fn conn(&mut self, key: Key) -> &mut mysql::Conn;
    }

    /// A bound such as `C: Connection` brings the methods of `Sealed` along. Nobody outside can make
    /// one of these, so nobody outside can call them.
    #[derive(Debug)]
    pub struct Key(pub(super) ());

    impl Sealed for mysql::Conn {
        fn conn(&mut self, _: Key) -> &mut mysql::Conn {
            self
        }
    }

    impl Sealed for mysql::PooledConn {
        fn conn(&mut self, _: Key) -> &mut mysql::Conn {
            self.as_mut()
        }
    }
}

/// The driver's connection under the caller's.
pub(crate) fn driver<C: Connection>(conn: &mut C) -> &mut mysql::Conn {
    conn.conn(sealed::Key(()))
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
        Self { conn: driver(conn), statements: 0, patience: Duration::ZERO }
    }

    /// Runs `work`, sending a statement again for so long whenever its wait for another session's
    /// lock has run out. Such a statement has done nothing.
    pub(super) fn with_patience<T>(
        &mut self,
        patience: Duration,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.patience = patience;
        let outcome = work(self);
        self.lose_patience();
        outcome
    }

    /// From here on a statement whose wait has run out has failed.
    pub(crate) fn lose_patience(&mut self) {
        self.patience = Duration::ZERO;
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
                    info!(
                        code = code::of(&error);
                        "waiting for a lock that another session holds on a table"
                    );
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
