//! The one face: every call that brings the tables into place, looks at them or takes them away.

mod builder;
mod calls;
mod defaults;

pub use self::defaults::{
    quicksight_migration_status, rollback_quicksight_migrations, run_quicksight_migrations,
    verify_quicksight_schema,
};
use crate::{
    history::{EMBEDDED, Job},
    outcome::Result,
    session::{Connection, Session, Settings},
};

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
    fn job(&self) -> Result<Job<'_>> {
        Job::new(&self.settings, &EMBEDDED)
    }

    fn session<'c, C: Connection>(&self, conn: &'c mut C) -> Session<'c> {
        Session::new(conn, &self.settings)
    }
}
