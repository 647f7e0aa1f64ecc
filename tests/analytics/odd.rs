//! Rows and tables that the original statements stumble over.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    analytics::{self, Analytics, DateRange, HourlyTrips, Period, TravelMode},
    ledger::{Account, Activity, Ends, NewPointsTransfer, SystemAccount, record_points_transfer},
    rust_decimal::Decimal,
    time::{Date, Month, Weekday},
};

use crate::{
    campaign, engagement, everything, from, hours, oracle::Performance, revenue, rows::date,
    support::migrated, two_points_one_token_three_trips,
};

#[test]
fn nothing_is_counted_twice() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    let reports = Analytics::new();

    let users = engagement(reports, &mut conn, from(Month::March, 1));
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

    let range = DateRange::new(date(Month::March, 2), date(Month::June, 1)).unwrap();
    for zone in ["+00:00", "-06:00", "+13:00"] {
        conn.query_drop(format!("SET time_zone = '{zone}'")).unwrap();
        let days = revenue(Analytics::new(), &mut conn, second);
        assert_eq!(days[0].1, Decimal::new(1050, 2), "{zone}");
        let hours = hours(Analytics::new(), &mut conn, range);
        let starts: Vec<_> = hours.iter().map(|hour| (hour.0, hour.1)).collect();
        assert_eq!(starts, [(0, 11), (0, 12), (2, 8)], "{zone}");
    }
}

