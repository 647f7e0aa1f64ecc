//! Whether a movement is recorded whose commit was not answered.

use std::collections::BTreeSet;

use mysql::Conn;
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    ACTION,
    accounts::{find, lock},
    commit::{Whose, Work, committed},
};
use crate::{
    outcome::{Error, Refusal, Result, Unconfirmed},
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
        let values = (movement.id, movement.account.id());
        let row = ask_on(conn, ACTION, &sql, values, read)?.next().transpose()?;
        if row.is_none() {
            refuse_dropped(conn, movement)?;
        }
        // A server that has crashed since may have given the id to another movement.
        let ours = (Some(movement.amount), Some(movement.balance), Some(movement.created_on));
        Ok(Work::all(row == Some(ours)))
    };
    committed(conn, look, |found, _| Ok(found))
}

/// A row that is gone may have been there: one that was dated back by more than the rows are kept.
fn refuse_dropped(conn: &mut Conn, movement: &Unconfirmed) -> Result<()> {
    let sql = format!(
        "SELECT MAX(dropped_before) FROM {} WHERE user_id = ? AND through_id >= ? AND dropped_before > ? LIMIT 1",
        movement.opening()
    );
    let Unconfirmed { account, id, created_on, .. } = *movement;
    match find::<_, Option<PrimitiveDateTime>>(conn, &sql, (account.id(), id, created_on))?
        .flatten()
    {
        Some(before) => Err(Error::Refused(Refusal::RowsDropped { account, before })),
        None => Ok(()),
    }
}
