//! Whatever statement a rollback breaks at, the next rollback or the next run puts all right.

use std::sync::{Arc, Mutex};

use quicksight_migrations::{rollback_quicksight_migrations, run_quicksight_migrations};

use crate::{
    assert_all_gone,
    support::{
        Database, Server, database_on, migrated, reopened,
        wire::{Cut, crash, nth, statements_of},
    },
};

/// What may come after an interrupted rollback.
#[derive(Debug, Clone, Copy)]
enum Next {
    Rollback,
    Run,
}

#[track_caller]
fn assert_comes_right(db: &Database, next: Next, after: &str) {
    let mut conn = db.conn();
    match next {
        Next::Rollback => {
            let again = rollback_quicksight_migrations(&mut conn);
            again.unwrap_or_else(|error| panic!("rollback after {after}: {error:?}"));
            assert_all_gone(db);
        }
        Next::Run => {
            let again = run_quicksight_migrations(&mut conn);
            again.unwrap_or_else(|error| panic!("run after {after}: {error:?}"));
            db.assert_complete();
            assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
        }
    }
    drop(conn);
}

fn cut_at_each_statement(cut: Cut, next: Next) {
    let db = migrated();
    let statements = statements_of(&db, |conn| drop(rollback_quicksight_migrations(conn).unwrap()));
    assert_eq!(statements.len() as u64, crate::statements());
    for (position, statement) in statements.iter().enumerate() {
        run_quicksight_migrations(&mut db.conn()).unwrap();
        let mut conn = db.watched(nth(position, |_| true, move || cut));

        let error = rollback_quicksight_migrations(&mut conn).expect_err(statement);

        assert!(error.is_retryable(), "{statement}: {error:?}");
        drop(conn);
        assert_comes_right(&db, next, &format!("{cut:?} at {statement}"));
    }
}

#[test]
fn the_connection_breaks_before_any_statement_and_a_rollback_follows() {
    cut_at_each_statement(Cut::BeforeStatement, Next::Rollback);
}

#[test]
fn the_connection_breaks_before_any_statement_and_a_run_follows() {
    cut_at_each_statement(Cut::BeforeStatement, Next::Run);
}

#[test]
fn the_connection_breaks_before_any_answer_and_a_rollback_follows() {
    cut_at_each_statement(Cut::BeforeAnswer, Next::Rollback);
}

#[test]
fn the_connection_breaks_before_any_answer_and_a_run_follows() {
    cut_at_each_statement(Cut::BeforeAnswer, Next::Run);
}

/// The whole server dies, with its memory, and comes back.
#[test]
fn the_server_dies_at_a_statement() {
    let server = Arc::new(Mutex::new(Server::start(&["--skip-log-bin"])));
    for (position, next) in [
        (7, Next::Run),
        (11, Next::Rollback),
        (12, Next::Run),
        (13, Next::Rollback),
        (20, Next::Run),
        (29, Next::Rollback),
        (30, Next::Run),
    ] {
        let db = database_on(&server.lock().unwrap()).migrated();
        let mut conn = db.watched(nth(position, |_| true, crash(&server)));

        let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

        assert!(error.is_retryable(), "{position}: {error:?}");
        server.lock().unwrap().resume();
        let db = reopened(&server.lock().unwrap(), &db);
        assert_comes_right(&db, next, &format!("a crash at statement {position}"));
    }
}
