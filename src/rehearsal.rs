//! The next release, rehearsed: one more table and changes of tables, beside a build that does not know
//! them. Whoever adds a file to `migrations/` relies on what is shown here.

use std::thread;

use mysql::{Conn, prelude::Queryable};
use refinery::Migration;

use crate::{
    AppliedMigration, DriftKind, Error, boot,
    history::{self, EMBEDDED, Embedded, Job},
    mend, rollback, schema,
    session::{Session, Settings},
    support::{Database, database, wire::Cut},
};

/// The files of the next release, numbered from the last of this one.
const NEXT: [(&str, &str); 3] = [
    (
        "rail",
        "-- One row per line of the light rail.\n\
         CREATE TABLE IF NOT EXISTS `rail` (\n  `id` int NOT NULL AUTO_INCREMENT,\n  \
         `name` varchar(32) NOT NULL DEFAULT '',\n  PRIMARY KEY (`id`)\n\
         ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC;\n",
    ),
    (
        "user_label_colour",
        "-- Safe on a big table: no row is touched.\n\
         ALTER TABLE `user_label` ADD COLUMN `colour` varchar(16) DEFAULT NULL, ALGORITHM=INSTANT;\n",
    ),
    (
        "rail_length",
        "ALTER TABLE `rail` ADD COLUMN `length` double DEFAULT NULL COMMENT 'metres';\n",
    ),
];

fn next_release() -> Vec<Embedded> {
    let numbered = NEXT.iter().zip(EMBEDDED.len() + 1..).map(|((title, sql), version)| {
        Embedded::new(&Migration::unapplied(&format!("V{version}__{title}"), sql).unwrap())
    });
    EMBEDDED.iter().cloned().chain(numbered).collect()
}

/// A call of a build that has these files.
fn call<T>(
    files: &[Embedded],
    conn: &mut Conn,
    verb: impl FnOnce(&Job<'_>, &mut Session<'_>) -> crate::Result<T>,
) -> crate::Result<T> {
    let settings = Settings::default();
    verb(&Job::new(&settings, files)?, &mut Session::new(conn, &settings))
}

fn drifts(files: &[Embedded], conn: &mut Conn) -> Vec<(String, DriftKind)> {
    let all: Vec<_> = files.iter().collect();
    let drifts = schema::verify(&mut Session::new(conn, &Settings::default()), &all).unwrap();
    drifts.iter().map(|drift| (drift.table().to_owned(), drift.kind())).collect()
}

/// A database of this release.
fn released() -> Database {
    let db = database();
    call(&EMBEDDED, &mut db.conn(), boot::run).unwrap();
    db
}

/// A database of the next release, and its files.
fn migrated() -> (Database, Vec<Embedded>) {
    let (db, next) = (released(), next_release());
    call(&next, &mut db.conn(), boot::run).unwrap();
    (db, next)
}

fn last_version(files: &[Embedded]) -> i64 {
    files.last().unwrap().version()
}

#[test]
fn the_next_release_applies_what_is_new() {
    let (db, next) = (released(), next_release());
    let mut conn = db.conn();
    let status = call(&next, &mut conn, history::status).unwrap();
    assert_eq!(status.pending().count(), NEXT.len());

    let report = call(&next, &mut conn, boot::run).unwrap();

    let applied: Vec<_> = report.applied().iter().map(AppliedMigration::name).collect();
    let new: Vec<_> = next[EMBEDDED.len()..].iter().map(Embedded::name).collect();
    assert_eq!(applied, new);
    assert_eq!(drifts(&next, &mut conn), []);
    assert_eq!(call(&next, &mut conn, boot::run).unwrap().statements(), 1);
}

#[test]
fn an_old_replica_works_beside_the_next_release_and_changes_nothing() {
    let (db, next) = migrated();
    let mut conn = db.conn();
    let before = db.tables();

    let report = call(&EMBEDDED, &mut conn, boot::run).unwrap();

    assert_eq!((report.newer_version(), report.statements()), (Some(last_version(&next)), 1));
    assert_eq!(drifts(&EMBEDDED, &mut conn), [("user_label".into(), DriftKind::ExtraColumn)]);
    let mended = call(&EMBEDDED, &mut conn, mend::run).unwrap_err();
    assert!(matches!(mended, Error::NewerHistory { .. }), "{mended}");
    let dropped = call(&EMBEDDED, &mut conn, rollback::run).unwrap_err();
    assert!(matches!(dropped, Error::NewerHistory { .. }), "{dropped}");
    assert_eq!(db.tables(), before);
}

#[test]
fn old_and_new_replicas_boot_at_once() {
    let (db, next) = (database(), next_release());

    thread::scope(|scope| {
        for number in 0..12 {
            let (db, next) = (&db, &next);
            scope.spawn(move || {
                let files = if number % 3 == 0 { &EMBEDDED[..] } else { &next[..] };
                call(files, &mut db.conn(), boot::run).unwrap();
            });
        }
    });

    assert_eq!(db.history(), (1..=last_version(&next)).collect::<Vec<_>>());
    assert_eq!(drifts(&next, &mut db.conn()), []);
}

/// A change cannot be run twice. It is done, and the boot that did it died before it could record that.
#[test]
fn a_boot_that_dies_at_a_new_file_is_taken_over() {
    let next = next_release();
    for own in &next[EMBEDDED.len()..] {
        let db = released();
        let record = format!("SELECT {}, ", own.version());
        let mut dying =
            db.watched(move |sql| sql.contains(&record).then_some(Cut::BeforeStatement));
        let error = call(&next, &mut dying, boot::run).unwrap_err();
        assert!(matches!(error, Error::Migration { .. }), "{error}");

        call(&next, &mut db.conn(), boot::run).unwrap();

        assert_eq!(db.history().last(), Some(&last_version(&next)), "{}", own.name());
        assert_eq!(drifts(&next, &mut db.conn()), [], "{}", own.name());
    }
}

