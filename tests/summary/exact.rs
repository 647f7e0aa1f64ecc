//! With triggers, sums are right whatever changes, and whenever.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator, rollback_quicksight_migrations,
    summary::{self, Policy},
    verify_quicksight_schema,
};

use crate::{
    Answers, assert_same, forget_sums, of_rows, of_sums, set_clock, some_rows, spring,
    support::{
        ByHand, Database, Flavor, Server, database_on, flavor,
        wire::{Cut, nth, statements_of},
    },
    triggers,
};

pub(crate) fn refresh(conn: &mut Conn) {
    summary::refresh(conn, &Policy::new()).unwrap();
}

/// Rows, triggers and sums.
pub(crate) fn exact() -> (Database, Conn) {
    let (db, mut conn) = some_rows();
    summary::install_triggers(&mut conn).unwrap();
    refresh(&mut conn);
    (db, conn)
}

pub(crate) fn logged(conn: &mut Conn) -> u64 {
    conn.query_first("SELECT COUNT(*) FROM summary_log").unwrap().unwrap()
}

/// One change of each kind, far behind any look-back.
const CHANGES: [&str; 9] = [
    "UPDATE points_transaction SET points = points + 0.01 WHERE id = 1",
    "UPDATE points_transaction SET created_on = '2025-03-04 10:30:00' WHERE id = 1",
    "DELETE FROM points_transaction WHERE id = 4",
    "INSERT INTO token_transaction (tokens, created_on) VALUES (1, '2025-02-01 12:30:00'), (1, NULL)",
    "UPDATE bytemark_order_payments SET payment_type = 'tokens' WHERE id = 3",
    "UPDATE trip SET distance = distance + 1 WHERE id = 1",
    "UPDATE trip SET user_id = 7 WHERE id = 1",
    "UPDATE trip SET started_on = '2025-02-28 23:59:59' WHERE id = 2",
    "DELETE FROM trip WHERE id = 5",
];

#[test]
fn each_change_is_seen_at_once_and_summed_up_by_the_next_refresh() {
    let (_db, mut conn) = exact();
    for change in CHANGES {
        assert_eq!(logged(&mut conn), 0, "{change}");
        let before = of_sums(&mut conn, spring());
        conn.by_hand([change]);
        assert_same(&mut conn, spring());
        assert_ne!(of_sums(&mut conn, spring()), before, "{change}");
        assert_eq!(summary::compare(&mut conn, spring()).unwrap(), [], "{change}");

        refresh(&mut conn);

        assert_same(&mut conn, spring());
        assert_eq!(summary::compare(&mut conn, spring()).unwrap(), [], "{change}");
    }
}

/// The newest hour alone is raw.
#[test]
fn all_but_the_hour_that_runs_is_summed_up() {
    let (_db, mut conn) = exact();
    set_clock(&mut conn, "2025-03-04 05:59:00");
    refresh(&mut conn);
    let until: Vec<String> =
        conn.query("SELECT CAST(summed_until AS CHAR) FROM summary_state ORDER BY source").unwrap();
    let hour = "2025-03-03 23:00:00";
    assert_eq!(until, [hour, hour, hour, hour, "2025-03-03 00:00:00"]);
    assert_same(&mut conn, spring());
}

/// A row of each table that moves, from an hour that is summed up into one that was changed and is read from the
/// rows: who reads the log before, and not the sums of the same moment, counts it twice.
const MOVES: [(&str, &str, &str, &str); 4] = [
    ("points_transaction", "created_on", "'2025-03-02 09:15:00'", "'2025-03-03 23:10:00'"),
    ("token_transaction", "created_on", "'2025-03-02 09:00:00'", "'2025-03-03 00:10:00'"),
    ("bytemark_order_payments", "created_on", "'2025-03-02 09:00:00'", "'2025-03-03 23:10:00'"),
    ("trip", "started_on", "'2025-03-02 09:59:59'", "'2025-03-03 08:50:00'"),
];

/// A change between the look at the log and the answer.
#[test]
fn a_row_that_moves_while_a_report_is_on_its_way_is_counted_once() {
    let (db, mut conn) = exact();
    let count = statements_of(&db, |conn| drop(of_sums(conn, spring()))).len();
    for (table, column, from, to) in MOVES {
        let mv = |to: &str| format!("UPDATE {table} SET {column} = {to} WHERE id = 1");
        let touch = format!(
            "UPDATE {table} SET user_id = user_id + 1 WHERE id > 1 \
             AND {column} BETWEEN {to} - INTERVAL 1 HOUR AND {to} + INTERVAL 1 HOUR"
        );
        let before = of_rows(&mut conn, spring());
        conn.by_hand([mv(to)]);
        let after = of_rows(&mut conn, spring());
        assert_ne!(before, after);
        for number in 0..count {
            conn.by_hand([mv(from)]);
            refresh(&mut conn);
            conn.by_hand([&touch]);
            let (mut other, there) = (db.conn(), mv(to));
            let mut watched = db.watched(nth(
                number,
                |_| true,
                move || {
                    other.by_hand([&there]);
                    Cut::WithinAnswer(usize::MAX)
                },
            ));
            // Each report is of one moment: before the move, or after it.
            let got = of_sums(&mut watched, spring());
            let one_of = |is_it: &dyn Fn(&Answers) -> bool| is_it(&before) || is_it(&after);
            assert!(one_of(&|it| got.revenue == it.revenue), "{table} {number}");
            assert!(one_of(&|it| got.activities == it.activities), "{table} {number}");
            assert!(one_of(&|it| got.payments == it.payments), "{table} {number}");
            assert!(one_of(&|it| got.hours == it.hours), "{table} {number}");
            assert!(one_of(&|it| got.days == it.days), "{table} {number}");
            assert!(one_of(&|it| got.modes == it.modes), "{table} {number}");
        }
    }
}

