//! What several statements of the ledger are made of, and statements over several rows at once.

use mysql::{Params, prelude::Queryable};

use super::ACTION;
use crate::{
    outcome::{Error, Result},
    session::contained,
};

/// How many rows one statement is about: few enough for its packet to stay far below the smallest limit
/// that a server has, and for its values to have a place.
pub(super) const BATCH: usize = 200;

/// Below all ids.
pub(super) const BEFORE_ALL: i32 = i32::MIN;

/// `SELECT` for a statement that reads newest balances. To plan it, a server would look up both ends of the account in the index, in
/// each partition of it, and again to read; as if it had many accounts in a list, it takes the index's statistics here. Each
/// server takes the way of the other for a comment.
/// <https://dev.mysql.com/doc/refman/8.4/en/range-optimization.html#equality-range-optimization>
/// <https://mariadb.com/docs/server/reference/sql-statements/administrative-sql-statements/set-commands/set-statement>
pub(super) const SELECT: &str = "/*M!100403 SET STATEMENT eq_range_index_dive_limit = 1 FOR */ \
                                 SELECT /*+ SET_VAR(eq_range_index_dive_limit = 1) */";

/// The balance of the newest movement of an account, from `user_ledger_idx` alone. Where old rows were dropped, it may be
/// one of these, whose balance is in `points_opening`: the later id says.
macro_rules! newest_left {
    () => {
        "(SELECT IF(o.through_id > points_transaction.id, o.balance, points_transaction.balance) \
         FROM points_transaction LEFT JOIN points_opening o ON o.user_id = points_transaction.user_id \
         WHERE points_transaction.user_id = ? \
         ORDER BY points_transaction.user_id DESC, points_transaction.id DESC LIMIT 1)"
    };
}

/// It is NULL where no row of the account is left, or none was ever there. It binds the account.
pub(super) const NEWEST_LEFT: &str = newest_left!();

/// The same, or the opening balance where no row is left. It binds the account twice.
pub(super) const NEWEST: &str = concat!(
    "COALESCE(",
    newest_left!(),
    ", (SELECT balance FROM points_opening WHERE user_id = ?))"
);

/// The same of an account that has no opening balance.
pub(super) const NEWEST_OF_ROWS: &str = "(SELECT balance FROM points_transaction WHERE user_id = ? \
                                         ORDER BY user_id DESC, id DESC LIMIT 1)";

/// `?, ?, ?`
pub(super) fn marks(count: usize) -> String {
    repeated("?", count)
}

/// The same `item` so many times, with commas between.
pub(super) fn repeated(item: &str, count: usize) -> String {
    vec![item; count].join(", ")
}

/// The error for an answer without the row, or the id, that every server gives.
pub(super) fn nothing(action: &'static str) -> Error {
    Error::UnexpectedAnswer { action: action.into(), column: 1 }
}

/// What a statement without rows has done.
pub(super) struct Done {
    /// The first id that it gave to a row, or 0.
    pub(super) first_id: u64,
    /// How many rows it added, changed or deleted.
    pub(super) rows: u64,
}

pub(super) fn execute<Q: Queryable>(
    conn: &mut Q,
    sql: &str,
    values: impl Into<Params>,
) -> Result<Done> {
    let done = contained(|| {
        let answer = conn.exec_iter(sql, values)?;
        let first_id = answer.last_insert_id().unwrap_or_default();
        Ok(Done { first_id, rows: answer.affected_rows() })
    });
    done.map_err(|error| Error::from_answer(ACTION, error))
}
