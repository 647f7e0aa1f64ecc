//! One migrator at a time: the server's advisory lock around a piece of work.
//! <https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html>

use std::{
    hash::Hasher,
    time::{Duration, Instant},
};

use log::{info, warn};
use siphasher::sip::SipHasher13;

use super::{Session, column, wait::whole_seconds};
use crate::outcome::{Error, Result};

/// How long one `GET_LOCK` waits. Short, so that a client's read timeout is not taken for a dead
/// server and a waiting boot can say what it waits for.
const SLICE: u64 = 1;

/// Runs `work` while this session holds the migration lock of `database`, and tells it how long
/// the lock took. The lock is released whether `work` returns, fails or panics; if the session
/// dies, the server releases it as soon as the session's statement has ended.
pub(super) fn with_lock<'c, T>(
    session: &mut Session<'c>,
    database: &str,
    timeout: Duration,
    work: impl FnOnce(&mut Session<'c>, Duration) -> Result<T>,
) -> Result<T> {
    let name = lock_name(database);
    let waited = acquire(session, &name, timeout)?;
    session.finally(|session| work(session, waited), |session| release(session, &name))
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
            lock = name, holder, left_s = left;
            "waiting for the migration lock {name}, held by {}, for up to {left} s more",
            holder.map_or_else(|| "another connection".to_owned(), |id| format!("connection {id}"))
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
        warn!(
            lock = name;
            "the migration lock {name} was lost before it was released; is a proxy in between?"
        );
    }
    Ok(())
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
