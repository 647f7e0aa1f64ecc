//! Our own tables have nothing that QuickSight cannot read.

use mysql::prelude::Queryable;
use quicksight_migrations::quicksight::{
    LintRule::{LookBackChanges, LookBackWithoutIndex, NumberAsBoolean, Unseen},
    Linter, View, lint, look_back_column, views,
};

use crate::{
    LONG, found, run,
    support::{HISTORY, database, migrated, migrations, statements::explain},
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

/// What the new days of a data set are read by, in tables that are mostly old.
#[test]
fn a_refresh_reads_indexes() {
    let db = migrated();
    let mut conn = db.conn();
    let of_days = |row: fn(u32) -> String| (1..=2000).map(row).collect::<Vec<_>>().join(", ");
    for rows in [
        "trip (id, user_id, travel_mode, started_on) VALUES ".to_owned()
            + &of_days(|n| format!("({n}, 1, 1, '2025-01-01' + INTERVAL {n} HOUR)")),
        "user_rating (user_id, trip_id, rating, created_on) VALUES ".to_owned()
            + &of_days(|n| format!("(1, {n}, 5, '2025-01-01' + INTERVAL {n} HOUR)")),
        "app_data (user_id, gmt_time, local_time, created_on, modified_on) VALUES ".to_owned()
            + &of_days(|n| {
                format!("(1, NOW(), NOW(), '2025-01-01' + INTERVAL {n} HOUR, '2025-06-01')")
            }),
    ] {
        run(&mut conn, &format!("INSERT INTO {rows}"));
    }
    run(&mut conn, "ANALYZE TABLE trip, user_rating, app_data");
    let keys = |sql: &str| {
        let steps = explain(&db, sql).into_iter();
        steps.map(|step| step.key.unwrap_or_default()).collect::<Vec<_>>()
    };
    let actions = "SELECT * FROM app_data WHERE created_on >= '2025-03-24'";
    assert_eq!(keys(actions), ["created_on_idx"]);
    let rated = "SELECT t.id, r.rating FROM trip t LEFT JOIN user_rating r ON r.trip_id = t.id \
                 WHERE t.started_on >= '2025-03-24'";
    assert_eq!(keys(rated), ["trip_analytics_idx", "trip_rating_idx"]);
}

/// What QuickSight reads are the views, and through them a table that a Knex service has made is right, too.
#[test]
fn has_nothing_against_our_views() {
    let db = migrated();
    let mut conn = db.conn();
    for rows in ROWS {
        run(&mut conn, rows);
    }
    run(&mut conn, "ALTER TABLE trip MODIFY navigation_app tinyint(1) NOT NULL DEFAULT 1");
    let views = views();
    for view in &views {
        run(&mut conn, &view.sql());
    }
    let linter = Linter::of(views.iter().map(View::name)).read_rows(LONG);
    assert_eq!(linter.lint(&mut conn).unwrap(), []);
}
