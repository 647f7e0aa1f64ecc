//! The one sequence of every call that changes something: check, settle the session, take the lock,
//! work.

use std::time::Duration;

use super::{
    Session, Settings, lock,
    preflight::{self, refuse_open_transaction},
};
use crate::outcome::{Error, Result};

/// What a call has read before it wants to change something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum EarlierReads {
    /// No table.
    Nothing,
    /// A table. With `autocommit=0` that has opened a transaction.
    Table,
}

/// A turn at the work that one migrator at a time does on a database.
#[derive(Debug)]
pub(crate) struct Turn {
    database: String,
    lock_wait: Duration,
}

impl Turn {
    /// The database that it is about.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// How long the lock took.
    pub(crate) fn lock_wait(&self) -> Duration {
        self.lock_wait
    }
}

/// Runs `work` on a server that can take it, outside of any transaction of the caller, in a session
/// with bounded waits, and with nobody else migrating.
pub(crate) fn in_turn<'c, T>(
    session: &mut Session<'c>,
    settings: &Settings,
    work: impl FnOnce(&mut Session<'c>, Turn) -> Result<T>,
) -> Result<T> {
    in_turn_or(session, settings, EarlierReads::Nothing, work, |_, error| Err(error))
}

/// The same for a call that has looked at the database before, and for whom the turn of another may
/// have done the work: `otherwise` answers for a lock that was not free in time.
pub(crate) fn in_turn_or<'c, T>(
    session: &mut Session<'c>,
    settings: &Settings,
    earlier: EarlierReads,
    work: impl FnOnce(&mut Session<'c>, Turn) -> Result<T>,
    otherwise: impl FnOnce(&mut Session<'c>, Error) -> Result<T>,
) -> Result<T> {
    settled(session, earlier, |session, database| {
        let outcome =
            lock::with_lock(session, database, settings.lock_timeout, |session, lock_wait| {
                work(session, Turn { database: database.to_owned(), lock_wait })
            });
        match outcome {
            Err(error @ Error::LockTimeout { .. }) => otherwise(session, error),
            outcome => outcome,
        }
    })
}

/// The same up to the lock, for a call that only looks and must see what the others see.
pub(crate) fn settled<'c, T>(
    session: &mut Session<'c>,
    earlier: EarlierReads,
    work: impl FnOnce(&mut Session<'c>, &str) -> Result<T>,
) -> Result<T> {
    refuse_open_transaction(session, earlier)?;
    let server = preflight::check(session)?;
    server.with_variables(session, |session| work(session, server.database()))
}
