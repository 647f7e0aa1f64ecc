//! The way back: all tables go or the caller is told why not, and no row is lost unseen.

mod support;

use std::{
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, KeptReason, KeptTable, Migrator, quicksight_migration_status,
    rollback_quicksight_migrations, run_quicksight_migrations,
};
use support::{
    Database, Flavor, Server, TABLES, chain, database, database_named, database_on, flavor,
    questions, quoted, reopened, unique,
    wire::{Cut, Wire, statements_of},
};

const HISTORY: &str = "quicksight_schema_history";

fn migrated() -> Database {
    boot(database())
}

fn boot(db: Database) -> Database {
    run_quicksight_migrations(&mut db.conn()).unwrap();
    db
}

/// How each table looks to the server.
fn shapes(conn: &mut Conn) -> Vec<String> {
    let shape = |table: &&str| {
        let row: Option<(String, String)> =
            conn.query_first(format!("SHOW CREATE TABLE {table}")).unwrap();
        row.unwrap().1
    };
    TABLES.iter().map(shape).collect()
}

/// A rollback that does not wait long for anybody.
fn impatient() -> Migrator {
    Migrator::new().metadata_lock_timeout(Duration::from_secs(1)).lock_timeout(Duration::ZERO)
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

fn obstacles(error: &Error) -> Vec<String> {
    match error {
        Error::RollbackBlocked { obstacles } => obstacles.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn up_down_up_equals_up() {
    let db = migrated();
    let mut conn = db.conn();
    let before = shapes(&mut conn);

    let report = rollback_quicksight_migrations(&mut conn).unwrap();

    let mut dropped = report.dropped().to_vec();
    dropped.reverse();
    assert_eq!(dropped, TABLES);
    assert_all_gone(&db);
    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().applied().len(), 18);
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

    // 18 around them, and one for each table.
    assert_eq!((report.statements(), sent), (36, 36));
    assert!(report.lock_wait() <= report.elapsed() && report.elapsed() <= started.elapsed());
    let elapsed = report.elapsed().as_millis();
    let wait = report.lock_wait().as_millis();
    let expected =
        format!("18 tables dropped in {elapsed} ms (36 statements, {wait} ms for the lock)");
    assert_eq!(report.to_string(), expected);
    assert_eq!(report, report.clone());
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
fn refuses_while_tables_hold_rows_and_drops_nothing() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    conn.query_drop("INSERT INTO group_member (group_id, user_id) VALUES (1, 2)").unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let Error::TablesNotEmpty { tables } = &error else { panic!("{error:?}") };
    assert_eq!(*tables, ["group_member", "user_label"]);
    assert!(!error.is_retryable());
    db.assert_complete();
    conn.query_drop("DELETE FROM user_label").unwrap();
    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();
    let Error::TablesNotEmpty { tables } = &error else { panic!("{error:?}") };
    assert_eq!(*tables, ["group_member"]);
    conn.query_drop("DELETE FROM group_member").unwrap();
    assert_rolls_back(&db);
}

/// A call by mistake must not stop a service: it looks before it locks.
#[test]
fn refuses_without_making_anybody_wait() {
    let db = migrated();
    db.conn().query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    let statements = statements_of(&db, |conn| drop(rollback_quicksight_migrations(conn)));

    assert!(!statements.iter().any(|sql| sql.contains("LOCK TABLES")), "{statements:?}");
}

#[test]
fn discards_rows_if_told_so() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('lost')").unwrap();

    let report = Migrator::new().discard_data().rollback(&mut conn).unwrap();

    assert_eq!(report.dropped().len(), 18);
    assert_all_gone(&db);
}

/// A service that writes all the time, until the server tells it that the table is gone. Returns
/// what the server told it is stored.
fn write_until_gone(db: &Database, delay: Duration, stop: &AtomicBool) -> usize {
    let mut conn = db.conn();
    thread::sleep(delay);
    for stored in 0.. {
        if stop.load(Ordering::SeqCst) {
            return stored;
        }
        let table = ["auth_user", "user_label"][stored % 2];
        let column = ["email", "name"][stored % 2];
        match conn.query_drop(format!("INSERT INTO {table} ({column}) VALUES ('a row')")) {
            Ok(()) => {}
            Err(mysql::Error::MySqlError(answer)) if answer.code == 1146 => return stored,
            Err(other) => panic!("{other}"),
        }
    }
    0
}

/// Whoever wins: no row that the server has confirmed is gone without a word.
#[test]
fn a_race_with_a_writer_loses_no_row() {
    let (mut won, mut refused) = (0, 0);
    let mut db = migrated();
    // Each winner gives the other a head start, so that the two keep meeting where it matters.
    let mut delay = Duration::from_millis(4);
    for round in 0..60 {
        let (start, stop) = (Barrier::new(2), AtomicBool::new(false));
        let (outcome, stored) = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                start.wait();
                write_until_gone(&db, delay, &stop)
            });
            let mut conn = db.conn();
            start.wait();
            let outcome = rollback_quicksight_migrations(&mut conn);
            stop.store(true, Ordering::SeqCst);
            (outcome, writer.join().unwrap())
        });

        match outcome {
            Ok(_) => {
                assert_eq!(stored, 0, "round {round}: rows were lost");
                won += 1;
                delay = delay * 2 / 3;
            }
            Err(Error::TablesNotEmpty { tables }) => {
                assert!(!tables.is_empty());
                let rows: Option<usize> = db
                    .conn()
                    .query_first("SELECT (SELECT COUNT(*) FROM auth_user) + (SELECT COUNT(*) FROM user_label)")
                    .unwrap();
                assert_eq!(rows, Some(stored), "round {round}");
                db.assert_complete();
                refused += 1;
                delay = delay * 3 / 2 + Duration::from_micros(100);
                db = migrated();
            }
            Err(other) => panic!("round {round}: {other:?}"),
        }
        run_quicksight_migrations(&mut db.conn()).unwrap();
    }
    assert!(won >= 5 && refused >= 5, "a race needs two winners: {won} and {refused}");
}

