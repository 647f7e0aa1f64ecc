//! One transaction of the database: lock the accounts, read their balances, append, commit.

use std::{
    thread,
    time::{Duration, Instant},
};

use log::debug;
use mysql::{Conn, Params, Value, prelude::Queryable};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    entry::{PointsTransaction, PointsTransfer},
    movement::{MOST, NewPointsTransaction, NewPointsTransfer, Overdraft, SystemAccount},
    refusal::Refusal,
};
use crate::{
    answer::{Columns, ask},
    code,
    connection::Connection,
    error::{Error, Result},
};

const ACTION: &str = "record a movement of points";

/// How often a transaction is begun that others got in the way of.
const ATTEMPTS: u32 = 5;

/// After this long no attempt begins, so that a caller waits for one more lock at most.
const LIMIT: Duration = Duration::from_secs(30);

/// The rest before the second attempt. The next rests are longer.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) fn transaction<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransaction,
) -> Result<PointsTransaction> {
    new.check().map_err(Error::Refused)?;
    committed(conn.conn(), new.user_id, |conn| {
        lock(conn, new.user_id)?;
        let (before, now) = newest(conn, new.user_id)?;
        let mut entry = PointsTransaction {
            id: 0,
            user_id: new.user_id,
            activity: new.occasion.activity,
            points: with_hundredths(new.points),
            balance: balance(before, new.points, new.user_id, new.occasion.overdraft)?,
            note: new.occasion.note.clone(),
            created_on: new.occasion.moment(now),
            payer: new.payer,
            payee: new.payee,
            ref_transaction_id: 0,
        };
        append(conn, &mut entry)?;
        touch(conn, &entry)?;
        Ok(entry)
    })
}

pub(super) fn transfer<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransfer,
) -> Result<PointsTransfer> {
    new.check().map_err(Error::Refused)?;
    committed(conn.conn(), new.payer, |conn| {
        // In the order of the ids, whoever pays: two payments in opposite directions would else each
        // hold what the other one waits for.
        lock(conn, new.payer.min(new.payee))?;
        lock(conn, new.payer.max(new.payee))?;
        let (before, now) = newest(conn, new.payer)?;
        let paid = balance(before, -new.points, new.payer, new.occasion.overdraft)?;
        let (before, _) = newest(conn, new.payee)?;
        let received = balance(before, new.points, new.payee, Overdraft::Allowed)?;
        let half = |account, points, balance| PointsTransaction {
            id: 0,
            user_id: account,
            activity: new.occasion.activity,
            points: with_hundredths(points),
            balance,
            note: new.occasion.note.clone(),
            created_on: new.occasion.moment(now),
            payer: new.payer,
            payee: new.payee,
            ref_transaction_id: 0,
        };
        let mut debit = half(new.payer, -new.points, paid);
        let mut credit = half(new.payee, new.points, received);
        append(conn, &mut debit)?;
        credit.ref_transaction_id = debit.id;
        append(conn, &mut credit)?;
        debit.ref_transaction_id = credit.id;
        execute(
            conn,
            "UPDATE points_transaction SET ref_transaction_id = ? WHERE id = ?",
            (credit.id, debit.id),
        )?;
        touch(conn, &debit)?;
        touch(conn, &credit)?;
        Ok(PointsTransfer { debit, credit })
    })
}

