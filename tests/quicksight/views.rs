//! The views are made, replaced and dropped, and nobody else's is touched.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::Duration,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    DriftKind, Error, Migrator, Severity,
    quicksight::{View, ViewColumn, apply_views, drop_views, views},
    verify_quicksight_schema,
};

use crate::{
    count, made,
    support::{
        ByHand, Database, HISTORY, database, database_named, denied, migrated, migrations, quoted,
        unique,
    },
};

fn total() -> usize {
    views().len()
}

fn names(conn: &mut Conn) -> Vec<String> {
    let ask = "SELECT table_name FROM information_schema.views \
               WHERE table_schema = DATABASE() ORDER BY table_name";
    conn.query(ask).unwrap()
}

/// What is in the way, in words.
#[track_caller]
fn blocked(error: &Error) -> Vec<String> {
    let Error::ViewsBlocked { obstacles, .. } = error else { panic!("{error:?}") };
    obstacles.iter().map(ToString::to_string).collect()
}

/// A view that an older build might have made.
const OLDER: &str = "CREATE OR REPLACE VIEW quicksight_v_trip AS \
                     SELECT quicksight.id AS trip_id, quicksight.origin AS trip_origin FROM trip quicksight";

#[test]
fn a_second_call_does_nothing() {
    let db = database_named(&unique("odd `na'me %")).migrated();
    let mut conn = db.conn();

    let first = apply_views(&mut conn).unwrap();
    let second = apply_views(&mut conn).unwrap();

    let mut expected: Vec<_> = views().iter().map(|view| view.name().to_owned()).collect();
    assert_eq!(first.made(), expected);
    assert_eq!(first.to_string(), format!("views: {} made, 0 replaced, 0 unchanged", total()));
    assert_eq!(
        (second.made(), second.replaced(), second.unchanged()),
        (&[][..], &[][..], first.made())
    );
    expected.sort_unstable();
    assert_eq!(names(&mut conn), expected);
}

#[test]
fn a_boot_makes_no_view() {
    assert_eq!(names(&mut migrated().conn()), Vec::<String>::new());
}

/// The columns are those that `views` says, and each has the value that it should.
#[test]
fn a_view_shows_what_it_says() {
    let db = made();
    let mut conn = db.conn();
    conn.by_hand([
        "INSERT INTO auth_user (id, email, registration_latitude, is_debug, enterprise_id) \
         VALUES (7, 'a@b.example', 29.76543, 1, 42)",
        "INSERT INTO trip (id, user_id, travel_mode, started_on, navigation_app, origin_longitude) \
         VALUES (3, 7, 1, '2025-03-09 01:00:00', 4, -95.36912)",
    ]);

    for view in views() {
        let columns: Vec<String> = conn
            .query(format!("SHOW COLUMNS FROM {}", view.name()))
            .unwrap()
            .into_iter()
            .map(|row: mysql::Row| row.get(0).unwrap())
            .collect();
        let said: Vec<_> = view.columns().iter().map(ViewColumn::name).collect();
        assert_eq!(columns, said);
    }
    let user: Option<(i64, f64, i64, String)> = conn
        .query_first("SELECT user_id, user_registration_latitude, user_is_debug, enterprise FROM quicksight_v_auth_user")
        .unwrap();
    assert_eq!(user, Some((7, 29.77, 1, "42".to_owned())));
    let trip: Option<(i64, i64, f64)> = conn
        .query_first(
            "SELECT trip_id, trip_navigation_app, trip_origin_longitude FROM quicksight_v_trip",
        )
        .unwrap();
    assert_eq!(trip, Some((3, 4, -95.37)));
}

/// `tinyint(1)` comes over JDBC as true or false.
#[test]
fn no_view_has_a_tinyint_of_one_digit() {
    let ask = "SELECT COUNT(*) FROM information_schema.columns \
               WHERE table_schema = DATABASE() AND column_type = 'tinyint(1)' \
               AND table_name LIKE 'quicksight\\_v\\_%'";
    assert_eq!(count(&mut made().conn(), ask), 0);
}

#[test]
fn a_view_of_an_older_build_is_told_and_replaced() {
    let db = made();
    let mut conn = db.conn();
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), vec![]);
    conn.query_drop(OLDER).unwrap();

    let drifts = verify_quicksight_schema(&mut conn).unwrap();
    let report = apply_views(&mut conn).unwrap();

    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.table(), drift.kind()), ("quicksight_v_trip", DriftKind::OutdatedView));
    assert_eq!(drift.severity(), Severity::Advisory);
    assert_eq!(
        drift.to_string(),
        "quicksight_v_trip: wanted the view of this build, found that of another one; \
         it may show more than it should; quicksight::apply_views replaces it"
    );
    assert_eq!(
        (report.replaced(), report.unchanged().len()),
        (&["quicksight_v_trip".to_owned()][..], total() - 1)
    );
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), vec![]);
}