/// Waits until a connection waits for a lock on a table, or has nothing more to do.
fn wait_until_blocked(db: &Database, id: u32) {
    let state =
        format!("SELECT COALESCE(state, '') FROM information_schema.processlist WHERE id = {id}");
    let started = Instant::now();
    let mut watcher = db.conn();
    while started.elapsed() < Duration::from_secs(2) {
        let state: Option<String> = watcher.query_first(&state).unwrap();
        if state.is_none_or(|state| state.contains("metadata lock")) {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends an `INSERT` into `user_label` when a rollback by `conn` is about to do `moment`, and returns
/// the server's answer to the writer.
fn insert_at(
    db: &Arc<Database>,
    moment: &str,
    rollback: impl FnOnce(u16) -> Result<(), Error>,
) -> (Result<(), Error>, mysql::Result<()>) {
    let writer = Arc::new(Mutex::new(None));
    let (there, slot, at) = (Arc::clone(db), Arc::clone(&writer), moment.to_owned());
    let wire = Wire::open(db.address(), move |_, sql| {
        if sql == at {
            let mut conn = there.conn();
            let id = conn.connection_id();
            let insert = move || conn.query_drop("INSERT INTO user_label (name) VALUES ('late')");
            *slot.lock().unwrap() = Some(thread::spawn(insert));
            wait_until_blocked(&there, id);
        }
        None
    });
    let outcome = rollback(wire.port());
    let writer = writer.lock().unwrap().take().expect("the moment came");
    (outcome, writer.join().unwrap())
}

#[track_caller]
fn assert_told_that_the_table_is_gone(answer: mysql::Result<()>, moment: &str) {
    match answer {
        Err(mysql::Error::MySqlError(answer)) => assert_eq!(answer.code, 1146, "{answer:?}"),
        other => panic!("{moment}: the row was confirmed and is lost: {other:?}"),
    }
}

/// A row that comes at the last moment, before statements that drop: it is not stored, and its
/// writer is told so.
#[test]
fn a_row_that_comes_before_the_drop_is_refused_to_its_writer() {
    for moment in [HISTORY, "app_data", "trip", "user_label"] {
        let moment = format!("DROP TABLE `{moment}`");
        for migrator in [Migrator::new(), Migrator::new().discard_data()] {
            let db = Arc::new(migrated());

            let (outcome, answer) = insert_at(&db, &moment, |port| {
                migrator.rollback(&mut db.conn_through(port).unwrap()).map(drop)
            });

            outcome.unwrap();
            assert_told_that_the_table_is_gone(answer, &moment);
        }
    }
}

/// The same after a drop that failed: `MariaDB` lets go of that table then, and of no other.
#[test]
fn a_row_that_comes_after_a_drop_that_failed_is_refused_to_its_writer() {
    let (db, other) = (Arc::new(migrated()), database());
    let parent = format!("{}.trip", quoted(db.name()));
    other
        .conn()
        .query_drop(format!(
            "CREATE TABLE leg (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES {parent} (id))"
        ))
        .unwrap();
    let user = db.user("SELECT, LOCK TABLES, DROP");

    let moment = "DROP TABLE `user_label`";
    let (outcome, answer) = insert_at(&db, moment, |port| {
        rollback_quicksight_migrations(&mut user.conn_through(port)).map(drop)
    });

    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::RollbackIncomplete { .. }), "{error:?}");
    assert_told_that_the_table_is_gone(answer, moment);
    assert_eq!(db.tables(), ["trip"]);
    drop(other);
}

/// A row that comes after the first look and before the tables are locked is found by the second.
#[test]
fn a_row_that_comes_before_the_lock_is_found() {
    let db = Arc::new(migrated());
    let there = Arc::clone(&db);
    let wire = Wire::open(db.address(), move |_, sql| {
        if sql.starts_with("LOCK TABLES") {
            there.conn().query_drop("INSERT INTO user_label (name) VALUES ('early')").unwrap();
        }
        None
    });

    let error =
        rollback_quicksight_migrations(&mut db.conn_through(wire.port()).unwrap()).unwrap_err();

    let Error::TablesNotEmpty { tables } = &error else { panic!("{error:?}") };
    assert_eq!(*tables, ["user_label"]);
    db.assert_complete();
}

/// The same of a row that is written and not committed when the tables are to be locked.
#[test]
fn a_row_that_is_not_yet_committed_is_waited_for_and_found() {
    let db = migrated();
    let mut writer = db.conn();
    writer.query_drop("START TRANSACTION").unwrap();
    writer.query_drop("INSERT INTO user_label (name) VALUES ('early')").unwrap();
    let commit = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        writer.query_drop("COMMIT").unwrap();
    });

    let error = rollback_quicksight_migrations(&mut db.conn()).unwrap_err();

    commit.join().unwrap();
    assert!(
        matches!(&error, Error::TablesNotEmpty { tables } if *tables == ["user_label"]),
        "{error:?}"
    );
}

