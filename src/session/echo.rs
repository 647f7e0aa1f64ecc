//! Whether a connection answers what it was asked.

use std::{collections::hash_map::RandomState, hash::BuildHasher};

use mysql::prelude::Queryable;

use super::connection::{contained, unreadable};

/// Asks for a number that nobody can have asked for before, and sends `then` in the same packet, or
/// nothing where that is empty.
///
/// A client that has stopped waiting for an answer gets it all the same, for its next statement. So the
/// answer to every later statement is that of an earlier one, and says nothing about what was asked.
pub(crate) fn echo(conn: &mut impl Queryable, then: &str) -> mysql::Result<()> {
    let number = RandomState::new().hash_one(());
    contained(|| {
        let mut answer = conn.query_iter(format!("SELECT {number} LIMIT 1; {then}"))?;
        let mut said = Vec::new();
        while let Some(set) = answer.iter() {
            for row in set {
                said.push(row?.get_opt::<u64, _>(0));
            }
        }
        match said[..] {
            [Some(Ok(answered))] if answered == number => Ok(()),
            _ => Err(unreadable()),
        }
    })
}
