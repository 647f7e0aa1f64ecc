//! A table is partitioned while four sessions write to it, by the very command that is printed.
//!
//! Runs only where it is asked for by name:
//! `QUICKSIGHT_ONLINE=$(scripts/server.sh online) cargo test --all-features --test online_partition`.

mod support;

use std::{
    collections::BTreeMap,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use mysql::{Conn, Opts, prelude::Queryable};
use quicksight_migrations::{
    Error,
    partition::{self, Plan, Policy, Table},
    summary,
    time::{Date, Month},
    verify_quicksight_schema,
};
use support::{Database, Flavor, flavor, whole};

/// Rows before the writers begin, which nobody touches.
const ROWS: u32 = 20_000;

/// The points of each row.
type Rows = BTreeMap<u32, i64>;

/// What each moment is: from January to April, by the row's number.
fn moment(number: u32) -> String {
    format!("'2026-01-01' + INTERVAL {} HOUR", number % 2_500)
}

/// Runs a statement until it is done. One that was refused to let another session go on has done nothing.
fn insist(conn: &mut Conn, sql: &str) -> u64 {
    loop {
        match conn.query_drop(sql) {
            Ok(()) => return conn.affected_rows(),
            Err(mysql::Error::MySqlError(error)) if matches!(error.code, 1205 | 1213) => {}
            Err(error) => panic!("{sql}: {error}"),
        }
    }
}

/// Inserts, updates and deletes rows of its own until it is told to stop, and says what must be there then.
fn write(db: &Database, writer: u32, is_over: &AtomicBool) -> Rows {
    let (mut conn, mut rows) = (db.conn(), Rows::new());
    let mut number = 0;
    while !is_over.load(Ordering::SeqCst) {
        number += 1;
        let sql = format!(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES ({writer}, 1, {number}, 0, {})",
            moment(number)
        );
        insist(&mut conn, &sql);
        let id = u32::try_from(conn.last_insert_id()).unwrap();
        rows.insert(id, number.into());
        let Some(old) = rows.keys().nth(rows.len() / 2).copied() else { continue };
        if number % 3 == 0 {
            let sql = format!("UPDATE points_transaction SET points = points + 7 WHERE id = {old}");
            assert_eq!(insist(&mut conn, &sql), 1);
            rows.entry(old).and_modify(|points| *points += 7);
        } else if number % 5 == 0 {
            let sql = format!("DELETE FROM points_transaction WHERE id = {old}");
            assert_eq!(insist(&mut conn, &sql), 1);
            rows.remove(&old);
        }
    }
    rows
}

fn stored(conn: &mut Conn) -> Rows {
    conn.query_iter("SELECT id, CAST(points AS SIGNED) FROM points_transaction")
        .unwrap()
        .map(|row| mysql::from_row(row.unwrap()))
        .collect()
}

/// The command for a table that has triggers: on MySQL it takes them along, and MariaDB must have none.
fn command_beside_triggers(db: &Database, conn: &mut Conn, plan: &Plan) -> String {
    summary::install_triggers(conn).unwrap();
    let first = plan.online_command(conn, &Opts::from(db.opts()));
    if flavor() == Flavor::MySql {
        return first.unwrap().unwrap();
    }
    let error = first.unwrap_err();
    assert!(matches!(error, Error::CannotPartition { .. }), "{error}");
    assert!(error.to_string().contains("quicksight_summary_points_update"), "{error}");
    summary::remove_triggers(conn).unwrap();
    plan.online_command(conn, &Opts::from(db.opts())).unwrap().unwrap()
}

#[test]
fn no_row_is_lost_doubled_or_wrong_beside_four_writers() {
    let program = std::env::var("QUICKSIGHT_ONLINE").expect(
        "QUICKSIGHT_ONLINE must name the program: export QUICKSIGHT_ONLINE=$(scripts/server.sh online)",
    );
    let db = whole();
    let mut conn = db.conn();
    for block in 0..ROWS / 1_000 {
        let numbers = block * 1_000..(block + 1) * 1_000;
        let rows: Vec<_> =
            numbers.map(|number| format!("(9, 1, {number}, 0, {})", moment(number))).collect();
        let columns = "(user_id, activity_type, points, balance, created_on)";
        let rows = rows.join(", ");
        conn.query_drop(format!("INSERT INTO points_transaction {columns} VALUES {rows}")).unwrap();
    }
    let before = stored(&mut conn);
    let layout = partition::look(&mut conn, Table::PointsTransaction).unwrap();
    let today = Date::from_calendar_date(2026, Month::April, 20).unwrap();
    let plan = partition::plan(&layout, today, &Policy::monthly()).unwrap();
    let command = command_beside_triggers(&db, &mut conn, &plan);
    let command = command.replacen("pt-online-schema-change", &program, 1);

    let is_over = AtomicBool::new(false);
    let (db, is_over) = (&db, &is_over);
    let written = thread::scope(|scope| {
        let writers: Vec<_> =
            (1..=4).map(|writer| scope.spawn(move || write(db, writer, is_over))).collect();
        let output = Command::new("sh").args(["-c", &command]).output();
        is_over.store(true, Ordering::SeqCst);
        let output = output.expect("start it");
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}\n{said}");
        writers.into_iter().map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
    });

    let mut expected = before;
    assert!(written.iter().all(|rows| rows.len() > 10), "each writer has written");
    expected.extend(written.into_iter().flatten());
    assert_eq!(stored(&mut conn), expected);
    let layout = partition::look(&mut conn, Table::PointsTransaction).unwrap();
    assert_eq!(layout.partitions().len(), 7);
    let rest = partition::plan(&layout, today, &Policy::monthly()).unwrap();
    assert_eq!(rest.statements(), Vec::<&str>::new());
    if flavor() == Flavor::MariaDb {
        summary::install_triggers(&mut conn).unwrap();
    }
    summary::refresh(&mut conn, &summary::Policy::new()).unwrap();
    assert_eq!(rest.online_command(&mut conn, &Opts::from(db.opts())).unwrap(), None);
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
}
