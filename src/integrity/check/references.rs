//! Rows that point to nothing: the tables have no foreign keys.

use super::{
    checks,
    find::{Find, Rule, Target},
};
use crate::references::{
    APP_USER, CODE_CAMPAIGN, COMMUTE_TRIP, COMMUTE_USER, GIFT_CARD, GIFT_CARD_USER, HABIT_USER,
    ITEM_ORDER, KEY_COUNTERPART, KEY_MOVEMENT, LABEL, LABELLED_USER, MEMBER, ORDER, PASS_ITEM,
    PAYEE, PAYER, PAYMENT_USER, POINTS_USER, RATED_TRIP, RATING_USER, RECEIVER, REFERRAL_CAMPAIGN,
    REPEATED_COMMUTE, SENDER, TOKENS_CAMPAIGN, TOKENS_CODE, TOKENS_USER, TRIP_USER,
};

const fn unknown(code: &'static str, target: Target, only: &'static str) -> Rule {
    Rule::new(code, target.table(), Find::Unknown { target, only })
}

/// Whether the movement with which a row (t) came may have been dropped: it is dated by then, or a day later at most.
macro_rules! dropped {
    ($column:literal) => {
        concat!(
            "COALESCE(t.",
            $column,
            " < (SELECT MAX(d.dropped_before) + INTERVAL 1 DAY FROM points_opening d), FALSE)"
        )
    };
}

