//! One call makes the tables and says what it did; the next one finds nothing to do.

mod support;

use std::time::{Duration, SystemTime};

use mysql::{Pool, prelude::Queryable};
use quicksight_migrations::{
    MigrationState, Migrator, quicksight_migration_status, run_quicksight_migrations,
    time::OffsetDateTime,
};
use support::{database, migrations};

#[test]
fn first_boot_makes_every_table_and_reports_it() {
    let db = database();

    let report = run_quicksight_migrations(&mut db.conn()).unwrap();

    db.assert_complete();
    let names: Vec<_> = report.applied().iter().map(|one| one.name().to_owned()).collect();
    let expected: Vec<_> = migrations::all().iter().map(|one| one.name).collect();
    assert_eq!(names, expected);
    let versions: Vec<_> =
        report.applied().iter().map(quicksight_migrations::AppliedMigration::version).collect();
    assert_eq!(versions, migrations::versions());
    assert!(report.applied().iter().all(|one| one.duration() > Duration::ZERO));
    assert!(
        report
            .applied()
            .iter()
            .map(quicksight_migrations::AppliedMigration::duration)
            .sum::<Duration>()
            < report.elapsed()
    );
    assert_eq!(report.total(), migrations::total());
    assert_eq!(report.newer_version(), None);
}

/// A look; is a transaction open, what server is it, new settings, the lock; a look under the lock,
/// one at the tables; the history table; for each table its statement and its row; a look at all of it;
/// the lock and the settings given back.
#[test]
fn first_boot_sends_a_known_number_of_statements() {
    let db = database();
    let mut conn = db.conn();

    let before = support::questions(&mut conn);
    let report = run_quicksight_migrations(&mut conn).unwrap();
    let sent = support::questions(&mut conn) - before - 1;

    assert_eq!(report.statements(), migrations::statements_of_a_first_boot());
    assert_eq!(report.statements(), sent);
}

#[test]
fn second_boot_applies_nothing() {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();

    let report = run_quicksight_migrations(&mut conn).unwrap();

    assert_eq!(report.applied(), []);
    assert_eq!(report.total(), migrations::total());
    assert_eq!(report.statements(), 1);
    assert_eq!(report.lock_wait(), Duration::ZERO);
    db.assert_complete();
}

#[test]
fn report_is_one_line_for_the_log() {
    let db = database();
    let mut conn = db.conn();

    let first = run_quicksight_migrations(&mut conn).unwrap().to_string();
    let second = run_quicksight_migrations(&mut conn).unwrap().to_string();

    let (total, statements) = (migrations::total(), migrations::statements_of_a_first_boot());
    assert!(first.starts_with(&format!("{total} of {total} migrations applied in ")), "{first}");
    // How long the lock takes is the machine's business, even if nobody else wants it.
    assert!(first.contains(&format!(" ms ({statements} statements, ")), "{first}");
    assert!(first.ends_with(" ms for the lock)"), "{first}");
    assert!(
        second.starts_with(&format!("up to date with {total} migrations, checked in ")),
        "{second}"
    );
    assert!(second.ends_with(" ms (1 statement, 0 ms for the lock)"), "{second}");
    // As the page of the report shows it.
    let shown = format!(
        "// {total} of {total} migrations applied in 179 ms ({statements} statements, 0 ms for the lock)"
    );
    assert!(include_str!("../src/outcome/report.rs").contains(&shown), "{shown}");
}

#[test]
fn boots_on_a_pooled_connection() {
    let db = database();
    let pool = Pool::new(db.opts()).unwrap();

    let report = run_quicksight_migrations(&mut pool.get_conn().unwrap()).unwrap();

    assert_eq!(report.applied().len(), migrations::total());
    db.assert_complete();
}

#[test]
fn goes_on_where_an_earlier_boot_stopped() {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    conn.query_drop("DELETE FROM quicksight_schema_history WHERE version > 16").unwrap();
    conn.query_drop("DROP TABLE app_data").unwrap();
    conn.query_drop("INSERT INTO telework (user_id, enterprise_id, trip_date) VALUES (1, 2, 'x')")
        .unwrap();

    let report = run_quicksight_migrations(&mut conn).unwrap();

    let names: Vec<_> =
        report.applied().iter().map(quicksight_migrations::AppliedMigration::name).collect();
    let expected: Vec<_> = migrations::all()[16..].iter().map(|one| one.name).collect();
    assert_eq!(names, expected);
    let kept: Option<u32> = conn.query_first("SELECT COUNT(*) FROM telework").unwrap();
    assert_eq!(kept, Some(1));
    db.assert_complete();
}

