//! The one face: every call that brings the tables into place, looks at them or takes them away.

use std::time::Duration;

#[cfg(feature = "partition")]
use crate::partition;
#[cfg(feature = "quicksight")]
use crate::quicksight;
use crate::{
    boot,
    history::{self, EMBEDDED, Job, Status},
    mend,
    outcome::{Drift, MendReport, Report, Result, RollbackReport},
    rollback, schema,
    session::{Connection, Data, NewerHistory, OtherWriters, Session, Settings, in_plain_words},
};

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
/// - [`LockTimeout`](crate::Error::LockTimeout), [`ClaimTimeout`](crate::Error::ClaimTimeout), [`TablesInUse`](crate::Error::TablesInUse),
///   [`TablesChanging`](crate::Error::TablesChanging), [`LockUnavailable`](crate::Error::LockUnavailable):
///   another boot is at work, another session holds or changes a table, or the server gives no lock.
/// - [`OpenTransaction`](crate::Error::OpenTransaction),
///   [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected): the connection is not fit for it.
/// - [`UnsupportedServer`](crate::Error::UnsupportedServer), [`ReadOnly`](crate::Error::ReadOnly),
///   [`PermissionDenied`](crate::Error::PermissionDenied): the server or the user is not.
/// - [`Diverged`](crate::Error::Diverged), [`OutOfOrder`](crate::Error::OutOfOrder),
///   [`CorruptHistory`](crate::Error::CorruptHistory), [`HistoryTooLong`](crate::Error::HistoryTooLong):
///   the history is not to be trusted.
/// - [`SchemaDrift`](crate::Error::SchemaDrift): a table that is there is not as it should be, or one that
///   is recorded is not there.
/// - [`Migration`](crate::Error::Migration), [`Database`](crate::Error::Database): a statement failed.
///
/// After an error nothing is lost, and a further call goes on where this one stopped.
pub fn run_quicksight_migrations<C: Connection>(conn: &mut C) -> Result<Report> {
    Migrator::new().run(conn)
}

/// Says which migrations are applied, with the defaults of [`Migrator`]. Sends one `SELECT` and
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
/// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected), [`Error::CorruptHistory`](crate::Error::CorruptHistory),
/// [`Error::HistoryTooLong`](crate::Error::HistoryTooLong), [`Error::PermissionDenied`](crate::Error::PermissionDenied),
/// [`Error::TablesInUse`](crate::Error::TablesInUse) or [`Error::Database`](crate::Error::Database). A history that a run would refuse is a finding and not an error: see
/// [`MigrationState`](crate::MigrationState).
pub fn quicksight_migration_status<C: Connection>(conn: &mut C) -> Result<Status> {
    Migrator::new().status(conn)
}

/// Compares the tables with what the migrations of this build would make, with the defaults of
/// [`Migrator`].
///
/// The server itself is the judge: it makes each table once more as an empty temporary twin and
/// describes both. Column order, comments, display widths such as `int(11)` and rows play no part.
/// Leaves nothing behind. 41 statements when nothing differs, two more where the session's `sql_mode` or
/// character set would blur the descriptions, one more for each table that lacks a column; needs `SELECT` on whole
/// tables and `CREATE TEMPORARY TABLES`.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// for drift in quicksight_migrations::verify_quicksight_schema(&mut conn)? {
///     println!("{} {drift}", drift.severity().as_str());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
/// [`Error::PermissionDenied`](crate::Error::PermissionDenied), which names the right that is
/// missing, [`Error::TablesInUse`](crate::Error::TablesInUse),
/// [`Error::TablesChanging`](crate::Error::TablesChanging),
/// [`Error::UnsupportedServer`](crate::Error::UnsupportedServer) that does not describe tables as MySQL
/// does, or [`Error::Database`](crate::Error::Database). Differences are findings, not errors.
pub fn verify_quicksight_schema<C: Connection>(conn: &mut C) -> Result<Vec<Drift>> {
    Migrator::new().verify(conn)
}