/// Rows that may be lost are still not dropped under somebody's hands.
#[test]
fn tables_that_somebody_holds_are_named() {
    for migrator in [impatient(), impatient().discard_data()] {
        let db = migrated();
        let mut holder = db.conn();
        holder.query_drop("START TRANSACTION").unwrap();
        holder.query_drop("SELECT * FROM trip").unwrap();
        holder.query_drop("INSERT INTO user_label (name) VALUES ('open')").unwrap();
        let started = Instant::now();

        let error = migrator.rollback(&mut db.conn()).unwrap_err();

        let Error::TablesInUse { tables, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*tables, ["`trip`", "`user_label`"]);
        assert_eq!((error.server_code(), error.is_retryable()), (Some(1205), true));
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        db.assert_complete();
        holder.query_drop("ROLLBACK").unwrap();
        assert_rolls_back(&db);
    }
}

/// A backup stops every drop, so nothing is dropped, and nobody waits for 18 of them.
#[test]
fn a_backup_is_not_disturbed() {
    let db = migrated();
    let mut backup = db.conn();
    match flavor() {
        Flavor::MySql => backup.query_drop("LOCK INSTANCE FOR BACKUP").unwrap(),
        Flavor::MariaDb => {
            for stage in ["START", "FLUSH", "BLOCK_DDL"] {
                backup.query_drop(format!("BACKUP STAGE {stage}")).unwrap();
            }
        }
    }

    let error = impatient().rollback(&mut db.conn()).unwrap_err();

    assert_eq!((error.server_code(), error.is_retryable()), (Some(1205), true), "{error:?}");
    db.assert_complete();
    drop(backup);
    assert_rolls_back(&db);
}

