//! The accounts of a movement: locked, so that one movement follows the other, and their balances.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use mysql::{
    Conn, Params, Value, from_value_opt,
    prelude::{FromValue, Queryable},
};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    ACTION, Account,
    clock::{self, Moment, NOW, NOW_AFTER_WAIT},
    commit::{Whose, begin, begin_unheard, begin_with, command},
    movement::{MOST, Overdraft},
    order::{Leg, Order},
    sql::{BATCH, BEFORE_ALL, NEWEST, NEWEST_LEFT, NEWEST_OF_ROWS, SELECT, marks, nothing},
};
use crate::{
    outcome::{Error, Refusal, Result},
    session::{Answer, Columns, ask_numbered, ask_on, read_all},
};

/// Makes the movements of these accounts wait for those of others: at the user's row, or at the first
/// row that a system account has in the ledger. Neither is ever another one, as the newest row is.
///
/// Users come first, in the order of their ids, and then the system: two payments in opposite
/// directions would otherwise each hold what the other one waits for.
pub(super) fn lock<Q: Queryable>(
    conn: &mut Q,
    accounts: &BTreeSet<Account>,
    whose: Whose,
) -> Result<()> {
    let mut firsts = Vec::new();
    for account in accounts.iter().filter(|account| account.system().is_some()) {
        firsts.push((*account, first(conn, *account)?));
    }
    if whose == Whose::Ours && !firsts.is_empty() {
        // That was a snapshot, and the balances must come from a later one. The next transaction has
        // the isolation of this one.
        // https://dev.mysql.com/doc/refman/8.4/en/commit.html
        command(conn, "COMMIT AND CHAIN NO RELEASE")?;
    }
    if firsts.iter().any(|(_, first)| first.is_none()) {
        queue(conn)?;
    }
    let users: Vec<_> =
        accounts.iter().copied().filter(|account| account.system().is_none()).collect();
    for users in users.chunks(BATCH) {
        lock_users(conn, users)?;
    }
    for (account, first) in firsts {
        lock_first(conn, account, first)?;
    }
    Ok(())
}

/// What is read of accounts that are locked.
pub(super) struct Read {
    pub(super) balances: BTreeMap<Account, Decimal>,
    /// The server's time by the service's clock.
    pub(super) now: PrimitiveDateTime,
    /// Of a single user, the refresh column.
    pub(super) modified_on: Option<PrimitiveDateTime>,
}

/// What locks accounts and reads them was answered with.
pub(super) struct Locked {
    answer: Answer,
    took: Duration,
}

/// Begins a transaction. Where all accounts are users, and few, it goes on to lock them and to read their balances and
/// the time as [`newest`] does.
pub(super) fn begin_and_lock(
    conn: &mut Conn,
    accounts: &BTreeSet<Account>,
) -> Result<Option<Locked>> {
    let users: Vec<_> = accounts.iter().filter(|account| account.system().is_none()).collect();
    if users.len() < accounts.len() {
        return begin(conn).map(|()| None);
    }
    let sent;
    let answer = match users.as_slice() {
        [user] => {
            begin_unheard(conn)?;
            sent = Instant::now();
            lock_one(conn, **user)?
        }
        [_, _] => {
            sent = Instant::now();
            begin_with(conn, |number| lock_few(&users, number))?
        }
        _ => return begin(conn).map(|()| None),
    };
    Ok(Some(Locked { answer, took: sent.elapsed() }))
}

/// One user is locked by the prepared statement that reads: its subquery makes the snapshot when the row is locked, and
/// reads without a lock.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-locking-reads.html>
fn lock_one(conn: &mut Conn, user: Account) -> Result<Answer> {
    let sql = format!(
        "{SELECT} CAST(? AS UNSIGNED) AS n, {NOW_AFTER_WAIT}, u.modified_on, {} AS b FROM auth_user u \
         FORCE INDEX (PRIMARY) WHERE u.id = ? LIMIT 1 FOR UPDATE",
        NEWEST_LEFT.replace('?', "u.id")
    );
    ask_numbered(conn, ACTION, &sql, |number| (number, user.id()).into())
}

/// Of two users such a statement would have its snapshot from the first one's lock. So they take two, in the packet that
/// begins the transaction, each of which is executed when the one before it is. The ids are part of its text, as numbers.
fn lock_few(users: &[&Account], number: u64) -> String {
    let ids: Vec<_> = users.iter().map(ToString::to_string).collect();
    let balances: Vec<_> = ids.iter().map(|id| NEWEST.replace('?', id)).collect();
    format!(
        "{}; {SELECT} {number}, {NOW}, {} LIMIT 1",
        users_lock(&ids.join(", "), ids.len()),
        balances.join(", ")
    )
}

