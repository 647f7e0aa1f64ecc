//! The caller's session is as it was, the caller's transaction is the caller's, and the lock is
//! free again, whatever happened.

mod support;

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Once,
    time::{Duration, Instant},
};

use mysql::{Conn, Pool, PoolConstraints, PoolOpts, prelude::Queryable};
use quicksight_migrations::{Connection, Error, Migrator, run_quicksight_migrations};
use support::{Blockade, ByHand, Database, database, lock_holder, migrated, migrations, settings};

fn is_mysql() -> bool {
    support::flavor() == support::Flavor::MySql
}

fn set_odd_settings(conn: &mut impl Queryable) {
    conn.query_drop(
        "SET SESSION lock_wait_timeout = 1234, innodb_lock_wait_timeout = 77, \
         sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', foreign_key_checks = 0, \
         time_zone = '-06:00'",
    )
    .unwrap();
    conn.query_drop("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE").unwrap();
}

/// Whether nobody holds a lock of ours for this database: a second boot gets it without waiting.
#[track_caller]
fn assert_lock_is_free(db: &Database) {
    db.conn().query_drop("DROP TABLE IF EXISTS app_data").unwrap();
    db.forget_after(17);
    let report =
        Migrator::new().lock_timeout(Duration::ZERO).run(&mut db.conn()).expect("the lock is free");
    assert_eq!(
        report.applied().last().map(quicksight_migrations::AppliedMigration::version),
        Some(migrations::last().version)
    );
}

fn boots_and_puts_back<C: Connection + Queryable>(db: &Database, mut conn: C) {
    set_odd_settings(&mut conn);
    let before = settings(&mut conn);

    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().applied().len(), migrations::total());

    assert_eq!(settings(&mut conn), before);
    assert_lock_is_free(db);
    // While the connection still lives: a dead one would have given the lock back by itself.
    conn.query_drop("SELECT 1").unwrap();
}

#[test]
fn a_connection_is_as_before_after_success() {
    let db = database();
    boots_and_puts_back(&db, db.conn());
}

#[test]
fn a_pooled_connection_is_as_before_after_success() {
    let db = database();
    boots_and_puts_back(&db, pool(&db).get_conn().unwrap());
}

fn pool(db: &Database) -> Pool {
    let limits = PoolOpts::new().with_constraints(PoolConstraints::new(1, 1).unwrap());
    Pool::new(db.opts().pool_opts(limits)).unwrap()
}

fn fails_and_puts_back<C: Connection + Queryable>(db: &Database, mut conn: C) {
    run_quicksight_migrations(&mut db.conn()).unwrap();
    db.conn().query_drop("DELETE FROM quicksight_schema_history").unwrap();
    // No row can be recorded.
    let mut forgotten = db.conn();
    forgotten.query_drop("START TRANSACTION").unwrap();
    forgotten.query_drop("SELECT * FROM quicksight_schema_history FOR UPDATE").unwrap();
    set_odd_settings(&mut conn);
    let before = settings(&mut conn);

    let migrator = Migrator::new().metadata_lock_timeout(Duration::from_secs(1));
    let error = migrator.run(&mut conn).unwrap_err();

    assert_eq!(error.server_code(), Some(1205), "{error:?}");
    assert_eq!(settings(&mut conn), before);
    forgotten.query_drop("ROLLBACK").unwrap();
    assert_eq!(
        run_quicksight_migrations(&mut db.conn()).unwrap().applied().len(),
        migrations::total()
    );
    assert_lock_is_free(db);
    conn.query_drop("SELECT 1").unwrap();
}

#[test]
fn a_connection_is_as_before_after_an_error() {
    let db = database();
    fails_and_puts_back(&db, db.conn());
}

#[test]
fn a_pooled_connection_is_as_before_after_an_error() {
    let db = database();
    fails_and_puts_back(&db, pool(&db).get_conn().unwrap());
}

thread_local! {
    static PANIC_ON_LOG: Cell<bool> = const { Cell::new(false) };
}

/// A logger that panics, as a service's own code may.
struct Panicking;

impl log::Log for Panicking {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let is_migration = record.args().to_string().contains("applied V05");
        assert!(!(is_migration && PANIC_ON_LOG.get()), "the logger is broken");
    }

    fn flush(&self) {}
}