/// Drops the QuickSight tables and their history, with the defaults of [`Migrator`]: it refuses
/// while any of the tables holds a row.
///
/// It keeps boots out by the same lock that boots take, and everybody else by `LOCK TABLES`, from
/// before it looks for rows until the tables are gone. So no row that another session was told is
/// stored is lost unseen: it is found and stops the rollback, or its `INSERT` fails with error 1146.
/// Both locks are one server's: where several nodes take writes it is refused, but for a Galera cluster
/// whose rows may be [discarded](Migrator::discard_data): there all tables go in one statement, without a
/// lock.
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
/// Before anything is dropped: [`Error::TablesNotEmpty`](crate::Error::TablesNotEmpty), [`Error::TablesInUse`](crate::Error::TablesInUse),
/// [`Error::RollbackBlocked`](crate::Error::RollbackBlocked), [`Error::SeveralWriters`](crate::Error::SeveralWriters); [`Error::NewerHistory`](crate::Error::NewerHistory), [`Error::Diverged`](crate::Error::Diverged),
/// [`Error::CorruptHistory`](crate::Error::CorruptHistory) or
/// [`Error::HistoryTooLong`](crate::Error::HistoryTooLong) of a history that may stand for tables unknown to this build;
/// [`Error::LockTimeout`](crate::Error::LockTimeout), [`Error::LockUnavailable`](crate::Error::LockUnavailable), [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
/// [`Error::OpenTransaction`](crate::Error::OpenTransaction), [`Error::UnsupportedServer`](crate::Error::UnsupportedServer), [`Error::ReadOnly`](crate::Error::ReadOnly),
/// [`Error::PermissionDenied`](crate::Error::PermissionDenied).
///
/// After that: [`Error::RollbackIncomplete`](crate::Error::RollbackIncomplete), if the server would not drop a table.
/// [`Error::Database`](crate::Error::Database), at any time, if the connection broke or a statement failed otherwise.
pub fn rollback_quicksight_migrations<C: Connection>(conn: &mut C) -> Result<RollbackReport> {
    Migrator::new().rollback(conn)
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
#[derive(Debug, Clone, Default)]
#[must_use = "a Migrator does nothing until it is run"]
pub struct Migrator {
    settings: Settings,
}

impl Migrator {
    /// The defaults: 60 seconds for each lock, the history in `quicksight_schema_history`, a newer
    /// history tolerated, no row discarded.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long to wait for another process that is migrating the same database, in whole seconds,
    /// rounded up. Zero: do not wait. The default is 60 seconds.
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.settings.lock_timeout = limit;
        self
    }

    /// How long a call waits in all for tables that other sessions hold, as a forgotten transaction
    /// does; in whole seconds, rounded up, at least one. When that is used up, a statement still waits
    /// for up to five seconds once. The default is 60 seconds; the server's own is a year.
    pub fn metadata_lock_timeout(mut self, limit: Duration) -> Self {
        self.settings.metadata_lock_timeout = limit;
        self
    }

    /// Where the history is kept. The default is `quicksight_schema_history`.
    ///
    /// The name must be the same in every call and every service that shares the database. A name
    /// that cannot be used is an [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable) of
    /// the run, not a panic here.
    pub fn history_table(mut self, name: &str) -> Self {
        name.clone_into(&mut self.settings.history_table);
        self
    }

    /// Makes [`Error::NewerHistory`](crate::Error::NewerHistory) of a database that a newer build has
    /// migrated.
    ///
    /// By default that is only logged and [reported](crate::Report::newer_version): in a rolling deploy an
    /// old replica may restart after the first new one, and later migrations only add.
    pub fn refuse_newer_history(mut self) -> Self {
        self.settings.newer_history = NewerHistory::Refuse;
        self
    }

    /// Lets a [`rollback`](Self::rollback) drop tables that hold rows, and the rows with them. A run
    /// is not changed by this.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut conn = mysql::Conn::new("mysql://app@localhost/scratch")?;
    /// quicksight_migrations::Migrator::new().discard_data().rollback(&mut conn)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn discard_data(mut self) -> Self {
        self.settings.data = Data::Discard;
        self
    }

    /// Says that no other node of the cluster takes writes while a [`rollback`](Self::rollback), a
    /// [`mend`](Self::mend) or the like runs, where the server alone would say that it may. A run is not changed by this.
    ///
    /// If that is not so, a rollback can stop a Galera cluster for good, and either call can put all
    /// members of a group into the state `ERROR`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
    /// // Every service is stopped.
    /// quicksight_migrations::Migrator::new().only_writer().rollback(&mut conn)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn only_writer(mut self) -> Self {
        self.settings.other_writers = OtherWriters::None;
        self
    }

    /// Brings the tables into place: see [`run_quicksight_migrations`].
    ///
    /// # Errors
    ///
    /// As there, and [`Error::NewerHistory`](crate::Error::NewerHistory) and
    /// [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable), which need a setting.
    pub fn run<C: Connection>(&self, conn: &mut C) -> Result<Report> {
        boot::run(&self.job()?, &mut self.session(conn))
    }

    /// Says which migrations are applied: see [`quicksight_migration_status`].
    ///
    /// # Errors
    ///
    /// As there, and [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable).
    pub fn status<C: Connection>(&self, conn: &mut C) -> Result<Status> {
        history::status(&self.job()?, &mut self.session(conn))
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
        boot::plan(&self.job()?, &mut self.session(conn))
    }

    /// Compares the tables with what the migrations would make: see [`verify_quicksight_schema`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn verify<C: Connection>(&self, conn: &mut C) -> Result<Vec<Drift>> {
        let all: Vec<_> = EMBEDDED.iter().collect();
        in_plain_words(&mut self.session(conn), |session| {
            #[allow(unused_mut)] // Only what makes views can tell which are outdated.
            let mut drifts = schema::verify(session, &all)?;
            #[cfg(feature = "quicksight")]
            drifts.extend(quicksight::outdated(session)?);
            Ok(drifts)
        })
    }

    /// Applies the mend of every [`Drift`] that has one, one statement at a time, under the
    /// migration lock. Such a statement cannot lose data: where it would, the server refuses it.
    ///
    /// Each change of a table is first asked for online (`ALGORITHM=INPLACE, LOCK=NONE`, a new column
    /// as `ALGORITHM=INSTANT`), so that a big table stays readable and writable; only what the server
    /// cannot do in that way blocks the table. A statement that the server refuses keeps none of the others
    /// from being tried.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
    /// let report = quicksight_migrations::Migrator::new().mend(&mut conn)?;
    /// for drift in report.left() {
    ///     println!("to decide: {drift}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Needs the rights of [`verify`](Self::verify), and `ALTER`, `CREATE`, `INSERT` and `INDEX`.
    ///
    /// # Errors
    ///
    /// [`Error::Mend`](crate::Error::Mend) if a statement failed: all others that could be mended are.
    /// [`Error::TablesInUse`](crate::Error::TablesInUse) if others held a table that it must change: what could be mended by then is. Before anything is
    /// changed: [`Error::ForeignTables`](crate::Error::ForeignTables); [`Error::SeveralWriters`](crate::Error::SeveralWriters) in a MySQL group whose members all take
    /// writes; [`Error::NewerHistory`](crate::Error::NewerHistory), because what a newer build made
    /// may look wrong to this one; [`Error::CorruptHistory`](crate::Error::CorruptHistory), [`Error::HistoryTooLong`](crate::Error::HistoryTooLong), [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable), [`Error::OpenTransaction`](crate::Error::OpenTransaction),
    /// [`Error::LockTimeout`](crate::Error::LockTimeout), [`Error::LockUnavailable`](crate::Error::LockUnavailable), [`Error::ReadOnly`](crate::Error::ReadOnly),
    /// [`Error::UnsupportedServer`](crate::Error::UnsupportedServer), [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected), [`Error::PermissionDenied`](crate::Error::PermissionDenied),
    /// [`Error::TablesChanging`](crate::Error::TablesChanging) or [`Error::Database`](crate::Error::Database).
    pub fn mend<C: Connection>(&self, conn: &mut C) -> Result<MendReport> {
        mend::run(&self.job()?, &mut self.session(conn))
    }

    /// Drops the tables: see [`rollback_quicksight_migrations`](crate::rollback_quicksight_migrations).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use quicksight_migrations::{Error, Migrator};
    ///
    /// # let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
    /// match Migrator::new().history_table("reports_history").rollback(&mut conn) {
    ///     Ok(report) => println!("{report}"),
    ///     Err(Error::TablesNotEmpty { tables, .. }) => println!("first save {tables:?}"),
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
        rollback::run(&self.job()?, &mut self.session(conn))
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
    /// As [`rollback`](Self::rollback) as things stand, except those of the migration lock.
    pub fn rollback_plan<C: Connection>(&self, conn: &mut C) -> Result<Vec<String>> {
        rollback::plan(&self.job()?, &mut self.session(conn))
    }

    /// Does what a plan for the partitions of a table says, one statement at a time and each only once:
    /// another call may have done the first ones, or an earlier one that was cut short.
    ///
    /// The table is looked at once more under the migration lock, so two calls at once queue. What needs no
    /// time itself waits a second at a time for others, and is sent again for as long as the
    /// [limit](Self::metadata_lock_timeout) says. The rows of a partition that goes are counted right before
    /// and [reported](partition::Report::dropped). Those of a ledger go after the opening balance of each account that they
    /// are of was written.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use quicksight_migrations::{Migrator, partition::{self, Policy, Table}};
    ///
    /// # let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
    /// # let today = time::OffsetDateTime::now_utc().date();
    /// let layout = partition::look(&mut conn, Table::Trip)?;
    /// let plan = partition::plan(&layout, today, &Policy::monthly())?;
    /// println!("{}", Migrator::new().partition(&mut conn, &plan)?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Needs `SELECT`, `ALTER`, `CREATE`, `INSERT` and `DROP`; where rows go also `UPDATE` on `summary_state`, and where they are those
    /// of a ledger `LOCK TABLES`, and `UPDATE` on `points_opening` or `token_opening`.
    ///
    /// # Errors
    ///
    /// [`Error::UnsoundBalances`](crate::Error::UnsoundBalances) if a balance of rows of a ledger that were to go is not the sum of
    /// the movements, [`Error::ReversalWouldGo`](crate::Error::ReversalWouldGo) if a movement would outlive its reversal, and
    /// [`Error::RetentionOnLedger`](crate::Error::RetentionOnLedger) without the tables for opening balances;
    /// [`Error::TablesChanging`](crate::Error::TablesChanging) if rows kept coming late for a partition that goes;
    /// [`Error::PlanOutdated`](crate::Error::PlanOutdated) if the table is not what it was at the look, and what
    /// [`partition::plan`] refuses; [`Error::SeveralWriters`](crate::Error::SeveralWriters); [`Error::Partition`](crate::Error::Partition) if a
    /// statement failed, [`Error::SumsBehind`](crate::Error::SumsBehind) if reports would lose rows that are to go, and [`Error::TablesInUse`](crate::Error::TablesInUse) if others held the table: what was done by then stays.
    /// Before anything is done, as [`mend`](Self::mend): the lock, the session, the server and the rights.
    #[cfg(feature = "partition")]
    pub fn partition<C: Connection>(
        &self,
        conn: &mut C,
        plan: &partition::Plan,
    ) -> Result<partition::Report> {
        partition::apply::run(plan, &mut self.session(conn), &self.settings)
    }

    /// Makes or replaces the views for QuickSight: see [`quicksight::apply_views`].
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "quicksight")]
    pub fn apply_views<C: Connection>(&self, conn: &mut C) -> Result<quicksight::ViewsReport> {
        quicksight::apply(&mut self.session(conn), &self.settings)
    }

    /// Drops the views for QuickSight: see [`quicksight::drop_views`].
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(feature = "quicksight")]
    pub fn drop_views<C: Connection>(&self, conn: &mut C) -> Result<Vec<String>> {
        quicksight::drop_all(&mut self.session(conn), &self.settings)
    }

    fn job(&self) -> Result<Job<'_>> {
        Job::new(&self.settings, &EMBEDDED)
    }

    fn session<'c, C: Connection>(&self, conn: &'c mut C) -> Session<'c> {
        Session::new(conn, &self.settings)
    }
}
