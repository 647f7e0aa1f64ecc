//! After `Ok` it is all there: the history, every table, every column. What is not is an error, and never
//! an empty promise.

mod support;

use std::time::{Duration, Instant};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    DriftKind, Error, Migrator, TableCheck, quicksight_migration_status, run_quicksight_migrations,
    verify_quicksight_schema,
};
use support::{Blockade, ByHand, HISTORY, database, migrated, migrations, questions};

/// What a boot says is not there.
#[track_caller]
fn missing(conn: &mut Conn) -> Vec<String> {
    let error = run_quicksight_migrations(conn).unwrap_err();
    let Error::SchemaDrift { drifts, .. } = &error else { panic!("{error:?}") };
    assert!(error.to_string().contains("Migrator::mend"), "{error}");
    assert!(!error.is_retryable());
    drifts.iter().map(|drift| format!("{} {}", drift.kind().as_str(), drift)).collect()
}

#[track_caller]
fn assert_boots_with_one_statement(conn: &mut Conn) {
    let before = questions(conn);
    let report = run_quicksight_migrations(conn).unwrap();
    assert_eq!(questions(conn) - before - 1, 1);
    assert_eq!((report.statements(), report.table_check()), (1, TableCheck::Done));
}

#[test]
fn a_table_that_was_dropped_is_an_error_and_mend_puts_it_back() {
    for &table in migrations::tables() {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop(format!("DROP TABLE {table}")).unwrap();

        let told = missing(&mut conn);

        assert_eq!(
            told,
            [format!("missing_table {table}: missing the table; Migrator::mend puts it back")]
        );
        assert!(!db.tables().contains(&table.to_owned()), "a boot makes nothing that is recorded");
        Migrator::new().mend(&mut conn).unwrap();
        assert_boots_with_one_statement(&mut conn);
    }
}

#[test]
fn a_column_that_is_gone_is_an_error_and_mend_puts_it_back() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE trip CHANGE COLUMN distance length double",
        "ALTER TABLE user_rating DROP COLUMN trip_type",
        "DROP TABLE app_data",
    ]);

    let told = missing(&mut conn);

    assert_eq!(
        told,
        [
            "missing_column trip.distance: missing the column `distance`; \
             Migrator::mend puts it back",
            "missing_column user_rating.trip_type: missing the column `trip_type`; \
             Migrator::mend puts it back",
            "missing_table app_data: missing the table; Migrator::mend puts it back",
        ]
    );
    Migrator::new().mend(&mut conn).unwrap();
    assert_boots_with_one_statement(&mut conn);
}

/// Each column, one by one: none is forgotten by the text of the statement.
#[test]
fn every_column_is_looked_at() {
    let db = migrated();
    let mut conn = db.conn();
    let columns: Vec<(String, String)> = conn
        .query(
            "SELECT table_name, column_name FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name <> 'quicksight_schema_history'",
        )
        .unwrap();
    assert!(columns.len() > 10 * migrations::tables().len());
    let sent = sent_by_a_boot(&db);
    for (table, column) in columns {
        let opened = sent
            .split("NOT EXISTS (SELECT ")
            .find(|one| one.contains(&format!(" FROM `{table}` WHERE FALSE)")));
        let opened = opened.unwrap_or_else(|| panic!("{table} in {sent}"));
        assert!(opened.contains(&format!("`{column}`")), "{table}.{column}");
    }
}

/// The one statement of a boot with nothing to do.
fn sent_by_a_boot(db: &support::Database) -> String {
    let sent = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&sent);
    let mut conn = db.watched(move |sql| {
        sink.lock().unwrap().push(sql.to_owned());
        None
    });
    run_quicksight_migrations(&mut conn).unwrap();
    let sent = sent.lock().unwrap();
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent[0].clone()
}

#[test]
fn columns_and_tables_that_are_not_ours_are_nobodys_business() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand(["CREATE TABLE other (id int)", "ALTER TABLE trip ADD COLUMN other int"]);
    assert_boots_with_one_statement(&mut conn);
}

