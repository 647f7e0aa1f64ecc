//! Movements of points and tokens: why one is refused, and what is not known of one.

use std::time::Duration;

use super::{Case, day, lost};
use crate::{
    Error,
    ledger::{Account, Refusal, Unconfirmed},
    outcome::Ledger,
    rust_decimal::Decimal,
};

#[allow(clippy::too_many_lines)] // It is a table.
pub(super) fn cases() -> Vec<Case> {
    let points = |hundredths| Decimal::new(hundredths, 2);
    let refused = |refusal| Error::Refused(refusal);
    let movement = Box::new(Unconfirmed {
        ledger: Ledger::Points,
        id: 12,
        account: Account::user(7),
        amount: points(100),
        balance: points(100),
        created_on: day(2025).midnight(),
    });
    vec![
        (
            Error::CommitUnknown { movement, source: lost() },
            "the commit of a movement of account 7 was not confirmed, so it may or may not be recorded; on \
             a fresh connection call again with the same idempotency key, or without one ask \
             ledger::is_recorded, which waits until that is certain: IoError { gone }",
            None,
            false,
        ),
        (
            refused(Refusal::UnknownAccount { account: Account::user(7) }),
            "account 7 is neither a user in auth_user nor a system account; create the user first",
            None,
            false,
        ),
        (
            refused(Refusal::TooManyDecimals { points: Decimal::new(1005, 3) }),
            "1.005 points have more than two decimals; round them first",
            None,
            false,
        ),
        (
            refused(Refusal::PointsOutOfRange { points: points(10_000_000_000) }),
            "100000000.00 points are more than the ledger can hold; it goes up to 99999999.99",
            None,
            false,
        ),
        (
            refused(Refusal::NothingToPay { points: points(-5) }),
            "-0.05 points cannot be paid; give an amount above 0, and swap payer and payee to pay \
             back",
            None,
            false,
        ),
        (
            refused(Refusal::SameAccount { account: Account::user(7) }),
            "account 7 cannot pay itself",
            None,
            false,
        ),
        (
            refused(Refusal::BalanceOutOfRange {
                account: Account::user(7),
                balance: points(9_999_999_999),
                points: points(1),
            }),
            "account 7 has 99999999.99 points and cannot take 0.01 more; a balance goes up to \
             99999999.99",
            None,
            false,
        ),
        (
            refused(Refusal::Overdrawn {
                account: Account::user(7),
                balance: points(100),
                points: points(250),
            }),
            "account 7 has 1.00 points, which do not cover 2.50",
            None,
            false,
        ),
        (
            refused(Refusal::NoteTooLong { characters: 201 }),
            "a note of 201 characters is too long; it may have 200",
            None,
            false,
        ),
        (
            refused(Refusal::MomentOutOfRange { created_on: day(999).midnight() }),
            "the ledger cannot hold the moment 0999-03-31 0:00:00.0; give a year from 1000 to 9999",
            None,
            false,
        ),
        (
            refused(Refusal::MomentSkipped { created_on: day(2025).midnight() }),
            "the clock of US/Central skips 2025-03-31 0:00:00.0; give the one that it shows, and \
             ledger::us_central for a moment of another zone",
            None,
            false,
        ),
        (
            refused(Refusal::ReservedAccount { account: Account::user(2001) }),
            "user 2001 has the id of a system account; name the SystemAccount if that is meant, or \
             give the user another id",
            None,
            false,
        ),
        (
            refused(Refusal::UnusableKey),
            "an idempotency key must have 1 to 128 characters, all of them visible ASCII and none a \
             blank",
            None,
            false,
        ),
        (
            refused(Refusal::KeyTaken { movement_id: 12 }),
            "the idempotency key belongs to movement 12, for which something else was asked; give each \
             movement a key of its own",
            None,
            false,
        ),
        (
            refused(Refusal::KeyRepeated { first: 0, second: 3 }),
            "payments 0 and 3 have the same idempotency key; give each one of its own",
            None,
            false,
        ),
        (
            refused(Refusal::KeysTooYoung { age: Duration::from_secs(86_399) }),
            "keys that are 86399s old may still be given again; forget those of a day or more",
            None,
            false,
        ),
        (
            refused(Refusal::OneOfSeveral {
                position: 3,
                refusal: Box::new(Refusal::SameAccount { account: Account::user(7) }),
            }),
            "payment 3 was refused, and all others with it: account 7 cannot pay itself",
            None,
            false,
        ),
        (
            refused(Refusal::RowsDropped {
                account: Account::user(7),
                before: time::PrimitiveDateTime::MIN,
            }),
            "rows of account 7 from before -9999-01-01 0:00:00.0 were dropped, so that this cannot be \
             told any more",
            None,
            false,
        ),
        (
            refused(Refusal::AlreadyReversed { id: 17, by: 23 }),
            "movement 17 is reversed already, by movement 23",
            None,
            false,
        ),
        (
            refused(Refusal::UnknownMovement { id: 17 }),
            "there is no movement 17 in points_transaction",
            None,
            false,
        ),
        (
            refused(Refusal::BrokenPair { id: 17, other: 18 }),
            "movement 17 is half of a payment, and movement 18 is not its other half; correct the two by \
             hand first",
            None,
            false,
        ),
        (
            refused(Refusal::TokensOutOfRange { tokens: points(-5) }),
            "-0.05 tokens cannot be recorded; give an amount above 0 and up to 99999999.99, with two \
             decimals at most",
            None,
            false,
        ),
        (
            refused(Refusal::TokenBalanceOutOfRange {
                account: Account::user(7),
                balance: points(9_999_999_999),
                tokens: points(1),
            }),
            "account 7 has 99999999.99 tokens of this kind and cannot take 0.01 more; a balance goes up to \
             99999999.99",
            None,
            false,
        ),
        (
            refused(Refusal::NotEnoughTokens {
                account: Account::user(7),
                spendable: points(100),
                tokens: points(250),
            }),
            "account 7 has 1.00 tokens of this kind to spend, which do not cover 2.50",
            None,
            false,
        ),
        (
            refused(Refusal::ExpiredAtIssue {
                issued_on: time::PrimitiveDateTime::MIN,
                expired_on: time::PrimitiveDateTime::MIN,
            }),
            "tokens that are issued on -9999-01-01 0:00:00.0 cannot expire on -9999-01-01 0:00:00.0; give a \
             later moment",
            None,
            false,
        ),
        (
            refused(Refusal::NameTooLong { column: "token_name", characters: 256 }),
            "256 characters are too many for token_name; it may have 255",
            None,
            false,
        ),
    ]
}
