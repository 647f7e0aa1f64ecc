//! The public calls, their settings, and the migrations that are built in.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use log::debug;

use crate::{
    boot::Boot,
    connection::{Connection, Session},
    drift::Drift,
    error::Result,
    history::{DEFAULT_TABLE, Embedded, HistoryTable},
    report::Report,
    schema,
    status::Status,
};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The files of `migrations/`, by version.
pub(crate) static EMBEDDED: LazyLock<Vec<Embedded>> = LazyLock::new(|| {
    let runner = embedded::migrations::runner();
    let mut migrations = runner.get_migrations().clone();
    migrations.sort();
    migrations.into_iter().map(Embedded::new).collect()
});

/// Brings the QuickSight tables into place, with the defaults of [`Migrator`].
///
/// Call it once in `main()`, before serving. Any number of processes may call it at the same time
/// on the same database: one applies what is missing, the others wait for it. When nothing is
/// missing it sends a single `SELECT`, takes no lock and needs no right but `SELECT`, so it works
/// on a replica too.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// let report = quicksight_migrations::run_quicksight_migrations(&mut conn)?;
/// println!("{report}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Everything of [`Error`](crate::Error) except [`Error::NewerHistory`](crate::Error::NewerHistory) and [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable), which
/// need a setting of [`Migrator`]. After an error nothing is lost, and a further call goes on where
/// this one stopped.
pub fn run_quicksight_migrations<C: Connection>(conn: &mut C) -> Result<Report> {
    Migrator::new().run(conn)
}

/// Tells which migrations are applied, with the defaults of [`Migrator`]. Sends one `SELECT` and
/// changes nothing.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// let status = quicksight_migrations::quicksight_migration_status(&mut conn)?;
/// for migration in status.migrations() {
///     println!("{migration}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected), [`Error::CorruptHistory`](crate::Error::CorruptHistory), [`Error::PermissionDenied`](crate::Error::PermissionDenied) or
/// [`Error::Database`](crate::Error::Database). A history that a run would refuse is a finding and not an error: see
/// [`MigrationState`](crate::MigrationState).
pub fn quicksight_migration_status<C: Connection>(conn: &mut C) -> Result<Status> {
    Migrator::new().status(conn)
}

/// Compares the tables with what the migrations of this build would make, with the defaults of
/// [`Migrator`].
///
/// The server itself is the judge: it makes each table once more as an empty temporary twin and
/// describes both. Column order, comments, display widths such as `int(11)` and rows play no part.
/// Leaves nothing behind. At most 40 statements when nothing differs; needs `SELECT` and
/// `CREATE TEMPORARY TABLES`.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// for drift in quicksight_migrations::verify_quicksight_schema(&mut conn)? {
///     println!("{:?} {drift}", drift.severity());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
/// [`Error::PermissionDenied`](crate::Error::PermissionDenied), which names the right that is
/// missing, or [`Error::Database`](crate::Error::Database). Differences are findings, not errors.
pub fn verify_quicksight_schema<C: Connection>(conn: &mut C) -> Result<Vec<Drift>> {
    Migrator::new().verify(conn)
}

/// The same calls with settings.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use quicksight_migrations::Migrator;
///
/// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// let report = Migrator::new()
///     .lock_timeout(Duration::from_secs(300))
///     .metadata_lock_timeout(Duration::from_secs(5))
///     .run(&mut conn)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a Migrator does nothing until it is run"]
pub struct Migrator {
    pub(crate) lock_timeout: Duration,
    pub(crate) metadata_lock_timeout: Duration,
    pub(crate) history_table: String,
    pub(crate) newer_history: NewerHistory,
}

/// What to do about a history that is ahead of this build.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NewerHistory {
    Tolerate,
    Refuse,
}

impl Default for Migrator {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_mins(1),
            metadata_lock_timeout: Duration::from_mins(1),
            history_table: DEFAULT_TABLE.to_owned(),
            newer_history: NewerHistory::Tolerate,
        }
    }
}