#[test]
fn keeps_its_history_where_it_is_told_to() {
    let db = database();
    let migrator = Migrator::new().history_table("odd `name` of a table");

    assert_eq!(migrator.run(&mut db.conn()).unwrap().applied().len(), migrations::total());
    assert_eq!(migrator.run(&mut db.conn()).unwrap().statements(), 1);

    assert!(migrator.status(&mut db.conn()).unwrap().is_current());
    assert!(db.tables().contains(&"odd `name` of a table".to_owned()));
    assert!(!db.tables().contains(&"quicksight_schema_history".to_owned()));
}

#[test]
fn status_tells_what_is_applied_and_changes_nothing() {
    let db = database();
    let mut conn = db.conn();

    let empty = quicksight_migration_status(&mut conn).unwrap();
    let (total, last) = (migrations::total(), migrations::last());
    let expected = format!("0 of {total} migrations applied, next is V01__auth_user");
    assert_eq!(empty.to_string(), expected);
    assert_eq!((empty.applied().count(), empty.total(), empty.is_current()), (0, total, false));
    assert_eq!(empty.pending().count(), total);
    assert_eq!(db.tables(), Vec::<String>::new());

    run_quicksight_migrations(&mut conn).unwrap();
    let full = quicksight_migration_status(&mut conn).unwrap();
    assert_eq!(full.to_string(), format!("{total} of {total} migrations applied"));
    assert_eq!((full.applied().count(), full.total(), full.is_current()), (total, total, true));
    assert_eq!(full.pending().count(), 0);

    db.forget_after(last.version - 1);
    let almost = quicksight_migration_status(&mut conn).unwrap();
    let expected = format!("{} of {total} migrations applied, next is {}", total - 1, last.name);
    assert_eq!(almost.to_string(), expected);
    let pending = almost.migrations().last().unwrap();
    assert_eq!((pending.version(), pending.name()), (last.version, last.name));
    assert_eq!(pending.state(), &MigrationState::Pending);
    assert_eq!(pending.to_string(), format!("{} pending", last.name));
}

/// The names and checksums that refinery itself would record for the files of the folder: what is
/// embedded is what is there, and refinery's own tools can read the history.
#[test]
fn records_what_refinery_would_for_the_files_of_the_folder() {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();

    let recorded: Vec<(i64, String, String)> = conn
        .query("SELECT version, name, checksum FROM quicksight_schema_history ORDER BY version")
        .unwrap();

    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let in_folder: Vec<(i64, String, String)> = refinery::load_sql_migrations(folder)
        .unwrap()
        .iter()
        .map(|one| (one.version().into(), one.name().to_owned(), one.checksum().to_string()))
        .collect();
    assert_eq!(recorded, in_folder);
}

/// Whatever the server's defaults are: a row that is lost would have its migration run again.
#[test]
fn keeps_the_history_where_nothing_is_lost() {
    let db = database();
    let mut conn = db.conn();
    let default = "SET SESSION default_storage_engine = MyISAM, character_set_database = latin1";
    conn.query_drop(default).unwrap();

    run_quicksight_migrations(&mut conn).unwrap();

    let kinds: Vec<(String, String, String)> = conn
        .query(
            "SELECT DISTINCT engine, table_collation, row_format FROM information_schema.tables \
             WHERE table_schema = DATABASE()",
        )
        .unwrap();
    let expected = ["InnoDB", "utf8mb4_unicode_ci", "Dynamic"].map(str::to_owned).into();
    assert_eq!(kinds, [expected]);
}

#[test]
fn dates_of_the_history_are_now() {
    let db = database();
    let mut conn = db.conn();
    let before = OffsetDateTime::from(SystemTime::now());
    run_quicksight_migrations(&mut conn).unwrap();
    let after = OffsetDateTime::from(SystemTime::now());

    for migration in quicksight_migration_status(&mut conn).unwrap().migrations() {
        let MigrationState::Applied { on, .. } = migration.state() else {
            panic!("{migration} is not applied");
        };
        assert!((before..=after).contains(on), "{migration}");
    }
}
