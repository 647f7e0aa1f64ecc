//! Whatever somebody has written into the history: an answer, never a panic.

mod support;

use std::{
    cell::RefCell,
    hash::{Hash, Hasher},
};

use mysql::{Conn, Value, prelude::Queryable};
use proptest::{prelude::*, test_runner::TestRunner};
use quicksight_migrations::{
    Error, MigrationState, Migrator, quicksight_migration_status, run_quicksight_migrations,
};
use siphasher::sip::SipHasher13;
use support::{ByHand, Database, chain, database, migrated, migrations};

/// Changes the history, and returns what a boot says to that.
fn boot_after(change: &str) -> (Database, Result<u64, Error>) {
    let db = migrated();
    db.conn().query_drop(change).unwrap();
    let outcome = run_quicksight_migrations(&mut db.conn()).map(|report| report.statements());
    (db, outcome)
}

#[test]
fn names_the_row_and_the_column_that_cannot_be_read() {
    let cases = [
        ("SET checksum = NULL WHERE version = 3", "checksum"),
        ("SET checksum = 'junk' WHERE version = 3", "checksum"),
        ("SET checksum = '-1' WHERE version = 3", "checksum"),
        ("SET checksum = '18446744073709551616' WHERE version = 3", "checksum"),
        ("SET checksum = '' WHERE version = 3", "checksum"),
        ("SET applied_on = NULL WHERE version = 3", "applied_on"),
        ("SET applied_on = 'yesterday' WHERE version = 3", "applied_on"),
        ("SET applied_on = '2025-03-31 03:07:08' WHERE version = 3", "applied_on"),
        ("SET applied_on = '2025-02-30T03:07:08Z' WHERE version = 3", "applied_on"),
        ("SET name = NULL WHERE version = 3", "name"),
    ];
    for (change, expected) in cases {
        let (db, outcome) = boot_after(&format!("UPDATE quicksight_schema_history {change}"));

        let error = outcome.unwrap_err();

        let Error::CorruptHistory { version, column, .. } = &error else {
            panic!("{change}: {error:?}");
        };
        assert_eq!((*version, &**column), (Some(3), expected), "{change}");
        let error = quicksight_migration_status(&mut db.conn()).unwrap_err();
        assert!(matches!(error, Error::CorruptHistory { .. }), "{change}: {error:?}");
    }
}

#[test]
fn reads_a_table_of_other_types_without_trusting_it() {
    let table = "ALTER TABLE quicksight_schema_history";
    let cases = [
        (format!("{table} MODIFY version VARCHAR(40)"), "version = 'junk'", None, "version"),
        (
            format!("{table} MODIFY version BIGINT UNSIGNED"),
            "version = 18446744073709551615",
            None,
            "version",
        ),
        (format!("{table} MODIFY version DOUBLE"), "version = 1e300", None, "version"),
        (format!("{table} MODIFY name VARBINARY(255)"), "name = x'fffe'", Some(1), "name"),
        (format!("{table} MODIFY checksum BLOB"), "checksum = x'ff'", Some(1), "checksum"),
    ];
    for (alter, change, version, column) in cases {
        let db = migrated();
        db.conn().query_drop(&alter).unwrap();
        db.conn()
            .query_drop(format!("UPDATE quicksight_schema_history SET {change} WHERE version = 1"))
            .unwrap();

        let error = run_quicksight_migrations(&mut db.conn()).unwrap_err();

        let Error::CorruptHistory { version: told, column: in_column, .. } = &error else {
            panic!("{alter}: {error:?}");
        };
        assert_eq!((*told, &**in_column), (version, column), "{alter}");
    }
}

#[test]
fn refuses_a_changed_migration() {
    let (db, outcome) =
        boot_after("UPDATE quicksight_schema_history SET checksum = '42' WHERE version = 14");

    let error = outcome.unwrap_err();

    let Error::Diverged { recorded, embedded, .. } = &error else { panic!("{error:?}") };
    assert_eq!((recorded.as_str(), embedded.as_deref()), ("V14__trip", Some("V14__trip")));
    let status = quicksight_migration_status(&mut db.conn()).unwrap();
    let trip = &status.migrations()[13];
    assert!(
        matches!(trip.state(), MigrationState::Diverged { recorded, .. } if recorded == "V14__trip")
    );
    assert_eq!(trip.to_string(), "V14__trip diverged: applied with other SQL");
    let total = migrations::total();
    let expected =
        format!("{} of {total} migrations applied, 1 not as this build has them", total - 1);
    assert_eq!(status.to_string(), expected);
    assert!(!status.is_current());
}

#[test]
fn refuses_a_renamed_migration() {
    let (db, outcome) =
        boot_after("UPDATE quicksight_schema_history SET name = 'journey' WHERE version = 14");

    let error = outcome.unwrap_err();

    let Error::Diverged { recorded, embedded, .. } = &error else { panic!("{error:?}") };
    assert_eq!((recorded.as_str(), embedded.as_deref()), ("V14__journey", Some("V14__trip")));
    let status = quicksight_migration_status(&mut db.conn()).unwrap();
    assert_eq!(
        status.migrations()[13].to_string(),
        "V14__trip diverged: the history has V14__journey"
    );
}

