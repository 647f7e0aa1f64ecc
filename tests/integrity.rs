//! Integrity finds exactly the rows that are wrong, whatever stands around them, and counts them all.

mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mysql::{Conn, prelude::Queryable};
use proptest::prelude::*;
use quicksight_migrations::{
    Error,
    integrity::{
        self, BalanceInconsistency, BrokenReferral, Check, MissingUser, OverDistributedCampaign,
        QualityIssue, ValidationReport,
    },
    run_quicksight_migrations,
    rust_decimal::Decimal,
};
use support::{
    Database, database, questions,
    statements::{executed, explain, written_down},
    wire::cut_within_each_answer,
};

fn migrated(db: Database) -> Database {
    run_quicksight_migrations(&mut db.conn()).unwrap();
    db
}

#[track_caller]
fn run(conn: &mut Conn, sql: &str) {
    conn.query_drop(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn validate(conn: &mut Conn) -> ValidationReport {
    integrity::validate(conn).unwrap()
}

fn issues(conn: &mut Conn) -> Vec<(Check, Vec<i64>)> {
    let found = integrity::monitor(conn).unwrap();
    found.iter().map(|issue| (issue.check(), issue.ids().to_vec())).collect()
}

/// A column list for short rows of points.
const POINTS: &str = "INSERT INTO points_transaction \
                      (id, user_id, activity_type, points, balance, created_on, ref_transaction_id) VALUES ";
const TOKENS: &str = "INSERT INTO token_transaction \
                      (id, user_id, activity_type, tokens, ap_campaign_id, issued_on, expired_on) VALUES ";

/// Rows of every table that are right, and as close to wrong as they can be.
const GOOD: &[&str] = &[
    "INSERT INTO auth_user (id, registration_latitude, registration_longitude, home_latitude, \
     home_longitude, office_latitude, office_longitude) VALUES \
     (1, 90, 180, -90, -180, 90, -180), (2, NULL, NULL, NULL, NULL, NULL, NULL), \
     (3, 0, 0, 0, 0, 0, 0), (2147483647, NULL, NULL, NULL, NULL, NULL, NULL)",
    "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id) \
     VALUES (1, 1, 2, 'a', 7), (2, 1, 3, 'b', 7), (3, 2, 2147483647, 'c', 7)",
    // A campaign may give out all that it has; tokens that are spent take nothing off.
    "INSERT INTO campaign (id, ap_campaign_id, tokens, name) VALUES (1, 7, 30.00, 'spring'), (2, 8, 0, 'none')",
    // Balances that fall, rise and are negative, and a pair with a system account.
    "INSERT INTO points_transaction \
     (id, user_id, activity_type, points, balance, created_on, ref_transaction_id) VALUES \
     (1, 1, 1, 10.00, 10.00, '2025-03-01 10:00:00', 0), \
     (2, 2, 1, 0.00, 0.00, '2025-03-01 10:00:00', 0), \
     (3, 1, 11, -4.50, 5.50, '2025-03-01 10:00:00', 4), \
     (4, 2101, 11, 4.50, 4.50, '2025-03-01 10:00:00', 3), \
     (5, 1, 11, -9.99, -4.49, '2025-03-02 10:00:00', 0), \
     (6, 2, 15, 0.01, 0.01, NOW(), 0)",
    // Alike but for the user, the moment, the activity or the points, and two payments of a system
    // account at once.
    "INSERT INTO points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
     (11, 3, 4, 5.00, 5.00, '2025-03-05 10:00:00'), (12, 3, 4, 5.00, 10.00, '2025-03-05 10:00:01'), \
     (13, 3, 6, 5.00, 15.00, '2025-03-05 10:00:00'), (14, 3, 4, 5.01, 20.01, '2025-03-05 10:00:00'), \
     (15, 2, 4, 5.00, 5.01, '2025-03-05 10:00:00'), (16, 2002, 4, -5.00, -5.00, '2025-03-05 10:00:00'), \
     (17, 2002, 4, -5.00, -10.00, '2025-03-05 10:00:00'), (18, 2000, 1, 1, 1, '2025-03-05 10:00:00'), \
     (19, 2001, 9, 1, 1, '2025-03-05 10:00:00'), (20, 2100, 2, 1, 1, '2025-03-05 10:00:00'), \
     (21, 2102, 3, 1, 1, '2025-03-05 10:00:00')",
    "INSERT INTO token_transaction (id, user_id, activity_type, tokens, balance, ap_campaign_id, \
     created_on, issued_on, expired_on) VALUES \
     (1, 1, 1, 30.00, 30.00, 7, '2025-03-01', '2025-03-01', '2025-03-01'), \
     (2, 1, 2, -30.00, 0.00, 7, '2025-03-02', '2025-03-02', '2025-03-01'), \
     (3, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 2, 1, 0, 0, 0, NOW() + INTERVAL 23 HOUR, NOW(), NULL), \
     (5, 2, 2, 0, 0, -1, NOW(), NULL, NOW()), (6, 2101, 3, 5, 5, NULL, NOW(), NULL, NULL)",
    "INSERT INTO redeem_transaction (user_id, points, transaction_id, created_on) VALUES \
     (1, -5, 'x', NOW() + INTERVAL 23 HOUR)",
    "INSERT INTO bytemark_order_payments (user_id, order_id, created_on) VALUES \
     (1, 1, NOW() + INTERVAL 23 HOUR)",
    "INSERT INTO bytemark_pass (time_used) VALUES (NOW() + INTERVAL 23 HOUR), (NULL)",
    "INSERT INTO trip (user_id, travel_mode, started_on, ended_on, distance, trajectory_distance, \
     origin_latitude, origin_longitude, destination_latitude, destination_longitude, \
     final_destination_latitude, final_destination_longitude) VALUES \
     (1, 1, '2025-03-01 10:00:00', '2025-03-01 10:00:00', 0, 0, 90, 180, -90, -180, 90, -180), \
     (1, 1, '2025-03-01 10:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), \
     (1, 1, '2025-11-02 01:50:00', '2025-11-02 01:10:00', 1, 1, 0, 0, 0, 0, 0, 0), \
     (1, 1, NOW() + INTERVAL 23 HOUR, NULL, 1, 1, 0, 0, 0, 0, 0, 0)",
    "INSERT INTO cm_activity_location (user_id, probability_driving, probability_transit, \
     probability_walking, probability_bicycling) VALUES (1, 0, 100, 0, 100), (1, NULL, NULL, NULL, NULL)",
    "INSERT INTO user_rating (user_id, trip_id, rating, created_on) VALUES \
     (1, 1, 1, NOW()), (1, 2, 5, NOW() + INTERVAL 23 HOUR)",
    "INSERT INTO app_data (user_id, gmt_time, local_time, lat, lon, created_on, modified_on) VALUES \
     (1, NOW() + INTERVAL 23 HOUR, NOW(), 90, -180, NOW(), NOW()), \
     (1, NOW(), NOW(), -90, 180, NOW(), NOW()), (1, NOW(), NOW(), NULL, NULL, NOW(), NOW())",
];

/// A database full of good rows.
fn good() -> Database {
    let db = migrated(database());
    let mut conn = db.conn();
    for sql in GOOD {
        run(&mut conn, sql);
    }
    db
}

#[test]
fn finds_nothing_in_empty_tables() {
    let db = migrated(database());

    assert!(validate(&mut db.conn()).is_clean());
    assert_eq!(issues(&mut db.conn()), vec![]);
}

#[test]
fn finds_nothing_where_all_is_right() {
    let db = good();
    let mut conn = db.conn();

    let report = validate(&mut conn);

    assert!(report.is_clean(), "{report:?}");
    assert!(report.balance_inconsistencies().is_empty());
    assert_eq!(report.to_string(), "balances, referrals and campaigns are right");
    assert_eq!(issues(&mut conn), vec![]);
}

/// What is planted among good rows, and the rows that must be found by this check and no other.
/// Ids from 900 on are the planted ones.
const PLANTED: &[(Check, &str, &[i64])] = &[
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
        Check::PointsOnNoDay,
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
        Check::TokensOnNoDay,
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
        Check::PaymentsOnNoDay,
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
        Check::SignUpsOnNoDay,
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
        Check::TripsOnNoDay,
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
const IMPOSSIBLE_DATES: &str = "SET sql_mode = 'ALLOW_INVALID_DATES,STRICT_ALL_TABLES'";

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

const LATITUDE: [&str; 4] = ["-90.0001", "-90", "90", "90.0001"];
const LONGITUDE: [&str; 4] = ["-180.0001", "-180", "180", "180.0001"];
const PROBABILITY: [&str; 4] = ["-0.01", "0", "100", "100.01"];

/// Every column with a least and a most: the first value below, both bounds, and the first above.
const BOUNDS: &[(Check, &str, [&str; 4])] = &[
    (Check::SignUpCoordinates, "registration_latitude", LATITUDE),
    (Check::SignUpCoordinates, "registration_longitude", LONGITUDE),
    (Check::HomeCoordinates, "home_latitude", LATITUDE),
    (Check::HomeCoordinates, "home_longitude", LONGITUDE),
    (Check::HomeCoordinates, "office_latitude", LATITUDE),
    (Check::HomeCoordinates, "office_longitude", LONGITUDE),
    (Check::TripCoordinates, "origin_latitude", LATITUDE),
    (Check::TripCoordinates, "origin_longitude", LONGITUDE),
    (Check::TripCoordinates, "destination_latitude", LATITUDE),
    (Check::TripCoordinates, "destination_longitude", LONGITUDE),
    (Check::TripCoordinates, "final_destination_latitude", LATITUDE),
    (Check::TripCoordinates, "final_destination_longitude", LONGITUDE),
    (Check::AppCoordinates, "lat", LATITUDE),
    (Check::AppCoordinates, "lon", LONGITUDE),
    (Check::ProbabilityOutOfRange, "probability_driving", PROBABILITY),
    (Check::ProbabilityOutOfRange, "probability_transit", PROBABILITY),
    (Check::ProbabilityOutOfRange, "probability_walking", PROBABILITY),
    (Check::ProbabilityOutOfRange, "probability_bicycling", PROBABILITY),
];

#[test]
fn each_bound_is_the_last_right_value() {
    let db = good();
    let mut conn = db.conn();
    for (check, column, [below, least, most, above]) in BOUNDS {
        let (table, needed, values) = match check {
            Check::SignUpCoordinates | Check::HomeCoordinates => ("auth_user", "", ""),
            Check::TripCoordinates => {
                ("trip", "user_id, travel_mode, started_on, ", "1, 1, NOW(), ")
            }
            Check::AppCoordinates => (
                "app_data",
                "user_id, gmt_time, local_time, created_on, modified_on, ",
                "1, NOW(), NOW(), NOW(), NOW(), ",
            ),
            _ => ("cm_activity_location", "user_id, ", "1, "),
        };
        run(
            &mut conn,
            &format!(
                "INSERT INTO {table} (id, {needed}{column}) VALUES (901, {values}{below}), \
                 (902, {values}{least}), (903, {values}NULL), (904, {values}{most}), (905, {values}{above})"
            ),
        );
        assert_eq!(issues(&mut conn), [(*check, vec![901, 905])], "{column}");
        run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 901 AND 905"));
    }
}

#[test]
fn an_issue_is_one_readable_line() {
    let db = good();
    let mut conn = db.conn();
    let line = |conn: &mut Conn| {
        integrity::monitor(conn).unwrap().iter().map(QualityIssue::to_string).collect::<Vec<_>>()
    };
    let trip = |ids: std::ops::RangeInclusive<u32>| {
        let rows: Vec<_> = ids.map(|id| format!("({id}, 1, 1, NOW(), '2025-01-01')")).collect();
        format!(
            "INSERT INTO trip (id, user_id, travel_mode, started_on, ended_on) VALUES {}",
            rows.join(", ")
        )
    };
    run(&mut conn, &trip(900..=900));
    assert_eq!(line(&mut conn), ["1 row of trip with an end before the start: 900"]);
    run(&mut conn, &trip(901..=909));
    assert_eq!(
        line(&mut conn),
        ["10 rows of trip with an end before the start: \
          900, 901, 902, 903, 904, 905, 906, 907, 908, 909"]
    );
    run(&mut conn, &trip(910..=910));
    assert_eq!(
        line(&mut conn),
        ["11 rows of trip with an end before the start: \
          900, 901, 902, 903, 904, 905, 906, 907, 908, 909, ..."]
    );
}

#[test]
fn lists_a_hundred_and_counts_all() {
    let db = migrated(database());
    let mut conn = db.conn();
    let rows = |row: fn(u32) -> String| (1..=250).map(row).collect::<Vec<_>>().join(", ");
    // Ids run against the users, so that the order of users is not the order of ids.
    let points = rows(|n| format!("({}, {n}, 1, 1, 2, '2025-03-01', 0)", 1000 - n));
    run(&mut conn, &format!("{POINTS}{points}"));
    let referrals = rows(|n| format!("({n}, {n}, {}, 'd{n}', 1)", n + 1000));
    run(
        &mut conn,
        &format!(
            "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, \
             receiver_device_id, ap_campaign_id) VALUES {referrals}"
        ),
    );
    let campaigns = rows(|n| format!("({n}, 1)"));
    run(&mut conn, &format!("INSERT INTO campaign (ap_campaign_id, tokens) VALUES {campaigns}"));
    let grants = rows(|n| format!("({n}, 1, 1, 1.01, {n}, NULL, NULL)"));
    run(&mut conn, &format!("{TOKENS}{grants}"));

    let report = validate(&mut conn);

    let (balances, referrals, campaigns) = (
        report.balance_inconsistencies(),
        report.broken_referrals(),
        report.over_distributed_campaigns(),
    );
    assert!(balances.listed().iter().map(BalanceInconsistency::user_id).eq(1..=100));
    assert!(referrals.listed().iter().map(BrokenReferral::id).eq(1..=100));
    assert!(campaigns.listed().iter().map(OverDistributedCampaign::ap_campaign_id).eq(1..=100));
    assert_eq!([balances.total(), referrals.total(), campaigns.total()], [250; 3]);
    assert!(!report.is_clean());
    assert_eq!(
        report.to_string(),
        "users with a wrong balance: 250, broken referrals: 250, over-distributed campaigns: 250"
    );

    let issue = integrity::check(&mut conn, Check::PointsOfUnknownUser).unwrap().unwrap();
    assert!(issue.ids().iter().copied().eq(750..850));
    assert_eq!(issue.total(), 250);
}

/// The first wrong row of each user: id, what it should be, and what it is.
fn wrong(conn: &mut Conn) -> Vec<(i32, i64, String, String)> {
    let report = validate(conn);
    let listed = report.balance_inconsistencies().listed();
    assert_eq!(report.balance_inconsistencies().total(), listed.len() as u64);
    listed
        .iter()
        .map(|one| {
            let (expected, found) = (one.expected().to_string(), one.found().to_string());
            (one.user_id(), one.transaction_id(), expected, found)
        })
        .collect()
}

#[test]
fn tells_the_first_wrong_balance_of_each_user() {
    let db = migrated(database());
    let mut conn = db.conn();
    run(
        &mut conn,
        &format!(
            "{POINTS} \
             (1, 1, 1, 1, 1, NOW(), 0), (2, 1, 1, 1, 9, NOW(), 0), (3, 1, 1, 1, 3, NOW(), 0), \
             (4, 2, 1, 5, 0, NOW(), 0), (5, 2, 1, 5, 5, NOW(), 0), \
             (6, 3, 1, 5, 5, NOW(), 0), (7, 3, 1, -7, -2, NOW(), 0), \
             (10, 4, 1, 1, 1, NOW(), 0), (9, 4, 1, 1, 2, NOW(), 0), \
             (11, 5, 1, -0.10, -0.10, NOW(), 0), (12, 5, 1, -0.20, -0.31, NOW(), 0)"
        ),
    );

    let text = |(user, id, expected, found): (i32, i64, &str, &str)| {
        (user, id, expected.to_owned(), found.to_owned())
    };
    assert_eq!(
        wrong(&mut conn),
        [
            (1, 2, "2.00", "9.00"), // and heals with the next row
            (2, 4, "5.00", "0.00"), // the first of all
            (4, 9, "1.00", "2.00"), // in the order of ids, whatever the order of arrival
            (5, 12, "-0.30", "-0.31"),
        ]
        .map(text)
    );
    let first = &validate(&mut conn).balance_inconsistencies().listed()[0].to_string();
    assert_eq!(first, "user 1 has a balance of 9.00 after transaction 2, not 2.00");
}

#[test]
fn tells_who_of_a_referral_is_missing() {
    let db = good();
    let mut conn = db.conn();
    // As a signed number the last would be cut down to a user who is there.
    run(
        &mut conn,
        "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, \
         ap_campaign_id) VALUES (900, 4, 1, 'x', 1), (901, 1, 5, 'y', 1), (902, 4, 6, 'z', 1), \
         (903, 4294967295, 4294967294, 'u', 1)",
    );

    let report = validate(&mut conn);
    assert!(!report.is_clean());

    let listed = report.broken_referrals().listed();
    let found: Vec<_> = listed
        .iter()
        .map(|one| (one.id(), one.sender_user_id(), one.receiver_user_id(), one.missing()))
        .collect();
    assert_eq!(
        found,
        [
            (900, 4, 1, MissingUser::Sender),
            (901, 1, 5, MissingUser::Receiver),
            (902, 4, 6, MissingUser::Both),
            (903, u32::MAX, u32::MAX - 1, MissingUser::Both),
        ]
    );
    let said: Vec<_> = listed.iter().take(3).map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "referral 900 is by user 4, who is missing",
            "referral 901 is of user 5, who is missing",
            "referral 902 is by user 4 of user 6, who are missing",
        ]
    );
}

#[test]
fn tells_campaigns_that_gave_out_too_much() {
    let db = good();
    let mut conn = db.conn();
    // Spending gives nothing back to the campaign.
    run(
        &mut conn,
        &format!(
            "{TOKENS}(900, 2, 1, 0.01, 7, NULL, NULL), (901, 2, 2, -20, 7, NULL, NULL), \
             (902, 2, 1, 50, NULL, NULL, NULL), (903, 2, 1, 50, 99, NULL, NULL), (904, 2, 1, 3, 8, NULL, NULL)"
        ),
    );

    let report = validate(&mut conn);
    assert!(!report.is_clean());

    let listed = report.over_distributed_campaigns().listed();
    let found: Vec<_> = listed
        .iter()
        .map(|one| {
            let amounts = (one.allocated().to_string(), one.distributed().to_string());
            (one.ap_campaign_id(), one.name(), amounts)
        })
        .collect();
    let amounts = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        found,
        [(7, "spring", amounts("30.00", "30.01")), (8, "none", amounts("0.00", "3.00"))]
    );
    assert_eq!(listed[0].to_string(), "campaign 7 (spring) gave out 30.01 of 30.00 tokens");
}

