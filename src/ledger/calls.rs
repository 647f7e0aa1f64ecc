//! The calls for a connection, each in a transaction of its own.

use std::time::Duration;

use super::{
    NewPointsTransaction, NewPointsTransfer, NewReversal, PointsTransaction, PointsTransfer,
    Reversal, Unconfirmed, confirm, forget, order,
    record::{only, ours},
    reversal,
};
use crate::{
    outcome::{Error, Result},
    session::{Connection, driver},
};

/// Records a movement of points of one account, with the balance that the account has then, and
/// moves the user's `modified_on` forward, in one transaction of the database.
///
/// A deadlock, or a lock that somebody else holds for longer than `innodb_lock_wait_timeout`, is
/// tried again for 30 s, with longer and longer rests up to half a second. No attempt begins later.
///
/// Needs `SELECT` and `INSERT` on `points_transaction`, `SELECT` on `points_opening`, `SELECT` and `UPDATE` on `auth_user`; for a
/// system account `UPDATE` on `points_transaction`, too, because it locks a row there; for an idempotency
/// key `SELECT`, `INSERT` and `UPDATE` on `ledger_key`.
///
/// ```no_run
/// # use quicksight_migrations::{Error, Result, ledger::*, mysql::Conn};
/// # fn spend(conn: &mut Conn, fee: NewPointsTransaction) -> Result<()> {
/// match record_points_transaction(conn, &fee.refuse_overdraft()) {
///     Ok(recorded) => println!("{} points are left", recorded.balance()),
///     Err(Error::Refused(Refusal::Overdrawn { balance, .. })) => println!("only {balance} points"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Nothing is written when this fails, except where an error below says so.
///
/// - [`Refused`](crate::Error::Refused): the movement does not fit; the [`Refusal`](super::Refusal) says why.
/// - [`OpenTransaction`](crate::Error::OpenTransaction): the connection has a transaction, which is
///   left alone.
/// - [`CommitUnknown`](crate::Error::CommitUnknown): the connection broke at the commit, so that it
///   may be recorded or not, or not yet. It is not tried again, because points could move twice, and
///   nothing more is sent on the connection, which is of no use any more: see [Calling
///   again](crate::ledger#calling-again).
/// - [`Database`](crate::Error::Database), [`PermissionDenied`](crate::Error::PermissionDenied),
///   [`ReadOnly`](crate::Error::ReadOnly), [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
///   [`UnexpectedAnswer`](crate::Error::UnexpectedAnswer): the server did not do it.
///   [`is_retryable`](crate::Error::is_retryable) says whether a later call may succeed.
pub fn record_points_transaction<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransaction,
) -> Result<PointsTransaction> {
    new.check().map_err(Error::Refused)?;
    Ok(only(ours(driver(conn), &[new.into()]))?.transaction(new))
}

/// Records a payment of points from one account to another: two movements that sum to zero and name
/// each other in `ref_transaction_id`, in one transaction of the database.
///
/// The two accounts are locked in one order, so that payments in both directions wait for each other and
/// do not block each other.
///
/// ```no_run
/// # use quicksight_migrations::{mysql::Conn, ledger::*};
/// # fn reward(conn: &mut Conn, user_id: i32) -> Result<(), Box<dyn std::error::Error>> {
/// let ends = Ends { payer: SystemAccount::Budget.into(), payee: Account::user(user_id) };
/// let reward = NewPointsTransfer::new(ends, Activity::CampaignReward, "5.00".parse()?);
/// let recorded = record_points_transfer(conn, &reward)?;
/// assert_eq!(recorded.debit().points() + recorded.credit().points(), 0.into());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`record_points_transaction`]. Both movements are recorded, or none. Needs `UPDATE` on
/// `points_transaction`, too.
pub fn record_points_transfer<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransfer,
) -> Result<PointsTransfer> {
    new.check().map_err(Error::Refused)?;
    Ok(only(ours(driver(conn), &[new.into()]))?.transfer(new))
}

/// Records many payments, all of them or none, in one transaction of the database: as if one were recorded
/// after the other, in a small part of the time. The answers are in the order of the payments.
///
/// All accounts are locked before anything is read, and stay locked until all is done. Whoever pays
/// thousands divides them, and gives each payment a key.
///
/// ```no_run
/// # use quicksight_migrations::{mysql::Conn, ledger::*};
/// # fn reward(conn: &mut Conn, users: &[i32]) -> Result<(), Box<dyn std::error::Error>> {
/// let points = "5.00".parse()?;
/// let payer = SystemAccount::Budget.into();
/// let rewards: Vec<_> = users
///     .iter()
///     .map(|user| {
///         let ends = Ends { payer, payee: Account::user(*user) };
///         NewPointsTransfer::new(ends, Activity::CampaignReward, points)
///             .idempotency_key(format!("spring-campaign-{user}"))
///     })
///     .collect();
/// let recorded = record_points_transfers(conn, &rewards)?;
/// assert_eq!(recorded.len(), rewards.len());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`record_points_transfer`]. What is refused of one payment is
/// [`Refusal::OneOfSeveral`](super::Refusal::OneOfSeveral), which says of which; the same key twice is
/// [`Refusal::KeyRepeated`](super::Refusal::KeyRepeated).
pub fn record_points_transfers<C: Connection>(
    conn: &mut C,
    new: &[NewPointsTransfer],
) -> Result<Vec<PointsTransfer>> {
    let orders = order::several(new)?;
    let booked = ours(driver(conn), &orders)?;
    Ok(booked.iter().zip(new).map(|(booked, new)| booked.transfer(new)).collect())
}

