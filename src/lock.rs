//! One migrator at a time: the server's advisory lock around a piece of work. And nobody else at all:
//! its table locks.
//! <https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html>

use std::{
    hash::Hasher,
    time::{Duration, Instant},
};

use log::{info, warn};
use siphasher::sip::SipHasher13;

use crate::{
    code,
    connection::{Session, column},
    error::{Error, Result},
    migrator::Migrator,
    preflight::{self, whole_seconds},
};

/// How long one `GET_LOCK` waits. Short, so that a client's read timeout is not taken for a dead
/// server and a waiting boot can say what it waits for.
const SLICE: u64 = 1;

/// Runs `work` while this session holds the migration lock of `database`, and tells it how long
/// the lock took. The lock is released whether `work` returns, fails or panics; if the session
/// dies, the server releases it as soon as the session's statement has ended.
pub(crate) fn with_lock<'c, T>(
    session: &mut Session<'c>,
    database: &str,
    timeout: Duration,
    work: impl FnOnce(&mut Session<'c>, Duration) -> Result<T>,
) -> Result<T> {
    let name = lock_name(database);
    let waited = acquire(session, &name, timeout)?;
    session.finally(|session| work(session, waited), |session| release(session, &name))
}

/// Runs `work` on a server that can take it, outside of any transaction of the caller, in a session
/// with bounded waits, and with nobody else migrating. `work` is told the database and how long the
/// lock took. A boot has its own sequence: it may have looked before, and looks once more after a
/// wait in vain.
pub(crate) fn exclusively<'c, T>(
    session: &mut Session<'c>,
    settings: &Migrator,
    work: impl FnOnce(&mut Session<'c>, &str, Duration) -> Result<T>,
) -> Result<T> {
    preflight::refuse_open_transaction(session, false)?;
    let server = preflight::check(session)?;
    let database = server.database();
    server.with_settings(session, settings.metadata_lock_timeout, |session| {
        with_lock(session, database, settings.lock_timeout, |session, lock_wait| {
            work(session, database, lock_wait)
        })
    })
}

/// A name for a database, in the 64 characters that the server allows. Names are shared by the
/// whole server and blind to case.
fn lock_name(database: &str) -> String {
    let mut hasher = SipHasher13::new();
    hasher.write(database.to_lowercase().as_bytes());
    format!("quicksight_migrations.{:016x}", hasher.finish())
}

fn acquire(session: &mut Session<'_>, name: &str, timeout: Duration) -> Result<Duration> {
    let started = Instant::now();
    let mut left = whole_seconds(timeout);
    loop {
        let slice = left.min(SLICE);
        let answer = session
            .row(&format!("SELECT GET_LOCK('{name}', {slice})"))
            .map_err(|error| Error::lock_answer(name, error))?;
        match answer.and_then(|row| column::<i64>(&row, 0)) {
            Some(1) => return Ok(started.elapsed()),
            Some(_) => {}
            None => {
                return Err(Error::LockUnavailable { name: name.to_owned(), source: None });
            }
        }
        let holder = holder(session, name);
        left -= slice;
        if left == 0 {
            return Err(Error::LockTimeout {
                name: name.to_owned(),
                waited: started.elapsed(),
                holder,
            });
        }
        info!(
            "waiting for the migration lock {name}, held by connection {}, for up to {left} s more",
            holder.map_or_else(|| "unknown".to_owned(), |id| id.to_string())
        );
    }
}

/// The connection that holds the lock; `None` if it has just let go, or the server will not say.
fn holder(session: &mut Session<'_>, name: &str) -> Option<u64> {
    let row = session.row(&format!("SELECT IS_USED_LOCK('{name}')")).ok()??;
    column(&row, 0)
}

fn release(session: &mut Session<'_>, name: &str) -> Result<()> {
    let answer = session
        .row(&format!("SELECT RELEASE_LOCK('{name}')"))
        .map_err(|error| Error::from_answer(format!("release the lock {name}"), error))?;
    if answer.and_then(|row| column::<i64>(&row, 0)) != Some(1) {
        warn!("the migration lock {name} was lost before it was released; is a proxy in between?");
    }
    Ok(())
}

/// Runs `work` while nobody else can read or write `names`.
///
/// One statement for all of them: a second one would first let go of what the first one locked. A
/// table that is dropped under the lock leaves the others locked, and whoever waited for it is told
/// that it does not exist. <https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html>
pub(crate) fn with_tables_locked<'c, T>(
    session: &mut Session<'c>,
    names: &[String],
    work: impl FnOnce(&mut Session<'c>) -> Result<T>,
) -> Result<T> {
    let clauses: Vec<_> = names.iter().map(|name| format!("{name} WRITE")).collect();
    match session.execute(&format!("LOCK TABLES {}", clauses.join(", "))) {
        Ok(()) => {
            // Where a lock is lost with a statement that failed, nothing may be sent again.
            session.wait_for_locks(Duration::ZERO);
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

/// One full wait is enough, with everybody else waiting for us: the shortest there is from here on.
pub(crate) fn wait_no_more(session: &mut Session<'_>) -> Result<()> {
    session.wait_for_locks(Duration::ZERO);
    session
        .execute("SET SESSION lock_wait_timeout = 1")
        .map_err(|error| Error::from_answer("change the session's settings", error))
}

#[cfg(test)]
mod tests {
    use super::lock_name;

    /// Builds of any version must agree on the name, or they do not lock each other out.
    #[test]
    fn names_are_pinned_short_and_blind_to_case() {
        assert_eq!(lock_name("tsp"), "quicksight_migrations.b591f47f83ed1764");
        assert_eq!(lock_name("TSP"), lock_name("tsp"));
        assert_ne!(lock_name("tsp"), lock_name("tsq"));
        assert!(lock_name(&"\u{fc}".repeat(64)).len() <= 64);
    }
}
