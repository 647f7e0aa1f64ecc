//! Every table and every reference that the migrations describe has its checks.

use mysql::prelude::Queryable;
use quicksight_migrations::integrity::Check;

use crate::support::migrated;

const README: &str = include_str!("../../migrations/README.md");

/// The cells of a table, row by row.
fn table(heading: &str) -> Vec<Vec<String>> {
    let (_, section) = README.split_once(&format!("\n{heading}\n")).unwrap();
    let lines = section.lines().skip_while(|line| !line.starts_with('|')).skip(2);
    lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// The names between backticks.
fn names(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_dated_table_has_its_checks_of_dates() {
    let dated: Vec<_> = table("## Tables")
        .iter()
        .filter(|row| !names(&row[3]).is_empty() && !row[3].starts_with("by "))
        .map(|row| names(&row[0])[0].split_once("__").unwrap().1.to_owned())
        .collect();
    assert!(dated.len() >= 15, "{dated:?}");
    for table in dated {
        for kind in ["_in_future", "_with_invalid_date"] {
            let is_it = |check: &&Check| check.table() == table && check.as_str().ends_with(kind);
            assert!(Check::ALL.iter().any(|check| is_it(&check)), "{table}{kind}");
        }
    }
}

/// The checks of each reference: the column, and the code.
const REFERENCES: &[(&str, &str)] = &[
    ("auth_user_label.label_id", "unknown_labels"),
    ("referral_history.sender_user_id", "referrals_by_unknown_user"),
    ("receiver_user_id", "referrals_of_unknown_user"),
    ("referral_history.ap_campaign_id", "referrals_of_unknown_campaign"),
    ("token_transaction.ap_campaign_id", "tokens_of_unknown_campaign"),
    ("campaign_promo_code.campaign_id", "codes_of_unknown_campaign"),
    ("token_transaction.cp_id", "tokens_of_unknown_code"),
    ("points_transaction.payer", "points_with_unknown_payer"),
    ("payee", "points_with_unknown_payee"),
    ("points_transaction.ref_transaction_id", "broken_pair"),
    ("points_transaction.note", "points_of_unknown_redemption"),
    ("points_transaction.note", "points_of_unknown_order"),
    ("ledger_key.movement_id", "keys_of_unknown_movement"),
    ("counterpart_id", "keys_of_unknown_counterpart"),
    ("bytemark_order_items.order_uuid", "items_of_unknown_order"),
    ("bytemark_order_items.pass_uuid", "passes_of_unknown_item"),
    ("telework.trip_id", "commutes_of_unknown_trip"),
    ("user_rating.trip_id", "ratings_of_unknown_trip"),
];

#[test]
fn every_reference_has_its_check() {
    for row in table("## Joins") {
        for column in names(&row[0]).iter().filter(|column| *column != "user_id") {
            let code = REFERENCES.iter().find(|(name, _)| name == column).map(|(_, code)| *code);
            let code = code.unwrap_or_else(|| panic!("no check of {column}"));
            assert!(Check::named(code).is_some(), "{code}");
        }
    }
}

#[test]
fn every_table_with_users_has_its_check_of_them() {
    let db = migrated();
    let tables: Vec<String> = db
        .conn()
        .query(
            "SELECT table_name AS name FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND column_name = 'user_id' \
             AND table_name NOT IN ('summary_users', 'summary_log', 'points_opening', 'token_opening')",
        )
        .unwrap();
    assert!(tables.len() >= 11, "{tables:?}");
    for table in tables {
        let is_it = |check: &Check| {
            check.table() == table
                && (check.as_str().ends_with("_of_unknown_user")
                    || check.as_str() == "members_unknown")
        };
        assert!(Check::ALL.iter().any(is_it), "{table}");
    }
}

#[test]
fn no_two_checks_have_one_name() {
    let mut names: Vec<_> = Check::ALL.iter().map(|check| check.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Check::ALL.len());
}

#[test]
fn the_benchmarks_know_how_many_checks_there_are() {
    const BENCHMARKS: &str = include_str!("../../docs/benchmarks.md");
    let says = format!("all {} checks", Check::ALL.len());
    assert!(BENCHMARKS.contains(&says), "{says}");
}
