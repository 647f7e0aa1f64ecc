//! The settings, one by one.

use std::time::Duration;

use super::Migrator;
use crate::session::{Data, NewerHistory, OtherWriters};

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
}
