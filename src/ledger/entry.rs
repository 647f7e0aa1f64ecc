//! What was recorded.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{Account, Activity};

/// A movement of points as it is recorded: a row of `points_transaction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsTransaction {
    pub(super) id: i64,
    pub(super) account: Account,
    pub(super) activity: Activity,
    pub(super) points: Decimal,
    pub(super) balance: Decimal,
    pub(super) note: Option<String>,
    pub(super) created_on: PrimitiveDateTime,
    pub(super) payer: Option<Account>,
    pub(super) payee: Option<Account>,
    pub(super) ref_transaction_id: i64,
    pub(super) replay: bool,
}

impl PointsTransaction {
    /// The row's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Whose points moved.
    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }

    /// What it was for.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.activity
    }

    /// The points added, or taken away where negative.
    #[must_use]
    pub fn points(&self) -> Decimal {
        self.points
    }

    /// The points that the account has after it.
    #[must_use]
    pub fn balance(&self) -> Decimal {
        self.balance
    }

    /// The note.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// When it happened, by the service's clock.
    #[must_use]
    pub fn created_on(&self) -> PrimitiveDateTime {
        self.created_on
    }

    /// Who paid, if that was said.
    #[must_use]
    pub fn payer(&self) -> Option<Account> {
        self.payer
    }

    /// Who received, if that was said.
    #[must_use]
    pub fn payee(&self) -> Option<Account> {
        self.payee
    }

    /// The id of the other half of a pair, or 0.
    #[must_use]
    pub fn ref_transaction_id(&self) -> i64 {
        self.ref_transaction_id
    }

    /// Whether an earlier call with the same idempotency key has recorded it, and this one nothing. All
    /// else is as that call returned it.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        self.replay
    }
}

/// The two movements of a payment, which sum to zero and name each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsTransfer {
    pub(super) debit: PointsTransaction,
    pub(super) credit: PointsTransaction,
}

impl PointsTransfer {
    /// The payer's half.
    #[must_use]
    pub fn debit(&self) -> &PointsTransaction {
        &self.debit
    }

    /// The payee's half.
    #[must_use]
    pub fn credit(&self) -> &PointsTransaction {
        &self.credit
    }

    /// Whether an earlier call with the same idempotency key has recorded it, and this one nothing.
    #[must_use]
    pub fn is_replay(&self) -> bool {
        self.debit.replay
    }
}
