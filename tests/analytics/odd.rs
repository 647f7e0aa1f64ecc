//! Rows and tables that the original statements stumble over.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    analytics::{self, Analytics, DateRange, TravelMode},
    rust_decimal::Decimal,
    time::{Date, Month, PrimitiveDateTime, Weekday},
};

use crate::{
    campaign, engagement, hotspots, hours,
    oracle::Performance,
    revenue,
    rows::{at, date},
    support::migrated,
    two_points_one_token_three_trips,
};

#[test]
fn nothing_is_counted_twice() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    let reports = Analytics::new();

    let users = engagement(reports, &mut conn, at(Month::March, 1, 0));
    let campaign = campaign(reports, &mut conn, 7).unwrap();

    assert_eq!(users, [(1, 2, Decimal::new(625, 2), 1, Decimal::from(5), 3)]);
    assert_eq!((campaign.trips_after, campaign.engaged_users), (2, 1));
    assert_eq!((campaign.mean_days, campaign.rate), (Some(0.0), Some(1.0)));
}

#[test]
fn a_campaign_that_gave_nothing_has_no_averages() {
    let db = migrated();
    let mut conn = db.conn();
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
    let (_db, mut conn) = two_points_one_token_three_trips();
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
    let (_db, mut conn) = two_points_one_token_three_trips();

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
    let (_db, mut conn) = two_points_one_token_three_trips();
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
    let (_db, mut conn) = two_points_one_token_three_trips();
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

#[test]
fn takes_any_moment_and_refuses_ranges_that_are_none() {
    let (_db, mut conn) = two_points_one_token_three_trips();
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
