//! Whether something was recorded, asked of rows that are gone, and the same call once more.

use std::fmt::Debug;

use mysql::{Conn, Transaction, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    Error, Result,
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, Refusal, SystemAccount,
        Unconfirmed, is_recorded, record_points_transaction, record_points_transaction_in,
        record_points_transfer, record_points_transfer_in, record_points_transfers,
        record_points_transfers_in,
        tokens::{self, NewTokenGrant, NewTokenSpending, Token},
    },
    partition::Table,
    time::PrimitiveDateTime,
};

use super::{apply, assert_clean, balances, count, earn, filled, noon, retain};
use crate::{
    Database, migrated, months, on,
    support::wire::{Cut, is_commit, nth},
};

/// What is known of a movement where the wire was cut at its commit.
#[track_caller]
fn unconfirmed<T: Debug>(
    db: &Database,
    cut: Cut,
    call: impl FnOnce(&mut Conn) -> Result<T>,
) -> Unconfirmed {
    let mut watched = db.watched(nth(0, is_commit, move || cut));
    watched.query_drop("SET timestamp = UNIX_TIMESTAMP('2026-01-20 12:00:00')").unwrap();
    match call(&mut watched).unwrap_err() {
        Error::CommitUnknown { movement, .. } => *movement,
        error => panic!("{error:?}"),
    }
}

/// Before the retention it was there, and afterwards nobody can tell.
#[track_caller]
fn assert_cannot_be_told(conn: &mut Conn, movement: &Unconfirmed) {
    let error = is_recorded(conn, movement).unwrap_err();
    let Error::Refused(Refusal::RowsDropped { account, before, .. }) = error else {
        panic!("{error:?}")
    };
    assert_eq!((account, before), (movement.account(), on(2026, 2, 1).midnight()));
}

fn earning(moment: PrimitiveDateTime) -> NewPointsTransaction {
    NewPointsTransaction::new(Account::user(1), Activity::Purchase, 4.into()).created_on(moment)
}

fn payment(moment: PrimitiveDateTime) -> NewPointsTransfer {
    let ends = Ends { payer: SystemAccount::Budget.into(), payee: Account::user(2) };
    NewPointsTransfer::new(ends, Activity::CampaignReward, 1.into()).created_on(moment)
}

/// Calls with keys: one movement, one payment, and several payments.
struct Keyed {
    one: NewPointsTransaction,
    paid: NewPointsTransfer,
    several: [NewPointsTransfer; 2],
}

fn keyed() -> Keyed {
    Keyed {
        one: earning(noon(1, 15)).idempotency_key("one"),
        paid: payment(noon(1, 16)).idempotency_key("paid"),
        several: [("a", 17), ("b", 18)]
            .map(|(key, day)| payment(noon(1, day)).note(key).idempotency_key(key)),
    }
}

#[test]
fn points_whose_row_is_gone_cannot_be_confirmed() {
    let db = filled();
    let mut conn = db.conn();
    apply(&db, Table::PointsTransaction, &months());
    let Keyed { one, paid, several } = keyed();
    let sent = Cut::BeforeAnswer;
    let gone = [
        unconfirmed(&db, sent, |conn| record_points_transaction(conn, &one)),
        unconfirmed(&db, sent, |conn| record_points_transfer(conn, &paid)),
        unconfirmed(&db, sent, |conn| record_points_transfers(conn, &several)),
    ];
    let kept = earning(noon(3, 9)).note("kept");
    let kept = unconfirmed(&db, sent, |conn| record_points_transaction(conn, &kept));
    let never = earning(noon(3, 9)).note("never");
    let never =
        unconfirmed(&db, Cut::BeforeStatement, |conn| record_points_transaction(conn, &never));
    for movement in gone.iter().chain([&kept]) {
        assert!(is_recorded(&mut conn, movement).unwrap(), "{movement:?}");
    }
    // Its opening goes through a later id than that one had.
    earn(&mut conn, 1, 5, noon(1, 19));
    let before = balances(&mut conn);

    apply(&db, Table::PointsTransaction, &retain());

    for movement in &gone {
        assert_cannot_be_told(&mut conn, movement);
    }
    assert!(is_recorded(&mut conn, &kept).unwrap());
    assert!(!is_recorded(&mut conn, &never).unwrap());
    // What came after its month had gone cannot have gone with it.
    let late = earning(noon(1, 15)).note("late");
    let late =
        unconfirmed(&db, Cut::BeforeStatement, |conn| record_points_transaction(conn, &late));
    assert!(!is_recorded(&mut conn, &late).unwrap());
    assert_eq!(balances(&mut conn), before);
}

