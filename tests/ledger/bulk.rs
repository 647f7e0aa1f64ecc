//! Many payments in one call: all or none, and the same as if one was recorded after the other.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error,
    ledger::{
        Activity, NewPointsTransfer, Refusal, record_points_transfer, record_points_transfers,
    },
    time::Duration,
};

use crate::{
    Row, assert_clean, assert_pairs, assert_running_sums,
    crowd::{at_once, earn},
    ledger, modified_on, noon, payment, points, questions,
    support::wire::{Cut, is_commit, nth, statements_of},
    users,
};

/// Payments among few accounts, so that each account occurs many times.
fn many(count: usize) -> Vec<NewPointsTransfer> {
    const ACCOUNTS: [i32; 5] = [1, 2, 3, 2000, 2001];
    let one = |number: usize| {
        let up_to = |most: usize| i64::try_from(number % most).unwrap();
        let from = number % 5;
        let to = (from + 1 + number % 4) % 5;
        payment(ACCOUNTS[from], ACCOUNTS[to], Activity::Adjustment, points(up_to(7) * 5 + 5))
            .note(format!("number {number}"))
            .created_on(noon() + Duration::seconds(up_to(11)))
    };
    (0..count).map(one).collect()
}

/// All but the ids, which need not be the same on two databases.
fn content(row: &Row) -> impl PartialEq + std::fmt::Debug + use<> {
    let Row { user_id, activity_type, points, balance, note, created_on, payer, payee, .. } =
        row.clone();
    (user_id, activity_type, points, balance, note, created_on, payer, payee)
}

#[test]
fn the_rows_are_those_of_single_calls() {
    for count in [0, 1, 2, 250, 501] {
        let (_bulk, mut conn) = users(3);
        let (_single, mut other) = users(3);
        let new = many(count);

        let recorded = record_points_transfers(&mut conn, &new).unwrap();
        for one in &new {
            record_points_transfer(&mut other, one).unwrap();
        }

        let rows = ledger(&mut conn);
        let expected: Vec<_> = ledger(&mut other).iter().map(content).collect();
        assert_eq!(rows.iter().map(content).collect::<Vec<_>>(), expected);
        assert_pairs(&rows);
        assert_running_sums(&rows);
        assert_clean(&mut conn);
        for user in 1..=3 {
            assert_eq!(modified_on(&mut conn, user), modified_on(&mut other, user));
        }
        assert_eq!(recorded.len(), new.len());
        for ((recorded, pair), number) in recorded.iter().zip(rows.chunks(2)).zip(0..) {
            let halves = [recorded.debit(), recorded.credit()];
            for (half, row) in halves.into_iter().zip(pair) {
                assert_eq!((half.id(), half.balance()), (row.id, row.balance));
                assert_eq!(half.ref_transaction_id(), row.ref_transaction_id);
                assert_eq!(half.note(), Some(&*format!("number {number}")));
            }
        }
    }
}

#[test]
fn one_that_is_refused_stops_all_and_is_named() {
    let (_db, mut conn) = users(3);
    earn(&mut conn, 1, 10_00);
    let before = ledger(&mut conn);
    let pay = |from, to, hundredths| {
        payment(from, to, Activity::Adjustment, points(hundredths)).refuse_overdraft()
    };
    let cases = [
        // The second alone would be covered.
        (vec![pay(1, 2, 6_00), pay(1, 3, 5_00)], 1),
        (vec![pay(1, 2, 6_00), pay(2, 9, 1_00), pay(9, 1, 1_00)], 1),
        (vec![pay(1, 2, 1_00), pay(2, 3, 1_00), pay(3, 3, 1_00)], 2),
        (vec![pay(1, 2, 1_00), pay(2, 3, 0)], 1),
        (vec![payment(1, 2, Activity::Fee, points(1)).note("n".repeat(201))], 0),
    ];
    for (new, expected) in cases {
        let error = record_points_transfers(&mut conn, &new).unwrap_err();
        let Error::Refused(Refusal::OneOfSeveral { position, .. }) = error else {
            panic!("{error:?}")
        };
        assert_eq!(position, expected, "{new:?}");
        assert_eq!(ledger(&mut conn), before);
    }
    // What comes in first may be spent after it.
    record_points_transfers(&mut conn, &[pay(1, 2, 6_00), pay(2, 3, 6_00)]).unwrap();
}

