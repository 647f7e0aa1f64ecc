//! What somebody has tied to the tables is found and named before anything is dropped.

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, KeptReason, rollback_quicksight_migrations};

use crate::{
    assert_all_gone, assert_rolls_back, statements,
    support::{ByHand, database, database_named, denied, migrated, migrations, quoted, unique},
};

fn obstacles(error: &Error) -> Vec<String> {
    match error {
        Error::RollbackBlocked { obstacles, .. } => {
            obstacles.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other:?}"),
    }
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

/// Somebody has tied our tables to each other, against their order: each can be dropped at the first
/// attempt, which is the only one that is under the lock for sure.
#[test]
fn foreign_keys_among_the_tables_are_no_obstacle() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE group_member ADD FOREIGN KEY (user_id) REFERENCES trip (id)",
        "ALTER TABLE trip ADD FOREIGN KEY (id) REFERENCES app_data (id)",
        "ALTER TABLE telework ADD FOREIGN KEY (user_id) REFERENCES auth_user (id)",
        "ALTER TABLE telework ADD FOREIGN KEY (origin_telework_id) REFERENCES telework (id)",
    ]);

    let report = rollback_quicksight_migrations(&mut conn).unwrap();

    assert_eq!(report.dropped().len(), migrations::tables().len());
    assert_eq!(report.statements(), statements());
    let place = |table| report.dropped().iter().position(|dropped| dropped == table);
    assert!(place("group_member") < place("trip") && place("trip") < place("app_data"));
    assert_all_gone(&db);
}

#[test]
fn foreign_keys_in_a_circle_stop_it_before_anything_is_dropped() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE trip ADD CONSTRAINT there FOREIGN KEY (id) REFERENCES app_data (id)",
        "ALTER TABLE app_data ADD CONSTRAINT back FOREIGN KEY (id) REFERENCES trip (id)",
    ]);

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
    let (db, other) = (database_named(&unique("odd `na'me\\ %")).migrated(), database());
    let from = quoted(db.name());
    let mut conn = db.conn();
    conn.by_hand([
        format!("CREATE VIEW {}.far AS SELECT u.id FROM {from}.auth_user u", quoted(other.name())),
        "CREATE VIEW near AS SELECT t.id FROM trip t JOIN campaign c ON c.id = t.id".into(),
        "CREATE VIEW on_near AS SELECT * FROM near".into(),
        "CREATE VIEW harmless AS SELECT 'trip' AS trip".into(),
        "CREATE TABLE trip_2 (id INT PRIMARY KEY)".into(),
        "CREATE VIEW trips_2 AS SELECT id FROM trip_2".into(),
    ]);
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
    assert_eq!((db.tables(), db.history().len()), (before, migrations::total()));
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

    let view = format!("{}.`trips`", quoted(db.name()));
    assert_eq!(
        denied(&error),
        format!("see whether the view {view} reads the tables (needs SHOW VIEW)")
    );
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
    let Error::RollbackBlocked { obstacles, .. } = &error else { panic!("{error:?}") };
    let [kept] = &obstacles[..] else { panic!("{obstacles:?}") };
    assert_eq!(kept.table(), "trip");
    assert!(matches!(kept.reason(), KeptReason::NotATable { kind, .. } if kind == "VIEW"));
    db.assert_complete();
    conn.query_drop("DROP VIEW trip").unwrap();
    assert_rolls_back(&db);
}