#[test]
fn refuses_a_migration_that_only_the_history_has() {
    let (db, outcome) = boot_after(
        "INSERT INTO quicksight_schema_history VALUES (0, 'before', '2025-03-31T03:07:08Z', '1')",
    );

    let error = outcome.unwrap_err();

    let Error::Diverged { recorded, embedded, .. } = &error else { panic!("{error:?}") };
    assert_eq!((recorded.as_str(), embedded.as_deref()), ("V00__before", None));
    let status = quicksight_migration_status(&mut db.conn()).unwrap();
    let total = migrations::total();
    assert_eq!(
        (status.applied().count(), status.total(), status.is_current()),
        (total, total, false)
    );
}

#[test]
fn refuses_a_gap() {
    let (db, outcome) = boot_after("DELETE FROM quicksight_schema_history WHERE version = 7");

    let error = outcome.unwrap_err();

    let Error::OutOfOrder { missing, latest, .. } = &error else { panic!("{error:?}") };
    let last = migrations::last().name;
    assert_eq!((missing.as_str(), latest.as_str()), ("V07__campaign_promo_code", last));
    let status = quicksight_migration_status(&mut db.conn()).unwrap();
    assert_eq!(status.migrations()[6].state(), &MigrationState::Skipped);
    assert_eq!(
        status.migrations()[6].to_string(),
        "V07__campaign_promo_code skipped: later ones are applied"
    );
    assert_eq!(db.history().len(), migrations::total() - 1, "nothing is recorded in passing");
}

#[test]
fn tolerates_a_newer_history_and_says_so() {
    let db = migrated();
    let (total, own) = (migrations::total(), migrations::last().version);
    let (later, last) = (own + 1, own + 2);
    db.conn()
        .query_drop(format!(
            "INSERT INTO quicksight_schema_history VALUES \
             ({later}, 'later', '2027-01-02T03:04:05.678Z', '1'), \
             ({last}, 'last', '2027-01-02T03:04:06Z', '2')"
        ))
        .unwrap();

    let report = run_quicksight_migrations(&mut db.conn()).unwrap();

    assert_eq!((report.newer_version(), report.statements()), (Some(last), 1));
    let end = format!("; a newer build has migrated to version {last}");
    assert!(report.to_string().ends_with(&end), "{report}");
    let status = quicksight_migration_status(&mut db.conn()).unwrap();
    assert_eq!((status.newer_version(), status.total()), (Some(last), total));
    assert!(status.is_current());
    assert_eq!(
        status.migrations()[total].to_string(),
        format!("V{later:02}__later applied by a newer build on 2027-01-02 03:04:05 UTC")
    );
    assert_eq!(
        status.to_string(),
        format!(
            "{total} of {total} migrations applied, and a newer build has applied up to version {last}"
        )
    );

    let error = Migrator::new().refuse_newer_history().run(&mut db.conn()).unwrap_err();
    let Error::NewerHistory { recorded, embedded, .. } = error else { panic!("{error:?}") };
    assert_eq!((recorded, embedded), (last, own));
}

/// A newer build leaves no gaps, so a gap below its versions is still one.
#[test]
fn refuses_a_gap_under_a_newer_history() {
    let last = migrations::last();
    let (number, later) = (last.version, last.version + 1);
    let (_, outcome) = boot_after(&format!(
        "UPDATE quicksight_schema_history SET version = {later} WHERE version = {number}"
    ));

    let error = outcome.unwrap_err();

    let Error::OutOfOrder { missing, latest, .. } = &error else { panic!("{error:?}") };
    let renumbered = last.name.replace(&format!("V{number:02}"), &format!("V{later:02}"));
    assert_eq!((missing.as_str(), latest.as_str()), (last.name, renumbered.as_str()));
}

#[test]
fn refuses_two_rows_for_one_version() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE quicksight_schema_history DROP PRIMARY KEY",
        "INSERT INTO quicksight_schema_history \
         SELECT version, name, applied_on, '7' FROM quicksight_schema_history WHERE version = 5",
    ]);

    let error = run_quicksight_migrations(&mut conn).unwrap_err();

    assert!(
        matches!(&error, Error::CorruptHistory { version: Some(5), column, .. } if column == "version"),
        "{error:?}"
    );
}

/// A build with refinery's wider version numbers records other checksums for the same files.
#[test]
fn accepts_checksums_of_either_width() {
    for wide in [false, true] {
        let db = migrated();
        let mut conn = db.conn();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        for one in refinery::load_sql_migrations(folder).unwrap() {
            let version = i64::from(one.version());
            let mut hasher = SipHasher13::new();
            one.name().hash(&mut hasher);
            if wide {
                version.hash(&mut hasher);
            } else {
                i32::try_from(version).unwrap().hash(&mut hasher);
            }
            one.sql().unwrap().hash(&mut hasher);
            conn.exec_drop(
                "UPDATE quicksight_schema_history SET checksum = ? WHERE version = ?",
                (hasher.finish().to_string(), version),
            )
            .unwrap();
        }
        // With something left to do, refinery must not stumble over them either.
        db.forget_after(15);
        let left = migrations::total() - 15;

        assert_eq!(quicksight_migration_status(&mut conn).unwrap().pending().count(), left);
        let applied = run_quicksight_migrations(&mut conn).unwrap().applied().len();
        assert_eq!(applied, left, "wide: {wide}");
        assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1, "wide: {wide}");
    }
}