#[test]
fn sends_one_statement_per_check_however_many_rows() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, &format!("{POINTS}(900, 77, 1, 1, 9, '9999-01-01', 5)"));

    let before = questions(&mut conn);
    let _ = validate(&mut conn);
    assert_eq!(questions(&mut conn) - before - 1, 3);

    let before = questions(&mut conn);
    integrity::monitor(&mut conn).unwrap();
    assert_eq!(questions(&mut conn) - before - 1, Check::ALL.len() as u64);
}

#[test]
fn needs_no_right_but_select() {
    let db = good();
    let mut reader = db.user("SELECT").conn();
    assert!(validate(&mut reader).is_clean());
    assert_eq!(issues(&mut reader), vec![]);

    let mut stranger = db.user("INSERT").conn();
    let error = integrity::validate(&mut stranger).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    assert!(error.to_string().starts_with("not allowed to compare balances with movements"));
    for check in Check::ALL {
        let error = integrity::check(&mut stranger, *check).unwrap_err();
        assert!(matches!(error, Error::PermissionDenied { .. }), "{check:?}: {error:?}");
    }
    let error = integrity::monitor(&mut stranger).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
}

#[test]
fn reads_under_any_sql_mode_and_in_a_transaction_of_the_caller() {
    let db = good();
    let mut conn = db.conn();
    for mode in
        ["", "ANSI", "TRADITIONAL", "ONLY_FULL_GROUP_BY", "PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE"]
    {
        run(&mut conn, &format!("SET SESSION sql_mode = '{mode}'"));
        assert!(validate(&mut conn).is_clean(), "{mode}");
        assert_eq!(issues(&mut conn), vec![], "{mode}");
    }
    run(&mut conn, "START TRANSACTION");
    run(&mut conn, &format!("{POINTS}(900, 77, 1, 1, 9, NOW(), 0)"));
    assert!(!validate(&mut conn).is_clean());
    integrity::monitor(&mut conn).unwrap();
    run(&mut conn, "ROLLBACK");
    assert!(validate(&mut conn).is_clean());
}

