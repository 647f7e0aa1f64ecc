//! Idempotency keys: what was recorded under each, so that a second call records nothing.
//!
//! A key is claimed once the accounts are locked and before anything else is written. A second call for
//! the same has waited for the accounts by then. One for something else has other accounts, and waits for
//! the row of the key: the server lets nobody write the same key beside an undecided one, and a claim sees
//! more than a snapshot does. Keys are claimed in their order, so that no two calls wait for each other.

use std::collections::BTreeMap;

use mysql::{Value, prelude::Queryable};
use time::PrimitiveDateTime;

use super::{
    ACTION, Refusal,
    booked::{Booked, BookedRow},
    order::Order,
    sql::{BATCH, execute, marks, repeated},
};
use crate::{
    outcome::{Result, code},
    session::{Columns, ask_on},
};

/// What was recorded under the key of each order, if anything was. Otherwise the key is this
/// transaction's now.
pub(super) fn claim<Q: Queryable>(
    conn: &mut Q,
    orders: &[Order<'_>],
) -> Result<Vec<Option<Booked>>> {
    let claims: BTreeMap<_, _> =
        orders.iter().filter_map(|order| Some((order.key()?, order.content()))).collect();
    let claims: Vec<_> = claims.into_iter().collect();
    let mut known = BTreeMap::new();
    for claims in claims.chunks(BATCH) {
        if !insert(conn, "INSERT", claims)? {
            insert(conn, "INSERT IGNORE", claims)?;
            known.extend(look(conn, claims)?);
        }
    }
    let row = |order: &Order<'_>| order.key().and_then(|key| known.get(key));
    orders.iter().map(|order| row(order).map_or(Ok(None), |row| row.booked(order))).collect()
}

/// Whether all keys were free.
fn insert<Q: Queryable>(conn: &mut Q, verb: &str, claims: &[(&str, String)]) -> Result<bool> {
    let sql = format!(
        "{verb} INTO ledger_key (idempotency_key, content, recorded_on) VALUES {}",
        repeated("(?, ?, UTC_TIMESTAMP())", claims.len())
    );
    let values: Vec<Value> =
        claims.iter().flat_map(|(key, content)| [(*key).into(), content.into()]).collect();
    match execute(conn, &sql, values) {
        Ok(_) => Ok(true),
        Err(error) if error.server_code() == Some(code::DUPLICATE) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A row of the table.
struct Row {
    key: String,
    content: String,
    movement: BookedRow,
    counterpart: BookedRow,
    moved_on: Option<PrimitiveDateTime>,
}

impl Row {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            key: columns.take()?,
            content: columns.take()?,
            movement: BookedRow { id: columns.take()?, balance: columns.take()? },
            counterpart: BookedRow { id: columns.take()?, balance: columns.take()? },
            moved_on: columns.take()?,
        })
    }

    /// `None`: nothing was recorded under the key, because it is new, or because a caller has committed
    /// a transaction in which the ledger refused.
    fn booked(&self, order: &Order<'_>) -> Result<Option<Booked>> {
        let Some(moment) = self.moved_on else { return Ok(None) };
        if self.content != order.content() {
            return Err(order.refused(Refusal::KeyTaken { movement_id: self.movement.id }));
        }
        Ok(Some(Booked { moment, rows: [self.movement, self.counterpart], replay: true }))
    }
}

/// Reads the rows of keys, all of which are there, as they are now and whatever snapshot there is.
fn look<Q: Queryable>(conn: &mut Q, claims: &[(&str, String)]) -> Result<Vec<(String, Row)>> {
    let sql = format!(
        "SELECT idempotency_key, content, movement_id, balance, counterpart_id, counterpart_balance, \
         moved_on FROM ledger_key FORCE INDEX (idempotency_key_idx) WHERE idempotency_key IN ({}) \
         ORDER BY idempotency_key LIMIT {} LOCK IN SHARE MODE",
        marks(claims.len()),
        claims.len()
    );
    let keys: Vec<Value> = claims.iter().map(|(key, _)| (*key).into()).collect();
    let rows = ask_on(conn, ACTION, &sql, keys, Row::read)?;
    rows.map(|row| row.map(|row| (row.key.clone(), row))).collect()
}

/// Puts what is recorded into the rows of the keys that were claimed for it.
pub(super) fn keep<Q: Queryable>(
    conn: &mut Q,
    orders: &[Order<'_>],
    booked: &[Booked],
) -> Result<()> {
    let mut kept: Vec<_> = orders
        .iter()
        .zip(booked)
        .filter(|(_, booked)| !booked.replay)
        .filter_map(|(order, booked)| Some((order.key()?, order, booked)))
        .collect();
    kept.sort_unstable_by_key(|(key, ..)| *key);
    for kept in kept.chunks(BATCH) {
        let sql = format!(
            "INSERT INTO ledger_key (idempotency_key, content, movement_id, balance, counterpart_id, \
             counterpart_balance, moved_on, recorded_on) VALUES {} ON DUPLICATE KEY UPDATE \
             content = VALUES(content), movement_id = VALUES(movement_id), balance = VALUES(balance), \
             counterpart_id = VALUES(counterpart_id), \
             counterpart_balance = VALUES(counterpart_balance), moved_on = VALUES(moved_on)",
            repeated("(?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())", kept.len())
        );
        let values = kept.iter().flat_map(|(key, order, booked)| -> [Value; 7] {
            let [movement, counterpart] = booked.rows;
            [
                (*key).into(),
                order.content().into(),
                movement.id.into(),
                movement.balance.into(),
                counterpart.id.into(),
                counterpart.balance.into(),
                booked.moment.into(),
            ]
        });
        execute(conn, &sql, values.collect::<Vec<_>>())?;
    }
    Ok(())
}
