//! Each check finds what is wrong in its own way, and nothing else.

use std::collections::HashSet;

use quicksight_migrations::integrity::{self, Check};

use crate::{good, issues, run};

/// What is planted among good rows, and the rows that must be found by this check and no other.
/// Ids from 900 on are the planted ones.
pub(crate) const PLANTED: &[(Check, &str, &[i64])] = &[
    (
        Check::DuplicatePoints,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 1, 6, 2, 2, '2025-04-01'), (901, 1, 6, 3, 2, '2025-04-01'), (902, 1, 6, 2, 2, '2025-04-01'), \
         (903, 1, 6, 3, 2, '2025-04-01'), (904, 1, 6, 2, 2, '2025-04-01'), (905, 1, 6, 4, 2, '2025-04-01'), \
         (906, 3, 6, 2, 2, '2025-04-01'), (907, 3, 6, -2, 2, '2025-04-01'), (908, 3, 6, 2.00, 9, '2025-04-01')",
        &[902, 903, 904, 908],
    ),
    (
        Check::PointsOfUnknownUser,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 4, 1, 1, 1, '2025-04-01'), (901, 2003, 1, 1, 1, '2025-04-01'), (902, 0, 1, 1, 1, '2025-04-01'), \
         (903, -1, 1, 1, 1, '2025-04-01'), (904, 4, 2, 1, 1, '2025-04-01')",
        &[900, 901, 902, 903, 904],
    ),
    // The other half is missing, does not point back, points to a third, is not the opposite, is the
    // row itself.
    (
        Check::BrokenPair,
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
        Check::PointsInFuture,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 1, 1, 1, 1, NOW() + INTERVAL 25 HOUR), (901, 1, 1, 1, 1, '9999-12-31'), \
         (902, 1, 1, 1, 1, NOW() + INTERVAL 23 HOUR)",
        &[900, 901],
    ),
    (
        Check::PointsWithInvalidDate,
        "points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
         (900, 1, 1, 1, 1, '0000-00-00'), (901, 1, 1, 1, 1, '2025-02-30 12:00:00'), \
         (902, 1, 1, 1, 1, '2025-04-00'), (903, 1, 1, 1, 1, '2025-00-04'), \
         (904, 1, 1, 1, 1, '2024-02-29 23:59:59'), (905, 1, 1, 1, 1, '1000-01-01')",
        &[900, 901, 902, 903],
    ),
    (
        Check::TokensOfUnknownUser,
        "token_transaction (id, user_id) VALUES (900, 4), (901, 0), (902, 2103), (903, 2100)",
        &[900, 901, 902],
    ),
    (
        Check::TokensOfUnknownCampaign,
        "token_transaction (id, user_id, ap_campaign_id) VALUES (900, 1, 9), (901, 1, 2), (902, 1, 9), (903, 1, 8)",
        &[900, 901, 902],
    ),
    (
        Check::TokensWithWrongSign,
        "token_transaction (id, user_id, activity_type, tokens) VALUES \
         (900, 1, 1, -0.01), (901, 1, 2, 0.01), (902, 1, 3, -1), (903, 1, 3, 1)",
        &[900, 901],
    ),
    (
        Check::TokensExpiredBeforeIssue,
        "token_transaction (id, user_id, activity_type, tokens, issued_on, expired_on) VALUES \
         (900, 1, 1, 1, '2025-03-01 00:00:01', '2025-03-01'), (901, 1, 2, -1, '2025-03-02', '2025-03-01')",
        &[900],
    ),
    (
        Check::TokensInFuture,
        "token_transaction (id, user_id, created_on) VALUES (900, 1, NOW() + INTERVAL 25 HOUR), (901, 1, NULL)",
        &[900],
    ),
    (
        Check::TokensWithInvalidDate,
        "token_transaction (id, user_id, created_on, issued_on) VALUES (900, 1, '2025-02-30', NULL), \
         (901, 1, NULL, '2025-02-30'), (902, 1, '0000-00-00', NOW()), (903, 1, NOW(), '0000-00-00'), \
         (904, 1, NULL, NULL)",
        &[900, 901, 902, 903],
    ),
    (
        Check::RedemptionsInFuture,
        "redeem_transaction (id, user_id, points, transaction_id, created_on) VALUES \
         (900, 1, -1, 'y', NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::PaymentsInFuture,
        "bytemark_order_payments (id, user_id, order_id, created_on) VALUES (900, 1, 1, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::PaymentsWithInvalidDate,
        "bytemark_order_payments (id, user_id, order_id, created_on) VALUES \
         (900, 1, 1, '0000-00-00'), (901, 1, 1, '2025-02-30')",
        &[900, 901],
    ),
    (
        Check::PassesInFuture,
        "bytemark_pass (id, time_used) VALUES (900, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::SignUpCoordinates,
        "auth_user (id, registration_latitude, registration_longitude) VALUES (900, 91, NULL)",
        &[900],
    ),
    (
        Check::HomeCoordinates,
        "auth_user (id, home_latitude, office_longitude) VALUES (900, 91, NULL), (901, NULL, -181)",
        &[900, 901],
    ),
    (
        Check::SignUpsWithInvalidDate,
        "auth_user (id, created_on) VALUES (900, '0000-00-00'), (901, '2025-02-30'), (902, NULL)",
        &[900, 901],
    ),
    (
        Check::TripCoordinates,
        "trip (id, user_id, travel_mode, started_on, origin_latitude) VALUES (900, 1, 1, NOW(), 91)",
        &[900],
    ),
    // The last ones are near the night that has an hour twice, and not in it.
    (
        Check::TripEndsBeforeStart,
        "trip (id, user_id, travel_mode, started_on, ended_on) VALUES \
         (900, 1, 1, '2025-03-01 10:00:00', '2025-03-01 09:59:59'), (901, 1, 1, '2025-03-01', '2024-03-01'), \
         (902, 1, 1, '2025-11-02 01:50:00', '2025-11-02 00:59:59'), (903, 1, 1, '2025-11-02 02:00:00', '2025-11-02 01:10:00'), \
         (904, 1, 1, '2025-11-09 01:50:00', '2025-11-09 01:10:00'), (905, 1, 1, '2025-11-01 01:50:00', '2025-11-01 01:10:00'), \
         (906, 1, 1, '2025-10-05 01:50:00', '2025-10-05 01:10:00'), (907, 1, 1, '2025-11-02 01:50:00', '2024-11-02 01:50:00')",
        &[900, 901, 902, 903, 904, 905, 906, 907],
    ),
    (
        Check::NegativeDistance,
        "trip (id, user_id, travel_mode, started_on, distance, trajectory_distance) VALUES \
         (900, 1, 1, NOW(), -0.1, 0), (901, 1, 1, NOW(), NULL, -0.1), (902, 1, 1, NOW(), 0.1, NULL)",
        &[900, 901],
    ),
    (
        Check::TripsInFuture,
        "trip (id, user_id, travel_mode, started_on) VALUES (900, 1, 1, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::TripsWithInvalidDate,
        "trip (id, user_id, travel_mode, started_on) VALUES (900, 1, 1, '0000-00-00'), (901, 1, 1, '2025-02-30')",
        &[900, 901],
    ),
    (
        Check::ProbabilityOutOfRange,
        "cm_activity_location (id, user_id, probability_driving) VALUES (900, 1, 100.01)",
        &[900],
    ),
    (
        Check::RatingOutOfRange,
        "user_rating (id, user_id, trip_id, rating, created_on) VALUES \
         (900, 1, 1, 0, NOW()), (901, 1, 1, 6, NOW()), (902, 1, 1, 4294967295, NOW())",
        &[900, 901, 902],
    ),
    (
        Check::RatingsInFuture,
        "user_rating (id, user_id, trip_id, rating, created_on) VALUES (900, 1, 1, 3, NOW() + INTERVAL 25 HOUR)",
        &[900],
    ),
    (
        Check::AppCoordinates,
        "app_data (id, user_id, lat, gmt_time, local_time, created_on, modified_on) VALUES \
         (900, 1, 91, NOW(), NOW(), NOW(), NOW())",
        &[900],
    ),
    (
        Check::AppActionsInFuture,
        "app_data (id, user_id, gmt_time, local_time, created_on, modified_on) VALUES \
         (900, 1, NOW() + INTERVAL 25 HOUR, NOW(), NOW(), NOW())",
        &[900],
    ),
];

