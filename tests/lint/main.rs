//! The linter for QuickSight finds each fault that was planted, and none of its neighbours.

mod command;
mod cost;
mod look_back;
mod ours;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod types;
mod values;

use std::time::Duration;

use mysql::Conn;
use quicksight_migrations::quicksight::{LintRule, Linter};
use support::ByHand;

/// Long enough to read all rows of a test.
const LONG: Duration = Duration::from_mins(1);

#[track_caller]
fn run(conn: &mut Conn, sql: &str) {
    conn.by_hand([sql]);
}

/// The columns and rules of what is found.
#[track_caller]
fn found(linter: &Linter, conn: &mut Conn) -> Vec<(String, LintRule)> {
    let findings = linter.lint(conn).unwrap();
    findings.iter().map(|one| (one.column().unwrap_or_default().to_owned(), one.rule())).collect()
}
