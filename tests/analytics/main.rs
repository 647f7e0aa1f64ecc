//! The reports say what the rows say: for random rows, and for those that the statements
//! which they replace get wrong.

mod oracle;
mod plans;
mod rows;
#[path = "../support/mod.rs"]
mod support;

use std::collections::HashMap;

use mysql::{Conn, Pool, prelude::Queryable};
use oracle::{Day, Engagement, Hour, Performance, Spot};
use proptest::{prelude::*, test_runner::TestRunner};
use quicksight_migrations::{
    Connection, Error,
    analytics::{self, Analytics, DateRange, TravelMode},
    run_quicksight_migrations,
    rust_decimal::Decimal,
    time::{Date, Month, PrimitiveDateTime, Time, Weekday},
};
use rows::{Rows, at, date, moments, rows};
use support::{Database, database, questions, wire::cut_within_each_answer};

/// A database with all tables, and a connection to it.
fn migrated() -> (Database, Conn) {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    (db, conn)
}

fn revenue<C: Connection>(reports: Analytics, conn: &mut C, range: DateRange) -> Vec<Day> {
    let days = reports.daily_revenue(conn, range).unwrap();
    days.iter().map(|day| (day.date(), day.points(), day.tokens(), day.tickets())).collect()
}

fn engagement(reports: Analytics, conn: &mut Conn, since: PrimitiveDateTime) -> Vec<Engagement> {
    let users = reports.user_engagement(conn, since).unwrap().map(Result::unwrap);
    users
        .map(|user| {
            assert_eq!(user.first_name(), Some(format!("First {}", user.user_id()).as_str()));
            assert_eq!(user.last_name(), None);
            assert_eq!(user.enterprise_id(), Some(user.user_id() * 10));
            (
                user.user_id(),
                user.points_transactions(),
                user.total_points(),
                user.token_transactions(),
                user.total_tokens(),
                user.trips(),
            )
        })
        .collect()
}

fn campaign(reports: Analytics, conn: &mut Conn, ap_campaign_id: i32) -> Option<Performance> {
    let campaign = reports.campaign_performance(conn, ap_campaign_id).unwrap()?;
    assert_eq!(campaign.ap_campaign_id(), ap_campaign_id);
    assert_eq!(campaign.name(), format!("Campaign {ap_campaign_id}"));
    let times = |average: Option<Decimal>, count: u64| {
        average.map_or(Decimal::ZERO, |average| (average * Decimal::from(count)).round_dp(2))
    };
    assert_eq!(times(campaign.average_grant(), campaign.grants()), campaign.distributed());
    let recipients = campaign.recipients();
    assert_eq!(times(campaign.average_per_recipient(), recipients), campaign.distributed());
    Some(Performance {
        allocated: campaign.allocated(),
        recipients,
        grants: campaign.grants(),
        distributed: campaign.distributed(),
        first_issue: campaign.first_issue(),
        last_issue: campaign.last_issue(),
        engaged_users: campaign.engaged_users(),
        trips_after: campaign.trips_after(),
        mean_days: campaign.mean_days_to_first_trip(),
        rate: campaign.engagement_rate(),
    })
}

fn hours(reports: Analytics, conn: &mut Conn, since: PrimitiveDateTime) -> Vec<Hour> {
    let hours = reports.hourly_trips(conn, since).unwrap();
    hours
        .iter()
        .map(|row| {
            let weekday = row.weekday().number_days_from_sunday();
            (weekday, row.hour(), row.travel_mode(), row.trips(), row.average_distance())
        })
        .collect()
}

fn hotspots(reports: Analytics, conn: &mut Conn, min_frequency: u64, limit: u64) -> Vec<Spot> {
    let spots = reports.activity_hotspots(conn, min_frequency, limit).unwrap();
    spots
        .iter()
        .map(|spot| {
            (
                spot.origin(),
                spot.destination(),
                spot.travel_mode(),
                spot.frequency(),
                spot.average_driving_probability(),
                spot.average_transit_probability(),
            )
        })
        .collect()
}

