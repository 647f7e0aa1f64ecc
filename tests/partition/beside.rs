//! Beside others: two calls at once, boots, readers that hold the table.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error, Migrator,
    partition::{self, Table},
};

use crate::{look, migrated, months, partitioned, plan, rows, support::lock_holder};

/// Each has its own plan from before either was done.
#[test]
fn two_at_once_queue_and_do_it_once() {
    let db = migrated();
    let plans = [(); 4].map(|()| plan(&db, Table::Trip, &months()));

    let done: usize = thread::scope(|scope| {
        let call = |plan| {
            let mut conn = db.conn();
            scope.spawn(move || {
                let plan: partition::Plan = plan;
                plan.apply(&mut conn).unwrap().statements().len()
            })
        };
        let calls = plans.map(call);
        calls.into_iter().map(|call| call.join().unwrap()).sum()
    });

    assert_eq!(done, 1);
    assert_eq!(look(&db, Table::Trip).partitions().len(), 3);
}

#[test]
fn waits_for_a_boot() {
    let db = migrated();
    let plan = plan(&db, Table::Trip, &months());
    let _boot = lock_holder(&db);
    let migrator = Migrator::new().lock_timeout(Duration::ZERO);
    let error = migrator.partition(&mut db.conn(), &plan).unwrap_err();
    assert!(matches!(error, Error::LockTimeout { .. }), "{error:?}");
}

/// A reader that never ends is named, and nothing is done behind it.
#[test]
fn a_table_that_others_hold_is_named() {
    let db = partitioned(Table::Trip);
    let policy = months().retain(partition::Span::months(1));
    let plan = plan(&db, Table::Trip, &policy);
    let mut reader = db.conn();
    reader.query_drop("START TRANSACTION").unwrap();
    rows(&mut reader, Table::Trip);

    let migrator = Migrator::new().metadata_lock_timeout(Duration::from_secs(2));
    let error = migrator.partition(&mut db.conn(), &plan).unwrap_err();

    let Error::TablesInUse { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tables, &["`trip`"]);
    assert!(error.is_retryable());
    reader.query_drop("COMMIT").unwrap();
    migrator.partition(&mut db.conn(), &plan).unwrap();
    assert_eq!(rows(&mut db.conn(), Table::Trip), 2);
}

/// The catalogue of MariaDB lacks a table for a moment while somebody changes it.
#[test]
fn a_table_that_is_being_changed_is_not_left_out() {
    let db = partitioned(Table::Trip);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for comment in ["one", "other"] {
            let (db, is_over) = (&db, &is_over);
            scope.spawn(move || {
                let mut conn = db.conn();
                while !is_over.load(Ordering::SeqCst) {
                    let changes = [
                        "ALTER TABLE trip FORCE".to_owned(),
                        format!("ALTER TABLE trip COMMENT = '{comment}'"),
                        "ALTER TABLE trip REBUILD PARTITION p2026_05".into(),
                    ];
                    for change in changes {
                        conn.query_drop(change).unwrap();
                    }
                }
            });
        }
        let mut conn = db.conn();
        let said: Vec<_> = (0..300).map(|_| partition::ahead(&mut conn)).collect();
        is_over.store(true, Ordering::SeqCst);
        let left_out = said.into_iter().filter(|ahead| ahead.as_ref().unwrap().len() != 1).count();
        assert_eq!(left_out, 0);
    });
}

/// Behind a retention that waits for a reader all writers wait, too, but not for long: it gives up each second and asks again.
#[test]
fn writers_go_on_beside_a_reader_that_does_not_end() {
    let db = partitioned(Table::Trip);
    let plan = plan(&db, Table::Trip, &months().retain(partition::Span::months(1)));
    let (mut reader, mut writer) = (db.conn(), db.conn());
    reader.query_drop("START TRANSACTION").unwrap();
    rows(&mut reader, Table::Trip);
    // Less than a wait of any other call.
    writer.query_drop("SET SESSION lock_wait_timeout = 4").unwrap();

    let dropped = thread::scope(|scope| {
        let mut conn = db.conn();
        let call = scope.spawn(move || plan.apply(&mut conn));
        let is_waiting = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() \
                          AND info LIKE 'ALTER TABLE%' AND state LIKE 'Waiting for table%'";
        while writer.query_first(is_waiting).unwrap() == Some(0) {
            assert!(!call.is_finished(), "it waits");
        }
        let trip =
            "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, '2026-03-05')";
        let written: Vec<_> = (0..3).map(|_| writer.query_drop(trip)).collect();
        reader.query_drop("COMMIT").unwrap();
        for outcome in written {
            outcome.unwrap();
        }
        call.join().unwrap().unwrap()
    });

    assert_eq!(dropped.dropped().len(), 1);
    assert_eq!(rows(&mut writer, Table::Trip), 5);
}
