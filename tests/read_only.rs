//! Where nothing may be written, whatever has something to write says so before it has tried anything, and
//! whatever only looks does its work.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, Migrator, run_quicksight_migrations};
use support::{Database, Flavor, database, flavor, migrated, settings, wire::statements_of};

/// The ways to make a session that only reads.
fn read_only() -> [&'static str; 2] {
    let variable = match flavor() {
        Flavor::MySql => "SET SESSION transaction_read_only = 1",
        Flavor::MariaDb => "SET SESSION tx_read_only = 1",
    };
    ["SET SESSION TRANSACTION READ ONLY", variable]
}

/// Something for a mend to do, something for a boot to do, and something to roll back.
fn half_done() -> Database {
    let db = migrated();
    db.conn().query_drop("ALTER TABLE trip DROP INDEX user_started_idx").unwrap();
    db.forget_after(10);
    db
}

/// A call that has something to write.
type Write = fn(&mut Conn) -> quicksight_migrations::Result<()>;

const WRITES: [Write; 3] = [
    |conn| run_quicksight_migrations(conn).map(drop),
    |conn| Migrator::new().mend(conn).map(drop),
    |conn| Migrator::new().rollback(conn).map(drop),
];

#[track_caller]
fn assert_read_only(error: &Error, code: u16) {
    assert!(matches!(error, Error::ReadOnly { source: Some(_), .. }), "{error:?}");
    assert_eq!((error.server_code(), error.is_retryable()), (Some(code), false), "{error:?}");
}

#[test]
fn a_session_that_only_reads_is_refused_before_anything_is_tried() {
    for set in read_only() {
        for write in WRITES {
            let db = half_done();
            let sent = statements_of(&db, |conn| {
                conn.query_drop(set).unwrap();
                let before = settings(conn);
                assert_read_only(&write(conn).unwrap_err(), 1792);
                assert_eq!(settings(conn), before);
            });
            let tried = |sql: &&String| {
                [
                    "ALTER",
                    "CREATE TABLE",
                    "CREATE TEMPORARY",
                    "INSERT",
                    "DROP",
                    "LOCK",
                    "SELECT GET_LOCK",
                ]
                .iter()
                .any(|word| sql.starts_with(word))
            };
            assert_eq!(sent.iter().find(tried), None, "{set}");
        }
    }
}

#[test]
fn whatever_only_looks_looks_in_a_session_that_only_reads() {
    let (db, done) = (half_done(), migrated());
    let looks = |db: &Database, set: &str| {
        let mut conn = db.conn();
        conn.query_drop(set).unwrap();
        let migrator = Migrator::new();
        let drifts = migrator.verify(&mut conn).unwrap();
        let (status, plan) = (migrator.status(&mut conn), migrator.plan(&mut conn));
        format!("{drifts:?} {} {}", status.unwrap(), plan.unwrap().len())
    };
    let plain = looks(&db, "DO 0");
    assert!(plain.contains("user_started_idx"), "{plain}");
    for set in read_only() {
        assert_eq!(looks(&db, set), plain);
        let mut conn = done.conn();
        conn.query_drop(set).unwrap();
        assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
    }
}

#[test]
fn a_first_boot_in_a_session_that_only_reads_makes_nothing() {
    for set in read_only() {
        let db = database();
        let mut conn = db.conn();
        conn.query_drop(set).unwrap();

        assert_read_only(&run_quicksight_migrations(&mut conn).unwrap_err(), 1792);

        assert_eq!(db.tables(), Vec::<String>::new());
    }
}

/// MySQL can keep one database from being changed.
#[test]
fn a_database_that_is_read_only_is_named_so() {
    for write in WRITES {
        let db = half_done();
        let set = |on: u8| format!("ALTER DATABASE `{}` READ ONLY = {on}", db.name());
        let kept = db.conn().query_drop(set(1));
        if flavor() == Flavor::MariaDb {
            kept.unwrap_err();
            continue;
        }

        let error = write(&mut db.conn()).unwrap_err();

        db.conn().query_drop(set(0)).unwrap();
        assert_read_only(&error, 3989);
    }
}
