//! What whoever reads the log of a boot is told.

mod support;

use std::{cell::RefCell, sync::Once};

use log::{
    Level, LevelFilter, Log, Metadata, Record,
    kv::{Key, Value, VisitSource},
};
use quicksight_migrations::{Migrator, run_quicksight_migrations};
use support::{ByHand, database, migrated, migrations};

thread_local! {
    /// What this test's own calls said: the log is one for all tests, and each has its thread.
    static LINES: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
}

/// A line with its facts, as in `table=trip kind=missing_index`.
struct Line {
    level: Level,
    text: String,
    facts: String,
}

struct Listening;

impl Log for Listening {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("quicksight_migrations")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut facts = Facts(Vec::new());
            record.key_values().visit(&mut facts).unwrap();
            let (text, facts) = (record.args().to_string(), facts.0.join(" "));
            let line = Line { level: record.level(), text, facts };
            LINES.with_borrow_mut(|lines| lines.push(line));
        }
    }

    fn flush(&self) {}
}

/// The key-values of a record, each as text.
struct Facts(Vec<String>);

impl<'kvs> VisitSource<'kvs> for Facts {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), log::kv::Error> {
        self.0.push(format!("{key}={value}"));
        Ok(())
    }
}

/// What is logged at this level while `work` runs.
fn said(level: Level, work: impl FnOnce()) -> Vec<String> {
    lines(level, work).into_iter().map(|line| line.text).collect()
}

/// The facts of what is logged at this level while `work` runs, without the times.
fn facts(level: Level, work: impl FnOnce()) -> Vec<String> {
    let without_times = |line: Line| {
        let facts = line.facts.split(' ').map(|fact| match fact.split_once("_ms=") {
            Some((key, time)) if time.parse::<u64>().is_ok() => format!("{key}_ms"),
            _ => fact.to_owned(),
        });
        facts.collect::<Vec<_>>().join(" ")
    };
    lines(level, work).into_iter().map(without_times).collect()
}

fn lines(level: Level, work: impl FnOnce()) -> Vec<Line> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Listening).unwrap();
        log::set_max_level(LevelFilter::Debug);
    });
    LINES.take();
    work();
    LINES.take().into_iter().filter(|line| line.level == level).collect()
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

/// What was different, and no advice to mend what is mended.
#[test]
fn a_line_for_each_mend() {
    let db = migrated();
    db.conn().by_hand(["ALTER TABLE trip DROP INDEX user_started_idx"]);

    let lines = said(Level::Info, || drop(Migrator::new().mend(&mut db.conn()).unwrap()));

    let [line] = &lines[..] else { panic!("{lines:?}") };
    let start =
        "mended trip.user_started_idx: missing KEY `user_started_idx` (`user_id`,`started_on`) in ";
    assert!(line.starts_with(start) && line.ends_with(" ms (1 of 1)"), "{line}");
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

/// Whoever alerts on the log reads the facts and not the sentences.
#[test]
fn each_line_carries_its_facts() {
    let db = database();
    let total = migrations::total();
    let boot = || drop(run_quicksight_migrations(&mut db.conn()).unwrap());

    let applied = facts(Level::Info, boot);
    let twelfth =
        format!("migration=V12__bytemark_order_items duration_ms applied=12 total={total}");
    assert_eq!(applied[11], twelfth);
    let report = format!("applied=0 total={total} statements=1 lock_wait_ms duration_ms");
    assert_eq!(facts(Level::Debug, boot), [report]);

    db.conn().by_hand(["ALTER TABLE trip DROP INDEX user_started_idx"]);
    let mended = facts(Level::Info, || drop(Migrator::new().mend(&mut db.conn()).unwrap()));
    assert_eq!(mended, ["table=trip kind=missing_index duration_ms mended=1 total=1"]);

    db.conn().by_hand([
        "ALTER TABLE campaign DROP INDEX ap_campaign_id",
        "INSERT INTO campaign (ap_campaign_id) VALUES (1), (1)",
    ]);
    let refused = facts(Level::Warn, || drop(Migrator::new().mend(&mut db.conn()).unwrap_err()));
    assert_eq!(refused, ["table=campaign kind=missing_index code=1062"]);

    db.conn().by_hand(["DELETE FROM campaign"]);
    let dropped = facts(Level::Info, || drop(Migrator::new().rollback(&mut db.conn()).unwrap()));
    let tables = migrations::tables();
    let first = format!("table={} dropped=1 total={}", tables[tables.len() - 1], tables.len());
    assert_eq!(dropped[0], first);
    let nothing = facts(Level::Debug, || drop(Migrator::new().rollback(&mut db.conn()).unwrap()));
    assert_eq!(nothing, ["dropped=0 statements=9 lock_wait_ms duration_ms"]);
}

/// A movement of points that waits for another session is tried again, and each attempt is a line.
#[cfg(feature = "ledger")]
#[test]
fn a_line_for_each_attempt_at_a_movement() {
    use quicksight_migrations::ledger::{
        Account, Activity, NewPointsTransaction, record_points_transaction,
    };

    let db = migrated();
    let (mut conn, mut other) = (db.conn(), db.conn());
    other.by_hand([
        "INSERT INTO auth_user (id) VALUES (7)",
        "BEGIN",
        "SELECT id FROM auth_user WHERE id = 7 FOR UPDATE",
    ]);
    conn.by_hand(["SET SESSION innodb_lock_wait_timeout = 1"]);
    let gift = NewPointsTransaction::new(Account::user(7), Activity::Incentive, 5.into());

    let lines = lines(Level::Debug, || {
        record_points_transaction(&mut conn, &gift).unwrap_err();
    });

    let [first, ..] = &lines[..] else { panic!("nothing was logged") };
    let text = "attempt 1 to record a movement met error 1205 and is made again";
    assert_eq!((&*first.text, &*first.facts), (text, "attempt=1 code=1205"));
}
