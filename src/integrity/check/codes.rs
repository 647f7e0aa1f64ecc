//! Values that are not among those that a column's comment lists.

use super::{
    checks,
    find::{Find, Rule},
};

const fn unlisted(column: &'static str, listed: &'static str) -> Find {
    Find::Unlisted { column, listed }
}

checks! {
    /// A habit with a probability outside 0 to 100 per cent.
    PROBABILITY_OUT_OF_RANGE = Rule::rows("probability_out_of_range", "cm_activity_location",
        "with a probability outside 0 to 100", "cm_activity_location t",
        "t.probability_driving NOT BETWEEN 0 AND 100 \
         OR t.probability_transit NOT BETWEEN 0 AND 100 \
         OR t.probability_walking NOT BETWEEN 0 AND 100 \
         OR t.probability_bicycling NOT BETWEEN 0 AND 100");

    /// A rating of other than 1 to 5 stars.
    RATING_OUT_OF_RANGE = Rule::rows("rating_out_of_range", "user_rating",
        "with a rating outside 1 to 5", "user_rating t", "t.rating NOT BETWEEN 1 AND 5");

    /// A `points_transaction.activity_type` other than its comment lists.
    POINTS_WITH_UNKNOWN_ACTIVITY_TYPE = Rule::new("points_with_unknown_activity_type", "points_transaction",
        unlisted("activity_type", "BETWEEN 1 AND 18"));

    /// A `token_transaction.activity_type` other than its comment lists.
    TOKENS_WITH_UNKNOWN_ACTIVITY_TYPE = Rule::new("tokens_with_unknown_activity_type", "token_transaction",
        unlisted("activity_type", "IN (1, 2)"));

    /// A `token_transaction.dist_notify_status` other than its comment lists.
    TOKENS_WITH_UNKNOWN_DIST_NOTIFY_STATUS = Rule::new("tokens_with_unknown_dist_notify_status", "token_transaction",
        unlisted("dist_notify_status", "IN (0, 1)"));

    /// A `token_transaction.expire_notify_status` other than its comment lists.
    TOKENS_WITH_UNKNOWN_EXPIRE_NOTIFY_STATUS = Rule::new("tokens_with_unknown_expire_notify_status", "token_transaction",
        unlisted("expire_notify_status", "IN (0, 1)"));

    /// A `bytemark_order_payments.payment_type` other than its comment lists.
    PAYMENTS_WITH_UNKNOWN_PAYMENT_TYPE = Rule::new("payments_with_unknown_payment_type", "bytemark_order_payments",
        unlisted("payment_type", "IN ('coins', 'tokens')"));

    /// A `redeem_transaction.currency` other than its comment lists.
    REDEMPTIONS_WITH_UNKNOWN_CURRENCY = Rule::new("redemptions_with_unknown_currency", "redeem_transaction",
        unlisted("currency", "REGEXP '^[A-Za-z]{3}$'"));

    /// A `auth_user.now_choose_email` other than its comment lists.
    USERS_WITH_UNKNOWN_NOW_CHOOSE_EMAIL = Rule::new("users_with_unknown_now_choose_email", "auth_user",
        unlisted("now_choose_email", "IN ('common', 'google', 'facebook', 'apple')"));

    /// A `auth_user.is_debug` other than its comment lists.
    USERS_WITH_UNKNOWN_IS_DEBUG = Rule::new("users_with_unknown_is_debug", "auth_user",
        unlisted("is_debug", "IN (0, 1)"));

    /// A `auth_user.rating` other than its comment lists.
    USERS_WITH_UNKNOWN_RATING = Rule::new("users_with_unknown_rating", "auth_user",
        unlisted("rating", "BETWEEN 1 AND 5"));

    /// A `group_member.member_status` other than its comment lists.
    MEMBERS_WITH_UNKNOWN_MEMBER_STATUS = Rule::new("members_with_unknown_member_status", "group_member",
        unlisted("member_status", "BETWEEN 0 AND 3"));

    /// A `trip.travel_mode` other than its comment lists.
    TRIPS_WITH_UNKNOWN_TRAVEL_MODE = Rule::new("trips_with_unknown_travel_mode", "trip",
        unlisted("travel_mode", "IN (1, 2, 3, 4, 5, 6, 7, 8, 100, 101)"));

    /// A `trip.role` other than its comment lists.
    TRIPS_WITH_UNKNOWN_ROLE = Rule::new("trips_with_unknown_role", "trip",
        unlisted("role", "IN (1, 2)"));

    /// A `trip.end_status` other than its comment lists.
    TRIPS_WITH_UNKNOWN_END_STATUS = Rule::new("trips_with_unknown_end_status", "trip",
        unlisted("end_status", "IN (0, 1, 2)"));

    /// A `trip.navigation_app` other than its comment lists.
    TRIPS_WITH_UNKNOWN_NAVIGATION_APP = Rule::new("trips_with_unknown_navigation_app", "trip",
        unlisted("navigation_app", "IN (1, 2, 3, 4)"));

    /// A `trip.car_navigation_system` other than its comment lists.
    TRIPS_WITH_UNKNOWN_CAR_NAVIGATION_SYSTEM = Rule::new("trips_with_unknown_car_navigation_system", "trip",
        unlisted("car_navigation_system", "IN ('carplay', 'androidauto')"));

    /// A `trip.end_type` other than its comment lists.
    TRIPS_WITH_UNKNOWN_END_TYPE = Rule::new("trips_with_unknown_end_type", "trip",
        unlisted("end_type", "IN ('auto', 'manual')"));

    /// A `trip.is_HGAC` other than its comment lists.
    TRIPS_WITH_UNKNOWN_IS_HGAC = Rule::new("trips_with_unknown_is_hgac", "trip",
        unlisted("is_HGAC", "IN (0, 1)"));

    /// A `cm_activity_location.travel_mode` other than its comment lists.
    HABITS_WITH_UNKNOWN_TRAVEL_MODE = Rule::new("habits_with_unknown_travel_mode", "cm_activity_location",
        unlisted("travel_mode", "IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 101)"));

    /// A `cm_activity_location.departure_weekday` other than its comment lists.
    HABITS_WITH_UNKNOWN_DEPARTURE_WEEKDAY = Rule::new("habits_with_unknown_departure_weekday", "cm_activity_location",
        unlisted("departure_weekday", "IN (0, 1)"));

    /// A `cm_activity_location.arrival_weekday` other than its comment lists.
    HABITS_WITH_UNKNOWN_ARRIVAL_WEEKDAY = Rule::new("habits_with_unknown_arrival_weekday", "cm_activity_location",
        unlisted("arrival_weekday", "IN (0, 1)"));

    /// A `cm_activity_location.timeslot` other than its comment lists.
    HABITS_WITH_UNKNOWN_TIMESLOT = Rule::new("habits_with_unknown_timeslot", "cm_activity_location",
        unlisted("timeslot", "BETWEEN 0 AND 95"));

    /// A `cm_activity_location.arrival_timeslot` other than its comment lists.
    HABITS_WITH_UNKNOWN_ARRIVAL_TIMESLOT = Rule::new("habits_with_unknown_arrival_timeslot", "cm_activity_location",
        unlisted("arrival_timeslot", "BETWEEN 0 AND 95"));

    /// A `cm_activity_location.top_lt1_ceff_prob` other than its comment lists.
    HABITS_WITH_UNKNOWN_TOP_LT1_CEFF_PROB = Rule::new("habits_with_unknown_top_lt1_ceff_prob", "cm_activity_location",
        unlisted("top_lt1_ceff_prob", "BETWEEN 0 AND 1"));

    /// A `telework.is_autolog` other than its comment lists.
    COMMUTES_WITH_UNKNOWN_IS_AUTOLOG = Rule::new("commutes_with_unknown_is_autolog", "telework",
        unlisted("is_autolog", "IN (0, 1)"));

    /// A `telework.is_active` other than its comment lists.
    COMMUTES_WITH_UNKNOWN_IS_ACTIVE = Rule::new("commutes_with_unknown_is_active", "telework",
        unlisted("is_active", "IN (0, 1)"));

    /// A `telework.is_round_trip` other than its comment lists.
    COMMUTES_WITH_UNKNOWN_IS_ROUND_TRIP = Rule::new("commutes_with_unknown_is_round_trip", "telework",
        unlisted("is_round_trip", "IN ('T', 'F')"));

    /// A `telework.is_recurring_trip` other than its comment lists.
    COMMUTES_WITH_UNKNOWN_IS_RECURRING_TRIP = Rule::new("commutes_with_unknown_is_recurring_trip", "telework",
        unlisted("is_recurring_trip", "IN ('T', 'F')"));

    /// A `telework.is_work_place` other than its comment lists.
    COMMUTES_WITH_UNKNOWN_IS_WORK_PLACE = Rule::new("commutes_with_unknown_is_work_place", "telework",
        unlisted("is_work_place", "IN ('T', 'F')"));
}
