//! The examples, run as the processes that a reader would run.

mod support;

use std::{
    io::Write,
    net::TcpListener,
    process::{Output, Stdio},
};

use mysql::prelude::Queryable;
use quicksight_migrations::{quicksight_migration_status, run_quicksight_migrations};
use support::{Database, database, example, migrations};

/// Runs a command such as `verify --json`; nobody answers if it asks.
fn migrate(db: &Database, command: &str) -> Output {
    migrate_answered(db, command, "")
}

fn migrate_answered(db: &Database, command: &str, answer: &str) -> Output {
    let mut process = example("migrate")
        .args(command.split(' '))
        .args(["--url", &db.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without reading.
    let _ = process.stdin.take().unwrap().write_all(answer.as_bytes());
    process.wait_with_output().unwrap()
}

/// How many migrations there are.
fn total(db: &Database) -> usize {
    quicksight_migration_status(&mut db.conn()).unwrap().total()
}

/// A database after `up`.
fn migrated() -> Database {
    let db = database();
    let all = format!("{} of", total(&db));
    assert_says(&migrate(&db, "up"), 0, &all);
    db
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
    let total = total(&db);

    let nothing = format!("0 of {total} migrations applied, next is V01__auth_user");
    assert_says(&migrate(&db, "status"), 2, &nothing);
    assert_says(&migrate(&db, "up"), 0, &format!("{total} of {total} migrations applied in "));
    assert_says(&migrate(&db, "up"), 0, &format!("up to date with {total} migrations"));
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
    assert_says(&migrate(&db, "up"), 0, &format!("up to date with {} migrations", total(&db)));
}

#[test]
fn migrate_verifies_and_mends() {
    let db = migrated();
    assert_says(&migrate(&db, "verify"), 0, "0 differences");
    assert_says(&migrate(&db, "verify --json"), 0, "[]");

    db.conn().query_drop("ALTER TABLE trip DROP INDEX user_started_idx").unwrap();
    assert_says(&migrate(&db, "verify"), 0, "trip.user_started_idx: missing_index, advisory");
    db.conn().query_drop("ALTER TABLE trip MODIFY COLUMN distance float").unwrap();
    let found = migrate(&db, "verify");
    assert_says(&found, 2, "trip.distance: different_column, breaking\n");
    assert_says(&found, 2, "\n  - `distance` double NULL\n  + `distance` float NULL\n");
    assert_says(&found, 2, "\n  mend: ALTER TABLE `trip` MODIFY COLUMN `distance` double NULL");
    let json = migrate(&db, "verify --json");
    assert_eq!(json.status.code(), Some(2));
    let findings: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(findings[0]["kind"], "different_column");
    assert_eq!(findings[0]["subject"], "distance");
    assert_eq!(findings[1]["severity"], "advisory");

    assert_says(
        &migrate(&db, "mend --dry-run"),
        0,
        "ALTER TABLE `trip` MODIFY COLUMN `distance` double",
    );
    assert_says(&migrate(&db, "verify"), 2, "2 differences");
    assert_says(&migrate(&db, "mend"), 0, "2 differences mended, 0 left for a person to decide");
    assert_says(&migrate(&db, "verify"), 0, "0 differences");

    db.conn().query_drop("ALTER TABLE trip MODIFY COLUMN role varchar(20)").unwrap();
    assert_says(&migrate(&db, "mend"), 2, "0 differences mended, 1 left for a person to decide");
}

/// The script can be run as it is: it cuts no value in a careless session, and a name with a line
/// break in it is no statement.
#[test]
fn migrate_prints_mends_that_are_safe_to_run() {
    let db = migrated();
    let mut conn = db.conn();
    for sql in [
        "ALTER TABLE app_data ADD COLUMN `x\nDROP TABLE trip;` int",
        "ALTER TABLE trip MODIFY COLUMN started_on datetime NULL",
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, NULL)",
        "SET SESSION sql_mode = ''",
    ] {
        conn.query_drop(sql).unwrap();
    }

    let script = String::from_utf8(migrate(&db, "mend --dry-run").stdout).unwrap();

    let is_note = |line: &&str| line.starts_with("--");
    let (notes, statements): (Vec<_>, Vec<_>) = script.lines().partition(is_note);
    assert_eq!(notes.len(), 1, "{script}");
    let [strict, mend] = &statements[..] else { panic!("{script}") };
    conn.query_drop(strict).unwrap();
    conn.query_drop(mend).unwrap_err();
    let nulls = conn.query_first::<u32, _>("SELECT COUNT(*) FROM trip WHERE started_on IS NULL");
    assert_eq!(nulls.unwrap(), Some(1));
}

#[test]
fn migrate_goes_down_only_if_it_is_meant() {
    let db = migrated();

    assert_says(&migrate(&db, "down"), 1, "nothing was dropped");
    assert_says(&migrate_answered(&db, "down", "no\n"), 1, "nothing was dropped");
    db.assert_complete();

    db.conn().query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    assert_says(&migrate(&db, "down --yes"), 1, "user_label");
    db.assert_complete();
    let dropped = format!("{} tables dropped in ", migrations::tables().len());
    assert_says(&migrate(&db, "down --yes --discard-data"), 0, &dropped);
    assert_eq!(db.tables(), Vec::<String>::new());

    assert_says(&migrate(&db, "up"), 0, "migrations applied in ");
    let name = format!("{}\n", db.name());
    assert_says(&migrate_answered(&db, "down", &name), 0, &dropped);
    assert_eq!(db.tables(), Vec::<String>::new());
}

#[test]
fn migrate_explains_what_it_could_not_do() {
    let db = database();

    let usage = example("migrate").env_remove("QUICKSIGHT_DATABASE_URL").arg("up").output();
    let no_database = "error: no database given: set QUICKSIGHT_DATABASE_URL or --url";
    assert_says(&usage.unwrap(), 64, no_database);
    assert_says(&migrate(&db, "up --json"), 64, "Usage: migrate");
    assert_says(&migrate(&db, "sideways"), 64, "Usage: migrate");
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
    let total = total(&db);
    assert_says(&first, 0, &format!("{total} of {total} migrations applied in "));
    assert_says(&first, 0, "applied V14__trip in ");
    assert_says(&first, 0, "serving 0 users");
    assert_says(&boot(), 0, &format!("up to date with {total} migrations"));
    assert_eq!(run_quicksight_migrations(&mut db.conn()).unwrap().statements(), 1);

    db.conn().query_drop("UPDATE quicksight_schema_history SET checksum = NULL").unwrap();
    assert_says(
        &boot(),
        1,
        "the database is not ready (see the cause): the history row of version 1",
    );
}

/// What stands in the way is one sentence in the log and an exit code, never a panic or a password.
#[test]
fn a_service_says_why_it_does_not_boot() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable = format!("mysql://root:secret@{free}/tsp?prefer_socket=false");
    let cases = [
        (None, "ERROR service_boot] set QUICKSIGHT_DATABASE_URL to the database, as in mysql://"),
        (Some("nonsense"), "ERROR service_boot] the URL cannot be read: "),
        (Some(unreachable.as_str()), "Connection refused"),
    ];
    for (url, expected) in cases {
        let mut service = example("service_boot");
        service.env_remove("QUICKSIGHT_DATABASE_URL").env("RUST_LOG_STYLE", "never");
        service.envs(url.map(|url| ("QUICKSIGHT_DATABASE_URL", url)));

        let output = service.output().unwrap();

        assert_says(&output, 1, expected);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(!errors.contains("panicked") && !errors.contains("secret"), "{errors}");
    }
}
