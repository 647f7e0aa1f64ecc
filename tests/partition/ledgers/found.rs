//! What the checks still find, and what stops a drop.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error,
    integrity::{self, Check},
    ledger::Account,
    partition::Table,
};

use super::{apply, assert_clean, balances, count, earn, filled, noon, pay, retain};
use crate::{months, plan, support::ByHand};

const POINTS: Table = Table::PointsTransaction;

/// What nobody could put right any more once the rows are gone.
#[test]
fn a_balance_that_is_wrong_keeps_its_rows() {
    let db = filled();
    let mut conn = db.conn();
    apply(&db, POINTS, &months());
    let rows = count(&mut conn, "points_transaction");
    conn.by_hand([
        "UPDATE points_transaction SET balance = balance + 1 WHERE user_id IN (3, 2100) \
                   AND created_on < '2026-02-01'",
    ]);

    let error = plan(&db, POINTS, &retain()).apply(&mut conn).unwrap_err();

    let Error::UnsoundBalances { accounts: 2, user_id: 3, .. } = error else { panic!("{error:?}") };
    assert_eq!(count(&mut conn, "points_transaction"), rows);
    assert_eq!(count(&mut conn, "points_opening"), 0);
    conn.by_hand([
        "UPDATE points_transaction SET balance = balance - 1 WHERE user_id IN (3, 2100) \
                   AND created_on < '2026-02-01'",
    ]);
    apply(&db, POINTS, &retain());
    assert_clean(&mut conn);
}

/// Whoever counts a row twice, or not at all, is found as before.
#[test]
fn wrong_rows_are_found_after_a_retention() {
    let db = filled();
    let mut conn = db.conn();
    apply(&db, POINTS, &retain());
    let late = earn(&mut conn, 3, 1, noon(3, 9));
    assert_clean(&mut conn);
    conn.by_hand([format!("UPDATE points_transaction SET balance = 1 WHERE id = {}", late.id())]);
    let report = integrity::validate(&mut conn).unwrap();
    let [wrong] = report.balance_inconsistencies().listed() else { panic!("{report}") };
    assert_eq!((wrong.user_id(), wrong.transaction_id()), (3, late.id()));
    assert_eq!((wrong.expected(), wrong.found()), (6.into(), 1.into()));
    conn.by_hand([format!("DELETE FROM points_transaction WHERE id = {}", late.id())]);

    // A half that was never dropped is missed.
    let paid = pay(&mut conn, (Account::user(1), Account::user(2)), 1, noon(3, 9));
    conn.by_hand([format!("DELETE FROM points_transaction WHERE id = {}", paid.debit().id())]);
    let issue = integrity::check(&mut conn, Check::BROKEN_PAIR).unwrap().unwrap();
    assert_eq!(issue.ids(), [paid.credit().id()]);
}

/// Rows that name what was dropped.
#[test]
fn what_was_dropped_is_not_missed() {
    let db = filled();
    let mut conn = db.conn();
    // A payment across the end of the month, as somebody else writes it.
    let paid = pay(&mut conn, (Account::user(1), Account::user(2)), 1, noon(1, 31));
    conn.by_hand([
        format!("UPDATE points_transaction SET created_on = '2026-02-01' WHERE id = {}", paid.credit().id()),
        "INSERT INTO ledger_key (idempotency_key, content, movement_id, counterpart_id, moved_on, recorded_on) \
         SELECT 'a', '', MIN(id), MIN(id), MIN(created_on), '2026-01-05 12:00:00' FROM points_transaction".into(),
        "UPDATE points_transaction SET note = 'card', activity_type = 3 WHERE user_id = 3 AND points < 0".into(),
        "INSERT INTO redeem_transaction (user_id, points, transaction_id, created_on) \
         VALUES (3, -2, 'card', '2026-02-01 00:00:05')".into(),
        "UPDATE points_transaction SET note = 'ticket' WHERE user_id = 2101 AND created_on < '2026-01-06'".into(),
        "INSERT INTO bytemark_order_payments (user_id, order_id, order_uuid, payment_type, total_price, created_on) \
         VALUES (1, 1, 'ticket', 'coins', 2, '2026-01-05 12:00:00')".into(),
    ]);
    let found = |conn: &mut _| -> Vec<Check> {
        integrity::monitor(conn).unwrap().iter().map(integrity::QualityIssue::check).collect()
    };
    let before = found(&mut conn);
    assert_eq!(before, [Check::PAIR_OF_OTHER_MOMENTS]);
    let had = balances(&mut conn);

    apply(&db, POINTS, &retain());

    assert_eq!(found(&mut conn), []);
    assert_eq!(balances(&mut conn), had);
    // What comes without points afterwards is.
    conn.query_drop(
        "INSERT INTO redeem_transaction (user_id, points, transaction_id, created_on) \
         VALUES (3, -2, 'other', '2026-02-03')",
    )
    .unwrap();
    assert_eq!(found(&mut conn), [Check::REDEMPTIONS_WITHOUT_POINTS]);
}

/// A build of before is the last that has booted.
#[test]
fn without_the_tables_no_row_goes() {
    for (table, opening) in [(POINTS, "points_opening"), (Table::TokenTransaction, "token_opening")]
    {
        let db = crate::partitioned(table);
        let mut conn = db.conn();
        conn.query_drop(format!("DROP TABLE {opening}")).unwrap();
        let error = plan(&db, table, &retain()).apply(&mut conn).unwrap_err();
        assert!(matches!(error, Error::RetentionOnLedger { .. }), "{error:?}");
        assert_eq!(count(&mut conn, table.as_str()), 3);
    }
}
