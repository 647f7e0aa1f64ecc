//! A movement of points of which nobody knows whether it is recorded.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use crate::account::Account;

/// A movement of points whose commit was not answered: what
/// [`is_recorded`](crate::ledger::is_recorded) looks for. Of several movements in one transaction it is the
/// first, and the others share its fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unconfirmed {
    pub(crate) id: i64,
    pub(crate) account: Account,
    pub(crate) points: Decimal,
    pub(crate) balance: Decimal,
    pub(crate) created_on: PrimitiveDateTime,
}

impl Unconfirmed {
    /// The id that its row in `points_transaction` has, if there is one.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Whose points move, or the payer of a payment.
    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }
}
