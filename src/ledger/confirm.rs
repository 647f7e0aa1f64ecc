//! Whether a movement is recorded whose commit was not answered.

use std::collections::BTreeSet;

use mysql::Conn;
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    ACTION,
    accounts::lock,
    commit::{Whose, Work, committed},
};
use crate::{
    outcome::{Result, Unconfirmed},
    session::{Columns, ask_on},
};

/// How much moved, to what balance, and when: each of a token's may be NULL where others write.
type Row = (Option<Decimal>, Option<Decimal>, Option<PrimitiveDateTime>);

/// Waits for the account, which whoever recorded the movement holds until that is done or undone, and then
/// looks for its row.
pub(super) fn is_recorded(conn: &mut Conn, movement: &Unconfirmed) -> Result<bool> {
    let look = |conn: &mut Conn| {
        lock(conn, &BTreeSet::from([movement.account]), Whose::Ours)?;
        let sql = format!(
            "SELECT {}, balance, created_on FROM {} WHERE id = ? AND user_id = ? LIMIT 1",
            movement.ledger.column(),
            movement.table()
        );
        let read = |columns: &mut Columns| -> Result<Row> {
            Ok((columns.take()?, columns.take()?, columns.take()?))
        };
        let row = ask_on(conn, ACTION, &sql, (movement.id, movement.account.id()), read)?.next();
        // A server that has crashed since may have given the id to another movement.
        let ours = (Some(movement.amount), Some(movement.balance), Some(movement.created_on));
        Ok(Work::all(row.transpose()? == Some(ours)))
    };
    committed(conn, look, |found, _| Ok(found))
}
