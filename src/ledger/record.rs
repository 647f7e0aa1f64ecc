//! What is done in the transaction of a movement: lock the accounts, read their balances, append.

use mysql::{Conn, Params, Value, prelude::Queryable};
use time::PrimitiveDateTime;

use super::{
    ACTION, Account,
    accounts::{balance, lock, newest, with_hundredths},
    commit::committed,
    entry::{PointsTransaction, PointsTransfer},
    movement::{Ends, NewPointsTransaction, NewPointsTransfer, Overdraft},
};
use crate::{
    outcome::{Error, Result},
    session::{Connection, contained, driver},
};

pub(super) fn transaction<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransaction,
) -> Result<PointsTransaction> {
    new.check().map_err(Error::Refused)?;
    committed(driver(conn), new.account, |conn| moved(conn, new))
}

pub(super) fn transfer<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransfer,
) -> Result<PointsTransfer> {
    new.check().map_err(Error::Refused)?;
    committed(driver(conn), new.ends.payer, |conn| paid(conn, new))
}

/// Moves points of one account, in a transaction that has read nothing yet.
pub(super) fn moved(conn: &mut Conn, new: &NewPointsTransaction) -> Result<PointsTransaction> {
    lock(conn, &[new.account])?;
    let (before, now) = newest(conn, new.account)?;
    let mut entry = PointsTransaction {
        id: 0,
        account: new.account,
        activity: new.occasion.activity,
        points: with_hundredths(new.points),
        balance: balance(before, new.points, new.account, new.occasion.overdraft)?,
        note: new.occasion.note.clone(),
        created_on: new.occasion.moment(now),
        payer: new.payer,
        payee: new.payee,
        ref_transaction_id: 0,
    };
    append_entry(conn, &mut entry)?;
    touch(conn, entry.account, entry.created_on)?;
    Ok(entry)
}

/// Pays points from one account to another, in such a transaction, too.
pub(super) fn paid(conn: &mut Conn, new: &NewPointsTransfer) -> Result<PointsTransfer> {
    let Ends { payer, payee } = new.ends;
    // In the order of the ids, whoever pays: two payments in opposite directions would otherwise
    // each hold what the other one waits for.
    lock(conn, &[payer.min(payee), payer.max(payee)])?;
    let (before, now) = newest(conn, payer)?;
    let paid = balance(before, -new.points, payer, new.occasion.overdraft)?;
    let (before, _) = newest(conn, payee)?;
    let received = balance(before, new.points, payee, Overdraft::Allowed)?;
    let half = |account, points, balance| PointsTransaction {
        id: 0,
        account,
        activity: new.occasion.activity,
        points: with_hundredths(points),
        balance,
        note: new.occasion.note.clone(),
        created_on: new.occasion.moment(now),
        payer: Some(payer),
        payee: Some(payee),
        ref_transaction_id: 0,
    };
    let mut debit = half(payer, -new.points, paid);
    let mut credit = half(payee, new.points, received);
    append_entry(conn, &mut debit)?;
    credit.ref_transaction_id = debit.id;
    append_entry(conn, &mut credit)?;
    debit.ref_transaction_id = credit.id;
    execute(
        conn,
        "UPDATE points_transaction SET ref_transaction_id = ? WHERE id = ?",
        (credit.id, debit.id),
    )?;
    touch(conn, debit.account, debit.created_on)?;
    touch(conn, credit.account, credit.created_on)?;
    Ok(PointsTransfer { debit, credit })
}

/// Adds a row, which gives the entry its id.
fn append_entry(conn: &mut Conn, entry: &mut PointsTransaction) -> Result<()> {
    let values: [Value; 9] = [
        entry.account.id().into(),
        entry.activity.number().into(),
        entry.points.into(),
        entry.balance.into(),
        entry.note.as_deref().into(),
        entry.created_on.into(),
        id_or_0(entry.payer).into(),
        id_or_0(entry.payee).into(),
        entry.ref_transaction_id.into(),
    ];
    let sql = "INSERT INTO points_transaction (user_id, activity_type, points, balance, note, \
               created_on, payer, payee, ref_transaction_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    entry.id = append(conn, sql, Vec::from(values))?;
    Ok(())
}

/// Adds a row, and returns its id.
pub(super) fn append(conn: &mut Conn, sql: &str, values: Vec<Value>) -> Result<i64> {
    execute(conn, sql, values)?;
    i64::try_from(conn.last_insert_id())
        .map_err(|_| Error::UnexpectedAnswer { action: ACTION.into(), column: 1 })
}

/// What the table has in place of nobody.
fn id_or_0(account: Option<Account>) -> i32 {
    account.map_or(0, Account::id)
}

/// Moves `modified_on` of a user forward, by which refreshes find who has changed.
pub(super) fn touch(conn: &mut Conn, account: Account, moment: PrimitiveDateTime) -> Result<()> {
    if account.system().is_some() {
        return Ok(());
    }
    execute(
        conn,
        "UPDATE auth_user SET modified_on = GREATEST(COALESCE(modified_on, ?), ?) WHERE id = ?",
        (moment, moment, account.id()),
    )
}

fn execute(conn: &mut Conn, sql: &str, values: impl Into<Params>) -> Result<()> {
    contained(|| conn.exec_drop(sql, values)).map_err(|error| Error::from_answer(ACTION, error))
}
