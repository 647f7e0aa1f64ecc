//! A boot with nothing to do is one `SELECT`, and works wherever a `SELECT` works.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, run_quicksight_migrations};
use support::{Flavor, Server, backup, database_on, migrated, questions};

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
    let primary = Server::start(&binary_log(1));
    let replica = Server::start(&[&binary_log(2)[..], &["--read-only=1"]].concat());
    let mut on_replica = Conn::new(replica.opts()).unwrap();
    follow(&mut on_replica, &primary);

    let db = database_on(&primary).migrated();

    wait_for_replica(&mut on_replica, &mut db.conn());
    on_replica.query_drop(format!("USE {}", db.name())).unwrap();
    assert_one_statement(&mut on_replica);
}

/// Options for a server that takes part in replication as number `id`.
fn binary_log(id: u8) -> Vec<&'static str> {
    let mut options = vec!["--log-bin=binlog", "--log-slave-updates=1"];
    options.push(if id == 1 { "--server-id=1" } else { "--server-id=2" });
    if is_mysql_program() {
        options.extend(["--gtid-mode=ON", "--enforce-gtid-consistency=ON"]);
        options[1] = "--log-replica-updates=1";
    }
    options
}

fn is_mysql_program() -> bool {
    support::server::program_flavor() == Flavor::MySql
}

/// The transactions that this server has logged.
fn written(conn: &mut Conn) -> String {
    let variable = if is_mysql_program() { "@@gtid_executed" } else { "@@gtid_binlog_pos" };
    conn.query_first(format!("SELECT {variable}")).unwrap().unwrap()
}

fn follow(replica: &mut Conn, primary: &Server) {
    let port = primary.port();
    let statements = if is_mysql_program() {
        [
            format!(
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = {port}, \
                 SOURCE_USER = 'root', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1"
            ),
            "START REPLICA".into(),
        ]
    } else {
        [
            format!(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {port}, \
                 MASTER_USER = 'root', MASTER_USE_GTID = slave_pos"
            ),
            "START SLAVE".into(),
        ]
    };
    for sql in statements {
        replica.query_drop(sql).unwrap();
    }
}

fn wait_for_replica(replica: &mut Conn, primary: &mut Conn) {
    let position = written(primary);
    let wait = if is_mysql_program() {
        format!("SELECT WAIT_FOR_EXECUTED_GTID_SET('{position}', 60)")
    } else {
        format!("SELECT MASTER_GTID_WAIT('{position}', 60)")
    };
    let timed_out: Option<i8> = replica.query_first(wait).unwrap();
    assert_eq!(timed_out, Some(0), "the replica does not follow");
}
