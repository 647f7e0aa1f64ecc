//! What an answer of the server means: for the caller, and for what we do next.

use super::{Error, code};

impl Error {
    /// The server's error code, where the cause is an answer of the server.
    ///
    /// ```
    /// fn is_missing_right(error: &quicksight_migrations::Error) -> bool {
    ///     matches!(error.server_code(), Some(1044 | 1142))
    /// }
    /// ```
    #[must_use]
    pub fn server_code(&self) -> Option<u16> {
        self.cause().and_then(code::of)
    }

    /// Whether the same call may succeed by itself a little later: the lock was held, the
    /// connection broke, or another session was in the way.
    ///
    /// A call after a broken connection needs a new connection, and so does one without an answer of
    /// the server, where there is no [`server_code`](Self::server_code): the answer may still come, and
    /// be taken for another's. A pool hands out the same one again, unless it is taken out of the pool
    /// with [`PooledConn::unwrap`](mysql::PooledConn::unwrap).
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::LockTimeout { .. } | Self::ClaimTimeout { .. } | Self::TablesChanging => true,
            // The server was out of memory, or somebody killed the statement and not the connection.
            Self::LockUnavailable { source: None, .. } => true,
            // Points would be moved twice if they were moved before.
            #[cfg(feature = "ledger")]
            Self::CommitUnknown { .. } => false,
            // Rows that are in the way stay in the way.
            Self::Mend { source, .. } if code::of(source) == Some(code::DUPLICATE) => false,
            Self::RollbackIncomplete { failed, .. } => {
                failed.iter().all(|kept| kept.refusal().is_some_and(code::is_passing))
            }
            _ => self.cause().is_some_and(code::is_transient),
        }
    }

    fn cause(&self) -> Option<&mysql::Error> {
        match self {
            Self::Database { source, .. }
            | Self::Migration { source, .. }
            | Self::Mend { source, .. }
            | Self::PermissionDenied { source, .. }
            | Self::TablesInUse { source, .. } => Some(source),
            #[cfg(feature = "partition")]
            Self::Partition { source, .. } => Some(source),
            #[cfg(feature = "ledger")]
            Self::CommitUnknown { source, .. } => Some(source),
            #[cfg(feature = "summary")]
            Self::TriggersRefused { source } | Self::StatementFormat { source } => Some(source),
            Self::ReadOnly { source } | Self::LockUnavailable { source, .. } => source.as_ref(),
            _ => None,
        }
    }

    /// The variant that fits an answer to a statement of ours. `action` completes "could not ..."
    /// and "not allowed to ...".
    pub(crate) fn from_answer(action: impl Into<String>, source: mysql::Error) -> Self {
        match code::of(&source) {
            Some(code::NO_DATABASE) => Self::NoDatabaseSelected,
            Some(code::XA_IN_PROGRESS) => Self::OpenTransaction,
            Some(_) if code::is_read_only(&source) => Self::ReadOnly { source: Some(source) },
            Some(code) if code::DENIED.contains(&code) => {
                Self::PermissionDenied { action: action.into(), source }
            }
            _ => Self::Database { action: action.into(), source },
        }
    }

    /// The variant for an error in place of an answer to `GET_LOCK`.
    pub(crate) fn lock_answer(name: &str, source: mysql::Error) -> Self {
        if code::of(&source).is_none() {
            return Self::from_answer(format!("take the migration lock {name}"), source);
        }
        Self::LockUnavailable { name: name.to_owned(), source: Some(source) }
    }

    /// Whether another session or another node of a cluster was in the way, so that it may have
    /// done the work itself.
    pub(crate) fn collision(&self) -> Option<Collision> {
        match self.server_code()? {
            code::LOCK_WAIT_TIMEOUT => Some(Collision::Waited),
            code::RECORD_CHANGED => Some(Collision::Lost),
            code if code::CONFLICTS.contains(&code) => Some(Collision::Lost),
            _ => None,
        }
    }
}

/// How another session got in the way of a statement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Collision {
    /// It held a lock for as long as we wait.
    Waited,
    /// It was first, and the server undid our statement.
    Lost,
}
