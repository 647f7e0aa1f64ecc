//! Differences that a table of cases cannot hold are found, and mended only where nothing is lost: what
//! hides, what only looks like a table, what would be cut or renumbered.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Drift, DriftKind, Mend, Migrator,
    Severity::{Advisory, Breaking},
};

use crate::{
    assert_no_drift,
    cases::fill,
    support::{ByHand, Flavor, flavor, is_mariadb_10_5, migrated, whole},
    verify,
};

#[test]
fn what_is_extra_and_may_refuse_rows_says_so() {
    let db = whole();
    let mut conn = db.conn();
    let cases = [
        ("COLUMN must int NOT NULL", "an INSERT that does not name it is refused"),
        ("COLUMN may int NOT NULL DEFAULT 1", "it does no harm"),
        ("UNIQUE KEY one_each (user_id)", "it refuses rows that our table would take"),
        ("KEY some_key (user_id, role)", "it does no harm"),
        ("CONSTRAINT far CHECK (distance > 0)", "it refuses rows that our table would take"),
    ];
    for (extra, _) in cases {
        conn.query_drop(format!("ALTER TABLE trip ADD {extra}")).unwrap();
    }

    let drifts = verify(&mut conn);

    assert_eq!(drifts.len(), cases.len());
    for (extra, reason) in cases {
        let name = extra.split(' ').find(|word| *word == word.to_lowercase()).unwrap();
        let drift = drifts.iter().find(|one| one.subject() == Some(name)).unwrap();
        assert!(drift.to_string().contains(reason), "{drift}");
    }
}

#[test]
fn an_invisible_column_is_found_and_mended() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE trip MODIFY COLUMN distance double INVISIBLE").unwrap();

    let drifts = verify(&mut conn);

    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.subject(), drift.severity()), (Some("distance"), Breaking));
    assert_eq!(drift.found(), Some("`distance` double NULL INVISIBLE"));
    Migrator::new().mend(&mut conn).unwrap();
    assert_no_drift(&mut conn, "an invisible column");
}

#[test]
fn a_hidden_index_is_found() {
    let db = migrated();
    let mut conn = db.conn();
    let hidden = match flavor() {
        Flavor::MySql => "INVISIBLE",
        Flavor::MariaDb => "IGNORED",
    };
    let hide = format!("ALTER TABLE trip ALTER INDEX user_started_idx {hidden}");
    if let Err(error) = conn.query_drop(hide) {
        // MariaDB can hide one from 10.6 on.
        assert!(is_mariadb_10_5(), "{error}");
        return;
    }

    let drifts = verify(&mut conn);

    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.kind(), drift.severity()), (DriftKind::DifferentIndex, Advisory));
    assert!(drift.found().unwrap().contains("hidden from the planner"), "{drift}");
    Migrator::new().mend(&mut conn).unwrap();
    assert_no_drift(&mut conn, "a hidden index");
}

/// A value may be longer than the narrow type holds for sure.
#[test]
fn a_text_that_would_be_cut_is_not_converted() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE trip MODIFY COLUMN failed_reason tinytext",
        "INSERT INTO trip (user_id, travel_mode, started_on, failed_reason) \
         VALUES (1, 1, '2025-03-31', CONCAT('x', SPACE(200)))",
    ]);

    let report = Migrator::new().mend(&mut conn).unwrap();

    assert_eq!((report.mended().len(), report.left().len()), (0, 1));
    let length: Option<u32> =
        conn.query_first("SELECT CHAR_LENGTH(failed_reason) FROM trip").unwrap();
    assert_eq!(length, Some(201));
}

#[test]
fn a_view_in_place_of_a_table_is_left_to_a_person() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("DROP TABLE app_data").unwrap();
    conn.query_drop("CREATE VIEW app_data AS SELECT 1 AS id").unwrap();

    let drifts = verify(&mut conn);

    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.table(), drift.kind()), ("app_data", DriftKind::NotATable));
    assert!(matches!(drift.mend(), Mend::Decide(_)));
}

/// Nobody can look into such a view, and nobody needs to.
#[test]
fn a_broken_view_in_place_of_a_table_is_named() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "DROP TABLE app_data",
        "CREATE TABLE base (id int)",
        "CREATE VIEW app_data AS SELECT id FROM base",
        "DROP TABLE base",
    ]);

    let said: Vec<_> = verify(&mut conn).iter().map(ToString::to_string).collect();

    let expected = "app_data: wanted a table, found a view; \
                    something else has the table's name: rename or drop it";
    assert_eq!(said, [expected]);
}

/// MySQL has no such thing.
#[test]
fn a_sequence_in_place_of_a_table_is_not_taken_for_one() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("DROP TABLE app_data").unwrap();
    if flavor() == Flavor::MySql {
        conn.query_drop("CREATE SEQUENCE app_data").unwrap_err();
        return;
    }
    conn.query_drop("CREATE SEQUENCE app_data").unwrap();

    let report = Migrator::new().mend(&mut conn).unwrap();

    let [drift] = report.left() else { panic!("{report:?}") };
    assert_eq!((drift.kind(), drift.found()), (DriftKind::NotATable, Some("a sequence")));
    assert!(report.mended().is_empty());
}

/// One that a table of cases cannot hold: both keys of a column that counts must go at once.
#[test]
fn a_lost_primary_key_is_mended() {
    let db = migrated();
    let mut conn = db.conn();
    fill(&mut conn);
    conn.query_drop("ALTER TABLE user_label MODIFY COLUMN id int NOT NULL, DROP PRIMARY KEY")
        .unwrap();

    let drifts = verify(&mut conn);
    let kinds: Vec<_> = drifts.iter().map(Drift::kind).collect();
    assert_eq!(kinds, [DriftKind::PrimaryKey, DriftKind::DifferentColumn]);

    assert_eq!(Migrator::new().mend(&mut conn).unwrap().mended().len(), 2);
    assert_no_drift(&mut conn, "a lost primary key");
    let id: Option<i32> = conn.query_first("SELECT id FROM user_label").unwrap();
    assert_eq!(id, Some(7));
}

/// An id of zero is a row like any other; giving the column its counter back must not renumber it.
#[test]
fn mending_a_counter_renumbers_nothing() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE user_label MODIFY COLUMN id int NOT NULL").unwrap();
    conn.query_drop("INSERT INTO user_label (id, name) VALUES (0, 'zero')").unwrap();

    Migrator::new().mend(&mut conn).unwrap();

    assert_no_drift(&mut conn, "a lost counter");
    let id: Option<i32> = conn.query_first("SELECT id FROM user_label").unwrap();
    assert_eq!(id, Some(0));
}
