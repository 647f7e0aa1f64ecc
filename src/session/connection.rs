//! The connection: whose it is, and how statements are sent on it.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::{Duration, Instant},
};

use log::{debug, info};
use mysql::{
    Row,
    prelude::{FromValue, Queryable},
};

use super::{Settings, wait::Wait};
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

/// The longest that MySQL can be told to take for a statement, in whole days.
#[cfg(feature = "quicksight")]
const FOR_EVER: Duration = Duration::from_hours(49 * 24);

/// The caller's connection for the length of one call, with a count of what was sent.
pub(crate) struct Session<'c> {
    conn: &'c mut mysql::Conn,
    statements: u64,
    /// How long this call may wait for another session's lock.
    wait: Wait,
    /// For how long a statement that is no `SELECT` is sent again.
    patience: Duration,
    /// For how long this call has waited in vain.
    waited: Duration,
    /// When it must not wait any more.
    end: Option<Instant>,
}

impl<'c> Session<'c> {
    pub(crate) fn new<C: Connection>(conn: &'c mut C, settings: &Settings) -> Self {
        let wait = Wait::of(settings.metadata_lock_timeout);
        let (patience, waited) = (Duration::ZERO, Duration::ZERO);
        Self { conn: driver(conn), statements: 0, wait, patience, waited, end: None }
    }

    /// How long one statement waits, in seconds.
    pub(super) fn slice(&self) -> u64 {
        self.wait.seconds
    }

    /// Runs `work` in a session whose variables bound each wait: a statement whose wait has run out has
    /// done nothing, and is sent again for as long as this call may wait.
    pub(super) fn with_patience<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.patience = self.wait.patience;
        let outcome = work(self);
        self.patience = Duration::ZERO;
        outcome
    }

    /// Runs `work`, in which a statement whose wait has run out has failed.
    #[cfg(feature = "partition")]
    pub(crate) fn at_once<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let patience = std::mem::take(&mut self.patience);
        let outcome = work(self);
        self.patience = patience;
        outcome
    }

    /// From here on no wait is longer than this.
    pub(super) fn shorten(&mut self, wait: Wait) {
        self.end.get_or_insert(Instant::now() + self.wait.patience);
        self.wait = wait;
        self.lose_patience();
    }

    /// Whether there is time left for another wait.
    pub(crate) fn may_wait(&self) -> bool {
        self.end.is_none_or(|end| Instant::now() < end)
    }

    /// From here on a statement whose wait has run out has failed.
    pub(crate) fn lose_patience(&mut self) {
        self.wait.patience = Duration::ZERO;
        self.patience = Duration::ZERO;
    }

    /// How many statements this call has sent.
    pub(crate) fn statements(&self) -> u64 {
        self.statements
    }

    /// Sends one packet of SQL and drops what it returns, but none of its errors.
    pub(crate) fn execute(&mut self, sql: &str) -> mysql::Result<()> {
        self.patiently(sql, self.patience).map(drop)
    }

    /// Sends one packet of SQL and collects the rows of every result set, of which there must be one.
    pub(crate) fn rows(&mut self, sql: &str) -> mysql::Result<Vec<Row>> {
        self.patiently(sql, self.patience)?.ok_or_else(unreadable)
    }

    /// Sends one `SELECT` that waits no longer than this call may, whatever the session's variables
    /// are: the bounds are a part of its text. Each server takes those of the other for a comment.
    ///
    /// <https://dev.mysql.com/doc/refman/8.4/en/optimizer-hints.html#optimizer-hints-execution-time>
    /// <https://mariadb.com/docs/server/reference/sql-statements/administrative-sql-statements/set-commands/set-statement>
    pub(crate) fn read(&mut self, select: &str) -> mysql::Result<Vec<Row>> {
        let seconds = self.slice();
        let sql = bounded(select, seconds, 0.0, seconds.saturating_mul(1000));
        self.patiently(&sql, self.wait.patience)?.ok_or_else(unreadable)
    }

    /// Sends one `SELECT` that may read a whole table, and has the server end it after `limit`. `None`: the
    /// time was over, or another session held the table for so long.
    #[cfg(feature = "quicksight")]
    pub(crate) fn read_within(
        &mut self,
        select: &str,
        limit: Option<Duration>,
    ) -> mysql::Result<Option<Vec<Row>>> {
        // No time at all is, to either server, all the time there is.
        let limit = limit.unwrap_or(FOR_EVER).clamp(Duration::from_millis(1), FOR_EVER);
        let milliseconds = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let sql = bounded(select, self.slice(), limit.as_secs_f64(), milliseconds);
        match self.send(&sql) {
            Err(error) if code::is_out_of_time(&error) => Ok(None),
            answer => answer?.ok_or_else(unreadable).map(Some),
        }
    }

    /// The same without a wait worth the name.
    pub(super) fn peek(&mut self, select: &str) -> mysql::Result<()> {
        self.patiently(&bounded(select, 0, 0.0, 100), Duration::ZERO).map(drop)
    }

    /// Sends a statement again for as long as the waits of this call together may take.
    fn patiently(&mut self, sql: &str, patience: Duration) -> mysql::Result<Option<Vec<Row>>> {
        loop {
            let started = Instant::now();
            match self.send(sql) {
                Err(error) if code::is_wait(&error) => {
                    self.waited += started.elapsed();
                    if self.waited >= patience {
                        return Err(error);
                    }
                    info!(
                        code = code::of(&error);
                        "waiting for a lock that another session holds on a table"
                    );
                }
                answer => return answer,
            }
        }
    }

    /// A packet may hold several statements, and an error in a later one arrives as a later result
    /// set, which is lost unless every set is walked to its end. `None`: there was no set of rows.
    fn send(&mut self, sql: &str) -> mysql::Result<Option<Vec<Row>>> {
        self.statements += 1;
        contained(|| {
            let mut result = self.conn.query_iter(sql)?;
            let mut rows = None;
            while let Some(set) = result.iter() {
                if !set.columns().as_ref().is_empty() {
                    rows.get_or_insert_default();
                }
                for row in set {
                    rows.get_or_insert_with(Vec::new).push(row?);
                }
            }
            Ok(rows)
        })
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
                    debug!("the clean-up after it failed, too: {second}");
                }
                Err(error)
            }
            Err(panic) => resume_unwind(panic),
        }
    }
}

