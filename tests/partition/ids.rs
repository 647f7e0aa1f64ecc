//! Ids that come next, near the last one that there is.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::partition::{self, Policy, Span, Table};

use crate::{
    insert, months, on, plan,
    support::{ByHand, Server, database_on, reopened},
};

/// The last one of a column like `id`.
const LAST: u64 = i32::MAX as u64;

#[track_caller]
fn insert_as(conn: &mut Conn, table: Table, day: &str, id: u64) {
    insert(conn, table, day);
    assert_eq!(conn.last_insert_id(), id, "{table}");
}

/// Partitions, retention and archives leave the server counting where it was, also where the newest row is the
/// one that goes, and whatever kills it afterwards.
#[test]
fn no_id_is_given_out_twice() {
    let retain = || months().retain(Span::months(1));
    let cases: [(Table, Option<Policy>); 4] = [
        (Table::PointsTransaction, None),
        (Table::TokenTransaction, None),
        (Table::AppData, Some(retain())),
        (Table::Trip, Some(retain().archive())),
    ];
    let mut server = Server::start(&["--skip-log-bin"]);
    let db = database_on(&server).migrated();
    let mut conn = db.conn();
    for (table, retention) in &cases {
        let table = *table;
        conn.by_hand([format!("ALTER TABLE {table} AUTO_INCREMENT = {}", LAST - 5)]);
        insert_as(&mut conn, table, "2026-02-15", LAST - 5);
        insert_as(&mut conn, table, "2026-01-15", LAST - 4);
        plan(&db, table, &months()).apply(&mut conn).unwrap();
        insert_as(&mut conn, table, "2026-01-16", LAST - 3);
        if let Some(policy) = retention {
            let report = plan(&db, table, policy).apply(&mut conn).unwrap();
            assert_eq!(report.dropped().len() + report.archived().len(), 1, "{report}");
        }
        insert_as(&mut conn, table, "2026-03-05", LAST - 2);
        // Again the newest one is to go, and nothing comes in before the server dies.
        insert_as(&mut conn, table, "2026-02-01", LAST - 1);
        if retention.is_some() {
            let layout = partition::look(&mut conn, table).unwrap();
            let today = on(2026, 4, 1);
            let plan = partition::plan(&layout, today, &retain()).unwrap();
            assert_eq!(plan.apply(&mut conn).unwrap().dropped().len(), 1);
        }
    }
    server.crash();
    server.resume();
    let db = reopened(&server, &db);
    let mut conn = db.conn();
    for (table, _) in cases {
        insert_as(&mut conn, table, "2026-03-06", LAST);
        if table == Table::Trip {
            // The last one goes, too, and the server says that there is none left.
            let layout = partition::look(&mut conn, table).unwrap();
            let plan = partition::plan(&layout, on(2026, 5, 1), &retain()).unwrap();
            assert_eq!(plan.apply(&mut conn).unwrap().dropped().len(), 1);
            let next = "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, NOW())";
            assert!(conn.query_drop(next).is_err());
        }
    }
}
