//! A report is one statement and whole in any session that may read, or an error that says why.

use mysql::{Conn, Pool, prelude::Queryable};
use quicksight_migrations::{
    Connection, Error,
    analytics::{self, Analytics, DateRange, HotspotLimits},
    time::Month,
};

use crate::{
    campaign, engagement, hotspots, hours, revenue,
    rows::{at, date},
    support::{ByHand, database, migrated, questions, wire::cut_within_each_answer},
    two_points_one_token_three_trips,
};

/// Calls every report, for all accounts and for the real ones.
fn all_reports<C: Connection>(conn: &mut C) -> quicksight_migrations::Result<()> {
    let since = at(Month::March, 1, 0);
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1))?;
    for reports in [Analytics::new(), Analytics::new().without_test_accounts()] {
        assert_eq!(reports.daily_revenue(conn, range)?.len(), 31);
        reports.user_engagement(conn, since)?.try_for_each(|user| user.map(drop))?;
        reports.campaign_performance(conn, 7)?;
        reports.hourly_trips(conn, since)?;
        reports.activity_hotspots(conn, HotspotLimits { min_frequency: 1, limit: 10 })?;
    }
    Ok(())
}

#[test]
fn each_report_is_one_statement() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    let before = questions(&mut conn);
    all_reports(&mut conn).unwrap();
    assert_eq!(questions(&mut conn) - before, 10 + 1);
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

    let mut users = analytics::user_engagement(&mut conn, at(Month::March, 1, 0)).unwrap();
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

    let first = analytics::user_engagement(&mut conn, at(Month::March, 1, 0)).unwrap().next();

    assert_eq!(first.unwrap().unwrap().user_id(), 1);
    all_reports(&mut conn).unwrap();
}

#[test]
fn a_connection_that_breaks_under_way_never_makes_a_report_shorter() {
    let (db, mut conn) = two_points_one_token_three_trips();
    conn.query_drop("INSERT INTO auth_user (id, created_on) VALUES (2, '2025-03-01')").unwrap();
    conn.query_drop("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (2, 1, NOW())")
        .unwrap();

    let since = at(Month::March, 1, 0);
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1)).unwrap();
    cut_within_each_answer(&db, |conn| analytics::daily_revenue(conn, range));
    cut_within_each_answer(&db, |conn| {
        analytics::user_engagement(conn, since)?.collect::<Result<Vec<_>, _>>()
    });
    cut_within_each_answer(&db, |conn| analytics::campaign_performance(conn, 7));
    cut_within_each_answer(&db, |conn| analytics::hourly_trips(conn, since));
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
    let since = at(Month::March, 1, 0);
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1)).unwrap();
    let mut all = |limit: &str| {
        conn.query_drop(format!("SET sql_select_limit = {limit}")).unwrap();
        let reports = Analytics::new();
        (
            revenue(reports, &mut conn, range),
            engagement(reports, &mut conn, since),
            campaign(reports, &mut conn, 7),
            hours(reports, &mut conn, since),
            hotspots(reports, &mut conn, 1, 10),
        )
    };
    let whole = all("DEFAULT");
    assert_eq!((whole.1.len(), whole.3.len(), whole.4.len()), (2, 4, 2));
    for limit in ["1", "0"] {
        assert_eq!(all(limit), whole, "{limit}");
    }
}
