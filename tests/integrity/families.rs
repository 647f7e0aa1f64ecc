//! Checks that differ in a column alone: a value that each must find, and one that is right.

use quicksight_migrations::integrity::Check;

use crate::rows::Planted;

/// What a row of each table needs, with `#` for its id.
const NEEDED: &[(&str, &[(&str, &str)])] = &[
    ("auth_user", &[]),
    ("user_label", &[("name", "'#'"), ("created_on", "'2025-01-01'")]),
    (
        "auth_user_label",
        &[("user_id", "IF(# = 900, 1, 3)"), ("label_id", "1"), ("created_on", "'2025-01-01'")],
    ),
    ("group_member", &[("group_id", "#"), ("user_id", "1")]),
    (
        "referral_history",
        &[
            ("sender_user_id", "1"),
            ("receiver_user_id", "# - 890"),
            ("receiver_device_id", "'#'"),
            ("ap_campaign_id", "7"),
            ("created_at", "'2025-01-01'"),
        ],
    ),
    ("campaign_promo_code", &[("campaign_id", "1"), ("promo_code", "'#'")]),
    (
        "points_transaction",
        &[
            ("user_id", "1"),
            ("activity_type", "1"),
            ("points", "0"),
            ("balance", "#"),
            ("created_on", "'2025-04-01' + INTERVAL # SECOND"),
        ],
    ),
    ("token_transaction", &[("user_id", "1")]),
    (
        "redeem_transaction",
        &[
            ("user_id", "1"),
            ("points", "-1"),
            ("transaction_id", "''"),
            ("created_on", "'2025-04-01'"),
        ],
    ),
    ("bytemark_order_payments", &[("user_id", "1"), ("order_id", "#")]),
    ("bytemark_order_items", &[("order_id", "#")]),
    ("bytemark_pass", &[]),
    ("trip", &[("user_id", "1"), ("travel_mode", "1"), ("started_on", "'2025-04-01'")]),
    ("cm_activity_location", &[("user_id", "1")]),
    (
        "user_rating",
        &[("user_id", "1"), ("trip_id", "1"), ("rating", "5"), ("created_on", "'2025-04-01'")],
    ),
    (
        "telework",
        &[
            ("user_id", "1"),
            ("enterprise_id", "1"),
            ("trip_date", "'day'"),
            ("created_on", "'2025-01-01'"),
        ],
    ),
    (
        "app_data",
        &[
            ("user_id", "1"),
            ("gmt_time", "'2025-04-01'"),
            ("local_time", "'2025-04-01'"),
            ("created_on", "'2025-01-01'"),
            ("modified_on", "'2025-04-01'"),
        ],
    ),
    (
        "ledger_key",
        &[("idempotency_key", "'#'"), ("content", "'#'"), ("recorded_on", "'2025-04-01'")],
    ),
];

