//! What takes a movement back counts on its own day as minus what the movement counted on its day, whoever
//! the ends are and whether they are named.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    analytics::{self, DateRange},
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, NewReversal,
        SystemAccount, record_points_transaction, record_points_transfer, reverse_points,
        us_central,
    },
    rust_decimal::Decimal,
    time::{Date, Duration, Month, OffsetDateTime},
};

use crate::{
    rows::date,
    support::{Database, migrated},
};

/// Each kind of activity that the ends are judged by: a correction, a gain, a fee, out of escrow, and one that
/// nobody knows.
const ACTIVITIES: [Activity; 4] =
    [Activity::Adjustment, Activity::Purchase, Activity::Fee, Activity::FromEscrow];

fn two_users() -> (Database, Conn) {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1), (2)").unwrap();
    (db, conn)
}

/// What was gained on a day long ago, and what on these days.
fn gained(conn: &mut Conn) -> (Decimal, Decimal) {
    let mut sum = |from: Date, days: i64| {
        let range = DateRange::new(from, from + Duration::days(days)).unwrap();
        let days = analytics::daily_revenue(conn, range).unwrap();
        days.iter().map(analytics::DailyRevenue::points).sum()
    };
    let today = us_central(OffsetDateTime::now_utc()).date();
    (sum(then(), 1), sum(today - Duration::DAY, 3))
}

fn then() -> Date {
    date(Month::March, 3)
}

/// Takes a movement back, then the reversal, and then its reversal.
#[track_caller]
fn assert_taken_back(conn: &mut Conn, mut id: i64, what: &str) {
    let (counted, mut expected) = gained(conn);
    for sign in [-1, 1, -1] {
        id = reverse_points(conn, &NewReversal::of(id)).unwrap().id();
        expected += counted * Decimal::from(sign);
        assert_eq!(gained(conn), (counted, expected), "{what}, {sign}");
    }
}

fn forget(conn: &mut Conn) {
    conn.query_drop("DELETE FROM points_transaction").unwrap();
}

#[test]
fn movements_whoever_their_ends_are() {
    let (_db, mut conn) = two_users();
    let ends = [
        None,
        Some(Account::user(1)),
        Some(Account::user(2)),
        Some(SystemAccount::Budget.into()),
        Some(SystemAccount::Escrow.into()),
        Some(SystemAccount::Bytemark.into()),
    ];
    let mut seen = [0; 3];
    for activity in ACTIVITIES {
        for points in [5, -5] {
            for (payer, payee) in ends.iter().flat_map(|one| ends.map(|other| (*one, other))) {
                let mut new = NewPointsTransaction::new(Account::user(1), activity, points.into())
                    .created_on(then().midnight());
                if let Some(payer) = payer {
                    new = new.payer(payer);
                }
                if let Some(payee) = payee {
                    new = new.payee(payee);
                }
                let id = record_points_transaction(&mut conn, &new).unwrap().id();
                let (counted, _) = gained(&mut conn);
                seen[usize::from(!counted.is_zero()) + usize::from(counted < Decimal::ZERO)] += 1;
                assert_taken_back(&mut conn, id, &format!("{new:?}"));
                forget(&mut conn);
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}

/// Other writers need not name the ends. Of a user who pays a source, and of a source that pays out of escrow, the
/// row of the user tells nothing then.
#[test]
fn payments_between_whomever() {
    let (_db, mut conn) = two_users();
    let budget = Account::from(SystemAccount::Budget);
    let accounts = [
        Account::user(1),
        Account::user(2),
        budget,
        SystemAccount::Escrow.into(),
        SystemAccount::Bytemark.into(),
    ];
    for activity in ACTIVITIES {
        for (payer, payee) in accounts.iter().flat_map(|one| accounts.map(|other| (*one, other))) {
            if payer == payee {
                continue;
            }
            let is_told = !(payee == budget && activity != Activity::Adjustment
                || payer == budget && activity == Activity::FromEscrow);
            for is_named in [true, false] {
                if !is_named && !is_told {
                    continue;
                }
                let new = NewPointsTransfer::new(Ends { payer, payee }, activity, 5.into())
                    .created_on(then().midnight());
                let paid = record_points_transfer(&mut conn, &new).unwrap();
                if !is_named {
                    let sql = "UPDATE points_transaction SET payer = 0, payee = 0";
                    conn.query_drop(sql).unwrap();
                }
                assert_taken_back(&mut conn, paid.debit().id(), &format!("{is_named} {new:?}"));
                forget(&mut conn);
            }
        }
    }
}

/// 100 bought; a fee of 5 without names and one that the budget gets, both given back.
#[test]
fn a_fee_that_is_given_back_is_no_gain() {
    let (_db, mut conn) = two_users();
    let user = Account::user(1);
    let bought = NewPointsTransaction::new(user, Activity::Purchase, 100.into());
    record_points_transaction(&mut conn, &bought).unwrap();
    let today = |conn: &mut Conn| gained(conn).1;
    assert_eq!(today(&mut conn), Decimal::from(100));

    let fee = NewPointsTransaction::new(user, Activity::Fee, Decimal::from(-5));
    let id = record_points_transaction(&mut conn, &fee).unwrap().id();
    assert_eq!(today(&mut conn), Decimal::from(100), "what is spent is not taken off");
    reverse_points(&mut conn, &NewReversal::of(id)).unwrap();
    assert_eq!(today(&mut conn), Decimal::from(100));

    let ends = Ends { payer: user, payee: SystemAccount::Budget.into() };
    let fee = NewPointsTransfer::new(ends, Activity::Fee, 5.into());
    let paid = record_points_transfer(&mut conn, &fee).unwrap();
    assert_eq!(today(&mut conn), Decimal::from(95), "it is where points come from");
    reverse_points(&mut conn, &NewReversal::of(paid.credit().id())).unwrap();
    assert_eq!(today(&mut conn), Decimal::from(100));
}
