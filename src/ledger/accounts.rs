//! The accounts of a movement: locked, so that one movement follows the other, and their balances.

use mysql::{Conn, Params, prelude::FromValue};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    ACTION, Account,
    clock::us_central,
    commit::command,
    movement::{MOST, Overdraft},
};
use crate::{
    outcome::{Error, Refusal, Result},
    session::{Columns, ask_limited},
};

/// Makes the movements of these accounts, given in the order of their ids, wait for those of others:
/// at the user's row, or at the first row that a system account has in the ledger. Neither is
/// ever another one, as the newest row is.
pub(super) fn lock(conn: &mut Conn, accounts: &[Account]) -> Result<()> {
    let mut firsts = Vec::with_capacity(accounts.len());
    for account in accounts.iter().filter(|account| account.system().is_some()) {
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
fn first(conn: &mut Conn, account: Account) -> Result<Option<i64>> {
    let sql = "SELECT MIN(id) FROM points_transaction WHERE user_id = ? LIMIT 1";
    Ok(find(conn, sql, (account.id(),))?.flatten())
}

fn lock_user(conn: &mut Conn, account: Account) -> Result<()> {
    let sql = "SELECT id FROM auth_user WHERE id = ? LIMIT 1 FOR UPDATE";
    match find::<i64>(conn, sql, (account.id(),))? {
        Some(_) => Ok(()),
        None => Err(Error::Refused(Refusal::UnknownAccount { account })),
    }
}

/// Locks the first row of a system account by its id, which locks this row and nothing else. A
/// search by account would lock the gap before it, too, where its neighbour's rows go, and the server
/// might search the whole ledger, and lock all of it.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-locks-set.html>
///
/// Only where there is no such row the search is right: its lock is the gap where the row will be.
fn lock_first(conn: &mut Conn, account: Account, first: Option<i64>) -> Result<()> {
    if let Some(id) = first {
        let sql =
            "SELECT id FROM points_transaction WHERE id = ? AND user_id = ? LIMIT 1 FOR UPDATE";
        if find::<i64>(conn, sql, (id, account.id()))?.is_some() {
            return Ok(());
        }
    }
    let sql = "SELECT id FROM points_transaction WHERE user_id = ? ORDER BY user_id, id LIMIT 1 FOR UPDATE";
    find::<i64>(conn, sql, (account.id(),)).map(drop)
}

/// Makes those who record the first movement of any system account wait for each other, at the
/// first user. A gap lets everybody lock it and nobody write into it, so that many at once would end
/// in more deadlocks than there are attempts. The first user comes before all other locks, in the order
/// of the ids.
fn queue(conn: &mut Conn) -> Result<()> {
    find::<i64>(conn, "SELECT id FROM auth_user ORDER BY id LIMIT 1 FOR UPDATE", ()).map(drop)
}

/// The balance of an account, and the server's time by the service's clock.
///
/// This reads without a lock. The first such read makes the transaction's snapshot, and it comes
/// after all accounts are locked: so it sees whatever was recorded for them.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-consistent-read.html>
pub(super) fn newest(conn: &mut Conn, account: Account) -> Result<(Decimal, PrimitiveDateTime)> {
    let sql = "SELECT (SELECT balance FROM points_transaction WHERE user_id = ? \
               ORDER BY user_id DESC, id DESC LIMIT 1), UTC_TIMESTAMP() LIMIT 1";
    let read = |columns: &mut Columns| {
        let (balance, now) = (columns.take_sum()?, columns.take::<PrimitiveDateTime>()?);
        Ok((balance, us_central(now.assume_utc())))
    };
    ask_limited(conn, ACTION, sql, (account.id(),), read)?
        .next()
        .unwrap_or(Err(Error::UnexpectedAnswer { action: ACTION.into(), column: 1 }))
}

/// The balance after a movement, if the account may have it.
pub(super) fn balance(
    before: Decimal,
    points: Decimal,
    account: Account,
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
pub(super) fn with_hundredths(mut number: Decimal) -> Decimal {
    number.rescale(2);
    number
}

/// The first column of the only row.
pub(super) fn find<T: FromValue>(
    conn: &mut Conn,
    sql: &str,
    values: impl Into<Params>,
) -> Result<Option<T>> {
    ask_limited(conn, ACTION, sql, values, Columns::take)?.next().transpose()
}