#[test]
fn each_payment_has_a_key_of_its_own() {
    let (_db, mut conn) = users(3);
    let keyed = |numbers: std::ops::Range<usize>| -> Vec<_> {
        let all = many(numbers.end);
        numbers.map(|number| all[number].clone().idempotency_key(format!("k{number}"))).collect()
    };
    let first = record_points_transfers(&mut conn, &keyed(0..300)).unwrap();
    // Half of them are known.
    let second = record_points_transfers(&mut conn, &keyed(150..450)).unwrap();
    assert!(first.iter().all(|one| !one.is_replay()));
    for (old, again) in first[150..].iter().zip(&second) {
        assert!(again.is_replay());
        assert_eq!(
            (old.debit().id(), old.credit().id()),
            (again.debit().id(), again.credit().id())
        );
        assert_eq!(old.credit().balance(), again.credit().balance());
    }
    assert!(second[150..].iter().all(|one| !one.is_replay()));
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 900);
    assert_running_sums(&rows);

    let mut twice = keyed(0..4);
    twice[3] = twice[1].clone();
    let error = record_points_transfers(&mut conn, &twice).unwrap_err();
    let Error::Refused(Refusal::KeyRepeated { first, second, .. }) = error else {
        panic!("{error:?}")
    };
    assert_eq!((first, second), (1, 3));
    let mut other = keyed(0..4);
    other[2] = other[2].clone().note("other");
    let error = record_points_transfers(&mut conn, &other).unwrap_err();
    let Error::Refused(Refusal::OneOfSeveral { position, refusal, .. }) = error else {
        panic!("{error:?}")
    };
    assert!(position == 2 && matches!(*refusal, Refusal::KeyTaken { .. }), "{refusal:?}");
    assert_eq!(ledger(&mut conn).len(), 900);
}

/// One payer and a hundred payees: as many statements as for two, and no more round trips.
#[test]
fn a_hundred_cost_as_many_statements_as_two() {
    let (_db, mut conn) = users(101);
    let mut statements = |count: i32| {
        let new: Vec<_> =
            (2..2 + count).map(|user| payment(1, user, Activity::Adjustment, points(5))).collect();
        let before = questions(&mut conn);
        record_points_transfers(&mut conn, &new).unwrap();
        questions(&mut conn) - before - 1
    };
    assert_eq!((statements(2), statements(100)), (11, 11));
}

#[test]
fn no_packet_grows_with_the_number_of_payments() {
    let (db, mut conn) = users(3);
    conn.query_drop("SET GLOBAL max_allowed_packet = 1048576").unwrap();
    let note = "\u{1f600}".repeat(200);
    let new: Vec<_> = many(1_200).into_iter().map(|one| one.note(note.clone())).collect();
    record_points_transfers(&mut db.conn(), &new).unwrap();
    assert_eq!(ledger(&mut conn).len(), 2_400);
}

#[test]
fn many_calls_at_once_do_not_block_each_other() {
    let (db, mut conn) = users(3);
    for account in [2000, 2001] {
        earn(&mut conn, account, 100_000);
    }
    at_once(&db, 12, |conn, number| {
        for _ in 0..3 {
            let mut new = many(20);
            new.rotate_left(number);
            let keyed = new.into_iter().enumerate().map(|(at, one)| {
                one.idempotency_key(
                    format!("{}-{at}-{:?}", number, std::time::Instant::now()).replace(' ', ""),
                )
            });
            record_points_transfers(conn, &keyed.collect::<Vec<_>>()).unwrap();
        }
    });
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 2 + 12 * 3 * 40);
    assert_running_sums(&rows);
}

#[test]
fn a_connection_that_breaks_leaves_all_or_none() {
    let (db, mut conn) = users(3);
    let new: Vec<_> = many(4)
        .into_iter()
        .enumerate()
        .map(|(number, one)| one.idempotency_key(format!("k{number}")))
        .collect();
    let statements = statements_of(&db, |conn| drop(record_points_transfers(conn, &new).unwrap()));
    for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
        for (position, statement) in statements.iter().enumerate() {
            conn.query_drop("DELETE FROM points_transaction").unwrap();
            conn.query_drop("DELETE FROM ledger_key").unwrap();
            let mut breaking = db.watched(nth(position, |_| true, move || cut));
            record_points_transfers(&mut breaking, &new).unwrap_err();
            let recorded = record_points_transfers(&mut conn, &new).unwrap();
            let rows = ledger(&mut conn);
            assert_eq!(rows.len(), 8, "{statement}");
            assert_running_sums(&rows);
            let is_done = is_commit(statement) && cut == Cut::BeforeAnswer;
            assert!(recorded.iter().all(|one| one.is_replay() == is_done), "{statement}");
        }
    }
}
