//! What does not fit is refused, and then nothing was written.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, analytics,
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, SystemAccount,
        record_points_transaction, record_points_transfer,
    },
    rust_decimal::Decimal,
    time::PrimitiveDateTime,
};

use crate::{ledger, modified_on, noon, points, support::questions, users};

fn movement(account: i32, points: Decimal) -> NewPointsTransaction {
    crate::movement(account, Activity::Adjustment, points)
}

fn payment(from: i32, to: i32, points: Decimal) -> NewPointsTransfer {
    crate::payment(from, to, Activity::Adjustment, points)
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Users 1 and 2, of whom the first has 10 points.
fn with_ten_points() -> (crate::Database, Conn) {
    let (db, mut conn) = users(2);
    record_points_transaction(&mut conn, &movement(1, points(10_00)).created_on(noon())).unwrap();
    (db, conn)
}

/// Why it was refused, in words, which have every value in them.
#[track_caller]
fn refusal<T: std::fmt::Debug>(outcome: quicksight_migrations::Result<T>) -> String {
    let error = outcome.unwrap_err();
    assert!(!error.is_retryable(), "{error:?}");
    assert_eq!(error.server_code(), None);
    let Error::Refused(refusal) = error else { panic!("{error:?}") };
    refusal.to_string()
}

#[test]
fn refuses_what_the_table_cannot_hold() {
    let (_db, mut conn) = with_ten_points();
    let most = decimal("99999999.99");
    let early = PrimitiveDateTime::MIN;
    let cases = [
        (
            movement(1, decimal("1.005")),
            "1.005 points have more than two decimals; round them first",
        ),
        (
            movement(1, decimal("100000000")),
            "100000000 points are more than the ledger can hold; it goes up to 99999999.99",
        ),
        (
            movement(1, Decimal::MIN),
            "-79228162514264337593543950335 points are more than the ledger can hold; it goes up to 99999999.99",
        ),
        (
            movement(1, most),
            "account 1 has 10.00 points and cannot take 99999999.99 more; a balance goes up to 99999999.99",
        ),
        (
            movement(1, points(1)).note("\u{e9}".repeat(201)),
            "a note of 201 characters is too long; it may have 200",
        ),
        (
            movement(3, points(1)),
            "account 3 is neither a user in auth_user nor a system account; create the user first",
        ),
        (
            movement(0, points(1)),
            "account 0 is neither a user in auth_user nor a system account; create the user first",
        ),
        (
            movement(-1, points(1)),
            "account -1 is neither a user in auth_user nor a system account; create the user first",
        ),
        (
            movement(1, points(-10_01)).refuse_overdraft(),
            "account 1 has 10.00 points, which do not cover 10.01",
        ),
        (
            movement(1, points(1)).created_on(early),
            "the ledger cannot hold the moment -9999-01-01 0:00:00.0; give a year from 1000 to 9999",
        ),
    ];
    let before = ledger(&mut conn);
    for (new, expected) in cases {
        assert_eq!(refusal(record_points_transaction(&mut conn, &new)), expected);
        assert_eq!(ledger(&mut conn), before);
        assert_eq!(modified_on(&mut conn, 1), Some(noon()));
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
    }
}

#[test]
fn refuses_payments_that_are_none() {
    let (_db, mut conn) = with_ten_points();
    let most = decimal("99999999.99");
    let cases = [
        (
            payment(1, 2, points(0)),
            "0.00 points cannot be paid; give an amount above 0, and swap payer and payee to pay back",
        ),
        (
            payment(1, 2, points(-5)),
            "-0.05 points cannot be paid; give an amount above 0, and swap payer and payee to pay back",
        ),
        (payment(1, 1, points(5)), "account 1 cannot pay itself"),
        (
            payment(1, 3, points(5)),
            "account 3 is neither a user in auth_user nor a system account; create the user first",
        ),
        (
            payment(3, 1, points(5)),
            "account 3 is neither a user in auth_user nor a system account; create the user first",
        ),
        (
            payment(1, 2, decimal("0.001")),
            "0.001 points have more than two decimals; round them first",
        ),
        (
            payment(1, 2, points(5)).note("n".repeat(201)),
            "a note of 201 characters is too long; it may have 200",
        ),
        (
            payment(2, 1, most),
            "account 1 has 10.00 points and cannot take 99999999.99 more; a balance goes up to 99999999.99",
        ),
        (
            payment(1, 2, points(10_01)).refuse_overdraft(),
            "account 1 has 10.00 points, which do not cover 10.01",
        ),
    ];
    let before = ledger(&mut conn);
    for (new, expected) in cases {
        assert_eq!(refusal(record_points_transfer(&mut conn, &new)), expected);
        assert_eq!(ledger(&mut conn), before);
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
    }
}

#[test]
fn takes_what_just_fits() {
    let (_db, mut conn) = with_ten_points();
    conn.query_drop("SET sql_mode = ''").unwrap();
    let note = "\u{1f600}".repeat(200);
    for (new, balance) in [
        (movement(1, points(-10_00)).refuse_overdraft(), "0"),
        (movement(1, decimal("1.500")), "1.50"),
        (movement(1, decimal("-1.5")), "0"),
        (movement(1, decimal("99999999.99")), "99999999.99"),
        (movement(1, decimal("-99999999.99")), "0"),
        (movement(1, decimal("-99999999.99")), "-99999999.99"),
        (movement(1, points(1)).refuse_overdraft(), "-99999999.98"),
        (movement(1, points(0)).note(note.clone()), "-99999999.98"),
        (movement(SystemAccount::Escrow.id(), points(-1)), "-0.01"),
    ] {
        let recorded = record_points_transaction(&mut conn, &new).unwrap();
        assert_eq!(recorded.balance(), decimal(balance), "{new:?}");
    }
    let rows = ledger(&mut conn);
    crate::assert_running_sums(&rows);
    assert_eq!(rows[rows.len() - 2].note, Some(note));
    let below = record_points_transaction(&mut conn, &movement(1, points(-2)));
    assert_eq!(
        refusal(below),
        "account 1 has -99999999.98 points and cannot take -0.02 more; a balance goes up to 99999999.99"
    );
}

/// Somebody made the column wider, and put into it what no sum of ours can hold.
#[test]
fn refuses_to_add_to_a_balance_beyond_all_bounds() {
    let (_db, mut conn) = with_ten_points();
    conn.query_drop("ALTER TABLE points_transaction MODIFY balance decimal(29,0) NOT NULL")
        .unwrap();
    for (balance, points) in [(Decimal::MAX, points(1_00)), (Decimal::MIN, points(-1_00))] {
        conn.exec_drop("UPDATE points_transaction SET balance = ?", (balance,)).unwrap();
        assert_eq!(
            refusal(record_points_transaction(&mut conn, &movement(1, points))),
            format!(
                "account 1 has {balance} points and cannot take {points} more; a balance goes up to \
                 99999999.99"
            )
        );
    }
}

/// `AUTO_INCREMENT` walks through the ids of the system's accounts. Nothing is sent.
#[test]
fn a_user_with_the_id_of_a_system_account_is_refused() {
    let (_db, mut conn) = users(1);
    let ends =
        |payer, payee| NewPointsTransfer::new(Ends { payer, payee }, Activity::Fee, points(1));
    let one = |account| NewPointsTransaction::new(account, Activity::Fee, points(1));
    let before = questions(&mut conn);
    for system in SystemAccount::ALL {
        let (user, other) = (Account::user(system.id()), Account::user(1));
        let refused = [
            refusal(record_points_transaction(&mut conn, &one(user))),
            refusal(record_points_transaction(&mut conn, &one(other).payer(user))),
            refusal(record_points_transaction(&mut conn, &one(other).payee(user))),
            refusal(record_points_transfer(&mut conn, &ends(user, other))),
            refusal(record_points_transfer(&mut conn, &ends(other, user))),
        ];
        let expected = format!(
            "user {user} has the id of a system account; name the SystemAccount if that is meant, or \
             give the user another id"
        );
        assert_eq!(refused, [&*expected; 5]);
    }
    assert_eq!(questions(&mut conn) - before, 1);
    record_points_transaction(&mut conn, &one(SystemAccount::Escrow.into())).unwrap();
}

#[test]
fn asks_the_server_nothing_that_it_knows_by_itself() {
    let (_db, mut conn) = users(1);
    let before = questions(&mut conn);
    refusal(record_points_transaction(&mut conn, &movement(1, decimal("0.001"))));
    refusal(record_points_transaction(&mut conn, &movement(1, points(1)).note("n".repeat(201))));
    refusal(record_points_transfer(&mut conn, &payment(1, 1, points(1))));
    assert_eq!(questions(&mut conn) - before, 1);
}

/// A note is a user's own words, and an order's number is nobody else's business.
#[test]
fn a_refusal_does_not_repeat_the_note() {
    let (_db, mut conn) = users(1);
    let secret = movement(5, points(1)).note("secret".repeat(50));
    let error = record_points_transaction(&mut conn, &secret).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}

#[test]
fn an_open_transaction_is_refused_and_left_alone() {
    let (db, mut conn) = users(2);
    for (begin, modified) in [("START TRANSACTION", false), ("SET autocommit = 0", true)] {
        conn.query_drop(begin).unwrap();
        conn.query_drop("UPDATE auth_user SET first_name = 'open' WHERE id = 2").unwrap();

        let error = record_points_transaction(&mut conn, &movement(1, points(1))).unwrap_err();
        assert!(matches!(error, Error::OpenTransaction), "{error:?}");
        let error = record_points_transfer(&mut conn, &payment(1, 2, points(1))).unwrap_err();
        assert!(matches!(error, Error::OpenTransaction), "{error:?}");

        let name = "SELECT first_name FROM auth_user WHERE id = 2";
        let mine: Option<String> = conn.query_first(name).unwrap().unwrap();
        assert_eq!(mine.as_deref(), Some("open"), "{modified}");
        conn.query_drop("ROLLBACK").unwrap();
        let after: Option<Option<String>> = db.conn().query_first(name).unwrap();
        assert_eq!(after, Some(None));
        assert_eq!(ledger(&mut db.conn()), []);
    }
}

/// Without autocommit a report opens a transaction, and the server does not tell it from others.
#[test]
fn a_report_in_a_session_without_autocommit_must_be_ended_first() {
    let (_db, mut conn) = users(1);
    conn.query_drop("SET autocommit = 0").unwrap();
    let day = noon().date();
    let range = analytics::DateRange::new(day, day.next_day().unwrap()).unwrap();
    analytics::hourly_trips(&mut conn, range).unwrap();
    let error = record_points_transaction(&mut conn, &movement(1, points(1))).unwrap_err();
    assert!(matches!(error, Error::OpenTransaction), "{error:?}");
    conn.query_drop("COMMIT").unwrap();
    record_points_transaction(&mut conn, &movement(1, points(1))).unwrap();
}

#[test]
fn says_which_right_is_missing() {
    let (db, _conn) = users(1);
    let user = db.user("SELECT");
    let error = record_points_transaction(&mut user.conn(), &movement(1, points(1))).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");

    let user = db.user("SELECT, INSERT, UPDATE");
    record_points_transaction(&mut user.conn(), &movement(1, points(1))).unwrap();
    record_points_transfer(&mut user.conn(), &payment(2000, 1, points(1))).unwrap();
}
