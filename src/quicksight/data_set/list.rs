//! Which data sets there are.

use super::{DataSet, Join, sums::Sums};
use crate::measure::{
    Expression, activity_name, metres, mode_name, months_since_sign_up, negative, points_gained,
    positive, user_above, user_below,
};

/// Who did it: what rules about rows compare, and what test accounts are left out by.
pub(super) const USER: Join = Join {
    table: "auth_user",
    left: "user_id",
    right: "user_id",
    takes: &["enterprise", "user_is_debug", "user_registration_zone", "user_created_on"],
};

const LABEL: Join =
    Join { table: "user_label", left: "label_id", right: "label_id", takes: &["label_name"] };

/// What grants come from.
const CAMPAIGN: Join = Join {
    table: "campaign",
    left: "ap_campaign_id",
    right: "ap_campaign_id",
    takes: &["campaign_id", "campaign_name", "campaign_tokens"],
};

const PASS: Join = Join {
    table: "bytemark_pass",
    left: "pass_uuid",
    right: "pass_uuid",
    takes: &["pass_use_id", "pass_time_used"],
};

/// In the order of the migrations.
pub(super) fn all() -> Vec<DataSet> {
    [people(), campaigns(), ledgers(), tickets(), travel(), sums()].concat()
}

#[rustfmt::skip] // One data set, one paragraph.
fn people() -> Vec<DataSet> {
    vec![
        DataSet::new("users", "Users", "auth_user", "One row per account."),

        DataSet::new("labels", "Labels of users", "auth_user_label", "One row per user and label.")
            .with(LABEL)
            .with(USER),

        DataSet::new("members", "Members of groups", "group_member", "One row per group and user.")
            .with(USER),

        DataSet::new("referrals", "Referrals", "referral_history",
            "One row per user who was invited, with what is known of that user.")
            .with(Join { left: "receiver_user_id", ..USER })
            .with(CAMPAIGN),
    ]
}

#[rustfmt::skip]
fn campaigns() -> Vec<DataSet> {
    let by_id = Join {
        left: "campaign_id",
        right: "campaign_id",
        takes: &["ap_campaign_id", "campaign_name"],
        ..CAMPAIGN
    };
    vec![
        DataSet::new("campaigns", "Campaigns", "campaign", "One row per campaign, with what it may give out."),

        DataSet::new("promo-codes", "Promo codes", "campaign_promo_code", "One row per code, without the code.")
            .with(by_id),
    ]
}

#[rustfmt::skip]
fn ledgers() -> Vec<DataSet> {
    vec![
        DataSet::new("points", "Points", "points_transaction",
            "One row per user and movement of points. A payment has two.")
            .with(USER)
            .computing("points_gained", "points that users gained from outside, less what they paid back", points_gained())
            .computing("points_positive", "points of the movement if it is a gain of any account", positive("points"))
            .computing("points_negative", "points of the movement if it is a loss of any account", negative("points"))
            .computing("points_activity", "what the movement is for", activity_name("activity_type")),

        DataSet::new("tokens", "Tokens", "token_transaction", "One row per grant or use of agency tokens.")
            .with(USER)
            .with(CAMPAIGN)
            .computing("tokens_granted", "tokens of the movement if they were granted", positive("tokens"))
            .computing("tokens_spent", "tokens of the movement if they were spent, below 0", negative("tokens"))
            .computing("tokens_recipient", "user of the movement if tokens were granted", user_above("tokens"))
            .computing("tokens_spender", "user of the movement if tokens were spent", user_below("tokens")),

        DataSet::new("gift-cards", "Gift cards", "redeem_transaction", "One row per gift card that points became.")
            .with(USER),
    ]
}

#[rustfmt::skip]
fn tickets() -> Vec<DataSet> {
    vec![
        DataSet::new("payments", "Ticket payments", "bytemark_order_payments",
            "One row per payment of an order of tickets.")
            .with(USER),

        DataSet::new("passes", "Ticket passes", "bytemark_order_items",
            "One row per pass that was bought and per event of it: count its ids, each once.")
            .with(PASS),
    ]
}

#[rustfmt::skip]
fn travel() -> Vec<DataSet> {
    vec![
        DataSet::new("trips", "Trips", "trip", "One row per recorded trip, whatever the mode.")
            .with(USER)
            .computing("trip_mode", "name of the travel mode", mode_name("travel_mode"))
            .computing("trip_metres", "metres, empty where the distance is not known", metres())
            .computing("trip_hour", "hour of the day in which the trip started, 0 to 23",
                Expression::Hour("started_on"))
            .computing("trip_weekday", "day of the week on which the trip started, 1 for Sunday",
                Expression::Weekday("started_on"))
            .computing("trip_months_since_sign_up",
                "months from the sign-up to the trip, 0 for the same month, empty for a trip before it",
                months_since_sign_up("started_on", "user_created_on")),

        DataSet::new("habits", "Habitual trips", "cm_activity_location",
            "One row per habit of a user, without the user.")
            .computing("habit_mode", "name of the travel mode", mode_name("travel_mode")),

        DataSet::new("ratings", "Ratings", "user_rating", "One row per rating of a trip.").with(USER),

        DataSet::new("telework", "Telework", "telework", "One row per day of work at home.").with(USER),

        DataSet::new("app-activity", "App activity", "app_data", "One row per thing that a user did in the app.")
            .with(USER),
    ]
}

#[rustfmt::skip]
fn sums() -> Vec<DataSet> {
    vec![
        DataSet::new("hourly-revenue", "Revenue by the hour", "summary_revenue",
            "One row per hour, ledger and type, of all accounts: what is summed up, and the rows of the newest hours.")
            .of_sums(Sums::Revenue)
            .computing("revenue_activity", "what the points are for", activity_name("activity_type")),

        DataSet::new("hourly-trips", "Trips by the hour", "summary_trips",
            "One row per hour and mode, of all accounts: what is summed up, and the rows of the newest hours.")
            .of_sums(Sums::Trips)
            .computing("trips_mode", "name of the travel mode", mode_name("travel_mode")),

        DataSet::new("daily-users", "Active users by day", "summary_users",
            "One row per day and user who started a trip. Count users once each: those of days do not add up.")
            .of_sums(Sums::Users)
            .with(USER),
    ]
}
