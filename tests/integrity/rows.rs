//! The rows that are planted: what each check must find, and its neighbour that is no fault.

use quicksight_migrations::integrity::Check;

use crate::families;

/// Rows that are planted, and which of them a check must find.
pub(crate) type Planted = (Check, String, Vec<i64>);

/// All that is planted, check by check.
pub(crate) fn planted() -> Vec<Planted> {
    let by_hand =
        PLANTED.iter().map(|(check, rows, ids)| (*check, (*rows).to_owned(), ids.to_vec()));
    by_hand.chain(families::planted()).collect()
}

/// Checks that compare rows with each other: one alone is no fault, or another one.
pub(crate) const TOGETHER: &[Check] = &[
    Check::DUPLICATE_POINTS,
    Check::RETRIED_POINTS,
    Check::BROKEN_PAIR,
    Check::PAIR_OF_OTHER_ACCOUNTS,
    Check::PAIR_OF_OTHER_MOMENTS,
    Check::PAIR_WITH_ONESELF,
    Check::TOKEN_BALANCES,
    Check::OVERLAPPING_TRIPS,
    Check::REFERRAL_CIRCLES,
    Check::USERS_OF_SAME_EMAIL,
    Check::USERS_OF_SAME_PHONE,
    Check::USERS_OF_SAME_DEVICE,
    Check::DUPLICATE_TOKENS,
    Check::DUPLICATE_REDEMPTIONS,
    Check::DUPLICATE_PAYMENTS,
    Check::DUPLICATE_ITEMS,
    Check::DUPLICATE_PASSES,
    Check::DUPLICATE_MEMBERS,
    Check::DUPLICATE_TRIPS,
    Check::DUPLICATE_HABITS,
    Check::DUPLICATE_RATINGS,
    Check::DUPLICATE_COMMUTES,
    Check::DUPLICATE_APP_ACTIONS,
];