/// Runs `work` in a transaction, again if somebody else got in the way.
fn committed<T>(conn: &mut Conn, account: i32, work: impl Fn(&mut Conn) -> Result<T>) -> Result<T> {
    let started = Instant::now();
    let mut attempt = 1;
    loop {
        match once(conn, account, &work) {
            Err(error)
                if error.collision().is_some()
                    && attempt < ATTEMPTS
                    && started.elapsed() < LIMIT =>
            {
                debug!("attempt {attempt} to {ACTION} met {:?}", error.server_code());
                thread::sleep(PAUSE * attempt * attempt);
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

fn once<T>(conn: &mut Conn, account: i32, work: impl Fn(&mut Conn) -> Result<T>) -> Result<T> {
    begin(conn)?;
    let done = work(conn).and_then(|done| commit(conn, account).map(|()| done));
    if done.is_err()
        && let Err(second) = conn.query_drop("ROLLBACK")
    {
        debug!("and then: {second}");
    }
    done
}

/// Begins a transaction, but not inside one of the caller's, which that would commit.
///
/// REPEATABLE READ whatever the session has: an account of the system that has no row yet is locked
/// by the gap where its rows would be.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-transaction-isolation-levels.html>
fn begin(conn: &mut Conn) -> Result<()> {
    match conn.query_drop("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ") {
        Ok(()) => {}
        Err(error) if code::of(&error) == Some(code::TRANSACTION_IN_PROGRESS) => {
            return Err(Error::OpenTransaction);
        }
        Err(error) => return Err(Error::from_answer(ACTION, error)),
    }
    conn.query_drop("START TRANSACTION").map_err(|error| Error::from_answer(ACTION, error))
}

/// Commits. An answer that says that the server undid the work is an error like any other; without
/// such an answer nobody knows.
fn commit(conn: &mut Conn, account: i32) -> Result<()> {
    conn.query_drop("COMMIT").map_err(|source| match code::of(&source) {
        Some(code) if code::is_undone_commit(code) => Error::from_answer(ACTION, source),
        _ => Error::CommitUnknown { account, source },
    })
}

/// Makes the movements of an account wait for each other: at the user's row, or at the first row that
/// an account of the system has in the ledger. Neither is ever another one, as the newest row is.
///
/// Two first movements of an account of the system lock the same gap, and the server lets only one of
/// them in: the other meets a deadlock, and is tried again when there is a first row.
///
/// Ordered by all of an index, so that the server reads it from its end and no other.
fn lock(conn: &mut Conn, account: i32) -> Result<()> {
    let is_user = !SystemAccount::has(account);
    let sql = if is_user {
        "SELECT id FROM auth_user WHERE id = ? FOR UPDATE"
    } else {
        "SELECT id FROM points_transaction WHERE user_id = ? ORDER BY user_id, id LIMIT 1 FOR UPDATE"
    };
    let found: Option<i32> =
        ask(conn, ACTION, sql, (account,), Columns::take)?.next().transpose()?;
    if is_user && found.is_none() {
        return Err(Error::Refused(Refusal::UnknownAccount { account }));
    }
    Ok(())
}

/// The balance of an account, and the server's time.
///
/// This reads without a lock. The first such read makes the transaction's snapshot, and it comes
/// after all accounts are locked: so it sees whatever was recorded for them.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-consistent-read.html>
fn newest(conn: &mut Conn, account: i32) -> Result<(Decimal, PrimitiveDateTime)> {
    let sql = "SELECT (SELECT balance FROM points_transaction WHERE user_id = ? \
               ORDER BY user_id DESC, id DESC LIMIT 1), NOW()";
    let read = |columns: &mut Columns| Ok((columns.take_sum()?, columns.take()?));
    ask(conn, ACTION, sql, (account,), read)?
        .next()
        .unwrap_or(Err(Error::UnexpectedAnswer { action: ACTION, column: 1 }))
}

/// The balance after a movement, if the account may have it.
fn balance(
    before: Decimal,
    points: Decimal,
    account: i32,
    overdraft: Overdraft,
) -> Result<Decimal> {
    let refuse = |refusal| Err(Error::Refused(refusal));
    let Some(after) = before.checked_add(points).filter(|after| after.abs() <= MOST) else {
        return refuse(Refusal::BalanceOutOfRange { account, balance: before, points });
    };
    let falls_below_zero = points < Decimal::ZERO && after < Decimal::ZERO;
    if falls_below_zero && overdraft == Overdraft::Refused {
        return refuse(Refusal::Overdrawn { account, balance: before, points: -points });
    }
    Ok(with_hundredths(after))
}

/// The same number as the column writes it.
fn with_hundredths(mut number: Decimal) -> Decimal {
    number.rescale(2);
    number
}

/// Adds a row, which gives the entry its id.
fn append(conn: &mut Conn, entry: &mut PointsTransaction) -> Result<()> {
    let values: [Value; 9] = [
        entry.user_id.into(),
        entry.activity.number().into(),
        entry.points.into(),
        entry.balance.into(),
        entry.note.as_deref().into(),
        entry.created_on.into(),
        entry.payer.into(),
        entry.payee.into(),
        entry.ref_transaction_id.into(),
    ];
    let sql = "INSERT INTO points_transaction (user_id, activity_type, points, balance, note, \
               created_on, payer, payee, ref_transaction_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    execute(conn, sql, Vec::from(values))?;
    entry.id = i64::try_from(conn.last_insert_id())
        .map_err(|_| Error::UnexpectedAnswer { action: ACTION, column: 1 })?;
    Ok(())
}

/// Moves `modified_on` of a user forward, by which refreshes find who has changed.
fn touch(conn: &mut Conn, entry: &PointsTransaction) -> Result<()> {
    if SystemAccount::has(entry.user_id) {
        return Ok(());
    }
    let moment = entry.created_on;
    execute(
        conn,
        "UPDATE auth_user SET modified_on = GREATEST(COALESCE(modified_on, ?), ?) WHERE id = ?",
        (moment, moment, entry.user_id),
    )
}

fn execute(conn: &mut Conn, sql: &str, values: impl Into<Params>) -> Result<()> {
    conn.exec_drop(sql, values).map_err(|error| Error::from_answer(ACTION, error))
}