/// What a session has set changes how the server words the views, and what the statements mean.
#[test]
fn views_made_by_hand_in_an_odd_session_are_right_too() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand(["SET SESSION sql_mode = 'ANSI_QUOTES'", "SET SESSION sql_quote_show_create = 0"]);
    conn.by_hand(views().iter().map(View::sql));

    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), vec![]);
    assert_eq!(apply_views(&mut conn).unwrap().unchanged().len(), total());
    assert_eq!(drop_views(&mut conn).unwrap().len(), total());
}

/// It would be read with the rights of the reader, who has none.
#[test]
fn a_view_that_reads_with_the_readers_rights_is_replaced() {
    let db = made();
    let mut conn = db.conn();
    let [sql] = views()
        .iter()
        .filter(|view| view.table() == "trip")
        .map(|view| view.sql().replace("SECURITY DEFINER", "SECURITY INVOKER"))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    conn.query_drop(sql).unwrap();

    assert_eq!(apply_views(&mut conn).unwrap().replaced(), ["quicksight_v_trip"]);
}

/// The account of the last one is gone, and with it every view fails.
#[test]
fn another_account_takes_the_views_over() {
    let db = migrated();
    let leaver = db.user("SELECT, CREATE VIEW, SHOW VIEW, DROP");
    assert_eq!(apply_views(&mut leaver.conn()).unwrap().made().len(), total());
    drop(leaver);
    let mut conn = db.conn();
    let read = |conn: &mut Conn| conn.query_drop("SELECT 1 FROM quicksight_v_trip");
    let mysql::Error::MySqlError(error) = read(&mut conn).unwrap_err() else { panic!() };
    assert_eq!(error.code, 1449);
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), vec![]);

    assert_eq!(apply_views(&mut conn).unwrap().replaced().len(), total());
    read(&mut conn).unwrap();
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let foreign = [
        (
            "CREATE TABLE quicksight_v_trip (id INT)",
            "quicksight_v_trip is a base table of somebody else",
        ),
        (
            "CREATE VIEW quicksight_v_trip AS SELECT id FROM trip",
            "quicksight_v_trip is a view of somebody else",
        ),
        (
            "CREATE VIEW quicksight_v_trip AS SELECT quicksight.id FROM telework quicksight",
            "quicksight_v_trip is a view of somebody else",
        ),
        (
            "CREATE VIEW quicksight_v_trip AS SELECT quicksight.id FROM trip quicksight WHERE quicksight.id > 3",
            "quicksight_v_trip is a view of somebody else",
        ),
    ];
    for (sql, said) in foreign {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop(sql).unwrap();
        let before = db.tables();

        assert_eq!(blocked(&apply_views(&mut conn).unwrap_err()), [said]);
        assert_eq!(blocked(&drop_views(&mut conn).unwrap_err()), [said]);
        assert_eq!(db.tables(), before, "{sql}");
    }
}

#[test]
fn all_are_dropped_unless_somebody_reads_one() {
    let db = made();
    let mut conn = db.conn();
    conn.query_drop("CREATE VIEW mine AS SELECT trip_id FROM quicksight_v_trip").unwrap();

    let reads = format!("the view {}.`mine` reads quicksight_v_trip", quoted(db.name()));
    assert_eq!(blocked(&drop_views(&mut conn).unwrap_err()), [reads]);
    assert_eq!(names(&mut conn).len(), total() + 1);

    conn.query_drop("DROP VIEW mine").unwrap();
    assert_eq!(drop_views(&mut conn).unwrap().len(), total());
    assert_eq!(drop_views(&mut conn).unwrap(), Vec::<String>::new());
    db.assert_complete();
}

#[test]
fn each_documented_right_is_needed() {
    let db = migrated();
    let all = ["SELECT", "CREATE VIEW", "SHOW VIEW", "DROP"];
    let without = |missing: &str| {
        let rights: Vec<_> = all.into_iter().filter(|right| *right != missing).collect();
        db.user(&rights.join(", "))
    };
    for missing in ["SELECT", "CREATE VIEW", "DROP"] {
        let error = apply_views(&mut without(missing).conn()).unwrap_err();
        assert!(denied(&error).contains(missing), "{missing}: {error}");
    }
    let user = db.user(&all.join(", "));
    assert_eq!(apply_views(&mut user.conn()).unwrap().made().len(), total());
    let error = drop_views(&mut without("SHOW VIEW").conn()).unwrap_err();
    assert!(denied(&error).contains("SHOW VIEW"), "{error}");
    let error = drop_views(&mut db.user("SELECT, SHOW VIEW").conn()).unwrap_err();
    assert!(denied(&error).contains("DROP"), "{error}");
    assert_eq!(drop_views(&mut user.conn()).unwrap().len(), total());
}

#[test]
fn a_table_that_is_missing_is_said() {
    let db = database();
    let error = apply_views(&mut db.conn()).unwrap_err();

    assert_eq!(error.server_code(), Some(1146));
    assert!(error.to_string().contains("make the view `quicksight_v_auth_user`"), "{error}");
}

