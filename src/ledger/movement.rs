//! What is to be recorded.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::refusal::Refusal;

/// The most that `decimal(10,2)` holds, up and down.
pub(super) const MOST: Decimal = Decimal::from_parts(1_410_065_407, 2, 0, false, 2);

/// The characters that the column holds.
const NOTE: usize = 200;

/// What a movement of points is for, as `points_transaction.activity_type` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activity {
    /// 1: a correction by hand.
    Adjustment,
    /// 2: points that a user bought.
    Purchase,
    /// 3: points that became a gift card. The note is `redeem_transaction.transaction_id`.
    Redemption,
    /// 4: a promotion.
    Promotion,
    /// 5: points bought by themselves when few were left.
    AutoRefill,
    /// 6: an incentive.
    Incentive,
    /// 7: a carpool, for its driver.
    CarpoolDriver,
    /// 8: a carpool, for its rider.
    CarpoolRider,
    /// 9: into escrow.
    IntoEscrow,
    /// 10: from escrow.
    FromEscrow,
    /// 11: a transit ticket. The note is `bytemark_order_payments.order_uuid`.
    TransitTicket,
    /// 12: a fee.
    Fee,
    /// 13: parking. The service knows 14 as parking, too: `Other(14)`.
    Parking,
    /// 15: the reward of a campaign.
    CampaignReward,
    /// 16: the fare of a ridehail.
    RidehailFare,
    /// 17: a challenge.
    Challenge,
    /// 18: the benefit of a tier.
    TierBenefit,
    /// Any other number.
    Other(i32),
}

impl Activity {
    /// The number that the table has.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Adjustment => 1,
            Self::Purchase => 2,
            Self::Redemption => 3,
            Self::Promotion => 4,
            Self::AutoRefill => 5,
            Self::Incentive => 6,
            Self::CarpoolDriver => 7,
            Self::CarpoolRider => 8,
            Self::IntoEscrow => 9,
            Self::FromEscrow => 10,
            Self::TransitTicket => 11,
            Self::Fee => 12,
            Self::Parking => 13,
            Self::CampaignReward => 15,
            Self::RidehailFare => 16,
            Self::Challenge => 17,
            Self::TierBenefit => 18,
            Self::Other(number) => number,
        }
    }
}

/// An account that is no user's.
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
    pub const ALL: [Self; 6] = [
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

    pub(super) fn has(account: i32) -> bool {
        Self::ALL.iter().any(|system| system.id() == account)
    }
}

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
}

impl Occasion {
    fn new(activity: Activity) -> Self {
        Self { activity, note: None, created_on: None, overdraft: Overdraft::Allowed }
    }

    /// The moment as the column holds it. The server would round up to a second that is yet to come.
    pub(super) fn moment(&self, now: PrimitiveDateTime) -> PrimitiveDateTime {
        self.created_on.unwrap_or(now).truncate_to_second()
    }

    fn check(&self) -> Result<(), Refusal> {
        let characters = self.note.as_ref().map_or(0, |note| note.chars().count());
        if characters > NOTE {
            return Err(Refusal::NoteTooLong { characters });
        }
        match self.created_on {
            Some(created_on) if !(1000..=9999).contains(&created_on.year()) => {
                Err(Refusal::MomentOutOfRange { created_on })
            }
            _ => Ok(()),
        }
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
    pub(super) user_id: i32,
    pub(super) points: Decimal,
    pub(super) payer: i32,
    pub(super) payee: i32,
    pub(super) occasion: Occasion,
}

impl NewPointsTransaction {
    /// `points` are added to what the user has; negative ones are taken away.
    pub fn new(user_id: i32, activity: Activity, points: Decimal) -> Self {
        Self { user_id, points, payer: 0, payee: 0, occasion: Occasion::new(activity) }
    }

    /// A note of at most 200 characters: for some activities the key of another table.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.occasion.note = Some(note.into());
        self
    }

    /// Who pays: a user or a [`SystemAccount`]. Nothing is recorded for that account; see
    /// [`NewPointsTransfer`] for both sides.
    pub fn payer(mut self, account: i32) -> Self {
        self.payer = account;
        self
    }

    /// Who receives, as in [`payer`](Self::payer).
    pub fn payee(mut self, account: i32) -> Self {
        self.payee = account;
        self
    }

    /// When it happened, by the service's clock, in place of now. Parts of a second are cut off.
    pub fn created_on(mut self, moment: PrimitiveDateTime) -> Self {
        self.occasion.created_on = Some(moment);
        self
    }

    /// Refuses a movement that would take away more than the user has. This is judged under the
    /// lock, so that two purchases cannot spend the same points.
    pub fn refuse_overdraft(mut self) -> Self {
        self.occasion.overdraft = Overdraft::Refused;
        self
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        check_points(self.points)?;
        self.occasion.check()
    }
}

/// A payment of points between two accounts, to be recorded with
/// [`record_points_transfer`](super::record_points_transfer).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewPointsTransfer {
    pub(super) payer: i32,
    pub(super) payee: i32,
    pub(super) points: Decimal,
    pub(super) occasion: Occasion,
}

impl NewPointsTransfer {
    /// `points`, above 0, go from one account, the payer, to another, the payee. Each is a user or a
    /// [`SystemAccount`].
    pub fn new(from: i32, to: i32, activity: Activity, points: Decimal) -> Self {
        Self { payer: from, payee: to, points, occasion: Occasion::new(activity) }
    }

    /// A note of at most 200 characters, for both movements.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.occasion.note = Some(note.into());
        self
    }

    /// When it happened, by the service's clock, in place of now. Parts of a second are cut off.
    pub fn created_on(mut self, moment: PrimitiveDateTime) -> Self {
        self.occasion.created_on = Some(moment);
        self
    }

    /// Refuses a payment of more than the payer has.
    pub fn refuse_overdraft(mut self) -> Self {
        self.occasion.overdraft = Overdraft::Refused;
        self
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        check_points(self.points)?;
        if self.points <= Decimal::ZERO {
            return Err(Refusal::NothingToPay { points: self.points });
        }
        if self.payer == self.payee {
            return Err(Refusal::SameAccount { account: self.payer });
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
