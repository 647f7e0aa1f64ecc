//! What the ledger says of accounts and movements.

pub(crate) mod plans;

use std::collections::HashMap;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Result,
    ledger::{
        Account, Activity, Movements, Page, PointsTransaction, Refusal, SystemAccount, balance,
        balance_at, find_by_id, find_by_note, record_points_transaction, record_points_transfer,
        statement,
    },
    rust_decimal::Decimal,
    time::{Duration, PrimitiveDateTime},
};

use crate::{
    Row, assert_running_sums, ledger, movement, noon, payment, points,
    support::wire::{Cut, nth},
    users,
};

fn earn(conn: &mut Conn, account: i32, hundredths: i64, moment: PrimitiveDateTime) {
    let new = movement(account, Activity::Incentive, points(hundredths)).created_on(moment);
    record_points_transaction(conn, &new).unwrap();
}

fn note(conn: &mut Conn, note: &str) -> i64 {
    let new = movement(1, Activity::TransitTicket, points(-1)).note(note);
    record_points_transaction(conn, &new).unwrap().id()
}

fn ids(movements: &Movements<PointsTransaction>) -> Vec<i64> {
    movements.entries().iter().map(PointsTransaction::id).collect()
}

#[track_caller]
fn assert_unknown<T: std::fmt::Debug>(outcome: Result<T>, id: i32) {
    match outcome {
        Err(Error::Refused(Refusal::UnknownAccount { account, .. })) => {
            assert_eq!(account.id(), id);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_balance_is_that_of_the_newest_movement() {
    let (_db, mut conn) = users(2);
    assert_eq!(balance(&mut conn, Account::user(1)).unwrap(), Decimal::ZERO);
    assert_eq!(balance(&mut conn, SystemAccount::Budget).unwrap(), Decimal::ZERO);

    earn(&mut conn, 1, 12_50, noon());
    let gift = payment(2000, 1, Activity::CampaignReward, points(2_00));
    record_points_transfer(&mut conn, &gift).unwrap();

    assert_eq!(balance(&mut conn, Account::user(1)).unwrap().to_string(), "14.50");
    assert_eq!(balance(&mut conn, SystemAccount::Budget).unwrap(), points(-2_00));
    assert_eq!(balance(&mut conn, Account::user(2)).unwrap(), Decimal::ZERO);
}

/// They are the system account's, and its movements not for that user to see.
#[test]
fn a_user_with_the_id_of_a_system_account_has_no_movements() {
    let (_db, mut conn) = users(1);
    conn.query_drop("INSERT INTO auth_user (id) VALUES (2000)").unwrap();
    let gift = payment(2000, 1, Activity::CampaignReward, points(2_00));
    record_points_transfer(&mut conn, &gift).unwrap();
    let user = Account::user(2000);
    for error in [
        balance(&mut conn, user).unwrap_err(),
        balance_at(&mut conn, user, noon()).unwrap_err(),
        statement(&mut conn, user, Page::newest(10)).unwrap_err(),
    ] {
        let Error::Refused(Refusal::ReservedAccount { account, .. }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(account, user);
    }
    let movements = statement(&mut conn, SystemAccount::Budget, Page::newest(10)).unwrap();
    let [movement] = movements.entries() else { panic!("{movements:?}") };
    assert_eq!(movement.account(), SystemAccount::Budget.into());
    assert_eq!(movement.payer(), Some(SystemAccount::Budget.into()));
}

/// A wrong number is told from a user without points, and a user who is gone from a wrong number.
#[test]
fn a_balance_of_nobody_is_refused() {
    let (_db, mut conn) = users(1);
    earn(&mut conn, 1, 1_00, noon());
    for id in [2, 0, -1] {
        assert_unknown(balance(&mut conn, Account::user(id)), id);
        assert_unknown(balance_at(&mut conn, Account::user(id), noon()), id);
        let none = statement(&mut conn, Account::user(id), Page::newest(10)).unwrap();
        assert_eq!((none.entries(), none.older()), (&[][..], None));
    }
    conn.query_drop("DELETE FROM auth_user").unwrap();
    assert_eq!(balance(&mut conn, Account::user(1)).unwrap(), points(1_00));
}

#[test]
fn a_balance_at_a_moment_has_all_of_its_second() {
    let (_db, mut conn) = users(1);
    for _ in 0..3 {
        earn(&mut conn, 1, 1_00, noon());
    }
    earn(&mut conn, 1, 1_00, noon() + Duration::SECOND);
    let mut at = |moment| balance_at(&mut conn, Account::user(1), moment).unwrap();

    assert_eq!(at(noon() - Duration::SECOND), Decimal::ZERO);
    assert_eq!(at(noon() - Duration::MILLISECOND), Decimal::ZERO);
    assert_eq!(at(noon()), points(3_00));
    assert_eq!(at(noon() + Duration::milliseconds(999)), points(3_00));
    assert_eq!(at(noon() + Duration::SECOND), points(4_00));
    assert_eq!(at(noon() + Duration::weeks(1)), points(4_00));
}

#[test]
fn a_balance_at_a_moment_that_no_server_has_is_refused() {
    let (_db, mut conn) = users(1);
    for moment in [PrimitiveDateTime::MIN, noon().replace_year(999).unwrap()] {
        let error = balance_at(&mut conn, Account::user(1), moment).unwrap_err();
        let is_refused = matches!(error, Error::Refused(Refusal::MomentOutOfRange { .. }));
        assert!(is_refused, "{error:?}");
    }
}

/// Whatever is dated back or ahead, in whatever order it was recorded.
#[test]
fn a_balance_at_a_moment_is_the_sum_up_to_it() {
    let (_db, mut conn) = users(3);
    let dice = &mut fastrand::Rng::with_seed(11);
    for _ in 0..200 {
        let moment = noon() + Duration::seconds(dice.i64(0..50));
        earn(&mut conn, dice.i32(1..=3), dice.i64(-5_00..5_00), moment);
    }
    let rows = ledger(&mut conn);
    for second in -1..=50 {
        let moment = noon() + Duration::seconds(second);
        for user in 1..=3 {
            let is_counted = |row: &&Row| row.user_id == user && row.created_on <= moment;
            let expected: Decimal = rows.iter().filter(is_counted).map(|row| row.points).sum();
            let found = balance_at(&mut conn, Account::user(user), moment).unwrap();
            assert_eq!(found, expected, "user {user} at {moment}");
        }
    }
}

#[test]
fn a_movement_is_read_as_it_was_recorded() {
    let (_db, mut conn) = users(2);
    let fee = movement(1, Activity::from(99), points(-2_05)).note("it's \u{1f3ab}");
    let fee = record_points_transaction(&mut conn, &fee).unwrap();
    let gift = payment(2000, 2, Activity::CampaignReward, points(5_00)).created_on(noon());
    let gift = record_points_transfer(&mut conn, &gift).unwrap();

    for recorded in [&fee, gift.debit(), gift.credit()] {
        assert_eq!(find_by_id(&mut conn, recorded.id()).unwrap().as_ref(), Some(recorded));
        let page = statement(&mut conn, recorded.account(), Page::newest(1)).unwrap();
        assert_eq!(page.entries().first(), Some(recorded));
    }
    for id in [gift.credit().id() + 1, 0, -1, i64::MAX] {
        assert_eq!(find_by_id(&mut conn, id).unwrap(), None);
    }
}

/// Movements arrive while pages are turned: each that was there is seen once, and none that came later.
#[test]
fn pages_do_not_shift_while_movements_arrive() {
    let (_db, mut conn) = users(2);
    for number in 0..23 {
        earn(&mut conn, 1 + number % 2, 1_00, noon());
    }
    let rows = ledger(&mut conn);
    let mut expected: Vec<_> =
        rows.iter().filter(|row| row.user_id == 1).map(|row| row.id).collect();
    expected.reverse();

    let (mut seen, mut page) = (Vec::new(), Some(Page::newest(5)));
    while let Some(this) = page {
        assert!(seen.len() < expected.len(), "the pages have no end: {seen:?}");
        let movements = statement(&mut conn, Account::user(1), this).unwrap();
        assert!(movements.entries().len() <= 5);
        seen.extend(ids(&movements));
        page = movements.older();
        earn(&mut conn, 1, 1_00, noon());
    }
    assert_eq!(seen, expected);
}

#[test]
fn the_last_page_has_none_below_it() {
    let (_db, mut conn) = users(1);
    for _ in 0..4 {
        earn(&mut conn, 1, 1_00, noon());
    }
    let mut read = |page| statement(&mut conn, Account::user(1), page).unwrap();
    let all = read(Page::newest(4));
    assert_eq!((all.entries().len(), all.older()), (4, None));

    let first = read(Page::newest(3));
    let last = read(first.older().unwrap());
    assert_eq!((last.entries().len(), last.older()), (1, None));
    assert_eq!([ids(&first), ids(&last)].concat(), ids(&all));

    // What a caller has handed out and got back.
    let again = read(Page::before(first.older().unwrap().before_id(), 3));
    assert_eq!(again, last);
    assert_eq!(read(Page::before(0, 3)).entries(), []);
    assert_eq!(all.clone().into_entries(), all.entries());
}

#[test]
fn a_page_has_bounds() {
    let (_db, mut conn) = users(1);
    let rows = vec!["(1, 1, 1, 1, '2025-03-31')"; 1_200].join(", ");
    conn.query_drop(format!(
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) VALUES {rows}"
    ))
    .unwrap();
    for (size, expected) in [(0, 1), (1, 1), (1_000, 1_000), (u16::MAX, 1_000)] {
        let page = statement(&mut conn, Account::user(1), Page::newest(size)).unwrap();
        assert_eq!(page.entries().len(), expected);
    }
}

/// The column's collation takes much for the same that is not.
#[test]
fn a_note_is_found_by_its_very_characters() {
    let (_db, mut conn) = users(2);
    let notes = ["Order", "order", "order ", "\u{f6}rder", "\u{1f600}", "\u{1f3ab}", "", "it's"];
    let recorded: HashMap<_, _> = notes.map(|text| (text, note(&mut conn, text))).into();
    record_points_transaction(&mut conn, &movement(1, Activity::Fee, points(-1))).unwrap();

    for text in notes {
        let found = find_by_note(&mut conn, text, Page::newest(10)).unwrap();
        assert_eq!(ids(&found), [recorded[text]], "{text:?}");
        assert_eq!(found.older(), None);
    }
    assert_eq!(find_by_note(&mut conn, "ORDER", Page::newest(10)).unwrap().entries(), []);
}

#[test]
fn a_note_finds_both_halves_and_more_by_the_page() {
    let (_db, mut conn) = users(2);
    let gift = payment(1, 2, Activity::Adjustment, points(25)).note("welcome");
    let gift = record_points_transfer(&mut conn, &gift).unwrap();
    let third = note(&mut conn, "welcome");

    let first = find_by_note(&mut conn, "welcome", Page::newest(2)).unwrap();
    assert_eq!(ids(&first), [third, gift.credit().id()]);
    let rest = find_by_note(&mut conn, "welcome", first.older().unwrap()).unwrap();
    assert_eq!((ids(&rest), rest.older()), (vec![gift.debit().id()], None));
}

/// A call, by the name that its test failure has.
type Call = (&'static str, fn(&mut Conn) -> Result<()>);

const CALLS: [Call; 7] = [
    ("balance", |conn| balance(conn, Account::user(7)).map(drop)),
    ("balance of the system", |conn| balance(conn, SystemAccount::Budget).map(drop)),
    ("balance_at", |conn| balance_at(conn, Account::user(7), noon()).map(drop)),
    ("statement", |conn| {
        let page = Page::before(15_000, 10);
        statement(conn, SystemAccount::Budget, page).map(drop)
    }),
    ("find_by_note", |conn| find_by_note(conn, "order 77", Page::newest(10)).map(drop)),
    ("find_by_note of many", |conn| {
        find_by_note(conn, "welcome", Page::before(15_000, 10)).map(drop)
    }),
    ("find_by_id", |conn| find_by_id(conn, 77).map(drop)),
];

#[test]
fn a_right_to_read_is_enough() {
    let (db, _conn) = users(7);
    let user = db.user("USAGE");
    db.grant(&user, "SELECT", "points_transaction");
    for (name, call) in &CALLS[3..] {
        call(&mut user.conn()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    db.grant(&user, "SELECT", "auth_user");
    db.grant(&user, "SELECT", "points_opening");
    for (name, call) in CALLS {
        call(&mut user.conn()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    let stranger = db.user("INSERT");
    let error = balance(&mut stranger.conn(), Account::user(1)).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
}

/// A caller sees its own transaction, and it stays open.
#[test]
fn reads_in_a_transaction_of_the_caller() {
    let (db, mut conn) = users(1);
    earn(&mut conn, 1, 1_00, noon());
    conn.query_drop("START TRANSACTION WITH CONSISTENT SNAPSHOT").unwrap();
    earn(&mut db.conn(), 1, 1_00, noon());

    assert_eq!(balance(&mut conn, Account::user(1)).unwrap(), points(1_00));
    assert_eq!(balance(&mut db.conn(), Account::user(1)).unwrap(), points(2_00));
    let error = record_points_transaction(&mut conn, &movement(1, Activity::Fee, points(-1)));
    assert!(matches!(error, Err(Error::OpenTransaction)), "{error:?}");
}

#[test]
fn works_whatever_limit_the_session_has() {
    let (_db, mut conn) = users(1);
    for _ in 0..3 {
        earn(&mut conn, 1, 1_00, noon());
    }
    conn.query_drop("SET sql_select_limit = 0, time_zone = '+09:00', sql_mode = 'ANSI_QUOTES'")
        .unwrap();
    assert_eq!(balance(&mut conn, Account::user(1)).unwrap(), points(3_00));
    assert_eq!(balance_at(&mut conn, Account::user(1), noon()).unwrap(), points(3_00));
    let page = statement(&mut conn, Account::user(1), Page::newest(10)).unwrap();
    assert_eq!(page.entries().len(), 3);
    assert_eq!(find_by_id(&mut conn, ids(&page)[0]).unwrap(), Some(page.entries()[0].clone()));
}

#[test]
fn a_connection_that_breaks_is_an_error_about_it() {
    let (db, mut conn) = users(7);
    earn(&mut conn, 7, 1_00, noon());
    for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
        for (name, call) in CALLS {
            // A statement is prepared, and then executed.
            for position in 0..2 {
                let mut broken = db.watched(nth(position, |_| true, move || cut));
                let error = call(&mut broken).unwrap_err();
                assert!(matches!(error, Error::Database { .. }), "{name}: {error:?}");
                assert!(error.is_retryable(), "{name}: {error:?}");
            }
        }
    }
    assert_running_sums(&ledger(&mut conn));
}
