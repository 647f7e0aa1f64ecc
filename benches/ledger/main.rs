//! Times the ledger's calls next to the simplest transaction that somebody would write by hand, and many payments
//! in one call next to as many calls.
//!
//! `make bench-ledger`, or `cargo bench --bench ledger --features ledger`. Uses a throwaway server that flushes each
//! commit as the server's default has it.

mod by_hand;
#[path = "../shared/machine.rs"]
mod machine;
#[path = "../../tests/support/server/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library's tests need more of it")]
mod server;
#[path = "../shared/table.rs"]
#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod table;

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use quicksight_migrations::{
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer,
        record_points_transaction, record_points_transfer, record_points_transfers,
    },
    mysql::{Conn, OptsBuilder, prelude::Queryable},
    run_quicksight_migrations,
    rust_decimal::Decimal,
};
use server::Server;

/// Whoever comes first in one round is second in the next.
const ROUNDS: usize = 6;
const USERS: i32 = 128;
/// How many movements all writers of one side record in one round.
const MOVEMENTS: u32 = 960;
const PAYMENTS: i32 = 100;

fn main() {
    let server = Server::start(&["--innodb-flush-log-at-trx-commit=1"]);
    let mut conn = Conn::new(server.opts()).expect("connect");
    conn.query_drop("CREATE DATABASE ledger").expect("make a database");
    conn.query_drop("USE ledger").expect("use it");
    run_quicksight_migrations(&mut conn).expect("a boot");
    for id in 1..=USERS {
        conn.exec_drop("INSERT INTO auth_user (id) VALUES (?)", (id,)).expect("add a user");
    }
    let opts = server.opts().db_name(Some("ledger"));
    let version: Option<String> = conn.query_first("SELECT VERSION()").expect("ask");
    println!("{}, {}", version.unwrap_or_default(), machine::description());

    // A server that has just started is slower.
    one_by_one(&opts, 8, false);

    println!("\n## One movement: our call, and a transaction by hand\n");
    let head = ["writers", "accounts", "by hand, a second", "ours, a second", "of by hand"];
    let rows: Vec<_> = [1, 8, 32]
        .into_iter()
        .flat_map(|writers| {
            [("one for all", true), ("one for each", false)].map(|of| (writers, of))
        })
        .map(|(writers, (name, is_hot))| {
            let (hand, ours) = one_by_one(&opts, writers, is_hot);
            vec![
                writers.to_string(),
                name.to_owned(),
                format!("{hand:.0}"),
                format!("{ours:.0}"),
                format!("{:.2}", ours / hand),
            ]
        })
        .collect();
    print!("{}", table::aligned(&head, &rows));

    println!("\n## {PAYMENTS} payments of one payer: in one call, and one by one\n");
    let (single, bulk) = all_at_once(&mut Conn::new(opts).expect("connect"));
    let head = ["one by one", "in one call", "times as fast"];
    let ratio = format!("{:.1}", single.div_duration_f64(bulk));
    print!("{}", table::aligned(&head, &[vec![table::time(single), table::time(bulk), ratio]]));
}

/// Movements a second of both, by hand and ours: each the median of its rounds.
fn one_by_one(opts: &OptsBuilder, writers: u32, is_hot: bool) -> (f64, f64) {
    let ours = |conn: &mut Conn, user| {
        let new = NewPointsTransaction::new(Account::user(user), Activity::Fee, Decimal::ONE);
        record_points_transaction(conn, &new).expect("a movement");
    };
    let (mut by_hand, mut of_ours) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for turn in [round, round + 1] {
            if turn % 2 == 0 {
                by_hand.push(speed(opts, writers, is_hot, by_hand::movement));
            } else {
                of_ours.push(speed(opts, writers, is_hot, ours));
            }
        }
    }
    (median(by_hand), median(of_ours))
}

fn speed(
    opts: &OptsBuilder,
    writers: u32,
    is_hot: bool,
    record: impl Fn(&mut Conn, i32) + Sync,
) -> f64 {
    let (ready, record) = (Barrier::new(1 + writers as usize), &record);
    let took = thread::scope(|scope| {
        let writing: Vec<_> = (1..)
            .take(writers as usize)
            .map(|number| {
                let (ready, opts) = (&ready, opts.clone());
                scope.spawn(move || {
                    let mut conn = Conn::new(opts).expect("connect");
                    let user = if is_hot { 1 } else { number };
                    record(&mut conn, user); // prepares the statements
                    ready.wait();
                    for _ in 0..MOVEMENTS / writers {
                        record(&mut conn, user);
                    }
                })
            })
            .collect();
        ready.wait();
        let started = Instant::now();
        for one in writing {
            one.join().expect("a writer");
        }
        started.elapsed()
    });
    f64::from(MOVEMENTS / writers * writers) / took.as_secs_f64()
}

/// How long all payments take, one by one and in one call.
fn all_at_once(conn: &mut Conn) -> (Duration, Duration) {
    let payments: Vec<_> = (2..2 + PAYMENTS)
        .map(|user| {
            let ends = Ends { payer: Account::user(1), payee: Account::user(user) };
            NewPointsTransfer::new(ends, Activity::CampaignReward, Decimal::ONE)
        })
        .collect();
    let (mut single, mut bulk) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for one in &payments {
            record_points_transfer(conn, one).expect("a payment");
        }
        single.push(started.elapsed());
        let started = Instant::now();
        record_points_transfers(conn, &payments).expect("payments");
        bulk.push(started.elapsed());
    }
    (median(single), median(bulk))
}

fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable_by(|one, other| one.partial_cmp(other).expect("comparable"));
    values[values.len() / 2]
}