/// What is planted among good rows, and the rows that must be found by this check and no other.
/// Ids from 900 on are the planted ones.
const PLANTED: &[(Check, &str, &[i64])] = &[
    (
        Check::DUPLICATE_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 1, 6, 2, 2, '2025-04-01'), (901, 1, 6, 3, 2, '2025-04-01'), (902, 1, 6, 2, 2, '2025-04-01'), \
         (903, 1, 6, 3, 2, '2025-04-01'), (904, 1, 6, 2, 2, '2025-04-01'), (905, 1, 6, 4, 2, '2025-04-01'), \
         (906, 3, 6, 2, 2, '2025-04-01'), (907, 3, 6, -2, 2, '2025-04-01'), (908, 3, 6, 2.00, 9, '2025-04-01')",
        &[902, 903, 904, 908],
    ),
    (
        Check::POINTS_OF_UNKNOWN_USER,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 4, 1, 1, 1, '2025-04-01'), (901, 2003, 1, 1, 1, '2025-04-01'), (902, 0, 1, 1, 1, '2025-04-01'), \
         (903, -1, 1, 1, 1, '2025-04-01'), (904, 4, 2, 1, 1, '2025-04-01')",
        &[900, 901, 902, 903, 904],
    ),
    // The other half is missing, does not point back, points to a third, is not the opposite, is the
    // row itself.
    (
        Check::BROKEN_PAIR,
        "points_transaction (id, user_id, activity_type, points, balance, created_on, ref_transaction_id) VALUES \
         (900, 1, 4, 1, 1, '2025-04-01', 899), \
         (902, 1, 5, 1, 1, '2025-04-01', 903), (903, 2000, 5, -1, 1, '2025-04-01', 0), \
         (904, 1, 6, 1, 1, '2025-04-01', 905), (905, 2000, 6, -1, 1, '2025-04-01', 906), \
         (906, 1, 7, 1, 1, '2025-04-01', 905), \
         (908, 1, 8, 1, 1, '2025-04-01', 909), (909, 2000, 8, -1.01, 1, '2025-04-01', 908), \
         (910, 1, 9, 1, 1, '2025-04-01', 911), (911, 2000, 9, 1, 1, '2025-04-01', 910), \
         (912, 1, 10, 0, 1, '2025-04-01', 912), \
         (913, 1, 12, 1, 1, '2025-04-01', 914), (914, 2000, 12, -1, 1, '2025-04-01', 913), \
         (915, 1, 13, 1, 1, '2025-04-01', -1)",
        &[900, 902, 904, 908, 909, 910, 911, 912, 915],
    ),
    (
        Check::POINTS_IN_FUTURE,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 1, 1, 1, 1, NOW() + INTERVAL 25 HOUR), (901, 1, 1, 1, 1, '9999-12-31'), \
         (902, 1, 1, 1, 1, NOW() + INTERVAL 23 HOUR)",
        &[900, 901],
    ),
    (
        Check::POINTS_WITH_INVALID_DATE,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 1, 1, 1, 1, '0000-00-00'), (901, 1, 1, 1, 1, '2025-02-30 12:00:00'), \
         (902, 1, 1, 1, 1, '2025-04-00'), (903, 1, 1, 1, 1, '2025-00-04'), \
         (904, 1, 1, 1, 1, '2024-02-29 23:59:59'), (905, 1, 1, 1, 1, '1000-01-01')",
        &[900, 901, 902, 903],
    ),
    (
        Check::TOKENS_OF_UNKNOWN_USER,
        "token_transaction (id, user_id) VALUES (900, 4), (901, 0), (902, 2103), (903, 2100)",
        &[900, 901, 902],
    ),
    (
        Check::TOKENS_OF_UNKNOWN_CAMPAIGN,
        "token_transaction (id, user_id, ap_campaign_id) VALUES (900, 1, 9), (901, 1, 2), (902, 1, 9), (903, 1, 8)",
        &[900, 901, 902],
    ),
    (
        Check::TOKENS_WITH_WRONG_SIGN,
        "token_transaction (id, user_id, activity_type, tokens) VALUES \
         (900, 1, 1, -0.01), (901, 1, 2, 0.01), (902, 1, NULL, -1), (903, 1, NULL, 1)",
        &[900, 901],
    ),
    (
        Check::TOKENS_EXPIRED_BEFORE_ISSUE,
        "token_transaction (id, user_id, activity_type, tokens, issued_on, expired_on) VALUES \
         (900, 1, 1, 1, '2025-03-01 00:00:01', '2025-03-01'), (901, 1, 2, -1, '2025-03-02', '2025-03-01')",
        &[900],
    ),
    (
        Check::TOKENS_IN_FUTURE,
        "token_transaction (id, user_id, created_on) VALUES (900, 1, NOW() + INTERVAL 25 HOUR), (901, 1, NOW())",
        &[900],
    ),
    (
        Check::TOKENS_WITH_INVALID_DATE,
        "token_transaction (id, user_id, created_on, issued_on) VALUES (900, 1, '2025-02-30', NULL), \
         (901, 1, NOW(), '2025-02-30'), (902, 1, '0000-00-00', NOW()), (903, 1, NOW(), '0000-00-00'), \
         (904, 1, NOW(), NULL)",
        &[900, 901, 902, 903],
    ),
    (
        Check::REDEMPTIONS_IN_FUTURE,
        "redeem_transaction (id, user_id, points, transaction_id, created_on) VALUES \
         (900, 1, -1, '', NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::PAYMENTS_IN_FUTURE,
        "bytemark_order_payments (id, user_id, order_id, created_on) VALUES (900, 1, 1, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::PAYMENTS_WITH_INVALID_DATE,
        "bytemark_order_payments (id, user_id, order_id, created_on) VALUES \
         (900, 1, 1, '0000-00-00'), (901, 1, 1, '2025-02-30')",
        &[900, 901],
    ),
    (
        Check::PASSES_IN_FUTURE,
        "bytemark_pass (id, time_used) VALUES (900, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::SIGN_UP_COORDINATES,
        "auth_user (id, registration_latitude, registration_longitude) VALUES \
         (900, 91, 1), (901, 1, NULL), (902, NULL, 1), (903, 0, 0), (904, 0, 0.1), (905, 0.1, 0)",
        &[900, 901, 902, 903],
    ),
    (
        Check::HOME_COORDINATES,
        "auth_user (id, home_latitude, home_longitude, office_latitude, office_longitude) VALUES \
         (900, 91, 1, NULL, NULL), (901, NULL, NULL, 1, -181), (902, 0, 0, NULL, NULL), \
         (903, NULL, NULL, 0, 0), (904, 1, NULL, NULL, NULL), (905, NULL, NULL, NULL, 1), (906, 0, 1, 1, 0)",
        &[900, 901, 902, 903, 904, 905],
    ),
    (
        Check::SIGN_UPS_WITH_INVALID_DATE,
        "auth_user (id, created_on) VALUES (900, '0000-00-00'), (901, '2025-02-30'), (902, NULL)",
        &[900, 901],
    ),
    (
        Check::TRIP_COORDINATES,
        "trip (id, user_id, travel_mode, started_on, origin_latitude, origin_longitude, \
         destination_latitude, destination_longitude) VALUES (900, 1, 1, NOW(), 91, 1, NULL, NULL), \
         (901, 1, 1, NOW(), 0, 0, 1, 1), (902, 1, 1, NOW(), 1, 1, NULL, 1), (903, 1, 1, NOW(), 0, 1, 1, 0)",
        &[900, 901, 902],
    ),
    // The last ones are near the night that has an hour twice, and not in it.
    (
        Check::TRIP_ENDS_BEFORE_START,
        "trip (id, user_id, travel_mode, started_on, ended_on) VALUES \
         (900, 1, 1, '2025-03-01 10:00:00', '2025-03-01 09:59:59'), (901, 1, 1, '2025-03-01', '2024-03-01'), \
         (902, 1, 1, '2025-11-02 01:50:00', '2025-11-02 00:59:59'), (903, 1, 1, '2025-11-02 02:00:00', '2025-11-02 01:10:00'), \
         (904, 1, 1, '2025-11-09 01:50:00', '2025-11-09 01:10:00'), (905, 1, 1, '2025-11-01 01:50:00', '2025-11-01 01:10:00'), \
         (906, 1, 1, '2025-10-05 01:50:00', '2025-10-05 01:10:00'), (907, 1, 1, '2025-11-02 01:50:00', '2024-11-02 01:50:00')",
        &[900, 901, 902, 903, 904, 905, 906, 907],
    ),
    (
        Check::NEGATIVE_DISTANCE,
        "trip (id, user_id, travel_mode, started_on, distance, trajectory_distance) VALUES \
         (900, 1, 1, NOW(), -0.1, 0), (901, 1, 1, NOW(), NULL, -0.1), (902, 1, 1, NOW(), 0.1, NULL)",
        &[900, 901],
    ),
    (
        Check::TRIPS_IN_FUTURE,
        "trip (id, user_id, travel_mode, started_on) VALUES (900, 1, 1, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::TRIPS_WITH_INVALID_DATE,
        "trip (id, user_id, travel_mode, started_on) VALUES (900, 1, 1, '0000-00-00'), (901, 1, 1, '2025-02-30')",
        &[900, 901],
    ),
    (
        Check::PROBABILITY_OUT_OF_RANGE,
        "cm_activity_location (id, user_id, probability_driving) VALUES (900, 1, 100.01)",
        &[900],
    ),
    (
        Check::RATING_OUT_OF_RANGE,
        "user_rating (id, user_id, trip_id, rating, created_on) VALUES \
         (900, 1, 1, 0, NOW()), (901, 1, 1, 6, NOW()), (902, 1, 1, 4294967295, NOW())",
        &[900, 901, 902],
    ),
    (
        Check::RATINGS_IN_FUTURE,
        "user_rating (id, user_id, trip_id, rating, created_on) VALUES (900, 1, 1, 3, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::APP_COORDINATES,
        "app_data (id, user_id, lat, lon, gmt_time, local_time, created_on, modified_on) VALUES \
         (900, 1, 91, 1, NOW(), NOW(), NOW(), NOW()), (901, 1, 0, 0, NOW(), NOW(), NOW(), NOW()), \
         (902, 1, 1, NULL, NOW(), NOW(), NOW(), NOW()), (903, 1, 0, 1, NOW(), NOW(), NOW(), NOW())",
        &[900, 901, 902],
    ),
    (
        Check::APP_ACTIONS_IN_FUTURE,
        "app_data (id, user_id, gmt_time, local_time, created_on, modified_on) VALUES \
         (900, 1, NOW() + INTERVAL 25 HOUR, NOW(), NOW(), NOW())",
        &[900],
    ),
    // Two tickets of one second have notes of their own; a job that runs twice has not.
    (
        Check::DUPLICATE_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
         (900, 1, 4, 2, 2, 'a', '2025-04-01'), (901, 1, 4, 2, 2, 'b', '2025-04-01'), (902, 1, 4, 2, 2, NULL, '2025-04-01'), \
         (903, 1, 4, 2, 2, 'A', '2025-04-01'), (904, 1, 4, 2, 2, 'a', '2025-04-01'), (905, 1, 4, 2, 2, NULL, '2025-04-01')",
        &[904, 905],
    ),
    // Who pays two others the same within a second pays each once; what says less of its ends is another.
    (
        Check::DUPLICATE_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on, payer, payee) VALUES \
         (900, 1, 4, -2, 2, 'a', '2025-04-01', 1, 2), (901, 1, 4, -2, 2, 'a', '2025-04-01', 1, 3), \
         (902, 1, 4, -2, 2, 'a', '2025-04-01', 1, 0), (903, 1, 4, -2, 2, 'a', '2025-04-01', 0, 2), \
         (904, 1, 4, -2, 2, 'a', '2025-04-01', 1, 3), (905, 1, 4, -2, 2, 'a', '2025-04-01', 0, 3), \
         (906, 1, 4, -2, 2, 'a', '2025-04-01', 0, 2)",
        &[904, 906],
    ),
    (
        Check::RETRIED_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on, payer, payee) VALUES \
         (900, 1, 4, -2, 2, 'a', '2025-04-01 10:00:00', 1, 2), (901, 1, 4, -2, 2, 'a', '2025-04-01 10:00:01', 1, 3), \
         (902, 1, 4, -2, 2, 'a', '2025-04-01 10:00:02', 0, 2), (903, 1, 4, -2, 2, 'a', '2025-04-01 10:00:03', 1, 2)",
        &[903],
    ),
    // A retry comes within the minute, and has the note, amount, activity and user of the first.
    (
        Check::RETRIED_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
         (900, 1, 4, 2, 2, 'a', '2025-04-01 10:00:00'), (901, 1, 4, 2, 2, 'a', '2025-04-01 10:00:02'), \
         (902, 1, 4, 2, 2, 'a', '2025-04-01 10:01:02'), (903, 1, 4, 2, 2, 'a', '2025-04-01 10:02:03'), \
         (904, 1, 4, 2, 2, 'b', '2025-04-01 10:00:01'), (905, 1, 4, 3, 2, 'a', '2025-04-01 10:00:01'), \
         (906, 1, 6, 2, 2, 'a', '2025-04-01 10:00:01'), (907, 3, 4, 2, 2, 'a', '2025-04-01 10:00:01'), \
         (908, 1, 4, 9, 2, NULL, '2025-04-01 10:00:00'), (909, 1, 4, 9, 2, NULL, '2025-04-01 10:00:02'), \
         (910, 2001, 4, 2, 2, 'a', '2025-04-01 10:00:00'), (911, 2001, 4, 2, 2, 'a', '2025-04-01 10:00:02')",
        &[901, 902],
    ),
    (
        Check::PAIR_OF_OTHER_ACCOUNTS,
        "points_transaction (id, user_id, activity_type, points, balance, created_on, payer, payee, ref_transaction_id) VALUES \
         (900, 1, 8, -1, 1, '2025-04-01', 1, 2, 901), (901, 2, 7, 1, 1, '2025-04-01', 1, 2, 900), \
         (902, 1, 8, -2, 1, '2025-04-01', 1, 3, 903), (903, 2, 7, 2, 1, '2025-04-01', 1, 2, 902), \
         (904, 1, 8, -3, 1, '2025-04-01', 1, 2, 905), (905, 2, 7, 3, 1, '2025-04-01', 3, 2, 904)",
        &[902, 903, 904, 905],
    ),
    (
        Check::PAIR_OF_OTHER_MOMENTS,
        "points_transaction (id, user_id, activity_type, points, balance, created_on, ref_transaction_id) VALUES \
         (900, 1, 8, -1, 1, '2025-04-01', 901), (901, 2, 7, 1, 1, '2025-04-01', 900), \
         (902, 1, 8, -2, 1, '2025-04-01', 903), (903, 2, 7, 2, 1, '2025-04-01 00:00:01', 902)",
        &[902, 903],
    ),
    (
        Check::PAIR_WITH_ONESELF,
        "points_transaction (id, user_id, activity_type, points, balance, created_on, ref_transaction_id) VALUES \
         (900, 1, 8, -1, 1, '2025-04-01', 901), (901, 1, 7, 1, 1, '2025-04-01', 900), \
         (902, 1, 8, -2, 1, '2025-04-01', 903), (903, 2, 7, 2, 1, '2025-04-01', 902)",
        &[900, 901],
    ),
    (
        Check::POINTS_OF_OTHER_ACCOUNT,
        "points_transaction (id, user_id, activity_type, points, balance, created_on, payer, payee) VALUES \
         (900, 1, 8, -1, 1, '2025-04-01', 2, 1), (901, 1, 8, 2, 1, '2025-04-01', 1, 2), \
         (902, 1, 8, -3, 1, '2025-04-01', 1, 2), (903, 1, 8, 4, 1, '2025-04-01', 2, 1), \
         (904, 1, 8, -5, 1, '2025-04-01', 0, 2), (905, 1, 8, 6, 1, '2025-04-01', 2, 0), (906, 1, 8, 0, 1, '2025-04-01', 2, 2)",
        &[900, 901],
    ),
    // Each kind has a balance of its own, and the first wrong row of it is found.
    (
        Check::TOKEN_BALANCES,
        "token_transaction (id, user_id, f_token_id, tokens, balance) VALUES \
         (900, 3, 1, 5, 5), (901, 3, 2, 7, 7), (902, 3, 1, -2, 3), (903, 3, 2, -2, 4), (904, 3, 2, -2, 2), \
         (905, 3, 1, NULL, 3), (906, 3, 1, 1, NULL), (907, 3, 1, 1, 5), (908, 3, 1, 1, 6.01), (909, 10, 1, 1, 2)",
        &[903, 908, 909],
    ),
    (
        Check::REDEMPTIONS_WITH_WRONG_SIGN,
        "redeem_transaction (id, user_id, points, transaction_id, created_on) VALUES \
         (900, 1, 0.01, '', '2025-04-01'), (901, 1, 0, '', '2025-04-01')",
        &[900],
    ),
    (
        Check::DUPLICATE_TOKENS,
        "token_transaction (id, user_id, f_token_id, activity_type, tokens, note, created_on) VALUES \
         (900, 1, 1, 1, 5, 'a', '2025-04-01'), (901, 1, 1, 1, 5, 'a', '2025-04-01'), (902, 1, 1, 1, 5, 'b', '2025-04-01'), \
         (903, 1, 2, 1, 5, 'a', '2025-04-01'), (904, 1, 1, 1, 6, 'a', '2025-04-01'), (905, 2, 1, 1, 5, 'a', '2025-04-01'), \
         (906, 1, 1, 1, 5, 'a', '2025-04-01 00:00:01'), (907, 1, 1, NULL, 5, 'a', '2025-04-01')",
        &[901],
    ),
    (
        Check::DUPLICATE_PASSES,
        "bytemark_pass (id, pass_uuid) VALUES (900, 'q'), (901, 'q'), (902, ''), (903, NULL), (904, NULL)",
        &[901],
    ),
    (
        Check::DUPLICATE_ITEMS,
        "bytemark_order_items (id, order_id, pass_uuid) VALUES (900, 1, 'r'), (901, 2, 'r'), (902, 1, NULL), (903, 1, NULL)",
        &[901],
    ),
    (
        Check::DUPLICATE_REDEMPTIONS,
        "redeem_transaction (id, user_id, points, transaction_id, created_on) VALUES (900, 1, -5, 'x', NOW())",
        &[900],
    ),
    (
        Check::DUPLICATE_PAYMENTS,
        "bytemark_order_payments (id, user_id, order_id, order_uuid, payment_type, total_price, f_token_id) VALUES \
         (900, 1, 1, 'o', 'tokens', 5, 0), (901, 1, 1, 'o', 'tokens', 5, 1), (902, 1, 1, NULL, 'tokens', 5, 1), (903, 1, 1, NULL, 'tokens', 5, 1)",
        &[900],
    ),
    (
        Check::DUPLICATE_MEMBERS,
        "group_member (id, group_id, user_id) VALUES (900, 1, 1), (901, 1, 1), (902, 2, 1), (903, 1, 2)",
        &[901],
    ),
    (
        Check::DUPLICATE_TRIPS,
        "trip (id, user_id, travel_mode, started_on, ended_on) VALUES \
         (900, 1, 1, '2025-04-01 10:00:00', '2025-04-01 10:00:00'), (901, 1, 2, '2025-04-01 10:00:00', '2025-04-01 10:00:00'), \
         (902, 2, 1, '2025-04-01 10:00:00', '2025-04-01 10:00:00'), (903, 1, 1, '2025-04-01 10:00:00', '2025-04-01 10:00:01'), \
         (904, 3, 1, '2025-04-01 10:00:00', NULL), (905, 3, 1, '2025-04-01 10:00:00', NULL)",
        &[901],
    ),
    (
        Check::DUPLICATE_HABITS,
        "cm_activity_location (id, user_id, o_id, d_id, timeslot, departure_weekday, travel_mode) VALUES \
         (900, 1, 1, 2, 3, 1, 1), (901, 1, 1, 2, 3, 1, 1), (902, 1, 1, 2, 3, 0, 1), (903, 1, 1, 2, 4, 1, 1), (904, 1, 1, NULL, 3, 1, 1), (905, 1, 1, NULL, 3, 1, 1)",
        &[901],
    ),
    (
        Check::DUPLICATE_RATINGS,
        "user_rating (id, user_id, trip_id, trip_type, rating, created_on) VALUES (900, 1, 1, 'bus', 5, NOW()), (901, 1, 1, 'bus', 4, NOW()), \
         (902, 1, 1, 'rail', 5, NOW()), (903, 2, 1, 'bus', 5, NOW())",
        &[901],
    ),
    (
        Check::DUPLICATE_COMMUTES,
        "telework (id, user_id, enterprise_id, trip_date, trip_id, is_active) VALUES (900, 1, 1, 'd', 1, 1), (901, 1, 1, 'd', 1, 1), \
         (902, 1, 1, 'd', 1, 0), (903, 1, 1, 'd', 2, 1), (904, 2, 1, 'd', 1, 1), (905, 1, 1, 'd', NULL, 1), (906, 1, 1, 'd', NULL, 1)",
        &[901],
    ),
    (
        Check::DUPLICATE_APP_ACTIONS,
        "app_data (id, user_id, gmt_time, user_action, ref_id, local_time, created_on, modified_on) VALUES \
         (900, 1, '2025-04-01', 'Redeem', 'a', NOW(), NOW(), NOW()), (901, 1, '2025-04-01', 'Redeem', 'a', NOW(), NOW(), NOW()), \
         (902, 1, '2025-04-01', 'Redeem', 'b', NOW(), NOW(), NOW()), (903, 1, '2025-04-01 00:00:01', 'Redeem', 'a', NOW(), NOW(), NOW())",
        &[901],
    ),
    // The last one starts when the first has ended; the next to last is of another user.
    (
        Check::OVERLAPPING_TRIPS,
        "trip (id, user_id, travel_mode, started_on, ended_on) VALUES \
         (900, 1, 1, '2025-04-01 10:00:00', '2025-04-01 11:00:00'), (901, 1, 1, '2025-04-01 10:59:59', '2025-04-01 11:30:00'), \
         (902, 1, 1, '2025-04-01 11:29:00', '2025-04-01 11:29:30'), (903, 1, 1, '2025-04-01 11:29:40', '2025-04-01 11:29:50'), \
         (904, 2, 1, '2025-04-01 10:30:00', '2025-04-01 11:00:00'), (905, 1, 1, '2025-04-01 11:30:00', '2025-04-01 12:00:00')",
        &[901, 902, 903],
    ),
    // 300 metres per second are allowed, with a second more, and with an hour more in November.
    (
        Check::TRIP_OUTRUNS_PLANE,
        "trip (id, user_id, travel_mode, started_on, ended_on, distance, trajectory_distance) VALUES \
         (900, 1, 1, '2025-04-01 10:00:00', '2025-04-01 10:00:01', 600.1, 0), (901, 1, 1, '2025-04-01 11:00:00', '2025-04-01 11:00:01', 600, 0), \
         (902, 1, 1, '2025-04-01 12:00:00', '2025-04-01 12:00:00', NULL, 300.1), (903, 1, 1, '2025-11-02 00:50:00', '2025-11-02 01:00:00', 900000, NULL), \
         (904, 1, 1, '2025-11-09 00:50:00', '2025-11-09 01:00:00', 900000, NULL), (905, 1, 1, '2025-04-01 13:00:00', NULL, 900000, NULL)",
        &[900, 902, 904],
    ),
    (
        Check::COMMUTE_ENDS_BEFORE_START,
        "telework (id, user_id, enterprise_id, trip_date, started_on, ended_on) VALUES \
         (900, 1, 1, 'd', '2025-04-01 10:00:01', '2025-04-01 10:00:00'), (901, 1, 1, 'd', '2025-04-01', '2025-04-01'), \
         (902, 1, 1, 'd', '2025-11-02 01:50:00', '2025-11-02 01:10:00')",
        &[900],
    ),
    (
        Check::USERS_WITH_SYSTEM_ID,
        "auth_user (id) VALUES (2000), (2003), (2099), (2102), (2103)",
        &[2000, 2102],
    ),
    (
        Check::USERS_OF_SAME_EMAIL,
        "auth_user (id, email) VALUES (900, 'a@b.example'), (901, 'A@B.example'), (902, 'c@b.example'), (903, NULL), (904, '')",
        &[901],
    ),
    (
        Check::USERS_OF_SAME_PHONE,
        "auth_user (id, country_code, phone_number) VALUES (900, '1', '5'), (901, '1', '5'), (902, '2', '5'), (903, '1', NULL), (904, '1', NULL)",
        &[901],
    ),
    (
        Check::USERS_OF_SAME_DEVICE,
        "auth_user (id, register_device_id, device_id) VALUES (900, 'a', 'x'), (901, 'a', 'y'), (902, 'b', 'y'), (903, NULL, 'y')",
        &[901],
    ),
    (
        Check::REFERRAL_OF_ONESELF,
        "referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id) VALUES (900, 10, 10, 'x', 7), (901, 10, 11, 'y', 7)",
        &[900],
    ),
    // User 1 brought 2 and 2 brought 2147483647; who is brought into a circle is none of it.
    (
        Check::REFERRAL_CIRCLES,
        "referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id) VALUES (900, 10, 11, 'x', 7), (901, 11, 10, 'y', 7)",
        &[900, 901],
    ),
    (
        Check::REFERRAL_CIRCLES,
        "referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id) VALUES (900, 2147483647, 1, 'x', 7), (901, 3, 10, 'y', 7)",
        &[1, 3, 900],
    ),
];

