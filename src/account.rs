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
pub struct Account(Owner);

/// Users come before the system, which is the order in which accounts are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Owner {
    User(i32),
    System(SystemAccount),
}

impl Account {
    /// The account of a user, by `auth_user.id`.
    ///
    /// A user whose id is that of a [`SystemAccount`] has no account of its own: their rows could not be
    /// told apart. The ledger refuses its movements with
    /// [`ReservedAccount`](crate::ledger::Refusal::ReservedAccount).
    #[must_use]
    pub const fn user(id: i32) -> Self {
        Self(Owner::User(id))
    }

    /// The account behind an id that stands in a row of the ledger, in `user_id`, `payer` or `payee`.
    #[must_use]
    pub fn stored(id: i32) -> Self {
        SystemAccount::of(id).map_or(Self::user(id), Self::from)
    }

    /// The id that stands in `user_id`, `payer` and `payee`.
    #[must_use]
    pub fn id(self) -> i32 {
        match self.0 {
            Owner::User(id) => id,
            Owner::System(account) => account.id(),
        }
    }

    /// Which of the service's own accounts it is, if it is one.
    #[must_use]
    pub fn system(self) -> Option<SystemAccount> {
        match self.0 {
            Owner::User(_) => None,
            Owner::System(account) => Some(account),
        }
    }

    /// Whether it is a user's who has the id of one of the service's own accounts.
    pub(crate) fn is_reserved(self) -> bool {
        matches!(self.0, Owner::User(id) if SystemAccount::of(id).is_some())
    }
}

impl From<SystemAccount> for Account {
    fn from(account: SystemAccount) -> Self {
        Self(Owner::System(account))
    }
}

/// The id.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id().fmt(f)
    }
}

/// An account that belongs to the service and not to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// The ids of these as SQL, as in `2000, 2001`.
    #[cfg(feature = "integrity")]
    pub(crate) fn ids(accounts: &[Self]) -> String {
        accounts.iter().map(|account| account.id().to_string()).collect::<Vec<_>>().join(", ")
    }

    fn of(id: i32) -> Option<Self> {
        Self::ALL.iter().copied().find(|account| account.id() == id)
    }
}
