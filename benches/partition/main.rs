//! Times what partitions are for, next to the same rows in plain tables: to drop a month, of trips and of the ledger of
//! points with a writer beside it, the newest balance, and one more row.
//!
//! `make bench-partition`, or `cargo bench --bench partition --all-features -- --users 20000 --months 24`. In fewer months
//! each has more rows. Uses the server in `QUICKSIGHT_DATABASE_URL`, or else a throwaway one of its own.

#[path = "../../examples/dashboard/city.rs"]
mod city;
#[path = "../shared/machine.rs"]
mod machine;
#[path = "../../tests/support/server/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library's tests need more of it")]
mod server;
#[path = "../scale/site.rs"]
#[allow(dead_code, reason = "the other benchmark has limits, and counts what is read")]
mod site;
#[path = "../shared/table.rs"]
mod table;
#[path = "../shared/watch.rs"]
mod watch;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use quicksight_migrations::{
    ledger::{self, Account, Activity, NewPointsTransaction},
    mysql::{Conn, prelude::Queryable},
    partition::{self, Plan, Policy, Span, Table},
    run_quicksight_migrations,
    time::{Date, Month, PrimitiveDateTime},
};

use city::{City, Period, Size};
use site::Site;
use watch::{argument, in_turn, timed};

const USERS: usize = 5_000;
const MONTHS: u8 = 24;
/// How many months are dropped, one by one.
const DROPS: u8 = 3;
const ROUNDS: usize = 9;
const CALLS: i32 = 400;

/// The tables that are partitioned: a ledger, and one of which months are dropped.
const TABLES: [Table; 2] = [Table::PointsTransaction, Table::Trip];
const PLAIN: &str = "quicksight_plain";

fn main() {
    let all = argument("--months").unwrap_or(MONTHS).clamp(DROPS + 1, MONTHS);
    let days = (begin(all) - begin(0)).whole_days().try_into().expect("two years at most");
    let period = Period { first: begin(0), days };
    let last_noon = period.end() - Duration::from_hours(12);
    let mut site = Site::open();
    println!("{}", site.description());
    let users = argument("--users").unwrap_or(USERS);
    println!("{}", site.load(City { seed: 30, size: size(users), period }));
    // What is measured first has the same rows as what is measured second, and the server has seen both.
    copy(&mut site.ours, &mut site.original);
    let ours: Option<String> = site.ours.query_first("SELECT DATABASE()").expect("ask");
    let writers = [PLAIN, &ours.expect("a database")].map(|database| site.another(database));
    let (parts, whole) = (&mut site.ours, &mut site.original);
    for table in TABLES {
        let took = timed(|| drop(plan(parts, table, period, None).apply(parts).expect("apply")));
        println!("{table} is partitioned in {}.", table::time(took));
    }

    let mut rows = Vec::new();
    let mut add = |what: &str, [plain, parts]: [Duration; 2]| {
        let times = plain.div_duration_f64(parts);
        rows.push(vec![
            what.to_owned(),
            table::time(plain),
            table::time(parts),
            table::digits(times),
        ]);
    };
    // As many are kept each time.
    let months: Vec<_> = (all - DROPS..all).rev().collect();
    let mut dropped: Vec<_> = months
        .iter()
        .map(|&kept| {
            let delete = delete(Table::Trip, all - 1 - kept);
            let deleted = timed(|| whole.query_drop(delete).expect("delete"));
            let plan = plan(parts, Table::Trip, period, Some(Span::months(kept.into())));
            assert_eq!(plan.drops().len(), 1, "{plan}");
            let statement = plan.statements().join("; ");
            // Every second one as a call, which counts the rows first.
            let bare = kept % 2 == 1;
            let went = timed(|| {
                if bare {
                    parts.query_drop(&statement).expect("drop");
                } else {
                    drop(plan.apply(parts).expect("apply"));
                }
            });
            (bare, [deleted, went])
        })
        .collect();
    dropped.sort_by_key(|(bare, [_, went])| (*bare, *went));
    for (bare, times) in dropped {
        add(if bare { "a month goes, the statement" } else { "a month goes, the call" }, times);
    }

    let accounts: Vec<i32> = whole
        .query(format!("SELECT id FROM auth_user WHERE id NOT BETWEEN 2000 AND 2999 ORDER BY RAND(1) LIMIT {CALLS}"))
        .expect("ask for users");
    add("the newest balance", {
        let balances = |conn: &mut Conn| {
            for user in &accounts {
                ledger::balance(conn, Account::user(*user)).expect("a balance");
            }
        };
        in_turn(ROUNDS, [&mut || balances(whole), &mut || balances(parts)])
            .map(|time| time / u32::try_from(accounts.len()).expect("a small number"))
    });
    add("one more row", {
        let insert = |conn: &mut Conn| {
            for user in &accounts {
                conn.query_drop(format!(
                    "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
                     VALUES ({user}, 1, 1, 1, '{last_noon}')"
                ))
                .expect("add a row");
            }
        };
        in_turn(ROUNDS, [&mut || insert(whole), &mut || insert(parts)])
            .map(|time| time / u32::try_from(accounts.len()).expect("a small number"))
    });
    let mut writers = writers.map(|conn| Writer { conn, user: accounts[0], moment: last_noon });
    let [beside_whole, beside_parts] = &mut writers;
    for &kept in &months {
        let delete = delete(Table::PointsTransaction, all - 1 - kept);
        let (deleted, waited) = beside_whole.beside(|| whole.query_drop(delete).expect("delete"));
        let plan = plan(parts, Table::PointsTransaction, period, Some(Span::months(kept.into())));
        // The last one as nobody should do it: the balances of those who are idle go, too.
        let bare = Some(&kept) == months.last();
        let mut report = None;
        let (went, waited_less) = beside_parts.beside(|| {
            if bare {
                parts.query_drop(plan.statements().join("; ")).expect("drop");
            } else {
                report = Some(plan.apply(parts).expect("apply"));
            }
        });
        if let Some(report) = report {
            println!("{report}.");
        }
        let how = if bare { "statement" } else { "call" };
        add(&format!("a month of points goes, the {how}"), [deleted, went]);
        add("the longest wait of a writer beside it", [waited, waited_less]);
    }
    let head = ["", "plain", "partitioned", "times as fast"];
    print!("\n{}", table::aligned(&head, &rows));
    site.original.query_drop(format!("DROP DATABASE {PLAIN}")).expect("clean up");
}

