//! Old rows of a ledger go, and every balance stays.

mod beside;
mod found;
mod points;
mod reads;
mod reversed;
mod tokens;
mod unconfirmed;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    integrity,
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, PointsTransaction,
        PointsTransfer, SystemAccount, balance, record_points_transaction, record_points_transfer,
    },
    partition::{self, Plan, Policy, Report, Span, Table},
    rust_decimal::Decimal,
    time::{Duration, PrimitiveDateTime},
};

use crate::{Database, look, migrated, months, on, plan};

/// Who has movements in [`ledger`]: users, of whom 3 has been idle since January and 9 never moved, and the system.
fn accounts() -> Vec<Account> {
    let users = [1, 2, 3, 4, 9].map(Account::user);
    users.into_iter().chain(SystemAccount::ALL.iter().copied().map(Account::from)).collect()
}

fn noon(month: u8, day: u8) -> PrimitiveDateTime {
    on(2026, month, day).with_hms(12, 0, 0).unwrap()
}

/// Points of one account, on a day.
#[track_caller]
fn earn(conn: &mut Conn, user: i32, points: i64, moment: PrimitiveDateTime) -> PointsTransaction {
    let new = NewPointsTransaction::new(Account::user(user), Activity::Purchase, points.into());
    record_points_transaction(conn, &new.created_on(moment)).unwrap()
}

/// Points from one account to another, on a day.
#[track_caller]
fn pay(
    conn: &mut Conn,
    (from, to): (Account, Account),
    points: i64,
    moment: PrimitiveDateTime,
) -> PointsTransfer {
    let new = NewPointsTransfer::new(
        Ends { payer: from, payee: to },
        Activity::CampaignReward,
        points.into(),
    );
    record_points_transfer(conn, &new.created_on(moment)).unwrap()
}

/// Three months of movements: users, the system, an account that has gone idle, and one that is in debt.
fn fill(conn: &mut Conn) {
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1), (2), (3), (4), (9)").unwrap();
    let user = Account::user;
    for (month, day) in [(1, 5), (1, 20), (2, 5), (2, 20), (3, 5)] {
        earn(conn, 1, 10, noon(month, day));
        for (system, to) in SystemAccount::ALL.iter().zip([1, 2, 4, 2, 1, 4]) {
            pay(conn, ((*system).into(), user(to)), 2, noon(month, day));
        }
    }
    earn(conn, 3, 7, noon(1, 10));
    pay(conn, (user(3), user(4)), 2, noon(1, 31));
}

fn filled() -> Database {
    let db = migrated();
    fill(&mut db.conn());
    db
}

/// A partition for each day of January, with a row or two, from which one day after the other can go: whatever a test
/// does to a day needs no database of its own.
fn daily(days: u8) -> Database {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1), (2), (3), (4), (9)").unwrap();
    earn(&mut conn, 3, 7, noon(1, 1));
    for day in 1..=days {
        let payee = Account::user(i32::from(day % 2) + 1);
        pay(&mut conn, (SystemAccount::Budget.into(), payee), 2, noon(1, day));
    }
    partition_by_day(&db, Table::PointsTransaction, days);
    db
}

fn partition_by_day(db: &Database, table: Table, days: u8) {
    let policy = Policy::daily().ahead(Span::days(2));
    let plan = partition::plan(&look(db, table), on(2026, 1, days), &policy).unwrap();
    plan.apply(&mut db.conn()).unwrap();
}

/// Lets the day of January go, and those before it.
#[track_caller]
fn day_goes(db: &Database, table: Table, day: u8) -> Plan {
    let policy = Policy::daily().ahead(Span::days(0)).retain(Span::days(1));
    partition::plan(&look(db, table), on(2026, 1, day) + 2 * Duration::DAY, &policy).unwrap()
}

/// The statements of a call from its first look at a ledger on, by their number.
fn work_of(sent: Vec<String>) -> Vec<(usize, String)> {
    let is_first = |sql: &String| sql.contains("user_id > ");
    let first = sent.iter().position(is_first).unwrap();
    assert!(sent.iter().any(|sql| sql.starts_with("LOCK TABLES")), "{sent:?}");
    sent.into_iter().enumerate().skip(first).collect()
}

/// Everything older than a month.
fn retain() -> Policy {
    months().retain(Span::months(1))
}

#[track_caller]
fn apply(db: &Database, table: Table, policy: &Policy) -> Report {
    plan(db, table, policy).apply(&mut db.conn()).unwrap()
}

#[track_caller]
fn balances(conn: &mut Conn) -> Vec<(Account, Decimal)> {
    accounts().into_iter().map(|account| (account, balance(conn, account).unwrap())).collect()
}

#[track_caller]
fn assert_clean(conn: &mut Conn) {
    let report = integrity::validate(conn).unwrap();
    assert!(report.is_clean(), "{report:?}");
    let issues = integrity::monitor(conn).unwrap();
    assert_eq!(issues, [], "{issues:?}");
}

fn count(conn: &mut Conn, from: &str) -> u64 {
    conn.query_first(format!("SELECT COUNT(*) FROM {from}")).unwrap().unwrap()
}