/// Somebody who adds, moves, changes and deletes rows of any age, and takes a part of it back.
fn write(conn: &mut Conn, dice: &mut fastrand::Rng, times: usize) {
    for _ in 0..times {
        let id = dice.u32(1..60);
        let moment = format!("'2025-03-0{} {:02}:30:00'", dice.u8(1..5), dice.u8(0..24));
        let amount = dice.u8(1..9);
        let change = match dice.u8(0..6) {
            0 => format!(
                "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES ({amount}, 1, {moment}, {amount}.5)"
            ),
            1 => format!(
                "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) VALUES (1, {amount}, {amount}, 1, {moment})"
            ),
            2 => format!(
                "UPDATE trip SET started_on = {moment}, travel_mode = {amount} WHERE id = {id}"
            ),
            3 => format!(
                "UPDATE points_transaction SET created_on = {moment}, points = -{amount} WHERE id = {id}"
            ),
            4 => format!("DELETE FROM trip WHERE id = {id}"),
            _ => format!("DELETE FROM points_transaction WHERE id = {id}"),
        };
        let end = if dice.u8(0..4) == 0 { "ROLLBACK" } else { "COMMIT" };
        // One of two writers in each other's way is undone.
        let _ = conn.query_drop("START TRANSACTION").and_then(|()| conn.query_drop(change));
        thread::yield_now();
        conn.query_drop(end).unwrap();
    }
}

/// How many of so many reads beside writers and refreshes differ from the rows of the same snapshot.
fn wrong_reads(db: &Database, reads: usize) -> usize {
    let (is_over, wrong) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for writer in 0..3 {
            let is_over = &is_over;
            scope.spawn(move || {
                let (mut conn, mut dice) = (db.conn(), fastrand::Rng::with_seed(writer));
                while !is_over.load(Ordering::SeqCst) {
                    write(&mut conn, &mut dice, 5);
                }
            });
        }
        scope.spawn(|| {
            let mut conn = db.conn();
            while !is_over.load(Ordering::SeqCst) {
                // Whose triggers are gone is refused, and that is the point of the control.
                let _ = summary::refresh(&mut conn, &Policy::new());
            }
        });
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut conn = db.conn();
                    for _ in 0..reads {
                        conn.query_drop("START TRANSACTION WITH CONSISTENT SNAPSHOT").unwrap();
                        let is_same = of_sums(&mut conn, spring()) == of_rows(&mut conn, spring());
                        conn.query_drop("COMMIT").unwrap();
                        wrong.fetch_add(usize::from(!is_same), Ordering::SeqCst);
                    }
                })
            })
            .collect();
        let ends: Vec<_> = readers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        // The others go on for as long as nobody says so, whatever became of the readers.
        is_over.store(true, Ordering::SeqCst);
        for end in ends {
            end.expect("each read has an answer");
        }
    });
    wrong.into_inner()
}

#[test]
fn each_read_is_that_of_its_snapshot_beside_writers_and_refreshes() {
    let (db, mut conn) = exact();
    assert_eq!(wrong_reads(&db, 60), 0);
    assert_same(&mut conn, spring());
    refresh(&mut conn);
    assert_eq!(summary::compare(&mut conn, spring()).unwrap(), []);
    assert_eq!(logged(&mut conn), 0);
}

/// The same without the triggers: what the test above would miss, it could not find.
#[test]
fn without_the_log_there_are_wrong_reads() {
    let (db, mut conn) = exact();
    for trigger in triggers(&mut conn) {
        conn.query_drop(format!("DROP TRIGGER {trigger}")).unwrap();
    }
    assert!(wrong_reads(&db, 20) > 0);
}

#[test]
fn killed_at_every_statement_of_a_refresh() {
    let (db, mut conn) = exact();
    let change = "UPDATE trip SET distance = distance + 1";
    conn.by_hand([change, "UPDATE points_transaction SET points = points + 1"]);
    let count = statements_of(&db, refresh).len();
    for number in 0..count {
        for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
            conn.by_hand([change]);
            let mut dying = db.watched(nth(number, |_| true, move || cut));
            let _ = summary::refresh(&mut dying, &Policy::new());
            drop(dying);
            assert_same(&mut conn, spring());
            refresh(&mut conn);
            assert_same(&mut conn, spring());
            assert_eq!(summary::compare(&mut conn, spring()).unwrap(), [], "{number} {cut:?}");
            assert_eq!(logged(&mut conn), 0, "{number} {cut:?}");
        }
    }
}