#[test]
fn a_foreign_key_from_elsewhere_stops_it_before_anything_is_dropped() {
    let (db, other) = (migrated(), database());
    let parent = format!("{}.trip", quoted(db.name()));
    for (at, name) in [(&db, "near"), (&other, "far")] {
        let sql = format!(
            "CREATE TABLE leg (id INT PRIMARY KEY, CONSTRAINT {name} FOREIGN KEY (id) REFERENCES {parent} (id))"
        );
        at.conn().query_drop(sql).unwrap();
    }
    let mut conn = db.conn();
    conn.query_drop("SET SESSION foreign_key_checks = 0").unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let mut told = obstacles(&error);
    told.sort();
    let mut expected = [("near", db.name()), ("far", other.name())]
        .map(|(key, at)| format!("the foreign key {key} of `{at}`.`leg` points to trip"));
    expected.sort();
    assert_eq!(told, expected);
    conn.query_drop("DROP TABLE leg").unwrap();
    db.assert_complete();
    other.conn().query_drop("DROP TABLE leg").unwrap();
    assert_rolls_back(&db);
}

/// Only the drop itself meets it. What went is made again by the next run, and the next rollback
/// finishes.
#[test]
fn a_foreign_key_that_cannot_be_seen_keeps_its_table() {
    for next_is_a_run in [false, true] {
        let (db, other) = (migrated(), database());
        let parent = format!("{}.trip", quoted(db.name()));
        other
            .conn()
            .query_drop(format!(
                "CREATE TABLE leg (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES {parent} (id))"
            ))
            .unwrap();
        let user = db.user("SELECT, LOCK TABLES, DROP");
        let mut conn = user.conn();
        conn.query_drop("SET SESSION foreign_key_checks = 0").unwrap();

        let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

        let Error::RollbackIncomplete { dropped, failed } = &error else { panic!("{error:?}") };
        assert_eq!(dropped.len(), 17);
        let [kept] = &failed[..] else { panic!("{failed:?}") };
        assert_eq!(kept.table(), "trip");
        assert!(
            matches!(kept.reason(), KeptReason::Refused { code: 1217 | 1451 | 3730, .. }),
            "{kept}"
        );
        assert!(!error.is_retryable());
        assert_eq!(db.tables(), ["trip"]);
        if next_is_a_run {
            run_quicksight_migrations(&mut db.conn()).unwrap();
            db.assert_complete();
        }
        other.conn().query_drop("DROP TABLE leg").unwrap();
        assert_rolls_back(&db);
    }
}

/// Somebody has tied our tables to each other, against their order: each can be dropped at the first
/// attempt, which is the only one that is under the lock for sure.
#[test]
fn foreign_keys_among_the_tables_are_no_obstacle() {
    let db = migrated();
    let mut conn = db.conn();
    for sql in [
        "ALTER TABLE group_member ADD FOREIGN KEY (user_id) REFERENCES trip (id)",
        "ALTER TABLE trip ADD FOREIGN KEY (id) REFERENCES app_data (id)",
        "ALTER TABLE telework ADD FOREIGN KEY (user_id) REFERENCES auth_user (id)",
        "ALTER TABLE telework ADD FOREIGN KEY (origin_telework_id) REFERENCES telework (id)",
    ] {
        conn.query_drop(sql).unwrap();
    }

    let report = rollback_quicksight_migrations(&mut conn).unwrap();

    assert_eq!((report.dropped().len(), report.statements()), (18, 36));
    let place = |table| report.dropped().iter().position(|dropped| dropped == table);
    assert!(place("group_member") < place("trip") && place("trip") < place("app_data"));
    assert_all_gone(&db);
}

