//! The way back: all tables and the history are dropped, or the caller is told which stayed and why.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use log::{debug, info};

use crate::{
    code,
    connection::{Connection, Session, column},
    embedded::{EMBEDDED, Embedded},
    error::{Error, Result},
    history::{HistoryTable, Seen},
    kept::{KeptReason, KeptTable},
    lock::{exclusively, wait_no_more, with_tables_locked},
    migrator::{Data, Migrator},
    obstacle, preflight,
    report::RollbackReport,
    schema::is_table,
    shape::quote,
    status::{MigrationState, Status},
};

/// Drops the QuickSight tables and their history, with the defaults of [`Migrator`]: it refuses
/// while any of the tables holds a row.
///
/// It keeps boots out by the same lock that boots take, and everybody else by `LOCK TABLES`, from
/// before it looks for rows until the tables are gone. So no row that another session was told is
/// stored is lost unseen: it is found and stops the rollback, or its `INSERT` fails with error 1146.
/// Both locks are one server's: where several nodes take writes, stop the writers first.
///
/// The history goes first. Whatever interrupts a rollback after that, a later
/// [`run`](Migrator::run) makes what is missing and a later rollback drops what is there. If nothing
/// is there, nothing is changed, so a further call does no harm.
///
/// It needs the rights `SELECT`, `LOCK TABLES` and `DROP` on the database, and `SHOW VIEW` if there
/// are views. A view or a foreign key of another database is found beforehand if the user may see
/// it; a foreign key that is not seen stops the table that it points to from being dropped.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
/// let report = quicksight_migrations::rollback_quicksight_migrations(&mut conn)?;
/// println!("{report}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Before anything is dropped: [`Error::TablesNotEmpty`], [`Error::TablesInUse`],
/// [`Error::RollbackBlocked`]; [`Error::NewerHistory`], [`Error::Diverged`] or
/// [`Error::CorruptHistory`] of a history that may stand for tables unknown to this build;
/// [`Error::LockTimeout`], [`Error::LockUnavailable`], [`Error::NoDatabaseSelected`],
/// [`Error::OpenTransaction`], [`Error::UnsupportedServer`], [`Error::ReadOnly`],
/// [`Error::PermissionDenied`].
///
/// After that: [`Error::RollbackIncomplete`], if the server would not drop a table.
/// [`Error::Database`], at any time, if the connection broke or a statement failed otherwise.
pub fn rollback_quicksight_migrations<C: Connection>(conn: &mut C) -> Result<RollbackReport> {
    Migrator::new().rollback(conn)
}

impl Migrator {
    /// Drops the tables: see [`rollback_quicksight_migrations`](crate::rollback_quicksight_migrations).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use quicksight_migrations::{Error, Migrator};
    ///
    /// # let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
    /// match Migrator::new().history_table("reports_history").rollback(&mut conn) {
    ///     Ok(report) => println!("{report}"),
    ///     Err(Error::TablesNotEmpty { tables }) => println!("first save {tables:?}"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As there, and [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable).
    pub fn rollback<C: Connection>(&self, conn: &mut C) -> Result<RollbackReport> {
        let started = Instant::now();
        let mut session = Session::new(conn);
        let done = Rollback::new(self, &EMBEDDED)?.run(&mut session)?;
        let report = RollbackReport {
            dropped: done.dropped,
            statements: session.statements(),
            lock_wait: done.lock_wait,
            elapsed: started.elapsed(),
        };
        debug!("{report}");
        Ok(report)
    }

    /// The statements that a [`rollback`](Self::rollback) would send now to drop the tables, in
    /// order: the history, then each table. Empty if nothing is there. Changes nothing.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
    /// for statement in quicksight_migrations::Migrator::new().rollback_plan(&mut conn)? {
    ///     println!("{statement};"); // DROP TABLE `quicksight_schema_history`;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What a rollback would refuse as things stand, but for what has to do with its locks.
    pub fn rollback_plan<C: Connection>(&self, conn: &mut C) -> Result<Vec<String>> {
        Rollback::new(self, &EMBEDDED)?.plan(&mut Session::new(conn))
    }
}

/// One rollback: its settings, its migrations, its history.
pub(crate) struct Rollback<'m> {
    settings: &'m Migrator,
    embedded: &'m [Embedded],
    history: HistoryTable,
}