#[test]
fn installed_and_removed_by_name() {
    let (_db, mut conn) = some_rows();
    conn.by_hand(["CREATE TRIGGER mine BEFORE INSERT ON trip FOR EACH ROW SET NEW.role = 1"]);
    let mode: Option<String> = conn.query_first("SELECT @@sql_mode").unwrap();
    for _ in 0..2 {
        summary::install_triggers(&mut conn).unwrap();
        let found = triggers(&mut conn);
        assert_eq!(found.len(), 13, "{found:?}");
        assert!(found.contains(&"quicksight_summary_tickets_update".to_owned()), "{found:?}");
        refresh(&mut conn);
        conn.by_hand(["UPDATE trip SET travel_mode = 2"]);
        assert_same(&mut conn, spring());
    }
    assert_eq!(conn.query_first::<Option<String>, _>("SELECT @@sql_mode").unwrap(), Some(mode));

    summary::remove_triggers(&mut conn).unwrap();

    assert_eq!(triggers(&mut conn), ["mine"]);
    assert_eq!(logged(&mut conn), 0);
    assert_same(&mut conn, spring());
    assert_eq!(summary::compare(&mut conn, spring()).unwrap(), []);
    conn.by_hand(["UPDATE trip SET travel_mode = 3"]);
    assert_eq!(logged(&mut conn), 0);
    refresh(&mut conn);
    assert_ne!(summary::compare(&mut conn, spring()).unwrap(), []);
}

/// An hour that nobody watches any more is not taken for a right one.
#[test]
fn a_trigger_that_is_gone_is_missed() {
    let (_db, mut conn) = exact();
    conn.by_hand(
        ["DROP TRIGGER quicksight_summary_trip_update"].map(|sql| sql.replace("trip_", "trips_")),
    );
    let error = summary::refresh(&mut conn, &Policy::new()).unwrap_err();
    assert!(matches!(error, Error::TriggerMissing { .. }), "{error:?}");
    assert!(error.to_string().contains("quicksight_summary_trips_update"), "{error}");
    // Who reads meanwhile does not see what nobody has written down; who compares does.
    let before = of_sums(&mut conn, spring());
    conn.by_hand(["UPDATE trip SET travel_mode = 4"]);
    assert_eq!(of_sums(&mut conn, spring()), before);
    assert_ne!(summary::compare(&mut conn, spring()).unwrap(), []);
    summary::install_triggers(&mut conn).unwrap();
    refresh(&mut conn);
    assert_same(&mut conn, spring());
}

/// What a lax session lets into a row, the log takes, too.
#[test]
fn no_row_is_refused_for_its_date() {
    let (_db, mut conn) = exact();
    for day in ["0000-00-00", "2025-00-00", "2025-02-30", "0999-12-31"] {
        conn.by_hand([
            "SET sql_mode = 'ALLOW_INVALID_DATES'".to_owned(),
            format!("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, '{day}')"),
            format!(
                "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 1, '{day}')"
            ),
            "SET sql_mode = 'TRADITIONAL'".to_owned(),
        ]);
        assert_same(&mut conn, spring());
        refresh(&mut conn);
        assert_eq!(logged(&mut conn), 0);
        assert_same(&mut conn, spring());
    }
}

#[test]
fn verify_and_a_rollback_know_the_triggers() {
    let (db, mut conn) = exact();
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    assert_eq!(Migrator::new().run(&mut conn).unwrap().statements(), 1);
    rollback_quicksight_migrations(&mut conn).unwrap_err();
    Migrator::new().discard_data().rollback(&mut conn).unwrap();
    assert_eq!(db.tables(), Vec::<String>::new());
    assert_eq!(triggers(&mut conn), Vec::<String>::new());
}

/// Whoever is no administrator, where the binary log is on.
#[test]
fn a_server_that_refuses_triggers_is_named() {
    if flavor() == Flavor::MariaDb {
        return refused(&["--log-bin=log", "--server-id=1"]);
    }
    refused(&["--server-id=1"]);
}

fn refused(options: &[&str]) {
    let server = Server::start(options);
    let db = database_on(&server).migrated();
    let user = db.user("SELECT, INSERT, UPDATE, DELETE, TRIGGER, CREATE TEMPORARY TABLES");
    let mut conn = user.conn();

    let error = summary::install_triggers(&mut conn).unwrap_err();

    assert!(matches!(error, Error::TriggersRefused { .. }), "{error:?}");
    assert_eq!(triggers(&mut db.conn()), Vec::<String>::new());
    forget_sums(&mut db.conn());
    refresh(&mut conn);
    db.conn().query_drop("SET GLOBAL log_bin_trust_function_creators = 1").unwrap();
    summary::install_triggers(&mut conn).unwrap();
    refresh(&mut conn);
    assert_same(&mut conn, spring());
}
