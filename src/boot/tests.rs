//! Boots with migrations that no build has: changes, orders and accidents that the released files do
//! not have, or not yet.

use std::time::Duration;

use mysql::prelude::Queryable;
use refinery::Migration;

use crate::{
    Connection, Error, Report, Result,
    history::{Embedded, Job},
    session::{Session, Settings},
    support::{database, wire::Cut},
};

fn boot<C: Connection>(files: &[Embedded], conn: &mut C) -> Result<Report> {
    let settings = Settings::default();
    super::run(&Job::new(&settings, files)?, &mut Session::new(conn, &settings))
}

fn embedded(files: &[(&str, &str)]) -> Vec<Embedded> {
    let embed = |(name, sql): &(&str, &str)| {
        Embedded::new(&Migration::unapplied(name, sql).expect("a name as refinery wants it"))
    };
    files.iter().map(embed).collect()
}

/// A table, and two changes of it that cannot be run twice.
const CHANGES: [(&str, &str); 3] = [
    (
        "V01__log",
        "CREATE TABLE IF NOT EXISTS `log` (\n`id` int NOT NULL AUTO_INCREMENT,\n\
         `what` varchar(20) NOT NULL DEFAULT '',\nPRIMARY KEY (`id`)\n\
         ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;",
    ),
    (
        "V02__log_level",
        "-- A change says how it is to be made.\n\
         ALTER TABLE `log` ADD COLUMN `level` int DEFAULT NULL, ALGORITHM=COPY, LOCK=SHARED;",
    ),
    ("V03__log_index", "CREATE INDEX `what_idx` ON `log` (`what`) ALGORITHM=INPLACE LOCK=NONE;"),
];

/// The statement is done, and the boot that did it died before it could record that.
#[test]
fn a_change_that_was_made_and_not_recorded_is_recorded() {
    for version in 1..=3 {
        let db = database();
        let files = embedded(&CHANGES);
        let record = format!("SELECT {version}, ");
        let mut dying =
            db.watched(move |sql| sql.contains(&record).then_some(Cut::BeforeStatement));
        let error = boot(&files, &mut dying).unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        assert_eq!(db.history().len(), version - 1);

        let report = boot(&files, &mut db.conn()).unwrap();

        assert_eq!(report.applied().len(), 4 - version);
        assert_eq!(db.history(), [1, 2, 3]);
        let columns: Vec<String> = db
            .conn()
            .query(
                "SELECT column_name FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name = 'log' ORDER BY column_name",
            )
            .unwrap();
        assert_eq!(columns, ["id", "level", "what"]);
    }
}

/// The name is taken by something else: that is not the work of this statement.
#[test]
fn a_change_that_something_else_stands_in_for_is_refused() {
    let cases = [
        (1, "ALTER TABLE log ADD COLUMN level varchar(3)", "log.level: wanted `level` int"),
        (2, "CREATE INDEX what_idx ON log (id)", "log.what_idx: wanted KEY `what_idx`"),
    ];
    for (done, by_hand, expected) in cases {
        let db = database();
        let mut conn = db.conn();
        boot(&embedded(&CHANGES[..done]), &mut conn).unwrap();
        conn.query_drop(by_hand).unwrap();

        let error = boot(&embedded(&CHANGES), &mut conn).unwrap_err();

        let Error::SchemaDrift { drifts } = &error else { panic!("{error:?}") };
        assert_eq!(drifts.len(), 1);
        assert!(drifts[0].to_string().starts_with(expected), "{}", drifts[0]);
        assert_eq!(db.history().len(), done, "nothing is recorded");
    }
}

/// A part of the work is there, made by hand, and the file does not say in our way which table it
/// changes: nothing can be compared, so nothing may pass for done.
#[test]
fn a_change_that_cannot_be_compared_is_not_taken_for_done() {
    let two = "ADD COLUMN `level` int DEFAULT NULL, ADD COLUMN `other` int DEFAULT NULL";
    for alter in ["alter table `log`", "ALTER TABLE log"] {
        let db = database();
        let mut conn = db.conn();
        let change = format!("{alter} {two};");
        let files = embedded(&[CHANGES[0], ("V02__two", &change)]);
        boot(&files[..1], &mut conn).unwrap();
        conn.query_drop("ALTER TABLE log ADD COLUMN level int").unwrap();

        let error = boot(&files, &mut conn).unwrap_err();

        assert!(matches!(error, Error::Migration { .. }), "{error:?}");
        assert_eq!((error.server_code(), db.history()), (Some(1060), vec![1]));
    }
}