/// A reader that never stops, while the views change back and forth, for as long as it takes it to read fifty times.
#[test]
fn a_reader_never_finds_a_view_missing() {
    let db = made();
    let (stop, reads) = (AtomicBool::new(false), AtomicU32::new(0));

    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut conn = db.conn();
            while !stop.load(Ordering::SeqCst) {
                conn.query_drop("SELECT trip_id FROM quicksight_v_trip").unwrap();
                reads.fetch_add(1, Ordering::SeqCst);
            }
        });
        let _stopped = Stopped(&stop);
        let (mut conn, mut changes) = (db.conn(), 0);
        while !reader.is_finished() && (changes < 50 || reads.load(Ordering::SeqCst) <= 50) {
            conn.query_drop(OLDER).unwrap();
            assert_eq!(apply_views(&mut conn).unwrap().replaced(), ["quicksight_v_trip"]);
            changes += 1;
        }
    });
}

/// Set when this ends, also by a failure: a reader that goes on for ever would hide it.
pub(crate) struct Stopped<'s>(pub(crate) &'s AtomicBool);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Somebody has read an older view in a transaction, and gone home.
#[test]
fn a_view_that_somebody_holds_is_named() {
    let db = made();
    db.conn().query_drop(OLDER).unwrap();
    let mut holder = db.conn();
    holder.by_hand(["START TRANSACTION", "SELECT trip_id FROM quicksight_v_trip"]);

    let mut conn = db.conn();
    let impatient = Migrator::new().metadata_lock_timeout(Duration::from_secs(1));
    let error = impatient.apply_views(&mut conn).unwrap_err();

    let Error::TablesInUse { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tables, &["`quicksight_v_trip`"]);
    assert!(error.is_retryable());
    holder.query_drop("ROLLBACK").unwrap();
    assert_eq!(impatient.apply_views(&mut conn).unwrap().replaced(), ["quicksight_v_trip"]);
}

/// Whoever may not look into the views, or has none, is told nothing about them.
#[test]
fn verify_demands_no_views() {
    let db = made();
    db.conn().query_drop(OLDER).unwrap();
    let user = db.user("SELECT, CREATE TEMPORARY TABLES");
    assert_eq!(verify_quicksight_schema(&mut user.conn()).unwrap(), vec![]);

    let none = migrated();
    assert_eq!(verify_quicksight_schema(&mut none.conn()).unwrap(), vec![]);
}

fn assert_empty(db: &Database) {
    assert_eq!(db.tables(), Vec::<String>::new());
}

#[test]
fn a_rollback_drops_them_with_the_tables() {
    let db = made();
    let mut conn = db.conn();

    let plan = Migrator::new().rollback_plan(&mut conn).unwrap();
    let report = Migrator::new().rollback(&mut conn).unwrap();

    let tables = migrations::tables().len();
    assert_eq!(plan.len(), 1 + tables + total());
    assert_eq!(plan[0], format!("DROP TABLE `{HISTORY}`"));
    assert!(plan[1..=tables].iter().all(|sql| sql.starts_with("DROP TABLE ")), "{plan:?}");
    assert!(plan[tables + 1..].iter().all(|sql| sql.starts_with("DROP VIEW ")), "{plan:?}");
    assert_eq!((report.dropped().len(), report.dropped_views().len()), (tables, total()));
    let said = format!("{tables} tables and {} views dropped in ", total());
    assert!(report.to_string().starts_with(&said), "{report}");
    assert_empty(&db);
}

/// A rollback that ended between the tables and the views, and whatever was made by hand.
#[test]
fn a_rollback_finds_views_without_their_tables() {
    let db = made();
    let mut conn = db.conn();
    for table in [&[HISTORY], migrations::tables()].concat() {
        conn.query_drop(format!("DROP TABLE {table}")).unwrap();
    }
    conn.by_hand(["CREATE TABLE other (id INT)", "CREATE VIEW others AS SELECT id FROM other"]);

    let report = Migrator::new().rollback(&mut conn).unwrap();

    assert_eq!((report.dropped().len(), report.dropped_views().len()), (0, total()));
    assert_eq!(db.tables(), ["other", "others"]);
}

#[test]
fn a_rollback_that_is_refused_drops_no_view() {
    let db = made();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO group_member (group_id, user_id) VALUES (1, 1)").unwrap();

    let error = Migrator::new().rollback(&mut conn).unwrap_err();
    assert!(matches!(error, Error::TablesNotEmpty { .. }), "{error:?}");
    assert_eq!(names(&mut conn).len(), total());
}

#[test]
fn a_rollback_refuses_over_the_views_of_others() {
    let db = made();
    let mut conn = db.conn();
    conn.by_hand([
        "CREATE VIEW mine AS SELECT trip_id FROM quicksight_v_trip",
        "CREATE OR REPLACE VIEW quicksight_v_telework AS SELECT t.id FROM telework t",
    ]);

    let error = Migrator::new().rollback(&mut conn).unwrap_err();

    let Error::RollbackBlocked { obstacles, .. } = &error else { panic!("{error:?}") };
    let at = quoted(db.name());
    let mut told: Vec<_> = obstacles.iter().map(ToString::to_string).collect();
    told.sort();
    let expected = [
        format!("the view {at}.`mine` reads quicksight_v_trip"),
        format!("the view {at}.`quicksight_v_telework` reads telework"),
    ];
    assert_eq!(told, expected);
    assert_eq!(names(&mut conn).len(), total() + 1);
}
