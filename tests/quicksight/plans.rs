//! A filter on a view reaches the index of the table: no view is made into a table first.

use mysql::prelude::Queryable;
use quicksight_migrations::quicksight;

use crate::{
    made,
    support::{ByHand, Database, statements::explain},
};

/// The date by which each table is refreshed or filtered, where it has an index of its own, and how the
/// view calls it.
const DATES: [(&str, &str, &str); 12] = [
    ("auth_user", "user_created_on", "created_on_idx"),
    ("auth_user_label", "user_label_modified_on", "modified_on_idx"),
    ("referral_history", "referral_updated_at", "updated_at_idx"),
    ("campaign_promo_code", "promo_code_created_at", "created_at_idx"),
    ("points_transaction", "points_created_on", "daily_points_idx"),
    ("token_transaction", "tokens_created_on", "daily_tokens_idx"),
    ("redeem_transaction", "redeem_created_on", "created_on_idx"),
    ("bytemark_order_payments", "payment_created_on", "daily_payments_idx"),
    ("bytemark_pass", "pass_time_used", "time_used_idx"),
    ("trip", "trip_started_on", "trip_analytics_idx"),
    ("user_rating", "rating_created_on", "created_on_idx"),
    ("app_data", "app_created_on", "created_on_idx"),
];

/// A thousand rows of a table, an hour apart, so that the server has a choice. A table whose rows must
/// differ from each other keeps as many as it takes.
fn fill(db: &Database, table: &str, date: &str) {
    let views = quicksight::views();
    let view = views.iter().find(|view| view.table() == table).unwrap();
    let column = view.columns().iter().find(|column| column.name() == date).unwrap().source();
    let rows: Vec<_> =
        (0..1_000).map(|hour| format!("('2025-03-01' + INTERVAL {hour} HOUR)")).collect();
    db.conn().by_hand([
        "SET SESSION sql_mode = ''".to_owned(),
        format!("INSERT IGNORE INTO {table} ({column}) VALUES {}", rows.join(", ")),
        // No two passes have one name, over which the server could skip.
        "UPDATE bytemark_pass SET pass_uuid = id".to_owned(),
        format!("ANALYZE TABLE {table}"),
    ]);
}

/// As QuickSight asks: the view as a table of its own, and a range of dates around it.
#[test]
fn a_range_of_dates_reads_the_index() {
    let db = made();
    for (table, date, index) in DATES {
        fill(&db, table, date);
        let view = format!("quicksight_v_{table}");
        for from in [view.clone(), format!("(SELECT * FROM {view}) AS q")] {
            let sql = format!(
                "SELECT * FROM {from} WHERE {date} >= '2025-03-01' AND {date} < '2025-03-04'"
            );
            let plan = explain(&db, &sql);
            let [step] = &plan[..] else { panic!("{sql}: {plan:?}") };
            assert_eq!(
                (step.access.as_str(), step.key.as_deref()),
                ("range", Some(index)),
                "{sql}: {plan:?}"
            );
            assert_eq!(step.table, "quicksight", "{plan:?}");
        }
    }
}

/// MySQL and MariaDB call a view that they make into a table `DERIVED`.
#[test]
fn no_view_becomes_a_table() {
    let db = made();
    let mut conn = db.conn();
    for view in quicksight::views() {
        let plan: Vec<mysql::Row> = conn
            .query(format!("EXPLAIN FORMAT=TRADITIONAL SELECT * FROM {}", view.name()))
            .unwrap();
        let kinds: Vec<String> = plan.iter().map(|row| row.get("select_type").unwrap()).collect();
        assert_eq!(kinds, ["SIMPLE"], "{}", view.name());
        let made: (String, String) = conn
            .query_first(format!("SHOW CREATE VIEW {}", view.name()))
            .unwrap()
            .map(|row: mysql::Row| (row.get(0).unwrap(), row.get(1).unwrap()))
            .unwrap();
        assert!(made.1.contains("ALGORITHM=MERGE"), "{made:?}");
    }
}

/// A join of a fact with its user finds each user by its key.
#[test]
fn a_join_reads_the_key_of_the_user() {
    let db = made();
    fill(&db, "auth_user", "user_created_on");
    fill(&db, "trip", "trip_started_on");

    let plan = explain(
        &db,
        "SELECT t.trip_id, u.enterprise FROM quicksight_v_trip t \
         LEFT JOIN quicksight_v_auth_user u ON u.user_id = t.user_id \
         WHERE t.trip_started_on >= '2025-03-01' AND t.trip_started_on < '2025-03-04'",
    );

    assert_eq!(plan.len(), 2, "{plan:?}");
    assert!(plan.iter().any(|step| step.key.as_deref() == Some("trip_analytics_idx")), "{plan:?}");
    assert!(
        plan.iter().any(|step| step.access == "eq_ref" && step.key.as_deref() == Some("PRIMARY")),
        "{plan:?}"
    );
}
