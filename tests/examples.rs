//! The examples, run as the processes that a reader would run.

mod support;

use std::process::Output;

use mysql::prelude::Queryable;
use quicksight_migrations::run_quicksight_migrations;
use support::{Database, database, example};

fn migrate(db: &Database, command: &str) -> Output {
    example("migrate").args([command, "--url", &db.url()]).output().unwrap()
}

#[track_caller]
fn assert_says(output: &Output, code: i32, expected: &str) {
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}{errors}");
    assert!(said.contains(expected) || errors.contains(expected), "{said}{errors}");
}

#[test]
fn migrate_goes_up_and_says_where_it_stands() {
    let db = database();

    assert_says(&migrate(&db, "status"), 2, "0 of 18 migrations applied, next is V01__auth_user");
    assert_says(&migrate(&db, "up"), 0, "18 of 18 migrations applied in ");
    assert_says(&migrate(&db, "up"), 0, "up to date with 18 migrations");
    assert_says(&migrate(&db, "status"), 0, "V14__trip applied on 20");
    assert_says(&migrate(&db, "sql"), 0, "");
    db.assert_complete();

    db.conn().query_drop("UPDATE quicksight_schema_history SET checksum = '1'").unwrap();
    assert_says(&migrate(&db, "status"), 2, "V14__trip diverged: applied with other SQL");
    assert_says(&migrate(&db, "up"), 1, "error: the history says that V01__auth_user was applied");
}

/// What a DBA gets is a script: the client takes it as it is.
#[test]
fn migrate_prints_a_script_that_does_all_of_it() {
    let db = database();
    let script = String::from_utf8(migrate(&db, "sql").stdout).unwrap();
    assert_eq!(db.tables(), Vec::<String>::new());

    // The driver sends it as one packet, as a client with `source` would statement by statement.
    let mut conn = db.conn();
    let mut result = conn.query_iter(script).unwrap();
    while let Some(set) = result.iter() {
        set.for_each(|row| drop(row.unwrap()));
    }
    drop(result);

    db.assert_complete();
    assert_says(&migrate(&db, "up"), 0, "up to date with 18 migrations");
}

#[test]
fn migrate_explains_what_it_could_not_do() {
    let db = database();

    let usage = example("migrate").env_remove("QUICKSIGHT_DATABASE_URL").arg("up").output();
    assert_says(&usage.unwrap(), 64, "usage: migrate up | status | sql");
    assert_says(&migrate(&db, "sideways"), 64, "usage: migrate up | status | sql");
    db.conn().query_drop("CREATE TABLE quicksight_schema_history (id INT)").unwrap();
    assert_says(&migrate(&db, "up"), 1, "caused by: MySqlError { ERROR 1054");
}

#[test]
fn a_service_boots_and_serves() {
    let db = database();
    let boot = || {
        example("service_boot")
            .env("QUICKSIGHT_DATABASE_URL", db.url())
            .env("RUST_LOG_STYLE", "never")
            .output()
            .unwrap()
    };

    let first = boot();
    assert_says(&first, 0, "18 of 18 migrations applied in ");
    assert_says(&first, 0, "applied V14__trip in ");
    assert_says(&first, 0, "serving 0 users");
    assert_says(&boot(), 0, "up to date with 18 migrations");
    assert_eq!(run_quicksight_migrations(&mut db.conn()).unwrap().statements(), 1);

    db.conn().query_drop("UPDATE quicksight_schema_history SET checksum = NULL").unwrap();
    assert_says(
        &boot(),
        1,
        "the database is not ready (see the cause): the history row of version 1",
    );
}
