//! A transaction of the database: begun, ended, and begun again if somebody else got in the way.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    thread,
    time::{Duration, Instant},
};

use log::debug;
use mysql::{Conn, prelude::Queryable};

use super::ACTION;
use crate::{
    outcome::{Error, Result, code},
    session::{
        Answer, COMMIT, ROLLBACK, START, Unheard, ask_together, contained, echo, not_begun,
        roll_back, tell, unreadable,
    },
};

/// REPEATABLE READ whatever the session has: a system account that has no row yet is locked
/// by the gap where its rows would be.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-transaction-isolation-levels.html>
const BEGIN: [&str; 2] = ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", START];

/// After this long no attempt begins, so that a caller waits for one more lock at most.
const LIMIT: Duration = Duration::from_secs(30);

/// The mean rest before the second attempt. The next rests are longer, up to a bound.
const PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Whose transaction it is that movements are recorded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Begun, committed and begun again here.
    Ours,
    /// The caller's, who has done other things in it and will commit it.
    Callers,
}

/// What was done in a transaction, and the statements that are still to be sent: they go with the commit, in one
/// packet.
#[derive(Debug)]
pub(super) struct Work<T> {
    pub(super) done: T,
    pub(super) last: Vec<String>,
}

impl<T> Work<T> {
    /// Nothing is left to be sent.
    pub(super) fn all(done: T) -> Self {
        Self { done, last: Vec::new() }
    }
}

/// Runs `work` in a transaction, again and again if somebody else got in the way. `unanswered` says what
/// becomes of work whose commit got no answer that says whether it was done.
pub(super) fn committed<T>(
    conn: &mut Conn,
    work: impl Fn(&mut Conn) -> Result<Work<T>>,
    unanswered: impl Fn(T, mysql::Error) -> Result<T>,
) -> Result<T> {
    committed_from(conn, begin, |conn, ()| work(conn), unanswered)
}

/// The same, but `begin` begins the transaction and does the first of the work.
pub(super) fn committed_from<B, T>(
    conn: &mut Conn,
    begin: impl Fn(&mut Conn) -> Result<B>,
    work: impl Fn(&mut Conn, B) -> Result<Work<T>>,
    unanswered: impl Fn(T, mysql::Error) -> Result<T>,
) -> Result<T> {
    let started = Instant::now();
    let mut attempt = 1;
    loop {
        match once(conn, &begin, &work, &unanswered) {
            Ok(done) => return Ok(done),
            Err(Failed { error, in_the_way }) => {
                if !in_the_way || started.elapsed() >= LIMIT {
                    return Err(error);
                }
                let code = error.server_code();
                debug!(
                    attempt, code;
                    "attempt {attempt} to {ACTION} met error {} and is made again",
                    code.unwrap_or_default()
                );
                thread::sleep(rest(attempt));
                attempt += 1;
            }
        }
    }
}

/// Reads in a transaction of its own, which is over when this returns: without autocommit a read would
/// leave one open.
pub(super) fn looked<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    begin(conn)?;
    let found = work(conn);
    let ended = command(conn, ROLLBACK);
    found.and_then(|found| ended.map(|()| found))
}

/// A transaction that was undone, and whether others were in its way.
struct Failed {
    error: Error,
    in_the_way: bool,
}

impl Failed {
    /// A duplicate key is another node's doing at a commit alone. Before that it is our row that does
    /// not fit, such as the one after the last id, and it will fit no better.
    fn at_work(error: Error) -> Self {
        let is_duplicate = error.server_code() == Some(code::DUPLICATE);
        Self { in_the_way: !is_duplicate && error.collision().is_some(), error }
    }

    fn at_commit(error: Error) -> Self {
        let is_undone = !matches!(error, Error::CommitUnknown { .. });
        Self { in_the_way: is_undone && error.collision().is_some(), error }
    }
}

/// Anything up to twice the mean, because calls that collided must not come back at the same moment.
fn rest(attempt: u32) -> Duration {
    let mean = PAUSE.saturating_mul(attempt.saturating_mul(attempt)).min(LONGEST_PAUSE);
    // A fresh state has keys of its own, which the library draws at random.
    let [dice, ..] = RandomState::new().hash_one(()).to_be_bytes();
    mean * u32::from(dice) / 128
}

