//! Whether a connection answers what it was asked.

use std::{collections::hash_map::RandomState, hash::BuildHasher};

use mysql::{QueryResult, Row, Text, prelude::Queryable};

use super::connection::{contained, unreadable};
use crate::outcome::code;

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

/// What one statement of a packet has answered.
pub(crate) struct Said {
    pub(crate) rows: Vec<Row>,
    /// How many rows it has written.
    #[cfg_attr(not(feature = "summary"), allow(dead_code))]
    pub(crate) written: u64,
}

/// What the statements of a packet have answered, one by one. The first that fails ends them.
pub(crate) fn said(answer: &mut QueryResult<'_, '_, '_, Text>) -> mysql::Result<Vec<Said>> {
    let mut all = Vec::new();
    loop {
        let written = answer.affected_rows();
        let Some(set) = answer.iter() else { return Ok(all) };
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
        if echo.and_then(|row| row.get_opt::<u64, _>(0)?.ok()) != Some(number) {
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

/// What a question for a number can be answered with. Any other error is the answer to something else.
fn own_or_unreadable(error: mysql::Error) -> mysql::Error {
    let is_own = code::is_transient(&error) || code::of(&error) == Some(code::XA_IN_PROGRESS);
    if is_own { error } else { unreadable() }
}

/// A number that nobody can have thought of before.
pub(super) fn fresh_number() -> u64 {
    RandomState::new().hash_one(())
}
