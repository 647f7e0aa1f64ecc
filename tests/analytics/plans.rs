//! How the server goes about each report: it reads the asked range of an index, and nothing else.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    analytics::{self, DateRange, HotspotLimits},
    run_quicksight_migrations,
    time::{Date, Duration, PrimitiveDateTime, Time},
};

use crate::support::{
    ByHand, Database,
    statements::{executed, explain, written_down},
};

/// Days since 2020 in the tables, with so many rows each.
const DAYS: i64 = 1_000;
const ROWS_A_DAY: i64 = 20;

fn day(number: i64) -> Date {
    Date::from_ordinal_date(2020, 1).unwrap() + Duration::days(number)
}

fn moment(number: i64) -> PrimitiveDateTime {
    PrimitiveDateTime::new(day(number), Time::MIDNIGHT)
}

/// Some years of the service: a user signs up each day, and each user has as many rows as any other.
fn some_years() -> Database {
    let db = written_down();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    add_days(&mut conn, 0..DAYS);
    db
}

fn add_days(conn: &mut Conn, days: std::ops::Range<i64>) {
    let rows: Vec<_> = days
        .clone()
        .flat_map(|day| (0..ROWS_A_DAY).map(move |row| (day, row)))
        .map(|(number, row)| {
            let user = (number * 7 + row * 131) % DAYS + 1;
            format!("({user}, '{}', {})", day(number), row + 1)
        })
        .collect();
    let users: Vec<_> = days.map(|number| format!("({}, '{}')", number + 1, day(number))).collect();
    let (rows, users) = (rows.join(","), users.join(","));
    conn.by_hand([
        "CREATE TEMPORARY TABLE made (user int, day datetime, amount int)".into(),
        format!("INSERT INTO made VALUES {rows}"),
        format!("INSERT INTO auth_user (id, created_on) VALUES {users}"),
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         SELECT user, 2, amount, amount, day FROM made"
            .into(),
        "INSERT INTO token_transaction (user_id, ap_campaign_id, tokens, created_on, issued_on) \
         SELECT user, user % 100, amount, day, day FROM made"
            .into(),
        "INSERT INTO bytemark_order_payments (user_id, order_id, total_price, created_on) \
         SELECT user, 1, amount, day FROM made"
            .into(),
        "INSERT INTO trip (user_id, travel_mode, started_on, distance) \
         SELECT user, amount % 3, day, amount FROM made"
            .into(),
        "INSERT INTO cm_activity_location (user_id, o_id, d_id, travel_mode) \
         SELECT user, user % 50, amount, 2 FROM made"
            .into(),
        "INSERT IGNORE INTO campaign (ap_campaign_id, tokens) \
         SELECT DISTINCT user % 100, 10 FROM made"
            .into(),
        "DROP TEMPORARY TABLE made".into(),
        "ANALYZE TABLE auth_user, points_transaction, token_transaction, bytemark_order_payments, \
         trip, cm_activity_location, campaign"
            .into(),
    ]);
}

/// A report by its name.
type Report = (&'static str, fn(&mut Conn));

/// The reports, each of a small part of what is there.
fn reports() -> [Report; 5] {
    [
        ("daily_revenue", |conn| {
            let range = DateRange::new(day(500), day(510)).unwrap();
            analytics::daily_revenue(conn, range).unwrap();
        }),
        ("user_engagement", |conn| {
            assert!(analytics::user_engagement(conn, moment(DAYS - 10)).unwrap().count() >= 10);
        }),
        ("campaign_performance", |conn| {
            assert!(analytics::campaign_performance(conn, 7).unwrap().unwrap().trips_after() > 0);
        }),
        ("hourly_trips", |conn| {
            assert!(!analytics::hourly_trips(conn, moment(DAYS - 10)).unwrap().is_empty());
        }),
        ("activity_hotspots", |conn| {
            assert_eq!(
                analytics::activity_hotspots(conn, HotspotLimits { min_frequency: 1, limit: 10 })
                    .unwrap()
                    .len(),
                10
            );
        }),
    ]
}

/// Which indexes a report reads, and that it reads no table.
#[test]
fn reads_indexes_alone() {
    let db = some_years();
    for (report, call) in reports() {
        let sql = executed(&db, call);
        let [sql] = &sql[..] else { panic!("{report}: {sql:?}") };

        let plan = explain(&db, sql);

        let mut from_index: Vec<_> = plan
            .iter()
            .filter(|step| step.is_index_only())
            .map(|step| step.key.as_deref().unwrap_or_default())
            .collect();
        from_index.sort_unstable();
        let expected: &[_] = match report {
            "daily_revenue" => &["daily_payments_idx", "daily_points_idx", "daily_tokens_idx"],
            "user_engagement" => &[
                "created_on_idx",
                "created_on_idx",
                "created_on_idx",
                "user_ledger_idx",
                "user_ledger_idx",
                "user_started_idx",
            ],
            "campaign_performance" => &["campaign_idx", "campaign_idx", "user_started_idx"],
            "hourly_trips" => &["trip_analytics_idx"],
            _ => &["hot_spot_idx"],
        };
        assert_eq!(from_index, expected, "{report}: {plan:#?}");
        let whole = plan.iter().find(|step| step.access == "ALL" && !step.table.starts_with('<'));
        assert_eq!(whole, None, "{report}");
    }
}

/// What a report costs is a matter of what was asked, whatever else is in the tables.
#[test]
fn cost_grows_with_the_range_and_not_with_the_table() {
    let db = some_years();
    let mut conn = db.conn();
    let ranged = |(report, _): &Report| *report != "activity_hotspots";
    let before: Vec<_> =
        reports().iter().filter(|it| ranged(it)).map(|(_, call)| reads(&mut conn, *call)).collect();

    // Days, users and campaigns of their own, before the asked ones.
    conn.by_hand([
        "INSERT INTO auth_user (created_on) SELECT '2019-01-01' FROM trip",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         SELECT 100000 + user_id, 2, 1, 1, '2019-01-01' FROM trip",
        "INSERT INTO token_transaction (user_id, ap_campaign_id, tokens, created_on, issued_on) \
         SELECT 100000 + user_id, 1000, 1, '2019-01-01', '2019-01-01' FROM trip",
        "INSERT INTO bytemark_order_payments (user_id, order_id, total_price, created_on) \
         SELECT 100000 + user_id, 1, 1, '2019-01-01' FROM trip",
        "INSERT INTO trip (user_id, travel_mode, started_on) \
         SELECT 100000 + user_id, 1, '2019-01-01' FROM token_transaction",
        "ANALYZE TABLE auth_user, points_transaction, token_transaction, bytemark_order_payments, \
         trip",
    ]);

    for ((report, call), before) in reports().iter().filter(|it| ranged(it)).zip(before) {
        let after = reads(&mut conn, *call);
        assert!(after <= before + before / 10, "{report}: {before} reads, then {after}");
        assert!(before < 3_000, "{report}: {before} reads");
    }
}

/// How many rows and index entries the server reads for a call, by its own count.
fn reads(conn: &mut Conn, call: fn(&mut Conn)) -> u64 {
    let before = reads_so_far(conn);
    call(conn);
    reads_so_far(conn) - before
}

fn reads_so_far(conn: &mut Conn) -> u64 {
    let counts: Vec<(String, u64)> =
        conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
    counts.into_iter().map(|(_, count)| count).sum()
}
