//! The calls, each of them with the settings.

use super::Migrator;
#[cfg(feature = "partition")]
use crate::partition;
#[cfg(feature = "quicksight")]
use crate::quicksight;
use crate::{
    boot,
    history::{self, EMBEDDED, Status},
    mend,
    outcome::{Drift, MendReport, Report, Result, RollbackReport},
    rollback, schema,
    session::{Connection, in_plain_words},
};

impl Migrator {
    /// Brings the tables into place: see [`run_quicksight_migrations`](crate::run_quicksight_migrations).
    ///
    /// # Errors
    ///
    /// As there, and [`Error::NewerHistory`](crate::Error::NewerHistory) and
    /// [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable), which need a setting.
    pub fn run<C: Connection>(&self, conn: &mut C) -> Result<Report> {
        boot::run(&self.job()?, &mut self.session(conn))
    }

    /// Says which migrations are applied: see [`quicksight_migration_status`](crate::quicksight_migration_status).
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

    /// Compares the tables with what the migrations would make: see [`verify_quicksight_schema`](crate::verify_quicksight_schema).
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
}