/// A session that would have a few rows of each answer has all of them here.
#[test]
fn finds_everything_whatever_limit_the_session_has() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, IMPOSSIBLE_DATES);
    run(&mut conn, &format!("{POINTS}(900, 1, 1, 1, 9, NOW(), 0), (901, 77, 1, 1, 9, NOW(), 5)"));
    run(
        &mut conn,
        &format!("{TOKENS}(900, 2, 1, 30, 7, NULL, NULL), (901, 2, 1, 3, 8, NULL, NULL)"),
    );
    run(
        &mut conn,
        "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, \
         ap_campaign_id) VALUES (900, 4, 5, 'x', 1), (901, 1, 6, 'y', 1)",
    );
    let report = validate(&mut conn);
    assert_eq!(report.balance_inconsistencies().total(), 2);
    assert_eq!(report.broken_referrals().total(), 2);
    assert_eq!(report.over_distributed_campaigns().total(), 2);
    for limit in [1, 0] {
        run(&mut conn, &format!("SET sql_select_limit = {limit}"));
        assert_eq!(validate(&mut conn), report, "{limit}");
    }
    for limit in [1, 0] {
        run(&mut conn, &format!("SET sql_select_limit = {limit}"));
        for (check, rows, ids) in PLANTED {
            let (table, _) = rows.split_once(' ').unwrap();
            run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 999"));
            run(&mut conn, &format!("INSERT INTO {rows}"));
            let issue = integrity::check(&mut conn, *check).unwrap();
            assert_eq!(issue.map(|issue| issue.ids().to_vec()).as_deref(), Some(*ids), "{check:?}");
            run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 999"));
        }
    }
}

