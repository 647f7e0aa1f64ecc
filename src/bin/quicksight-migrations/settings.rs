//! What every command takes: the database, and how to treat it.

use std::{
    env,
    error::Error,
    num::{NonZeroU64, ParseIntError},
    time::Duration,
};

use clap::Args;
use mysql::{Conn, Opts};
use quicksight_migrations::Migrator;

use super::connection::connect;

const VARIABLE: &str = "QUICKSIGHT_DATABASE_URL";

/// How long an answer may take of statements that look at tables or make empty ones.
pub(super) const SOON: Duration = Duration::from_mins(2);
/// How long an answer may take of statements that rebuild or drop tables of any size.
pub(super) const LATE: Duration = Duration::from_hours(24);

#[derive(Args)]
#[command(next_help_heading = "Settings of every command")]
pub(super) struct Settings {
    /// The database, as in `mysql://user@host/database` [else: `$QUICKSIGHT_DATABASE_URL`]
    #[arg(long, global = true)]
    url: Option<String>,

    /// How long to wait for another process that is migrating the same database [else: 60]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    lock_timeout: Option<Duration>,

    /// How long to wait for a table that another session holds [else: 60]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    metadata_lock_timeout: Option<Duration>,

    /// Where the history is [else: `quicksight_schema_history`]
    #[arg(long, global = true, value_name = "NAME")]
    history_table: Option<String>,

    /// Fail where a newer build has migrated the database
    #[arg(long, global = true)]
    refuse_newer_history: bool,

    /// How long to wait for a host that does not answer [else: 10]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = some_seconds)]
    connect_timeout: Option<Duration>,

    /// How long a statement may take [else: 120, and a day for mend, partition, down and check]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = some_seconds)]
    read_timeout: Option<Duration>,
}

/// There is no way to call a server with what was given.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotUsable {
    #[error("no database given: set {VARIABLE} or --url")]
    NoDatabase,
    #[error("the URL of the database cannot be read")]
    Url(#[source] mysql::UrlError),
    #[cfg(feature = "quicksight")]
    #[error(transparent)]
    Account(quicksight_migrations::Error),
}

impl Settings {
    /// A connection that never waits for ever, and for no answer longer than `patience`.
    pub(super) fn connect(&self, patience: Duration) -> Result<Conn, Box<dyn Error>> {
        Ok(connect(self.opts()?, self.connect_timeout, self.read_timeout.unwrap_or(patience))?)
    }

    pub(super) fn opts(&self) -> Result<Opts, NotUsable> {
        let url = self.url.clone().or_else(|| env::var(VARIABLE).ok());
        let url = url.filter(|url| !url.is_empty()).ok_or(NotUsable::NoDatabase)?;
        Opts::from_url(&url).map_err(NotUsable::Url)
    }

    pub(super) fn migrator(&self) -> Migrator {
        let mut migrator = Migrator::new();
        if let Some(limit) = self.lock_timeout {
            migrator = migrator.lock_timeout(limit);
        }
        if let Some(limit) = self.metadata_lock_timeout {
            migrator = migrator.metadata_lock_timeout(limit);
        }
        if let Some(name) = &self.history_table {
            migrator = migrator.history_table(name);
        }
        if self.refuse_newer_history {
            migrator = migrator.refuse_newer_history();
        }
        migrator
    }
}

pub(super) fn seconds(text: &str) -> Result<Duration, ParseIntError> {
    text.parse().map(Duration::from_secs)
}

/// Without a second to wait nothing could be sent at all.
pub(super) fn some_seconds(text: &str) -> Result<Duration, ParseIntError> {
    text.parse::<NonZeroU64>().map(|seconds| Duration::from_secs(seconds.get()))
}
