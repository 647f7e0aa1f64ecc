//! A second call with the same idempotency key records nothing, whenever it comes and whatever the session
//! is like.

use std::{sync::mpsc, thread, time::Duration};

use mysql::{Conn, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    Error,
    ledger::{
        Account, Activity, NewPointsTransaction, NewPointsTransfer, PointsTransaction, Refusal,
        forget_idempotency_keys, record_points_transaction, record_points_transaction_in,
        record_points_transfer, record_points_transfers,
    },
};

use crate::{
    assert_clean, assert_pairs, assert_running_sums,
    crowd::at_once,
    ledger, movement, noon, payment, points,
    support::statements::{executed, explain, written_down},
    users, users_of,
};

const DAY: Duration = Duration::from_hours(24);

fn earn() -> NewPointsTransaction {
    movement(1, Activity::Incentive, points(1_00)).idempotency_key("order-1")
}

fn gift() -> NewPointsTransfer {
    payment(1, 2, Activity::Adjustment, points(25)).idempotency_key("gift-1")
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(outcome: quicksight_migrations::Result<T>) -> Refusal {
    match outcome.unwrap_err() {
        Error::Refused(refusal) => refusal,
        error => panic!("{error:?}"),
    }
}

/// All that a movement says of itself but whether it is a replay.
fn content(one: &PointsTransaction) -> impl PartialEq + std::fmt::Debug + use<> {
    let what = (one.id(), one.account(), one.activity(), one.points(), one.balance());
    let note = one.note().map(str::to_owned);
    (what, note, one.created_on(), one.payer(), one.payee(), one.ref_transaction_id())
}

#[test]
fn a_second_call_returns_what_the_first_did() {
    for isolation in ["READ COMMITTED", "REPEATABLE READ"] {
        let (db, mut conn) = users(2);
        let call = |conn: &mut Conn| {
            conn.query_drop(format!("SET SESSION TRANSACTION ISOLATION LEVEL {isolation}"))
                .unwrap();
            let one = record_points_transaction(conn, &earn().note("n\u{e9}")).unwrap();
            let two = record_points_transfer(conn, &gift().refuse_overdraft()).unwrap();
            (one, two)
        };
        let (one, two) = call(&mut conn);
        assert!(!one.is_replay() && !two.is_replay() && !two.credit().is_replay());
        // Whatever came between them, such as all points being spent.
        record_points_transaction(&mut conn, &movement(1, Activity::Fee, points(-75))).unwrap();
        let before = ledger(&mut conn);

        let (again, again_two) = call(&mut db.conn());

        assert!(again.is_replay() && again_two.is_replay() && again_two.credit().is_replay());
        assert_eq!(content(&again), content(&one));
        assert_eq!(content(again_two.debit()), content(two.debit()));
        assert_eq!(content(again_two.credit()), content(two.credit()));
        assert_eq!(ledger(&mut conn), before, "{isolation}");
        assert_clean(&mut conn);
    }
}

/// Each of them asks for one thing that the first did not.
#[test]
fn the_same_key_for_something_else_is_refused() {
    let (_db, mut conn) = users(3);
    let id = record_points_transaction(&mut conn, &earn().created_on(noon())).unwrap().id();
    let key = |new: NewPointsTransaction| new.idempotency_key("order-1").created_on(noon());
    let others = [
        key(movement(1, Activity::Incentive, points(1_01))),
        key(movement(2, Activity::Incentive, points(1_00))),
        key(movement(1, Activity::Fee, points(1_00))),
        key(movement(1, Activity::Incentive, points(1_00)).note("")),
        key(movement(1, Activity::Incentive, points(1_00)).payer(Account::user(1))),
        key(movement(1, Activity::Incentive, points(1_00)).payee(Account::user(1))),
        key(movement(1, Activity::Incentive, points(1_00)).refuse_overdraft()),
        earn(),
        earn().created_on(noon() - Duration::from_secs(1)),
    ];
    let before = ledger(&mut conn);
    for other in others {
        let refused = refusal(record_points_transaction(&mut conn, &other));
        assert!(
            matches!(refused, Refusal::KeyTaken { movement_id, .. } if movement_id == id),
            "{other:?}"
        );
    }
    let pair = payment(1, 2, Activity::Incentive, points(1_00)).idempotency_key("order-1");
    assert!(matches!(refusal(record_points_transfer(&mut conn, &pair)), Refusal::KeyTaken { .. }));
    assert_eq!(ledger(&mut conn), before);
    // A second of which parts are cut off, and other zeros, are the same.
    let same = earn().created_on(noon() + Duration::from_millis(5));
    assert!(record_points_transaction(&mut conn, &same).unwrap().is_replay());
}

#[test]
fn keys_differ_in_each_byte() {
    let (_db, mut conn) = users(1);
    let longest = "k".repeat(128);
    for key in ["a", "A", "a.", "'", "\\", "%", "~!\"", &longest, &longest[1..]] {
        let new = earn().idempotency_key(key);
        assert!(!record_points_transaction(&mut conn, &new).unwrap().is_replay(), "{key}");
        assert!(record_points_transaction(&mut conn, &new).unwrap().is_replay(), "{key}");
    }
    let before = ledger(&mut conn);
    for key in ["", "a ", " a", "a b", "\u{e9}", "a\0", "a\n", &format!("{longest}k")] {
        let new = earn().idempotency_key(key);
        assert_eq!(refusal(record_points_transaction(&mut conn, &new)), Refusal::UnusableKey);
    }
    assert_eq!(ledger(&mut conn), before);
}

/// The digest is stored: what this build wrote the next one must know.
#[test]
fn the_digest_of_what_was_asked_for_never_changes() {
    let (_db, mut conn) = users(2);
    let full = gift().note("n\u{e9}").created_on(noon()).refuse_overdraft();
    record_points_transaction(&mut conn, &earn()).unwrap();
    record_points_transfer(&mut conn, &full).unwrap();
    let stored: Vec<String> = conn.query("SELECT content FROM ledger_key ORDER BY id").unwrap();
    assert_eq!(stored, ["738b47699e49b7a2343cb1cea09302da", "b8526a497d4ab076a793a23243d9f7b2"]);
}

#[test]
fn of_many_calls_at_once_one_records() {
    let (db, mut conn) = users(2);
    let (sender, replays) = mpsc::channel();
    at_once(&db, 32, |conn, number| {
        for round in 0..5 {
            let key = format!("round-{round}");
            let replay = if number % 2 == 0 {
                let new = movement(1, Activity::Incentive, points(1_00));
                let key = format!("{key}-one");
                record_points_transaction(conn, &new.idempotency_key(key)).unwrap().is_replay()
            } else {
                let new = payment(2, 1, Activity::Adjustment, points(25));
                record_points_transfer(conn, &new.idempotency_key(key)).unwrap().is_replay()
            };
            sender.send(replay).unwrap();
        }
    });
    assert_eq!(replays.try_iter().filter(|replay| !replay).count(), 10);
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 5 + 10);
    assert_running_sums(&rows);
}