impl Locked {
    /// `None` if the only user has no movement, and perhaps an opening balance: that needs a look of its own.
    pub(super) fn read(self, accounts: &BTreeSet<Account>) -> Result<Option<Read>> {
        let Answer { mut said, refused } = self.answer;
        if let Some(error) = refused {
            return Err(Error::from_answer(ACTION, error));
        }
        let mut rows = || said.pop().map(|said| said.rows).unwrap_or_default();
        if let (Some(user), 1) = (accounts.first(), accounts.len()) {
            let unknown = Refusal::UnknownAccount { account: *user };
            let read = read_all(rows(), ACTION, user_and_moment)?.into_iter().next();
            let (moment, modified_on, balance) = read.ok_or(Error::Refused(unknown))?;
            let now = moment.after(self.took);
            return Ok(balance.map(|balance| {
                let balances = BTreeMap::from([(*user, balance)]);
                Read { balances, now, modified_on }
            }));
        }
        let read = read_all(rows(), ACTION, |columns| {
            columns.skip();
            balances_and_now(columns)
        })?;
        all_found(accounts, &read_all(rows(), ACTION, Columns::take)?)?;
        let (now, balances) = read.into_iter().next().ok_or_else(|| nothing(ACTION))?;
        let balances = accounts.iter().copied().zip(balances).collect();
        Ok(Some(Read { balances, now, modified_on: None }))
    }
}

type OfUser = (Moment, Option<PrimitiveDateTime>, Option<Decimal>);

fn user_and_moment(columns: &mut Columns) -> Result<OfUser> {
    columns.skip();
    let moment = Moment::take(columns)?;
    // Whatever is no date of the calendar is no later one.
    let modified_on = from_value_opt(columns.take::<Value>()?).ok();
    Ok((moment, modified_on, columns.take()?))
}

/// The id of the first row of an account. This reads without a lock, and one entry of an index.
fn first<Q: Queryable>(conn: &mut Q, account: Account) -> Result<Option<i64>> {
    let sql = "SELECT MIN(id) FROM points_transaction WHERE user_id = ? LIMIT 1";
    Ok(find(conn, sql, (account.id(),))?.flatten())
}

fn lock_users<Q: Queryable>(conn: &mut Q, users: &[Account]) -> Result<()> {
    let ids: Vec<Value> = users.iter().map(|user| user.id().into()).collect();
    let sql = users_lock(&marks(users.len()), users.len());
    let found = ask_on(conn, ACTION, &sql, ids, Columns::take)?.collect::<Result<Vec<_>>>()?;
    all_found(users, &found)
}

/// Left to itself, a server reads a small table from end to end, and locks all of it.
fn users_lock(ids: &str, count: usize) -> String {
    format!(
        "SELECT id FROM auth_user FORCE INDEX (PRIMARY) WHERE id IN ({ids}) ORDER BY id LIMIT {count} \
         FOR UPDATE"
    )
}

/// Whether the users that were to be locked are there.
fn all_found<'a>(users: impl IntoIterator<Item = &'a Account>, found: &[i32]) -> Result<()> {
    match users.into_iter().find(|user| !found.contains(&user.id())) {
        None => Ok(()),
        Some(&account) => Err(Error::Refused(Refusal::UnknownAccount { account })),
    }
}

/// Locks the first row of a system account by its id, which locks this row and nothing else. A
/// search by account would lock the gap before it, too, where its neighbour's rows go, and the server
/// might search the whole ledger, and lock all of it.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-locks-set.html>
///
/// Only where there is no such row the search is right: its lock is the gap where the row will be.
fn lock_first<Q: Queryable>(conn: &mut Q, account: Account, first: Option<i64>) -> Result<()> {
    if let Some(id) = first {
        let sql =
            "SELECT id FROM points_transaction WHERE id = ? AND user_id = ? LIMIT 1 FOR UPDATE";
        if find::<_, i64>(conn, sql, (id, account.id()))?.is_some() {
            return Ok(());
        }
    }
    let sql = "SELECT id FROM points_transaction WHERE user_id = ? ORDER BY user_id, id LIMIT 1 FOR UPDATE";
    find::<_, i64>(conn, sql, (account.id(),)).map(drop)
}

/// Makes those who record the first movement of any system account wait for each other, at the
/// first user. A gap lets everybody lock it and nobody write into it, so that many at once would end
/// in more deadlocks than there are attempts. The first user comes before all other locks, in the order
/// of the ids.
fn queue<Q: Queryable>(conn: &mut Q) -> Result<()> {
    find::<_, i64>(conn, "SELECT id FROM auth_user ORDER BY id LIMIT 1 FOR UPDATE", ()).map(drop)
}

/// The balances of accounts that are locked, and the server's time by the service's clock.
pub(super) fn newest<Q: Queryable>(
    conn: &mut Q,
    accounts: &BTreeSet<Account>,
    whose: Whose,
) -> Result<Read> {
    match whose {
        Whose::Ours => newest_in_snapshot(conn, accounts),
        Whose::Callers => newest_of_all(conn, accounts),
    }
}

