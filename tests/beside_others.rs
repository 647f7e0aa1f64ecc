//! While another session is at work on the tables: what looks broken for a moment is no finding, and nothing
//! is done about it.

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator, TableCheck, run_quicksight_migrations, verify_quicksight_schema,
};
use support::{Database, migrated, migrations};

/// Looks so many times, and for as long as it takes somebody else to send these statements ten times over
/// meanwhile: on a busy machine either may be the slower one.
#[track_caller]
fn beside(db: &Database, statements: &'static [&'static str], times: u32, mut look: impl FnMut()) {
    let (mut conn, stop) = (db.conn(), Arc::new(AtomicBool::new(false)));
    let rounds = Arc::new(AtomicU32::new(0));
    let (told, done) = (Arc::clone(&stop), Arc::clone(&rounds));
    let work = thread::spawn(move || {
        while !told.load(Ordering::SeqCst) {
            for statement in statements {
                conn.query_drop(statement).unwrap();
            }
            done.fetch_add(1, Ordering::SeqCst);
        }
    });
    let mut looks = 0;
    while looks < times || rounds.load(Ordering::SeqCst) <= 10 {
        assert!(!work.is_finished(), "the other one ended");
        look();
        looks += 1;
    }
    stop.store(true, Ordering::SeqCst);
    work.join().unwrap();
}

const REBUILDS: &[&str] =
    &["ALTER TABLE trip ENGINE=InnoDB", "ALTER TABLE campaign FORCE", "ALTER TABLE app_data FORCE"];

#[test]
fn tables_that_are_rebuilt_do_not_differ() {
    let db = migrated();
    let mut conn = db.conn();
    beside(&db, REBUILDS, 100, || match verify_quicksight_schema(&mut conn) {
        Ok(drifts) => assert_eq!(drifts, []),
        Err(error) => assert!(matches!(error, Error::TablesChanging), "{error:?}"),
    });
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
}

/// A table that has no engine for a moment is not dropped as if it was half made.
#[test]
fn tables_that_are_rebuilt_are_not_mended() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO campaign (ap_campaign_id) VALUES (1), (2), (3)").unwrap();
    beside(&db, REBUILDS, 60, || match Migrator::new().mend(&mut conn) {
        Ok(report) => assert_eq!((report.mended().len(), report.left()), (0, &[][..])),
        Err(error) => assert!(matches!(error, Error::TablesChanging), "{error:?}"),
    });
    let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM campaign").unwrap();
    assert_eq!(rows, Some(3));
}

#[test]
fn tables_that_are_rebuilt_are_adopted() {
    let db = migrated();
    let mut conn = db.conn();
    beside(&db, REBUILDS, 40, || {
        conn.query_drop("DELETE FROM quicksight_schema_history").unwrap();
        boot_until_done(&mut conn);
    });
}

/// Another tool makes the very tables, one after the other, while a boot looks.
#[test]
fn tables_that_are_being_made_are_no_drift() {
    for _ in 0..10 {
        let db = support::database();
        let plan = Migrator::new().plan(&mut db.conn()).unwrap();
        let tables: Vec<_> = plan.into_iter().filter(|sql| sql.contains("CREATE TABLE")).collect();
        let mut other = db.conn();
        let making = thread::spawn(move || {
            for sql in tables.iter().filter(|sql| !sql.contains("quicksight_schema_history")) {
                other.query_drop(sql).unwrap();
            }
        });
        boot_until_done(&mut db.conn());
        making.join().unwrap();
        db.assert_complete();
    }
}

/// Boots, again for as long as the error says that this may help.
#[track_caller]
fn boot_until_done(conn: &mut Conn) {
    let mut met = Vec::new();
    for _ in 0..50 {
        match run_quicksight_migrations(conn) {
            Ok(report) => {
                assert_eq!(report.table_check(), TableCheck::Done);
                assert_eq!(report.total(), migrations::total());
                return;
            }
            Err(error) => {
                assert!(error.is_retryable(), "{error:?}");
                met.push(error);
            }
        }
    }
    panic!("it never boots: {met:#?}");
}
