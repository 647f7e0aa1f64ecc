//! The way back: all tables go or the caller is told why not, and nothing is lost unseen.

mod support;

use mysql::prelude::Queryable;
use quicksight_migrations::{rollback_quicksight_migrations, run_quicksight_migrations};
use support::{TABLES, database};

fn shapes(conn: &mut mysql::Conn) -> Vec<String> {
    TABLES
        .iter()
        .map(|table| {
            let (_, shape): (String, String) =
                conn.query_first(format!("SHOW CREATE TABLE {table}")).unwrap().unwrap();
            shape
        })
        .collect()
}

#[test]
fn up_down_up_equals_up() {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    let before = shapes(&mut conn);

    let report = rollback_quicksight_migrations(&mut conn).unwrap();
    eprintln!("{report}");

    let mut dropped = report.dropped().to_vec();
    dropped.reverse();
    assert_eq!(dropped, TABLES);
    assert_eq!(db.tables(), Vec::<String>::new());
    run_quicksight_migrations(&mut conn).unwrap();
    assert_eq!(shapes(&mut conn), before);
    db.assert_complete();
}
