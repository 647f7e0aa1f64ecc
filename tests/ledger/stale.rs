//! A client that has stopped waiting for an answer gets it for its next question. From then on no call may take
//! an answer for its own.

use std::{thread, time::Duration};

use mysql::{Conn, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    Error, Result,
    analytics::{self, DateRange},
    integrity,
    ledger::{
        Activity, forget_idempotency_keys, record_points_transaction, record_points_transaction_in,
        record_points_transfer, record_points_transfers,
    },
};

use crate::{
    assert_clean, ledger, movement, noon, payment, points,
    support::{Database, connect},
    users,
};

fn day() -> DateRange {
    DateRange::new(noon().date(), noon().date().next_day().unwrap()).unwrap()
}

type Call = fn(&mut Conn) -> Result<()>;

const CALLS: [(&str, Call); 9] = [
    ("a movement", |conn| {
        record_points_transaction(conn, &movement(1, Activity::Fee, points(-1))).map(drop)
    }),
    ("nobody's", |conn| {
        record_points_transaction(conn, &movement(9, Activity::Fee, points(-1))).map(drop)
    }),
    ("uncovered", |conn| {
        let new = movement(1, Activity::Fee, points(-1)).refuse_overdraft().idempotency_key("k");
        record_points_transaction(conn, &new).map(drop)
    }),
    ("a payment", |conn| {
        record_points_transfer(conn, &payment(1, 2, Activity::Fee, points(1))).map(drop)
    }),
    ("a reward", |conn| {
        record_points_transfer(conn, &payment(2000, 2, Activity::Fee, points(1))).map(drop)
    }),
    ("payments", |conn| {
        record_points_transfers(conn, &[payment(1, 2, Activity::Fee, points(1))]).map(drop)
    }),
    ("forget", |conn| forget_idempotency_keys(conn, Duration::from_secs(100_000)).map(drop)),
    ("a report", |conn| analytics::hourly_trips(conn, day()).map(drop)),
    ("checks", |conn| integrity::monitor(conn).map(drop)),
];

#[track_caller]
fn assert_about_the_connection(error: &Error, call: &str) {
    assert!(matches!(error, Error::Database { .. }), "{call}: {error:?}");
    assert!(error.server_code().is_none() && error.is_retryable(), "{call}: {error:?}");
}

/// A connection that has not waited for the answer to `sql`, which takes two seconds and has come since.
fn late(db: &Database, sql: &str) -> Conn {
    let mut conn = connect(db.opts().read_timeout(Some(Duration::from_secs(1)))).unwrap();
    conn.query_drop(sql).unwrap_err();
    thread::sleep(Duration::from_millis(1500));
    conn
}

#[test]
fn every_later_call_is_an_error_about_the_connection() {
    let (db, mut conn) = users(2);
    for sql in ["SELECT SLEEP(2)", "DO SLEEP(2)"] {
        thread::scope(|scope| {
            for (name, call) in CALLS {
                let db = &db;
                scope.spawn(move || {
                    let mut late = late(db, sql);
                    for _ in 0..3 {
                        let error = call(&mut late).expect_err(name);
                        assert_about_the_connection(&error, name);
                    }
                });
            }
        });
    }
    assert_eq!(ledger(&mut conn), []);
}

#[test]
fn so_it_is_in_a_transaction_of_the_caller() {
    let (db, mut conn) = users(2);
    for account in [1, 9] {
        let mut late = late(&db, "SELECT SLEEP(2)");
        // The driver takes whatever comes for the answer to its own statement.
        let mut transaction = late.start_transaction(TxOpts::default()).unwrap();
        let new = movement(account, Activity::Fee, points(-1));
        let error = record_points_transaction_in(&mut transaction, &new).unwrap_err();
        assert_about_the_connection(&error, "in a transaction");
    }
    assert_eq!(ledger(&mut conn), []);
}

/// What was done of a movement before the client stopped waiting is undone, and no later call commits it.
#[test]
fn a_movement_that_waits_too_long_leaves_nothing_behind() {
    let (db, mut conn) = users(2);
    let mut holder = db.conn();
    holder.query_drop("START TRANSACTION").unwrap();
    holder.query_drop("UPDATE auth_user SET first_name = 'held' WHERE id = 1").unwrap();
    let mut impatient = connect(db.opts().read_timeout(Some(Duration::from_secs(1)))).unwrap();
    let (_, call) = CALLS[3];
    assert_about_the_connection(&call(&mut impatient).unwrap_err(), "the first");
    holder.query_drop("COMMIT").unwrap();

    for (name, call) in CALLS {
        assert_about_the_connection(&call(&mut impatient).expect_err(name), name);
    }

    record_points_transfer(&mut conn, &payment(1, 2, Activity::Fee, points(1))).unwrap();
    assert_eq!(ledger(&mut conn).len(), 2);
    assert_clean(&mut conn);
}

/// The caller's own transaction is open, and the answer to its last statement is still to come.
#[test]
fn a_transaction_of_the_caller_is_not_committed() {
    let (db, mut conn) = users(2);
    let mut late = connect(db.opts().read_timeout(Some(Duration::from_secs(1)))).unwrap();
    late.query_drop("START TRANSACTION").unwrap();
    late.query_drop("INSERT INTO user_label (name) VALUES ('mine')").unwrap();
    late.query_drop("DO SLEEP(2)").unwrap_err();
    thread::sleep(Duration::from_millis(1500));
    for (name, call) in CALLS {
        assert_about_the_connection(&call(&mut late).expect_err(name), name);
    }
    drop(late);
    let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(rows, Some(0));
}

/// The answer that comes late has the very columns of the next question.
#[test]
fn a_report_is_not_answered_with_that_of_another_day() {
    let (db, _conn) = users(0);
    let mut holder = db.conn();
    let mut impatient = connect(db.opts().read_timeout(Some(Duration::from_secs(1)))).unwrap();
    analytics::hourly_trips(&mut impatient, day()).unwrap();
    holder.query_drop("LOCK TABLES trip WRITE").unwrap();
    analytics::hourly_trips(&mut impatient, day()).unwrap_err();
    holder.query_drop("UNLOCK TABLES").unwrap();
    for _ in 0..3 {
        let error = analytics::hourly_trips(&mut impatient, day()).unwrap_err();
        assert_about_the_connection(&error, "a report");
    }
}