#[test]
fn tables_of_a_lost_history_are_adopted_with_their_changes() {
    let (db, next) = migrated();
    let mut conn = db.conn();
    conn.query_drop("DROP TABLE quicksight_schema_history").unwrap();

    let report = call(&next, &mut conn, boot::run).unwrap();

    assert_eq!(report.adopted().len(), EMBEDDED.len() + 1);
    assert_eq!(db.history().len(), next.len());
    assert_eq!(drifts(&next, &mut conn), []);
}

#[test]
fn what_is_lost_of_the_next_release_is_mended() {
    let (db, next) = migrated();
    let mut conn = db.conn();
    for loss in ["DROP TABLE rail", "ALTER TABLE user_label DROP COLUMN colour"] {
        conn.query_drop(loss).unwrap();
    }
    let lost =
        [("user_label".into(), DriftKind::MissingColumn), ("rail".into(), DriftKind::MissingTable)];
    assert_eq!(drifts(&next, &mut conn), lost);

    let report = call(&next, &mut conn, mend::run).unwrap();

    assert_eq!((report.mended().len(), report.left().len()), (2, 0));
    assert_eq!(drifts(&next, &mut conn), []);
    let comment: Option<String> = conn
        .query_first(
            "SELECT column_comment FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name = 'rail' AND column_name = 'length'",
        )
        .unwrap();
    assert_eq!(comment.as_deref(), Some("metres"));
}

/// All of it is gone: nothing is there that a twin is needed for but the table that was changed.
#[test]
fn all_tables_are_mended_into_an_empty_database() {
    let (db, next) = migrated();
    let mut conn = db.conn();
    let names: Vec<_> = next.iter().filter_map(Embedded::makes).collect();
    conn.query_drop(format!("DROP TABLE {}", names.join(", "))).unwrap();

    let report = call(&next, &mut conn, mend::run).unwrap();

    assert_eq!(report.mended().len(), names.len());
    assert_eq!(drifts(&next, &mut conn), []);
}

/// What a DBA runs by hand, where services may not.
#[test]
fn a_plan_of_the_next_release_is_all_that_is_needed() {
    let (db, next) = (released(), next_release());
    let mut conn = db.conn();
    let plan = call(&next, &mut conn, boot::plan).unwrap();
    assert_eq!(plan.len(), 1 + 2 * NEXT.len());

    for statement in plan {
        conn.query_drop(statement).unwrap();
    }

    assert_eq!(call(&next, &mut conn, boot::run).unwrap().applied(), []);
    assert_eq!(drifts(&next, &mut conn), []);
}

#[test]
fn a_rollback_of_the_next_release_leaves_nothing() {
    let (db, next) = migrated();
    let mut conn = db.conn();

    let report = call(&next, &mut conn, rollback::run).unwrap();

    assert_eq!(report.dropped().first().map(String::as_str), Some("rail"));
    assert_eq!(report.dropped().len(), EMBEDDED.len() + 1);
    assert_eq!(db.tables(), Vec::<String>::new());
}

/// The server commits at an `ALTER TABLE`, even of a temporary twin.
#[test]
fn verify_refuses_an_open_transaction_that_it_would_commit() {
    let (db, next) = migrated();
    let mut conn = db.conn();
    conn.query_drop("START TRANSACTION").unwrap();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('mine')").unwrap();
    let all: Vec<_> = next.iter().collect();

    let error =
        schema::verify(&mut Session::new(&mut conn, &Settings::default()), &all).unwrap_err();

    assert!(matches!(error, Error::OpenTransaction), "{error}");
    conn.query_drop("ROLLBACK").unwrap();
    let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(rows, Some(0));
}

/// What a pending change has made is no extra, whichever rows of the history are lost.
#[test]
fn a_table_with_its_changes_is_adopted_without_a_warning() {
    let first_new = i64::try_from(EMBEDDED.len()).unwrap() + 1;
    for from in [1, first_new] {
        let (db, next) = migrated();
        let mut conn = db.conn();
        conn.query_drop(format!("DELETE FROM quicksight_schema_history WHERE version >= {from}"))
            .unwrap();

        let report = call(&next, &mut conn, boot::run).unwrap();

        assert_eq!(report.advisories(), [], "from {from}");
        assert_eq!(drifts(&next, &mut conn), [], "from {from}");
    }
}

/// Somebody else's column beside ours: said, and no reason to look for a better match.
#[test]
fn an_extra_column_does_not_hide_a_change_that_is_to_come() {
    let (db, next) = (database(), next_release());
    let mut conn = db.conn();
    let rail = EMBEDDED.len() + 1;
    call(&next[..rail], &mut conn, boot::run).unwrap();
    conn.query_drop("ALTER TABLE rail ADD COLUMN colour int").unwrap();
    conn.query_drop("DROP TABLE quicksight_schema_history").unwrap();

    let report = call(&next, &mut conn, boot::run).unwrap();

    let told: Vec<_> = report.advisories().iter().map(|one| (one.table(), one.kind())).collect();
    assert_eq!(told, [("rail", DriftKind::ExtraColumn)]);
    assert_eq!(drifts(&next, &mut conn), [("rail".to_owned(), DriftKind::ExtraColumn)]);
}