/// The first day of a month, where that of January 2025 is 0.
fn begin(month: u8) -> Date {
    let year = 2025 + i32::from(month / 12);
    Date::from_calendar_date(year, Month::January.nth_next(month % 12), 1).expect("a date")
}

/// Deletes the rows of a month.
fn delete(table: Table, month: u8) -> String {
    let (from, until, date) = (begin(month), begin(month + 1), table.date_column());
    format!("DELETE FROM {table} WHERE {date} >= '{from}' AND {date} < '{until}'")
}

/// Somebody who records one movement after the other.
struct Writer {
    conn: Conn,
    user: i32,
    moment: PrimitiveDateTime,
}

impl Writer {
    /// How long some work takes, and the longest of the movements that are recorded beside it.
    fn beside(&mut self, work: impl FnOnce()) -> (Duration, Duration) {
        let is_over = AtomicBool::new(false);
        let points =
            NewPointsTransaction::new(Account::user(self.user), Activity::Purchase, 1.into());
        let points = points.created_on(self.moment);
        let mut record = || {
            timed(|| {
                ledger::record_points_transaction(&mut self.conn, &points).expect("record");
            })
        };
        record();
        thread::scope(|scope| {
            let writing = scope.spawn(|| {
                let mut longest = record();
                while !is_over.load(Ordering::Relaxed) {
                    longest = longest.max(record());
                }
                longest
            });
            let took = timed(work);
            is_over.store(true, Ordering::Relaxed);
            (took, writing.join().expect("a writer"))
        })
    }
}

/// What is measured are points and trips.
fn size(users: usize) -> Size {
    let all = Size::of_users(users);
    Size { tokens: users, habits: users / 8, actions: users / 8, ..all }
}

fn plan(conn: &mut Conn, table: Table, period: Period, retain: Option<Span>) -> Plan {
    let policy = retain.map_or(Policy::monthly(), |span| Policy::monthly().retain(span));
    let layout = partition::look(conn, table).expect("look at the table");
    partition::plan(&layout, period.end().date(), &policy).expect("a plan")
}

/// The same rows in a database of plain tables, which this connection uses from now on.
fn copy(from: &mut Conn, to: &mut Conn) {
    let database: Option<String> = from.query_first("SELECT DATABASE()").expect("ask");
    let database = database.expect("a database");
    for sql in [
        format!("DROP DATABASE IF EXISTS {PLAIN}"),
        format!("CREATE DATABASE {PLAIN}"),
        format!("USE {PLAIN}"),
    ] {
        to.query_drop(sql).expect("make a database");
    }
    run_quicksight_migrations(to).expect("migrate");
    for table in ["auth_user", "points_transaction", "trip"] {
        to.query_drop(format!("INSERT INTO {table} SELECT * FROM {database}.{table}"))
            .expect("copy the rows");
        to.query_drop(format!("ANALYZE TABLE {table}")).expect("look at the table");
    }
}