/// However much there is in the tables, the rows of the history are all that is read.
#[test]
fn no_row_of_any_table_is_read() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('a'), ('b'), ('c')").unwrap();
    for _ in 0..10 {
        conn.query_drop("INSERT INTO user_label (name) SELECT name FROM user_label").unwrap();
    }
    let reads = |conn: &mut Conn| -> u64 {
        let counts: Vec<(String, u64)> =
            conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
        counts.iter().map(|(_, count)| count).sum()
    };
    // What the look itself costs.
    let first = reads(&mut conn);
    let look = reads(&mut conn) - first;

    let before = reads(&mut conn);
    run_quicksight_migrations(&mut conn).unwrap();
    let read = reads(&mut conn) - before - look;

    // To begin, one for each, and to find the end.
    assert!(read <= 2 + migrations::total() as u64, "{read}");
}

/// What is missing belongs to a migration that is recorded, while another one is not yet.
#[test]
fn a_boot_that_has_work_to_do_does_it_and_then_says_what_is_missing() {
    let db = migrated();
    let mut conn = db.conn();
    let last = migrations::last();
    conn.query_drop("DROP TABLE campaign").unwrap();
    db.forget_after(last.version - 1);

    let told = missing(&mut conn);

    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("missing_table campaign"), "{told:?}");
    assert_eq!(db.history(), migrations::versions(), "what was pending is done");
    Migrator::new().mend(&mut conn).unwrap();
    assert_boots_with_one_statement(&mut conn);
}

#[test]
fn who_may_read_the_history_alone_is_told_that_the_tables_were_not_looked_at() {
    let db = migrated();
    let user = db.user("CREATE TEMPORARY TABLES");
    db.grant(&user, "SELECT", HISTORY);
    let squint = db.user("CREATE TEMPORARY TABLES");
    db.grant(&squint, "SELECT", HISTORY);
    for &table in migrations::tables() {
        db.grant(&squint, if table == "trip" { "SELECT (id)" } else { "SELECT" }, table);
    }
    for user in [user, squint] {
        let report = run_quicksight_migrations(&mut user.conn()).unwrap();

        assert_eq!((report.statements(), report.table_check()), (2, TableCheck::NotPermitted));
        let end = "; this user may not look at the tables, so the history alone was checked";
        assert!(report.to_string().ends_with(end), "{report}");
    }
}

fn impatient() -> Migrator {
    Migrator::new().metadata_lock_timeout(Duration::from_secs(1)).lock_timeout(Duration::ZERO)
}

/// Which tables a call has waited for in vain.
#[track_caller]
fn waited_for<T: std::fmt::Debug>(
    call: impl FnOnce() -> quicksight_migrations::Result<T>,
) -> (Vec<String>, Vec<u64>) {
    let started = Instant::now();
    let error = call().unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(error.is_retryable(), "{error:?}");
    let Error::TablesInUse { tables, holders, .. } = error else { panic!("{error:?}") };
    (tables, holders)
}

/// The caller's own limit is a year.
#[test]
fn a_table_that_another_session_has_for_itself_is_not_waited_for_for_ever() {
    let db = migrated();
    let mut holder = db.conn();
    holder.query_drop("LOCK TABLES trip WRITE").unwrap();
    let mut conn = db.conn();

    let (tables, holders) = waited_for(|| impatient().run(&mut conn));

    assert_eq!(tables, ["`trip`"]);
    if support::flavor() == support::Flavor::MySql {
        assert_eq!(holders, [u64::from(holder.connection_id())]);
    }
    assert!(quicksight_migration_status(&mut conn).unwrap().is_current());
    holder.query_drop("UNLOCK TABLES").unwrap();
    assert_boots_with_one_statement(&mut conn);
}

#[test]
fn a_history_that_another_session_has_for_itself_is_not_waited_for_for_ever() {
    let db = migrated();
    let mut conn = db.conn();
    let history = format!("`{HISTORY}`");
    let mut holder = db.conn();
    holder.query_drop(format!("LOCK TABLES {HISTORY} WRITE")).unwrap();

    assert_eq!(waited_for(|| impatient().run(&mut conn)).0, [history.as_str()]);
    assert_eq!(waited_for(|| impatient().status(&mut conn)).0, [history.as_str()]);
    assert_eq!(waited_for(|| impatient().plan(&mut conn)).0, [history.as_str()]);
    assert_eq!(waited_for(|| impatient().mend(&mut conn)).0, [history.as_str()]);
    assert_eq!(waited_for(|| impatient().rollback(&mut conn)).0, [history.as_str()]);
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    holder.query_drop("UNLOCK TABLES").unwrap();
    assert_boots_with_one_statement(&mut conn);
}

