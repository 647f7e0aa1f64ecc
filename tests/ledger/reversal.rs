//! Movements are taken back whole, and once.

mod at_once;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Result, integrity,
    ledger::{
        Account, Activity, NewReversal, Page, Refusal, Reversal, SystemAccount, balance,
        balance_at, find_by_id, find_by_note, record_points_transaction, record_points_transfer,
        reverse_points,
    },
    rust_decimal::Decimal,
    time::Duration,
};

use crate::{
    Row, assert_clean, assert_pairs, assert_running_sums, ledger, movement, noon, payment, points,
    support::Database, users,
};

/// User 1, who has an order to pay.
fn passenger() -> (Database, Conn) {
    let (db, mut conn) = users(1);
    let order = "INSERT INTO bytemark_order_payments (user_id, order_id, order_uuid, payment_type, total_price) \
                 VALUES (1, 7, 'order 7', 'coins', 3)";
    conn.query_drop(order).unwrap();
    (db, conn)
}

fn ticket(conn: &mut Conn) -> i64 {
    let new = movement(1, Activity::TransitTicket, points(-3_00)).note("order 7");
    let new = new
        .payer(Account::user(1))
        .payee(Account::from(SystemAccount::Bytemark))
        .created_on(noon());
    record_points_transaction(conn, &new).unwrap().id()
}

fn reward(conn: &mut Conn) -> (i64, i64) {
    let new = payment(2000, 1, Activity::CampaignReward, points(5_00)).note("welcome");
    let reward = record_points_transfer(conn, &new.created_on(noon())).unwrap();
    (reward.debit().id(), reward.credit().id())
}

fn reverse(conn: &mut Conn, id: i64) -> Result<i64> {
    reverse_points(conn, &NewReversal::of(id)).map(|reversal| reversal.id())
}

#[track_caller]
fn assert_reversed<T: std::fmt::Debug>(outcome: Result<T>, expected: (i64, i64)) {
    match outcome {
        Err(Error::Refused(Refusal::AlreadyReversed { id, by, .. })) => {
            assert_eq!((id, by), expected);
        }
        other => panic!("{other:?}"),
    }
}

/// Neither the balances nor the rows by themselves are wrong.
#[track_caller]
fn assert_all_right(conn: &mut Conn) -> Vec<Row> {
    let rows = ledger(conn);
    assert_running_sums(&rows);
    assert_clean(conn);
    assert_eq!(integrity::monitor(conn).unwrap(), []);
    rows
}

#[test]
fn a_movement_is_reversed_by_its_opposite() {
    let (_db, mut conn) = passenger();
    let id = ticket(&mut conn);
    let before = ledger(&mut conn);

    let reversal = reverse_points(&mut conn, &NewReversal::of(id)).unwrap();

    let Reversal::Transaction(entry) = &reversal else { panic!("{reversal:?}") };
    assert_eq!(reversal.id(), entry.id());
    assert_eq!((entry.account(), entry.activity()), (Account::user(1), Activity::Adjustment));
    assert_eq!((entry.points(), entry.balance()), (points(3_00), Decimal::ZERO));
    assert_eq!(entry.note(), Some(format!("reversal of {id}").as_str()));
    assert_eq!(entry.payer(), Some(Account::from(SystemAccount::Bytemark)));
    assert_eq!(entry.payee(), Some(Account::user(1)));
    assert_eq!(entry.ref_transaction_id(), 0);
    assert!(entry.created_on() > noon(), "it is of today");
    let rows = assert_all_right(&mut conn);
    assert_eq!(rows[..1], before, "what was recorded stays as it was");
    assert_eq!(rows.len(), 2);
    let found = find_by_note(&mut conn, entry.note().unwrap(), Page::newest(2)).unwrap();
    assert_eq!((found.entries().first(), found.entries().len()), (Some(entry), 1));
}