#[test]
fn a_connection_that_breaks_under_way_never_lets_rows_pass_unseen() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, &format!("{POINTS}(900, 1, 1, 1, 9, NOW(), 0), (901, 2, 1, 1, 9, NOW(), 0)"));
    run(&mut conn, &format!("{TOKENS}(900, 2, 1, 3, 8, NULL, NULL)"));

    cut_within_each_answer(&db, integrity::validate);
    cut_within_each_answer(&db, |conn| integrity::check(conn, Check::TripsInFuture));
}

/// Enough rows for the server to have a choice: 40 users take turns, and everybody gets something at
/// one moment.
fn filled(db: &Database) {
    let mut conn = db.conn();
    for block in 0..20 {
        let rows: Vec<_> = (0..1000)
            .map(|n| {
                let id = block * 1000 + n + 1;
                let second = if n % 2 == 0 { id } else { 0 };
                format!(
                    "({id}, {}, 1, 1, {}, '2025-03-01' + INTERVAL {second} SECOND, 0)",
                    (id - 1) % 40 + 1,
                    (id - 1) / 40 + 1
                )
            })
            .collect();
        run(&mut conn, &format!("{POINTS}{}", rows.join(", ")));
    }
    run(&mut conn, "ANALYZE TABLE points_transaction");
}