/// A forgotten transaction has read the history, an `ALTER TABLE` waits for it, and everybody waits for
/// that.
#[test]
fn a_queue_before_the_history_is_not_waited_for_for_ever() {
    let db = migrated();
    let mut conn = db.conn();
    let blockade = Blockade::of(&db, HISTORY);
    let history = format!("`{HISTORY}`");

    assert_eq!(waited_for(|| impatient().run(&mut conn)).0, [history.as_str()]);
    assert_eq!(waited_for(|| impatient().status(&mut conn)).0, [history.as_str()]);

    blockade.lift();
    assert_boots_with_one_statement(&mut conn);
}

#[test]
fn verify_does_not_wait_for_ever_for_a_table_that_lacks_a_column() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE trip DROP COLUMN distance").unwrap();
    let mut holder = db.conn();
    holder.query_drop("LOCK TABLES trip WRITE").unwrap();

    assert_eq!(waited_for(|| impatient().verify(&mut conn)).0, ["`trip`"]);

    holder.query_drop("UNLOCK TABLES").unwrap();
    assert_eq!(impatient().verify(&mut conn).unwrap().len(), 2);
}

/// The session's own variables are neither needed for the bounds nor changed by them.
#[test]
fn the_bounds_leave_no_trace_in_the_session() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("SET SESSION lock_wait_timeout = 4321").unwrap();
    let before = support::settings(&mut conn);
    run_quicksight_migrations(&mut conn).unwrap();
    quicksight_migration_status(&mut conn).unwrap();
    assert_eq!(support::settings(&mut conn), before);
}

/// What a session has set for its texts changes nothing about what is found, and nothing is an error.
#[test]
fn what_is_found_does_not_depend_on_the_collation_of_the_session() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE trip DROP INDEX user_started_idx",
        "ALTER TABLE trip ADD CONSTRAINT far CHECK (distance > 0)",
        "CREATE VIEW trips AS SELECT id FROM trip",
    ]);
    let found = |conn: &mut Conn| {
        let drifts = verify_quicksight_schema(conn).map(|drifts| {
            let told: Vec<_> = drifts.iter().map(|one| (one.kind(), one.to_string())).collect();
            assert!(told.iter().any(|(kind, _)| *kind == DriftKind::ExtraCheck));
            told
        });
        let obstacles = Migrator::new().rollback_plan(conn).unwrap_err();
        assert!(matches!(obstacles, Error::RollbackBlocked { .. }), "{obstacles}");
        (format!("{drifts:?}"), obstacles.to_string())
    };
    let plain = found(&mut conn);
    // A client cannot send in these.
    let collations: Vec<(String, String)> = conn
        .query(
            "SELECT character_set_name, collation_name FROM information_schema.collations \
             WHERE character_set_name NOT IN ('ucs2', 'utf16', 'utf16le', 'utf32') \
             AND collation_name IS NOT NULL AND id IS NOT NULL",
        )
        .unwrap();
    assert!(collations.len() > 100, "{}", collations.len());

    for (charset, collation) in collations {
        conn.query_drop(format!("SET NAMES '{charset}' COLLATE '{collation}'")).unwrap();
        assert_eq!(found(&mut conn), plain, "{collation}");
        assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1, "{collation}");
    }
}

#[test]
fn a_first_boot_has_seen_that_all_is_there() {
    let db = database();
    let report = run_quicksight_migrations(&mut db.conn()).unwrap();
    assert_eq!(report.table_check(), TableCheck::Done);
}

/// A temporary table is seen in place of ours, and lacks its columns: ours are there, and nothing of it is
/// told to be missing.
#[test]
fn a_temporary_table_in_the_place_of_ours_is_no_drift() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("CREATE TEMPORARY TABLE trip (id int)").unwrap();

    let error = run_quicksight_migrations(&mut conn).unwrap_err();

    assert!(matches!(error, Error::Database { .. }), "{error:?}");
    assert_eq!(error.server_code(), Some(1054));
    assert_boots_with_one_statement(&mut db.conn());
}
