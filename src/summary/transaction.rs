//! A transaction that reads each statement's moment, and locks no row that it only reads.

use log::debug;
use mysql::{Conn, prelude::Queryable};

use crate::{
    outcome::{Error, Result, code},
    session::{Unheard, contained, echo},
};

/// What completes "could not ...".
pub(super) const ACTION: &str = "sum up the closed hours";

/// The end of a transaction, whatever `completion_type` makes of a plain one.
const COMMIT: &str = "COMMIT AND NO CHAIN NO RELEASE";
const ROLLBACK: &str = "ROLLBACK AND NO CHAIN NO RELEASE";

/// READ COMMITTED, because a sum under REPEATABLE READ locks the rows that it reads, and their writers wait.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-consistent-read.html>
const BEGIN: &str = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION";

/// Runs `work` in a transaction of its own, but not inside one of the caller's. If the answer to the commit
/// is lost, the same work may be done again: it makes the same sums of the same rows.
pub(super) fn committed<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    match echo(conn, BEGIN) {
        Ok(()) => {}
        Err(Unheard::Refused(error)) if code::of(&error) == Some(code::TRANSACTION_IN_PROGRESS) => {
            return Err(Error::OpenTransaction);
        }
        Err(unheard) => return Err(Error::from_answer(ACTION, unheard.into_error())),
    }
    let done = work(conn).and_then(|done| execute(conn, COMMIT).map(|_| done));
    if done.is_err()
        && let Err(error) = contained(|| conn.query_drop(ROLLBACK))
    {
        debug!("the rollback after it failed, too: {error}");
    }
    done.map_err(|error| match error {
        Error::Database { source, .. } if code::of(&source) == Some(code::STATEMENT_FORMAT) => {
            Error::StatementFormat { source }
        }
        other => other,
    })
}

/// Sends one statement, and returns how many rows it has written.
pub(super) fn execute(conn: &mut Conn, sql: &str) -> Result<u64> {
    contained(|| Ok(conn.query_iter(sql)?.affected_rows()))
        .map_err(|error| Error::from_answer(ACTION, error))
}

/// `INSERT INTO` in a session's strictest mode would end with an error at a date that no calendar has, even if all that
/// is asked of it is whether it is one. Each server takes the way of the other for a comment.
/// <https://dev.mysql.com/doc/refman/8.4/en/optimizer-hints.html#optimizer-hints-set-var>
/// <https://mariadb.com/docs/server/reference/sql-statements/administrative-sql-statements/set-commands/set-statement>
pub(super) const INSERT_INTO: &str = "/*M!100300 SET STATEMENT sql_mode = 'ALLOW_INVALID_DATES' FOR */ \
                                      INSERT /*+ SET_VAR(sql_mode = 'ALLOW_INVALID_DATES') */ INTO";
