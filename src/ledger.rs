//! Movements of points, and of [`tokens`]: recorded so that each balance is the one before it plus the
//! points.
//!
//! ```no_run
//! use quicksight_migrations::{
//!     ledger::{Account, Activity, NewPointsTransaction, record_points_transaction},
//!     mysql::Conn,
//! };
//!
//! fn buy(conn: &mut Conn, user_id: i32) -> Result<(), Box<dyn std::error::Error>> {
//!     let user = Account::user(user_id);
//!     let purchase = NewPointsTransaction::new(user, Activity::Purchase, "25.00".parse()?);
//!     let recorded = record_points_transaction(conn, &purchase.note("order 1234"))?;
//!     println!("{} points now", recorded.balance());
//!     Ok(())
//! }
//! ```
//!
//! # One after the other
//!
//! A balance is computed from the newest row of its account, so two movements of one account must not
//! read that row at the same time. They queue up at the account's row in `auth_user`, which is locked
//! first: the newest row itself cannot be the lock, because a call that waits for it gets a row
//! that is no longer the newest. The balance is read under that lock, in a snapshot that is taken only
//! then. This holds among all who record movements in this way on one server; a writer that takes no
//! such lock, or takes it on another node of a cluster, can still spoil a balance, which
//! [`integrity`](crate::integrity) then finds.
//!
//! [`SystemAccount`]s need no row in `auth_user`, and none there is looked at: their movements queue up
//! at the first row that the account has in the ledger. The first movement of such an
//! account, which finds no row yet, queues up at the first user instead.
//!
//! # Reading
//!
//! [`balance`], [`balance_at`], [`statement`], [`find_by_note`] and [`find_by_id`] are one prepared
//! statement each, on an index. They write and lock nothing and need no right but `SELECT`, so a replica
//! will do, and in a transaction of the caller they read its snapshot.
//!
//! # The session
//!
//! A transaction of the caller is refused and left alone. With `autocommit=0` a `SELECT` opens one, so a
//! report on the same connection must be followed by `COMMIT` before a movement is recorded. The
//! caller's `LOCK TABLES` ends when a movement begins, as at any
//! [`START TRANSACTION`](https://dev.mysql.com/doc/refman/8.4/en/commit.html). The driver sends texts in
//! `utf8mb4`: a session that was told another character set by `SET NAMES` stores other notes than were
//! given.
//!
//! # Time
//!
//! `created_on` is the service's local time, US/Central, to the second. Unless it is
//! [given](NewPointsTransaction::created_on), it is the server's clock, so that replicas whose own clocks
//! differ agree, as [`us_central`] has it: the zone of the session and of the server have no influence.
//! It is read under the lock, so it follows the order of an account's movements. Only in the hour that
//! autumn repeats it goes back; the order is that of the ids.

mod accounts;
mod activity;
mod clock;
mod commit;
mod entry;
mod movement;
mod page;
mod read;
mod record;
mod reversal;
pub mod tokens;

pub use self::{
    activity::Activity,
    clock::us_central,
    entry::{PointsTransaction, PointsTransfer},
    movement::{Ends, NewPointsTransaction, NewPointsTransfer},
    page::{Movements, Page},
    read::{balance, balance_at, find_by_id, find_by_note, statement},
    reversal::{NewReversal, Reversal},
};
pub use crate::{
    account::{Account, SystemAccount},
    outcome::Refusal,
};
use crate::{outcome::Result, session::Connection};

/// What completes "could not ..." in the messages of this wing.
const ACTION: &str = "record a movement";

/// Records a movement of points of one account, with the balance that the account has then, and
/// moves the user's `modified_on` forward, in one transaction of the database.
///
/// A deadlock, or a lock that somebody else holds for longer than `innodb_lock_wait_timeout`, is
/// tried again: five attempts at most, and none that begins after 30 s.
///
/// Needs `SELECT` and `INSERT` on `points_transaction`, `SELECT` and `UPDATE` on `auth_user`; for a
/// system account `UPDATE` on `points_transaction`, too, because it locks a row there.
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
/// - [`Refused`](crate::Error::Refused): the movement does not fit; the [`Refusal`] says why.
/// - [`OpenTransaction`](crate::Error::OpenTransaction): the connection has a transaction, which is
///   left alone.
/// - [`CommitUnknown`](crate::Error::CommitUnknown): the connection broke at the commit, so that it
///   may be recorded or not. It is not tried again, because points could move twice.
/// - [`Database`](crate::Error::Database), [`PermissionDenied`](crate::Error::PermissionDenied),
///   [`ReadOnly`](crate::Error::ReadOnly), [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
///   [`UnexpectedAnswer`](crate::Error::UnexpectedAnswer): the server did not do it.
///   [`is_retryable`](crate::Error::is_retryable) says whether a later call may succeed.
pub fn record_points_transaction<C: Connection>(
    conn: &mut C,
    new: &NewPointsTransaction,
) -> Result<PointsTransaction> {
    record::transaction(conn, new)
}

/// Records a payment of points from one account to another: two movements that sum to zero and name
/// each other in `ref_transaction_id`, in one transaction of the database.
///
/// The two accounts are locked in the order of their ids, so that payments in both directions wait
/// for each other and do not block each other.
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
    record::transfer(conn, new)
}

/// Takes a movement back, once: records the opposite of it, in one transaction of the database.
/// Of a payment both halves are taken back, whichever was named.
///
/// What is recorded is an [`Adjustment`](Activity::Adjustment) of today with the note `reversal of 17`,
/// where 17 is the movement, or the payer's half of the payment; [`find_by_note`] finds it. The
/// movement itself stays as it is, in its reports, too: a ledger's rows never change.
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
/// - [`AlreadyReversed`](Refusal::AlreadyReversed), with the movement that did it,
/// - [`UnknownMovement`](Refusal::UnknownMovement): there is no movement with this id,
/// - [`BrokenPair`](Refusal::BrokenPair): it names another half which does not fit, so that nobody knows
///   what to take back.
///
/// Needs the rights of [`record_points_transfer`].
pub fn reverse_points<C: Connection>(conn: &mut C, new: &NewReversal) -> Result<Reversal> {
    reversal::reverse(conn, new)
}
