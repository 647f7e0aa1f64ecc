//! Movements of tokens: grants that expire, and spending.
//!
//! ```no_run
//! use quicksight_migrations::{
//!     ledger::{Account, tokens::{self, NewTokenGrant, NewTokenSpending, Token}},
//!     mysql::Conn,
//!     time::PrimitiveDateTime,
//! };
//!
//! fn ride(conn: &mut Conn, until: PrimitiveDateTime) -> Result<(), Box<dyn std::error::Error>> {
//!     let (user, token) = (Account::user(4711), Token::new(3, "Ride free"));
//!     let welcome = NewTokenGrant::new(user, token.clone(), "5.00".parse()?, until);
//!     tokens::grant(conn, &welcome)?;
//!     let ticket = NewTokenSpending::new(user, token, "1.25".parse()?);
//!     let spent = tokens::spend(conn, &ticket.note("order 1234"))?;
//!     println!("{} tokens now", spent.balance());
//!     Ok(())
//! }
//! ```
//!
//! They are recorded as points are: one after the other, at the account's row in `auth_user`, in
//! a transaction of the database that is begun again if somebody else got in the way, with balances
//! that are the one before plus the tokens. A balance is that of one account and one kind of token.
//!
//! # Expiry
//!
//! Tokens can be spent from their issue until the moment at which they expire. Nothing is recorded at that
//! moment: `token_transaction` knows grants and spending and nothing else, and the service's jobs
//! only send a notice. So the [balance](TokenBalance::balance) keeps expired tokens, and what can be spent
//! is told apart from it, as [`spendable`](TokenBalance::spendable).
//!
//! A spending takes those tokens first that expire first. One spending may use up several grants, and
//! a row has one campaign and one expiry; so it has none, and which grants it came from is not stored: it
//! follows from the rows, which are gone through in the order of their ids. For this a spending
//! reads all rows of its account and kind, and where old ones were dropped, what was left of each grant (`token_opening`).
//!
//! # What points have and tokens have not
//!
//! - Idempotency keys: a row of `ledger_key` says which movement of points was recorded under its key, and has no
//!   place for tokens. After a [`CommitUnknown`](crate::Error::CommitUnknown) ask
//!   [`is_recorded`](super::is_recorded), which waits and tells.
//! - Calls in a transaction of the caller. Its snapshot may be older than the lock, and to read past it, a spending
//!   would lock every row that it goes through. For the same reason there is none of
//!   [`reverse_points`](super::reverse_points), which looks for another reversal when it has the lock.
//! - A statement by the page: the table lets other writers leave the amount, the balance, the activity and the
//!   date out, and a [`TokenTransaction`] has all of them.

mod entry;
mod new;
mod purse;
mod record;

pub use self::{
    entry::{TokenActivity, TokenTransaction},
    new::{NewTokenGrant, NewTokenSpending, Token, TokenCampaign},
    purse::TokenBalance,
};
use super::Account;
use crate::{
    outcome::Result,
    session::{Connection, driver},
};

/// Gives tokens to an account.
///
/// Whether the campaign may give out so many is not looked at:
/// [`integrity`](crate::integrity) finds what is too much.
///
/// Needs `SELECT` and `INSERT` on `token_transaction`, `SELECT` on `token_opening`, `SELECT` and `UPDATE` on `auth_user`; for a system
/// account `SELECT` and `UPDATE` on `points_transaction`, too, because it locks a row there.
///
/// # Errors
///
/// As [`record_points_transaction`](super::record_points_transaction), with `token_transaction` in
/// place of `points_transaction`. There are no idempotency keys of tokens: after a
/// [`CommitUnknown`](crate::Error::CommitUnknown) ask [`is_recorded`](super::is_recorded).
pub fn grant<C: Connection>(conn: &mut C, new: &NewTokenGrant) -> Result<TokenTransaction> {
    record::grant(driver(conn), new)
}

/// Spends tokens of an account that have not expired, and never more than there are: two who would spend
/// the same tokens wait for each other, and the second is refused.
///
/// Needs the rights of [`grant`].
///
/// # Errors
///
/// As [`grant`], and [`Refused`](crate::Error::Refused) with
/// [`NotEnoughTokens`](super::Refusal::NotEnoughTokens).
pub fn spend<C: Connection>(conn: &mut C, new: &NewTokenSpending) -> Result<TokenTransaction> {
    record::spend(driver(conn), new)
}

/// The tokens of one kind, by `f_token_id`, that an account has, and how many of them can be spent
/// now. One prepared statement, which writes and locks nothing; it reads all rows of this account and kind.
///
/// # Errors
///
/// As [`ledger::balance`](super::balance).
pub fn balance<C: Connection>(
    conn: &mut C,
    account: impl Into<Account>,
    token_id: i32,
) -> Result<TokenBalance> {
    purse::read(conn, account.into(), token_id)
}