/// Changes that answer a second run in other words, each done by a boot that could not record it.
#[test]
fn every_kind_of_change_that_was_made_is_recognised() {
    let changes = [
        "ALTER TABLE `log` CHANGE COLUMN `what` `told` varchar(20) NOT NULL DEFAULT '';",
        "ALTER TABLE `log` DROP COLUMN `what`;",
        "ALTER TABLE `log` ADD UNIQUE KEY `once` (`what`);",
        "ALTER TABLE `log` ADD COLUMN `level` int DEFAULT NULL, ADD COLUMN `other` int DEFAULT NULL;",
        "ALTER TABLE `log` DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `what`);",
        "CREATE UNIQUE INDEX `once` ON `log` (`what`);",
        "ALTER TABLE `log` RENAME INDEX `by_what` TO `whats`;",
    ];
    for change in changes {
        let db = database();
        let (name, create) = CHANGES[0];
        let create = create.replace("PRIMARY KEY", "KEY `by_what` (`what`),\nPRIMARY KEY");
        let files = embedded(&[(name, &create), ("V02__change", change)]);
        let mut conn = db.conn();
        boot(&files[..1], &mut conn).unwrap();
        conn.query_drop(change).unwrap();

        let outcome = boot(&files, &mut conn);

        assert!(outcome.is_ok(), "{change}: {outcome:?}");
        assert_eq!(db.history(), [1, 2], "{change}");
    }
}

/// The tables are as the last file left them, and no row says so any more.
#[test]
fn a_lost_history_of_changes_is_written_again() {
    let changes = [
        "ALTER TABLE `log` MODIFY COLUMN `what` varchar(9) NOT NULL DEFAULT '';",
        "ALTER TABLE `log` DROP COLUMN `what`;",
        "ALTER TABLE `log` DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `what`);",
    ];
    for change in changes {
        let db = database();
        let files = embedded(&[CHANGES[0], ("V02__change", change)]);
        let mut conn = db.conn();
        boot(&files, &mut conn).unwrap();
        conn.query_drop("DROP TABLE quicksight_schema_history").unwrap();

        let outcome = boot(&files, &mut conn);

        assert!(outcome.is_ok(), "{change}: {outcome:?}");
        assert_eq!(db.history(), [1, 2], "{change}");
        conn.query_drop("ALTER TABLE log MODIFY COLUMN id smallint unsigned").unwrap();
        conn.query_drop("DROP TABLE quicksight_schema_history").unwrap();
        let error = boot(&files, &mut conn).unwrap_err();
        assert!(matches!(error, Error::SchemaDrift { .. }), "{change}: {error:?}");
    }
}

/// The client dies while the server still changes the table. The server finishes that, holding
/// the lock so long, and nobody records it.
#[test]
fn a_change_that_the_server_finishes_alone_is_recorded_by_the_next_boot() {
    let db = database();
    let mut conn = db.conn();
    boot(&embedded(&CHANGES[..1]), &mut conn).unwrap();
    conn.query_drop("INSERT INTO log (what) VALUES ('a'), ('b'), ('c'), ('d')").unwrap();
    for _ in 0..16 {
        conn.query_drop("INSERT INTO log (what) SELECT what FROM log").unwrap();
    }
    let mut dying =
        db.watched(|sql| sql.contains("ADD COLUMN `level`").then_some(Cut::BeforeAnswer));

    let error = boot(&embedded(&CHANGES), &mut dying).unwrap_err();

    assert!(matches!(&error, Error::Migration { migration, .. } if migration == "V02__log_level"));
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(db.history(), [1]);
    let report = boot(&embedded(&CHANGES), &mut conn).unwrap();
    assert!(report.lock_wait() > Duration::from_millis(20), "{report}: was it still at work?");
    assert_eq!(report.applied().len(), 2);
    assert_eq!(db.history(), [1, 2, 3]);
    let rows: Option<u32> = conn.query_first("SELECT COUNT(level IS NULL) FROM log").unwrap();
    assert_eq!(rows, Some(4 << 16));
}

/// refinery's own driver answers `Ok` here, records the file as applied, and makes one table.
#[test]
fn an_error_in_a_later_statement_of_a_file_is_an_error() {
    let db = database();
    let files = embedded(&[
        ("V01__good", "CREATE TABLE IF NOT EXISTS good (id INT PRIMARY KEY)"),
        (
            "V02__two",
            "CREATE TABLE IF NOT EXISTS one (id INT PRIMARY KEY); CREATE TABLE two (id NONSENSE)",
        ),
    ]);

    let error = boot(&files, &mut db.conn()).unwrap_err();

    let Error::Migration { migration, applied, total, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((migration.as_str(), *applied, *total), ("V02__two", 1, 2));
    assert!(matches!(error.server_code(), Some(1064 | 4161)), "{error:?}");
    assert_eq!(db.history(), [1]);

    let mended = embedded(&[
        ("V01__good", "CREATE TABLE IF NOT EXISTS good (id INT PRIMARY KEY)"),
        ("V02__two", "CREATE TABLE IF NOT EXISTS two (id INT PRIMARY KEY)"),
    ]);
    let report = boot(&mended, &mut db.conn()).unwrap();
    assert_eq!(report.applied().len(), 1);
    assert_eq!(db.history(), [1, 2]);
}

#[test]
fn rows_that_a_migration_returns_are_no_obstacle() {
    let db = database();
    let files = embedded(&[
        ("V1__rows", "SELECT 1 UNION SELECT 2; SELECT 3"),
        ("V2__table", "CREATE TABLE IF NOT EXISTS later (id INT PRIMARY KEY)"),
    ]);

    let report = boot(&files, &mut db.conn()).unwrap();

    assert_eq!(report.applied().len(), 2);
    assert_eq!(db.history(), [1, 2]);
}
