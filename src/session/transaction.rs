//! A transaction of our own: how it begins and how it ends. Each wing says in which isolation, how often it is tried, and
//! what becomes of a commit without an answer.

use log::debug;
use mysql::prelude::Queryable;

use super::connection::contained;
use crate::outcome::{Error, code};

/// Goes in one packet with the isolation, which cannot be set inside another transaction: where that is refused the server
/// goes no further, and a transaction of the caller stays as it is.
pub(crate) const START: &str = "START TRANSACTION";

/// The end of a transaction, whatever `completion_type` makes of a plain one: another transaction, or
/// the end of the connection.
/// <https://dev.mysql.com/doc/refman/8.4/en/commit.html>
pub(crate) const COMMIT: &str = "COMMIT AND NO CHAIN NO RELEASE";
pub(crate) const ROLLBACK: &str = "ROLLBACK AND NO CHAIN NO RELEASE";

/// Why a transaction was not begun. `action` completes "could not ...".
pub(crate) fn not_begun(action: &'static str, error: mysql::Error) -> Error {
    if code::of(&error) == Some(code::TRANSACTION_IN_PROGRESS) {
        Error::OpenTransaction
    } else {
        Error::from_answer(action, error)
    }
}

/// Undoes what was begun, after an error that the caller gets.
pub(crate) fn roll_back(conn: &mut impl Queryable) {
    if let Err(error) = contained(|| conn.query_drop(ROLLBACK)) {
        debug!("the rollback after it failed, too: {error}");
    }
}
