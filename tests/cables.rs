//! Pull any cable during a boot: what is left, the next boot puts right.

mod support;

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use mysql::prelude::Queryable;
use quicksight_migrations::{DriftKind, Error, Migrator, run_quicksight_migrations};
use support::{
    Database, Flavor, HISTORY, Server, database, database_on, is_mariadb_10_5, migrations,
    reopened,
    wire::{Cut, crash, nth, statements_of},
};

/// What a boot with everything to do sends.
fn statements_of_a_first_boot() -> Vec<String> {
    statements_of(&database(), |conn| {
        run_quicksight_migrations(conn).unwrap();
    })
}

fn cut_at_each_statement(cut: Cut) {
    let statements = statements_of_a_first_boot();
    assert_eq!(statements.len() as u64, migrations::statements_of_a_first_boot());
    for (position, statement) in statements.iter().enumerate() {
        let db = database();
        let mut conn = db.watched(nth(position, |_| true, move || cut));

        let error = run_quicksight_migrations(&mut conn).expect_err(statement);

        assert!(error.is_retryable(), "{statement}: {error:?}");
        drop(conn);
        let again = run_quicksight_migrations(&mut db.conn());
        again.unwrap_or_else(|error| panic!("after a cut at {statement}: {error:?}"));
        db.assert_complete();
        assert_eq!(run_quicksight_migrations(&mut db.conn()).unwrap().statements(), 1);
    }
}

#[test]
fn the_connection_breaks_before_any_statement() {
    cut_at_each_statement(Cut::BeforeStatement);
}

#[test]
fn the_connection_breaks_before_any_answer() {
    cut_at_each_statement(Cut::BeforeAnswer);
}

/// The whole server dies, with its memory, and comes back.
#[test]
fn the_server_dies_at_a_statement() {
    let statements = statements_of_a_first_boot();
    let server = Arc::new(Mutex::new(Server::start(&["--skip-log-bin"])));
    let end = statements.len();
    for position in [2, 5, 6, 7, 8, 9, 20, 21, end - 3, end - 2, end - 1] {
        let statement = &statements[position];
        let db = database_on(&server.lock().unwrap());
        let mut conn = db.watched(nth(position, |_| true, crash(&server)));

        let error = run_quicksight_migrations(&mut conn).expect_err(statement);

        assert!(error.is_retryable(), "{statement}: {error:?}");
        server.lock().unwrap().resume();
        let db = reopened(&server.lock().unwrap(), &db);
        let data = server.lock().unwrap().data();
        boot_after_a_crash(&db, &data, &format!("after a crash at {statement}"));
        db.assert_complete();
    }
}

/// The server dies at some moment of a boot, whatever it is doing then.
#[test]
fn the_server_dies_at_any_moment() {
    let mut server = Server::start(&["--skip-log-bin"]);
    for milliseconds in [5, 10, 15, 20, 30, 40, 60, 80, 120] {
        let db = database_on(&server);
        let mut conn = db.conn();
        let boot = std::thread::spawn(move || {
            let _ = run_quicksight_migrations(&mut conn);
        });
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        server.crash();
        boot.join().unwrap();
        server.resume();

        let db = reopened(&server, &db);
        let recorded = db
            .conn()
            .query::<i64, _>("SELECT version FROM quicksight_schema_history ORDER BY version");
        let recorded = recorded.unwrap_or_default();
        assert_eq!(recorded, (1..).take(recorded.len()).collect::<Vec<i64>>());

        boot_after_a_crash(&db, &server.data(), &format!("after {milliseconds} ms"));
        db.assert_complete();
    }
}

/// Boots. A server that makes a table in steps may have left a part of one.
#[track_caller]
fn boot_after_a_crash(db: &Database, data: &Path, when: &str) {
    if is_mariadb_10_5() {
        return boot_as_told(db, data);
    }
    let again = run_quicksight_migrations(&mut db.conn());
    again.unwrap_or_else(|error| panic!("{when}: {error:?}"));
}

/// Boots, and does what each error says where a part of a table is in the way.
#[track_caller]
fn boot_as_told(db: &Database, data: &Path) {
    let mut conn = db.conn();
    for _ in 0..100 {
        let Err(error) = run_quicksight_migrations(&mut conn) else { return };
        let said = error.to_string();
        if let Error::SchemaDrift { drifts, .. } = &error {
            assert!(drifts.iter().all(|one| one.kind() == DriftKind::HalfMade), "{error:?}");
            // What it could not make, the next boot makes, or says why not.
            let _ = Migrator::new().mend(&mut conn);
        } else if let Some((_, rest)) = said.split_once("send DROP TABLE ") {
            let (table, _) = rest.split_once(';').expect(&said);
            conn.query_drop(format!("DROP TABLE {table}")).unwrap();
        } else if said.contains(": delete that file") || said.ends_with("; delete that file") {
            let table = match &error {
                Error::Migration { migration, .. } => migration.split_once("__").unwrap().1,
                _ => HISTORY,
            };
            fs::remove_file(data.join(db.name()).join(table).with_extension("ibd")).unwrap();
        } else {
            panic!("{error:?}");
        }
    }
    panic!("what the errors say is no way out");
}

/// What such a crash leaves, made by hand: the description of a table that no engine knows.
#[test]
fn what_a_crash_has_left_of_a_table_is_mended() {
    let server = Server::start(&["--skip-log-bin"]);
    let db = database_on(&server).migrated();
    for table in ["trip", HISTORY] {
        let described = server.data().join(db.name()).join(table).with_extension("frm");
        if server.flavor() == Flavor::MySql {
            assert!(!described.exists(), "it keeps the description with the table");
            continue;
        }
        let (mut conn, aside) = (db.conn(), described.with_extension("aside"));
        fs::copy(&described, &aside).unwrap();
        conn.query_drop(format!("DROP TABLE {table}")).unwrap();
        fs::rename(aside, described).unwrap();
        conn.query_drop("FLUSH TABLES").unwrap();
        run_quicksight_migrations(&mut conn).unwrap_err();

        boot_as_told(&db, &server.data());

        db.assert_complete();
    }
}
