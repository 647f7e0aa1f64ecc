//! Movements of points: whoever writes at the same time and whatever breaks, each balance is the one
//! before it plus the points.

mod broken;
mod bulk;
mod clock;
mod crowd;
mod keys;
mod model;
mod read;
mod refused;
mod reversal;
mod stale;
#[path = "../support/mod.rs"]
mod support;
mod system;
mod together;
mod tokens;
mod undecided;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use mysql::{Conn, Pool, prelude::Queryable};
use quicksight_migrations::{
    integrity,
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, SystemAccount,
        record_points_transaction, record_points_transfer,
    },
    run_quicksight_migrations,
    rust_decimal::Decimal,
    time::{Date, Duration, Month, PrimitiveDateTime, Time},
};
use support::{Database, database, questions};

/// A database with all tables and with users 1 to `users`.
fn users(users: i32) -> (Database, Conn) {
    users_of(database(), users)
}

fn users_of(db: Database, users: i32) -> (Database, Conn) {
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    for id in 1..=users {
        conn.exec_drop("INSERT INTO auth_user (id) VALUES (?)", (id,)).unwrap();
    }
    (db, conn)
}

fn points(hundredths: i64) -> Decimal {
    Decimal::new(hundredths, 2)
}

fn noon() -> PrimitiveDateTime {
    let day = Date::from_calendar_date(2025, Month::March, 31).unwrap();
    PrimitiveDateTime::new(day, Time::from_hms(12, 0, 0).unwrap())
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: i64,
    user_id: i32,
    activity_type: i32,
    points: Decimal,
    balance: Decimal,
    note: Option<String>,
    created_on: PrimitiveDateTime,
    payer: i32,
    payee: i32,
    ref_transaction_id: i64,
}

/// The whole ledger, in the order in which it was written.
fn ledger(conn: &mut Conn) -> Vec<Row> {
    let rows: Vec<mysql::Row> = conn
        .query(
            "SELECT id, user_id, activity_type, points, balance, note, created_on, payer, payee, \
             ref_transaction_id FROM points_transaction ORDER BY id",
        )
        .unwrap();
    rows.into_iter()
        .map(|row| Row {
            id: row.get(0).unwrap(),
            user_id: row.get(1).unwrap(),
            activity_type: row.get(2).unwrap(),
            points: row.get(3).unwrap(),
            balance: row.get(4).unwrap(),
            note: row.get(5).unwrap(),
            created_on: row.get(6).unwrap(),
            payer: row.get(7).unwrap(),
            payee: row.get(8).unwrap(),
            ref_transaction_id: row.get(9).unwrap(),
        })
        .collect()
}

/// Each balance is the running sum of its account.
#[track_caller]
fn assert_running_sums(rows: &[Row]) {
    let mut balances = std::collections::HashMap::<i32, Decimal>::new();
    for row in rows {
        let balance = balances.entry(row.user_id).or_default();
        *balance += row.points;
        assert_eq!(row.balance, *balance, "{row:?}");
    }
}

/// What looks for wrong balances finds none.
#[track_caller]
fn assert_clean(conn: &mut Conn) {
    let report = integrity::validate(conn).unwrap();
    assert!(report.is_clean(), "{report}");
}

/// Each row is half of a pair that sums to zero.
#[track_caller]
fn assert_pairs(rows: &[Row]) {
    for row in rows {
        let other = rows.iter().find(|other| other.id == row.ref_transaction_id).unwrap();
        assert_eq!(other.ref_transaction_id, row.id);
        assert_eq!(other.points + row.points, Decimal::ZERO);
        let is_debit = row.points < Decimal::ZERO;
        let (from, to) = if is_debit { (row, other) } else { (other, row) };
        assert_eq!((row.payer, row.payee), (from.user_id, to.user_id));
    }
}

/// How many deadlocks the server has met.
fn deadlocks(conn: &mut Conn) -> u64 {
    let sql = "SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'";
    conn.query_first(sql).unwrap().unwrap()
}

fn movement(account: i32, activity: Activity, points: Decimal) -> NewPointsTransaction {
    NewPointsTransaction::new(Account::stored(account), activity, points)
}

fn payment(from: i32, to: i32, activity: Activity, points: Decimal) -> NewPointsTransfer {
    let ends = Ends { payer: Account::stored(from), payee: Account::stored(to) };
    NewPointsTransfer::new(ends, activity, points)
}

fn modified_on(conn: &mut Conn, user: i32) -> Option<PrimitiveDateTime> {
    conn.exec_first("SELECT modified_on FROM auth_user WHERE id = ?", (user,)).unwrap().unwrap()
}

