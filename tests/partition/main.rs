//! Partitions by date: each promise on a real server.

mod beside;
mod between;
mod calendar;
mod cut;
mod ids;
mod ledgers;
mod refused;
mod retention;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod year;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    partition::{self, Layout, Plan, Policy, Span, Table},
    time::{Date, PrimitiveDateTime},
};
use support::{Database, migrated};

/// A day of the calendar.
fn on(year: i32, month: u8, day: u8) -> Date {
    Date::from_calendar_date(year, month.try_into().unwrap(), day).unwrap()
}

/// The day on which most of these tests take place.
fn today() -> Date {
    on(2026, 3, 10)
}

/// A partition per month, two months ahead.
fn months() -> Policy {
    Policy::monthly().ahead(Span::months(2))
}

#[track_caller]
fn look(db: &Database, table: Table) -> Layout {
    partition::look(&mut db.conn(), table).unwrap()
}

#[track_caller]
fn plan(db: &Database, table: Table, policy: &Policy) -> Plan {
    partition::plan(&look(db, table), today(), policy).unwrap()
}

/// Partitions one table, with three months of rows behind it.
#[track_caller]
fn partitioned(table: Table) -> Database {
    let db = migrated();
    for day in ["2026-01-15", "2026-02-15", "2026-03-05"] {
        insert(&mut db.conn(), table, day);
    }
    plan(&db, table, &months()).apply(&mut db.conn()).unwrap();
    db
}

/// A row of that day.
#[track_caller]
fn insert(conn: &mut Conn, table: Table, day: &str) {
    let sql = match table {
        Table::PointsTransaction => format!(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES (1, 1, 5, 5, '{day}')"
        ),
        Table::TokenTransaction => {
            format!(
                "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 5, '{day}')"
            )
        }
        Table::AppData => format!(
            "INSERT INTO app_data (user_id, gmt_time, local_time, created_on, modified_on) \
             VALUES (1, '{day}', '{day}', '{day}', '{day}')"
        ),
        _ => format!("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, '{day}')"),
    };
    conn.query_drop(sql).unwrap();
}

/// A trip at each of these moments.
fn insert_all(conn: &mut Conn, moments: &[PrimitiveDateTime]) {
    let each: Vec<_> = moments.iter().map(|moment| format!("(1, 1, '{moment}')")).collect();
    let sql =
        format!("INSERT INTO trip (user_id, travel_mode, started_on) VALUES {}", each.join(", "));
    conn.query_drop(sql).unwrap();
}

/// The rows of a partition.
fn rows_in(conn: &mut Conn, table: Table, partition: &str) -> u64 {
    let sql = format!("SELECT COUNT(*) FROM {table} PARTITION ({partition})");
    conn.query_first(sql).unwrap().unwrap()
}

fn rows(conn: &mut Conn, table: Table) -> u64 {
    conn.query_first(format!("SELECT COUNT(*) FROM {table}")).unwrap().unwrap()
}