/// A check, columns, values that it must find, and values that are right.
const FAMILIES: &str = "\
points_with_unknown_payer | payer | 4 | 2001
points_with_unknown_payer | payer | -1 | 0
points_with_unknown_payee | points, payee | -1, 4 | -1, 2001
points_of_unknown_redemption | activity_type, note | 3, 'z' | 2, 'z'
points_of_unknown_order | activity_type, note | 11, 'z' | 12, 'z'
tokens_of_unknown_code | cp_id | 9 | 1
redemptions_of_unknown_user | user_id | 4 | 3
redemptions_without_points | transaction_id | 'z' | ''
payments_of_unknown_user | user_id | 4 | 3
payments_without_points | order_uuid, payment_type | 'z', 'coins' | 'z', 'tokens'
items_of_unknown_order | order_uuid | 'z' | 'o'
passes_of_unknown_item | pass_uuid | 'z' | 'q'
labels_of_unknown_user | user_id | 4 | 3
unknown_labels | user_id, label_id | 2, 9 | 2, 1
members_unknown | user_id | 4 | 3
referrals_by_unknown_user | sender_user_id | 4 | 3
referrals_of_unknown_user | receiver_user_id | 4294967295 | 11
referrals_of_unknown_campaign | ap_campaign_id | 1 | 8
codes_of_unknown_campaign | campaign_id | 7 | 2
trips_of_unknown_user | user_id | 4 | 3
habits_of_unknown_user | user_id | 4 | 3
ratings_of_unknown_user | user_id | 4 | 3
ratings_of_unknown_trip | trip_id, trip_type | 99, NULL | 99, 'bus'
ratings_of_unknown_trip | trip_id, trip_type | 99, '' | 3, NULL
commutes_of_unknown_user | user_id | 4 | 3
commutes_of_unknown_trip | trip_id | 99 | 1
commutes_of_unknown_entry | origin_telework_id | 99 | 1
app_actions_of_unknown_user | user_id | 4 | 3
keys_of_unknown_movement | movement_id | 899 | 3
keys_of_unknown_movement | movement_id | -1 | 0
keys_of_unknown_counterpart | counterpart_id | 899 | 4
keys_of_unknown_counterpart | counterpart_id | -1 | 0
points_with_unknown_activity_type | activity_type | 0 | 1
points_with_unknown_activity_type | activity_type | 19 | 18
tokens_with_unknown_activity_type | activity_type | 3 | 2
tokens_with_unknown_activity_type | activity_type | 0 | 1
tokens_with_unknown_dist_notify_status | dist_notify_status | 2 | 1
tokens_with_unknown_dist_notify_status | dist_notify_status | -1 | 0
tokens_with_unknown_expire_notify_status | expire_notify_status | 2 | 1
tokens_with_unknown_expire_notify_status | expire_notify_status | -1 | 0
payments_with_unknown_payment_type | payment_type | 'cash' | 'tokens'
redemptions_with_unknown_currency | currency | 'US' | 'USD'
redemptions_with_unknown_currency | currency | 'U5D' | 'eur'
users_with_unknown_now_choose_email | now_choose_email | 'phone' | 'apple'
users_with_unknown_is_debug | is_debug | 2 | 1
users_with_unknown_is_debug | is_debug | -1 | 0
users_with_unknown_rating | rating | 0.99 | 1
users_with_unknown_rating | rating | 5.01 | 5
members_with_unknown_member_status | member_status | -1 | 0
members_with_unknown_member_status | member_status | 4 | 3
trips_with_unknown_travel_mode | travel_mode | 0 | 1
trips_with_unknown_travel_mode | travel_mode | 9 | 8
trips_with_unknown_travel_mode | travel_mode | 99 | 100
trips_with_unknown_travel_mode | travel_mode | 102 | 101
trips_with_unknown_role | role | 3 | 2
trips_with_unknown_role | role | 0 | 1
trips_with_unknown_end_status | end_status | 3 | 2
trips_with_unknown_end_status | end_status | -1 | 0
trips_with_unknown_navigation_app | navigation_app | 0 | 1
trips_with_unknown_navigation_app | navigation_app | 5 | 4
trips_with_unknown_car_navigation_system | car_navigation_system | 'radio' | 'carplay'
trips_with_unknown_end_type | end_type | 'never' | 'manual'
trips_with_unknown_is_hgac | is_HGAC | 2 | 1
trips_with_unknown_is_hgac | is_HGAC | -1 | 0
habits_with_unknown_travel_mode | travel_mode | 9 | 0
habits_with_unknown_travel_mode | travel_mode | 99 | 8
habits_with_unknown_travel_mode | travel_mode | 102 | 101
habits_with_unknown_departure_weekday | departure_weekday | 2 | 1
habits_with_unknown_departure_weekday | departure_weekday | -1 | 0
habits_with_unknown_arrival_weekday | arrival_weekday | 2 | 1
habits_with_unknown_arrival_weekday | arrival_weekday | -1 | 0
habits_with_unknown_timeslot | timeslot | 96 | 95
habits_with_unknown_timeslot | timeslot | -1 | 0
habits_with_unknown_arrival_timeslot | arrival_timeslot | 96 | 95
habits_with_unknown_arrival_timeslot | arrival_timeslot | -1 | 0
habits_with_unknown_top_lt1_ceff_prob | top_lt1_ceff_prob | 1.01 | 1
habits_with_unknown_top_lt1_ceff_prob | top_lt1_ceff_prob | -0.01 | 0
commutes_with_unknown_is_autolog | is_autolog | 2 | 1
commutes_with_unknown_is_autolog | is_autolog | -1 | 0
commutes_with_unknown_is_active | is_active | 2 | 1
commutes_with_unknown_is_active | is_active | -1 | 0
commutes_with_unknown_is_round_trip | is_round_trip | 'Y' | 'T'
commutes_with_unknown_is_recurring_trip | is_recurring_trip | 'Y' | 'T'
commutes_with_unknown_is_work_place | is_work_place | 'Y' | 'T'
sign_ups_in_future | created_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
sign_ups_in_future | modified_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
sign_ups_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
sign_ups_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
sign_ups_with_invalid_date | modified_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
sign_ups_with_invalid_date | modified_on | '2025-02-30' | '2025-02-28'
labels_in_future | modified_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
labels_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
labels_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
labels_with_invalid_date | modified_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
labels_with_invalid_date | modified_on | '2025-02-30' | '2025-02-28'
labellings_in_future | modified_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
labellings_with_invalid_date | sheet_added_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
labellings_with_invalid_date | sheet_added_on | '2025-02-30' | '2025-02-28'
labellings_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
labellings_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
labellings_with_invalid_date | modified_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
labellings_with_invalid_date | modified_on | '2025-02-30' | '2025-02-28'
referrals_in_future | updated_at | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
referrals_with_invalid_date | created_at | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
referrals_with_invalid_date | created_at | '2025-02-30' | '2025-02-28'
referrals_with_invalid_date | updated_at | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
referrals_with_invalid_date | updated_at | '2025-02-30' | '2025-02-28'
codes_in_future | created_at | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
codes_with_invalid_date | created_at | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
codes_with_invalid_date | created_at | '2025-02-30' | '2025-02-28'
points_in_future | created_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
points_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
points_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
tokens_in_future | created_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
tokens_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
tokens_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
tokens_with_invalid_date | issued_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
tokens_with_invalid_date | issued_on | '2025-02-30' | '2025-02-28'
redemptions_in_future | created_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
redemptions_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
redemptions_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
payments_in_future | created_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
payments_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
payments_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
passes_in_future | time_used | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
passes_with_invalid_date | time_used | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
passes_with_invalid_date | time_used | '2025-02-30' | '2025-02-28'
trips_in_future | started_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
trips_with_invalid_date | started_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
trips_with_invalid_date | started_on | '2025-02-30' | '2025-02-28'
trips_with_invalid_date | user_id, started_on, ended_on | 1, '2025-03-09 01:00:00', '2025-03-09 02:30:00' | 2, '2025-03-09 01:00:00', '2025-03-09 03:00:00'
trips_with_invalid_date | user_id, started_on, ended_on | 1, '2025-02-28', '2025-02-30' | 2, '2025-02-28', '2025-02-28'
habits_in_future | modified_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
habits_with_invalid_date | job_time | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
habits_with_invalid_date | job_time | '2025-02-30' | '2025-02-28'
habits_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
habits_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
habits_with_invalid_date | modified_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
habits_with_invalid_date | modified_on | '2025-02-30' | '2025-02-28'
habits_with_invalid_date | departure_time | '2025-02-30' | '2025-03-09 02:30:00'
habits_with_invalid_date | arrival_time | '2025-02-30' | '2025-03-09 02:30:00'
ratings_in_future | created_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
ratings_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
ratings_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
commutes_in_future | modified_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
commutes_with_invalid_date | started_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
commutes_with_invalid_date | started_on | '2025-02-30' | '2025-02-28'
commutes_with_invalid_date | user_id, started_on, ended_on | 1, '2025-03-09 01:00:00', '2025-03-09 02:30:00' | 2, '2025-03-09 01:00:00', '2025-03-09 03:00:00'
commutes_with_invalid_date | user_id, started_on, ended_on | 1, '2025-02-28', '2025-02-30' | 2, '2025-02-28', '2025-02-28'
commutes_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
commutes_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
commutes_with_invalid_date | modified_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
commutes_with_invalid_date | modified_on | '2025-02-30' | '2025-02-28'
app_actions_in_future | gmt_time | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
app_actions_in_future | modified_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
app_actions_with_invalid_date | created_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
app_actions_with_invalid_date | created_on | '2025-02-30' | '2025-02-28'
app_actions_with_invalid_date | modified_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
app_actions_with_invalid_date | modified_on | '2025-02-30' | '2025-02-28'
app_actions_with_invalid_date | gmt_time | '2025-02-30' | '2025-03-09 02:30:00'
app_actions_with_invalid_date | local_time | '2025-02-30' | '2025-03-09 02:30:00'
keys_in_future | recorded_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
keys_in_future | moved_on | UTC_TIMESTAMP() + INTERVAL 25 HOUR | UTC_TIMESTAMP() + INTERVAL 23 HOUR
keys_with_invalid_date | moved_on | '2025-03-09 02:30:00' | '2025-03-09 03:00:00'
keys_with_invalid_date | moved_on | '2025-02-30' | '2025-02-28'
keys_with_invalid_date | recorded_on | '2025-02-30' | '2025-03-09 02:30:00'
sign_ups_changed_before_made | created_on, modified_on | '2025-04-01 10:00:00', '2025-04-01 08:59:59' | '2025-04-01 10:00:00', '2025-04-01 09:00:00'
labels_changed_before_made | created_on, modified_on | '2025-04-01 10:00:00', '2025-04-01 08:59:59' | '2025-04-01 10:00:00', '2025-04-01 09:00:00'
labellings_changed_before_made | created_on, modified_on | '2025-04-01 10:00:00', '2025-04-01 08:59:59' | '2025-04-01 10:00:00', '2025-04-01 09:00:00'
referrals_changed_before_made | created_at, updated_at | '2025-04-01 10:00:00', '2025-04-01 08:59:59' | '2025-04-01 10:00:00', '2025-04-01 09:00:00'
habits_changed_before_made | created_on, modified_on | '2025-04-01 10:00:00', '2025-04-01 08:59:59' | '2025-04-01 10:00:00', '2025-04-01 09:00:00'
commutes_changed_before_made | created_on, modified_on | '2025-04-01 10:00:00', '2025-04-01 08:59:59' | '2025-04-01 10:00:00', '2025-04-01 09:00:00'
app_actions_changed_before_made | created_on, modified_on | '2025-04-01 10:00:00', '2025-04-01 08:59:59' | '2025-04-01 10:00:00', '2025-04-01 09:00:00'
";

/// The row that is wrong has the id 900, and the other one 901.
pub(crate) fn planted() -> impl Iterator<Item = Planted> {
    FAMILIES.lines().map(|line| {
        let cells: Vec<_> = line.split(" | ").collect();
        let [check, columns, wrong, right] = cells[..] else { panic!("{line}") };
        let check = Check::named(check).expect(check);
        let table = check.table();
        let (_, needed) = NEEDED.iter().find(|(name, _)| *name == table).expect(table);
        let needed: Vec<_> = needed
            .iter()
            .filter(|(column, _)| !columns.split(", ").any(|given| given == *column))
            .collect();
        let mut names: Vec<_> = needed.iter().map(|(name, _)| *name).collect();
        names.push(columns);
        let names = names.join(", ");
        let row = |id: &str, values: &str| {
            let mut row: Vec<_> = needed.iter().map(|(_, value)| value.replace('#', id)).collect();
            row.push(values.to_owned());
            format!("({id}, {})", row.join(", "))
        };
        let rows =
            format!("{table} (id, {names}) VALUES {}, {}", row("900", wrong), row("901", right));
        (check, rows, vec![900])
    })
}