#[test]
fn foreign_keys_in_a_circle_stop_it_before_anything_is_dropped() {
    let db = migrated();
    let mut conn = db.conn();
    for sql in [
        "ALTER TABLE trip ADD CONSTRAINT there FOREIGN KEY (id) REFERENCES app_data (id)",
        "ALTER TABLE app_data ADD CONSTRAINT back FOREIGN KEY (id) REFERENCES trip (id)",
    ] {
        conn.query_drop(sql).unwrap();
    }

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let at = quoted(db.name());
    let expected = [
        format!("the foreign key there of {at}.`trip` points to app_data"),
        format!("the foreign key back of {at}.`app_data` points to trip"),
    ];
    assert_eq!(obstacles(&error), expected);
    db.assert_complete();
    conn.query_drop("ALTER TABLE trip DROP FOREIGN KEY there").unwrap();
    assert_rolls_back(&db);
}

#[test]
fn a_view_that_reads_a_table_stops_it_before_anything_is_dropped() {
    let (db, other) = (boot(database_named(&unique("odd `na'me\\ %"))), database());
    let from = quoted(db.name());
    let mut conn = db.conn();
    for sql in [
        format!("CREATE VIEW {}.far AS SELECT u.id FROM {from}.auth_user u", quoted(other.name())),
        "CREATE VIEW near AS SELECT t.id FROM trip t JOIN campaign c ON c.id = t.id".into(),
        "CREATE VIEW on_near AS SELECT * FROM near".into(),
        "CREATE VIEW harmless AS SELECT 'trip' AS trip".into(),
        "CREATE TABLE trip_2 (id INT PRIMARY KEY)".into(),
        "CREATE VIEW trips_2 AS SELECT id FROM trip_2".into(),
    ] {
        conn.query_drop(sql).unwrap();
    }
    let before = db.tables();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let mut told = obstacles(&error);
    told.sort();
    let mut expected = [
        format!("the view {}.`far` reads auth_user", quoted(other.name())),
        format!("the view {from}.`near` reads campaign"),
        format!("the view {from}.`near` reads trip"),
    ];
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!((db.tables(), db.history().len()), (before, 18));
    conn.query_drop("DROP VIEW near, on_near").unwrap();
    other.conn().query_drop("DROP VIEW far").unwrap();
    rollback_quicksight_migrations(&mut conn).unwrap();
    let mut rest = db.tables();
    rest.sort();
    assert_eq!(rest, ["harmless", "trip_2", "trips_2"]);
}

/// The definition is kept as its maker's session quoted it.
#[test]
fn a_view_without_quotes_stops_it_too() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("SET SESSION sql_quote_show_create = 0").unwrap();
    conn.query_drop("CREATE VIEW bare AS SELECT id FROM trip").unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    assert_eq!(obstacles(&error), [format!("the view {}.`bare` reads trip", quoted(db.name()))]);
}

/// Who may not see what a view reads is told so, and leaves no broken view behind.
#[test]
fn a_view_that_cannot_be_looked_into_stops_it() {
    let db = migrated();
    db.conn().query_drop("CREATE VIEW trips AS SELECT id FROM trip").unwrap();

    let user = db.user("SELECT, LOCK TABLES, DROP");
    let error = rollback_quicksight_migrations(&mut user.conn()).unwrap_err();

    let Error::PermissionDenied { action, .. } = &error else { panic!("{error:?}") };
    let view = format!("{}.`trips`", quoted(db.name()));
    assert_eq!(*action, format!("see whether the view {view} reads the tables (needs SHOW VIEW)"));
    let user = db.user("SELECT, LOCK TABLES, DROP, SHOW VIEW");
    let error = rollback_quicksight_migrations(&mut user.conn()).unwrap_err();
    assert_eq!(obstacles(&error), [format!("the view {view} reads trip")]);
    db.conn().query_drop("DROP VIEW trips").unwrap();
    db.assert_complete();
}

#[test]
fn a_view_in_the_place_of_a_table_is_not_ours_to_drop() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("DROP TABLE trip").unwrap();
    conn.query_drop("CREATE VIEW trip AS SELECT 1 AS id").unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    assert_eq!(obstacles(&error), ["trip is a view"]);
    let Error::RollbackBlocked { obstacles } = &error else { panic!("{error:?}") };
    let view = KeptReason::NotATable { kind: "VIEW".into() };
    assert_eq!(*obstacles, [KeptTable::new("trip", view)]);
    db.assert_complete();
    conn.query_drop("DROP VIEW trip").unwrap();
    assert_rolls_back(&db);
}

