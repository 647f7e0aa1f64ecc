//! The settings of every call.

use std::time::Duration;

use crate::history::DEFAULT_TABLE;

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
    pub(crate) data: Data,
}

/// What to do about a history that is ahead of this build.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NewerHistory {
    Tolerate,
    Refuse,
}

/// What a rollback does with rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Data {
    Keep,
    Discard,
}

impl Default for Migrator {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_mins(1),
            metadata_lock_timeout: Duration::from_mins(1),
            history_table: DEFAULT_TABLE.to_owned(),
            newer_history: NewerHistory::Tolerate,
            data: Data::Keep,
        }
    }
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
    /// that cannot be used is an [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable) of
    /// the run, not a panic here.
    pub fn history_table(mut self, name: &str) -> Self {
        name.clone_into(&mut self.history_table);
        self
    }

    /// Makes [`Error::NewerHistory`](crate::Error::NewerHistory) of a database that a newer build has
    /// migrated.
    ///
    /// By default that is only logged and [reported](crate::Report::newer_version): in a rolling deploy an
    /// old replica may restart after the first new one, and later migrations only add.
    pub fn refuse_newer_history(mut self) -> Self {
        self.newer_history = NewerHistory::Refuse;
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
        self.data = Data::Discard;
        self
    }
}
