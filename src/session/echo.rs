//! Whether a connection answers what it was asked.

use std::{collections::hash_map::RandomState, hash::BuildHasher};

use mysql::prelude::Queryable;

use super::connection::{contained, unreadable};
use crate::outcome::code;

/// Asks for a number that nobody can have asked for before, and sends `then` in the same packet, or
/// nothing where that is empty.
///
/// A client that has stopped waiting for an answer gets it all the same, for its next statement. So the
/// answer to every later statement is that of an earlier one, and says nothing about what was asked.
pub(crate) fn echo(conn: &mut impl Queryable, then: &str) -> mysql::Result<()> {
    let number = fresh_number();
    contained(|| {
        let mut answer = conn
            .query_iter(format!("SELECT {number} LIMIT 1; {then}"))
            .map_err(own_or_unreadable)?;
        let said = answer.next().transpose()?;
        if said.and_then(|row| row.get_opt::<u64, _>(0)?.ok()) != Some(number) {
            return Err(unreadable());
        }
        while let Some(set) = answer.iter() {
            for row in set {
                row?;
            }
        }
        Ok(())
    })
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
