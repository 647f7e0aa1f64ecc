//! Our own tables have nothing that QuickSight cannot read.

use mysql::prelude::Queryable;
use quicksight_migrations::quicksight::{
    LintRule::{LookBackChanges, LookBackWithoutIndex, NumberAsBoolean, Unseen},
    Linter, lint, look_back_column,
};

use crate::{
    LONG, found, run,
    support::{HISTORY, database, migrated, migrations},
};

/// Rows that use the whole range of what the comments of the columns allow.
const ROWS: [&str; 4] = [
    "INSERT INTO trip (user_id, travel_mode, started_on, end_status, navigation_app, occupancy, \
     eta_valid_result, is_HGAC) VALUES (1, 101, '2025-03-09 02:30:00', 2, 4, 5, 3, 1)",
    "INSERT INTO cm_activity_location (user_id, departure_weekday, arrival_weekday, timeslot) \
     VALUES (1, 1, 0, 95)",
    "INSERT INTO auth_user (is_debug, device_token) VALUES (1, REPEAT('x', 512))",
    "INSERT INTO token_transaction (dist_notify_status, expire_notify_status) VALUES (1, 1)",
];

#[test]
fn has_nothing_against_our_tables_and_their_rows() {
    let db = migrated();
    let mut conn = db.conn();
    for rows in ROWS {
        run(&mut conn, rows);
    }

    assert_eq!(lint(&mut conn).unwrap(), []);
    assert_eq!(Linter::new().read_rows(LONG).lint(&mut conn).unwrap(), []);
}

#[test]
fn misses_each_of_our_tables_by_name() {
    let findings = lint(&mut database().conn()).unwrap();
    let missed: Vec<_> = findings.iter().map(|one| (one.table(), one.rule())).collect();
    let all: Vec<_> = migrations::tables().iter().map(|table| (*table, Unseen)).collect();
    assert_eq!(missed, all);
}

/// What somebody has changed by hand, or what a Knex service has made in its way.
#[test]
fn finds_what_was_changed_in_our_tables() {
    let db = migrated();
    let mut conn = db.conn();
    for rows in ROWS {
        run(&mut conn, rows);
    }
    run(&mut conn, "ALTER TABLE trip MODIFY navigation_app tinyint(1) NOT NULL DEFAULT 1");
    run(&mut conn, "ALTER TABLE app_data DROP INDEX created_on_idx");
    run(
        &mut conn,
        "ALTER TABLE user_rating MODIFY created_on datetime NOT NULL DEFAULT CURRENT_TIMESTAMP \
         ON UPDATE CURRENT_TIMESTAMP",
    );

    let found = found(&Linter::new().read_rows(LONG), &mut conn);

    let named = |column: &str, rule| (column.to_owned(), rule);
    assert_eq!(
        found,
        [
            named("navigation_app", NumberAsBoolean),
            named("created_on", LookBackChanges),
            named("created_on", LookBackWithoutIndex),
        ]
    );
}

/// Whoever looks at a column on the server is told that QuickSight refreshes by it.
#[test]
fn the_comments_name_the_look_back_columns() {
    let db = migrated();
    let query = "SELECT table_name, column_name FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND column_comment LIKE '%look-back column%' \
                 ORDER BY table_name";
    let mut said: Vec<(String, String)> = db.conn().query(query).unwrap();
    said.retain(|(table, _)| table != HISTORY);
    let mut known: Vec<_> = migrations::tables()
        .iter()
        .filter_map(|table| Some(((*table).to_owned(), look_back_column(table)?.to_owned())))
        .collect();
    known.sort();
    assert_eq!(said, known);
    assert_eq!(look_back_column("nowhere"), None);
}
