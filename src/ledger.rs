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
//! # Calling again
//!
//! A connection can break at the commit, and then nobody knows whether the movement is recorded: the server may
//! still be about to commit it, for as long as a replica does not answer or a backup holds up all commits. A
//! movement with an [idempotency key](NewPointsTransaction::idempotency_key) is simply recorded again, with the
//! same key: the second call waits for the first, and records nothing if that was. Without a key,
//! [`is_recorded`] waits and tells.
//!
//! ```no_run
//! use quicksight_migrations::{Error, Result, ledger::*, mysql::Pool};
//!
//! fn pay(pool: &Pool, gift: NewPointsTransfer, order: u64) -> Result<PointsTransfer> {
//!     let gift = gift.idempotency_key(format!("gift-{order}"));
//!     loop {
//!         let mut conn = pool.get_conn().expect("a connection");
//!         match record_points_transfer(&mut conn, &gift) {
//!             // The answer may still come: nothing else may be asked on this connection.
//!             Err(Error::CommitUnknown { .. }) => drop(conn.unwrap()),
//!             outcome => return outcome,
//!         }
//!     }
//! }
//! ```
//!
//! # Together with rows of your own
//!
//! A gift card and the points that it costs belong into one transaction: the calls that end in `_in` record in a
//! [`Transaction`](mysql::Transaction) of the caller, who commits it. They take the same locks in the same order, and read the
//! balance past whatever snapshot the transaction has, in any isolation. They try nothing again, because only the
//! caller can: after an error that [is retryable](crate::Error::is_retryable) roll back and do all of it once
//! more, since the server may have undone your rows too (a deadlock does). After any other error but `Refused`
//! roll back as well. A refusal has recorded nothing, and the transaction can go on.
//!
//! Lock your own rows after the call, or everywhere in the same order; deadlocks are rarest under `READ COMMITTED`,
//! which locks no gaps.
//!
//! ```no_run
//! use quicksight_migrations::{
//!     ledger::{NewPointsTransaction, record_points_transaction_in},
//!     mysql::{Conn, TxOpts, prelude::Queryable},
//! };
//!
//! fn redeem(conn: &mut Conn, cost: &NewPointsTransaction) -> Result<(), Box<dyn std::error::Error>> {
//!     let mut transaction = conn.start_transaction(TxOpts::default())?;
//!     let paid = record_points_transaction_in(&mut transaction, cost)?;
//!     transaction.exec_drop("INSERT INTO gift_card (movement_id) VALUES (?)", (paid.id(),))?;
//!     Ok(transaction.commit()?)
//! }
//! ```
//!
//! # Reading
//!
//! [`balance`], [`balance_at`], [`statement`], [`find_by_note`] and [`find_by_id`] are one prepared
//! statement each, on an index. They write and lock nothing and need no right but `SELECT`, so a replica
//! will do, and in a transaction of the caller they read its snapshot.
//!
//! Where old rows were dropped (feature `partition`), an account goes on from its opening balance, in `points_opening`:
//! its balance is as before, and what its old movements were is not known any more.
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
//! autumn repeats it goes back; the order is that of the ids. A moment that is given must be one that this
//! clock shows: one of the hour that spring skips is [`MomentSkipped`](Refusal::MomentSkipped).

mod accounts;
mod append;
mod booked;
mod calls;
mod clock;
mod commit;
mod confirm;
mod entry;
mod forget;
mod key;
mod movement;
mod order;
mod page;
mod read;
mod record;
mod reversal;
mod sql;
mod together;
pub mod tokens;

pub use self::{
    calls::{
        forget_idempotency_keys, is_recorded, record_points_transaction, record_points_transfer,
        record_points_transfers, reverse_points,
    },
    entry::{PointsTransaction, PointsTransfer},
    movement::{Ends, NewPointsTransaction, NewPointsTransfer},
    page::{Movements, Page},
    read::{balance, balance_at, find_by_id, find_by_note, statement},
    reversal::{NewReversal, Reversal},
    together::{
        record_points_transaction_in, record_points_transfer_in, record_points_transfers_in,
    },
};
pub use crate::{
    account::{Account, SystemAccount},
    activity::Activity,
    clock::us_central,
    outcome::{Refusal, Unconfirmed},
};

/// What completes "could not ..." in the messages of this wing.
const ACTION: &str = "record a movement";