/// Trips that the table itself refuses, unless it is partitioned, and those of them that are found.
pub(crate) const OF_ONE_RESERVATION: (Check, &str, &[i64]) = (
    Check::TRIPS_OF_ONE_RESERVATION,
    "trip (id, user_id, reservation_id, travel_mode, started_on) VALUES \
     (900, 1, 7, 1, '2025-04-01'), (901, 2, 7, 1, '2025-05-01'), (902, 1, 8, 1, '2025-06-01'), \
     (903, 2, 7, 1, '2025-07-01'), (904, 1, NULL, 1, '2025-08-01'), (905, 2, NULL, 1, '2025-09-01')",
    &[901, 903],
);

/// Rows of the ledger that contradict a good row of another table, and the id of that.
pub(crate) const CONTRADICTIONS: &[(Check, &str, i64)] = &[
    (
        Check::REDEMPTIONS_UNLIKE_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
         (900, 1, 3, -0.01, 0, 'x', '2025-04-01')",
        1,
    ),
    (
        Check::REDEMPTIONS_UNLIKE_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
         (900, 2, 3, -5, 0, 'x', '2025-04-01'), (901, 2102, 3, 5, 0, 'x', '2025-04-01')",
        1,
    ),
    (
        Check::PAYMENTS_UNLIKE_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
         (900, 1, 11, -0.01, 0, 'o', '2025-04-01')",
        1,
    ),
    (
        Check::PAYMENTS_UNLIKE_POINTS,
        "points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
         (900, 2, 11, -2, 0, 'o', '2025-04-01'), (901, 2101, 11, 2, 0, 'o', '2025-04-01')",
        1,
    ),
];
