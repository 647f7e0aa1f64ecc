//! What movements of points are for.

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

/// Each activity that has a name, with its number.
const KNOWN: [(i32, Activity); 17] = [
    (1, Activity::Adjustment),
    (2, Activity::Purchase),
    (3, Activity::Redemption),
    (4, Activity::Promotion),
    (5, Activity::AutoRefill),
    (6, Activity::Incentive),
    (7, Activity::CarpoolDriver),
    (8, Activity::CarpoolRider),
    (9, Activity::IntoEscrow),
    (10, Activity::FromEscrow),
    (11, Activity::TransitTicket),
    (12, Activity::Fee),
    (13, Activity::Parking),
    (15, Activity::CampaignReward),
    (16, Activity::RidehailFare),
    (17, Activity::Challenge),
    (18, Activity::TierBenefit),
];

impl From<i32> for Activity {
    fn from(number: i32) -> Self {
        let known = KNOWN.iter().find(|(of, _)| *of == number);
        known.map_or(Self::Other(number), |(_, activity)| *activity)
    }
}

impl Activity {
    /// The number that the table has.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Other(number) => number,
            known => KNOWN.iter().find(|(_, of)| *of == known).map_or(0, |(number, _)| *number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Activity, KNOWN};

    #[test]
    fn a_number_has_one_representation() {
        for number in -1..=30 {
            assert_eq!(Activity::from(number).number(), number);
        }
        assert_eq!(Activity::from(2), Activity::Purchase);
        assert!(KNOWN.iter().all(|(number, activity)| Activity::from(*number) == *activity));
    }
}