/// However the call comes again, it is answered with what the first one did.
#[test]
fn a_call_with_a_key_is_answered_without_its_row() {
    let db = filled();
    let mut conn = db.conn();
    apply(&db, Table::PointsTransaction, &months());
    let Keyed { one, paid, several } = keyed();
    let first = {
        let one = record_points_transaction(&mut conn, &one).unwrap();
        let paid = record_points_transfer(&mut conn, &paid).unwrap();
        // The commit of these was not answered.
        unconfirmed(&db, Cut::BeforeAnswer, |conn| record_points_transfers(conn, &several));
        let several = record_points_transfers(&mut conn, &several).unwrap();
        let ids = |half: [&_; 2]| half.map(quicksight_migrations::ledger::PointsTransaction::id);
        let several: Vec<_> =
            several.iter().map(|pair| ids([pair.debit(), pair.credit()])).collect();
        (one.id(), ids([paid.debit(), paid.credit()]), several)
    };
    apply(&db, Table::PointsTransaction, &retain());
    let (before, rows) = (balances(&mut conn), count(&mut conn, "points_transaction"));

    let again = |transaction: &mut Transaction<'_>| {
        let one = record_points_transaction_in(transaction, &one).unwrap();
        let paid = record_points_transfer_in(transaction, &paid).unwrap();
        (one, paid, record_points_transfers_in(transaction, &several).unwrap())
    };
    let mut transaction = conn.start_transaction(TxOpts::default()).unwrap();
    let in_theirs = again(&mut transaction);
    transaction.commit().unwrap();
    let ours = (
        record_points_transaction(&mut conn, &one).unwrap(),
        record_points_transfer(&mut conn, &paid).unwrap(),
        record_points_transfers(&mut conn, &several).unwrap(),
    );
    for (one, paid, several) in [in_theirs, ours] {
        let halves = |pair: &quicksight_migrations::ledger::PointsTransfer| {
            assert!(pair.debit().is_replay() && pair.credit().is_replay());
            [pair.debit().id(), pair.credit().id()]
        };
        assert!(one.is_replay());
        let ids = (one.id(), halves(&paid), several.iter().map(halves).collect::<Vec<_>>());
        assert_eq!(ids, first);
    }

    assert_eq!((balances(&mut conn), count(&mut conn, "points_transaction")), (before, rows));
    assert_clean(&mut conn);
}

#[test]
fn tokens_whose_row_is_gone_cannot_be_confirmed() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1)").unwrap();
    let (user, kind) = (Account::user(1), || Token::new(7, "Ride free"));
    let granted = NewTokenGrant::new(user, kind(), 10.into(), on(2090, 1, 1).midnight());
    let ride = NewTokenSpending::new(user, kind(), 3.into());
    let sent = Cut::BeforeAnswer;
    let gone = [
        unconfirmed(&db, sent, |conn| tokens::grant(conn, &granted)),
        unconfirmed(&db, sent, |conn| tokens::spend(conn, &ride)),
    ];
    let march = |conn: &mut Conn| {
        conn.query_drop("SET timestamp = UNIX_TIMESTAMP('2026-03-09 12:00:00')").unwrap();
        tokens::spend(conn, &ride)
    };
    let kept = unconfirmed(&db, sent, march);
    let never = unconfirmed(&db, Cut::BeforeStatement, march);
    let is_there = |conn: &mut Conn, movement| is_recorded(conn, movement).unwrap();
    assert!(gone.iter().chain([&kept]).all(|movement| is_there(&mut conn, movement)));

    apply(&db, Table::TokenTransaction, &retain());

    for movement in &gone {
        assert_cannot_be_told(&mut conn, movement);
    }
    assert!(is_there(&mut conn, &kept) && !is_there(&mut conn, &never));
    let balance = tokens::balance(&mut conn, user, 7).unwrap();
    assert_eq!((balance.balance(), balance.spendable()), (4.into(), 4.into()));
    assert_clean(&mut conn);
}
