//! No row that the server has confirmed is gone without a word, whenever it came.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator, rollback_quicksight_migrations, run_quicksight_migrations,
};

use crate::{
    assert_all_gone, assert_rolls_back, pointing_to_trip,
    support::{
        Database, HISTORY, migrated, migrations, whole,
        wire::{Cut, statements_of},
    },
};

#[test]
fn refuses_while_tables_hold_rows_and_drops_nothing() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    conn.query_drop("INSERT INTO group_member (group_id, user_id) VALUES (1, 2)").unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let Error::TablesNotEmpty { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*tables, ["group_member", "user_label"]);
    assert!(!error.is_retryable());
    db.assert_complete();
    conn.query_drop("DELETE FROM user_label").unwrap();
    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();
    let Error::TablesNotEmpty { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*tables, ["group_member"]);
    conn.query_drop("DELETE FROM group_member").unwrap();
    assert_rolls_back(&db);
}

/// A call by mistake must not stop a service: it looks before it locks.
#[test]
fn refuses_without_making_anybody_wait() {
    let db = migrated();
    db.conn().query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    let statements = statements_of(&db, |conn| drop(rollback_quicksight_migrations(conn)));

    assert!(!statements.iter().any(|sql| sql.contains("LOCK TABLES")), "{statements:?}");
}

#[test]
fn discards_rows_if_told_so() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('lost')").unwrap();

    let report = Migrator::new().discard_data().rollback(&mut conn).unwrap();

    assert_eq!(report.dropped().len(), migrations::tables().len());
    assert_all_gone(&db);
}

/// A service that writes all the time, until the server tells it that the table is gone. Returns
/// what the server told it is stored.
fn write_until_gone(db: &Database, delay: Duration, stop: &AtomicBool) -> usize {
    let mut conn = db.conn();
    thread::sleep(delay);
    for stored in 0.. {
        if stop.load(Ordering::SeqCst) {
            return stored;
        }
        let table = ["auth_user", "user_label"][stored % 2];
        let column = ["email", "name"][stored % 2];
        match conn.query_drop(format!("INSERT INTO {table} ({column}) VALUES ('a row')")) {
            Ok(()) => {}
            Err(mysql::Error::MySqlError(answer)) if answer.code == 1146 => return stored,
            Err(other) => panic!("{other}"),
        }
    }
    0
}

/// Whoever wins: no row that the server has confirmed is gone without a word.
#[test]
fn a_race_with_a_writer_loses_no_row() {
    let (mut won, mut refused) = (0, 0);
    let mut db = migrated();
    // Each winner gives the other a head start, so that the two keep meeting where it matters.
    let mut delay = Duration::from_millis(4);
    for round in 0..60 {
        let (start, stop) = (Barrier::new(2), AtomicBool::new(false));
        let (outcome, stored) = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                start.wait();
                write_until_gone(&db, delay, &stop)
            });
            let mut conn = db.conn();
            start.wait();
            let outcome = rollback_quicksight_migrations(&mut conn);
            stop.store(true, Ordering::SeqCst);
            (outcome, writer.join().unwrap())
        });

        match outcome {
            Ok(_) => {
                assert_eq!(stored, 0, "round {round}: rows were lost");
                won += 1;
                delay = delay * 2 / 3;
            }
            Err(Error::TablesNotEmpty { tables, .. }) => {
                assert!(!tables.is_empty());
                let rows: Option<usize> = db
                    .conn()
                    .query_first("SELECT (SELECT COUNT(*) FROM auth_user) + (SELECT COUNT(*) FROM user_label)")
                    .unwrap();
                assert_eq!(rows, Some(stored), "round {round}");
                db.assert_complete();
                refused += 1;
                delay = delay * 3 / 2 + Duration::from_micros(100);
                db = migrated();
            }
            Err(other) => panic!("round {round}: {other:?}"),
        }
        run_quicksight_migrations(&mut db.conn()).unwrap();
    }
    assert!(won >= 5 && refused >= 5, "a race needs two winners: {won} and {refused}");
}