/// A temporary table hides the real one from every statement of its session.
#[test]
fn a_temporary_table_is_not_taken_for_the_real_one() {
    let db = migrated();
    db.conn().query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    let mut conn = db.conn();
    conn.query_drop("CREATE TEMPORARY TABLE user_label (id INT)").unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let Error::RollbackIncomplete { dropped, failed } = &error else { panic!("{error:?}") };
    assert_eq!(dropped.len(), 17);
    assert_eq!(*failed, [KeptTable::new("user_label", KeptReason::ThereAgain)]);
    let rows: Option<u32> = db.conn().query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(rows, Some(1));
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
    let tables = TABLES.join(", ");
    db.conn().query_drop(format!("DROP TABLE {tables}")).unwrap();

    let report = rollback_quicksight_migrations(&mut db.conn()).unwrap();

    assert_eq!(report.dropped().len(), 0);
    assert_all_gone(&db);
}

/// Such a history may stand for tables that this build does not know, so they would be left without.
#[test]
fn a_history_of_other_builds_is_refused() {
    let later =
        "INSERT INTO quicksight_schema_history VALUES (19, 'later', '2027-01-02T03:04:05Z', '1')";
    let before =
        "INSERT INTO quicksight_schema_history VALUES (0, 'before', '2027-01-02T03:04:05Z', '1')";
    let renamed = "UPDATE quicksight_schema_history SET name = 'journey' WHERE version = 14";
    let junk = "UPDATE quicksight_schema_history SET name = NULL WHERE version = 14";
    let twice = "ALTER TABLE quicksight_schema_history ADD other INT";
    for sql in [later, before, renamed, junk, twice] {
        let db = migrated();
        db.conn().query_drop(sql).unwrap();

        let outcome = impatient().discard_data().rollback(&mut db.conn());

        match (sql, outcome) {
            (sql, Err(Error::NewerHistory { recorded: 19, embedded: 18 })) if sql == later => {}
            (sql, Err(Error::Diverged { recorded, embedded: None })) if sql == before => {
                assert_eq!(recorded, "V00__before");
            }
            (sql, Err(Error::Diverged { recorded, embedded: Some(own) })) if sql == renamed => {
                assert_eq!((recorded.as_str(), own.as_str()), ("V14__journey", "V14__trip"));
            }
            (sql, Err(Error::CorruptHistory { version: Some(14), column: "name" }))
                if sql == junk => {}
            (sql, Ok(_)) if sql == twice => continue,
            (sql, other) => panic!("{sql}: {other:?}"),
        }
        assert_eq!(db.tables().len(), 19);
    }
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
    assert_eq!(rollback_quicksight_migrations(&mut conn).unwrap().dropped().len(), 18);
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
    let db = boot(database_on(&server));
    db.conn().query_drop("SET GLOBAL read_only = 1").unwrap();

    let error = rollback_quicksight_migrations(&mut db.conn()).unwrap_err();

    assert!(matches!(error, Error::ReadOnly { source: None }), "{error:?}");
    db.assert_complete();
    db.conn().query_drop("SET GLOBAL read_only = 0").unwrap();
    let mut conn = db.conn();
    conn.query_drop("SET SESSION TRANSACTION READ ONLY").unwrap();
    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { source: Some(_) }), "{error:?}");
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

        let Error::PermissionDenied { action, .. } = &error else { panic!("{rights}: {error:?}") };
        assert_eq!(*action, expected, "{}", chain(&error));
        db.assert_complete();
    }
    let user = db.user("SELECT, LOCK TABLES, DROP");
    assert_eq!(rollback_quicksight_migrations(&mut user.conn()).unwrap().dropped().len(), 18);
    assert_all_gone(&db);
}

/// A user with these rights on each table but `trip`.
fn user_without(db: &Database, on_all: &str, on_others: &str) -> support::User {
    let user = db.user(on_all);
    for table in TABLES.iter().chain([&HISTORY]).filter(|table| **table != "trip") {
        let on = format!("{}.{table}", quoted(db.name()));
        db.conn()
            .query_drop(format!("GRANT {on_others} ON {on} TO '{}'@'%'", user.name()))
            .unwrap();
    }
    user
}