#[test]
fn reads_balances_from_the_index_alone_and_in_its_order() {
    let db = migrated(written_down());
    for prepare in [|_: &_| (), filled] {
        prepare(&db);
        let sent = executed(&db, |conn| assert!(validate(conn).is_clean()));

        let plan = explain(&db, &sent[0]);

        let [step] = &plan[..] else { panic!("{plan:?}") };
        assert_eq!((step.access.as_str(), step.key.as_deref()), ("index", Some("user_ledger_idx")));
        assert!(step.is_index_only() && !step.puts_aside(), "{step:?}");
    }
}

#[test]
fn sums_up_grants_from_the_index_alone() {
    let db = migrated(written_down());
    let mut conn = db.conn();
    let rows: Vec<_> = (0..50).map(|id| format!("({id}, 100)")).collect();
    run(
        &mut conn,
        &format!("INSERT INTO campaign (ap_campaign_id, tokens) VALUES {}", rows.join(", ")),
    );
    let rows: Vec<_> = (1..=2000)
        .map(|id| format!("({id}, {}, 1, 1, {}, NOW(), NOW())", id % 50, id % 9))
        .collect();
    run(&mut conn, &format!("{TOKENS}{}", rows.join(", ")));
    run(&mut conn, "ANALYZE TABLE token_transaction");

    let sent = executed(&db, |conn| {
        let _ = validate(conn);
    });

    let plan = explain(&db, &sent[2]);
    let grants = plan.iter().find(|step| step.table == "t").unwrap();
    assert_eq!(grants.key.as_deref(), Some("campaign_idx"), "{plan:?}");
    assert!(grants.is_index_only() && !grants.puts_aside(), "{plan:?}");
}

