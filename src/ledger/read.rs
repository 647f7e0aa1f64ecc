//! What the ledger says: balances and movements, each read with one prepared statement.

use mysql::Params;
use rust_decimal::Decimal;
use time::{Duration, PrimitiveDateTime};

use super::{
    Account, Activity, clock,
    entry::PointsTransaction,
    movement::check_accounts,
    page::{Movements, Page},
    sql::{NEWEST, SELECT, nothing},
};
use crate::{
    outcome::{Error, Refusal, Result},
    session::{Columns, Connection, ask_limited},
};

/// What completes "could not ..." in the messages of these calls.
const ACTION: &str = "read the ledger of points";

/// Whether there is such a user.
const IS_USER: &str = "EXISTS (SELECT 1 FROM auth_user WHERE id = ?)";

/// The points that an account has now: 0 if nothing was recorded for it yet.
///
/// Needs `SELECT` on `points_transaction`, `points_opening` and `auth_user`.
///
/// ```no_run
/// # use quicksight_migrations::{Result, mysql::Conn, ledger::{Account, balance}};
/// # fn show(conn: &mut Conn) -> Result<()> {
/// println!("{} points", balance(conn, Account::user(4711))?);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// - [`Refused`](crate::Error::Refused) with [`UnknownAccount`](Refusal::UnknownAccount): neither a
///   movement nor a user nor a system account has this id. Of a user who is gone, the movements stay, and the
///   balance with them.
/// - [`Refused`](crate::Error::Refused) with [`ReservedAccount`](Refusal::ReservedAccount): a user with the
///   id of a system account, whose movements those would be.
/// - [`Database`](crate::Error::Database), [`PermissionDenied`](crate::Error::PermissionDenied),
///   [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected): the server did not answer.
/// - [`UnexpectedAnswer`](crate::Error::UnexpectedAnswer): a column has another type than the migrations
///   gave it, or a movement has a date that no calendar has.
pub fn balance<C: Connection>(conn: &mut C, account: impl Into<Account>) -> Result<Decimal> {
    let account = account.into();
    let (id, sql) = (account.id(), format!("{SELECT} {NEWEST}, 0, {IS_USER}, NULL LIMIT 1"));
    balance_less(conn, account, None, &sql, (id, id, id))
}

/// The points that an account had at a moment of the service's clock, which is US/Central
/// ([`us_central`](super::us_central)).
///
/// This is the sum of the movements that are dated at that second or before, all of that second
/// included, in whatever order they were recorded: one that was dated back counts from its date on. In the
/// hour that autumn repeats a wall clock has two moments, and the movements of both count.
///
/// It is computed as what the account has now, less what moved after the moment, so it costs as
/// much as there are movements of this account since then. Needs the rights of [`balance`].
///
/// # Errors
///
/// As [`balance`]; and [`Refused`](crate::Error::Refused) with
/// [`MomentOutOfRange`](Refusal::MomentOutOfRange), or with [`RowsDropped`](Refusal::RowsDropped) where movements that
/// are dated after the moment may have been dropped.
pub fn balance_at<C: Connection>(
    conn: &mut C,
    account: impl Into<Account>,
    moment: PrimitiveDateTime,
) -> Result<Decimal> {
    let account = account.into();
    clock::check_range(moment).map_err(Error::Refused)?;
    let sql = format!(
        "{SELECT} {NEWEST}, (SELECT SUM(points) FROM points_transaction \
         WHERE user_id = ? AND created_on > ?), {IS_USER}, \
         (SELECT dropped_before FROM points_opening WHERE user_id = ?) LIMIT 1"
    );
    let id = account.id();
    balance_less(conn, account, Some(moment), &sql, (id, id, id, moment, id, id))
}

/// Asks for a balance, the points to take off it, whether there is such a user, and before when rows of the account
/// were dropped. Of an earlier moment than the last second before that nobody knows what to take off.
fn balance_less<C: Connection>(
    conn: &mut C,
    account: Account,
    moment: Option<PrimitiveDateTime>,
    sql: &str,
    values: impl Into<Params>,
) -> Result<Decimal> {
    check_accounts([Some(account)]).map_err(Error::Refused)?;
    let read = |columns: &mut Columns| {
        let newest: Option<Decimal> = columns.take()?;
        let (later, is_user, before) = (columns.take_sum()?, columns.take()?, columns.take()?);
        Ok((newest, later, is_user, before))
    };
    let (newest, later, is_user, before): (_, Decimal, bool, Option<PrimitiveDateTime>) =
        ask_limited(conn, ACTION, sql, values, read)?.next().unwrap_or(Err(nothing(ACTION)))?;
    if let (Some(before), Some(moment)) = (before, moment)
        && moment.saturating_add(Duration::SECOND) < before
    {
        return Err(Error::Refused(Refusal::RowsDropped { account, before }));
    }
    match newest {
        Some(newest) => Ok(newest.saturating_sub(later)),
        None if is_user || account.system().is_some() => Ok(Decimal::ZERO),
        None => Err(Error::Refused(Refusal::UnknownAccount { account })),
    }
}