checks! {
    /// Points of an account that is neither in `auth_user` nor a system account.
    POINTS_OF_UNKNOWN_USER = unknown("points_of_unknown_user", Target::of(POINTS_USER).or_system().by_value(), "TRUE");

    /// Tokens of an account that is neither in `auth_user` nor a system account.
    TOKENS_OF_UNKNOWN_USER = unknown("tokens_of_unknown_user", Target::of(TOKENS_USER).or_system().by_value(), "TRUE");

    /// Tokens of a campaign, `ap_campaign_id` above 0, that is not in `campaign`.
    TOKENS_OF_UNKNOWN_CAMPAIGN = unknown("tokens_of_unknown_campaign", Target::of(TOKENS_CAMPAIGN).by_value(), "g.ap_campaign_id > 0");

    /// Points paid by an account that is neither in `auth_user` nor a system account.
    POINTS_WITH_UNKNOWN_PAYER = unknown("points_with_unknown_payer", Target::of(PAYER).or_system(), "t.payer <> 0");

    /// The same of the payee.
    POINTS_WITH_UNKNOWN_PAYEE = unknown("points_with_unknown_payee", Target::of(PAYEE).or_system(), "t.payee <> 0");

    /// Points that became a gift card (`activity_type` 3) that is not in `redeem_transaction`.
    POINTS_OF_UNKNOWN_REDEMPTION = unknown("points_of_unknown_redemption", Target::of(GIFT_CARD), "t.activity_type = 3 AND t.note <> ''");

    /// Points that paid for a ticket order (`activity_type` 11) that is not in `bytemark_order_payments`.
    POINTS_OF_UNKNOWN_ORDER = unknown("points_of_unknown_order", Target::of(ORDER).without_index(), "t.activity_type = 11 AND t.note <> ''");

    /// Tokens of a promotional code that is not there.
    TOKENS_OF_UNKNOWN_CODE = unknown("tokens_of_unknown_code", Target::of(TOKENS_CODE), "t.cp_id <> 0");

    /// Gift cards of a user who is not there.
    REDEMPTIONS_OF_UNKNOWN_USER = unknown("redemptions_of_unknown_user", Target::of(GIFT_CARD_USER), "TRUE");

    /// Gift cards that no row of points paid for, unless it may have been dropped.
    REDEMPTIONS_WITHOUT_POINTS = unknown("redemptions_without_points", Target::of(GIFT_CARD.reversed()), concat!("t.transaction_id <> '' AND NOT ", dropped!("created_on")));

    /// Payments of tickets by a user who is not there.
    PAYMENTS_OF_UNKNOWN_USER = unknown("payments_of_unknown_user", Target::of(PAYMENT_USER), "TRUE");

    /// Payments of tickets with coins that no row of points has, unless it may have been dropped.
    PAYMENTS_WITHOUT_POINTS = unknown("payments_without_points", Target::of(ORDER.reversed()), concat!("t.payment_type = 'coins' AND t.order_uuid <> '' AND NOT ", dropped!("created_on")));

    /// Passes bought in an order that nobody paid for.
    ITEMS_OF_UNKNOWN_ORDER = unknown("items_of_unknown_order", Target::of(ITEM_ORDER).without_index(), "t.order_uuid <> ''");

    /// Passes used that nobody bought.
    PASSES_OF_UNKNOWN_ITEM = unknown("passes_of_unknown_item", Target::of(PASS_ITEM).without_index(), "t.pass_uuid <> ''");

    /// Labels of a user who is not there.
    LABELS_OF_UNKNOWN_USER = unknown("labels_of_unknown_user", Target::of(LABELLED_USER), "TRUE");

    /// Labels of users that are not in `user_label`.
    UNKNOWN_LABELS = unknown("unknown_labels", Target::of(LABEL), "TRUE");

    /// Members of groups who are not there.
    MEMBERS_UNKNOWN = unknown("members_unknown", Target::of(MEMBER), "TRUE");

    /// Referrals by a user who is not there, which [`validate`](crate::integrity::validate) tells too.
    REFERRALS_BY_UNKNOWN_USER = unknown("referrals_by_unknown_user", Target::of(SENDER), "TRUE");

    /// Referrals of a user who is not there, which [`validate`](crate::integrity::validate) tells too.
    REFERRALS_OF_UNKNOWN_USER = unknown("referrals_of_unknown_user", Target::of(RECEIVER), "TRUE");

    /// Referrals of a campaign that is not there.
    REFERRALS_OF_UNKNOWN_CAMPAIGN = unknown("referrals_of_unknown_campaign", Target::of(REFERRAL_CAMPAIGN), "t.ap_campaign_id > 0");

    /// Promotional codes of a campaign that is not there.
    CODES_OF_UNKNOWN_CAMPAIGN = unknown("codes_of_unknown_campaign", Target::of(CODE_CAMPAIGN), "TRUE");

    /// Trips of a user who is not there.
    TRIPS_OF_UNKNOWN_USER = unknown("trips_of_unknown_user", Target::of(TRIP_USER), "TRUE");

    /// Habitual trips of a user who is not there.
    HABITS_OF_UNKNOWN_USER = unknown("habits_of_unknown_user", Target::of(HABIT_USER), "TRUE");

    /// Ratings by a user who is not there.
    RATINGS_OF_UNKNOWN_USER = unknown("ratings_of_unknown_user", Target::of(RATING_USER), "TRUE");

    /// Ratings of a trip that is not there, if they name no other kind of trip.
    RATINGS_OF_UNKNOWN_TRIP = unknown("ratings_of_unknown_trip", Target::of(RATED_TRIP), "COALESCE(t.trip_type, '') = ''");

    /// Entries of the commute log by a user who is not there.
    COMMUTES_OF_UNKNOWN_USER = unknown("commutes_of_unknown_user", Target::of(COMMUTE_USER), "TRUE");

    /// Entries of the commute log with a trip that is not there.
    COMMUTES_OF_UNKNOWN_TRIP = unknown("commutes_of_unknown_trip", Target::of(COMMUTE_TRIP), "t.trip_id IS NOT NULL");

    /// Entries of the commute log that repeat one that is not there.
    COMMUTES_OF_UNKNOWN_ENTRY = unknown("commutes_of_unknown_entry", Target::of(REPEATED_COMMUTE), "t.origin_telework_id <> 0");

    /// Actions in the app by a user who is not there.
    APP_ACTIONS_OF_UNKNOWN_USER = unknown("app_actions_of_unknown_user", Target::of(APP_USER), "TRUE");

    /// Idempotency keys of a movement that is not there, unless it may have been dropped.
    KEYS_OF_UNKNOWN_MOVEMENT = unknown("keys_of_unknown_movement", Target::of(KEY_MOVEMENT), concat!("t.movement_id <> 0 AND NOT ", dropped!("moved_on")));

    /// Idempotency keys of a payment whose other half is not there, unless it may have been dropped.
    KEYS_OF_UNKNOWN_COUNTERPART = unknown("keys_of_unknown_counterpart", Target::of(KEY_COUNTERPART), concat!("t.counterpart_id <> 0 AND NOT ", dropped!("moved_on")));
}

#[cfg(all(test, feature = "quicksight"))]
mod tests {
    use std::collections::BTreeSet;

    use super::{super::Check, Find};
    use crate::references::{OTHER_HALF, REFERENCES, Reference};

    /// The two ends of a reference, whichever way it is read.
    fn ends(reference: Reference) -> [String; 2] {
        let mut ends =
            [reference.from(), reference.to()].map(|(table, key)| format!("{table}.{key}"));
        ends.sort();
        ends
    }

    /// Who knows nothing of a new one is told here, the diagram or the checks.
    #[test]
    fn each_reference_has_its_check() {
        let checked = Check::ALL.iter().filter_map(|check| match &check.0.find {
            Find::Unknown { target, .. } => Some(target.reference()),
            _ => None,
        });
        // `broken_pair` asks more of a movement than that its other half is there.
        let checked: BTreeSet<_> = checked.chain([OTHER_HALF]).map(ends).collect();
        let known: BTreeSet<_> = REFERENCES.iter().copied().map(ends).collect();

        assert_eq!(checked, known);
        assert_eq!(known.len(), REFERENCES.len(), "one is there twice");
    }
}