#[test]
fn says_what_it_has_recorded() {
    let (_db, mut conn) = users(2);
    let (user, account) = (Account::user(1), SystemAccount::Stripe);
    let purchase = movement(1, Activity::Purchase, points(12_50))
        .note("order \u{1f3ab}")
        .payer(account)
        .payee(user)
        .created_on(noon());

    let first = record_points_transaction(&mut conn, &purchase).unwrap();
    let fee = movement(1, Activity::Fee, points(-2_05)).created_on(noon());
    let second = record_points_transaction(&mut conn, &fee).unwrap();

    let rows = ledger(&mut conn);
    assert_eq!(
        rows[0],
        Row {
            id: first.id(),
            user_id: 1,
            activity_type: 2,
            points: points(12_50),
            balance: points(12_50),
            note: Some("order \u{1f3ab}".into()),
            created_on: noon(),
            payer: account.id(),
            payee: 1,
            ref_transaction_id: 0,
        }
    );
    assert_eq!((first.account(), first.activity()), (user, Activity::Purchase));
    assert_eq!((first.points(), first.balance()), (points(12_50), points(12_50)));
    assert_eq!((first.note(), first.created_on()), (Some("order \u{1f3ab}"), noon()));
    assert_eq!((first.payer(), first.payee()), (Some(account.into()), Some(user)));
    assert_eq!((second.payer(), second.payee()), (None, None));
    assert_eq!(first.ref_transaction_id(), 0);
    assert_eq!((second.id(), second.balance(), second.note()), (rows[1].id, points(10_45), None));
    assert_eq!(second.balance().to_string(), "10.45");
    assert_eq!(rows.len(), 2);
    assert_eq!(modified_on(&mut conn, 1), Some(noon()));
    assert_eq!(modified_on(&mut conn, 2), None);
}

/// Whoever compares text with what the table has must find it equal.
#[test]
fn amounts_have_the_two_decimals_of_the_column() {
    let (_db, mut conn) = users(2);
    let purchase = movement(1, Activity::Purchase, 25.into());
    let purchase = record_points_transaction(&mut conn, &purchase).unwrap();
    assert_eq!(purchase.points().to_string(), "25.00");
    assert_eq!(purchase.balance().to_string(), "25.00");

    let gift = payment(1, 2, Activity::Adjustment, 5.into());
    let gift = record_points_transfer(&mut conn, &gift).unwrap();
    assert_eq!(gift.debit().points().to_string(), "-5.00");
    assert_eq!(gift.credit().points().to_string(), "5.00");
    assert_eq!(gift.credit().balance().to_string(), "5.00");
}

#[test]
fn a_transfer_is_two_rows_that_name_each_other() {
    let (_db, mut conn) = users(2);
    let budget = SystemAccount::Budget.id();
    let reward = payment(budget, 2, Activity::CampaignReward, points(5_00))
        .note("welcome")
        .created_on(noon());

    let reward = record_points_transfer(&mut conn, &reward).unwrap();
    let gift = payment(2, 1, Activity::Adjustment, points(1_25));
    let gift = record_points_transfer(&mut conn, &gift).unwrap();

    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 4);
    assert_pairs(&rows);
    assert_running_sums(&rows);
    let (debit, credit) = (reward.debit(), reward.credit());
    assert_eq!(
        (debit.account().id(), debit.points(), debit.balance()),
        (2000, points(-500), points(-500))
    );
    assert_eq!(
        (credit.account().id(), credit.points(), credit.balance()),
        (2, points(500), points(500))
    );
    assert_eq!((debit.id(), debit.ref_transaction_id()), (rows[0].id, rows[1].id));
    assert_eq!((credit.id(), credit.ref_transaction_id()), (rows[1].id, rows[0].id));
    assert_eq!((debit.note(), credit.note()), (Some("welcome"), Some("welcome")));
    assert_eq!((gift.debit().balance(), gift.credit().balance()), (points(375), points(125)));
    assert!(modified_on(&mut conn, 1).is_some() && modified_on(&mut conn, 2) > Some(noon()));
}

#[test]
fn modified_on_never_goes_back() {
    let (_db, mut conn) = users(1);
    let fee = movement(1, Activity::Fee, points(-1));
    for (moment, expected) in [
        (noon(), noon()),
        (noon() - Duration::DAY, noon()),
        (noon() + Duration::DAY, noon() + Duration::DAY),
    ] {
        record_points_transaction(&mut conn, &fee.clone().created_on(moment)).unwrap();
        assert_eq!(modified_on(&mut conn, 1), Some(expected));
    }
}

#[test]
fn activities_and_accounts_have_the_numbers_of_the_table() {
    let activities = [
        (Activity::Adjustment, 1),
        (Activity::Purchase, 2),
        (Activity::Redemption, 3),
        (Activity::Promotion, 4),
        (Activity::AutoRefill, 5),
        (Activity::Incentive, 6),
        (Activity::CarpoolDriver, 7),
        (Activity::CarpoolRider, 8),
        (Activity::IntoEscrow, 9),
        (Activity::FromEscrow, 10),
        (Activity::TransitTicket, 11),
        (Activity::Fee, 12),
        (Activity::Parking, 13),
        (Activity::CampaignReward, 15),
        (Activity::RidehailFare, 16),
        (Activity::Challenge, 17),
        (Activity::TierBenefit, 18),
        (Activity::from(14), 14),
    ];
    for (activity, number) in activities {
        assert_eq!(activity.number(), number);
        assert_eq!(Activity::from(number), activity);
    }
    let ids: Vec<_> = SystemAccount::ALL.iter().map(|account| account.id()).collect();
    assert_eq!(ids, [2000, 2001, 2002, 2100, 2101, 2102]);
    assert_eq!(Account::stored(2001).system(), Some(SystemAccount::Escrow));
    assert_eq!(Account::from(SystemAccount::Escrow), Account::stored(2001));
    assert_eq!(Account::stored(1), Account::user(1));
    assert_eq!(Account::user(1).system(), None);
}