#[test]
fn looks_for_duplicates_in_the_index_and_reads_only_what_is_suspect() {
    let db = migrated(written_down());
    filled(&db);

    let sent = executed(&db, |conn| {
        integrity::check(conn, Check::DuplicatePoints).unwrap();
    });

    let plan = explain(&db, &sent[0]);
    let step = |table: &str| plan.iter().find(|step| step.table == table).unwrap();
    for index_only in ["points_transaction", "b"] {
        let step = step(index_only);
        assert_eq!(step.key.as_deref(), Some("coins_history_idx_1"), "{plan:?}");
        assert!(step.is_index_only() && !step.puts_aside(), "{plan:?}");
    }
    for by_id in ["a", "t"] {
        let step = step(by_id);
        assert_eq!(
            (step.access.as_str(), step.key.as_deref()),
            ("eq_ref", Some("PRIMARY")),
            "{plan:?}"
        );
    }
}

/// A job that goes wrong may pay one user thousands of times at one moment.
#[test]
fn reads_each_row_of_a_moment_a_few_times_however_many_there_are() {
    let db = migrated(database());
    let mut conn = db.conn();
    // Each amount twice, the later half in the reverse order.
    let rows: Vec<_> = (0..2_000)
        .map(|n| format!("({}, 1, 1, {}, 0, '2025-03-01', 0)", n + 1, n.min(1_999 - n)))
        .collect();
    run(&mut conn, &format!("{POINTS}{}", rows.join(", ")));
    run(&mut conn, "ANALYZE TABLE points_transaction");
    let reads = |conn: &mut Conn| -> u64 {
        let counts: Vec<(String, u64)> =
            conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
        counts.into_iter().map(|(_, count)| count).sum()
    };

    let before = reads(&mut conn);
    let issue = integrity::check(&mut conn, Check::DuplicatePoints).unwrap().unwrap();
    let reads = reads(&mut conn) - before;

    assert_eq!(issue.total(), 1_000);
    assert!(issue.ids().iter().copied().eq(1_001..=1_100));
    assert!(reads < 10 * 2_000, "{reads} reads");
}

