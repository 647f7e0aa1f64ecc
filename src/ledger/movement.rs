//! What is to be recorded.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{Account, Activity, Refusal, clock};

/// The most that `decimal(10,2)` holds, up and down.
pub(super) const MOST: Decimal = Decimal::from_parts(1_410_065_407, 2, 0, false, 2);

/// The characters that the column holds.
const NOTE: usize = 200;

/// The characters of a key that the column holds.
const KEY: usize = 128;

/// Whether a balance may fall below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overdraft {
    Allowed,
    Refused,
}

/// What the movements of one call have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occasion {
    pub(super) activity: Activity,
    pub(super) note: Option<String>,
    pub(super) created_on: Option<PrimitiveDateTime>,
    pub(super) overdraft: Overdraft,
    pub(super) key: Option<String>,
}

impl Occasion {
    fn new(activity: Activity) -> Self {
        Self { activity, note: None, created_on: None, overdraft: Overdraft::Allowed, key: None }
    }

    /// The moment as the column holds it. The server would round up to a second that is yet to come.
    pub(super) fn moment(&self, now: PrimitiveDateTime) -> PrimitiveDateTime {
        self.created_on.unwrap_or(now).truncate_to_second()
    }

    fn check(&self) -> Result<(), Refusal> {
        check_note(self.note.as_deref())?;
        if self.key.as_ref().is_some_and(|key| !is_usable(key)) {
            return Err(Refusal::UnusableKey);
        }
        self.created_on.map_or(Ok(()), clock::check)
    }
}

pub(super) fn check_note(note: Option<&str>) -> Result<(), Refusal> {
    match note.map_or(0, |note| note.chars().count()) {
        characters if characters > NOTE => Err(Refusal::NoteTooLong { characters }),
        _ => Ok(()),
    }
}

/// Whether every server and client tells the key from each other one.
fn is_usable(key: &str) -> bool {
    (1..=KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(super) fn check_accounts<const N: usize>(
    accounts: [Option<Account>; N],
) -> Result<(), Refusal> {
    match accounts.into_iter().flatten().find(|account| account.is_reserved()) {
        Some(account) => Err(Refusal::ReservedAccount { account }),
        None => Ok(()),
    }
}

fn check_points(points: Decimal) -> Result<(), Refusal> {
    if points.normalize().scale() > 2 {
        Err(Refusal::TooManyDecimals { points })
    } else if points.abs() > MOST {
        Err(Refusal::PointsOutOfRange { points })
    } else {
        Ok(())
    }
}

/// A movement of points of one account, to be recorded with
/// [`record_points_transaction`](super::record_points_transaction).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewPointsTransaction {
    pub(super) account: Account,
    pub(super) points: Decimal,
    pub(super) payer: Option<Account>,
    pub(super) payee: Option<Account>,
    pub(super) occasion: Occasion,
}

impl NewPointsTransaction {
    /// `points` are added to what the account has; negative ones are taken away.
    pub fn new(account: impl Into<Account>, activity: Activity, points: Decimal) -> Self {
        let (account, occasion) = (account.into(), Occasion::new(activity));
        Self { account, points, payer: None, payee: None, occasion }
    }

    /// A note of at most 200 characters: for some activities the key of another table.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.occasion.note = Some(note.into());
        self
    }

    /// Who pays. Nothing is recorded for that account; see [`NewPointsTransfer`] for both sides.
    pub fn payer(mut self, account: impl Into<Account>) -> Self {
        self.payer = Some(account.into());
        self
    }

    /// Who receives, as in [`payer`](Self::payer).
    pub fn payee(mut self, account: impl Into<Account>) -> Self {
        self.payee = Some(account.into());
        self
    }

    /// When it happened, by the service's clock, in place of now. Parts of a second are cut off. The hour that
    /// this clock skips in spring is refused.
    pub fn created_on(mut self, moment: PrimitiveDateTime) -> Self {
        self.occasion.created_on = Some(moment);
        self
    }

    /// Makes it safe to call again: a second call with this key, in whatever process and however long
    /// the first takes, records nothing and returns what the first did, as a
    /// [replay](super::PointsTransaction::is_replay). It must ask for the same; something else under the
    /// same key is refused.
    ///
    /// 1 to 128 visible ASCII characters without a blank, compared byte by byte, such as a UUID or
    /// `order-1234`. One key is one for all calls of the ledger. It is known until
    /// [`forget_idempotency_keys`](super::forget_idempotency_keys) forgets it, a day later at the earliest.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.occasion.key = Some(key.into());
        self
    }

    /// Refuses a movement that would take away more than the account has. This is judged under the
    /// lock, so that two purchases cannot spend the same points.
    pub fn refuse_overdraft(mut self) -> Self {
        self.occasion.overdraft = Overdraft::Refused;
        self
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        check_accounts([Some(self.account), self.payer, self.payee])?;
        check_points(self.points)?;
        self.occasion.check()
    }
}

/// A payment of points between two accounts, to be recorded with
/// [`record_points_transfer`](super::record_points_transfer).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewPointsTransfer {
    pub(super) ends: Ends,
    pub(super) points: Decimal,
    pub(super) occasion: Occasion,
}

/// The two ends of a payment, by name: swapped, they would move the points the wrong way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Whose points become less.
    pub payer: Account,
    /// Whose points become more.
    pub payee: Account,
}

impl NewPointsTransfer {
    /// `points`, above 0, go from the payer to the payee.
    pub fn new(ends: Ends, activity: Activity, points: Decimal) -> Self {
        Self { ends, points, occasion: Occasion::new(activity) }
    }

    /// A note of at most 200 characters, for both movements.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.occasion.note = Some(note.into());
        self
    }

    /// When it happened, by the service's clock, in place of now. Parts of a second are cut off. The hour that
    /// this clock skips in spring is refused.
    pub fn created_on(mut self, moment: PrimitiveDateTime) -> Self {
        self.occasion.created_on = Some(moment);
        self
    }

    /// Makes it safe to call again: a second call with this key, in whatever process and however long
    /// the first takes, records nothing and returns what the first did, as a
    /// [replay](super::PointsTransfer::is_replay). It must ask for the same; something else under the
    /// same key is refused.
    ///
    /// 1 to 128 visible ASCII characters without a blank, compared byte by byte, such as a UUID or
    /// `order-1234`. One key is one for all calls of the ledger. It is known until
    /// [`forget_idempotency_keys`](super::forget_idempotency_keys) forgets it, a day later at the earliest.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.occasion.key = Some(key.into());
        self
    }

    /// Refuses a payment of more than the payer has.
    pub fn refuse_overdraft(mut self) -> Self {
        self.occasion.overdraft = Overdraft::Refused;
        self
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        check_accounts([Some(self.ends.payer), Some(self.ends.payee)])?;
        check_points(self.points)?;
        if self.points <= Decimal::ZERO {
            return Err(Refusal::NothingToPay { points: self.points });
        }
        if self.ends.payer == self.ends.payee {
            return Err(Refusal::SameAccount { account: self.ends.payer });
        }
        self.occasion.check()
    }
}

#[cfg(test)]
mod tests {
    use super::MOST;

    #[test]
    fn the_most_is_what_the_column_holds() {
        assert_eq!(MOST.to_string(), "99999999.99");
    }
}