fn panics_and_puts_back<C: Connection + Queryable>(db: &Database, mut conn: C) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Panicking).unwrap();
        log::set_max_level(log::LevelFilter::Info);
    });
    set_odd_settings(&mut conn);
    let before = settings(&mut conn);

    PANIC_ON_LOG.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| run_quicksight_migrations(&mut conn)));
    PANIC_ON_LOG.set(false);

    let panic = outcome.expect_err("the panic goes on to the caller");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the logger is broken"));
    assert_eq!(settings(&mut conn), before);
    assert_eq!(db.history(), [1, 2, 3, 4, 5]);
    let report = Migrator::new().lock_timeout(Duration::ZERO).run(&mut db.conn());
    assert_eq!(report.expect("the lock is free").applied().len(), migrations::total() - 5);
    conn.query_drop("SELECT 1").unwrap();
}

#[test]
fn a_connection_is_as_before_after_a_panic() {
    let db = database();
    panics_and_puts_back(&db, db.conn());
}

#[test]
fn a_pooled_connection_is_as_before_after_a_panic() {
    let db = database();
    panics_and_puts_back(&db, pool(&db).get_conn().unwrap());
}

fn rows_of_mine(conn: &mut Conn) -> Option<u32> {
    conn.query_first("SELECT COUNT(*) FROM mine").unwrap()
}

/// A table of the caller's, and one uncommitted row in it.
fn open_transaction(conn: &mut Conn, begin: &str) {
    conn.query_drop("CREATE TABLE mine (id INT PRIMARY KEY)").unwrap();
    conn.query_drop(begin).unwrap();
    conn.query_drop("INSERT INTO mine VALUES (1)").unwrap();
}

#[test]
fn an_open_transaction_is_refused_and_survives() {
    for begin in ["START TRANSACTION", "SET autocommit = 0"] {
        let db = database();
        let mut conn = db.conn();
        open_transaction(&mut conn, begin);

        let error = run_quicksight_migrations(&mut conn).unwrap_err();

        assert!(matches!(error, Error::OpenTransaction), "{begin}: {error:?}");
        assert_eq!(db.tables(), ["mine"]);
        assert_eq!(rows_of_mine(&mut conn), Some(1));
        conn.query_drop("ROLLBACK").unwrap();
        assert_eq!(rows_of_mine(&mut conn), Some(0), "{begin}: committed behind the caller's back");
    }
}

/// The history is there already, so the look at it succeeds and, with `autocommit=0`, is itself
/// part of a transaction.
#[test]
fn an_open_transaction_is_refused_when_there_is_a_history() {
    for begin in ["START TRANSACTION", "SET autocommit = 0"] {
        let db = half_done();
        let mut conn = db.conn();
        open_transaction(&mut conn, begin);

        let error = run_quicksight_migrations(&mut conn).unwrap_err();

        assert!(matches!(error, Error::OpenTransaction), "{begin}: {error:?}");
        conn.query_drop("ROLLBACK").unwrap();
        assert_eq!(rows_of_mine(&mut conn), Some(0), "{begin}: committed behind the caller's back");
        assert_eq!(db.history().len(), 10);
    }
}

/// The look at the history is part of the caller's transaction, and what else is in it must survive.
#[test]
fn a_transaction_without_an_insert_is_refused_too() {
    let transactions = [
        "START TRANSACTION WITH CONSISTENT SNAPSHOT",
        "SAVEPOINT here",
        "UPDATE mine SET id = 2",
        "DELETE FROM mine",
    ];
    for begin in transactions {
        let db = half_done();
        db.conn()
            .by_hand(["CREATE TABLE mine (id INT PRIMARY KEY)", "INSERT INTO mine VALUES (1)"]);
        let mut conn = db.conn();
        conn.query_drop("SET autocommit = 0").unwrap();
        conn.query_drop(begin).unwrap();

        let error = run_quicksight_migrations(&mut conn).unwrap_err();

        assert!(matches!(error, Error::OpenTransaction), "{begin}: {error:?}");
        conn.query_drop("ROLLBACK").unwrap();
        let id: Option<u32> = conn.query_first("SELECT id FROM mine").unwrap();
        assert_eq!(id, Some(1), "{begin}");
    }
}

fn half_done() -> Database {
    let db = migrated();
    db.forget_after(10);
    db
}

