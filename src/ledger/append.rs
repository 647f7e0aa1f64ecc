//! Rows of the ledger, added for the first time, and what the users' rows say of it.

use std::collections::{BTreeMap, BTreeSet};

use mysql::{Value, prelude::Queryable};
use time::PrimitiveDateTime;

use super::{
    ACTION, Account,
    accounts::with_hundredths,
    booked::{Booked, BookedRow},
    order::{Leg, Order},
    sql::{BATCH, execute, marks, nothing, repeated},
};
use crate::{
    outcome::Result,
    session::{Columns, ask_on},
};

/// An order, and what is to be recorded for it.
type New<'b> = (&'b Order<'b>, &'b mut Booked);

/// Adds the rows of what was not recorded before, which gives them their ids.
pub(super) fn append<Q: Queryable>(
    conn: &mut Q,
    orders: &[Order<'_>],
    booked: &mut [Booked],
) -> Result<()> {
    let mut new: Vec<New<'_>> =
        orders.iter().zip(booked).filter(|(_, booked)| !booked.replay).collect();
    for new in new.chunks_mut(BATCH) {
        let first = insert(conn, new)?;
        let ids = ids(conn, new, first)?;
        for ((_, row), id) in new.iter_mut().flat_map(|new| rows_mut(new)).zip(ids) {
            row.id = id;
        }
    }
    Ok(())
}

fn rows<'n>((order, booked): &'n New<'_>) -> impl Iterator<Item = (&'n Leg, &'n BookedRow)> {
    order.legs.iter().zip(&booked.rows)
}

fn rows_mut<'n>(
    (order, booked): &'n mut New<'_>,
) -> impl Iterator<Item = (&'n Leg, &'n mut BookedRow)> {
    order.legs.iter().zip(&mut booked.rows)
}

/// The answer is the first row's id.
fn insert<Q: Queryable>(conn: &mut Q, new: &[New<'_>]) -> Result<i64> {
    let mut values: Vec<Value> = Vec::new();
    for one in new {
        let (order, booked) = one;
        for (leg, row) in rows(one) {
            values.extend([
                leg.account.id().into(),
                order.occasion.activity.number().into(),
                with_hundredths(leg.points).into(),
                row.balance.into(),
                order.occasion.note.as_deref().into(),
                booked.moment.into(),
                id_or_0(order.payer).into(),
                id_or_0(order.payee).into(),
            ]);
        }
    }
    let row = "(?, ?, ?, ?, ?, ?, ?, ?)";
    let sql = format!(
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, note, created_on, \
         payer, payee) VALUES {}",
        repeated(row, values.len() / 8)
    );
    add(conn, &sql, values)
}

/// Adds rows to whichever table, and returns the first one's id.
pub(super) fn add<Q: Queryable>(conn: &mut Q, sql: &str, values: Vec<Value>) -> Result<i64> {
    i64::try_from(execute(conn, sql, values)?.first_id).map_err(|_| nothing(ACTION))
}