/// One less where the user was touched at that moment or later, and two more for the first movement of all.
#[test]
fn costs_six_statements_and_a_transfer_nine() {
    let (db, _conn) = users(2);
    let pool = Pool::new(db.opts()).unwrap();
    let mut conn = pool.get_conn().unwrap();
    let fee = |second| {
        movement(1, Activity::Fee, points(-1)).created_on(noon() + Duration::seconds(second))
    };
    let gift = payment(1, 2, Activity::Adjustment, points(1)).created_on(noon());
    for (second, cost) in [(0, 8), (0, 5), (1, 6), (0, 5)] {
        let before = questions(conn.as_mut());
        record_points_transaction(&mut conn, &fee(second)).unwrap();
        let between = questions(conn.as_mut());
        record_points_transfer(&mut conn, &gift).unwrap();
        let after = questions(conn.as_mut());
        assert_eq!((between - before - 1, after - between - 1), (cost, 9));
    }
}

/// Each packet is one; the statements are prepared before.
#[test]
fn costs_four_round_trips_and_a_transfer_as_many() {
    let (db, _conn) = users(2);
    let packets = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&packets);
    let mut conn = db.watched(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        None
    });
    let fee = movement(1, Activity::Fee, points(-1));
    let gift = payment(1, 2, Activity::Adjustment, points(1));
    let mut count = |call: &dyn Fn(&mut Conn)| {
        call(&mut conn);
        let before = packets.load(Ordering::SeqCst);
        call(&mut conn);
        packets.load(Ordering::SeqCst) - before
    };
    let one = count(&|conn| drop(record_points_transaction(conn, &fee).unwrap()));
    let both = count(&|conn| drop(record_points_transfer(conn, &gift).unwrap()));
    assert_eq!((one, both), (4, 4));
}

/// The user is locked, and the row that has the balance is not: it may be held by whoever reads it with a lock.
#[test]
fn the_newest_row_is_read_without_a_lock() {
    let (db, mut conn) = users(1);
    let earned = movement(1, Activity::Incentive, points(1));
    let newest = record_points_transaction(&mut conn, &earned).unwrap();
    let mut holder = db.conn();
    holder.query_drop("START TRANSACTION").unwrap();
    let sql = "SELECT id FROM points_transaction WHERE id = ? FOR UPDATE";
    assert_eq!(holder.exec_first(sql, (newest.id(),)).unwrap(), Some(newest.id()));
    conn.query_drop("SET innodb_lock_wait_timeout = 1").unwrap();

    record_points_transaction(&mut conn, &earned).unwrap();
}

#[test]
fn works_in_a_session_without_autocommit_and_leaves_no_transaction() {
    let (db, mut conn) = users(1);
    conn.query_drop("SET autocommit = 0").unwrap();
    let fee = movement(1, Activity::Fee, points(-1));

    record_points_transaction(&mut conn, &fee).unwrap();
    record_points_transaction(&mut conn, &fee).unwrap();

    assert_eq!(ledger(&mut db.conn()).len(), 2);
    conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
}

/// The session says that a transaction follows each, or that each ends the connection.
#[test]
fn works_whatever_the_session_does_at_the_end_of_a_transaction() {
    let (db, _conn) = users(1);
    for (completion, rows) in [(1, 3), (2, 6)] {
        let mut conn = db.conn();
        conn.query_drop(format!("SET completion_type = {completion}")).unwrap();
        let fee = movement(1, Activity::Fee, points(-1));

        record_points_transaction(&mut conn, &fee).unwrap();
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
        let reward = payment(2000, 1, Activity::Fee, points(1));
        record_points_transfer(&mut conn, &reward).unwrap();
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
        let nobody = movement(2, Activity::Fee, points(-1));
        record_points_transaction(&mut conn, &nobody).unwrap_err();
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");

        assert_eq!(ledger(&mut db.conn()).len(), rows);
    }
}

#[test]
fn works_whatever_limit_the_session_has() {
    for limit in [1, 0] {
        let (db, mut conn) = users(1);
        conn.query_drop(format!("SET sql_select_limit = {limit}")).unwrap();
        let reward = payment(2000, 1, Activity::Fee, points(1));
        for _ in 0..2 {
            record_points_transfer(&mut conn, &reward).unwrap();
        }
        let rows = ledger(&mut db.conn());
        assert_eq!(rows.len(), 4);
        assert_running_sums(&rows);
    }
}
