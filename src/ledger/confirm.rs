//! Whether a movement is recorded whose commit was not answered.

use std::collections::BTreeSet;

use mysql::Conn;
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    ACTION,
    accounts::lock,
    commit::{Whose, committed},
};
use crate::{
    outcome::{Result, Unconfirmed},
    session::{Columns, ask_on},
};

/// Waits for the account, which whoever recorded the movement holds until that is done or undone, and then
/// looks for its row.
pub(super) fn is_recorded(conn: &mut Conn, movement: &Unconfirmed) -> Result<bool> {
    let look = |conn: &mut Conn| {
        lock(conn, &BTreeSet::from([movement.account]), Whose::Ours)?;
        let sql = "SELECT points, balance, created_on FROM points_transaction \
                   WHERE id = ? AND user_id = ? LIMIT 1";
        let read = |columns: &mut Columns| -> Result<(Decimal, Decimal, PrimitiveDateTime)> {
            Ok((columns.take()?, columns.take()?, columns.take()?))
        };
        let row = ask_on(conn, ACTION, sql, (movement.id, movement.account.id()), read)?.next();
        // A server that has crashed since may have given the id to another movement.
        let ours = (movement.points, movement.balance, movement.created_on);
        Ok(row.transpose()?.is_some_and(|row| row == ours))
    };
    committed(conn, look, |found, _| Ok(found))
}
