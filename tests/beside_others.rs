//! While another session is at work on the tables: what looks broken for a moment is no finding, and nothing
//! is done about it.

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator, TableCheck, run_quicksight_migrations, verify_quicksight_schema,
};
use support::{Database, migrated, migrations};

/// Somebody who sends these statements over and over.
struct Busy {
    stop: Arc<AtomicBool>,
    work: JoinHandle<u32>,
}

impl Busy {
    fn with(db: &Database, statements: &'static [&'static str]) -> Self {
        let (mut conn, stop) = (db.conn(), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&stop);
        let work = thread::spawn(move || {
            let mut rounds = 0;
            while !told.load(Ordering::SeqCst) {
                for statement in statements {
                    conn.query_drop(statement).unwrap();
                }
                rounds += 1;
            }
            rounds
        });
        Self { stop, work }
    }

    #[track_caller]
    fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        assert!(self.work.join().unwrap() > 10, "it had its turns");
    }
}

const REBUILDS: &[&str] =
    &["ALTER TABLE trip ENGINE=InnoDB", "ALTER TABLE campaign FORCE", "ALTER TABLE app_data FORCE"];

#[test]
fn tables_that_are_rebuilt_do_not_differ() {
    let db = migrated();
    let busy = Busy::with(&db, REBUILDS);
    let mut conn = db.conn();
    for _ in 0..100 {
        match verify_quicksight_schema(&mut conn) {
            Ok(drifts) => assert_eq!(drifts, []),
            Err(error) => assert!(matches!(error, Error::TablesChanging), "{error:?}"),
        }
    }
    busy.end();
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
}

/// A table that has no engine for a moment is not dropped as if it was half made.
#[test]
fn tables_that_are_rebuilt_are_not_mended() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO campaign (ap_campaign_id) VALUES (1), (2), (3)").unwrap();
    let busy = Busy::with(&db, REBUILDS);
    for _ in 0..60 {
        match Migrator::new().mend(&mut conn) {
            Ok(report) => assert_eq!((report.mended().len(), report.left()), (0, &[][..])),
            Err(error) => assert!(matches!(error, Error::TablesChanging), "{error:?}"),
        }
    }
    busy.end();
    let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM campaign").unwrap();
    assert_eq!(rows, Some(3));
}

#[test]
fn tables_that_are_rebuilt_are_adopted() {
    let db = migrated();
    let busy = Busy::with(&db, REBUILDS);
    let mut conn = db.conn();
    for _ in 0..40 {
        conn.query_drop("DELETE FROM quicksight_schema_history").unwrap();
        boot_until_done(&mut conn);
    }
    busy.end();
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
