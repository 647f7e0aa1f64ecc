//! A movement of points or tokens of which nobody knows whether it is recorded.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use crate::account::Account;

/// A movement of points or tokens whose commit was not answered: what
/// [`is_recorded`](crate::ledger::is_recorded) looks for. Of several movements in one transaction it is the
/// first, and the others share its fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unconfirmed {
    pub(crate) ledger: Ledger,
    pub(crate) id: i64,
    pub(crate) account: Account,
    pub(crate) amount: Decimal,
    pub(crate) balance: Decimal,
    pub(crate) created_on: PrimitiveDateTime,
}

/// What moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ledger {
    Points,
    Tokens,
}

impl Ledger {
    /// The column that says how much.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Tokens => "tokens",
        }
    }
}

impl Unconfirmed {
    /// The table that its row is in, if there is one.
    #[must_use]
    pub fn table(&self) -> &'static str {
        match self.ledger {
            Ledger::Points => "points_transaction",
            Ledger::Tokens => "token_transaction",
        }
    }

    /// The table that has the balance where such rows were dropped.
    pub(crate) fn opening(&self) -> &'static str {
        match self.ledger {
            Ledger::Points => "points_opening",
            Ledger::Tokens => "token_opening",
        }
    }

    /// The id that its row has, if there is one.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Whose they are, or the payer of a payment.
    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }
}