/// What a rollback has done.
pub(crate) struct Done {
    pub(crate) dropped: Vec<String>,
    pub(crate) lock_wait: Duration,
}

impl<'m> Rollback<'m> {
    pub(crate) fn new(settings: &'m Migrator, embedded: &'m [Embedded]) -> Result<Self> {
        let history = HistoryTable::new(&settings.history_table, embedded)?;
        Ok(Self { settings, embedded, history })
    }

    pub(crate) fn run(&self, session: &mut Session<'_>) -> Result<Done> {
        exclusively(session, self.settings, |session, database, lock_wait| {
            Ok(Done { dropped: self.roll_back(session, database)?, lock_wait })
        })
    }

    /// Looks and refuses, and does nothing.
    fn plan(&self, session: &mut Session<'_>) -> Result<Vec<String>> {
        preflight::refuse_open_transaction(session, false)?;
        let server = preflight::check(session)?;
        server.with_settings(session, self.settings.metadata_lock_timeout, |session| {
            let history = self.read_history(session)?.then(|| self.history.quoted().to_owned());
            let tables = self.find_tables(session)?;
            let order = self.drop_order(session, server.database(), &tables)?;
            let names = history.into_iter().chain(order.iter().map(|table| quote(table)));
            Ok(names.map(|name| format!("DROP TABLE {name}")).collect())
        })
    }

    /// Looks, refuses, locks, looks again, drops.
    fn roll_back(&self, session: &mut Session<'_>, database: &str) -> Result<Vec<String>> {
        let has_history = self.read_history(session)?;
        let tables = self.find_tables(session)?;
        let mut locked: Vec<_> = tables.iter().map(|table| quote(table)).collect();
        locked.extend(has_history.then(|| self.history.quoted().to_owned()));
        if locked.is_empty() {
            return Ok(Vec::new());
        }
        // The first look spares everybody the wait for a rollback that is going to refuse.
        self.drop_order(session, database, &tables)?;
        with_tables_locked(session, &locked, |session| {
            let order = self.drop_order(session, database, &tables)?;
            if has_history {
                self.drop_history(session)?;
            }
            self.drop_tables(session, order)
        })
    }

    /// What to drop first, unless something must not be dropped.
    fn drop_order(
        &self,
        session: &mut Session<'_>,
        database: &str,
        tables: &[String],
    ) -> Result<Vec<String>> {
        self.refuse_rows(session, tables)?;
        obstacle::drop_order(session, database, tables)
    }

    /// Whether there is a history. One that may stand for tables unknown to this build is refused;
    /// a gap, or a file that was edited, changes nothing about which tables there are.
    fn read_history(&self, session: &mut Session<'_>) -> Result<bool> {
        let rows = match self.history.read(session)? {
            Seen::NoTable => return Ok(false),
            Seen::Rows(rows) => rows,
            Seen::NoRight(error) => return Err(error),
        };
        let status = Status::judge(rows, self.embedded)?;
        status.refuse_newer(self.embedded)?;
        for one in status.migrations() {
            let MigrationState::Diverged { recorded } = one.state() else { continue };
            let own = self.embedded.iter().find(|own| own.version() == one.version());
            if own.is_none_or(|own| own.name() != recorded) {
                let embedded = own.map(|own| own.name().to_owned());
                return Err(Error::Diverged { recorded: recorded.clone(), embedded });
            }
        }
        Ok(true)
    }

    /// The tables that are there, the newest first: a table is made after those that it builds on.
    fn find_tables(&self, session: &mut Session<'_>) -> Result<Vec<String>> {
        let there = self.look(session)?;
        let ours = || self.embedded.iter().rev().filter_map(Embedded::makes);
        let obstacles: Vec<_> = ours()
            .filter_map(|table| Some((table, there.get(table)?)))
            .filter(|(_, kind)| !is_table(kind))
            .map(|(table, kind)| {
                KeptTable::new(table, KeptReason::NotATable { kind: kind.clone() })
            })
            .collect();
        if !obstacles.is_empty() {
            return Err(Error::RollbackBlocked { obstacles });
        }
        let (found, missing): (Vec<_>, Vec<_>) =
            ours().partition(|table| there.contains_key(*table));
        refuse_hidden(session, &missing)?;
        Ok(found.into_iter().map(str::to_owned).collect())
    }