#[test]
fn an_empty_history_is_a_first_boot() {
    let db = database();
    db.conn()
        .query_drop(
            "CREATE TABLE quicksight_schema_history (version INT PRIMARY KEY, \
             name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))",
        )
        .unwrap();

    assert_eq!(
        run_quicksight_migrations(&mut db.conn()).unwrap().applied().len(),
        migrations::total()
    );
}

#[test]
fn a_table_of_another_shape_is_an_error_that_names_it() {
    let db = database();
    db.conn().query_drop("CREATE TABLE quicksight_schema_history (id INT)").unwrap();

    let error = run_quicksight_migrations(&mut db.conn()).unwrap_err();

    assert_eq!(error.server_code(), Some(1054));
    assert!(chain(&error).starts_with(
        "could not read the history table `quicksight_schema_history` (needs SELECT); call again once the cause below is removed: "
    ), "{}", chain(&error));
}

/// Any value that a column can hold.
fn junk() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::NULL),
        any::<Vec<u8>>().prop_map(Value::Bytes),
        any::<String>().prop_map(Value::from),
        any::<i128>().prop_map(|number| Value::from(number.to_string())),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?(Z|[+-][0-9:]{5})?"
            .prop_map(Value::from),
    ]
}

/// A row whose columns are each more often plausible than not.
fn any_row() -> impl Strategy<Value = [Value; 4]> {
    fn column(plausible: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Value> {
        prop_oneof![3 => plausible.prop_map(Value::from), 1 => junk()]
    }
    let version =
        column((-3..migrations::last().version + 7).prop_map(|number| number.to_string()));
    let name = column("auth_user|trip|[a-z_]{0,30}");
    let applied_on =
        column("[0-9]{4}-0[1-9]-[12][0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-]0[0-9]:00)");
    let checksum = column(any::<u64>().prop_map(|number| number.to_string()));
    (version, name, applied_on, checksum).prop_map(|(a, b, c, d)| [a, b, c, d])
}

/// Ten thousand rows of junk among the good ones: every answer is a typed one.
#[test]
fn no_row_makes_it_panic() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE quicksight_schema_history DROP PRIMARY KEY, MODIFY version BLOB, \
         MODIFY name BLOB, MODIFY applied_on BLOB, MODIFY checksum BLOB",
        "SET SESSION autocommit = 0",
    ]);
    let insert = conn.prep("INSERT INTO quicksight_schema_history VALUES (?, ?, ?, ?)").unwrap();
    let conn = RefCell::new(conn);
    let seen = RefCell::new([0_u32; 3]);
    let config = ProptestConfig { cases: 10_000, failure_persistence: None, ..Default::default() };

    TestRunner::new(config)
        .run(&any_row(), |row| {
            let mut conn = conn.borrow_mut();
            conn.exec_drop(&insert, row.to_vec()).unwrap();
            let kind = kind_of_answer(&mut conn);
            conn.query_drop("ROLLBACK").unwrap();
            prop_assert!(kind.is_ok(), "{kind:?}");
            seen.borrow_mut()[kind.unwrap_or_default()] += 1;
            Ok(())
        })
        .unwrap();

    let seen = seen.into_inner();
    assert_eq!(seen.iter().sum::<u32>(), 10_000);
    assert!(
        seen.iter().all(|&count| count > 100),
        "not every kind of answer was reached: {seen:?}"
    );
}

fn kind_of_answer(conn: &mut Conn) -> Result<usize, Error> {
    match run_quicksight_migrations(conn) {
        Err(Error::CorruptHistory { .. }) => Ok(0),
        Err(Error::Diverged { .. }) => Ok(1),
        Ok(report) if report.newer_version().is_some() => Ok(2),
        Err(other) => Err(other),
        Ok(report) => panic!("a row too many, and yet {report}"),
    }
}

/// The message is the way out: what is missing is made, and the row is added.
#[test]
fn a_gap_is_closed_by_what_its_message_says() {
    for loss in ["SELECT 1", "DROP TABLE campaign_promo_code"] {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop(loss).unwrap();
        conn.query_drop("DELETE FROM quicksight_schema_history WHERE version = 7").unwrap();
        let error = run_quicksight_migrations(&mut conn).unwrap_err();
        let Error::OutOfOrder { record, .. } = &error else { panic!("{error:?}") };
        assert!(error.to_string().ends_with(record), "{error}");

        Migrator::new().mend(&mut conn).unwrap();
        conn.query_drop(record).unwrap();

        assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
        db.assert_complete();
    }
}
