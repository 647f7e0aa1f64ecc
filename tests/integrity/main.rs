//! Integrity finds exactly the rows that are wrong, whatever stands around them, and counts them all.

mod arrivals;
mod bounds;
mod dictionary;
mod families;
mod findings;
mod good;
mod growth;
mod monitor;
mod oracle;
mod plans;
mod planted;
mod rows;
mod session;
#[path = "../support/mod.rs"]
mod support;

use good::good;
use mysql::Conn;
use quicksight_migrations::integrity::{self, Check, ValidationReport};
use support::{ByHand, migrated};

#[track_caller]
fn run(conn: &mut Conn, sql: &str) {
    conn.by_hand([sql]);
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

#[test]
fn finds_nothing_in_empty_tables() {
    let db = migrated();

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
