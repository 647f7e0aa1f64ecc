//! Tokens of one account and kind: which grants are not used up, by the movements in the order of their ids.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

/// A movement of tokens, as far as it says what is left of which grant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Movement {
    pub(crate) tokens: Decimal,
    pub(crate) created_on: Option<PrimitiveDateTime>,
    pub(crate) issued_on: Option<PrimitiveDateTime>,
    pub(crate) expired_on: Option<PrimitiveDateTime>,
}

/// Grants that are not used up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Purse {
    grants: Vec<Grant>,
    /// What was spent beyond all grants; the next ones make up for it.
    debt: Decimal,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant {
    pub(crate) left: Decimal,
    pub(crate) issued_on: Option<PrimitiveDateTime>,
    pub(crate) expired_on: Option<PrimitiveDateTime>,
}

impl Grant {
    fn is_valid(&self, moment: PrimitiveDateTime) -> bool {
        self.issued_on.is_none_or(|issued| issued <= moment) && !self.has_expired(moment)
    }

    fn has_expired(&self, moment: PrimitiveDateTime) -> bool {
        self.expired_on.is_some_and(|expired| expired <= moment)
    }
}

impl Purse {
    pub(crate) fn follow(&mut self, movement: &Movement) {
        match movement.tokens {
            tokens if tokens > Decimal::ZERO => self.put(tokens, movement),
            tokens => self.take(-tokens, movement.created_on),
        }
    }

    fn put(&mut self, tokens: Decimal, movement: &Movement) {
        let settled = self.debt.min(tokens);
        self.debt -= settled;
        let left = tokens - settled;
        let (issued_on, expired_on) = (movement.issued_on, movement.expired_on);
        // What expires at the same moment is spent in the order of the ids.
        let place =
            self.grants.partition_point(|grant| !expires_later(grant.expired_on, expired_on));
        self.grants.insert(place, Grant { left, issued_on, expired_on });
    }

    /// Takes from what could be spent at that moment; what another writer took beyond that, from whatever
    /// there is.
    fn take(&mut self, mut tokens: Decimal, moment: Option<PrimitiveDateTime>) {
        let is_valid = |grant: &Grant| moment.is_none_or(|moment| grant.is_valid(moment));
        for valid in [true, false] {
            for grant in self.grants.iter_mut().filter(|grant| is_valid(grant) == valid) {
                let taken = grant.left.min(tokens);
                grant.left -= taken;
                tokens -= taken;
            }
        }
        self.debt += tokens;
        self.grants.retain(|grant| !grant.left.is_zero());
    }

    #[cfg(feature = "ledger")]
    pub(crate) fn spendable(&self, moment: PrimitiveDateTime) -> Decimal {
        self.grants.iter().filter(|grant| grant.is_valid(moment)).map(|grant| grant.left).sum()
    }

    /// What is left, for movements that are dated at this moment or later: first, as one, all grants that have
    /// expired by then, less what was spent beyond all grants; then the others, in the order in which they are spent.
    /// Followed as movements they make this purse again.
    #[cfg(feature = "partition")]
    pub(crate) fn left(&self, moment: PrimitiveDateTime) -> (Grant, Vec<Grant>) {
        let (expired, others): (Vec<_>, Vec<_>) =
            self.grants.iter().copied().partition(|grant| grant.has_expired(moment));
        let rest: Decimal = expired.iter().map(|grant| grant.left).sum();
        let expired_on = expired.iter().filter_map(|grant| grant.expired_on).max();
        (Grant { left: rest - self.debt, issued_on: None, expired_on }, others)
    }
}

/// Whether one expiry is later than another. What has none, expires last.
fn expires_later(one: Option<PrimitiveDateTime>, other: Option<PrimitiveDateTime>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one > other,
        (one, other) => one.is_none() && other.is_some(),
    }
}