/// Runs `judge` on random rows in the tables, for all accounts and for the real ones alone.
fn on_random_rows<S: Strategy>(
    asked: S,
    judge: impl Fn(&mut Conn, Analytics, &Rows, &S::Value) -> Result<(), TestCaseError>,
) {
    let (_db, conn) = migrated();
    let conn = std::cell::RefCell::new(conn);
    let config = ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() };
    TestRunner::new(config)
        .run(&(rows(), asked), |(rows, asked)| {
            let conn = &mut *conn.borrow_mut();
            rows.store(conn);
            judge(conn, Analytics::new(), &rows, &asked)?;
            let real = oracle::without_test_accounts(&rows);
            judge(conn, Analytics::new().without_test_accounts(), &real, &asked)
        })
        .unwrap();
}

fn ranges() -> impl Strategy<Value = DateRange> {
    (5_u8..14, 0_u8..9).prop_map(|(first, days)| {
        DateRange::new(date(Month::March, first), date(Month::March, first + days)).unwrap()
    })
}

#[test]
fn revenue_is_what_the_rows_of_each_day_sum_up_to() {
    on_random_rows(ranges(), |conn, reports, rows, range| {
        prop_assert_eq!(revenue(reports, conn, *range), oracle::revenue(rows, *range));
        Ok(())
    });
}

#[test]
fn engagement_is_what_the_rows_of_each_user_sum_up_to() {
    on_random_rows(moments(), |conn, reports, rows, since| {
        prop_assert_eq!(engagement(reports, conn, *since), oracle::engagement(rows, *since));
        Ok(())
    });
}

#[test]
fn campaign_performance_is_what_its_recipients_did_since() {
    on_random_rows(0..8, |conn, reports, rows, id| {
        prop_assert_eq!(campaign(reports, conn, *id), oracle::campaign(rows, *id));
        Ok(())
    });
}

#[test]
fn hourly_trips_are_those_that_started_then() {
    on_random_rows(moments(), |conn, reports, rows, since| {
        prop_assert_eq!(hours(reports, conn, *since), oracle::hours(rows, *since));
        Ok(())
    });
}

#[test]
fn hotspots_are_the_most_frequent_pairs_of_places() {
    on_random_rows((0_u64..4, 0_u8..10), |conn, reports, rows, (min_frequency, limit)| {
        let got = hotspots(reports, conn, *min_frequency, (*limit).into());
        prop_assert_eq!(got, oracle::hotspots(rows, *min_frequency, (*limit).into()));
        Ok(())
    });
}

/// What the service would hold after two movements of points, a grant and three trips.
fn two_points_one_token_three_trips(conn: &mut Conn) {
    for sql in [
        "INSERT INTO auth_user (id, first_name, enterprise_id, created_on) \
         VALUES (1, 'First 1', 10, '2025-03-01')",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         VALUES (1, 2, 10.50, 10.50, '2025-03-02 23:59:59'), (1, 3, -4.25, 6.25, '2025-03-03')",
        "INSERT INTO token_transaction (user_id, ap_campaign_id, activity_type, tokens, issued_on) \
         VALUES (1, 7, 1, 5, '2025-03-02 12:00:00')",
        "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES \
         (1, 2, '2025-03-02 11:59:59', 1000), (1, 2, '2025-03-02 12:00:00', 2000), \
         (1, 1, '2025-03-04 08:30:00', NULL)",
        "INSERT INTO campaign (ap_campaign_id, name, tokens) VALUES (7, 'Campaign 7', 100)",
    ] {
        conn.query_drop(sql).unwrap();
    }
}

#[test]
fn nothing_is_counted_twice() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    let reports = Analytics::new();

    let users = engagement(reports, &mut conn, at(Month::March, 1, 0));
    let campaign = campaign(reports, &mut conn, 7).unwrap();

    assert_eq!(users, [(1, 2, Decimal::new(625, 2), 1, Decimal::from(5), 3)]);
    assert_eq!((campaign.trips_after, campaign.engaged_users), (2, 1));
    assert_eq!((campaign.mean_days, campaign.rate), (Some(0.0), Some(1.0)));
}

#[test]
fn a_campaign_that_gave_nothing_has_no_averages() {
    let (_db, mut conn) = migrated();
    conn.query_drop("INSERT INTO campaign (ap_campaign_id, tokens) VALUES (7, 100)").unwrap();

    let campaign = analytics::campaign_performance(&mut conn, 7).unwrap().unwrap();

    assert_eq!(campaign.allocated(), Decimal::from(100));
    assert_eq!((campaign.recipients(), campaign.grants()), (0, 0));
    assert_eq!(campaign.distributed(), Decimal::ZERO);
    assert_eq!((campaign.average_grant(), campaign.average_per_recipient()), (None, None));
    assert_eq!((campaign.first_issue(), campaign.last_issue()), (None, None));
    assert_eq!((campaign.mean_days_to_first_trip(), campaign.engagement_rate()), (None, None));
    assert_eq!(analytics::campaign_performance(&mut conn, 8).unwrap(), None);
}