/// Has the driver do something. It panics on packets that no server should send, as a broken proxy may,
/// and a boot must not die of that.
pub(crate) fn contained<T>(work: impl FnOnce() -> mysql::Result<T>) -> mysql::Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(unreadable()))
}

/// The error for something that is not an answer.
pub(crate) fn unreadable() -> mysql::Error {
    let said = "the server, or a proxy in front of it, has sent something that is not an answer to the statement";
    io::Error::new(io::ErrorKind::InvalidData, said).into()
}

/// A `SELECT` that ends after so long, by the way of either server, and is not refused for the rows that the
/// server expects to look at: MariaDB is told how many seconds it may wait and work, MySQL how many
/// milliseconds it may take for both.
fn bounded(select: &str, wait: u64, work: f64, milliseconds: u64) -> String {
    let rest = select.strip_prefix("SELECT ").unwrap_or(select);
    format!(
        "/*M!100300 SET STATEMENT lock_wait_timeout = {wait}, max_statement_time = {work}, \
         sql_big_selects = 1 FOR */ \
         SELECT /*+ MAX_EXECUTION_TIME({milliseconds}) SET_VAR(sql_big_selects = 1) */ {rest}"
    )
}

/// A column of a row, or `None` where it is missing, NULL or of another type. Never panics, unlike
/// the driver's own conversions.
pub(crate) fn column<T: FromValue>(row: &Row, index: usize) -> Option<T> {
    row.get_opt(index)?.ok()
}

/// The same by the column's name, of which the server decides the letters' case.
pub(crate) fn named<T: FromValue>(row: &Row, name: &str) -> Option<T> {
    let index = row.columns_ref().iter().position(|column| column.name_ref() == name.as_bytes())?;
    column(row, index)
}