#[test]
fn boots_without_autocommit() {
    for db in [database(), half_done()] {
        let mut conn = db.conn();
        conn.query_drop("SET autocommit = 0").unwrap();
        let before = settings(&mut conn);

        run_quicksight_migrations(&mut conn).unwrap();

        assert_eq!(settings(&mut conn), before);
        // What another connection sees is committed.
        db.assert_complete();
        conn.query_drop("ROLLBACK").unwrap();
        db.assert_complete();
    }
}

/// Between its end and its commit such a transaction belongs to whoever coordinates it.
#[test]
fn an_xa_transaction_is_refused_and_survives() {
    for db in [database(), half_done()] {
        let mut conn = db.conn();
        conn.query_drop("CREATE TABLE mine (id INT PRIMARY KEY)").unwrap();
        conn.by_hand(["XA START 'one'", "INSERT INTO mine VALUES (1)", "XA END 'one'"]);

        let error = run_quicksight_migrations(&mut conn).unwrap_err();

        assert!(matches!(error, Error::OpenTransaction), "{error:?}");
        conn.query_drop("XA ROLLBACK 'one'").unwrap();
        assert_eq!(rows_of_mine(&mut conn), Some(0));
    }
}

/// A statement of ours takes as long as it takes: a lock that others hold, a table to make.
#[test]
fn a_limit_on_the_time_of_statements_limits_nothing_here() {
    let (limit, ask) = if is_mysql() {
        ("max_execution_time = 200", "SELECT @@max_execution_time")
    } else {
        ("max_statement_time = 0.2", "SELECT @@max_statement_time")
    };
    let db = database();
    let mut conn = db.conn();
    conn.query_drop(format!("SET SESSION {limit}")).unwrap();
    let before: Option<String> = conn.query_first(ask).unwrap();
    let mut holder = lock_holder(&db);
    let holding = std::thread::spawn(move || {
        holder.query_drop("SELECT SLEEP(1.5)").unwrap();
        holder.query_drop("SELECT RELEASE_ALL_LOCKS()").unwrap();
    });

    let report = run_quicksight_migrations(&mut conn).unwrap();

    holding.join().unwrap();
    assert!(report.lock_wait() > Duration::from_secs(1), "{report}");
    assert_eq!(conn.query_first::<String, _>(ask).unwrap(), before);
}

/// A client that waits for an answer less long than the server waits for a table would take the
/// next answer for this one.
#[test]
fn a_long_wait_for_a_table_is_no_silence_for_the_client() {
    let db = half_done();
    let blockade = Blockade::of(&db, "trip");
    let patience = Duration::from_secs(6);
    let opts = db.opts().read_timeout(Some(Duration::from_secs(5)));
    let mut conn = Conn::new(opts).unwrap();
    let started = Instant::now();

    let error =
        Migrator::new().metadata_lock_timeout(patience).run(&mut conn).map(drop).unwrap_err();

    let Error::TablesInUse { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tables, &["`trip`"]);
    assert!(started.elapsed() > Duration::from_secs(5), "as long as was asked for");
    let answer: Option<u32> = conn.query_first("SELECT 42").unwrap();
    assert_eq!(answer, Some(42));
    blockade.lift();
    run_quicksight_migrations(&mut conn).unwrap();
}

#[test]
fn a_session_that_only_reads_is_refused_by_name() {
    let db = database();
    let mut conn = db.conn();
    conn.query_drop("SET SESSION TRANSACTION READ ONLY").unwrap();

    let error = run_quicksight_migrations(&mut conn).unwrap_err();

    assert!(matches!(error, Error::ReadOnly { source: Some(_), .. }), "{error:?}");
    assert_eq!(error.server_code(), Some(1792));
    assert_eq!(db.tables(), Vec::<String>::new());
}

#[test]
fn boots_under_any_sql_mode() {
    let mut modes =
        vec!["", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "TRADITIONAL", "ANSI", "PIPES_AS_CONCAT"];
    if !is_mysql() {
        modes.extend([
            "ORACLE",
            "EMPTY_STRING_IS_NULL",
            "MSSQL",
            "NO_TABLE_OPTIONS,NO_KEY_OPTIONS",
        ]);
    }
    for mode in modes {
        let db = database();
        let mut conn = db.conn();
        conn.query_drop(format!("SET SESSION sql_mode = '{mode}'")).unwrap();
        let before = settings(&mut conn);

        run_quicksight_migrations(&mut conn).unwrap();

        assert_eq!(settings(&mut conn), before);
        assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1, "{mode}");
        db.assert_complete();
    }
}