impl Migrator {
    /// The defaults: 60 seconds for each lock, the history in `quicksight_schema_history`, a newer
    /// history tolerated.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long to wait for another process that is migrating the same database, in whole seconds,
    /// rounded up. Zero: do not wait. The default is 60 seconds.
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.lock_timeout = limit;
        self
    }

    /// How long each statement waits for a table that another session holds, as a forgotten
    /// transaction does; in whole seconds, rounded up, at least one. The default is 60 seconds; the
    /// server's own is a year.
    pub fn metadata_lock_timeout(mut self, limit: Duration) -> Self {
        self.metadata_lock_timeout = limit;
        self
    }

    /// Where the history is kept. The default is `quicksight_schema_history`.
    ///
    /// The name must be the same in every call and every service that shares the database. A name
    /// that cannot be used is an [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable) of the run, not a panic here.
    pub fn history_table(mut self, name: &str) -> Self {
        name.clone_into(&mut self.history_table);
        self
    }

    /// Makes [`Error::NewerHistory`](crate::Error::NewerHistory) of a database that a newer build has migrated.
    ///
    /// By default that is only logged and [reported](Report::newer_version): in a rolling deploy an
    /// old replica may restart after the first new one, and later migrations only add.
    pub fn refuse_newer_history(mut self) -> Self {
        self.newer_history = NewerHistory::Refuse;
        self
    }

    /// Brings the tables into place: see [`run_quicksight_migrations`].
    ///
    /// # Errors
    ///
    /// Everything of [`Error`](crate::Error). After an error nothing is lost, and a further call goes on where
    /// this one stopped.
    pub fn run<C: Connection>(&self, conn: &mut C) -> Result<Report> {
        self.run_these(&EMBEDDED, conn)
    }

    /// Tells which migrations are applied: see [`quicksight_migration_status`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable), [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected), [`Error::CorruptHistory`](crate::Error::CorruptHistory),
    /// [`Error::PermissionDenied`](crate::Error::PermissionDenied) or [`Error::Database`](crate::Error::Database).
    pub fn status<C: Connection>(&self, conn: &mut C) -> Result<Status> {
        let table = HistoryTable::new(&self.history_table, &EMBEDDED)?;
        Status::judge(table.read(&mut Session::new(conn))?.into_rows(), &EMBEDDED)
    }

    /// Compares the tables with what the migrations would make: see [`verify_quicksight_schema`].
    ///
    /// # Errors
    ///
    /// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
    /// [`Error::PermissionDenied`](crate::Error::PermissionDenied) or
    /// [`Error::Database`](crate::Error::Database).
    pub fn verify<C: Connection>(&self, conn: &mut C) -> Result<Vec<Drift>> {
        let all: Vec<_> = EMBEDDED.iter().collect();
        schema::verify(&mut Session::new(conn), &all)
    }

    /// The statements that [`run`](Self::run) would send to apply what is missing, in order: the
    /// history table, then each migration and the row that records it. Empty if nothing is missing.
    /// Sends one `SELECT` and changes nothing.
    ///
    /// For databases where services may not create tables: a DBA runs these, and every boot
    /// afterwards finds nothing to do.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status), and what a run would refuse to touch:
    /// [`Error::Diverged`](crate::Error::Diverged), [`Error::OutOfOrder`](crate::Error::OutOfOrder),
    /// [`Error::NewerHistory`](crate::Error::NewerHistory).
    pub fn plan<C: Connection>(&self, conn: &mut C) -> Result<Vec<String>> {
        Boot::new(self, &EMBEDDED)?.plan(&mut Session::new(conn))
    }

    fn run_these<C: Connection>(&self, embedded: &[Embedded], conn: &mut C) -> Result<Report> {
        let started = Instant::now();
        let mut session = Session::new(conn);
        let done = Boot::new(self, embedded)?.run(&mut session)?;
        let report = Report {
            applied: done.applied,
            adopted: done.existing.tables,
            advisories: done.existing.drifts,
            missing_after_knex: done.existing.missing_after_knex,
            total: embedded.len(),
            newer_version: done.newer_version,
            statements: session.statements(),
            lock_wait: done.lock_wait,
            elapsed: started.elapsed(),
        };
        debug!("{report}");
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use refinery_core::Migration;

    use super::*;
    use crate::{error::Error, support::database};

    fn embedded(files: &[(&str, &str)]) -> Vec<Embedded> {
        let embed = |(name, sql): &(&str, &str)| {
            Embedded::new(Migration::unapplied(name, sql).expect("a name as refinery wants it"))
        };
        files.iter().map(embed).collect()
    }

    /// refinery's own driver answers `Ok` here, records the file as applied, and makes one table.
    #[test]
    fn an_error_in_a_later_statement_of_a_file_is_an_error() {
        let db = database();
        let files = embedded(&[
            ("V01__good", "CREATE TABLE IF NOT EXISTS good (id INT PRIMARY KEY)"),
            (
                "V02__two",
                "CREATE TABLE IF NOT EXISTS one (id INT PRIMARY KEY); CREATE TABLE two (id NONSENSE)",
            ),
        ]);

        let error = Migrator::new().run_these(&files, &mut db.conn()).unwrap_err();

        let Error::Migration { migration, applied, total, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!((migration.as_str(), *applied, *total), ("V02__two", 1, 2));
        assert!(matches!(error.server_code(), Some(1064 | 4161)), "{error:?}");
        assert_eq!(db.history(), [1]);

        let mended = embedded(&[
            ("V01__good", "CREATE TABLE IF NOT EXISTS good (id INT PRIMARY KEY)"),
            ("V02__two", "CREATE TABLE IF NOT EXISTS two (id INT PRIMARY KEY)"),
        ]);
        let report = Migrator::new().run_these(&mended, &mut db.conn()).unwrap();
        assert_eq!(report.applied().len(), 1);
        assert_eq!(db.history(), [1, 2]);
    }

    #[test]
    fn rows_that_a_migration_returns_are_no_obstacle() {
        let db = database();
        let files = embedded(&[
            ("V1__rows", "SELECT 1 UNION SELECT 2; SELECT 3"),
            ("V2__table", "CREATE TABLE IF NOT EXISTS later (id INT PRIMARY KEY)"),
        ]);

        let report = Migrator::new().run_these(&files, &mut db.conn()).unwrap();

        assert_eq!(report.applied().len(), 2);
        assert_eq!(db.history(), [1, 2]);
    }

    #[test]
    fn a_file_that_is_embedded_twice_is_refused() {
        let db = database();
        let files = embedded(&[("V1__one", "SELECT 1"), ("V1__one", "SELECT 1")]);

        let error = Migrator::new().run_these(&files, &mut db.conn()).unwrap_err();

        assert!(matches!(error, Error::Plan { .. }), "{error:?}");
        assert_eq!(db.history(), Vec::<i64>::new());
    }

    /// An edited or reformatted file fails here, and not at a customer's boot. A new file gets a
    /// new line; a line that was released never changes.
    #[test]
    fn the_checksums_of_released_files_are_pinned() {
        let released: Vec<_> =
            include_str!("../migrations/checksums").lines().map(str::to_owned).collect();
        let embedded: Vec<_> =
            EMBEDDED.iter().map(|one| format!("{} {}", one.name(), one.narrow())).collect();
        assert_eq!(embedded, released);
    }
}
