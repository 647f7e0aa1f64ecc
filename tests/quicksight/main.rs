//! QuickSight sees what it may see, through views and accounts of its own, and nothing else.

mod accounts;
mod columns;
mod command;
mod dashboards;
mod diagram;
mod plans;
mod retention;
mod summariser;
mod sums;
#[path = "../support/mod.rs"]
mod support;
mod template;
mod tls;
mod views;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::quicksight::apply_views;
use support::{Database, migrated};

/// A fresh database with all of the tables and views.
#[track_caller]
fn made() -> Database {
    with_views(migrated())
}

#[track_caller]
fn with_views(db: Database) -> Database {
    let report = apply_views(&mut db.conn()).unwrap();
    assert!(report.replaced().is_empty());
    db
}

#[track_caller]
fn count(conn: &mut Conn, ask: &str) -> u64 {
    conn.query_first(ask).unwrap().unwrap()
}
