//! Sums answer what rows answer, whenever they were made and whatever was killed on the way.

mod calendar;
mod changed;
mod command;
mod exact;
mod kept;
mod killed;
mod model;
#[path = "../analytics/oracle.rs"]
#[allow(dead_code, unused_imports)] // So do its tests.
mod oracle;
mod random;
mod reach;
mod replica;
#[path = "../analytics/rows.rs"]
#[allow(dead_code)] // Reports without sums read more of them.
mod rows;
mod schedule;
mod session;
mod settle;
#[path = "../support/mod.rs"]
mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    analytics::{
        ActiveUsers, ActivityPoints, Analytics, DailyRevenue, DailyTrips, DateRange, HourlyTrips,
        ModeShare, PaymentTypeRevenue, Period,
    },
    time::{Date, Month},
};
use support::{ByHand, Database, migrated};

/// What the reports say that may read sums. All distances here are half metres, whose sums are exact.
#[derive(Debug, Clone, PartialEq)]
struct Answers {
    revenue: Vec<DailyRevenue>,
    activities: Vec<ActivityPoints>,
    payments: Vec<PaymentTypeRevenue>,
    hours: Vec<HourlyTrips>,
    days: Vec<DailyTrips>,
    modes: Vec<ModeShare>,
    users: Vec<ActiveUsers>,
}

fn answers(reports: Analytics, conn: &mut Conn, range: DateRange) -> Answers {
    Answers {
        revenue: reports.daily_revenue(conn, range).unwrap(),
        activities: reports.points_by_activity(conn, range).unwrap(),
        payments: reports.revenue_by_payment_type(conn, range).unwrap(),
        hours: reports.hourly_trips(conn, range).unwrap(),
        days: reports.daily_trips(conn, range).unwrap(),
        modes: reports.mode_share(conn, range, Period::Week).unwrap(),
        users: reports.active_users(conn, range).unwrap(),
    }
}

fn of_rows(conn: &mut Conn, range: DateRange) -> Answers {
    answers(Analytics::new(), conn, range)
}

fn of_sums(conn: &mut Conn, range: DateRange) -> Answers {
    answers(Analytics::new().with_summaries(), conn, range)
}

/// Both, and that they are the same.
#[track_caller]
fn assert_same(conn: &mut Conn, range: DateRange) {
    assert_eq!(of_sums(conn, range), of_rows(conn, range));
}

fn days(from: (i32, Month, u8), until: (i32, Month, u8)) -> DateRange {
    let day = |(year, month, day)| Date::from_calendar_date(year, month, day).unwrap();
    DateRange::new(day(from), day(until)).unwrap()
}

/// The spring of 2025, in which the rows of these tests are.
fn spring() -> DateRange {
    days((2025, Month::January, 1), (2025, Month::June, 1))
}

/// Some rows of each source in three hours of two days.
fn some_rows() -> (Database, Conn) {
    let db = migrated();
    let mut conn = db.conn();
    insert_some_rows(&mut conn);
    (db, conn)
}

fn insert_some_rows(conn: &mut Conn) {
    conn.by_hand([
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on, payer) \
         VALUES (1, 2, 10.50, 10.50, '2025-03-02 09:15:00', 2100), (1, 3, -4.25, 6.25, '2025-03-02 09:59:59', 0), \
         (2, 6, 3, 3, '2025-03-02 10:00:00', 2002), (2, 2, 1.5, 4.5, '2025-03-03 23:59:59', 0)",
        "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES \
         (1, 5, '2025-03-02 09:00:00'), (1, -2, '2025-03-02 09:30:00'), (1, 7, NULL), (1, NULL, '2025-03-03')",
        "INSERT INTO bytemark_order_payments (user_id, order_id, payment_type, total_price, created_on) VALUES \
         (1, 1, 'coins', 2.25, '2025-03-02 09:00:00'), (1, 1, 'Coins', 3, '2025-03-02 09:00:00'), \
         (1, 1, NULL, 4, '2025-03-02 09:00:00'), (1, 1, '', -1, '2025-03-02 09:00:00'), \
         (1, 1, 'tokens', NULL, '2025-03-03 23:00:00')",
        "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES \
         (1, 2, '2025-03-02 09:59:59', 1000), (1, 2, '2025-03-02 10:00:00', 2000.5), \
         (2, 1, '2025-03-03 08:30:00', NULL), (2, 1, '2025-03-03 08:40:00', -1), (1, 1, '2025-03-03', 1)",
    ]);
}

/// All sums, with what is noted about them.
fn sums(conn: &mut Conn) -> Vec<Vec<String>> {
    let tables = ["summary_revenue", "summary_trips", "summary_users", "summary_state"];
    tables
        .map(|table| {
            let rows: Vec<mysql::Row> = conn.query(format!("SELECT * FROM {table}")).unwrap();
            let mut rows: Vec<_> =
                rows.into_iter().map(|row| format!("{:?}", row.unwrap())).collect();
            rows.sort();
            rows
        })
        .into()
}

fn forget_sums(conn: &mut Conn) {
    let tables =
        ["summary_revenue", "summary_trips", "summary_users", "summary_state", "summary_log"];
    conn.by_hand(tables.map(|table| format!("DELETE FROM {table}")));
}

/// The names of all triggers.
fn triggers(conn: &mut Conn) -> Vec<String> {
    conn.query(
        "SELECT trigger_name AS name FROM information_schema.triggers \
         WHERE trigger_schema = DATABASE() ORDER BY trigger_name",
    )
    .unwrap()
}

/// What the session takes for now, in UTC.
fn set_clock(conn: &mut Conn, utc: &str) {
    conn.by_hand([
        "SET time_zone = '+00:00'".to_owned(),
        format!("SET timestamp = UNIX_TIMESTAMP('{utc}')"),
    ]);
}
