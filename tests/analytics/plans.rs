//! How the server goes about each report: it reads the asked range of an index, and nothing else.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    analytics::{self, DateRange, EmissionFactors, HotspotLimits, Period},
    run_quicksight_migrations,
    time::{Date, Duration},
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
        "INSERT IGNORE INTO referral_history \
         (sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id, created_at) \
         SELECT DISTINCT 1, user, user, 1, '2020-01-01' + INTERVAL user DAY FROM made"
            .into(),
        "INSERT IGNORE INTO campaign (ap_campaign_id, tokens) \
         SELECT DISTINCT user % 100, 10 FROM made"
            .into(),
        "DROP TEMPORARY TABLE made".into(),
        "ANALYZE TABLE auth_user, points_transaction, token_transaction, bytemark_order_payments, \
         trip, cm_activity_location, campaign, referral_history"
            .into(),
    ]);
}

/// A report by its name.
type Report = (&'static str, fn(&mut Conn));

/// The reports, each of a small part of what is there.
fn reports() -> [Report; 14] {
    [
        ("daily_revenue", |conn| {
            let days = analytics::daily_revenue(conn, ten_days()).unwrap();
            assert!(days.iter().all(|day| !day.points().is_zero()));
        }),
        ("user_engagement", |conn| {
            assert!(analytics::user_engagement(conn, ten_days()).unwrap().count() >= 10);
        }),
        ("campaign_performance", |conn| {
            assert!(analytics::campaign_performance(conn, 7).unwrap().unwrap().trips_after() > 0);
        }),
        ("hourly_trips", |conn| {
            assert!(!analytics::hourly_trips(conn, ten_days()).unwrap().is_empty());
        }),
        ("points_by_activity", |conn| {
            assert_eq!(analytics::points_by_activity(conn, ten_days()).unwrap().len(), 1);
        }),
        ("revenue_by_payment_type", |conn| {
            assert_eq!(analytics::revenue_by_payment_type(conn, ten_days()).unwrap().len(), 10);
        }),
        ("daily_trips", |conn| {
            let days = analytics::daily_trips(conn, ten_days()).unwrap();
            assert!(days.iter().all(|day| day.change() == Some(0.0)));
        }),
        ("mode_share", |conn| {
            assert!(!analytics::mode_share(conn, ten_days(), Period::Week).unwrap().is_empty());
        }),
        ("avoided_emissions", |conn| {
            let factors = EmissionFactors { car: 248.5, transit: 60.0, source: "made up".into() };
            let avoided = analytics::avoided_emissions(conn, ten_days(), &factors).unwrap();
            assert!(avoided[0].co2() > 0.0);
        }),
        ("active_users", |conn| {
            let days = analytics::active_users(conn, ten_days()).unwrap();
            assert!(days.iter().all(|day| day.daily() > 0 && day.daily() < day.monthly()));
        }),
        ("retention", |conn| {
            assert!(!analytics::retention(conn, ten_days(), Period::Week).unwrap().is_empty());
        }),
        ("referral_conversion", |conn| {
            assert_eq!(analytics::referral_conversion(conn, ten_days()).unwrap().len(), 1);
        }),
        ("campaign_budgets", |conn| {
            assert_eq!(analytics::campaign_budgets(conn, ten_days()).unwrap().len(), 100);
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

fn ten_days() -> DateRange {
    DateRange::new(day(DAYS - 500), day(DAYS - 490)).unwrap()
}

/// Which indexes a report reads alone, and for which it reads the rows, too.
#[test]
fn reads_a_range_of_an_index() {
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
            "points_by_activity" => &["daily_points_idx"],
            "revenue_by_payment_type"
            | "avoided_emissions"
            | "active_users"
            | "campaign_budgets" => &[],
            "referral_conversion" => &["user_started_idx"],
            "retention" => &["created_on_idx", "user_started_idx"],
            "hourly_trips" | "daily_trips" | "mode_share" => &["trip_analytics_idx"],
            "user_engagement" => &[
                "created_on_idx",
                "created_on_idx",
                "created_on_idx",
                "user_ledger_idx",
                "user_ledger_idx",
                "user_started_idx",
            ],
            "campaign_performance" => &["campaign_idx", "campaign_idx", "user_started_idx"],
            _ => &["hot_spot_idx"],
        };
        assert_eq!(from_index, expected, "{report}: {plan:#?}");
        let whole = plan.iter().find(|step| {
            step.access == "ALL" && !step.table.starts_with('<') && !reads_all(report, &step.table)
        });
        assert_eq!(whole, None, "{report}");
        let range =
            plan.iter().find(|step| step.access == "range").and_then(|step| step.key.as_deref());
        match report {
            "daily_revenue" | "points_by_activity" => assert_eq!(range, Some("daily_points_idx")),
            "revenue_by_payment_type" => assert_eq!(range, Some("daily_payments_idx")),
            "avoided_emissions" | "active_users" => assert_eq!(range, Some("trip_analytics_idx")),
            _ => {}
        }
    }
}

/// What no index can spare a report, which says so in its description: all referrals, all campaigns and
/// all grants.
fn reads_all(report: &str, table: &str) -> bool {
    match report {
        "referral_conversion" => table == "h",
        "campaign_budgets" => ["c", "t"].contains(&table),
        _ => false,
    }
}

/// What a report costs is a matter of what was asked, whatever else is in the tables.
#[test]
fn cost_grows_with_the_range_and_not_with_the_table() {
    let db = some_years();
    let mut conn = db.conn();
    let ranged = |(report, _): &Report| {
        !["activity_hotspots", "campaign_budgets", "referral_conversion"].contains(report)
    };
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
