//! Whether a connection answers what it was asked.

use std::{collections::hash_map::RandomState, hash::BuildHasher};

#[cfg(feature = "ledger")]
use mysql::Params;
use mysql::{
    QueryResult, Row,
    prelude::{Protocol, Queryable},
};

use super::connection::{contained, unreadable};
use crate::outcome::code;
#[cfg(feature = "ledger")]
use crate::outcome::{Error, Result as Outcome};

/// Why a connection did not do what it was told together with the question.
pub(crate) enum Unheard {
    /// It does not answer what it is asked, so nobody knows what it has done.
    Deaf(mysql::Error),
    /// It does, and this is its answer to what was sent along.
    Refused(mysql::Error),
}

impl Unheard {
    pub(crate) fn into_error(self) -> mysql::Error {
        let (Self::Deaf(error) | Self::Refused(error)) = self;
        error
    }

    /// The error for callers to whom it is all one whether the question was heard. `action` completes "could not ...".
    #[cfg(feature = "ledger")]
    pub(crate) fn answer_to(self, action: &'static str) -> Error {
        Error::from_answer(action, self.into_error())
    }
}

/// What one statement of a packet has answered.
pub(crate) struct Said {
    pub(crate) rows: Vec<Row>,
    /// How many rows it has written.
    #[cfg_attr(not(feature = "summary"), allow(dead_code))]
    pub(crate) written: u64,
}

/// What the statements of a packet have answered, one by one. The first that fails ends them.
pub(crate) fn said<P: Protocol>(
    answer: &mut QueryResult<'_, '_, '_, P>,
) -> mysql::Result<Vec<Said>> {
    let mut all = Vec::new();
    listen(answer, &mut all).map(|()| all)
}

/// The same, with what was answered before one failed.
fn listen<P: Protocol>(
    answer: &mut QueryResult<'_, '_, '_, P>,
    all: &mut Vec<Said>,
) -> mysql::Result<()> {
    loop {
        let written = answer.affected_rows();
        let Some(set) = answer.iter() else { return Ok(()) };
        all.push(Said { rows: set.collect::<mysql::Result<_>>()?, written });
    }
}

/// Asks for a number that nobody can have asked for before, and sends `then` in the same packet, or
/// nothing where that is empty.
///
/// A client that has stopped waiting for an answer gets it all the same, for its next statement. So the
/// answer to every later statement is that of an earlier one, and says nothing about what was asked.
///
/// The first of several statements that fails ends them.
/// <https://dev.mysql.com/doc/c-api/8.4/en/c-api-multiple-queries.html>
pub(crate) fn echo(conn: &mut impl Queryable, then: &str) -> Result<(), Unheard> {
    heard(conn, then).map(drop)
}

/// The same, with what the statements that were sent along have answered.
pub(crate) fn heard(conn: &mut impl Queryable, then: &str) -> Result<Vec<Said>, Unheard> {
    let number = fresh_number();
    let mut is_heard = false;
    let heard = contained(|| {
        let mut answer = conn
            .query_iter(format!("SELECT {number} LIMIT 1; {then}"))
            .map_err(own_or_unreadable)?;
        let echo = answer.next().transpose()?;
        if echo.as_ref().and_then(number_of) != Some(number) {
            return Err(unreadable());
        }
        is_heard = true;
        if let Some(mut rest) = answer.iter() {
            rest.try_for_each(|row| row.map(drop))?;
        }
        said(&mut answer)
    });
    heard.map_err(|error| if is_heard { Unheard::Refused(error) } else { Unheard::Deaf(error) })
}

/// What one packet was answered with.
#[cfg(feature = "ledger")]
pub(crate) struct Answer {
    /// What each of its statements has answered, as far as the server went.
    pub(crate) said: Vec<Said>,
    /// Why it went no further.
    pub(crate) refused: Option<mysql::Error>,
}