/// The one that stays stays alone, and neither the next run nor the next rollback stumbles over it.
#[test]
fn goes_on_past_a_table_that_cannot_be_dropped() {
    for next_is_a_run in [false, true] {
        let db = migrated();
        let user = user_without(&db, "SELECT, LOCK TABLES", "DROP");

        let error = rollback_quicksight_migrations(&mut user.conn()).unwrap_err();

        let Error::RollbackIncomplete { dropped, failed } = &error else { panic!("{error:?}") };
        let mut expected = TABLES.to_vec();
        expected.reverse();
        expected.retain(|table| *table != "trip");
        assert_eq!(*dropped, expected);
        let [kept] = &failed[..] else { panic!("{failed:?}") };
        assert_eq!(kept.table(), "trip");
        assert!(matches!(kept.reason(), KeptReason::Refused { code: 1142, .. }), "{kept}");
        assert!(
            error.to_string().contains("the server does not drop trip (error 1142: "),
            "{error}"
        );
        assert_eq!(db.tables(), ["trip"]);
        let status = quicksight_migration_status(&mut db.conn()).unwrap();
        assert_eq!(status.to_string(), "0 of 18 migrations applied, next is V01__auth_user");
        if next_is_a_run {
            run_quicksight_migrations(&mut db.conn()).unwrap();
            db.assert_complete();
        }
        assert_rolls_back(&db);
    }
}

/// Without any right on a table it looks as if it was not there.
#[test]
fn a_table_that_the_user_cannot_see_is_not_left_behind_unseen() {
    let db = migrated();
    let user = user_without(&db, "LOCK TABLES", "SELECT, DROP");

    let error = rollback_quicksight_migrations(&mut user.conn()).unwrap_err();

    let Error::PermissionDenied { action, .. } = &error else { panic!("{error:?}") };
    assert_eq!(action, "see whether the tables are there (needs SELECT)");
    assert!(chain(&error).contains("trip"), "{}", chain(&error));
    db.assert_complete();
}

/// What a caller may have set, as one line.
fn settings(conn: &mut Conn) -> String {
    conn.query_first(
        "SELECT CONCAT_WS(' ', DATABASE(), @@autocommit, @@lock_wait_timeout, \
         @@innodb_lock_wait_timeout, @@sql_mode, @@foreign_key_checks, @@time_zone)",
    )
    .unwrap()
    .unwrap()
}

/// The session is as before, nothing is locked, and the caller's connection still lives, so that
/// nothing was let go only by its end.
#[test]
fn the_session_is_as_before_and_nothing_stays_locked() {
    for autocommit in [0, 1] {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop(format!(
            "SET SESSION autocommit = {autocommit}, lock_wait_timeout = 1234, \
             innodb_lock_wait_timeout = 77, foreign_key_checks = 0, time_zone = '-06:00', \
             sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"
        ))
        .unwrap();
        let before = settings(&mut conn);

        let mut other = db.conn();
        // So that a table that is still locked fails this test and does not hang it.
        other.query_drop("SET SESSION lock_wait_timeout = 1").unwrap();
        // Refused at each stage: by rows, by what is found under the lock, by the lock, at the drop.
        other.query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
        rollback_quicksight_migrations(&mut conn).unwrap_err();
        other.query_drop("DELETE FROM user_label").unwrap();
        assert_untouched(&db, &mut conn, &before);

        other.query_drop("CREATE VIEW trips AS SELECT id FROM trip").unwrap();
        rollback_quicksight_migrations(&mut conn).unwrap_err();
        other.query_drop("DROP VIEW trips").unwrap();
        assert_untouched(&db, &mut conn, &before);

        other.query_drop("START TRANSACTION").unwrap();
        other.query_drop("SELECT * FROM trip").unwrap();
        impatient().rollback(&mut conn).unwrap_err();
        other.query_drop("ROLLBACK").unwrap();
        assert_untouched(&db, &mut conn, &before);

        conn.query_drop("CREATE TEMPORARY TABLE app_data (id INT)").unwrap();
        conn.query_drop("COMMIT").unwrap();
        let error = rollback_quicksight_migrations(&mut conn).unwrap_err();
        assert!(matches!(error, Error::RollbackIncomplete { .. }), "{error:?}");
        impatient().run(&mut db.conn()).expect("the lock is free");
        assert_untouched(&db, &mut conn, &before);

        rollback_quicksight_migrations(&mut conn).unwrap();
        assert_eq!(settings(&mut conn), before);
        impatient().run(&mut db.conn()).expect("the lock is free");
        assert_untouched(&db, &mut conn, &before);
    }
}