#[test]
fn looks_up_each_user_of_the_ledgers_once() {
    let db = migrated(written_down());
    filled(&db);

    let sent = executed(&db, |conn| {
        integrity::check(conn, Check::PointsOfUnknownUser).unwrap();
    });

    let plan = explain(&db, &sent[0]);
    let users = plan.iter().find(|step| step.table == "points_transaction").unwrap();
    assert!(users.extra.contains("Using index for group-by"), "{plan:?}");
}

/// A row of points: user, second, activity, points, and what is added to the right balance.
type Move = (i32, u8, i32, i32, i32);
/// A grant or use of tokens: campaign and hundredths.
type Grant = (i32, i32);
type Tables = (Vec<Move>, Vec<Grant>, Vec<(u32, u32)>, Vec<i32>);

fn tables() -> impl Strategy<Value = Tables> {
    let error = prop_oneof![6 => Just(0), 1 => -1..=1];
    let moves = proptest::collection::vec((1..=4, 0..2_u8, 1..=2, -2..=2, error), 0..25);
    let grants = proptest::collection::vec((0..=3, -300..=300), 0..15);
    let referrals = proptest::collection::btree_map(1..=9_u32, 1..=9_u32, 0..6)
        .prop_map(|pairs| pairs.into_iter().collect());
    (moves, grants, referrals, proptest::collection::vec(0..=600, 4))
}

fn decimal(hundredths: i32) -> Decimal {
    Decimal::new(hundredths.into(), 2)
}

/// Users 1 to 5 are there. Balances are in hundredths.
fn fill(conn: &mut Conn, (moves, grants, referrals, campaigns): &Tables) -> Vec<(i32, i32)> {
    for table in ["points_transaction", "token_transaction", "referral_history", "campaign"] {
        run(conn, &format!("DELETE FROM {table}"));
    }
    let mut sums = BTreeMap::new();
    let mut balances = Vec::new();
    for (id, (user, second, activity, points, error)) in (1..).zip(moves) {
        let sum = sums.entry(*user).or_insert(0);
        *sum += points;
        balances.push((*sum, *sum + error));
        run(
            conn,
            &format!(
                "{POINTS}({id}, {user}, {activity}, {}, {}, '2025-03-01 00:00:0{second}', 0)",
                decimal(*points),
                decimal(*sum + error)
            ),
        );
    }
    for (id, (campaign, tokens)) in (1..).zip(grants) {
        run(conn, &format!("{TOKENS}({id}, 1, 1, {}, {campaign}, NULL, NULL)", decimal(*tokens)));
    }
    for (receiver, sender) in referrals {
        run(
            conn,
            &format!(
                "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, \
                 receiver_device_id, ap_campaign_id) VALUES ({receiver}, {sender}, {receiver}, '{receiver}', 1)"
            ),
        );
    }
    for (campaign, tokens) in (0..).zip(campaigns) {
        run(
            conn,
            &format!(
                "INSERT INTO campaign (ap_campaign_id, tokens) VALUES ({campaign}, {})",
                decimal(*tokens)
            ),
        );
    }
    balances
}