#[test]
fn weekdays_and_modes_have_their_names() {
    let (_db, mut conn) = two_points_one_token_three_trips();

    let range = DateRange::new(date(Month::March, 2), date(Month::June, 1)).unwrap();
    conn.query_drop("DELETE FROM trip WHERE started_on < '2025-03-02 12:00:00'").unwrap();
    let hours = analytics::hourly_trips(&mut conn, range).unwrap();

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
    let of_2024 = |month, day| Date::from_calendar_date(2024, month, day).unwrap();
    // Of months, of a year and more, of the days around those that are none, and of days between which there are none.
    let ranges = [
        (date(Month::January, 1), date(Month::July, 1)),
        (of_2024(Month::April, 5), date(Month::April, 10)),
        (of_2024(Month::December, 31), date(Month::January, 1)),
        (date(Month::February, 28), date(Month::March, 1)),
        (date(Month::March, 31), date(Month::April, 1)),
        (date(Month::February, 1), date(Month::February, 28)),
        (date(Month::April, 1), date(Month::April, 30)),
    ];
    let ranges = ranges.map(|(first, last)| DateRange::new(first, last).unwrap());
    let reports = Analytics::new();
    // A grant without a day counts for its campaign.
    let of_days = |conn: &mut Conn| {
        let mut all: Vec<_> =
            ranges.into_iter().flat_map(|range| everything(reports, conn, range)).collect();
        all.retain(|report| !report.contains("Campaign 7"));
        all
    };
    let before = of_days(&mut conn);
    let grants = campaign(reports, &mut conn, 7).unwrap();
    let days = ["0000-00-00", "2025-00-00", "2025-04-00", "2025-02-30", "0999-12-31"];
    for (last, day) in days.iter().enumerate() {
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
            assert_eq!(of_days(&mut conn), before, "{day} {mode}");
            let got = campaign(reports, &mut conn, 7).unwrap();
            let expected = Performance {
                recipients: 2,
                grants: grants.grants + 2 * (last as u64 + 1),
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
    let range = DateRange::new(date(Month::March, 1), date(Month::April, 1)).unwrap();
    let all = |conn: &mut Conn| {
        let reports = Analytics::new();
        (engagement(reports, conn, range), everything(reports, conn, range))
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
    let (first, last) = (Date::from_ordinal_date(1000, 1).unwrap(), Date::MAX);
    for (start, users) in [(first, 1), (last, 0)] {
        let range = DateRange::new(start, last).unwrap();
        assert_eq!(engagement(Analytics::new(), &mut conn, range).len(), users);
        assert_eq!(hours(Analytics::new(), &mut conn, range).len(), 3 * users);
    }
    let end_of_february = DateRange::new(first, date(Month::March, 1)).unwrap();
    assert_eq!(engagement(Analytics::new(), &mut conn, end_of_february), []);

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

/// A purchase, a hold and its end, a ticket, a present, and two corrections: what came from outside counts
/// once.
#[test]
fn points_are_gained_once_however_often_they_move() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO auth_user (id, is_debug) VALUES (1, 0), (2, 0), (3, 1)").unwrap();
    let day = date(Month::March, 2);
    let range = DateRange::new(day, day.next_day().unwrap()).unwrap();
    let mut pay = |payer: Account, payee: Account, activity, points: i32| {
        let payment = NewPointsTransfer::new(Ends { payer, payee }, activity, points.into());
        let payment = payment.created_on(day.midnight());
        record_points_transfer(&mut conn, &payment).unwrap();
        let day = analytics::daily_revenue(&mut conn, range).unwrap().remove(0);
        let real = Analytics::new().without_test_accounts();
        let real = real.daily_revenue(&mut conn, range).unwrap().remove(0);
        [day.points(), day.positive_points(), real.points(), real.positive_points()]
            .map(|sum| i32::try_from(sum).unwrap())
    };
    let (user, other, test) = (Account::user(1), Account::user(2), Account::user(3));
    let (stripe, escrow) = (SystemAccount::Stripe.into(), SystemAccount::Escrow.into());
    let bytemark = SystemAccount::Bytemark.into();

    assert_eq!(pay(stripe, user, Activity::Purchase, 100), [100, 100, 100, 100]);
    assert_eq!(pay(user, escrow, Activity::IntoEscrow, 30), [100, 130, 100, 130]);
    assert_eq!(pay(escrow, user, Activity::FromEscrow, 30), [100, 160, 100, 160]);
    assert_eq!(pay(user, bytemark, Activity::TransitTicket, 20), [100, 180, 100, 180]);
    assert_eq!(pay(user, other, Activity::CarpoolDriver, 5), [100, 185, 100, 185]);
    // The ticket is paid back, then a part of the purchase.
    assert_eq!(pay(bytemark, user, Activity::Adjustment, 20), [100, 205, 100, 205]);
    assert_eq!(pay(user, stripe, Activity::Adjustment, 10), [90, 215, 90, 215]);
    // Neither half of what a test account pays or receives counts for real ones.
    assert_eq!(pay(stripe, test, Activity::Purchase, 7), [97, 222, 90, 215]);
    assert_eq!(pay(test, other, Activity::CarpoolDriver, 3), [97, 225, 90, 215]);
    assert_eq!(pay(other, test, Activity::CarpoolDriver, 1), [97, 226, 90, 215]);

    let activities = analytics::points_by_activity(&mut conn, range).unwrap();
    let gained: Vec<_> = activities.iter().map(|row| (row.activity(), row.gained())).collect();
    assert_eq!(
        gained,
        [
            (Activity::Adjustment, Decimal::from(-10)),
            (Activity::Purchase, Decimal::from(107)),
            (Activity::CarpoolDriver, Decimal::ZERO),
            (Activity::IntoEscrow, Decimal::ZERO),
            (Activity::FromEscrow, Decimal::ZERO),
            (Activity::TransitTicket, Decimal::ZERO),
        ]
    );
    let real = Analytics::new().without_test_accounts();
    let users = real.user_engagement(&mut conn, from(Month::January, 1)).unwrap();
    assert_eq!(users.count(), 0, "nobody has signed up");
    conn.query_drop("UPDATE auth_user SET created_on = '2025-01-01'").unwrap();
    let users = real.user_engagement(&mut conn, from(Month::January, 1)).unwrap();
    let points: Vec<_> = users.map(|user| user.unwrap().total_points()).collect();
    assert_eq!(points, [Decimal::from(85), Decimal::from(5)]);
}

/// A trip of another time is no trip of these days, and an hour without one can be asked for.
#[test]
fn hours_have_an_end_and_can_be_empty() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    conn.query_drop(
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES \
         (1, 2, '2031-03-02 09:00:00'), (1, 77, '2025-03-09 00:00:00'), (1, 3, '2025-02-28 23:59:59')",
    )
    .unwrap();
    let week = DateRange::new(date(Month::March, 2), date(Month::March, 9)).unwrap();

    let hours = analytics::hourly_trips(&mut conn, week).unwrap();
    let all = Analytics::new().with_empty_hours().hourly_trips(&mut conn, week).unwrap();

    assert_eq!(hours.iter().map(HourlyTrips::trips).sum::<u64>(), 3);
    assert_eq!(all.len(), 7 * 24 * 2);
    let order = |row: &HourlyTrips| {
        (row.weekday().number_days_from_sunday(), row.hour(), row.travel_mode().number())
    };
    assert!(all.is_sorted_by_key(order));
    let (with, without): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| row.trips() > 0);
    assert_eq!(with, hours);
    assert!(without.iter().all(|row| row.average_distance().is_none()));
    let none = DateRange::new(date(Month::May, 1), date(Month::May, 2)).unwrap();
    assert_eq!(Analytics::new().with_empty_hours().hourly_trips(&mut conn, none).unwrap(), []);
}

/// What nobody can have travelled makes no mean infinite.
#[test]
fn a_distance_that_cannot_be_is_not_known() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    let range = DateRange::new(date(Month::March, 2), date(Month::April, 1)).unwrap();
    let before = everything(Analytics::new(), &mut conn, range);
    conn.query_drop("UPDATE trip SET distance = 1e308 WHERE distance IS NULL").unwrap();
    assert_eq!(everything(Analytics::new(), &mut conn, range), before);
    conn.query_drop("UPDATE trip SET distance = -5 WHERE distance > 1e300").unwrap();
    assert_eq!(everything(Analytics::new(), &mut conn, range), before);
}

#[test]
fn parts_of_nothing_are_none() {
    let (_db, mut conn) = two_points_one_token_three_trips();
    let range = DateRange::new(date(Month::March, 2), date(Month::March, 3)).unwrap();

    let day = analytics::daily_trips(&mut conn, range).unwrap().remove(0);
    assert_eq!((day.trips(), day.previous_trips(), day.change()), (2, 0, None));
    let day = analytics::active_users(&mut conn, range).unwrap().remove(0);
    assert_eq!((day.monthly(), day.stickiness()), (1, Some(1.0)));
    let before = DateRange::new(date(Month::March, 1), date(Month::March, 2)).unwrap();
    let day = analytics::active_users(&mut conn, before).unwrap().remove(0);
    assert_eq!((day.monthly(), day.stickiness()), (0, None));
    let cohort = analytics::retention(&mut conn, before, Period::Day).unwrap().remove(0);
    assert_eq!((cohort.size(), cohort.rate(0), cohort.rate(1)), (1, Some(0.0), None));
}