#[track_caller]
fn assert_untouched(db: &Database, conn: &mut Conn, before: &str) {
    assert_eq!(settings(conn), before);
    let mut other = db.conn();
    other.query_drop("SET SESSION lock_wait_timeout = 1").unwrap();
    other.query_drop("INSERT INTO auth_user (email) VALUES ('nobody is in the way')").unwrap();
    other.query_drop("DELETE FROM auth_user").unwrap();
    other.query_drop(format!("SELECT 1 FROM {HISTORY}")).unwrap();
    db.assert_complete();
    // The next boot does not wait either.
    other.query_drop(format!("DELETE FROM {HISTORY} WHERE version = 18")).unwrap();
    impatient().run(&mut other).expect("the lock is free");
    // Under LOCK TABLES this would be refused.
    let rows: Vec<u32> = conn.query("SELECT 1 FROM group_member, campaign").unwrap();
    assert!(rows.is_empty());
    conn.query_drop("COMMIT").unwrap();
}

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

/// A wire that does `act` at one statement of a rollback, counted from the rollback's first.
fn wire_that_acts_at(
    db: &Database,
    position: usize,
    act: impl Fn() -> Cut + Send + Sync + 'static,
) -> Wire {
    let passed = Mutex::new(0);
    Wire::open(db.address(), move |_, sql| {
        let mut passed = passed.lock().unwrap();
        if *passed == 0 && sql != "SET TRANSACTION READ WRITE" {
            // The driver has statements of its own before our first.
            return None;
        }
        *passed += 1;
        (*passed == position + 1).then(&act)
    })
}

fn cut_at_each_statement(cut: Cut, next: Next) {
    let db = migrated();
    let statements = statements_of(&db, |conn| drop(rollback_quicksight_migrations(conn).unwrap()));
    assert_eq!(statements.len(), 36);
    for (position, statement) in statements.iter().enumerate() {
        run_quicksight_migrations(&mut db.conn()).unwrap();
        let wire = wire_that_acts_at(&db, position, move || cut);
        let mut conn = db.conn_through(wire.port()).unwrap();

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
        let db = boot(database_on(&server.lock().unwrap()));
        let victim = Arc::clone(&server);
        let wire = wire_that_acts_at(&db, position, move || {
            victim.lock().unwrap().crash();
            Cut::BeforeStatement
        });
        let mut conn = db.conn_through(wire.port()).unwrap();

        let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

        assert!(error.is_retryable(), "{position}: {error:?}");
        server.lock().unwrap().resume();
        let db = reopened(&server.lock().unwrap(), &db);
        assert_comes_right(&db, next, &format!("a crash at statement {position}"));
    }
}

/// Half of the fleet rolls back while the other half boots.
#[test]
fn any_number_may_roll_back_and_boot_at_once() {
    for _ in 0..3 {
        let db = database();
        let start = Barrier::new(16);
        thread::scope(|scope| {
            for number in 0..16 {
                let (db, start) = (&db, &start);
                scope.spawn(move || {
                    let mut conn = db.conn();
                    start.wait();
                    if number % 2 == 0 {
                        rollback_quicksight_migrations(&mut conn).map(drop).unwrap();
                    } else {
                        run_quicksight_migrations(&mut conn).map(drop).unwrap();
                    }
                });
            }
        });
        run_quicksight_migrations(&mut db.conn()).unwrap();
        db.assert_complete();
        assert_rolls_back(&db);
    }
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
    assert!(matches!(error, Error::TablesNotEmpty { ref tables } if tables == &["user_label"]));
    let plan = impatient().discard_data().rollback_plan(&mut conn).unwrap();
    assert_eq!(plan.len(), TABLES.len() + 1);
    db.assert_complete();
}