/// Points from nobody would be gained; and those that nobody held are in escrow again.
#[test]
fn who_had_the_points_before_is_named() {
    let (_db, mut conn) = users(1);
    let user = Account::user(1);
    for (activity, hundredths, payer, payee) in [
        (Activity::Fee, -5_00, Some(user), None),
        (Activity::FromEscrow, 5_00, None, Some(SystemAccount::Escrow.into())),
        (Activity::Purchase, 5_00, None, None),
        (Activity::Adjustment, -5_00, None, None),
    ] {
        let new = movement(1, activity, points(hundredths));
        let id = record_points_transaction(&mut conn, &new).unwrap().id();
        let reversal = reverse_points(&mut conn, &NewReversal::of(id)).unwrap();
        let Reversal::Transaction(entry) = &reversal else { panic!("{reversal:?}") };
        assert_eq!((entry.payer(), entry.payee()), (payer, payee), "{activity:?}");
        assert_eq!(find_by_id(&mut conn, reversal.id()).unwrap().as_ref(), Some(entry));
    }
    assert_all_right(&mut conn);
}

/// Another writer need not name the ends. What is returned is what was recorded.
#[test]
fn a_payment_without_names_is_reversed() {
    let (_db, mut conn) = users(1);
    let (debit, _) = reward(&mut conn);
    conn.query_drop("UPDATE points_transaction SET payer = 0, payee = 0").unwrap();
    let reversal = reverse_points(&mut conn, &NewReversal::of(debit)).unwrap();
    let Reversal::Transfer(back) = &reversal else { panic!("{reversal:?}") };
    for half in [back.debit(), back.credit()] {
        assert_eq!((half.payer(), half.payee()), (Some(Account::user(1)), None));
        assert_eq!(find_by_id(&mut conn, half.id()).unwrap().as_ref(), Some(half));
    }
    assert_all_right(&mut conn);
}

#[test]
fn both_halves_of_a_payment_are_reversed_whichever_is_named() {
    for named in 0..2 {
        let (_db, mut conn) = users(1);
        let (debit, credit) = reward(&mut conn);

        let reversal = reverse_points(&mut conn, &NewReversal::of([debit, credit][named])).unwrap();

        let Reversal::Transfer(back) = &reversal else { panic!("{reversal:?}") };
        assert_eq!((back.debit().account().id(), back.credit().account().id()), (1, 2000));
        assert_eq!((back.debit().points(), back.credit().points()), (points(-5_00), points(5_00)));
        assert_eq!(back.credit().note(), Some(format!("reversal of {debit}").as_str()));
        assert_eq!(reversal.id(), back.credit().id());
        let rows = assert_all_right(&mut conn);
        assert_pairs(&rows);
        assert!(rows[2..].iter().all(|row| row.balance == Decimal::ZERO));
        for again in [debit, credit] {
            assert_reversed(reverse(&mut conn, again), (debit, reversal.id()));
        }
        assert_eq!(ledger(&mut conn), rows);
    }
}

#[test]
fn a_second_reversal_names_the_first() {
    let (_db, mut conn) = users(1);
    let id = ticket(&mut conn);
    let first = reverse(&mut conn, id).unwrap();
    let rows = ledger(&mut conn);
    for _ in 0..2 {
        assert_reversed(reverse(&mut conn, id), (id, first));
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
    }
    assert_eq!(ledger(&mut conn), rows);
}

#[test]
fn a_reversal_can_be_reversed_and_then_no_more() {
    let (_db, mut conn) = passenger();
    let id = ticket(&mut conn);
    let first = reverse(&mut conn, id).unwrap();
    let second = reverse(&mut conn, first).unwrap();

    assert_reversed(reverse(&mut conn, id), (id, first));
    assert_reversed(reverse(&mut conn, first), (first, second));
    assert_eq!(balance(&mut conn, Account::user(1)).unwrap(), points(-3_00));
    assert_all_right(&mut conn);
}

#[test]
fn points_that_are_spent_are_not_given_back_if_asked() {
    let (_db, mut conn) = passenger();
    let (debit, credit) = reward(&mut conn);
    ticket(&mut conn);

    let covered = NewReversal::of(credit).refuse_overdraft();
    let error = reverse_points(&mut conn, &covered).unwrap_err();
    assert_eq!(error.to_string(), "account 1 has 2.00 points, which do not cover 5.00");

    let by = reverse(&mut conn, credit).unwrap();
    assert_eq!(balance(&mut conn, Account::user(1)).unwrap(), points(-3_00));
    // The answer is that it is done, and not that nothing is left.
    assert_reversed(reverse_points(&mut conn, &covered), (debit, by));
    assert_all_right(&mut conn);
}

