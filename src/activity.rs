//! What movements of points are for.

use std::fmt;

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
    /// 13: parking. The service knows 14 as parking, too: `Activity::from(14)`.
    Parking,
    /// 15: the reward of a campaign.
    CampaignReward,
    /// 16: the fare of a ridehail.
    RidehailFare,
    /// 17: a challenge.
    Challenge,
    /// 18: the benefit of a tier.
    TierBenefit,
    /// Any other number. Made by [`From`], so that each number has one representation.
    #[non_exhaustive]
    Other(i32),
}

/// Each activity that has a name, with its number and that name.
pub(crate) const ACTIVITIES: [(i32, Activity, &str); 17] = [
    (1, Activity::Adjustment, "adjustment"),
    (2, Activity::Purchase, "purchase"),
    (3, Activity::Redemption, "gift card"),
    (4, Activity::Promotion, "promotion"),
    (5, Activity::AutoRefill, "auto-refill"),
    (6, Activity::Incentive, "incentive"),
    (7, Activity::CarpoolDriver, "carpool driver"),
    (8, Activity::CarpoolRider, "carpool rider"),
    (9, Activity::IntoEscrow, "into escrow"),
    (10, Activity::FromEscrow, "from escrow"),
    (11, Activity::TransitTicket, "transit ticket"),
    (12, Activity::Fee, "fee"),
    (13, Activity::Parking, "parking"),
    (15, Activity::CampaignReward, "campaign reward"),
    (16, Activity::RidehailFare, "ridehail fare"),
    (17, Activity::Challenge, "challenge"),
    (18, Activity::TierBenefit, "tier benefit"),
];

impl From<i32> for Activity {
    fn from(number: i32) -> Self {
        let known = ACTIVITIES.iter().find(|(of, ..)| *of == number);
        known.map_or(Self::Other(number), |(_, activity, _)| *activity)
    }
}

impl Activity {
    /// The number that the table has.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Other(number) => number,
            known => ACTIVITIES
                .iter()
                .find(|(_, activity, _)| *activity == known)
                .map_or(0, |(of, ..)| *of),
        }
    }
}

/// The name of the activity, as in "transit ticket".
impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = ACTIVITIES.iter().find(|(_, activity, _)| activity == self);
        match known {
            Some((.., name)) => f.pad(name),
            None => f.pad(&format!("activity {}", self.number())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTIVITIES, Activity};

    #[test]
    fn a_number_has_one_representation() {
        for number in -1..=30 {
            assert_eq!(Activity::from(number).number(), number);
        }
        assert_eq!(Activity::from(2), Activity::Purchase);
        assert_eq!(Activity::FromEscrow.to_string(), "from escrow");
        assert_eq!(Activity::from(14).to_string(), "activity 14");
        assert!(ACTIVITIES.iter().all(|(of, activity, _)| Activity::from(*of) == *activity));
    }
}
