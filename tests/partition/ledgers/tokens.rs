//! Tokens: each kind has a balance, and what is left of each grant can be spent until it expires.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, integrity,
    ledger::{
        Account, Refusal,
        tokens::{self, NewTokenGrant, NewTokenSpending, Token, TokenBalance},
    },
    partition::Table,
    rust_decimal::Decimal,
    time::PrimitiveDateTime,
};

use super::{apply, assert_clean, count, day_goes, noon, partition_by_day, retain, work_of};
use crate::{
    Database, migrated, on, plan,
    support::{
        ByHand,
        wire::{Cut, nth, statements_of},
    },
};

const TOKENS: Table = Table::TokenTransaction;

fn kind(id: i32) -> Token {
    Token::new(id, "Ride free")
}

fn year(year: i32) -> PrimitiveDateTime {
    on(year, 1, 1).midnight()
}

/// A grant that is dated back with its issue.
fn grant(
    conn: &mut Conn,
    user: i32,
    token: i32,
    points: i64,
    (month, expiry): (u8, PrimitiveDateTime),
) {
    let new = NewTokenGrant::new(Account::user(user), kind(token), points.into(), expiry);
    let entry = tokens::grant(conn, &new.issued_on(noon(month, 5))).unwrap();
    date(conn, entry.id(), month);
}

fn spend(conn: &mut Conn, user: i32, token: i32, points: i64, month: u8) {
    let new = NewTokenSpending::new(Account::user(user), kind(token), points.into());
    let entry = tokens::spend(conn, &new).unwrap();
    date(conn, entry.id(), month);
}

fn date(conn: &mut Conn, id: i64, month: u8) {
    let sql = format!(
        "UPDATE token_transaction SET created_on = '2026-{month:02}-05 12:00:00' WHERE id = {id}"
    );
    conn.by_hand([sql]);
}

/// Grants of January of which something is left for years, something has expired and something was spent in March.
fn filled() -> Database {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1), (2), (3)").unwrap();
    grant(&mut conn, 1, 7, 10, (1, year(2090)));
    grant(&mut conn, 1, 7, 6, (1, year(2080)));
    grant(&mut conn, 1, 8, 5, (1, year(2090)));
    spend(&mut conn, 1, 7, 4, 1);
    grant(&mut conn, 1, 7, 20, (2, year(2070)));
    spend(&mut conn, 1, 7, 21, 3);
    // Expired, and never spent.
    grant(&mut conn, 2, 7, 3, (1, noon(1, 20)));
    grant(&mut conn, 2, 7, 2, (1, noon(1, 25)));
    grant(&mut conn, 2, 7, 9, (3, year(2090)));
    // All spent, and beyond, as another writer does.
    grant(&mut conn, 3, 7, 4, (1, year(2090)));
    conn.by_hand([
        "INSERT INTO token_transaction (user_id, f_token_id, activity_type, tokens, balance, created_on) \
                   VALUES (3, 7, 2, -6, -2, '2026-01-28')",
    ]);
    // The newest row of all, of a month that goes.
    grant(&mut conn, 1, 8, 1, (1, year(2060)));
    db
}

#[track_caller]
fn has(conn: &mut Conn) -> Vec<(Decimal, Decimal)> {
    let mut has = |user, token| {
        let balance: TokenBalance = tokens::balance(conn, Account::user(user), token).unwrap();
        (balance.balance(), balance.spendable())
    };
    vec![has(1, 7), has(1, 8), has(2, 7), has(3, 7), has(3, 8)]
}

