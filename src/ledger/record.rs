//! One transaction of the database: lock the accounts, read their balances, append, commit.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    thread,
    time::{Duration, Instant},
};

use log::debug;
use mysql::{
    Conn, Params, Value,
    prelude::{FromValue, Queryable},
};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    entry::{PointsTransaction, PointsTransfer},
    movement::{MOST, NewPointsTransaction, NewPointsTransfer, Overdraft, SystemAccount},
    refusal::Refusal,
};
use crate::{
    answer::{Columns, ask_limited},
    code,
    connection::Connection,
    error::{Error, Result},
};

const ACTION: &str = "record a movement of points";

/// The end of a transaction, whatever `completion_type` makes of a plain one: another transaction, or
/// the end of the connection.
/// <https://dev.mysql.com/doc/refman/8.4/en/commit.html>
const COMMIT: &str = "COMMIT AND NO CHAIN NO RELEASE";
const ROLLBACK: &str = "ROLLBACK AND NO CHAIN NO RELEASE";

/// How often a transaction is begun that others got in the way of.
const ATTEMPTS: u32 = 5;

/// After this long no attempt begins, so that a caller waits for one more lock at most.
const LIMIT: Duration = Duration::from_secs(30);

/// The mean rest before the second attempt. The next rests are longer.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) fn transaction<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransaction,
) -> Result<PointsTransaction> {
    new.check().map_err(Error::Refused)?;
    committed(conn.conn(), new.user_id, |conn| {
        lock(conn, &[new.user_id])?;
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
        lock(conn, &[new.payer.min(new.payee), new.payer.max(new.payee)])?;
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
            Ok(done) => return Ok(done),
            Err(Failed { error, in_the_way }) => {
                if !in_the_way || attempt >= ATTEMPTS || started.elapsed() >= LIMIT {
                    return Err(error);
                }
                debug!("attempt {attempt} to {ACTION} met {:?}", error.server_code());
                thread::sleep(rest(PAUSE * attempt * attempt));
                attempt += 1;
            }
        }
    }
}

/// A transaction that was undone, and whether others were in its way.
struct Failed {
    error: Error,
    in_the_way: bool,
}

impl Failed {
    /// A duplicate key is another node's doing at a commit alone. Before that it is our row that does
    /// not fit, such as the one after the last id, and it will fit no better.
    fn at_work(error: Error) -> Self {
        let is_duplicate = error.server_code() == Some(code::DUPLICATE);
        Self { in_the_way: !is_duplicate && error.collision().is_some(), error }
    }

    fn at_commit(error: Error) -> Self {
        let is_undone = !matches!(error, Error::CommitUnknown { .. });
        Self { in_the_way: is_undone && error.collision().is_some(), error }
    }
}

/// Anything up to twice the mean. Whoever collided would else come back at the same moment.
fn rest(mean: Duration) -> Duration {
    // A fresh state has keys of its own, which the library draws at random.
    let [dice, ..] = RandomState::new().hash_one(()).to_be_bytes();
    mean * u32::from(dice) / 128
}

fn once<T>(
    conn: &mut Conn,
    account: i32,
    work: impl Fn(&mut Conn) -> Result<T>,
) -> std::result::Result<T, Failed> {
    begin(conn).map_err(Failed::at_work)?;
    let done = work(conn).map_err(Failed::at_work);
    let done = done.and_then(|done| match commit(conn, account) {
        Ok(()) => Ok(done),
        Err(error) => Err(Failed::at_commit(error)),
    });
    if done.is_err()
        && let Err(second) = conn.query_drop(ROLLBACK)
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
    command(conn, "START TRANSACTION")
}

/// Commits. An answer that says that the server undid the work is an error like any other; without
/// such an answer nobody knows.
fn commit(conn: &mut Conn, account: i32) -> Result<()> {
    conn.query_drop(COMMIT).map_err(|source| match code::of(&source) {
        Some(code) if code::is_undone_commit(code) => Error::from_answer(ACTION, source),
        _ => Error::CommitUnknown { account, source },
    })
}