/// Sends statements without rows in one packet, and returns what the server refused. That it was this that it has
/// done is known when the next question is answered with its number: see [`ask_numbered`].
#[cfg(feature = "ledger")]
pub(crate) fn tell(
    conn: &mut impl Queryable,
    action: &'static str,
    statements: &[&str],
) -> Outcome<Option<mysql::Error>> {
    let mut said = Vec::new();
    let answered = contained(|| listen(&mut conn.query_iter(statements.join("; "))?, &mut said));
    let is_done = said.len() == statements.len() && said.iter().all(|one| one.rows.is_empty());
    believed(conn, answered, (!said.is_empty()).then_some(is_done))
        .map_err(|error| Error::from_answer(action, error))
}

/// Sends a prepared statement, whose first value must be a number that nobody can have asked for before, and whose first
/// column that number: an answer with it is no late one to something else. Whatever has no
/// number, no row as much as an error, is believed of a connection that [`echo`]es.
#[cfg(feature = "ledger")]
pub(crate) fn ask_numbered(
    conn: &mut impl Queryable,
    action: &'static str,
    sql: &str,
    values: impl FnOnce(u64) -> Params,
) -> Outcome<Answer> {
    let (number, mut said) = (fresh_number(), Vec::new());
    let answered = contained(|| listen(&mut conn.exec_iter(sql, values(number))?, &mut said));
    numbered(conn, action, number, said, answered)
}

/// The same for statements in one packet, which has nothing bound. The last one asks for the number.
#[cfg(feature = "ledger")]
pub(crate) fn ask_together(
    conn: &mut impl Queryable,
    action: &'static str,
    sql: impl FnOnce(u64) -> String,
) -> Outcome<Answer> {
    let (number, mut said) = (fresh_number(), Vec::new());
    let answered = contained(|| listen(&mut conn.query_iter(sql(number))?, &mut said));
    numbered(conn, action, number, said, answered)
}

#[cfg(feature = "ledger")]
fn numbered(
    conn: &mut impl Queryable,
    action: &'static str,
    number: u64,
    said: Vec<Said>,
    answered: mysql::Result<()>,
) -> Outcome<Answer> {
    let first = said.last().and_then(|last| last.rows.first());
    let is_numbered = first.map(|row| number_of(row) == Some(number));
    match believed(conn, answered, is_numbered) {
        Ok(refused) => Ok(Answer { said, refused }),
        Err(error) => {
            hang_up(conn);
            Err(Error::from_answer(action, error))
        }
    }
}

/// What the server refused, if it was this that it was asked.
#[cfg(feature = "ledger")]
fn believed(
    conn: &mut impl Queryable,
    answered: mysql::Result<()>,
    is_ours: Option<bool>,
) -> mysql::Result<Option<mysql::Error>> {
    match (answered, is_ours) {
        (Ok(()), Some(true)) => Ok(None),
        (Ok(()), Some(false)) => Err(unreadable()),
        (Err(error), _) if code::of(&error).is_none() => Err(error),
        (answered, _) => echo(conn, "").map(|()| answered.err()).map_err(Unheard::into_error),
    }
}

/// Ends a connection that does not answer what it is asked, after all that it still has to do: nobody who hears no answers
/// could give back what it locks. A transaction of the caller goes with it, which could not be committed knowingly.
/// <https://dev.mysql.com/doc/refman/8.4/en/kill.html>
#[cfg(feature = "ledger")]
fn hang_up(conn: &mut impl Queryable) {
    // What it still has to say is no answer to anything. So it is asked until it says nothing any more.
    const LATE_ANSWERS: usize = 16;
    for _ in 0..LATE_ANSWERS {
        let said = contained(|| conn.query_drop("KILL CONNECTION_ID()"));
        if said.is_err_and(|error| code::of(&error).is_none()) {
            return;
        }
    }
}

fn number_of(row: &Row) -> Option<u64> {
    row.get_opt(0)?.ok()
}

/// What a question for a number can be answered with. Any other error is the answer to something else.
fn own_or_unreadable(error: mysql::Error) -> mysql::Error {
    let is_own = code::is_transient(&error) || code::of(&error) == Some(code::XA_IN_PROGRESS);
    if is_own { error } else { unreadable() }
}

/// A number that nobody can have thought of before.
pub(super) fn fresh_number() -> u64 {
    RandomState::new().hash_one(())
}
