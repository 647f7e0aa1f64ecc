//! What expires, and what is spent first.

use mysql::prelude::Queryable;
use quicksight_migrations::{ledger::tokens, rust_decimal::Decimal, time::Duration};

use super::{DAY, NOON, assert_running_sums, at_noon, grant, granted, has, refusal, rows, spend};
use crate::{clock::stop_clock, noon, points};

#[test]
fn tokens_can_be_spent_until_they_expire() {
    let (_db, mut conn) = at_noon();
    grant(&mut conn, 10_00, 1);
    let last_second = NOON + DAY - 1;
    stop_clock(&mut conn, last_second);
    assert_eq!(has(&mut conn), (points(10_00), points(10_00)));
    spend(&mut conn, 1_00).unwrap();

    stop_clock(&mut conn, last_second + 1);
    assert_eq!(has(&mut conn), (points(9_00), Decimal::ZERO));
    assert_eq!(
        refusal(spend(&mut conn, 1)),
        "account 1 has 0.00 tokens of this kind to spend, which do not cover 0.01"
    );
    // The balance goes on from where it was, with what has expired.
    assert_eq!(grant(&mut conn, 1_00, 2).balance(), points(10_00));
    assert_eq!(has(&mut conn), (points(10_00), points(1_00)));
    assert_running_sums(&rows(&mut conn));
}

#[test]
fn tokens_can_be_spent_from_their_issue_on() {
    let (_db, mut conn) = at_noon();
    let next_week = granted(1, 3, 5_00, 9).issued_on(noon() + Duration::DAY);
    tokens::grant(&mut conn, &next_week).unwrap();
    assert_eq!(has(&mut conn), (points(5_00), Decimal::ZERO));
    spend(&mut conn, 5_00).unwrap_err();
    stop_clock(&mut conn, NOON + DAY);
    assert_eq!(spend(&mut conn, 5_00).unwrap().balance(), Decimal::ZERO);
}

/// What expires first is spent first, in whatever order it was granted.
#[test]
fn what_expires_first_is_spent_first() {
    let (_db, mut conn) = at_noon();
    grant(&mut conn, 10_00, 20);
    grant(&mut conn, 10_00, 1);
    spend(&mut conn, 6_00).unwrap();
    // 4 of the second grant are left, and go with it.
    stop_clock(&mut conn, NOON + 2 * DAY);
    assert_eq!(has(&mut conn), (points(14_00), points(10_00)));
    spend(&mut conn, 10_01).unwrap_err();
    spend(&mut conn, 10_00).unwrap();
    assert_eq!(has(&mut conn), (points(4_00), Decimal::ZERO));
}

#[test]
fn one_spending_uses_up_several_grants() {
    let (_db, mut conn) = at_noon();
    for days in [1, 2, 3] {
        grant(&mut conn, 2_00, days);
    }
    let spent = spend(&mut conn, 5_00).unwrap();
    assert_eq!((spent.tokens(), spent.balance()), (points(-5_00), points(1_00)));
    assert_eq!(rows(&mut conn).len(), 4);
    stop_clock(&mut conn, NOON + 2 * DAY);
    assert_eq!(has(&mut conn), (points(1_00), points(1_00)));
}

/// What others have written: more spent than was there, and columns that say nothing.
#[test]
fn reads_what_others_have_written() {
    let (_db, mut conn) = at_noon();
    conn.query_drop("SET sql_mode = ''").unwrap();
    for (rows, expected) in [
        // Without an expiry they do not expire, without a moment they may be spent at any.
        ("(5, 5, NULL, NULL, NULL), (-2, 3, NULL, NULL, NULL)", (3, 3)),
        // Neither tokens nor a balance.
        ("(5, 5, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, NULL)", (5, 5)),
        // No day of the calendar.
        ("(5, 5, '0000-00-00', '2025-02-30', '2025-00-00')", (5, 5)),
        // Spent after the expiry: it was of the expired ones.
        (
            "(5, 5, '2025-03-01', '2025-03-01', '2025-03-02'), (4, 9, '2025-03-01', '2025-03-01', NULL), \
          (-6, 3, '2025-03-03', NULL, NULL)",
            (3, 0),
        ),
        // More than there ever was: the next grant makes up for it.
        ("(-3, -3, '2025-03-01', NULL, NULL), (5, 2, '2025-03-02', '2025-03-02', NULL)", (2, 2)),
    ] {
        conn.query_drop("DELETE FROM token_transaction").unwrap();
        let rows = rows.replace('(', "(1, 3, ");
        conn.query_drop(format!(
            "INSERT INTO token_transaction (user_id, f_token_id, tokens, balance, created_on, issued_on, \
             expired_on) VALUES {rows}"
        ))
        .unwrap();
        assert_eq!(
            has(&mut conn),
            (Decimal::from(expected.0), Decimal::from(expected.1)),
            "{rows}"
        );
        let next = grant(&mut conn, 1_00, 1).balance();
        assert_eq!(next, Decimal::from(expected.0 + 1), "{rows}");
    }
}