/// This reads without a lock. The first such read makes the transaction's snapshot, and it comes
/// after all accounts are locked: so it sees whatever was recorded for them.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-consistent-read.html>
fn newest_in_snapshot<Q: Queryable>(conn: &mut Q, accounts: &BTreeSet<Account>) -> Result<Read> {
    let (mut all, mut moment) = (BTreeMap::new(), None);
    let accounts: Vec<_> = accounts.iter().copied().collect();
    for accounts in accounts.chunks(BATCH) {
        let (mut balances, mut ids) = (Vec::new(), Vec::<Value>::new());
        let opened = opened(conn, accounts)?;
        for (account, is_opened) in accounts.iter().zip(opened) {
            balances.push(if is_opened { NEWEST } else { NEWEST_OF_ROWS });
            ids.extend(vec![account.id().into(); if is_opened { 2 } else { 1 }]);
        }
        let sql = format!("{SELECT} {NOW}, {} LIMIT 1", balances.join(", "));
        let (now, balances) = ask_on(conn, ACTION, &sql, ids, balances_and_now)?
            .next()
            .unwrap_or(Err(nothing(ACTION)))?;
        moment.get_or_insert(now);
        all.extend(accounts.iter().copied().zip(balances));
    }
    let now = moment.ok_or_else(|| nothing(ACTION))?;
    Ok(Read { balances: all, now, modified_on: None })
}

/// Which of these accounts may have opening balances. Of few it costs no more to look for each of them.
fn opened<Q: Queryable>(conn: &mut Q, accounts: &[Account]) -> Result<Vec<bool>> {
    if accounts.len() <= 2 {
        return Ok(vec![true; accounts.len()]);
    }
    let sql = format!(
        "SELECT user_id FROM points_opening FORCE INDEX (PRIMARY) WHERE user_id IN ({}) LIMIT {BATCH}",
        marks(accounts.len())
    );
    let ids: Vec<Value> = accounts.iter().map(|account| account.id().into()).collect();
    let found: Vec<i32> = ask_on(conn, ACTION, &sql, ids, Columns::take)?.collect::<Result<_>>()?;
    Ok(accounts.iter().map(|account| found.contains(&account.id())).collect())
}

fn balances_and_now(columns: &mut Columns) -> Result<(PrimitiveDateTime, Vec<Decimal>)> {
    let now = clock::take_now(columns)?;
    let mut balances = Vec::new();
    while !columns.is_at_end() {
        balances.push(columns.take_sum()?);
    }
    Ok((now, balances))
}

/// A caller's transaction may have taken its snapshot long ago, so this reads past it, with a lock: the opening balance,
/// too, or a snapshot from before it was written would have neither that nor the rows that it stands for.
fn newest_of_all<Q: Queryable>(conn: &mut Q, accounts: &BTreeSet<Account>) -> Result<Read> {
    let sql = format!(
        "SELECT COALESCE((SELECT balance FROM points_transaction WHERE user_id = ? AND id > \
         COALESCE((SELECT through_id FROM points_opening WHERE user_id = ? LOCK IN SHARE MODE), {BEFORE_ALL}) \
         ORDER BY user_id DESC, id DESC LIMIT 1 FOR UPDATE), \
         (SELECT balance FROM points_opening WHERE user_id = ? LOCK IN SHARE MODE)) LIMIT 1"
    );
    let mut all = BTreeMap::new();
    for account in accounts {
        let id = account.id();
        let balance = find::<_, Option<Decimal>>(conn, &sql, (id, id, id))?.flatten();
        all.insert(*account, balance.unwrap_or_default());
    }
    let sql = format!("SELECT {NOW} LIMIT 1");
    let now =
        ask_on(conn, ACTION, &sql, (), clock::take_now)?.next().unwrap_or(Err(nothing(ACTION)))?;
    Ok(Read { balances: all, now, modified_on: None })
}

/// The balance after one leg of an order, if the account may have it.
pub(super) fn balance(before: Decimal, order: &Order<'_>, leg: Leg) -> Result<Decimal> {
    let Leg { account, points, overdraft } = leg;
    let Some(after) = before.checked_add(points).filter(|after| after.abs() <= MOST) else {
        return Err(order.refused(Refusal::BalanceOutOfRange { account, balance: before, points }));
    };
    let falls_below_zero = points < Decimal::ZERO && after < Decimal::ZERO;
    if falls_below_zero && overdraft == Overdraft::Refused {
        return Err(order.refused(Refusal::Overdrawn {
            account,
            balance: before,
            points: -points,
        }));
    }
    Ok(with_hundredths(after))
}

/// The same number as the column writes it.
pub(super) fn with_hundredths(mut number: Decimal) -> Decimal {
    number.rescale(2);
    number
}

/// The first column of the only row.
pub(super) fn find<Q: Queryable, T: FromValue>(
    conn: &mut Q,
    sql: &str,
    values: impl Into<Params>,
) -> Result<Option<T>> {
    ask_on(conn, ACTION, sql, values, Columns::take)?.next().transpose()
}
