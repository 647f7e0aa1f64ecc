//! What was recorded.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use crate::{
    account::Account,
    outcome::{Ledger, Unconfirmed},
};

/// What a movement of tokens is for, as `token_transaction.activity_type` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenActivity {
    /// 1: tokens were issued.
    Issued = 1,
    /// 2: tokens were spent on transit tickets.
    Spent = 2,
}

/// A movement of tokens as it is recorded: a row of `token_transaction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenTransaction {
    pub(super) id: i64,
    pub(super) account: Account,
    pub(super) token_id: i32,
    pub(super) activity: TokenActivity,
    pub(super) tokens: Decimal,
    pub(super) balance: Decimal,
    pub(super) created_on: PrimitiveDateTime,
    pub(super) validity: Option<Validity>,
}

/// When granted tokens can be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) issued_on: PrimitiveDateTime,
    pub(super) expired_on: PrimitiveDateTime,
}

impl TokenTransaction {
    /// What to look for where the commit of this is not confirmed.
    pub(super) fn unconfirmed(&self) -> Unconfirmed {
        Unconfirmed {
            ledger: Ledger::Tokens,
            id: self.id,
            account: self.account,
            amount: self.tokens,
            balance: self.balance,
            created_on: self.created_on,
        }
    }

    /// The row's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Whose tokens moved.
    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }

    /// The kind of token, as in `f_token_id`.
    #[must_use]
    pub fn token_id(&self) -> i32 {
        self.token_id
    }

    /// What it was for.
    #[must_use]
    pub fn activity(&self) -> TokenActivity {
        self.activity
    }

    /// The tokens added, or taken away where negative.
    #[must_use]
    pub fn tokens(&self) -> Decimal {
        self.tokens
    }

    /// The tokens of this kind that the account has after it, with those that have expired.
    #[must_use]
    pub fn balance(&self) -> Decimal {
        self.balance
    }

    /// When it was recorded, by the service's clock.
    #[must_use]
    pub fn created_on(&self) -> PrimitiveDateTime {
        self.created_on
    }

    /// From when on granted tokens can be spent.
    #[must_use]
    pub fn issued_on(&self) -> Option<PrimitiveDateTime> {
        self.validity.map(|validity| validity.issued_on)
    }

    /// Until when granted tokens can be spent.
    #[must_use]
    pub fn expired_on(&self) -> Option<PrimitiveDateTime> {
        self.validity.map(|validity| validity.expired_on)
    }
}