    /// What has the name of one of our tables, and what kind of thing it is.
    fn look(&self, session: &mut Session<'_>) -> Result<BTreeMap<String, String>> {
        let names: Vec<_> = self
            .embedded
            .iter()
            .filter_map(Embedded::makes)
            .map(|name| format!("'{name}'"))
            .collect();
        let ask = format!(
            "SELECT table_name, table_type FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name IN ({}) AND table_type <> 'TEMPORARY'",
            names.join(", ")
        );
        let rows = session
            .rows(&ask)
            .map_err(|error| Error::from_answer("look which tables are there", error))?;
        Ok(rows.iter().filter_map(|row| Some((column(row, 0)?, column(row, 1)?))).collect())
    }

    fn refuse_rows(&self, session: &mut Session<'_>, tables: &[String]) -> Result<()> {
        if self.settings.data == Data::Discard || tables.is_empty() {
            return Ok(());
        }
        let looks: Vec<_> = tables
            .iter()
            .map(|table| format!("(SELECT '{table}' FROM {} LIMIT 1)", quote(table)))
            .collect();
        let rows = session.rows(&looks.join(" UNION ALL ")).map_err(|error| {
            Error::from_answer("look for rows in the tables (needs SELECT)", error)
        })?;
        let tables: Vec<_> = rows.iter().filter_map(|row| column(row, 0)).collect();
        if tables.is_empty() { Ok(()) } else { Err(Error::TablesNotEmpty { tables }) }
    }

    /// The history goes first, and whole: without it a run makes every table that is missing and
    /// takes over every table that is there. A row that outlives its table would hide that table
    /// from all later runs, and a row that is gone below one that is not would stop them.
    fn drop_history(&self, session: &mut Session<'_>) -> Result<()> {
        let table = self.history.quoted();
        session.execute(&format!("DROP TABLE {table}")).map_err(|error| {
            Error::from_answer(format!("drop the history table {table} (needs DROP)"), error)
        })
    }

    /// Drops one table after the other, and goes on past those that stay.
    fn drop_tables(&self, session: &mut Session<'_>, order: Vec<String>) -> Result<Vec<String>> {
        let (total, mut dropped, mut failed) = (order.len(), Vec::new(), Vec::new());
        for table in order {
            if let Some(reason) = drop_table(session, &table)? {
                failed.push(KeptTable::new(&table, reason));
            } else {
                info!("dropped {table} ({} of {total})", dropped.len() + 1);
                dropped.push(table);
            }
        }
        let there = self.look(session)?;
        let again = dropped.iter().filter(|table| there.contains_key(*table));
        failed.extend(again.map(|table| KeptTable::new(table, KeptReason::ThereAgain)));
        dropped.retain(|table| !there.contains_key(table));
        if failed.is_empty() {
            Ok(dropped)
        } else {
            Err(Error::RollbackIncomplete { dropped, failed })
        }
    }
}

/// Drops a table, or says why the server would not. Without an answer nobody knows, and that is an
/// error.
fn drop_table(session: &mut Session<'_>, table: &str) -> Result<Option<KeptReason>> {
    match session.execute(&format!("DROP TABLE {}", quote(table))) {
        Ok(()) => Ok(None),
        Err(mysql::Error::MySqlError(answer)) => {
            if answer.code == code::LOCK_WAIT_TIMEOUT {
                wait_no_more(session)?;
            }
            Ok(Some(KeptReason::Refused { code: answer.code, message: answer.message }))
        }
        Err(error) => Err(Error::from_answer(format!("drop the table {}", quote(table)), error)),
    }
}

/// A table on which a user has no right at all looks as if it was not there, except to a statement
/// that uses it. The server checks the rights on all tables of a statement before it opens one.
fn refuse_hidden(session: &mut Session<'_>, missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|name| quote(name)).collect();
    match session.execute(&format!("SELECT 1 FROM {} LIMIT 0", names.join(", "))) {
        Err(error) if code::of(&error) != Some(code::NO_SUCH_TABLE) => {
            Err(Error::from_answer("see whether the tables are there (needs SELECT)", error))
        }
        _ => Ok(()),
    }
}