/// The movements of an account by the page, the newest first, in the order in which they were
/// recorded, as far as their rows were not dropped. Of an account that nobody knows there are none. Needs `SELECT` on
/// `points_transaction`.
///
/// ```no_run
/// # use quicksight_migrations::{Result, mysql::Conn, ledger::{Account, Page, statement}};
/// # fn print(conn: &mut Conn) -> Result<()> {
/// let mut page = Some(Page::newest(50));
/// while let Some(this) = page {
///     let movements = statement(conn, Account::user(4711), this)?;
///     for movement in movements.entries() {
///         println!("{} {} {}", movement.created_on(), movement.points(), movement.balance());
///     }
///     page = movements.older();
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`balance`], but never with [`UnknownAccount`](Refusal::UnknownAccount).
pub fn statement<C: Connection>(
    conn: &mut C,
    account: impl Into<Account>,
    page: Page,
) -> Result<Movements<PointsTransaction>> {
    let account = account.into();
    check_accounts([Some(account)]).map_err(Error::Refused)?;
    let (sql, id) = (page_of("user_id", ""), account.id());
    read_page(conn, &sql, (id, id, page.before_id(), one_more(page)), page)
}

/// The movements with exactly this note, of all accounts, by the page, the newest first: of a ticket by its
/// order, of a gift card by its `transaction_id`. Letters in another case are another note.
///
/// ```no_run
/// # use quicksight_migrations::{Result, mysql::Conn, ledger::{Page, find_by_note}};
/// # fn is_paid(conn: &mut Conn, order_uuid: &str) -> Result<bool> {
/// # Ok(
/// !find_by_note(conn, order_uuid, Page::newest(1))?.entries().is_empty()
/// # )
/// # }
/// ```
///
/// # Errors
///
/// As [`statement`], but never [`Refused`](crate::Error::Refused).
pub fn find_by_note<C: Connection>(
    conn: &mut C,
    note: &str,
    page: Page,
) -> Result<Movements<PointsTransaction>> {
    // The index narrows the search to what the column's collation takes for the same.
    let sql = page_of("note", "AND CAST(note AS BINARY) = CAST(? AS BINARY)");
    read_page(conn, &sql, (note, note, page.before_id(), note, one_more(page)), page)
}

/// The movement with this id, if there is one.
///
/// # Errors
///
/// As [`statement`], but never [`Refused`](crate::Error::Refused).
pub fn find_by_id<C: Connection>(conn: &mut C, id: i64) -> Result<Option<PointsTransaction>> {
    let sql = format!("SELECT {COLUMNS} FROM points_transaction WHERE id = ? LIMIT 1");
    ask_limited(conn, ACTION, &sql, (id,), entry)?.next().transpose()
}

/// The SQL of a page of the movements that have one value in the first column of an index, which goes on
/// with their ids. With `=` in place of the two bounds a server may walk down from the newest
/// movement to the page, instead of going to it.
/// <https://dev.mysql.com/doc/refman/8.4/en/range-optimization.html>
fn page_of(column: &str, and: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM points_transaction WHERE {column} >= ? AND {column} <= ? AND id < ? {and} \
         ORDER BY {column} DESC, id DESC LIMIT ?"
    )
}

/// One row more than a page has tells whether there is another.
fn one_more(page: Page) -> u32 {
    u32::from(page.size()) + 1
}

fn read_page<C: Connection>(
    conn: &mut C,
    sql: &str,
    values: impl Into<Params>,
    page: Page,
) -> Result<Movements<PointsTransaction>> {
    let rows = ask_limited(conn, ACTION, sql, values, entry)?;
    Ok(Movements::new(rows.collect::<Result<_>>()?, page, PointsTransaction::id))
}

const COLUMNS: &str = "id, user_id, activity_type, points, balance, note, created_on, payer, payee, \
                       ref_transaction_id";

fn entry(columns: &mut Columns) -> Result<PointsTransaction> {
    Ok(PointsTransaction {
        id: columns.take()?,
        account: Account::stored(columns.take()?),
        activity: Activity::from(columns.take::<i32>()?),
        points: columns.take()?,
        balance: columns.take()?,
        note: columns.take()?,
        created_on: columns.take()?,
        payer: somebody(columns.take()?),
        payee: somebody(columns.take()?),
        ref_transaction_id: columns.take()?,
        replay: false,
    })
}

/// The table has 0 in place of nobody.
fn somebody(id: i32) -> Option<Account> {
    (id != 0).then(|| Account::stored(id))
}
