//! A report is one statement and whole in any session that may read, or an error that says why.

use mysql::{Conn, Pool, prelude::Queryable};
use quicksight_migrations::{
    Connection, Error,
    analytics::{self, Analytics, DateRange, EmissionFactors, HotspotLimits, Period},
    time::Month,
};

use crate::{
    engagement, everything, from, hotspots, hours,
    rows::date,
    support::{ByHand, database, migrated, questions, wire::cut_within_each_answer},
    two_points_one_token_three_trips,
};

/// Calls every report, for all accounts and for the real ones.
fn all_reports<C: Connection>(conn: &mut C) -> quicksight_migrations::Result<()> {
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1))?;
    for reports in [Analytics::new(), Analytics::new().without_test_accounts()] {
        assert_eq!(reports.daily_revenue(conn, range)?.len(), 31);
        reports.user_engagement(conn, range)?.try_for_each(|user| user.map(drop))?;
        everything(reports, conn, range);
    }
    Ok(())
}

#[test]
fn each_report_is_one_statement() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    let before = questions(&mut conn);
    all_reports(&mut conn).unwrap();
    assert_eq!(questions(&mut conn) - before, 2 * 15 + 1);
}

#[test]
fn runs_in_any_sql_mode_and_in_a_transaction_of_the_caller() {
    let (db, mut conn) = two_points_one_token_three_trips();
    for mode in
        ["ANSI,ONLY_FULL_GROUP_BY", "TRADITIONAL,NO_BACKSLASH_ESCAPES", "ONLY_FULL_GROUP_BY"]
    {
        conn.query_drop(format!("SET sql_mode = '{mode}'")).unwrap();
        all_reports(&mut conn).unwrap();
    }

    conn.query_drop("START TRANSACTION").unwrap();
    conn.query_drop("DELETE FROM trip").unwrap();
    all_reports(&mut conn).unwrap();
    conn.query_drop("ROLLBACK").unwrap();
    let trips: Option<u64> = conn.query_first("SELECT COUNT(*) FROM trip").unwrap();
    assert_eq!(trips, Some(3));

    let pool = Pool::new(db.opts()).unwrap();
    all_reports(&mut pool.get_conn().unwrap()).unwrap();
}

#[test]
fn needs_the_right_to_read_and_no_other() {
    let db = migrated();
    all_reports(&mut db.user("SELECT").conn()).unwrap();

    let error = all_reports(&mut db.user("INSERT").conn()).unwrap_err();

    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    assert!(error.to_string().starts_with("not allowed to sum up the revenue by day"), "{error}");
}

#[test]
fn says_what_is_missing() {
    let db = database();
    let error = all_reports(&mut db.conn()).unwrap_err();
    assert_eq!(error.server_code(), Some(1146), "{error:?}");

    let nowhere = db.opts().db_name(None::<&str>);
    let error = all_reports(&mut Conn::new(nowhere).unwrap()).unwrap_err();
    assert!(matches!(error, Error::NoDatabaseSelected), "{error:?}");
}

#[test]
fn a_column_of_another_type_is_an_error_and_no_panic() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    conn.query_drop("ALTER TABLE auth_user MODIFY enterprise_id varchar(10)").unwrap();
    conn.query_drop("UPDATE auth_user SET enterprise_id = 'ten'").unwrap();

    let mut users = analytics::user_engagement(&mut conn, from(Month::March, 1)).unwrap();
    let error = users.next().unwrap().unwrap_err();

    assert!(matches!(error, Error::UnexpectedAnswer { column: 4, .. }), "{error:?}");
    assert!(users.next().is_none());
    drop(users);
    conn.ping().unwrap();
}

#[test]
fn the_connection_is_free_again_when_the_rest_is_not_wanted() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    conn.query_drop("INSERT INTO auth_user (id, created_on) VALUES (2, '2025-03-01')").unwrap();
    conn.query_drop("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (2, 1, NOW())")
        .unwrap();

    let first = analytics::user_engagement(&mut conn, from(Month::March, 1)).unwrap().next();

    assert_eq!(first.unwrap().unwrap().user_id(), 1);
    all_reports(&mut conn).unwrap();
}