#[test]
fn what_can_be_spent_is_as_before() {
    let db = filled();
    let mut conn = db.conn();
    let before = has(&mut conn);
    let expected =
        [(11, 11), (6, 6), (14, 9), (-2, 0), (0, 0)].map(|(a, b): (i64, i64)| (a.into(), b.into()));
    assert_eq!(before, expected);
    assert_clean(&mut conn);

    let report = apply(&db, TOKENS, &retain());

    let [dropped] = report.dropped() else { panic!("{report}") };
    assert_eq!((dropped.rows(), dropped.accounts()), (9, 4));
    assert_eq!(has(&mut conn), before);
    assert_clean(&mut conn);

    // Each goes on from there.
    grant(&mut conn, 3, 7, 5, (3, year(2090)));
    spend(&mut conn, 1, 8, 6, 3);
    spend(&mut conn, 1, 7, 2, 3);
    let new = NewTokenSpending::new(Account::user(2), kind(7), 10.into());
    let error = tokens::spend(&mut conn, &new).unwrap_err();
    assert!(matches!(error, Error::Refused(Refusal::NotEnoughTokens { .. })), "{error:?}");
    let expected =
        [(9, 9), (0, 0), (14, 9), (3, 3), (0, 0)].map(|(a, b): (i64, i64)| (a.into(), b.into()));
    assert_eq!(has(&mut conn), expected);
    assert_clean(&mut conn);

    // The next months go on from the openings of the first.
    let layout = crate::look(&db, TOKENS);
    let next = quicksight_migrations::partition::plan(&layout, on(2026, 5, 10), &retain()).unwrap();
    assert_eq!(next.apply(&mut conn).unwrap().dropped().len(), 2);
    assert_eq!(has(&mut conn), expected);
    assert_eq!(count(&mut conn, "token_transaction"), 0);
    grant(&mut conn, 2, 7, 1, (5, year(2090)));
    assert_eq!(has(&mut conn)[2], (15.into(), 10.into()));
    assert_clean(&mut conn);
}

#[test]
fn cut_at_any_statement_no_token_is_lost() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1), (2), (3)").unwrap();
    for day in 1..=22 {
        for token in [7, 8] {
            grant(&mut conn, 1, token, 3, (1, year(2090 - day)));
            spend(&mut conn, 1, token, if token == 7 { 1 } else { 3 }, 1);
        }
        conn.by_hand([format!(
            "UPDATE token_transaction SET created_on = '2026-01-{day:02}' WHERE id > {}",
            4 * (day - 1)
        )]);
    }
    partition_by_day(&db, TOKENS, 22);
    let before = has(&mut conn);
    let sent = statements_of(&db, |conn| drop(day_goes(&db, TOKENS, 1).apply(conn).unwrap()));
    for (day, (position, statement)) in (2..).zip(work_of(sent)) {
        let cut = if day % 2 == 0 { Cut::BeforeAnswer } else { Cut::BeforeStatement };
        let plan = day_goes(&db, TOKENS, day);
        let mut watched = db.watched(nth(position, |_| true, move || cut));
        assert!(plan.apply(&mut watched).is_err(), "{cut:?} {statement}");
        drop(watched);

        assert_eq!(has(&mut conn), before, "{cut:?} {statement}");
        assert_clean(&mut conn);
        plan.apply(&mut conn).unwrap();
        assert_eq!(has(&mut conn), before, "{cut:?} {statement}");
        assert_eq!(count(&mut conn, "token_transaction"), 4 * (22 - u64::from(day)), "{statement}");
    }
}

/// Rows of others without a balance say nothing of it, and stay in the sum.
#[test]
fn a_balance_that_is_null_says_nothing() {
    let db = crate::partitioned(TOKENS);
    let mut conn = db.conn();
    let balance = |conn: &mut Conn| tokens::balance(conn, Account::user(1), 0).unwrap();
    let before = balance(&mut conn);
    assert_eq!((before.balance(), before.spendable()), (0.into(), 0.into()));

    apply(&db, TOKENS, &retain());

    let after = balance(&mut conn);
    assert_eq!((after.balance(), after.spendable()), (before.balance(), before.spendable()));
    assert!(integrity::validate(&mut conn).unwrap().is_clean());
}

#[test]
fn a_balance_that_is_wrong_keeps_its_rows() {
    let db = filled();
    let mut conn = db.conn();
    conn.by_hand(["UPDATE token_transaction SET balance = 7 WHERE user_id = 1 AND f_token_id = 8 AND tokens = 1"]);
    let error = plan(&db, TOKENS, &retain()).apply(&mut conn).unwrap_err();
    assert!(matches!(error, Error::UnsoundBalances { accounts: 1, user_id: 1, .. }), "{error:?}");
    assert_eq!(count(&mut conn, "token_opening"), 0);
}
