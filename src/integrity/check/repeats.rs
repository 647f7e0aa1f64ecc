//! Rows that are there twice.

use super::{
    checks,
    find::{Find, Rule},
};

checks! {
    /// Tokens that a user was granted or spent twice: the same kind, moment, activity, amount and note.
    DUPLICATE_TOKENS = Rule::new("duplicate_tokens", "token_transaction",
        Find::Repeat(&["user_id", "f_token_id", "activity_type", "created_on", "tokens", "note"]));

    /// A gift card whose order number an earlier one has.
    DUPLICATE_REDEMPTIONS = Rule::new("duplicate_redemptions", "redeem_transaction",
        Find::Repeat(&["transaction_id"]));

    /// A payment of an order that was paid with the same money before. Coins and tokens may share one.
    DUPLICATE_PAYMENTS = Rule::new("duplicate_payments", "bytemark_order_payments",
        Find::Repeat(&["order_uuid", "payment_type", "f_token_id"]));

    /// A pass that was bought before.
    DUPLICATE_ITEMS = Rule::new("duplicate_items", "bytemark_order_items",
        Find::Repeat(&["pass_uuid"]));

    /// A first use of a pass that was used before.
    DUPLICATE_PASSES = Rule::new("duplicate_passes", "bytemark_pass", Find::Repeat(&["pass_uuid"]));

    /// A user who is in a group twice.
    DUPLICATE_MEMBERS = Rule::new("duplicate_members", "group_member",
        Find::Repeat(&["group_id", "user_id"]));

    /// A trip with the start and end of an earlier one of the same user.
    DUPLICATE_TRIPS = Rule::new("duplicate_trips", "trip",
        Find::Repeat(&["user_id", "started_on", "ended_on"]));

    /// A trip of a reservation that an earlier one has. The table itself refuses it, unless it is partitioned.
    TRIPS_OF_ONE_RESERVATION = Rule::new("trips_of_one_reservation", "trip",
        Find::Repeat(&["reservation_id"]));

    /// A habit that the user has already.
    DUPLICATE_HABITS = Rule::new("duplicate_habits", "cm_activity_location", Find::Repeat(&[
        "user_id", "o_id", "d_id", "timeslot", "departure_weekday", "travel_mode"]));

    /// A rating by a user who rated the trip before.
    DUPLICATE_RATINGS = Rule::new("duplicate_ratings", "user_rating",
        Find::Repeat(&["user_id", "trip_id", "trip_type"]));

    /// An entry of the commute log for a trip that the user has logged before.
    DUPLICATE_COMMUTES = Rule::new("duplicate_commutes", "telework",
        Find::Repeat(&["user_id", "trip_id", "is_active"]));

    /// The same action in the app, at the same moment and about the same thing.
    DUPLICATE_APP_ACTIONS = Rule::new("duplicate_app_actions", "app_data",
        Find::Repeat(&["user_id", "gmt_time", "user_action", "ref_id"]));
}
