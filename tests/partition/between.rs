//! A row that is written between the look and the statement.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, partition::Table};

use crate::{
    insert, look, migrated, months, plan, rows,
    support::{ByHand, connect},
};

/// As a session lets them in that knows no strict mode.
fn write(conn: &mut Conn, table: Table, date: &str) {
    conn.by_hand(["SET SESSION sql_mode = 'ALLOW_INVALID_DATES'"]);
    let sql = match table {
        Table::TokenTransaction => format!(
            "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (9, 5, {date})"
        ),
        Table::AppData => format!(
            "INSERT INTO app_data (user_id, gmt_time, local_time, created_on, modified_on) \
             VALUES (9, NOW(), NOW(), {date}, NOW())"
        ),
        _ => format!("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (9, 1, {date})"),
    };
    conn.by_hand([sql]);
}

/// The server itself refuses it then: nothing would bring back a row that went with the oldest partition, to which such
/// dates sort.
#[test]
fn a_row_without_a_date_that_comes_after_the_look_stops_the_statement() {
    for (table, date) in [
        (Table::TokenTransaction, "NULL"),
        (Table::TokenTransaction, "'0000-00-00'"),
        (Table::AppData, "'0000-00-00'"),
        (Table::AppData, "'2026-02-30'"),
        (Table::Trip, "'0000-00-00'"),
    ] {
        let db = migrated();
        insert(&mut db.conn(), table, "2026-01-15");
        let plan = plan(&db, table, &months());
        let opts = db.opts();
        let mut watched = db.watched(move |sql| {
            if sql.starts_with("ALTER TABLE") {
                write(&mut connect(opts.clone()).unwrap(), table, date);
            }
            None
        });

        let error = plan.apply(&mut watched).unwrap_err();

        assert!(matches!(error, Error::Partition { done: 0, .. }), "{table} {date}: {error:?}");
        assert!(matches!(error.server_code(), Some(1265 | 1292)), "{table} {date}: {error:?}");
        let column = table.date_column();
        let is_there =
            format!("SELECT COUNT(*) FROM {table} WHERE user_id = 9 AND {column} <=> {date}");
        let mut conn = db.conn();
        conn.by_hand(["SET SESSION sql_mode = 'ALLOW_INVALID_DATES'"]);
        assert_eq!(conn.query_first(is_there).unwrap(), Some(1), "{table} {date}");
        let layout = look(&db, table);
        assert_eq!((rows(&mut conn, table), layout.partitions()), (2, vec![]), "{table} {date}");
        let error = plan.apply(&mut db.conn()).unwrap_err();
        assert!(matches!(error, Error::RowsWithoutDate { .. }), "{table} {date}: {error:?}");
    }
}
