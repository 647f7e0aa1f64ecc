//! Pull any cable during a boot: what is left, the next boot puts right.

mod support;

use std::sync::{Arc, Mutex};

use mysql::prelude::Queryable;
use quicksight_migrations::run_quicksight_migrations;
use support::{
    Server, database, database_on, migrations, reopened,
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
        let again = run_quicksight_migrations(&mut db.conn());
        again.unwrap_or_else(|error| panic!("after a crash at {statement}: {error:?}"));
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

        let again = run_quicksight_migrations(&mut db.conn());
        again.unwrap_or_else(|error| panic!("after {milliseconds} ms: {error:?}"));
        db.assert_complete();
    }
}
