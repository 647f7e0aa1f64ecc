//! Cut off at any statement, a further call finishes the work.

use mysql::prelude::Queryable;
use quicksight_migrations::partition::{Span, Table};

use crate::{
    Database, insert, look, migrated, months, plan, rows,
    support::wire::{Cut, nth, statements_of},
};

/// A table with three months of rows, of which one is to go.
fn prepared() -> Database {
    let db = migrated();
    for day in ["2026-01-15", "2026-02-15", "2026-03-05"] {
        insert(&mut db.conn(), Table::Trip, day);
    }
    db
}

#[test]
fn cut_at_any_statement_the_next_call_finishes() {
    let policy = months().retain(Span::months(1));
    let sent = {
        let db = prepared();
        let plan = plan(&db, Table::Trip, &policy);
        statements_of(&db, |conn| drop(plan.apply(conn).unwrap()))
    };
    assert!(sent.iter().filter(|sql| sql.starts_with("ALTER TABLE")).count() == 2, "{sent:?}");
    for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
        for (position, statement) in sent.iter().enumerate() {
            let db = prepared();
            let plan = plan(&db, Table::Trip, &policy);
            let mut conn = db.watched(nth(position, |_| true, move || cut));
            let outcome = plan.apply(&mut conn);
            assert!(outcome.is_err(), "{cut:?} {statement}");
            drop(conn);

            // The same plan is good for what is left of it.
            plan.apply(&mut db.conn()).unwrap();

            let names = ["p2026_02", "p2026_03", "p2026_04", "p2026_05"];
            assert_eq!(look(&db, Table::Trip).partitions(), names, "{cut:?} {statement}");
            assert_eq!(rows(&mut db.conn(), Table::Trip), 2, "{cut:?} {statement}");
        }
    }
}

/// The session's settings are put back.
#[test]
fn the_session_is_as_before() {
    let db = prepared();
    let mut conn = db.conn();
    let settings = "SELECT CONCAT_WS('|', @@sql_mode, @@lock_wait_timeout, @@autocommit)";
    conn.query_drop("SET SESSION sql_mode = '', lock_wait_timeout = 77").unwrap();
    let before: Option<String> = conn.query_first(settings).unwrap();
    plan(&db, Table::Trip, &months()).apply(&mut conn).unwrap();
    assert_eq!(conn.query_first::<String, _>(settings).unwrap(), before);
}
