//! Nobody else at all: the server's locks on tables.

use crate::{
    outcome::{Error, Result, code},
    session::{Session, quote, unchanged, wait_no_more},
};

/// Runs `work` while nobody else can read or write `names`.
///
/// One statement for all of them: a second one would first let go of what the first one locked. A
/// table that is dropped under the lock leaves the others locked, and whoever waited for it is told
/// that it does not exist. <https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html>
pub(super) fn with_tables_locked<'c, T>(
    session: &mut Session<'c>,
    names: &[&str],
    work: impl FnOnce(&mut Session<'c>) -> Result<T>,
) -> Result<T> {
    let clauses: Vec<_> = names.iter().map(|name| format!("{} WRITE", quote(name))).collect();
    match session.execute(&format!("LOCK TABLES {}", clauses.join(", "))) {
        Ok(()) => {
            // Where a lock is lost with a statement that failed, nothing may be sent again.
            session.lose_patience();
            session.finally(work, unlock)
        }
        Err(error) if code::is_wait(&error) => session.finally(
            |session| {
                wait_no_more(session)?;
                Err(unchanged(session, names, error, lock_one)?)
            },
            unlock,
        ),
        Err(error) => {
            Err(Error::from_answer("lock the tables (needs LOCK TABLES and SELECT)", error))
        }
    }
}

fn unlock(session: &mut Session<'_>) -> Result<()> {
    session.execute("UNLOCK TABLES").map_err(|error| Error::from_answer("unlock the tables", error))
}

/// MariaDB can say at once whether it is free.
fn lock_one(session: &mut Session<'_>, name: &str) -> mysql::Result<()> {
    session.execute(&format!("LOCK TABLES {} WRITE /*M!100300 NOWAIT */", quote(name)))
}
