//! The calls that need no settings.

use super::Migrator;
use crate::{
    history::Status,
    outcome::{Drift, Report, Result, RollbackReport},
    session::Connection,
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