/// Other accounts, so that only the key makes the second wait for the first. MariaDB may refuse to read what
/// is newer than a snapshot, which the second has taken before.
#[test]
fn a_call_for_something_else_waits_until_the_first_is_decided() {
    for (is_committed, isolation) in [(true, "ON"), (true, "OFF"), (false, "ON"), (false, "OFF")] {
        let (db, mut conn) = users(2);
        let mut first = conn.start_transaction(TxOpts::default()).unwrap();
        record_points_transaction_in(&mut first, &earn()).unwrap();
        let second = thread::spawn(move || {
            let other = movement(2, Activity::Incentive, points(5)).idempotency_key("order-1");
            let mut conn = db.conn();
            // Not every server has it.
            let _ = conn.query_drop(format!("SET innodb_snapshot_isolation = {isolation}"));
            (record_points_transaction(&mut conn, &other), db)
        });
        thread::sleep(Duration::from_millis(500));
        assert!(!second.is_finished());
        if is_committed {
            first.commit().unwrap();
        } else {
            first.rollback().unwrap();
        }

        let (outcome, _db) = second.join().unwrap();

        if is_committed {
            assert!(matches!(refusal(outcome), Refusal::KeyTaken { .. }));
        } else {
            assert!(!outcome.unwrap().is_replay());
        }
        assert_eq!(ledger(&mut conn).len(), 1);
    }
}