/// Whatever is in the tables, the findings are those of a plain look at the same rows.
#[test]
fn agrees_with_a_plain_look_at_the_same_rows() {
    let db = migrated(database());
    let mut conn = db.conn();
    run(&mut conn, "INSERT INTO auth_user (id) VALUES (1), (2), (3), (4), (5)");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(100));
    let conn = std::cell::RefCell::new(conn);
    runner
        .run(&tables(), |tables| {
            let conn = &mut *conn.borrow_mut();
            let balances = fill(conn, &tables);
            let (moves, grants, referrals, campaigns) = &tables;

            let report = validate(conn);

            let mut first = BTreeMap::new();
            for ((id, row), (expected, found)) in (1_i64..).zip(moves).zip(balances) {
                if expected != found {
                    first.entry(row.0).or_insert((id, decimal(expected), decimal(found)));
                }
            }
            let found: BTreeMap<_, _> = report
                .balance_inconsistencies()
                .listed()
                .iter()
                .map(|one| (one.user_id(), (one.transaction_id(), one.expected(), one.found())))
                .collect();
            prop_assert_eq!(found, first);

            let broken: Vec<_> = referrals
                .iter()
                .filter(|(receiver, sender)| *receiver > 5 || *sender > 5)
                .map(|(receiver, _)| i64::from(*receiver))
                .collect();
            let found: Vec<_> =
                report.broken_referrals().listed().iter().map(BrokenReferral::id).collect();
            prop_assert_eq!(found, broken);

            let over: Vec<_> = (0..)
                .zip(campaigns)
                .map(|(campaign, tokens)| {
                    let of = |grant: &&Grant| grant.0 == campaign && grant.1 > 0;
                    let given: i32 = grants.iter().filter(of).map(|grant| grant.1).sum();
                    (campaign, *tokens, given)
                })
                .filter(|(_, tokens, given)| given > tokens)
                .map(|(campaign, _, given)| (campaign, decimal(given)))
                .collect();
            let found: Vec<_> = report
                .over_distributed_campaigns()
                .listed()
                .iter()
                .map(|one| (one.ap_campaign_id(), one.distributed()))
                .collect();
            prop_assert_eq!(found, over);

            let mut seen = BTreeSet::new();
            let repeated: Vec<_> = (1_i64..)
                .zip(moves)
                .filter(|(_, (user, second, activity, points, _))| {
                    !seen.insert((user, second, activity, points))
                })
                .map(|(id, _)| id)
                .collect();
            let issue = integrity::check(conn, Check::DuplicatePoints).unwrap();
            let found = issue.map_or(vec![], |issue| issue.ids().to_vec());
            prop_assert_eq!(found, repeated);
            Ok(())
        })
        .unwrap();
}

const ORIGINAL_REFERRALS: &str = "select rh.* from referral_history as rh \
    left join auth_user as sender on rh.sender_user_id = sender.id \
    left join auth_user as receiver on rh.receiver_user_id = receiver.id \
    where sender.id is null or receiver.id is null";
const ORIGINAL_DUPLICATES: &str = "select user_id, created_on, points, activity_type, \
    count(*) as count from points_transaction \
    group by user_id, created_on, points, activity_type having count > 1";
const ORIGINAL_CAMPAIGNS: &str = "select campaign.ap_campaign_id, \
    campaign.tokens as allocated, sum(token_transaction.tokens) as distributed from campaign \
    left join token_transaction on campaign.ap_campaign_id = token_transaction.ap_campaign_id \
    group by campaign.ap_campaign_id, campaign.tokens having distributed > allocated";

/// Where the statements that these checks replace are right, both say the same.
#[test]
fn agrees_with_the_original_statements_where_they_are_right() {
    let db = migrated(database());
    let mut conn = db.conn();
    run(&mut conn, "INSERT INTO auth_user (id) VALUES (1), (2), (3), (4), (5)");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let conn = std::cell::RefCell::new(conn);
    runner
        .run(&tables(), |mut tables| {
            let conn = &mut *conn.borrow_mut();
            // Its sum takes spent tokens off.
            tables.1.iter_mut().for_each(|grant| grant.1 = grant.1.abs());
            fill(conn, &tables);
            let report = validate(conn);
            let count =
                |conn: &mut Conn, sql: &str| conn.query::<mysql::Row, _>(sql).unwrap().len() as u64;

            let referrals = count(conn, ORIGINAL_REFERRALS);
            prop_assert_eq!(report.broken_referrals().total(), referrals);
            let campaigns = count(conn, ORIGINAL_CAMPAIGNS);
            prop_assert_eq!(report.over_distributed_campaigns().total(), campaigns);
            // It counts groups, and this crate the rows after the first of each.
            let ids = integrity::check(conn, Check::DuplicatePoints)
                .unwrap()
                .map_or(vec![], |issue| issue.ids().to_vec());
            let groups: HashSet<_> = ids
                .iter()
                .map(|id| {
                    let (user, second, activity, points, _) =
                        tables.0[usize::try_from(*id).unwrap() - 1];
                    (user, second, activity, points)
                })
                .collect();
            prop_assert_eq!(groups.len() as u64, count(conn, ORIGINAL_DUPLICATES));
            Ok(())
        })
        .unwrap();
}
