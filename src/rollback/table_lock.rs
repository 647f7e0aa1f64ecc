//! Nobody else at all: the server's locks on tables.

use crate::{
    outcome::{Error, Result, code},
    session::{Session, wait_no_more},
};

/// Runs `work` while nobody else can read or write `names`.
///
/// One statement for all of them: a second one would first let go of what the first one locked. A
/// table that is dropped under the lock leaves the others locked, and whoever waited for it is told
/// that it does not exist. <https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html>
pub(super) fn with_tables_locked<'c, T>(
    session: &mut Session<'c>,
    names: &[String],
    work: impl FnOnce(&mut Session<'c>) -> Result<T>,
) -> Result<T> {
    let clauses: Vec<_> = names.iter().map(|name| format!("{name} WRITE")).collect();
    match session.execute(&format!("LOCK TABLES {}", clauses.join(", "))) {
        Ok(()) => {
            // Where a lock is lost with a statement that failed, nothing may be sent again.
            session.lose_patience();
            session.finally(work, unlock)
        }
        Err(error) if code::of(&error) == Some(code::LOCK_WAIT_TIMEOUT) => {
            let tables = session.finally(|session| in_use(session, names), unlock)?;
            Err(Error::TablesInUse { tables, source: error })
        }
        Err(error) => {
            Err(Error::from_answer("lock the tables (needs LOCK TABLES and SELECT)", error))
        }
    }
}

fn unlock(session: &mut Session<'_>) -> Result<()> {
    session.execute("UNLOCK TABLES").map_err(|error| Error::from_answer("unlock the tables", error))
}

/// The server does not say which table the wait was for, so each is asked for by itself.
fn in_use(session: &mut Session<'_>, names: &[String]) -> Result<Vec<String>> {
    wait_no_more(session)?;
    let mut tables = Vec::new();
    for name in names {
        match session.execute(&format!("LOCK TABLES {name} WRITE")) {
            Err(error) if code::of(&error) == Some(code::LOCK_WAIT_TIMEOUT) => {
                tables.push(name.clone());
            }
            Err(error) if code::of(&error).is_none() => {
                return Err(Error::from_answer("see which tables are in use", error));
            }
            _ => {}
        }
    }
    // All of them have been let go since, as far as can be seen.
    Ok(if tables.is_empty() { names.to_vec() } else { tables })
}
