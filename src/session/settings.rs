//! What the caller of a [`Migrator`](crate::Migrator) has asked for.

use std::time::Duration;

/// The table that a [`Migrator`](crate::Migrator) keeps its history in unless told otherwise.
///
/// Not refinery's own default name: that one belongs to the service's own migrations.
const DEFAULT_HISTORY: &str = "quicksight_schema_history";

/// The settings of one call.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) lock_timeout: Duration,
    pub(crate) metadata_lock_timeout: Duration,
    pub(crate) history_table: String,
    pub(crate) newer_history: NewerHistory,
    pub(crate) data: Data,
    pub(crate) other_writers: OtherWriters,
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

/// What is known of other nodes that take writes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum OtherWriters {
    /// What the server says.
    Ask,
    /// That there are none, by the caller's word.
    None,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_mins(1),
            metadata_lock_timeout: Duration::from_mins(1),
            history_table: DEFAULT_HISTORY.to_owned(),
            newer_history: NewerHistory::Tolerate,
            data: Data::Keep,
            other_writers: OtherWriters::Ask,
        }
    }
}
