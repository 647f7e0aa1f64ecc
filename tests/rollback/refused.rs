//! Whoever must not or cannot roll back is told why, and nothing is touched.

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, rollback_quicksight_migrations};

use crate::{
    assert_all_gone, assert_rolls_back, impatient,
    support::{HISTORY, Server, chain, database_on, denied, migrated, migrations},
};

/// Such a history may stand for tables that this build does not know, so they would be left without.
#[test]
fn a_history_of_other_builds_is_refused() {
    let last = migrations::last().version;
    let row = |version: i64, name: &str| {
        format!("INSERT INTO {HISTORY} VALUES ({version}, '{name}', '2027-01-02T03:04:05Z', '1')")
    };
    let (later, before) = (&*row(last + 1, "later"), &*row(0, "before"));
    let renamed = "UPDATE quicksight_schema_history SET name = 'journey' WHERE version = 14";
    let junk = "UPDATE quicksight_schema_history SET name = NULL WHERE version = 14";
    let twice = "ALTER TABLE quicksight_schema_history ADD other INT";
    for sql in [later, before, renamed, junk, twice] {
        let db = migrated();
        db.conn().query_drop(sql).unwrap();

        let outcome = impatient().discard_data().rollback(&mut db.conn());

        match (sql, outcome) {
            (sql, Err(Error::NewerHistory { recorded, embedded, .. })) if sql == later => {
                assert_eq!((recorded, embedded), (last + 1, last));
            }
            (sql, Err(Error::Diverged { recorded, embedded: None, .. })) if sql == before => {
                assert_eq!(recorded, "V00__before");
            }
            (sql, Err(Error::Diverged { recorded, embedded: Some(own), .. })) if sql == renamed => {
                assert_eq!((recorded.as_str(), own.as_str()), ("V14__journey", "V14__trip"));
            }
            (sql, Err(Error::CorruptHistory { version: Some(14), column, .. })) if sql == junk => {
                assert_eq!(column, "name");
            }
            (sql, Ok(_)) if sql == twice => continue,
            (sql, other) => panic!("{sql}: {other:?}"),
        }
        assert_eq!(db.tables().len(), migrations::tables().len() + 1);
    }
}

#[test]
fn an_open_transaction_is_refused_and_survives() {
    for begin in ["START TRANSACTION", "SET autocommit = 0"] {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop("CREATE TABLE mine (id INT PRIMARY KEY)").unwrap();
        conn.query_drop(begin).unwrap();
        conn.query_drop("INSERT INTO mine VALUES (1)").unwrap();

        let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

        assert!(matches!(error, Error::OpenTransaction), "{begin}: {error:?}");
        conn.query_drop("ROLLBACK").unwrap();
        let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM mine").unwrap();
        assert_eq!(rows, Some(0), "{begin}: committed behind the caller's back");
        conn.query_drop("DROP TABLE mine").unwrap();
        db.assert_complete();
    }
}

#[test]
fn a_read_only_server_is_refused() {
    let server = Server::start(&["--skip-log-bin"]);
    let db = database_on(&server).migrated();
    db.conn().query_drop("SET GLOBAL read_only = 1").unwrap();

    let error = rollback_quicksight_migrations(&mut db.conn()).unwrap_err();

    assert!(matches!(error, Error::ReadOnly { source: None, .. }), "{error:?}");
    db.assert_complete();
    db.conn().query_drop("SET GLOBAL read_only = 0").unwrap();
    let mut conn = db.conn();
    conn.query_drop("SET SESSION TRANSACTION READ ONLY").unwrap();
    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { source: Some(_), .. }), "{error:?}");
    db.assert_complete();
    assert_rolls_back(&db);
}

/// The documented rights are enough, and without any one of them nothing is touched.
#[test]
fn each_documented_right_is_needed() {
    let cases = [
        ("SELECT, LOCK TABLES", format!("drop the history table `{HISTORY}` (needs DROP)")),
        ("SELECT, DROP", "lock the tables (needs LOCK TABLES and SELECT)".into()),
        ("LOCK TABLES, DROP", format!("read the history table `{HISTORY}` (needs SELECT)")),
    ];
    let db = migrated();
    for (rights, expected) in cases {
        let error = rollback_quicksight_migrations(&mut db.user(rights).conn()).unwrap_err();

        assert_eq!(denied(&error), expected, "{}", chain(&error));
        db.assert_complete();
    }
    let user = db.user("SELECT, LOCK TABLES, DROP");
    assert_eq!(
        rollback_quicksight_migrations(&mut user.conn()).unwrap().dropped().len(),
        migrations::tables().len()
    );
    assert_all_gone(&db);
}
