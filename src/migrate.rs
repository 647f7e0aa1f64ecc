//! The public calls: run, status, verify, plan.

use std::time::Instant;

use log::debug;

use crate::{
    boot::Boot,
    connection::{Connection, Session},
    drift::Drift,
    embedded::{EMBEDDED, Embedded},
    error::Result,
    history::HistoryTable,
    migrator::Migrator,
    report::Report,
    schema,
    status::Status,
};

/// Brings the QuickSight tables into place, with the defaults of [`Migrator`].
///
/// Call it once in `main()`, before serving. Any number of processes may call it at the same time
/// on the same database: one applies what is missing, the others wait for it. When nothing is
/// missing it sends a single `SELECT`, takes no lock and needs no right but `SELECT`, so it works
/// on a replica too.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// let report = quicksight_migrations::run_quicksight_migrations(&mut conn)?;
/// println!("{report}");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// - [`LockTimeout`](crate::Error::LockTimeout), [`LockUnavailable`](crate::Error::LockUnavailable): others
///   are at work, or the server gives no lock.
/// - [`OpenTransaction`](crate::Error::OpenTransaction),
///   [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected): the connection is not fit for it.
/// - [`UnsupportedServer`](crate::Error::UnsupportedServer), [`ReadOnly`](crate::Error::ReadOnly),
///   [`PermissionDenied`](crate::Error::PermissionDenied): the server or the user is not.
/// - [`Diverged`](crate::Error::Diverged), [`OutOfOrder`](crate::Error::OutOfOrder),
///   [`CorruptHistory`](crate::Error::CorruptHistory): the history is not to be trusted.
/// - [`SchemaDrift`](crate::Error::SchemaDrift): tables that are there are not as they should be.
/// - [`Migration`](crate::Error::Migration), [`Database`](crate::Error::Database),
///   [`Plan`](crate::Error::Plan): a statement failed, or refinery refused.
///
/// After an error nothing is lost, and a further call goes on where this one stopped.
pub fn run_quicksight_migrations<C: Connection>(conn: &mut C) -> Result<Report> {
    Migrator::new().run(conn)
}

/// Tells which migrations are applied, with the defaults of [`Migrator`]. Sends one `SELECT` and
/// changes nothing.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// let status = quicksight_migrations::quicksight_migration_status(&mut conn)?;
/// for migration in status.migrations() {
///     println!("{migration}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected), [`Error::CorruptHistory`](crate::Error::CorruptHistory), [`Error::PermissionDenied`](crate::Error::PermissionDenied) or
/// [`Error::Database`](crate::Error::Database). A history that a run would refuse is a finding and not an error: see
/// [`MigrationState`](crate::MigrationState).
pub fn quicksight_migration_status<C: Connection>(conn: &mut C) -> Result<Status> {
    Migrator::new().status(conn)
}

/// Compares the tables with what the migrations of this build would make, with the defaults of
/// [`Migrator`].
///
/// The server itself is the judge: it makes each table once more as an empty temporary twin and
/// describes both. Column order, comments, display widths such as `int(11)` and rows play no part.
/// Leaves nothing behind. 40 statements when nothing differs, two more where the session's `sql_mode`
/// would blur the descriptions, one more for each table that lacks a column; needs `SELECT` on whole
/// tables and `CREATE TEMPORARY TABLES`.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// for drift in quicksight_migrations::verify_quicksight_schema(&mut conn)? {
///     println!("{:?} {drift}", drift.severity());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
/// [`Error::PermissionDenied`](crate::Error::PermissionDenied), which names the right that is
/// missing, or [`Error::Database`](crate::Error::Database). Differences are findings, not errors.
pub fn verify_quicksight_schema<C: Connection>(conn: &mut C) -> Result<Vec<Drift>> {
    Migrator::new().verify(conn)
}

impl Migrator {
    /// Brings the tables into place: see [`run_quicksight_migrations`].
    ///
    /// # Errors
    ///
    /// As there, and [`Error::NewerHistory`](crate::Error::NewerHistory) and
    /// [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable), which need a setting.
    pub fn run<C: Connection>(&self, conn: &mut C) -> Result<Report> {
        self.run_these(&EMBEDDED, conn)
    }