#[test]
fn a_connection_that_breaks_under_way_never_makes_a_report_shorter() {
    let (db, mut conn) = two_points_one_token_three_trips();
    conn.query_drop("INSERT INTO auth_user (id, created_on) VALUES (2, '2025-03-01')").unwrap();
    conn.query_drop("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (2, 1, NOW())")
        .unwrap();

    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1)).unwrap();
    cut_within_each_answer(&db, |conn| analytics::daily_revenue(conn, range));
    cut_within_each_answer(&db, |conn| {
        analytics::user_engagement(conn, range)?.collect::<Result<Vec<_>, _>>()
    });
    cut_within_each_answer(&db, |conn| analytics::campaign_performance(conn, 7));
    cut_within_each_answer(&db, |conn| analytics::hourly_trips(conn, range));
    cut_within_each_answer(&db, |conn| analytics::points_by_activity(conn, range));
    cut_within_each_answer(&db, |conn| analytics::revenue_by_payment_type(conn, range));
    cut_within_each_answer(&db, |conn| analytics::campaign_budgets(conn, range));
    cut_within_each_answer(&db, |conn| analytics::daily_trips(conn, range));
    cut_within_each_answer(&db, |conn| analytics::mode_share(conn, range, Period::Week));
    cut_within_each_answer(&db, |conn| analytics::active_users(conn, range));
    cut_within_each_answer(&db, |conn| analytics::retention(conn, range, Period::Week));
    cut_within_each_answer(&db, |conn| analytics::referral_conversion(conn, range));
    let factors = EmissionFactors { car: 248.5, transit: 60.0, source: "made up".into() };
    cut_within_each_answer(&db, |conn| analytics::avoided_emissions(conn, range, &factors));
    cut_within_each_answer(&db, |conn| {
        analytics::activity_hotspots(conn, HotspotLimits { min_frequency: 1, limit: 10 })
    });
}

/// A session that would have a few rows of each answer has all of them here.
#[test]
fn reports_are_whole_whatever_limit_the_session_has() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    conn.by_hand([
        "INSERT INTO auth_user (id, first_name, enterprise_id, created_on) \
         VALUES (2, 'First 2', 20, '2025-03-01')",
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (2, 1, '2025-03-05')",
        "INSERT INTO cm_activity_location (user_id, o_id, d_id) VALUES (1, 1, 2), (1, 2, 1)",
    ]);
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1)).unwrap();
    let mut all = |limit: &str| {
        conn.query_drop(format!("SET sql_select_limit = {limit}")).unwrap();
        let reports = Analytics::new();
        (
            engagement(reports, &mut conn, range),
            hours(reports, &mut conn, range),
            hotspots(reports, &mut conn, 1, 10),
            everything(reports, &mut conn, range),
        )
    };
    let whole = all("DEFAULT");
    assert_eq!((whole.0.len(), whole.1.len(), whole.2.len()), (2, 4, 2));
    for limit in ["1", "0"] {
        assert_eq!(all(limit), whole, "{limit}");
    }
}

/// How a session divides, compares, reckons and reads changes no number and no group.
#[test]
fn reports_are_the_same_whatever_the_session_has_set() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    conn.by_hand([
        "INSERT INTO cm_activity_location (user_id, o_id, d_id, probability_driving) \
         VALUES (1, 1, 2, 10), (2, 1, 2, 10), (3, 1, 2, 11)",
        "INSERT INTO bytemark_order_payments (user_id, order_id, payment_type, total_price, created_on) \
         VALUES (1, 1, 'coins', 1, '2025-03-02'), (1, 2, 'Coins', 2, '2025-03-02')",
    ]);
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1)).unwrap();
    let reports = Analytics::new();
    let before = everything(reports, &mut conn, range);
    for setting in [
        "div_precision_increment = 0",
        "div_precision_increment = 30",
        "default_week_format = 3",
        "collation_connection = 'utf8mb4_bin'",
        "collation_connection = 'latin1_swedish_ci'",
        "time_zone = '+13:00'",
        "lc_time_names = 'de_DE'",
        "sql_mode = 'ANSI,TRADITIONAL,ONLY_FULL_GROUP_BY'",
        "sql_mode = 'NO_UNSIGNED_SUBTRACTION,HIGH_NOT_PRECEDENCE,PIPES_AS_CONCAT'",
    ] {
        conn.query_drop(format!("SET {setting}")).unwrap();
        assert_eq!(everything(reports, &mut conn, range), before, "{setting}");
    }
}
