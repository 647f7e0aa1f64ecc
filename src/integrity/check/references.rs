//! Rows that point to nothing: the tables have no foreign keys.

use super::{
    checks,
    find::{Find, Rule, Target},
};

const USER: Target = Target::of("auth_user", "id");
const ACCOUNT: Target = Target::of("auth_user", "id").or_system();
const CAMPAIGN: Target = Target::of("campaign", "ap_campaign_id");
const CAMPAIGN_ID: Target = Target::of("campaign", "id");
const CODE: Target = Target::of("campaign_promo_code", "id");
const MOVEMENT: Target = Target::of("points_transaction", "id");
const LABEL: Target = Target::of("user_label", "id");
const TRIP: Target = Target::of("trip", "id");
const COMMUTE: Target = Target::of("telework", "id");
const GIFT_CARD: Target = Target::of("redeem_transaction", "transaction_id");
const NOTE: Target = Target::of("points_transaction", "note");
const ORDER: Target = Target::of("bytemark_order_payments", "order_uuid").without_index();
const ITEM: Target = Target::of("bytemark_order_items", "pass_uuid").without_index();

const fn unknown(column: &'static str, target: Target, only: &'static str) -> Find {
    Find::Unknown { column, target, only }
}

checks! {
    /// Points of an account that is neither in `auth_user` nor a system account.
    POINTS_OF_UNKNOWN_USER = Rule::rows("points_of_unknown_user", "points_transaction",
        "of an unknown user",
        // An index tells the users one by one, so that each is looked up once and not once per row.
        // https://dev.mysql.com/doc/refman/8.4/en/group-by-optimization.html
        "(SELECT DISTINCT user_id FROM points_transaction) g LEFT JOIN auth_user u \
         ON u.id = g.user_id JOIN points_transaction t ON t.user_id = g.user_id",
        "u.id IS NULL AND g.user_id NOT IN {system}");

    /// Tokens of an account that is neither in `auth_user` nor a system account.
    TOKENS_OF_UNKNOWN_USER = Rule::rows("tokens_of_unknown_user", "token_transaction",
        "of an unknown user",
        "(SELECT DISTINCT user_id FROM token_transaction) g LEFT JOIN auth_user u \
         ON u.id = g.user_id JOIN token_transaction t ON t.user_id = g.user_id",
        "u.id IS NULL AND g.user_id NOT IN {system}");

    /// Tokens of a campaign, `ap_campaign_id` above 0, that is not in `campaign`.
    TOKENS_OF_UNKNOWN_CAMPAIGN = Rule::rows("tokens_of_unknown_campaign", "token_transaction",
        "of an unknown campaign",
        "(SELECT DISTINCT ap_campaign_id FROM token_transaction) g \
         LEFT JOIN campaign c ON c.ap_campaign_id = g.ap_campaign_id \
         JOIN token_transaction t ON t.ap_campaign_id = g.ap_campaign_id",
        "g.ap_campaign_id > 0 AND c.id IS NULL");

    /// Points paid by an account that is neither in `auth_user` nor a system account.
    POINTS_WITH_UNKNOWN_PAYER = Rule::new("points_with_unknown_payer", "points_transaction", unknown("payer", ACCOUNT, "t.payer <> 0"));

    /// The same of the payee.
    POINTS_WITH_UNKNOWN_PAYEE = Rule::new("points_with_unknown_payee", "points_transaction", unknown("payee", ACCOUNT, "t.payee <> 0"));

    /// Points that became a gift card (`activity_type` 3) that is not in `redeem_transaction`.
    POINTS_OF_UNKNOWN_REDEMPTION = Rule::new("points_of_unknown_redemption", "points_transaction", unknown("note", GIFT_CARD, "t.activity_type = 3 AND t.note <> ''"));

    /// Points that paid for a ticket order (`activity_type` 11) that is not in `bytemark_order_payments`.
    POINTS_OF_UNKNOWN_ORDER = Rule::new("points_of_unknown_order", "points_transaction", unknown("note", ORDER, "t.activity_type = 11 AND t.note <> ''"));

    /// Tokens of a promotional code that is not there.
    TOKENS_OF_UNKNOWN_CODE = Rule::new("tokens_of_unknown_code", "token_transaction", unknown("cp_id", CODE, "t.cp_id <> 0"));

    /// Gift cards of a user who is not there.
    REDEMPTIONS_OF_UNKNOWN_USER = Rule::new("redemptions_of_unknown_user", "redeem_transaction", unknown("user_id", USER, "TRUE"));

    /// Gift cards that no row of points paid for.
    REDEMPTIONS_WITHOUT_POINTS = Rule::new("redemptions_without_points", "redeem_transaction", unknown("transaction_id", NOTE, "t.transaction_id <> ''"));

    /// Payments of tickets by a user who is not there.
    PAYMENTS_OF_UNKNOWN_USER = Rule::new("payments_of_unknown_user", "bytemark_order_payments", unknown("user_id", USER, "TRUE"));

    /// Payments of tickets with coins that no row of points has.
    PAYMENTS_WITHOUT_POINTS = Rule::new("payments_without_points", "bytemark_order_payments", unknown("order_uuid", NOTE, "t.payment_type = 'coins' AND t.order_uuid <> ''"));

    /// Passes bought in an order that nobody paid for.
    ITEMS_OF_UNKNOWN_ORDER = Rule::new("items_of_unknown_order", "bytemark_order_items", unknown("order_uuid", ORDER, "t.order_uuid <> ''"));

    /// Passes used that nobody bought.
    PASSES_OF_UNKNOWN_ITEM = Rule::new("passes_of_unknown_item", "bytemark_pass", unknown("pass_uuid", ITEM, "t.pass_uuid <> ''"));

    /// Labels of a user who is not there.
    LABELS_OF_UNKNOWN_USER = Rule::new("labels_of_unknown_user", "auth_user_label", unknown("user_id", USER, "TRUE"));

    /// Labels of users that are not in `user_label`.
    UNKNOWN_LABELS = Rule::new("unknown_labels", "auth_user_label", unknown("label_id", LABEL, "TRUE"));

    /// Members of groups who are not there.
    MEMBERS_UNKNOWN = Rule::new("members_unknown", "group_member", unknown("user_id", USER, "TRUE"));

    /// Referrals by a user who is not there, which [`validate`](crate::integrity::validate) tells too.
    REFERRALS_BY_UNKNOWN_USER = Rule::new("referrals_by_unknown_user", "referral_history", unknown("sender_user_id", USER, "TRUE"));

    /// Referrals of a user who is not there, which [`validate`](crate::integrity::validate) tells too.
    REFERRALS_OF_UNKNOWN_USER = Rule::new("referrals_of_unknown_user", "referral_history", unknown("receiver_user_id", USER, "TRUE"));

    /// Referrals of a campaign that is not there.
    REFERRALS_OF_UNKNOWN_CAMPAIGN = Rule::new("referrals_of_unknown_campaign", "referral_history", unknown("ap_campaign_id", CAMPAIGN, "t.ap_campaign_id > 0"));

    /// Promotional codes of a campaign that is not there.
    CODES_OF_UNKNOWN_CAMPAIGN = Rule::new("codes_of_unknown_campaign", "campaign_promo_code", unknown("campaign_id", CAMPAIGN_ID, "TRUE"));

    /// Trips of a user who is not there.
    TRIPS_OF_UNKNOWN_USER = Rule::new("trips_of_unknown_user", "trip", unknown("user_id", USER, "TRUE"));

    /// Habitual trips of a user who is not there.
    HABITS_OF_UNKNOWN_USER = Rule::new("habits_of_unknown_user", "cm_activity_location", unknown("user_id", USER, "TRUE"));

    /// Ratings by a user who is not there.
    RATINGS_OF_UNKNOWN_USER = Rule::new("ratings_of_unknown_user", "user_rating", unknown("user_id", USER, "TRUE"));

    /// Ratings of a trip that is not there, if they name no other kind of trip.
    RATINGS_OF_UNKNOWN_TRIP = Rule::new("ratings_of_unknown_trip", "user_rating", unknown("trip_id", TRIP, "COALESCE(t.trip_type, '') = ''"));

    /// Entries of the commute log by a user who is not there.
    COMMUTES_OF_UNKNOWN_USER = Rule::new("commutes_of_unknown_user", "telework", unknown("user_id", USER, "TRUE"));

    /// Entries of the commute log with a trip that is not there.
    COMMUTES_OF_UNKNOWN_TRIP = Rule::new("commutes_of_unknown_trip", "telework", unknown("trip_id", TRIP, "t.trip_id IS NOT NULL"));

    /// Entries of the commute log that repeat one that is not there.
    COMMUTES_OF_UNKNOWN_ENTRY = Rule::new("commutes_of_unknown_entry", "telework", unknown("origin_telework_id", COMMUTE, "t.origin_telework_id <> 0"));

    /// Actions in the app by a user who is not there.
    APP_ACTIONS_OF_UNKNOWN_USER = Rule::new("app_actions_of_unknown_user", "app_data", unknown("user_id", USER, "TRUE"));

    /// Idempotency keys of a movement that is not there.
    KEYS_OF_UNKNOWN_MOVEMENT = Rule::new("keys_of_unknown_movement", "ledger_key", unknown("movement_id", MOVEMENT, "t.movement_id <> 0"));

    /// Idempotency keys of a payment whose other half is not there.
    KEYS_OF_UNKNOWN_COUNTERPART = Rule::new("keys_of_unknown_counterpart", "ledger_key", unknown("counterpart_id", MOVEMENT, "t.counterpart_id <> 0"));
}
