//! Whose points they are.

use std::fmt;

/// An account of the ledger: a user's, or one of the service's own.
///
/// ```
/// use quicksight_migrations::ledger::{Account, SystemAccount};
///
/// assert_eq!(Account::user(4711).id(), 4711);
/// assert_eq!(Account::from(SystemAccount::Budget).id(), 2000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(i32);

impl Account {
    /// The account of a user, by `auth_user.id`.
    #[must_use]
    pub const fn user(id: i32) -> Self {
        Self(id)
    }

    /// The id that stands in `user_id`, `payer` and `payee`.
    #[must_use]
    pub const fn id(self) -> i32 {
        self.0
    }

    /// Which of the service's own accounts it is, if it is one.
    #[must_use]
    pub fn system(self) -> Option<SystemAccount> {
        SystemAccount::ALL.iter().copied().find(|system| system.id() == self.0)
    }
}

impl From<SystemAccount> for Account {
    fn from(account: SystemAccount) -> Self {
        Self(account.id())
    }
}

/// The id.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An account that belongs to the service and not to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SystemAccount {
    /// 2000: what campaigns and promotions are paid from.
    Budget = 2000,
    /// 2001: what is held back until a trip is done.
    Escrow = 2001,
    /// 2002: what incentives are paid from.
    Incentives = 2002,
    /// 2100: points bought with a card.
    Stripe = 2100,
    /// 2101: points spent on transit tickets.
    Bytemark = 2101,
    /// 2102: points that became gift cards.
    GiftCards = 2102,
}

impl SystemAccount {
    /// All of them, in the order of their ids.
    pub const ALL: &[Self] = &[
        Self::Budget,
        Self::Escrow,
        Self::Incentives,
        Self::Stripe,
        Self::Bytemark,
        Self::GiftCards,
    ];

    /// The id that stands in `user_id`, `payer` and `payee`.
    #[must_use]
    pub fn id(self) -> i32 {
        self as i32
    }
}