fn once<B, T>(
    conn: &mut Conn,
    begin: impl Fn(&mut Conn) -> Result<B>,
    work: impl Fn(&mut Conn, B) -> Result<Work<T>>,
    unanswered: impl Fn(T, mysql::Error) -> Result<T>,
) -> std::result::Result<T, Failed> {
    let first = begin(conn).map_err(Failed::at_work)?;
    let done = work(conn, first).map_err(Failed::at_work);
    let done = done.and_then(|done| commit(conn, done, unanswered).map_err(Failed::at_commit));
    if let Err(failed) = &done
        // What the connection says next may be the answer to the commit.
        && !matches!(failed.error, Error::CommitUnknown { .. })
    {
        roll_back(conn);
    }
    done
}

/// Begins a transaction, but not inside one of the caller's, which that would commit, nor on a
/// connection that may have one, because it gives the answers to earlier questions. All goes in one packet.
pub(super) fn begin(conn: &mut Conn) -> Result<()> {
    match echo(conn, &BEGIN.join("; ")) {
        Ok(()) => Ok(()),
        Err(Unheard::Refused(error)) => Err(not_begun(ACTION, error)),
        Err(Unheard::Deaf(error)) => Err(Error::from_answer(ACTION, error)),
    }
}

/// The same, but whether the connection answers what it is asked is for the next question to find out: see
/// [`ask_numbered`](crate::session::ask_numbered).
pub(super) fn begin_unheard(conn: &mut Conn) -> Result<()> {
    tell(conn, ACTION, &BEGIN)?.map_or(Ok(()), |error| Err(not_begun(ACTION, error)))
}

/// Begins a transaction, and asks for more in the same packet: see [`ask_together`]. An answer means that it is
/// begun, even if what was asked for is refused.
pub(super) fn begin_with(conn: &mut Conn, more: impl FnOnce(u64) -> String) -> Result<Answer> {
    let sql = |number| format!("{}; {}", BEGIN.join("; "), more(number));
    match ask_together(conn, ACTION, sql)? {
        Answer { said, refused: Some(error) } if said.len() < BEGIN.len() => {
            Err(not_begun(ACTION, error))
        }
        begun => Ok(begun),
    }
}

/// Commits, after the statements that are left. An answer that says that the server undid the work, or that it
/// never came to the commit, is an error like any other; without such an answer nobody knows.
///
/// The first of several statements that fails ends them.
/// <https://dev.mysql.com/doc/c-api/8.4/en/c-api-multiple-queries.html>
fn commit<T>(
    conn: &mut Conn,
    Work { done, last: mut statements }: Work<T>,
    unanswered: impl Fn(T, mysql::Error) -> Result<T>,
) -> Result<T> {
    statements.push(COMMIT.to_owned());
    let mut open = statements.len();
    let answer = contained(|| {
        let mut answer = conn.query_iter(statements.join("; "))?;
        while let Some(mut set) = answer.iter() {
            set.try_for_each(|row| row.map(drop))?;
            open = open.saturating_sub(1);
        }
        if open == 0 { Ok(()) } else { Err(unreadable()) }
    });
    let is_undone = |code| open > 1 || code::is_undone_commit(code);
    match answer {
        Ok(()) => Ok(done),
        Err(source) if code::of(&source).is_some_and(is_undone) => {
            Err(Error::from_answer(ACTION, source))
        }
        Err(source) => unanswered(done, source),
    }
}

pub(super) fn command<Q: Queryable>(conn: &mut Q, sql: &str) -> Result<()> {
    contained(|| conn.query_drop(sql)).map_err(|error| Error::from_answer(ACTION, error))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{LONGEST_PAUSE, PAUSE, rest};

    #[test]
    fn those_who_collided_rest_for_different_times() {
        for (attempt, mean) in [(1, PAUSE), (2, 4 * PAUSE), (u32::MAX, LONGEST_PAUSE)] {
            let rests: HashSet<_> = (0..100).map(|_| rest(attempt)).collect();
            assert!(rests.len() > 10, "{rests:?}");
            assert!(rests.iter().all(|rest| *rest < 2 * mean), "{rests:?}");
            assert!(rests.iter().any(|rest| *rest > mean), "{rests:?}");
        }
    }
}