/// Lets dates in that no calendar has.
pub(crate) const IMPOSSIBLE_DATES: &str = "SET sql_mode = 'ALLOW_INVALID_DATES,STRICT_ALL_TABLES'";

#[test]
fn each_check_finds_what_was_planted_and_nothing_else() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, IMPOSSIBLE_DATES);
    for (check, rows, ids) in PLANTED {
        let (table, _) = rows.split_once(' ').unwrap();
        run(&mut conn, &format!("INSERT INTO {rows}"));

        assert_eq!(issues(&mut conn), [(*check, ids.to_vec())], "{rows}");
        let issue = integrity::check(&mut conn, *check).unwrap().unwrap();
        assert_eq!((issue.table(), issue.total()), (table, ids.len() as u64));
        // Each by itself, too: one of several conditions must not hide behind another.
        if !matches!(check, Check::DuplicatePoints | Check::BrokenPair) {
            for id in *ids {
                run(&mut conn, &format!("DELETE FROM {table} WHERE id >= 900 AND id <> {id}"));
                assert_eq!(issues(&mut conn), [(*check, vec![*id])], "{id} of {rows}");
                run(&mut conn, &format!("DELETE FROM {table} WHERE id >= 900"));
                run(&mut conn, &format!("INSERT INTO {rows}"));
            }
        }
        run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 999"));
        assert_eq!(integrity::check(&mut conn, *check).unwrap(), None);
    }
    let planted: HashSet<_> = PLANTED.iter().map(|(check, ..)| *check).collect();
    assert_eq!(planted.len(), Check::ALL.len(), "every check has a row");
}