    /// Tells which migrations are applied: see [`quicksight_migration_status`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidHistoryTable`](crate::Error::InvalidHistoryTable), [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected), [`Error::CorruptHistory`](crate::Error::CorruptHistory),
    /// [`Error::PermissionDenied`](crate::Error::PermissionDenied) or [`Error::Database`](crate::Error::Database).
    pub fn status<C: Connection>(&self, conn: &mut C) -> Result<Status> {
        let table = HistoryTable::new(&self.history_table, &EMBEDDED)?;
        Status::judge(table.read(&mut Session::new(conn))?.readable()?, &EMBEDDED)
    }

    /// Compares the tables with what the migrations would make: see [`verify_quicksight_schema`].
    ///
    /// # Errors
    ///
    /// [`Error::NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
    /// [`Error::PermissionDenied`](crate::Error::PermissionDenied) or
    /// [`Error::Database`](crate::Error::Database).
    pub fn verify<C: Connection>(&self, conn: &mut C) -> Result<Vec<Drift>> {
        let all: Vec<_> = EMBEDDED.iter().collect();
        schema::verify(&mut Session::new(conn), &all)
    }

    /// The statements that [`run`](Self::run) would send to apply what is missing, in order: the
    /// history table, then each migration and the row that records it. Empty if nothing is missing.
    /// Sends one `SELECT` and changes nothing.
    ///
    /// For databases where services may not create tables: a DBA runs these, and every boot
    /// afterwards finds nothing to do.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status), and what a run would refuse to touch:
    /// [`Error::Diverged`](crate::Error::Diverged), [`Error::OutOfOrder`](crate::Error::OutOfOrder),
    /// [`Error::NewerHistory`](crate::Error::NewerHistory), [`Error::Plan`](crate::Error::Plan).
    pub fn plan<C: Connection>(&self, conn: &mut C) -> Result<Vec<String>> {
        Boot::new(self, &EMBEDDED)?.plan(&mut Session::new(conn))
    }

