//! What was taken back stays taken back, also where one of the two rows has gone.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    ledger::{Account, NewReversal, Refusal, balance, find_by_id, reverse_points},
    partition::{Report, Table},
};

use super::{apply, assert_clean, balances, count, earn, filled, noon, pay, retain};
use crate::{
    Database, months, plan,
    support::{ByHand, connect},
};

const POINTS: Table = Table::PointsTransaction;

/// Takes a movement back on a day of January, by the service's clock.
fn reverse_in_january(conn: &mut Conn, id: i64) -> i64 {
    conn.query_drop("SET timestamp = UNIX_TIMESTAMP('2026-01-20 12:00:00')").unwrap();
    reverse_points(conn, &NewReversal::of(id)).unwrap().id()
}

fn retention(db: &Database, conn: &mut Conn) -> quicksight_migrations::Result<Report> {
    plan(db, POINTS, &retain()).apply(conn)
}

#[track_caller]
fn would_go<T>(outcome: quicksight_migrations::Result<T>) -> (i64, i64) {
    match outcome.map(|_| ()) {
        Err(Error::ReversalWouldGo { id, reversal, .. }) => (id, reversal),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_reversed(conn: &mut Conn, id: i64) {
    let error = reverse_points(conn, &NewReversal::of(id)).unwrap_err();
    let refused = matches!(error, Error::Refused(Refusal::AlreadyReversed { .. }));
    assert!(refused, "{error:?}");
}

/// A movement that was dated ahead stays longer than what took it back.
#[test]
fn a_movement_that_stays_keeps_its_reversal() {
    let db = filled();
    let mut conn = db.conn();
    apply(&db, POINTS, &months());
    let rows = |conn: &mut Conn| count(conn, "points_transaction");
    // A single one, and a payment.
    let ahead = earn(&mut conn, 3, 4, noon(3, 20)).id();
    let paid = pay(&mut conn, (Account::user(1), Account::user(2)), 3, noon(3, 21));
    // Reversals of which the movement goes, too.
    let early = earn(&mut conn, 1, 6, noon(1, 3)).id();
    let mut january = db.conn();
    reverse_in_january(&mut january, early);
    let by = reverse_in_january(&mut january, ahead);
    let back = reverse_in_january(&mut january, paid.credit().id());
    // What has the note of a reversal and is none: of another account, of other points, and for something else.
    let stays = earn(&mut conn, 4, 5, noon(3, 22)).id();
    for (user, points, activity) in [(2, -5, 1), (4, -4, 1), (4, -5, 2)] {
        let other = earn(&mut conn, user, points, noon(1, 20)).id();
        conn.by_hand([format!(
            "UPDATE points_transaction SET note = 'reversal of {stays}', activity_type = {activity} WHERE id = {other}"
        )]);
    }
    let (before, all) = (balances(&mut conn), rows(&mut conn));

    for (first, second) in [(ahead, by), (paid.debit().id(), back)] {
        for policy in [retain(), retain().archive()] {
            let plan = plan(&db, POINTS, &policy);
            assert_eq!(would_go(plan.count_drops(&mut conn)), (first, second));
            assert_eq!(would_go(plan.apply(&mut conn)), (first, second));
        }
        assert_eq!((rows(&mut conn), count(&mut conn, "points_opening")), (all, 0));
        assert_eq!(count(&mut conn, "points_transaction_p2026_01"), 0);
        assert_reversed(&mut conn, first);
        // As the error says.
        conn.by_hand([format!(
            "UPDATE points_transaction SET created_on = '2026-01-20 12:00:00' \
             WHERE {first} IN (id, ref_transaction_id)"
        )]);
        assert_reversed(&mut conn, first);
    }
    conn.query_drop("DROP TABLE points_transaction_p2026_01").unwrap();
    retention(&db, &mut conn).unwrap();

    assert_eq!(balances(&mut conn), before);
    for id in [ahead, paid.debit().id(), paid.credit().id(), early] {
        let error = reverse_points(&mut conn, &NewReversal::of(id)).unwrap_err();
        let unknown = matches!(error, Error::Refused(Refusal::UnknownMovement { .. }));
        assert!(unknown, "{error:?}");
    }
    reverse_points(&mut conn, &NewReversal::of(stays)).unwrap();
    assert_reversed(&mut conn, stays);
    assert_clean(&mut conn);
}

/// Whoever takes it back while the openings are being written.
#[test]
fn a_reversal_that_comes_late_is_kept() {
    let db = filled();
    let mut conn = db.conn();
    apply(&db, POINTS, &months());
    let ahead = earn(&mut conn, 3, 4, noon(3, 20)).id();
    let all = count(&mut conn, "points_transaction");
    let (url, mut done) = (db.opts(), false);
    let mut watched = db.watched(move |sql| {
        if sql.starts_with("LOCK TABLES") && !done {
            reverse_in_january(&mut connect(url.clone()).unwrap(), ahead);
            done = true;
        }
        None
    });

    assert_eq!(would_go(retention(&db, &mut watched)).0, ahead);

    assert_eq!(count(&mut conn, "points_transaction"), all + 1);
    assert_reversed(&mut conn, ahead);
    assert_clean(&mut conn);
}

/// Two halves that somebody else has dated apart: no half is taken back alone.
#[test]
fn half_a_payment_stays_as_it_is() {
    let db = filled();
    let mut conn = db.conn();
    let paid = pay(&mut conn, (Account::user(1), Account::user(2)), 1, noon(1, 31));
    let (gone, stays) = (paid.debit().id(), paid.credit().id());
    conn.by_hand([format!(
        "UPDATE points_transaction SET created_on = '2026-02-01' WHERE id = {stays}"
    )]);
    let before = balances(&mut conn);

    apply(&db, POINTS, &retain());

    assert_eq!(find_by_id(&mut conn, gone).unwrap(), None);
    let half = find_by_id(&mut conn, stays).unwrap().unwrap();
    assert_eq!((half.points(), half.ref_transaction_id()), (1.into(), gone));
    let error = reverse_points(&mut conn, &NewReversal::of(stays)).unwrap_err();
    assert!(
        matches!(error, Error::Refused(Refusal::BrokenPair { id, other, .. }) if (id, other) == (stays, gone)),
        "{error:?}"
    );
    let error = reverse_points(&mut conn, &NewReversal::of(gone)).unwrap_err();
    assert!(matches!(error, Error::Refused(Refusal::UnknownMovement { .. })), "{error:?}");
    assert_eq!(balances(&mut conn), before);
    assert_eq!(balance(&mut conn, Account::user(9)).unwrap(), 0.into());
    assert_clean(&mut conn);
}