/// The snapshot is older than the first call, and so is the view of its balance.
#[test]
fn a_replay_is_right_in_a_transaction_that_began_before_the_first_call() {
    let (db, mut conn) = users(1);
    // On by default in MariaDB 11, where the server refuses to read past the snapshot.
    let _ = conn.query_drop("SET innodb_snapshot_isolation = OFF");
    let covered = earn().refuse_overdraft();
    let cost = movement(1, Activity::Fee, points(-1_00)).refuse_overdraft().idempotency_key("fee");
    let mut late = conn.start_transaction(TxOpts::default()).unwrap();
    late.query_drop("SELECT COUNT(*) FROM ledger_key").unwrap();
    late.query_drop("SELECT COUNT(*) FROM points_transaction").unwrap();
    record_points_transaction(&mut db.conn(), &covered).unwrap();
    let spent = record_points_transaction(&mut db.conn(), &cost).unwrap();

    let again = record_points_transaction_in(&mut late, &cost).unwrap();

    assert!(again.is_replay());
    assert_eq!(content(&again), content(&spent));
    late.commit().unwrap();
    assert_eq!(ledger(&mut db.conn()).len(), 2);
}

#[test]
fn keys_work_with_a_partitioned_ledger() {
    let (db, mut conn) = users(2);
    for sql in [
        "ALTER TABLE points_transaction DROP PRIMARY KEY, ADD PRIMARY KEY (id, created_on)",
        "ALTER TABLE points_transaction PARTITION BY RANGE COLUMNS (created_on) (\
         PARTITION old VALUES LESS THAN ('2025-01-01'), PARTITION new VALUES LESS THAN (MAXVALUE))",
    ] {
        conn.query_drop(sql).unwrap();
    }
    for _ in 0..2 {
        let many: Vec<_> =
            (0..5).map(|number| gift().idempotency_key(format!("gift-{number}"))).collect();
        record_points_transfers(&mut db.conn(), &many).unwrap();
        record_points_transaction(&mut db.conn(), &earn()).unwrap();
    }
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 11);
    assert_pairs(&rows[..10]);
    assert_running_sums(&rows);
}

#[test]
fn keys_are_forgotten_after_a_day_at_the_earliest() {
    let (_db, mut conn) = users(1);
    let young = DAY.checked_sub(Duration::from_nanos(1)).unwrap();
    let refused = refusal(forget_idempotency_keys(&mut conn, young));
    assert!(matches!(refused, Refusal::KeysTooYoung { age, .. } if age == young));
    record_points_transaction(&mut conn, &earn()).unwrap();
    record_points_transaction(&mut conn, &earn().idempotency_key("new")).unwrap();
    conn.query_drop("SET time_zone = '-11:00'").unwrap();
    assert_eq!(forget_idempotency_keys(&mut conn, DAY).unwrap(), 0);
    let age = "UPDATE ledger_key SET recorded_on = UTC_TIMESTAMP() - INTERVAL 90000 SECOND \
               WHERE idempotency_key = 'order-1'";
    conn.query_drop(age).unwrap();
    assert_eq!(forget_idempotency_keys(&mut conn, 2 * DAY).unwrap(), 0);
    assert_eq!(forget_idempotency_keys(&mut conn, DAY).unwrap(), 1);
    assert!(!record_points_transaction(&mut conn, &earn()).unwrap().is_replay());
    let new = earn().idempotency_key("new");
    assert!(record_points_transaction(&mut conn, &new).unwrap().is_replay());
}

#[test]
fn old_keys_go_in_small_transactions_and_by_the_index() {
    let (db, mut conn) = users_of(written_down(), 1);
    let rows: Vec<_> = (0..2_500).map(|n| format!("('k{n}', '', '2025-01-01')")).collect();
    conn.query_drop(format!(
        "INSERT INTO ledger_key (idempotency_key, content, recorded_on) VALUES {}",
        rows.join(", ")
    ))
    .unwrap();
    let mut forgotten = 0;
    let sent = executed(&db, |conn| forgotten = forget_idempotency_keys(conn, DAY).unwrap());
    assert_eq!((forgotten, sent.len()), (2_500, 3));
    let steps = explain(&db, &sent[0].replace("DELETE", "SELECT id"));
    assert_eq!(steps[0].key.as_deref(), Some("recorded_on_idx"), "{steps:?}");
}

/// The key is given as `utf8mb4` and stored as `ascii`.
#[test]
fn a_key_is_found_by_its_index() {
    let (db, mut conn) = users_of(written_down(), 1);
    record_points_transaction(&mut conn, &earn()).unwrap();
    let sent = executed(&db, |conn| drop(record_points_transaction(conn, &earn()).unwrap()));
    let look = sent.iter().find(|sql| sql.starts_with("SELECT idempotency_key")).unwrap();
    let steps = explain(&db, look);
    assert_eq!(steps[0].key.as_deref(), Some("idempotency_key_idx"), "{steps:?}");
    assert!(["const", "ref", "range"].contains(&steps[0].access.as_str()), "{steps:?}");
}