/// Whether a movement is recorded whose commit was not answered, on a fresh connection: waits until whoever
/// recorded it has done so or cannot any more, and then looks. Records nothing.
///
/// ```no_run
/// # use quicksight_migrations::{Error, Result, ledger::*, mysql::Conn};
/// # fn earn(conn: Conn, fresh: &mut Conn, new: &NewPointsTransaction) -> Result<()> {
/// # let mut conn = conn;
/// match record_points_transaction(&mut conn, new) {
///     Err(Error::CommitUnknown { movement, .. }) if !is_recorded(fresh, &movement)? => {
///         record_points_transaction(fresh, new)?; // it is certain that it will not be recorded twice
///     }
///     outcome => drop(outcome),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`record_points_transaction`], but `Refused` only for a user who was deleted, and with
/// [`RowsDropped`](super::Refusal::RowsDropped) where the movement was dated back so far that its row may have been dropped. While the commit is held up for
/// longer than 30 s, [`Database`](crate::Error::Database) with an error that
/// [`is_retryable`](crate::Error::is_retryable): it is still not certain.
pub fn is_recorded<C: Connection>(conn: &mut C, movement: &Unconfirmed) -> Result<bool> {
    confirm::is_recorded(driver(conn), movement)
}

/// Forgets all idempotency keys that were first given longer ago than `age`, which is a day or more, and
/// says how many. Call it from a job every now and then; until then keys are known for ever.
///
/// They go in small transactions of a thousand, each of which is done even if a later one fails. Needs
/// `SELECT` and `DELETE` on `ledger_key`.
///
/// ```no_run
/// # use quicksight_migrations::{Result, ledger::forget_idempotency_keys, mysql::Conn};
/// # use std::time::Duration;
/// # fn tidy(conn: &mut Conn) -> Result<()> {
/// const WEEK: Duration = Duration::from_hours(7 * 24);
/// let forgotten = forget_idempotency_keys(conn, WEEK)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// - [`Refused`](crate::Error::Refused): the age is less than a day, and nothing was forgotten.
/// - [`OpenTransaction`](crate::Error::OpenTransaction), [`Database`](crate::Error::Database),
///   [`PermissionDenied`](crate::Error::PermissionDenied), [`ReadOnly`](crate::Error::ReadOnly),
///   [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected): call again, and it goes on.
pub fn forget_idempotency_keys<C: Connection>(conn: &mut C, age: Duration) -> Result<u64> {
    forget::keys(driver(conn), age)
}

/// Takes a movement back, once: records the opposite of it, in one transaction of the database.
/// Of a payment both halves are taken back, whichever was named.
///
/// What is recorded is an [`Adjustment`](super::Activity::Adjustment) of today with the note `reversal of 17`,
/// where 17 is the movement, or the payer's half of the payment; [`find_by_note`](super::find_by_note) finds it. The
/// movement itself stays as it is, in its reports, too: a ledger's rows never change.
///
/// Payer and payee change places, so that what was no gain is none on its way back. Where the movement
/// named nobody and the reversal would look like a gain or a loss, it names who had the points before: the
/// account itself, or the escrow.
///
/// Two who take the same movement back wait for each other at its accounts, and the second one is told
/// of the first. So after a [`CommitUnknown`](crate::Error::CommitUnknown) it is safe to call again. A
/// reversal is a movement itself and can be taken back, once, too; what it had taken back cannot be taken
/// back again.
///
/// ```no_run
/// # use quicksight_migrations::{Error, Result, ledger::*, mysql::Conn};
/// # fn refund(conn: &mut Conn, ticket: i64) -> Result<()> {
/// match reverse_points(conn, &NewReversal::of(ticket)) {
///     Ok(reversal) => println!("taken back by movement {}", reversal.id()),
///     Err(Error::Refused(Refusal::AlreadyReversed { by, .. })) => println!("{by} has done it"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`record_points_transaction`], and [`Refused`](crate::Error::Refused) with
///
/// - [`AlreadyReversed`](super::Refusal::AlreadyReversed), with the movement that did it,
/// - [`UnknownMovement`](super::Refusal::UnknownMovement): there is no movement with this id,
/// - [`BrokenPair`](super::Refusal::BrokenPair): it names another half which does not fit, so that nobody knows
///   what to take back.
///
/// Needs the rights of [`record_points_transfer`].
pub fn reverse_points<C: Connection>(conn: &mut C, new: &NewReversal) -> Result<Reversal> {
    reversal::reverse(driver(conn), new)
}
