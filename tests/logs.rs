//! What whoever reads the log of a boot is told.

mod support;

use std::{cell::RefCell, sync::Once};

use log::{Level, LevelFilter, Log, Metadata, Record};
use quicksight_migrations::{Migrator, run_quicksight_migrations};
use support::{ByHand, database, migrated, migrations};

thread_local! {
    /// What this test's own calls said: the log is one for all tests, and each has its thread.
    static LINES: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

struct Listening;

impl Log for Listening {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("quicksight_migrations")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = (record.level(), record.args().to_string());
            LINES.with_borrow_mut(|lines| lines.push(line));
        }
    }

    fn flush(&self) {}
}

/// What is logged at this level while `work` runs.
fn said(level: Level, work: impl FnOnce()) -> Vec<String> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Listening).unwrap();
        log::set_max_level(LevelFilter::Info);
    });
    LINES.take();
    work();
    LINES.take().into_iter().filter(|(at, _)| *at == level).map(|(_, line)| line).collect()
}

#[test]
fn a_line_for_each_migration() {
    let db = database();

    let lines = said(Level::Info, || drop(run_quicksight_migrations(&mut db.conn()).unwrap()));

    assert_eq!(lines.len(), migrations::total(), "{lines:?}");
    assert!(lines[11].starts_with("applied V12__bytemark_order_items in "), "{lines:?}");
    assert!(lines[11].ends_with(&format!(" ms (12 of {})", migrations::total())), "{lines:?}");
    let again = said(Level::Info, || drop(run_quicksight_migrations(&mut db.conn()).unwrap()));
    assert_eq!(again, Vec::<String>::new());
}

#[test]
fn a_warning_for_a_newer_history() {
    let db = migrated();
    let newer = migrations::last().version + 1;
    db.record(newer, "later");

    let lines = said(Level::Warn, || drop(run_quicksight_migrations(&mut db.conn()).unwrap()));

    let expected =
        format!("a newer build has migrated to version {newer}, which this one does not know");
    assert_eq!(lines, [expected]);
}

#[test]
fn a_warning_for_what_is_adopted_with_a_blemish() {
    let db = migrated();
    db.conn().by_hand([
        "ALTER TABLE trip DROP INDEX user_started_idx",
        "DROP TABLE app_data",
        "DROP TABLE quicksight_schema_history",
        "CREATE TABLE knex_migrations (id int PRIMARY KEY, name varchar(255))",
        "INSERT INTO knex_migrations VALUES (1, '20250331030708_quick_sight_table.ts')",
    ]);

    let lines = said(Level::Warn, || drop(run_quicksight_migrations(&mut db.conn()).unwrap()));

    let [blemish, missing] = &lines[..] else { panic!("{lines:?}") };
    assert!(blemish.starts_with("trip.user_started_idx: missing KEY"), "{blemish}");
    assert_eq!(
        missing,
        "knex_migrations says that its migration of these tables ran, but app_data is missing: it is made now"
    );
}

#[test]
fn a_warning_for_what_could_not_be_mended() {
    let db = migrated();
    db.conn().by_hand([
        "ALTER TABLE campaign DROP INDEX ap_campaign_id",
        "INSERT INTO campaign (ap_campaign_id) VALUES (1), (1)",
        "ALTER TABLE trip DROP INDEX user_started_idx",
    ]);

    let lines = said(Level::Warn, || drop(Migrator::new().mend(&mut db.conn()).unwrap_err()));

    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.starts_with("not mended: campaign.ap_campaign_id: missing UNIQUE KEY"), "{line}");
}
