//! A boot with nothing to do is one `SELECT`, and works wherever a `SELECT` works.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, run_quicksight_migrations};
use support::{
    Flavor, Server, backup, database_on, migrated, questions,
    replica::{Pair, binary_log, written},
};

/// Boots, and checks by the server's own count that this took one statement.
#[track_caller]
fn assert_one_statement(conn: &mut Conn) {
    let before = questions(conn);
    let report = run_quicksight_migrations(conn).unwrap();
    let sent = questions(conn) - before - 1;
    assert_eq!((report.statements(), sent), (1, 1));
}

#[test]
fn sends_one_statement() {
    let db = migrated();

    assert_one_statement(&mut db.conn());
}

#[test]
fn needs_no_right_but_select() {
    let db = migrated();

    assert_one_statement(&mut db.user("SELECT").conn());
}

#[test]
fn passes_a_lock_for_a_backup() {
    let db = migrated();
    let _backup = backup(&db);

    assert_one_statement(&mut db.conn());
}

#[test]
fn leaves_an_open_transaction_open() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("START TRANSACTION").unwrap();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('kept open')").unwrap();

    assert_one_statement(&mut conn);

    conn.query_drop("ROLLBACK").unwrap();
    let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(rows, Some(0));
}

#[test]
fn writes_nothing_to_the_binary_log() {
    let server = Server::start(&binary_log(1));
    let db = database_on(&server).migrated();
    let mut conn = db.conn();

    let before = written(&mut conn);
    assert_one_statement(&mut conn);

    assert_eq!(written(&mut conn), before);
    conn.query_drop("INSERT INTO user_label (name) VALUES ('seen')").unwrap();
    assert_ne!(written(&mut conn), before, "this measure must be able to move");
}

#[test]
fn works_on_a_read_only_server() {
    let server = Server::start(&["--skip-log-bin"]);
    let db = database_on(&server).migrated();
    let pending = database_on(&server);
    let reader = db.user("SELECT");
    let setting = match server.flavor() {
        Flavor::MySql => "super_read_only",
        Flavor::MariaDb => "read_only",
    };
    db.conn().query_drop(format!("SET GLOBAL {setting} = 1")).unwrap();

    assert_one_statement(&mut db.conn());
    assert_one_statement(&mut reader.conn());

    // With something to do, even a user who may write there is refused before anything is changed.
    let error = run_quicksight_migrations(&mut pending.conn()).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { source: None, .. }), "{error:?}");
    assert_eq!(pending.tables(), Vec::<String>::new());
    db.conn().query_drop("SET GLOBAL read_only = 0").unwrap();
}

#[test]
fn works_on_a_replica() {
    let pair = Pair::start(&[]);

    let db = pair.database().migrated();

    assert_one_statement(&mut pair.caught_up(&db));
}