#[test]
fn a_day_ends_with_its_last_second_whatever_the_time_zone_of_the_session() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    let second = DateRange::new(date(Month::March, 2), date(Month::March, 3)).unwrap();

    for zone in ["+00:00", "-06:00", "+13:00"] {
        conn.query_drop(format!("SET time_zone = '{zone}'")).unwrap();
        let days = revenue(Analytics::new(), &mut conn, second);
        assert_eq!(days[0].1, Decimal::new(1050, 2), "{zone}");
        let hours = hours(Analytics::new(), &mut conn, at(Month::March, 2, 12));
        let starts: Vec<_> = hours.iter().map(|hour| (hour.0, hour.1)).collect();
        assert_eq!(starts, [(0, 12), (2, 8)], "{zone}");
    }
}

#[test]
fn weekdays_and_modes_have_their_names() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);

    let hours = analytics::hourly_trips(&mut conn, at(Month::March, 2, 12)).unwrap();

    let names: Vec<_> =
        hours.iter().map(|hour| (hour.weekday(), hour.travel_mode().to_string())).collect();
    assert_eq!(
        names,
        [(Weekday::Sunday, "public transit".into()), (Weekday::Tuesday, "driving".into())]
    );
    assert_eq!(TravelMode::from(77).to_string(), "mode 77");
    assert_eq!(format!("{:>14}|", TravelMode::from(101)), "instant carpool|");
    assert_eq!(format!("{:>8}|", TravelMode::from(3)), " walking|");
    assert_eq!(format!("{:>8}|", TravelMode::from(77)), " mode 77|");
}

/// Dates that no calendar has, as some modes let them in.
#[test]
fn an_impossible_date_is_none() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    let range = DateRange::new(date(Month::January, 1), date(Month::July, 1)).unwrap();
    let since = at(Month::January, 1, 0);
    let reports = Analytics::new();
    let before = (revenue(reports, &mut conn, range), hours(reports, &mut conn, since));
    let grants = campaign(reports, &mut conn, 7).unwrap();
    for (day, last) in [("0000-00-00", 0), ("2025-00-00", 1), ("2025-04-00", 2), ("2025-02-30", 3)]
    {
        conn.query_drop("SET sql_mode = 'ALLOW_INVALID_DATES'").unwrap();
        for sql in [
            "points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES (1, 1, 1, 1, ?)",
            "bytemark_order_payments (user_id, order_id, total_price, created_on) VALUES (1, 1, 1, ?)",
            "trip (user_id, travel_mode, started_on) VALUES (1, 1, ?)",
            "token_transaction (user_id, ap_campaign_id, tokens, issued_on, created_on) \
             VALUES (1, 7, 1, ?, '2026-01-01')",
            "token_transaction (user_id, ap_campaign_id, tokens, issued_on, created_on) \
             VALUES (2, 7, 1, ?, '0000-00-00')",
            "token_transaction (user_id, tokens, created_on) VALUES (1, 1, ?)",
        ] {
            let sql = sql.replace('?', &format!("'{day}'"));
            conn.query_drop(format!("INSERT INTO {sql}")).unwrap();
        }
        for mode in ["ALLOW_INVALID_DATES", "TRADITIONAL", "ONLY_FULL_GROUP_BY"] {
            conn.query_drop(format!("SET sql_mode = '{mode}'")).unwrap();
            assert_eq!(revenue(reports, &mut conn, range), before.0, "{day} {mode}");
            let hours = hours(reports, &mut conn, since);
            let (of_march, others): (Vec<_>, Vec<_>) =
                hours.into_iter().partition(|(weekday, hour, ..)| (*weekday, *hour) == (0, 0));
            assert_eq!(others, before.1, "{day} {mode}");
            assert_eq!(of_march.len(), usize::from(day == "2025-02-30"), "{day} {mode}");
            let got = campaign(reports, &mut conn, 7).unwrap();
            let expected = Performance {
                recipients: 2,
                grants: grants.grants + 2 * (last + 1),
                distributed: grants.distributed + Decimal::from(2 * (last + 1)),
                rate: Some(0.5),
                allocated: grants.allocated,
                ..grants
            };
            assert_eq!(got, expected, "{day} {mode}");
        }
    }
}