/// Waits until a connection waits for a lock on a table, or has nothing more to do.
fn wait_until_blocked(watcher: &mut Conn, id: u32) {
    let state =
        format!("SELECT COALESCE(state, '') FROM information_schema.processlist WHERE id = {id}");
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(2) {
        let state: Option<String> = watcher.query_first(&state).unwrap();
        if state.is_none_or(|state| state.contains("metadata lock")) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends an `INSERT` into `user_label` when the statement `moment` is about to pass. Returns what is
/// to watch the rollback, and where the server's answer to the writer arrives.
fn insert_at(db: &Database, moment: &str) -> (impl FnMut(&str) -> Option<Cut> + use<>, Writer) {
    let (opts, moment) = (db.opts(), moment.to_owned());
    let (sender, writer) = mpsc::channel();
    let watch = move |sql: &str| {
        if sql == moment {
            let mut conn = Conn::new(opts.clone()).unwrap();
            let id = conn.connection_id();
            let insert = move || conn.query_drop("INSERT INTO user_label (name) VALUES ('late')");
            sender.send(thread::spawn(insert)).unwrap();
            wait_until_blocked(&mut Conn::new(opts.clone()).unwrap(), id);
        }
        None
    };
    (watch, writer)
}

type Writer = mpsc::Receiver<thread::JoinHandle<mysql::Result<()>>>;

#[track_caller]
fn assert_told_that_the_table_is_gone(writer: &Writer, moment: &str) {
    match writer.try_recv().expect("the moment came").join().unwrap() {
        Err(mysql::Error::MySqlError(answer)) => assert_eq!(answer.code, 1146, "{answer:?}"),
        other => panic!("{moment}: the row was confirmed and is lost: {other:?}"),
    }
}

/// A row that comes at the last moment, before statements that drop: it is not stored, and its
/// writer is told so.
#[test]
fn a_row_that_comes_before_the_drop_is_refused_to_its_writer() {
    for moment in [HISTORY, "app_data", "trip", "user_label"] {
        let moment = format!("DROP TABLE `{moment}`");
        for migrator in [Migrator::new(), Migrator::new().discard_data()] {
            let db = migrated();
            let (watch, writer) = insert_at(&db, &moment);

            migrator.rollback(&mut db.watched(watch)).unwrap();

            assert_told_that_the_table_is_gone(&writer, &moment);
        }
    }
}

/// The same after a drop that failed: `MariaDB` lets go of that table then, and of no other.
#[test]
fn a_row_that_comes_after_a_drop_that_failed_is_refused_to_its_writer() {
    let db = whole();
    let other = pointing_to_trip(&db);
    let user = db.user("SELECT, LOCK TABLES, DROP");

    let moment = "DROP TABLE `user_label`";
    let (watch, writer) = insert_at(&db, moment);

    let error = rollback_quicksight_migrations(&mut user.watched(watch)).unwrap_err();

    assert!(matches!(error, Error::RollbackIncomplete { .. }), "{error:?}");
    assert_told_that_the_table_is_gone(&writer, moment);
    assert_eq!(db.tables(), ["trip"]);
    drop(other);
}

/// A row that comes after the first look and before the tables are locked is found by the second.
#[test]
fn a_row_that_comes_before_the_lock_is_found() {
    let db = migrated();
    let mut writer = db.conn();
    let mut conn = db.watched(move |sql| {
        if sql.starts_with("LOCK TABLES") {
            writer.query_drop("INSERT INTO user_label (name) VALUES ('early')").unwrap();
        }
        None
    });

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let Error::TablesNotEmpty { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*tables, ["user_label"]);
    db.assert_complete();
}

/// The same of a row that is written and not committed when the tables are to be locked.
#[test]
fn a_row_that_is_not_yet_committed_is_waited_for_and_found() {
    let db = migrated();
    let mut writer = db.conn();
    writer.query_drop("START TRANSACTION").unwrap();
    writer.query_drop("INSERT INTO user_label (name) VALUES ('early')").unwrap();
    let commit = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        writer.query_drop("COMMIT").unwrap();
    });

    let error = rollback_quicksight_migrations(&mut db.conn()).unwrap_err();

    commit.join().unwrap();
    assert!(
        matches!(&error, Error::TablesNotEmpty { tables, .. } if *tables == ["user_label"]),
        "{error:?}"
    );
}
