//! What it takes to find a balance in a table of many partitions.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    ledger::{Account, Activity, Ends, NewPointsTransfer, balance, record_points_transfers},
    partition::Table,
    run_quicksight_migrations,
};

use super::{earn, noon, partition_by_day};
use crate::support::{Server, database_on};

const DAYS: u8 = 28;

/// How many pages the server looks at for a call, the least of many: it does something else besides.
fn pages(conn: &mut Conn, mut call: impl FnMut(&mut Conn)) -> u64 {
    let mut once = |work: bool| {
        let before = requests(conn);
        if work {
            call(conn);
        }
        requests(conn) - before
    };
    let least = |once: &mut dyn FnMut() -> u64| (0..100).map(|_| once()).min().unwrap_or_default();
    let (call, nothing) = (least(&mut || once(true)), least(&mut || once(false)));
    call.saturating_sub(nothing)
}

fn requests(conn: &mut Conn) -> u64 {
    let sql = "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_read_requests'";
    conn.query_first::<(String, u64), _>(sql).unwrap().unwrap().1
}

/// Days with a partition of their own, those ahead, and the catch-all.
const PARTITIONS: u64 = DAYS as u64 + 3;

fn newest(conn: &mut Conn) {
    balance(conn, Account::user(1)).unwrap();
}

fn a_movement(conn: &mut Conn) {
    earn(conn, 1, 1, noon(1, DAYS));
}

fn payments(conn: &mut Conn) {
    let payment = |(payer, payee)| {
        let ends = Ends { payer: Account::user(payer), payee: Account::user(payee) };
        NewPointsTransfer::new(ends, Activity::CampaignReward, 1.into()).created_on(noon(1, DAYS))
    };
    record_points_transfers(conn, &[(1, 2), (2, 3), (3, 1)].map(payment)).unwrap();
}

/// Each partition is looked into once for each account, and not at both ends of the account before that, to plan how. Rows
/// that a call has added are found by their dates.
#[test]
fn a_balance_is_one_look_into_each_partition() {
    let server = Server::start(&[]);
    let db = database_on(&server);
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1), (2), (3)").unwrap();
    for (day, user) in (1..=DAYS).flat_map(|day| [1, 2, 3].map(|user| (day, user))) {
        earn(&mut conn, user, 1, noon(1, day));
    }
    let calls = [(newest as fn(&mut Conn), 1), (a_movement, 1), (payments, 3)];
    let plain = calls.map(|(call, _)| pages(&mut conn, call));
    partition_by_day(&db, Table::PointsTransaction, DAYS);

    let parts = calls.map(|(call, _)| pages(&mut conn, call));

    for ((_, accounts), (plain, parts)) in calls.iter().zip(plain.into_iter().zip(parts)) {
        // Three times as many, if the server looked to plan.
        let most = plain + accounts * PARTITIONS * 3 / 2;
        assert!(parts <= most, "{accounts}: {plain} pages, then {parts}");
    }
}