/// Tables may have columns of their own, under any name that a statement might use.
#[test]
fn columns_that_somebody_has_added_change_nothing() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    conn.query_drop(
        "INSERT INTO cm_activity_location (user_id, o_id, d_id) VALUES (1, 1, 2), (2, 1, 2), (1, 2, 1)",
    )
    .unwrap();
    let since = at(Month::March, 1, 0);
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1)).unwrap();
    let all = |conn: &mut Conn| {
        let reports = Analytics::new();
        (
            revenue(reports, conn, range),
            engagement(reports, conn, since),
            campaign(reports, conn, 7),
            hours(reports, conn, since),
            hotspots(reports, conn, 1, 10),
        )
    };
    let before = all(&mut conn);
    for (table, names) in [
        ("trip", &["weekday", "hour", "trips", "first_trip", "engaged"][..]),
        ("cm_activity_location", &["frequency", "mode"]),
        ("points_transaction", &["date", "total", "ledger", "movements"]),
        (
            "token_transaction",
            &["first_issue", "last_issue", "grants", "recipients", "distributed"],
        ),
        ("auth_user", &["movements", "points", "grants", "tokens", "trips"]),
        ("campaign", &["recipients", "trips", "days"]),
    ] {
        for name in names {
            let sql = format!("ALTER TABLE {table} ADD COLUMN `{name}` int DEFAULT 3");
            conn.query_drop(sql).unwrap();
        }
    }
    for mode in ["ONLY_FULL_GROUP_BY", ""] {
        conn.query_drop(format!("SET sql_mode = '{mode}'")).unwrap();
        assert_eq!(all(&mut conn), before, "{mode}");
    }
}

/// The original statements, which the service sends without this crate.
#[test]
fn agrees_with_the_original_statements_where_they_are_right() {
    let (_db, conn) = migrated();
    let conn = std::cell::RefCell::new(conn);
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() };
    let range = DateRange::new(date(Month::March, 8), date(Month::March, 11)).unwrap();
    let since = at(Month::March, 8, 0);
    TestRunner::new(config)
        .run(&rows(), |rows| {
            let conn = &mut *conn.borrow_mut();
            rows.store(conn);
            let reports = Analytics::new();
            prop_assert_eq!(revenue(reports, conn, range), original_revenue(conn, range));
            prop_assert_eq!(hours(reports, conn, since), original_hours(conn, since));
            prop_assert_eq!(hotspots(reports, conn, 3, 100), original_hotspots(conn));
            Ok(())
        })
        .unwrap();
}

fn original_revenue(conn: &mut Conn, range: DateRange) -> Vec<Day> {
    let last = PrimitiveDateTime::new(
        range.until().previous_day().unwrap(),
        Time::from_hms(23, 59, 59).unwrap(),
    );
    let mut sums = |table: &str, amount: &str, which: &str| -> HashMap<Date, Option<Decimal>> {
        let sql = format!(
            "SELECT DATE(created_on) AS date, SUM({amount}) FROM {table} \
             WHERE created_on BETWEEN ? AND ? {which} GROUP BY DATE(created_on)"
        );
        conn.exec(sql, (range.from(), last)).unwrap().into_iter().collect()
    };
    let points = sums("points_transaction", "points", "AND points > 0");
    let tokens = sums("token_transaction", "tokens", "AND tokens > 0");
    let tickets = sums("bytemark_order_payments", "total_price", "");
    let of = |sums: &HashMap<_, Option<Decimal>>, date| {
        sums.get(&date).copied().flatten().unwrap_or_default()
    };
    (8..11)
        .map(|day| date(Month::March, day))
        .map(|date| (date, of(&points, date), of(&tokens, date), of(&tickets, date)))
        .collect()
}

fn original_hours(conn: &mut Conn, since: PrimitiveDateTime) -> Vec<Hour> {
    let sql = "SELECT HOUR(started_on) AS hour, DAYOFWEEK(started_on) AS day_of_week, travel_mode, \
               COUNT(*) AS trip_count, AVG(distance) AS avg_distance FROM trip \
               WHERE started_on >= ? GROUP BY hour, day_of_week, travel_mode \
               ORDER BY day_of_week, hour, travel_mode";
    let row = |(hour, day, mode, trips, distance): (_, u8, i32, _, _)| {
        (day - 1, hour, mode.into(), trips, distance)
    };
    conn.exec_map(sql, (since,), row).unwrap()
}

