//! Whether a connection answers what it was asked.

use std::{collections::hash_map::RandomState, hash::BuildHasher};

use mysql::prelude::Queryable;
#[cfg(feature = "ledger")]
use mysql::{Params, QueryResult, prelude::Protocol};

#[cfg(feature = "ledger")]
use super::answer::Columns;
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
    let number = fresh_number();
    let mut is_heard = false;
    let said = contained(|| {
        let mut answer = conn
            .query_iter(format!("SELECT {number} LIMIT 1; {then}"))
            .map_err(own_or_unreadable)?;
        let said = answer.next().transpose()?;
        if said.and_then(|row| row.get_opt::<u64, _>(0)?.ok()) != Some(number) {
            return Err(unreadable());
        }
        is_heard = true;
        while let Some(set) = answer.iter() {
            for row in set {
                row?;
            }
        }
        Ok(())
    });
    said.map_err(|error| if is_heard { Unheard::Refused(error) } else { Unheard::Deaf(error) })
}

/// What one packet was answered with.
#[cfg(feature = "ledger")]
pub(crate) struct Answer {
    /// The rows of each of its statements, as far as the server went.
    pub(crate) rows: Vec<Vec<Columns>>,
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
    let mut rows = Vec::new();
    let answered =
        contained(|| read_sets(conn.query_iter(statements.join("; "))?, action, &mut rows));
    let is_done = rows.len() == statements.len() && rows.iter().all(Vec::is_empty);
    heard(conn, answered, (!rows.is_empty()).then_some(is_done))
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
    let (number, mut rows) = (fresh_number(), Vec::new());
    let answered = contained(|| read_sets(conn.exec_iter(sql, values(number))?, action, &mut rows));
    numbered(conn, action, number, rows, answered)
}

/// The same for statements in one packet, which has nothing bound. The last one asks for the number.
#[cfg(feature = "ledger")]
pub(crate) fn ask_together(
    conn: &mut impl Queryable,
    action: &'static str,
    sql: impl FnOnce(u64) -> String,
) -> Outcome<Answer> {
    let (number, mut rows) = (fresh_number(), Vec::new());
    let answered = contained(|| read_sets(conn.query_iter(sql(number))?, action, &mut rows));
    numbered(conn, action, number, rows, answered)
}

#[cfg(feature = "ledger")]
fn read_sets<P: Protocol>(
    mut answer: QueryResult<'_, '_, '_, P>,
    action: &'static str,
    rows: &mut Vec<Vec<Columns>>,
) -> mysql::Result<()> {
    while let Some(set) = answer.iter() {
        let set = set.map(|row| row.map(|row| Columns::of(row, action)));
        rows.push(set.collect::<mysql::Result<_>>()?);
    }
    Ok(())
}

#[cfg(feature = "ledger")]
fn numbered(
    conn: &mut impl Queryable,
    action: &'static str,
    number: u64,
    mut rows: Vec<Vec<Columns>>,
    answered: mysql::Result<()>,
) -> Outcome<Answer> {
    let first = rows.last_mut().and_then(|last| last.first_mut());
    let is_numbered = first.map(|row| row.take().is_ok_and(|said: u64| said == number));
    match heard(conn, answered, is_numbered) {
        Ok(refused) => Ok(Answer { rows, refused }),
        Err(error) => {
            hang_up(conn);
            Err(Error::from_answer(action, error))
        }
    }
}

/// What the server refused, if it was this that it was asked.
#[cfg(feature = "ledger")]
fn heard(
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
    // The end of the connection is no answer, and any other is one to something else.
    let _ = contained(|| conn.query_drop("KILL CONNECTION_ID()"));
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