    fn run_these<C: Connection>(&self, embedded: &[Embedded], conn: &mut C) -> Result<Report> {
        let started = Instant::now();
        let mut session = Session::new(conn);
        let done = Boot::new(self, embedded)?.run(&mut session)?;
        let report = Report {
            applied: done.applied,
            adopted: done.existing.tables,
            advisories: done.existing.drifts,
            missing_after_knex: done.existing.missing_after_knex,
            total: embedded.len(),
            newer_version: done.newer_version,
            statements: session.statements(),
            lock_wait: done.lock_wait,
            elapsed: started.elapsed(),
        };
        debug!("{report}");
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mysql::prelude::Queryable;
    use refinery_core::Migration;

    use super::*;
    use crate::{
        error::Error,
        support::{
            database,
            wire::{Cut, Wire},
        },
    };

    fn embedded(files: &[(&str, &str)]) -> Vec<Embedded> {
        let embed = |(name, sql): &(&str, &str)| {
            Embedded::new(Migration::unapplied(name, sql).expect("a name as refinery wants it"))
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
        (
            "V03__log_index",
            "CREATE INDEX `what_idx` ON `log` (`what`) ALGORITHM=INPLACE LOCK=NONE;",
        ),
    ];

    /// The statement is done, and the boot that did it died before it could record that.
    #[test]
    fn a_change_that_was_made_and_not_recorded_is_recorded() {
        for version in 1..=3 {
            let db = database();
            let files = embedded(&CHANGES);
            let record = format!("VALUES ({version}, ");
            let wire = Wire::open(db.address(), move |_, sql| {
                sql.contains(&record).then_some(Cut::BeforeStatement)
            });
            let mut dying = db.conn_through(wire.port()).unwrap();
            let error = Migrator::new().run_these(&files, &mut dying).unwrap_err();
            assert!(error.is_retryable(), "{error:?}");
            assert_eq!(db.history().len(), version - 1);

            let report = Migrator::new().run_these(&files, &mut db.conn()).unwrap();

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
            Migrator::new().run_these(&embedded(&CHANGES[..done]), &mut conn).unwrap();
            conn.query_drop(by_hand).unwrap();

            let error = Migrator::new().run_these(&embedded(&CHANGES), &mut conn).unwrap_err();

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
            Migrator::new().run_these(&files[..1], &mut conn).unwrap();
            conn.query_drop("ALTER TABLE log ADD COLUMN level int").unwrap();

            let error = Migrator::new().run_these(&files, &mut conn).unwrap_err();

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
            Migrator::new().run_these(&files[..1], &mut conn).unwrap();
            conn.query_drop(change).unwrap();

            let outcome = Migrator::new().run_these(&files, &mut conn);

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
            Migrator::new().run_these(&files, &mut conn).unwrap();
            conn.query_drop("DROP TABLE quicksight_schema_history").unwrap();

            let outcome = Migrator::new().run_these(&files, &mut conn);

            assert!(outcome.is_ok(), "{change}: {outcome:?}");
            assert_eq!(db.history(), [1, 2], "{change}");
            conn.query_drop("ALTER TABLE log MODIFY COLUMN id smallint unsigned").unwrap();
            conn.query_drop("DROP TABLE quicksight_schema_history").unwrap();
            let error = Migrator::new().run_these(&files, &mut conn).unwrap_err();
            assert!(matches!(error, Error::SchemaDrift { .. }), "{change}: {error:?}");
        }
    }

    /// The client dies while the server still changes the table. The server finishes that, holding
    /// the lock so long, and nobody records it.
    #[test]
    fn a_change_that_the_server_finishes_alone_is_recorded_by_the_next_boot() {
        let db = database();
        let mut conn = db.conn();
        Migrator::new().run_these(&embedded(&CHANGES[..1]), &mut conn).unwrap();
        conn.query_drop("INSERT INTO log (what) VALUES ('a'), ('b'), ('c'), ('d')").unwrap();
        for _ in 0..16 {
            conn.query_drop("INSERT INTO log (what) SELECT what FROM log").unwrap();
        }
        let wire = Wire::open(db.address(), |_, sql| {
            sql.contains("ADD COLUMN `level`").then_some(Cut::BeforeAnswer)
        });
        let mut dying = db.conn_through(wire.port()).unwrap();

        let error = Migrator::new().run_these(&embedded(&CHANGES), &mut dying).unwrap_err();

        assert!(
            matches!(&error, Error::Migration { migration, .. } if migration == "V02__log_level")
        );
        assert!(error.is_retryable(), "{error:?}");
        assert_eq!(db.history(), [1]);
        let report = Migrator::new().run_these(&embedded(&CHANGES), &mut conn).unwrap();
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

        let error = Migrator::new().run_these(&files, &mut db.conn()).unwrap_err();

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
        let report = Migrator::new().run_these(&mended, &mut db.conn()).unwrap();
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

        let report = Migrator::new().run_these(&files, &mut db.conn()).unwrap();

        assert_eq!(report.applied().len(), 2);
        assert_eq!(db.history(), [1, 2]);
    }

    #[test]
    fn a_file_that_is_embedded_twice_is_refused() {
        let db = database();
        let files = embedded(&[("V1__one", "SELECT 1"), ("V1__one", "SELECT 1")]);

        let error = Migrator::new().run_these(&files, &mut db.conn()).unwrap_err();

        assert!(matches!(error, Error::Plan { .. }), "{error:?}");
        assert_eq!(db.history(), Vec::<i64>::new());
    }

    /// An edited or reformatted file fails here, and not at a customer's boot. A new file gets a
    /// new line; a line that was released never changes.
    #[test]
    fn the_checksums_of_released_files_are_pinned() {
        let released: Vec<_> =
            include_str!("../migrations/checksums").lines().map(str::to_owned).collect();
        let embedded: Vec<_> =
            EMBEDDED.iter().map(|one| format!("{} {}", one.name(), one.checksums()[0])).collect();
        assert_eq!(embedded, released);
    }
}
