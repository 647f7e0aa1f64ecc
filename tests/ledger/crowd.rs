//! Many writers at once.

use std::{sync::Barrier, thread};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    ledger::{Activity, SystemAccount, record_points_transaction, record_points_transfer},
    rust_decimal::Decimal,
};

use crate::{
    Row, assert_clean, assert_pairs, assert_running_sums, deadlocks, ledger, movement, payment,
    points,
    support::{Database, Server, database_on},
    users, users_of,
};

/// Runs `work` in as many threads, each with a connection and its number, all from the same moment.
pub(crate) fn at_once(db: &Database, writers: usize, work: impl Fn(&mut Conn, usize) + Sync) {
    let ready = Barrier::new(writers);
    // Whoever cannot connect fails before anybody waits for it.
    let conns: Vec<_> = (0..writers).map(|_| db.conn()).collect();
    thread::scope(|scope| {
        for (number, mut conn) in conns.into_iter().enumerate() {
            let (ready, work) = (&ready, &work);
            scope.spawn(move || {
                ready.wait();
                work(&mut conn, number);
            });
        }
    });
}

pub(crate) fn earn(conn: &mut Conn, account: i32, hundredths: i64) {
    let new = movement(account, Activity::Incentive, points(hundredths));
    record_points_transaction(conn, &new).unwrap();
}

pub(crate) fn pay(conn: &mut Conn, from: i32, to: i32, hundredths: i64) {
    let new = payment(from, to, Activity::CampaignReward, points(hundredths));
    record_points_transfer(conn, &new).unwrap();
}

fn sum(rows: &[Row]) -> Decimal {
    rows.iter().map(|row| row.points).sum()
}

#[test]
fn no_update_is_lost_when_32_write_for_one_user() {
    let (db, mut conn) = users(1);

    at_once(&db, 32, |conn, number| {
        for round in 0..5 {
            earn(conn, 1, i64::try_from(number).unwrap() * 7 - 60 + round);
        }
    });

    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 32 * 5);
    assert_running_sums(&rows);
    assert_clean(&mut conn);
}

#[test]
fn no_update_is_lost_when_32_write_for_users_of_their_own() {
    let (db, mut conn) = users(32);

    at_once(&db, 32, |conn, number| {
        for _ in 0..5 {
            earn(conn, i32::try_from(number).unwrap() + 1, 150);
        }
    });

    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 32 * 5);
    assert_running_sums(&rows);
    assert_clean(&mut conn);
}

/// On a server of its own, which meets no deadlock of anybody else's.
#[test]
fn users_who_pay_each_other_do_not_block_each_other() {
    let server = Server::start(&["--skip-log-bin"]);
    let (db, mut conn) = users_of(database_on(&server), 4);

    at_once(&db, 16, |conn, number| {
        let from = i32::try_from(number).unwrap() % 4;
        for step in 1..=6 {
            pay(conn, from + 1, (from + 1 + step % 3) % 4 + 1, 10);
        }
    });

    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 16 * 6 * 2);
    assert_running_sums(&rows);
    assert_clean(&mut conn);
    assert_pairs(&rows);
    assert_eq!(sum(&rows), Decimal::ZERO);
    assert_eq!(deadlocks(&mut conn), 0);
}

/// An account of the system has no row in `auth_user`, and at first none in the ledger.
#[test]
fn an_account_of_the_system_begins_under_the_hands_of_many() {
    for isolation in ["REPEATABLE READ", "READ COMMITTED", "SERIALIZABLE", "READ UNCOMMITTED"] {
        let (db, mut conn) = users(4);
        let budget = SystemAccount::Budget.id();

        at_once(&db, 4, |conn, number| {
            conn.query_drop(format!("SET SESSION TRANSACTION ISOLATION LEVEL {isolation}"))
                .unwrap();
            for _ in 0..5 {
                pay(conn, budget, i32::try_from(number).unwrap() + 1, 100);
            }
        });

        let rows = ledger(&mut conn);
        assert_eq!(rows.len(), 4 * 5 * 2, "{isolation}");
        assert_running_sums(&rows);
        assert_clean(&mut conn);
        assert_clean(&mut conn);
        assert_pairs(&rows);
    }
}

#[test]
fn all_kinds_of_movements_go_together() {
    let (db, mut conn) = users(3);
    earn(&mut conn, SystemAccount::Budget.id(), 100_000);

    at_once(&db, 24, |conn, number| {
        let user = i32::try_from(number).unwrap() % 3 + 1;
        for _ in 0..3 {
            match number % 4 {
                0 => earn(conn, user, -30),
                1 => pay(conn, SystemAccount::Budget.id(), user, 75),
                2 => pay(conn, user, SystemAccount::Escrow.id(), 20),
                _ => pay(conn, user, user % 3 + 1, 5),
            }
        }
    });

    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 1 + 6 * 3 + 18 * 3 * 2);
    assert_running_sums(&rows);
    assert_clean(&mut conn);
}

/// Two who would spend the same points.
#[test]
fn points_are_spent_once() {
    let (db, mut conn) = users(1);
    earn(&mut conn, 1, 10_00);

    at_once(&db, 16, |conn, _| {
        let ticket = movement(1, Activity::TransitTicket, points(-3_00));
        let _ = record_points_transaction(conn, &ticket.refuse_overdraft());
    });

    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 1 + 3);
    assert_eq!(rows[3].balance, points(1_00));
}
