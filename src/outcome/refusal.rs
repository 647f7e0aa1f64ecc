//! Why a movement of points or tokens is not recorded.

use std::time::Duration;

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use crate::account::Account;

/// Why a movement of points or tokens was refused, or a balance could not be told. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such user.
    #[error(
        "account {account} is neither a user in auth_user nor a system account; create the user first"
    )]
    #[non_exhaustive]
    UnknownAccount {
        /// The id that has no row in `auth_user`.
        account: Account,
    },

    /// A user has the id of one of the service's own accounts, so that their points would mix.
    #[error(
        "user {account} has the id of a system account; name the SystemAccount if that is meant, or \
         give the user another id"
    )]
    #[non_exhaustive]
    ReservedAccount {
        /// The account as given.
        account: Account,
    },

    /// The ledger keeps hundredths.
    #[error("{points} points have more than two decimals; round them first")]
    #[non_exhaustive]
    TooManyDecimals {
        /// The points as given.
        points: Decimal,
    },

    /// The column cannot hold the points.
    #[error("{points} points are more than the ledger can hold; it goes up to 99999999.99")]
    #[non_exhaustive]
    PointsOutOfRange {
        /// The points as given.
        points: Decimal,
    },

    /// A payment must move points from the payer to the payee.
    #[error(
        "{points} points cannot be paid; give an amount above 0, and swap payer and payee to pay back"
    )]
    #[non_exhaustive]
    NothingToPay {
        /// The points as given.
        points: Decimal,
    },

    /// A payment needs two accounts.
    #[error("account {account} cannot pay itself")]
    #[non_exhaustive]
    SameAccount {
        /// The account that is payer and payee.
        account: Account,
    },

    /// The column cannot hold the balance that would result.
    #[error(
        "account {account} has {balance} points and cannot take {points} more; a balance goes up to \
         99999999.99"
    )]
    #[non_exhaustive]
    BalanceOutOfRange {
        /// The account whose balance it is.
        account: Account,
        /// The balance before.
        balance: Decimal,
        /// The points that would be added.
        points: Decimal,
    },

    /// The balance would fall below zero, and the movement said that it must not.
    #[error("account {account} has {balance} points, which do not cover {points}")]
    #[non_exhaustive]
    Overdrawn {
        /// The account whose balance it is.
        account: Account,
        /// The balance before.
        balance: Decimal,
        /// The points that would be taken.
        points: Decimal,
    },

    /// The column cannot hold the note.
    #[error("a note of {characters} characters is too long; it may have 200")]
    #[non_exhaustive]
    NoteTooLong {
        /// How many characters were given.
        characters: usize,
    },

    /// The server has no such moment.
    #[error("the ledger cannot hold the moment {created_on}; give a year from 1000 to 9999")]
    #[non_exhaustive]
    MomentOutOfRange {
        /// The moment as given.
        created_on: PrimitiveDateTime,
    },

    /// The service's clock never shows the moment, which is in the hour that spring skips.
    #[error(
        "the clock of US/Central skips {created_on}; give the one that it shows, and \
         ledger::us_central for a moment of another zone"
    )]
    #[non_exhaustive]
    MomentSkipped {
        /// The moment as given.
        created_on: PrimitiveDateTime,
    },

    /// Some characters are not the same to every server and client.
    #[error(
        "an idempotency key must have 1 to 128 characters, all of them visible ASCII and none a blank"
    )]
    UnusableKey,

    /// Something else was asked for under this idempotency key before, and is recorded.
    #[error(
        "the idempotency key belongs to movement {movement_id}, for which something else was asked; give \
         each movement a key of its own"
    )]
    #[non_exhaustive]
    KeyTaken {
        /// The id of what is recorded under the key.
        movement_id: i64,
    },

    /// Two payments of one call have the same idempotency key.
    #[error(
        "payments {first} and {second} have the same idempotency key; give each one of its own"
    )]
    #[non_exhaustive]
    KeyRepeated {
        /// The first of them, counted from 0.
        first: usize,
        /// The second.
        second: usize,
    },

    /// A key that is forgotten so soon protects nothing.
    #[error("keys that are {age:?} old may still be given again; forget those of a day or more")]
    #[non_exhaustive]
    KeysTooYoung {
        /// The age as given.
        age: Duration,
    },

    /// One of several payments was refused, and with it all of them.
    #[error("payment {position} was refused, and all others with it: {refusal}")]
    #[non_exhaustive]
    OneOfSeveral {
        /// Which of them, counted from 0.
        position: usize,
        /// Why.
        refusal: Box<Refusal>,
    },

    /// The movement was taken back before.
    #[error("movement {id} is reversed already, by movement {by}")]
    #[non_exhaustive]
    AlreadyReversed {
        /// The movement, or the payer's half of the payment.
        id: i64,
        /// The movement that took it back.
        by: i64,
    },

    /// Old rows of the account were dropped, and with them what was asked for.
    #[error(
        "rows of account {account} from before {before} were dropped, so that this cannot be told any more"
    )]
    #[non_exhaustive]
    RowsDropped {
        /// Whose rows.
        account: Account,
        /// Rows that are dated earlier may be gone.
        before: PrimitiveDateTime,
    },

    /// There is no movement to take back.
    #[error("there is no movement {id} in points_transaction")]
    #[non_exhaustive]
    UnknownMovement {
        /// The id as given.
        id: i64,
    },

    /// Half of a payment cannot be taken back alone.
    #[error(
        "movement {id} is half of a payment, and movement {other} is not its other half; correct the \
         two by hand first"
    )]
    #[non_exhaustive]
    BrokenPair {
        /// The movement as given.
        id: i64,
        /// What it names as its other half.
        other: i64,
    },

    /// The column cannot hold the tokens, or they are none.
    #[error(
        "{tokens} tokens cannot be recorded; give an amount above 0 and up to 99999999.99, with two \
         decimals at most"
    )]
    #[non_exhaustive]
    TokensOutOfRange {
        /// The tokens as given.
        tokens: Decimal,
    },

    /// The column cannot hold the balance that would result.
    #[error(
        "account {account} has {balance} tokens of this kind and cannot take {tokens} more; a balance \
         goes up to 99999999.99"
    )]
    #[non_exhaustive]
    TokenBalanceOutOfRange {
        /// The account whose balance it is.
        account: Account,
        /// The balance before.
        balance: Decimal,
        /// The tokens that would be added.
        tokens: Decimal,
    },

    /// There are not so many tokens that are issued and have not expired.
    #[error(
        "account {account} has {spendable} tokens of this kind to spend, which do not cover {tokens}"
    )]
    #[non_exhaustive]
    NotEnoughTokens {
        /// The account that would spend them.
        account: Account,
        /// How many it can spend.
        spendable: Decimal,
        /// The tokens that would be spent.
        tokens: Decimal,
    },

    /// Nobody could spend the tokens.
    #[error(
        "tokens that are issued on {issued_on} cannot expire on {expired_on}; give a later moment"
    )]
    #[non_exhaustive]
    ExpiredAtIssue {
        /// When they are issued.
        issued_on: PrimitiveDateTime,
        /// When they expire.
        expired_on: PrimitiveDateTime,
    },

    /// The column cannot hold the name.
    #[error("{characters} characters are too many for {column}; it may have 255")]
    #[non_exhaustive]
    NameTooLong {
        /// The column of `token_transaction`.
        column: &'static str,
        /// How many characters were given.
        characters: usize,
    },
}
