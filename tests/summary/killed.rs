//! Killed anywhere, the next refresh is right; and any number at once.

use std::{thread, time::Duration};

use mysql::Conn;
use quicksight_migrations::{
    Result,
    summary::{self, Policy, Report},
};

use crate::{
    assert_same, forget_sums, some_rows, spring, sums,
    support::{
        ByHand,
        wire::{Cut, nth, statements_of},
    },
};

fn refresh(conn: &mut Conn) -> Result<Report> {
    let again = Policy::new().sum_again(Duration::from_hours(100_000));
    summary::refresh(conn, &again)
}

#[test]
fn cut_at_every_statement() {
    let (db, mut conn) = some_rows();
    refresh(&mut conn).unwrap();
    // The end of what is closed moves on while this runs, and no row is near it.
    let without_end = |conn: &mut Conn| sums(conn)[..3].to_vec();
    let whole = without_end(&mut conn);
    forget_sums(&mut conn);
    let count = statements_of(&db, |conn| drop(refresh(conn).unwrap())).len();
    assert!(count > 20, "{count}");
    for number in 0..count {
        for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
            // A first build where the number is even, a second one where it is not.
            if number % 2 == 0 {
                forget_sums(&mut conn);
            }
            let mut dying = db.watched(nth(number, |_| true, move || cut));
            let cut_off = refresh(&mut dying);
            drop(dying);
            assert_same(&mut conn, spring());

            refresh(&mut conn).unwrap();

            assert_same(&mut conn, spring());
            assert_eq!(without_end(&mut conn), whole, "{number} {cut:?} {cut_off:?}");
        }
    }
}

#[test]
fn many_at_once() {
    let (db, mut conn) = some_rows();
    thread::scope(|scope| {
        for number in 0..6 {
            let db = &db;
            scope.spawn(move || {
                let mut conn = db.conn();
                for _ in 0..4 {
                    if number % 2 == 0 {
                        refresh(&mut conn).unwrap();
                    } else {
                        summary::refresh(&mut conn, &Policy::new()).unwrap();
                    }
                    assert_same(&mut conn, spring());
                }
            });
        }
    });
    assert_eq!(summary::compare(&mut conn, spring()).unwrap(), []);
    let before = sums(&mut conn);
    forget_sums(&mut conn);
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    assert_eq!(sums(&mut conn)[..3], before[..3]);
}

/// A writer in the middle of its transaction waits for nothing, and nothing waits for it.
#[test]
fn nobody_waits_for_a_writer() {
    let (db, mut conn) = some_rows();
    let mut writer = db.conn();
    writer.by_hand([
        "START TRANSACTION",
        "UPDATE trip SET distance = 7 WHERE id = 1",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         VALUES (1, 1, 1, 1, '2025-03-02 09:00:00')",
    ]);
    conn.by_hand(["SET SESSION innodb_lock_wait_timeout = 1"]);
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    assert_same(&mut conn, spring());
    writer.by_hand(["ROLLBACK"]);
    assert_same(&mut conn, spring());
}
