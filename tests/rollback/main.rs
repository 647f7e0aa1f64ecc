//! The way back: all tables go or the caller is told why not, and no row is lost unseen.

mod broken;
mod held;
mod kept;
mod refused;
mod rows;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod ties;

use std::time::{Duration, Instant};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator, rollback_quicksight_migrations, run_quicksight_migrations,
};
use support::{ByHand, Database, HISTORY, database, migrated, migrations, questions, quoted};

/// How each table looks to the server.
fn shapes(conn: &mut Conn) -> Vec<String> {
    let shape = |table: &&str| {
        let row: Option<(String, String)> =
            conn.query_first(format!("SHOW CREATE TABLE {table}")).unwrap();
        row.unwrap().1
    };
    migrations::tables().iter().map(shape).collect()
}

/// What a rollback sends: 19 around the tables, and one for each.
fn statements() -> u64 {
    19 + migrations::tables().len() as u64
}

/// A rollback that does not wait long for anybody.
fn impatient() -> Migrator {
    Migrator::new().metadata_lock_timeout(Duration::from_secs(1)).lock_timeout(Duration::ZERO)
}

/// Another database, with a table whose foreign key points to `trip`.
fn pointing_to_trip(db: &Database) -> Database {
    let (other, parent) = (database(), format!("{}.trip", quoted(db.name())));
    other.conn().by_hand([format!(
        "CREATE TABLE leg (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES {parent} (id))"
    )]);
    other
}

#[track_caller]
fn assert_all_gone(db: &Database) {
    assert_eq!(db.tables(), Vec::<String>::new());
}

/// After an interruption or a refusal: the next rollback finishes.
#[track_caller]
fn assert_rolls_back(db: &Database) {
    impatient().rollback(&mut db.conn()).unwrap();
    assert_all_gone(db);
}

#[test]
fn up_down_up_equals_up() {
    let db = migrated();
    let mut conn = db.conn();
    let before = shapes(&mut conn);

    let report = rollback_quicksight_migrations(&mut conn).unwrap();

    let mut dropped = report.dropped().to_vec();
    dropped.reverse();
    assert_eq!(dropped, migrations::tables());
    assert_all_gone(&db);
    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().applied().len(), migrations::total());
    assert_eq!(shapes(&mut conn), before);
    db.assert_complete();
}

#[test]
fn says_in_one_line_what_it_did() {
    let db = migrated();
    let mut conn = db.conn();
    let started = Instant::now();

    let before = questions(&mut conn);
    let report = rollback_quicksight_migrations(&mut conn).unwrap();
    let sent = questions(&mut conn) - before - 1;

    let tables = migrations::tables().len();
    assert_eq!((report.statements(), sent), (statements(), statements()));
    assert!(report.lock_wait() <= report.elapsed() && report.elapsed() <= started.elapsed());
    let elapsed = report.elapsed().as_millis();
    let wait = report.lock_wait().as_millis();
    let expected = format!(
        "{tables} tables dropped in {elapsed} ms ({sent} statements, {wait} ms for the lock)"
    );
    assert_eq!(report.to_string(), expected);
    assert_eq!(report, report.clone());
    // As the page of the report shows it.
    let shown =
        format!("// {tables} tables dropped in 240 ms ({sent} statements, 0 ms for the lock)");
    assert!(include_str!("../../src/outcome/report.rs").contains(&shown), "{shown}");
}

#[test]
fn a_second_call_does_nothing() {
    let db = migrated();
    let mut conn = db.conn();
    rollback_quicksight_migrations(&mut conn).unwrap();

    let report = rollback_quicksight_migrations(&mut conn).unwrap();

    assert_eq!((report.dropped(), report.statements()), (&[][..], 9));
    assert!(report.to_string().starts_with("no tables to drop, checked in "), "{report}");
    assert_all_gone(&db);
}

#[test]
fn half_a_migration_is_rolled_back() {
    let states: [&[&str]; 6] = [
        &["DELETE FROM quicksight_schema_history WHERE version > 9", "DROP TABLE trip, app_data"],
        &["DROP TABLE quicksight_schema_history"],
        &["DROP TABLE quicksight_schema_history", "DROP TABLE auth_user, trip, user_rating"],
        // The history says more than there is, has a gap, or another checksum.
        &["DROP TABLE auth_user, trip, user_rating"],
        &["DELETE FROM quicksight_schema_history WHERE version IN (3, 7)"],
        &["UPDATE quicksight_schema_history SET checksum = '42' WHERE version = 5"],
    ];
    for state in states {
        let db = migrated();
        for sql in state {
            db.conn().query_drop(sql).unwrap();
        }
        let tables = db.tables().iter().filter(|name| *name != HISTORY).count();

        let report = rollback_quicksight_migrations(&mut db.conn()).unwrap();

        assert_eq!(report.dropped().len(), tables, "{state:?}");
        assert_all_gone(&db);
    }
}

#[test]
fn a_history_alone_is_removed() {
    let db = migrated();
    let tables = migrations::tables().join(", ");
    db.conn().query_drop(format!("DROP TABLE {tables}")).unwrap();

    let report = rollback_quicksight_migrations(&mut db.conn()).unwrap();

    assert_eq!(report.dropped().len(), 0);
    assert_all_gone(&db);
}

#[test]
fn a_history_of_another_name_is_honoured() {
    let db = database();
    let migrator = Migrator::new().history_table("his`tory");
    migrator.run(&mut db.conn()).unwrap();
    // Somebody else's.
    db.conn().query_drop(format!("CREATE TABLE {HISTORY} (id INT)")).unwrap();

    migrator.rollback(&mut db.conn()).unwrap();

    assert_eq!(db.tables(), [HISTORY]);
    let error = Migrator::new().history_table("trip").rollback(&mut db.conn()).unwrap_err();
    assert!(matches!(error, Error::InvalidHistoryTable { .. }), "{error:?}");
}

#[test]
fn wants_a_database() {
    let db = migrated();
    let mut conn = Conn::new(db.opts().db_name(None::<String>)).unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    assert!(matches!(error, Error::NoDatabaseSelected), "{error:?}");
    conn.query_drop(format!("USE {}", quoted(db.name()))).unwrap();
    assert_eq!(
        rollback_quicksight_migrations(&mut conn).unwrap().dropped().len(),
        migrations::tables().len()
    );
}

/// The plan is what a rollback then does, refuses what a rollback refuses, and changes nothing.
#[test]
fn a_plan_is_what_a_rollback_does() {
    let db = migrated();
    let mut conn = db.conn();

    let plan = impatient().rollback_plan(&mut conn).unwrap();

    db.assert_complete();
    let dropped = rollback_quicksight_migrations(&mut conn).unwrap();
    let names = [HISTORY].into_iter().chain(dropped.dropped().iter().map(String::as_str));
    assert_eq!(plan, names.map(|name| format!("DROP TABLE `{name}`")).collect::<Vec<_>>());
    assert_eq!(impatient().rollback_plan(&mut conn).unwrap(), Vec::<String>::new());

    run_quicksight_migrations(&mut conn).unwrap();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    let error = impatient().rollback_plan(&mut conn).unwrap_err();
    assert!(matches!(error, Error::TablesNotEmpty { ref tables, .. } if tables == &["user_label"]));
    let plan = impatient().discard_data().rollback_plan(&mut conn).unwrap();
    assert_eq!(plan.len(), migrations::tables().len() + 1);
    db.assert_complete();
}