fn original_hotspots(conn: &mut Conn) -> Vec<Spot> {
    let sql = "SELECT o_id, d_id, travel_mode, COUNT(*) AS frequency, \
               AVG(probability_driving) AS avg_drive_prob, AVG(probability_transit) AS avg_transit_prob \
               FROM cm_activity_location GROUP BY o_id, d_id, travel_mode HAVING frequency > 2 \
               ORDER BY frequency DESC, o_id, d_id, travel_mode LIMIT 100";
    let row = |(from, to, mode, frequency, driving, transit): (_, _, Option<i32>, _, _, _)| {
        (from, to, mode.map(TravelMode::from), frequency, driving, transit)
    };
    conn.query_map(sql, row).unwrap()
}

/// Calls every report, for all accounts and for the real ones.
fn all_reports<C: Connection>(conn: &mut C) -> quicksight_migrations::Result<()> {
    let since = at(Month::March, 1, 0);
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1))?;
    for reports in [Analytics::new(), Analytics::new().without_test_accounts()] {
        assert_eq!(reports.daily_revenue(conn, range)?.len(), 31);
        reports.user_engagement(conn, since)?.try_for_each(|user| user.map(drop))?;
        reports.campaign_performance(conn, 7)?;
        reports.hourly_trips(conn, since)?;
        reports.activity_hotspots(conn, 1, 10)?;
    }
    Ok(())
}

#[test]
fn each_report_is_one_statement() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    let before = questions(&mut conn);
    all_reports(&mut conn).unwrap();
    assert_eq!(questions(&mut conn) - before, 10 + 1);
}

#[test]
fn runs_in_any_sql_mode_and_in_a_transaction_of_the_caller() {
    let (db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
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
    let (db, _conn) = migrated();
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
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
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
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    conn.query_drop("INSERT INTO auth_user (id, created_on) VALUES (2, '2025-03-01')").unwrap();
    conn.query_drop("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (2, 1, NOW())")
        .unwrap();

    let first = analytics::user_engagement(&mut conn, at(Month::March, 1, 0)).unwrap().next();

    assert_eq!(first.unwrap().unwrap().user_id(), 1);
    all_reports(&mut conn).unwrap();
}

#[test]
fn a_connection_that_breaks_under_way_never_makes_a_report_shorter() {
    let (db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
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
    cut_within_each_answer(&db, |conn| analytics::activity_hotspots(conn, 1, 10));
}

#[test]
fn takes_any_moment_and_refuses_ranges_that_are_none() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    for (since, users) in [(PrimitiveDateTime::MIN, 1), (PrimitiveDateTime::MAX, 0)] {
        assert_eq!(engagement(Analytics::new(), &mut conn, since).len(), users);
        assert_eq!(hours(Analytics::new(), &mut conn, since).len(), 3 * users);
    }

    let year = |year| Date::from_ordinal_date(year, 1).unwrap();
    for (from, until) in [(2025, 2024), (999, 2025), (-5, 2025)] {
        let error = DateRange::new(year(from), year(until)).unwrap_err();
        assert!(matches!(error, Error::InvalidDateRange { .. }), "{error:?}");
    }
    let none = DateRange::new(year(2025), year(2025)).unwrap();
    assert_eq!(analytics::daily_revenue(&mut conn, none).unwrap(), []);
    let last = DateRange::new(Date::MAX.previous_day().unwrap(), Date::MAX).unwrap();
    assert_eq!(analytics::daily_revenue(&mut conn, last).unwrap().len(), 1);
}

/// A session that would have a few rows of each answer has all of them here.
#[test]
fn reports_are_whole_whatever_limit_the_session_has() {
    let (_db, mut conn) = migrated();
    two_points_one_token_three_trips(&mut conn);
    for sql in [
        "INSERT INTO auth_user (id, first_name, enterprise_id, created_on) \
         VALUES (2, 'First 2', 20, '2025-03-01')",
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (2, 1, '2025-03-05')",
        "INSERT INTO cm_activity_location (user_id, o_id, d_id) VALUES (1, 1, 2), (1, 2, 1)",
    ] {
        conn.query_drop(sql).unwrap();
    }
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