/// Whoever writes such notes by hand, of other accounts, amounts and activities.
#[test]
fn a_note_alone_is_no_reversal() {
    let (_db, mut conn) = users(2);
    let id = ticket(&mut conn);
    let note = format!("reversal of {id}");
    for (user, activity, hundredths) in [
        (2, Activity::Adjustment, 3_00),
        (1, Activity::Incentive, 3_00),
        (1, Activity::Adjustment, 2_00),
    ] {
        let alike = movement(user, activity, points(hundredths)).note(note.clone());
        record_points_transaction(&mut conn, &alike).unwrap();
    }
    reverse(&mut conn, id).unwrap();
    reverse(&mut conn, id).unwrap_err();
}

#[test]
fn refuses_what_cannot_be_reversed() {
    let (_db, mut conn) = users(2);
    let id = ticket(&mut conn);
    let (debit, credit) = reward(&mut conn);
    for (sql, named, expected) in [
        (
            String::new(),
            credit + 1,
            format!("there is no movement {} in points_transaction", credit + 1),
        ),
        (String::new(), -1, "there is no movement -1 in points_transaction".into()),
        // Names a row that is not there, that does not point back, itself, or one of another amount.
        (format!("ref_transaction_id = 99 WHERE id = {id}"), id, broken(id, 99)),
        (format!("ref_transaction_id = {debit} WHERE id = {id}"), id, broken(id, debit)),
        (format!("ref_transaction_id = {id} WHERE id = {id}"), id, broken(id, id)),
        (format!("points = 4 WHERE id = {credit}"), debit, broken(debit, credit)),
        (format!("points = -5, user_id = 1 WHERE id = {credit}"), debit, broken(debit, credit)),
    ] {
        if !sql.is_empty() {
            conn.query_drop(format!("UPDATE points_transaction SET {sql}")).unwrap();
        }
        let before = ledger(&mut conn);
        let error = reverse(&mut conn, named).unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
        assert_eq!(error.to_string(), expected);
        assert!(!error.is_retryable());
        assert_eq!(ledger(&mut conn), before);
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
    }
}

fn broken(id: i64, other: i64) -> String {
    format!(
        "movement {id} is half of a payment, and movement {other} is not its other half; correct the two \
         by hand first"
    )
}

#[test]
fn nothing_is_reversed_by_nothing() {
    let (_db, mut conn) = users(1);
    let none = movement(1, Activity::Fee, Decimal::ZERO);
    let id = record_points_transaction(&mut conn, &none).unwrap().id();
    let by = reverse(&mut conn, id).unwrap();
    assert_reversed(reverse(&mut conn, id), (id, by));
    assert_all_right(&mut conn);
}

#[test]
fn an_open_transaction_is_refused_and_a_session_without_autocommit_is_not() {
    let (_db, mut conn) = users(1);
    let id = ticket(&mut conn);
    conn.query_drop("START TRANSACTION").unwrap();
    let error = reverse(&mut conn, id).unwrap_err();
    assert!(matches!(error, Error::OpenTransaction), "{error:?}");
    conn.query_drop("ROLLBACK").unwrap();

    conn.query_drop("SET autocommit = 0").unwrap();
    let by = reverse(&mut conn, id).unwrap();
    assert_reversed(reverse(&mut conn, id), (id, by));
    conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
}

/// It counts on its own day and leaves the day of the movement as it was.
#[test]
fn a_reversal_is_of_its_own_day() {
    let (_db, mut conn) = users(1);
    let (debit, _) = reward(&mut conn);
    reverse(&mut conn, debit).unwrap();
    let user = Account::user(1);
    assert_eq!(balance_at(&mut conn, user, noon() + Duration::HOUR).unwrap(), points(5_00));
    assert_eq!(balance(&mut conn, user).unwrap(), Decimal::ZERO);
}