/// The ids of all rows, which the server gave in the order of the rows, but not always one after the
/// other: nobody else adds rows to accounts that are locked. Their dates say in which partition they are.
fn ids<Q: Queryable>(conn: &mut Q, new: &[New<'_>], first: i64) -> Result<Vec<i64>> {
    let count = new.iter().flat_map(rows).count();
    if count == 1 {
        return Ok(vec![first]);
    }
    let accounts: BTreeSet<_> = new.iter().flat_map(|(order, _)| order.accounts()).collect();
    let sql = format!(
        "SELECT id FROM points_transaction FORCE INDEX (PRIMARY) \
         WHERE id >= ? AND created_on BETWEEN ? AND ? AND user_id IN ({}) ORDER BY id LIMIT {count}",
        marks(accounts.len())
    );
    let [from, to] = first_and_last(new.iter().map(|(_, booked)| booked.moment));
    let accounts = accounts.iter().map(|account| Value::from(account.id()));
    let values: Vec<_> = [first.into(), from, to].into_iter().chain(accounts).collect();
    let ids = ask_on(conn, ACTION, &sql, values, Columns::take)?.collect::<Result<Vec<_>>>()?;
    if ids.len() == count { Ok(ids) } else { Err(nothing(ACTION)) }
}

fn first_and_last(moments: impl Iterator<Item = PrimitiveDateTime> + Clone) -> [Value; 2] {
    [moments.clone().min().into(), moments.max().into()]
}

/// What the table has in place of nobody.
fn id_or_0(account: Option<Account>) -> i32 {
    account.map_or(0, Account::id)
}

/// The statements that end the work, once the rows have their ids. Their values are numbers and moments, and written
/// out, so that they can go into the packet of a commit. `modified_on` is what the only user has there, if that is known.
pub(super) fn last(
    orders: &[Order<'_>],
    booked: &[Booked],
    modified_on: Option<PrimitiveDateTime>,
) -> Vec<String> {
    let mut statements = links(orders, booked);
    statements.extend(touches(orders, booked, modified_on));
    statements
}

/// Makes the two halves of each payment that was not recorded before name each other.
fn links(orders: &[Order<'_>], booked: &[Booked]) -> Vec<String> {
    let pairs = orders.iter().zip(booked);
    let pairs: Vec<_> = pairs
        .filter(|(order, booked)| !booked.replay && order.legs.len() == 2)
        .map(|(_, booked)| (booked.moment, booked.rows.map(|row| row.id)))
        .collect();
    pairs
        .chunks(BATCH)
        .map(|pairs| {
            let whens: Vec<_> = pairs
                .iter()
                .map(|(_, [debit, credit])| {
                    format!("WHEN {debit} THEN {credit} WHEN {credit} THEN {debit}")
                })
                .collect();
            let ids: Vec<_> =
                pairs.iter().flat_map(|(_, ids)| ids).map(ToString::to_string).collect();
            let moments = pairs.iter().map(|(moment, _)| *moment);
            let [from, to] = first_and_last(moments).map(|moment| moment.as_sql(true));
            format!(
                "UPDATE points_transaction SET ref_transaction_id = CASE id {} END \
                 WHERE id IN ({}) AND created_on BETWEEN {from} AND {to}",
                whens.join(" "),
                ids.join(", "),
            )
        })
        .collect()
}

/// Touches the users of what was not recorded before, unless they were touched since.
fn touches(
    orders: &[Order<'_>],
    booked: &[Booked],
    modified_on: Option<PrimitiveDateTime>,
) -> Vec<String> {
    let mut latest = BTreeMap::new();
    for (order, booked) in orders.iter().zip(booked).filter(|(_, booked)| !booked.replay) {
        for account in order.accounts() {
            let moment = latest.entry(account).or_insert(booked.moment);
            *moment = booked.moment.max(*moment);
        }
    }
    let mut at_once = BTreeMap::<_, Vec<_>>::new();
    for (account, moment) in latest.into_iter().filter(|(_, moment)| modified_on < Some(*moment)) {
        at_once.entry(moment).or_default().push(account);
    }
    at_once.into_iter().flat_map(|(moment, accounts)| touch(&accounts, moment)).collect()
}

/// Moves `modified_on` of the users among the accounts forward, by which refreshes find who has changed.
pub(super) fn touch(accounts: &[Account], moment: PrimitiveDateTime) -> Vec<String> {
    let users = accounts.iter().filter(|account| account.system().is_none());
    let users: Vec<_> = users.map(ToString::to_string).collect();
    let moment = Value::from(moment).as_sql(true);
    users
        .chunks(BATCH)
        .map(|users| {
            format!(
                "UPDATE auth_user FORCE INDEX (PRIMARY) \
                 SET modified_on = GREATEST(COALESCE(modified_on, {moment}), {moment}) WHERE id IN ({})",
                users.join(", ")
            )
        })
        .collect()
}