/// Makes the movements of these accounts, given in the order of their ids, wait for those of others:
/// at the user's row, or at the first row that an account of the system has in the ledger. Neither is
/// ever another one, as the newest row is.
fn lock(conn: &mut Conn, accounts: &[i32]) -> Result<()> {
    let mut firsts = Vec::with_capacity(accounts.len());
    for account in accounts.iter().filter(|account| SystemAccount::has(**account)) {
        firsts.push((*account, first(conn, *account)?));
    }
    if !firsts.is_empty() {
        // That was a snapshot, and the balances must come from a later one. The next transaction has
        // the isolation of this one.
        // https://dev.mysql.com/doc/refman/8.4/en/commit.html
        command(conn, "COMMIT AND CHAIN NO RELEASE")?;
    }
    if firsts.iter().any(|(_, first)| first.is_none()) {
        queue(conn)?;
    }
    for account in accounts {
        match firsts.iter().find(|(of, _)| of == account) {
            Some((_, first)) => lock_first(conn, *account, *first)?,
            None => lock_user(conn, *account)?,
        }
    }
    Ok(())
}

/// The id of the first row of an account. This reads without a lock, and one entry of an index.
fn first(conn: &mut Conn, account: i32) -> Result<Option<i64>> {
    let sql = "SELECT MIN(id) FROM points_transaction WHERE user_id = ? LIMIT 1";
    Ok(find(conn, sql, (account,))?.flatten())
}

fn lock_user(conn: &mut Conn, account: i32) -> Result<()> {
    let sql = "SELECT id FROM auth_user WHERE id = ? LIMIT 1 FOR UPDATE";
    match find::<i64>(conn, sql, (account,))? {
        Some(_) => Ok(()),
        None => Err(Error::Refused(Refusal::UnknownAccount { account })),
    }
}

/// Locks the first row of an account of the system by its id, which locks this row and nothing else. A
/// search by account would lock the gap before it, too, where its neighbour's rows go, and the server
/// might search the whole ledger, and lock all of it.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-locks-set.html>
///
/// Only where there is no such row the search is right: its lock is the gap where the row will be.
fn lock_first(conn: &mut Conn, account: i32, first: Option<i64>) -> Result<()> {
    if let Some(id) = first {
        let sql =
            "SELECT id FROM points_transaction WHERE id = ? AND user_id = ? LIMIT 1 FOR UPDATE";
        if find::<i64>(conn, sql, (id, account))?.is_some() {
            return Ok(());
        }
    }
    let sql = "SELECT id FROM points_transaction WHERE user_id = ? ORDER BY user_id, id LIMIT 1 FOR UPDATE";
    find::<i64>(conn, sql, (account,)).map(drop)
}

/// Makes those who record the first movement of any account of the system wait for each other, at the
/// first user. A gap lets everybody lock it and nobody write into it, so that many at once would end
/// in more deadlocks than there are attempts. The first user comes before all other locks, in the order
/// of the ids.
fn queue(conn: &mut Conn) -> Result<()> {
    find::<i64>(conn, "SELECT id FROM auth_user ORDER BY id LIMIT 1 FOR UPDATE", ()).map(drop)
}

/// The first column of the only row.
fn find<T: FromValue>(conn: &mut Conn, sql: &str, values: impl Into<Params>) -> Result<Option<T>> {
    ask_limited(conn, ACTION, sql, values, Columns::take)?.next().transpose()
}

/// The balance of an account, and the server's time.
///
/// This reads without a lock. The first such read makes the transaction's snapshot, and it comes
/// after all accounts are locked: so it sees whatever was recorded for them.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-consistent-read.html>
fn newest(conn: &mut Conn, account: i32) -> Result<(Decimal, PrimitiveDateTime)> {
    let sql = "SELECT (SELECT balance FROM points_transaction WHERE user_id = ? \
               ORDER BY user_id DESC, id DESC LIMIT 1), NOW() LIMIT 1";
    let read = |columns: &mut Columns| Ok((columns.take_sum()?, columns.take()?));
    ask_limited(conn, ACTION, sql, (account,), read)?
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

fn command(conn: &mut Conn, sql: &str) -> Result<()> {
    conn.query_drop(sql).map_err(|error| Error::from_answer(ACTION, error))
}

fn execute(conn: &mut Conn, sql: &str, values: impl Into<Params>) -> Result<()> {
    conn.exec_drop(sql, values).map_err(|error| Error::from_answer(ACTION, error))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::rest;

    #[test]
    fn those_who_collided_rest_for_different_times() {
        let mean = Duration::from_millis(100);
        let rests: HashSet<_> = (0..100).map(|_| rest(mean)).collect();
        assert!(rests.len() > 10, "{rests:?}");
        assert!(rests.iter().all(|rest| *rest < 2 * mean), "{rests:?}");
    }
}
