//! Points and rows of the caller in one transaction: both or neither, whatever the transaction is like.

use mysql::{AccessMode, Conn, IsolationLevel, Transaction, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    Error, Result,
    ledger::{
        Activity, Refusal, record_points_transaction, record_points_transaction_in,
        record_points_transfer_in, record_points_transfers_in,
    },
};

use crate::{
    assert_clean, assert_running_sums,
    crowd::{at_once, earn, pay},
    ledger, movement, payment, points, users,
};

const ISOLATIONS: [IsolationLevel; 4] = [
    IsolationLevel::ReadUncommitted,
    IsolationLevel::ReadCommitted,
    IsolationLevel::RepeatableRead,
    IsolationLevel::Serializable,
];

fn options(isolation: IsolationLevel) -> TxOpts {
    TxOpts::default().set_isolation_level(Some(isolation))
}

fn labels(conn: &mut Conn) -> usize {
    conn.query_first("SELECT COUNT(*) FROM user_label").unwrap().unwrap()
}

/// Redeems points for a row of the caller's own.
fn redeem(transaction: &mut Transaction<'_>, user: i32) -> Result<()> {
    let cost = payment(user, 2102, Activity::Redemption, points(25));
    let paid = record_points_transfer_in(transaction, &cost)?;
    let label = format!("card {}", paid.debit().id());
    transaction.exec_drop("INSERT INTO user_label (name) VALUES (?)", (label,)).unwrap();
    Ok(())
}

#[test]
fn both_are_there_or_neither() {
    let (db, mut conn) = users(2);
    for isolation in ISOLATIONS {
        for is_committed in [true, false] {
            let before = (ledger(&mut db.conn()).len(), labels(&mut db.conn()));
            let mut transaction = conn.start_transaction(options(isolation)).unwrap();
            redeem(&mut transaction, 1).unwrap();
            record_points_transaction_in(&mut transaction, &movement(2, Activity::Fee, points(-1)))
                .unwrap();
            let many =
                [payment(1, 2, Activity::Fee, points(1)), payment(2, 1, Activity::Fee, points(2))];
            record_points_transfers_in(&mut transaction, &many).unwrap();
            assert_eq!(ledger(&mut db.conn()).len(), before.0, "not before the commit");
            let added = if is_committed { (7, 1) } else { (0, 0) };
            if is_committed {
                transaction.commit().unwrap();
            } else {
                transaction.rollback().unwrap();
            }
            let after = (ledger(&mut db.conn()).len(), labels(&mut db.conn()));
            assert_eq!(after, (before.0 + added.0, before.1 + added.1), "{isolation}");
        }
    }
    assert_running_sums(&ledger(&mut conn));
    assert_clean(&mut conn);
}

/// The snapshot was taken before others recorded movements of the same accounts.
#[test]
fn an_old_snapshot_does_not_spoil_a_balance() {
    for isolation in ISOLATIONS {
        let (db, mut conn) = users(2);
        // On by default in MariaDB 11, where the server refuses to read past the snapshot.
        let _ = conn.query_drop("SET innodb_snapshot_isolation = OFF");
        earn(&mut conn, 1, 10_00);
        earn(&mut conn, 2000, 10_00);
        let mut transaction = conn.start_transaction(options(isolation)).unwrap();
        // A plain read under SERIALIZABLE would lock what the others write.
        transaction.query_drop("SELECT COUNT(*) FROM user_label").unwrap();
        let mut other = db.conn();
        earn(&mut other, 1, 5_00);
        pay(&mut other, 2000, 2, 1_00);

        let all = movement(1, Activity::Fee, points(-15_00)).refuse_overdraft();
        let recorded = record_points_transaction_in(&mut transaction, &all).unwrap();
        let reward = payment(2000, 2, Activity::CampaignReward, points(1_00));
        let reward = record_points_transfer_in(&mut transaction, &reward).unwrap();

        assert_eq!(recorded.balance(), points(0), "{isolation}");
        assert_eq!(
            (reward.debit().balance(), reward.credit().balance()),
            (points(8_00), points(2_00))
        );
        transaction.commit().unwrap();
        assert_running_sums(&ledger(&mut other));
    }
}

/// MariaDB may be told to refuse what has changed since the snapshot: the whole transaction must be begun
/// again, and the error says that this may help.
#[test]
fn a_server_that_refuses_to_read_past_a_snapshot_says_so() {
    let (db, mut conn) = users(1);
    if conn.query_drop("SET innodb_snapshot_isolation = ON").is_err() {
        let version: Option<String> = conn.query_first("SELECT VERSION()").unwrap();
        let version = version.unwrap();
        assert!(!version.contains("MariaDB") || version.starts_with("10.5"), "{version}");
        return;
    }
    let mut transaction = conn.start_transaction(TxOpts::default()).unwrap();
    transaction.query_drop("SELECT COUNT(*) FROM user_label").unwrap();
    earn(&mut db.conn(), 1, 5_00);
    let fee = movement(1, Activity::Fee, points(-1));
    let error = record_points_transaction_in(&mut transaction, &fee).unwrap_err();
    assert_eq!(error.server_code(), Some(1020), "{error:?}");
    assert!(error.is_retryable());
    transaction.rollback().unwrap();
    assert_eq!(ledger(&mut conn).len(), 1);
}

/// After a refusal the transaction can go on: nothing of the movement is in it.
#[test]
fn a_refusal_leaves_the_transaction_as_it_was() {
    let (_db, mut conn) = users(2);
    let mut transaction = conn.start_transaction(TxOpts::default()).unwrap();
    let uncovered =
        movement(1, Activity::Fee, points(-1)).refuse_overdraft().idempotency_key("fee");
    for new in [movement(9, Activity::Fee, points(1)), uncovered.clone()] {
        let error = record_points_transaction_in(&mut transaction, &new).unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error:?}");
    }
    transaction.query_drop("INSERT INTO user_label (name) VALUES ('mine')").unwrap();
    transaction.commit().unwrap();
    assert_eq!((ledger(&mut conn).len(), labels(&mut conn)), (0, 1));

    // The key is as free as if it had never been given, for this or for something else.
    let other = movement(2, Activity::Incentive, points(5)).idempotency_key("fee");
    assert!(!record_points_transaction(&mut conn, &other).unwrap().is_replay());
    assert!(record_points_transaction(&mut conn, &other).unwrap().is_replay());
    let error = record_points_transaction(&mut conn, &uncovered).unwrap_err();
    assert!(matches!(error, Error::Refused(Refusal::KeyTaken { .. })), "{error:?}");
}

#[test]
fn a_transaction_that_may_only_read_is_said_to_be_so() {
    let (_db, mut conn) = users(1);
    let options = TxOpts::default().set_access_mode(Some(AccessMode::ReadOnly));
    let mut transaction = conn.start_transaction(options).unwrap();
    let fee = movement(1, Activity::Fee, points(-1));
    let error = record_points_transaction_in(&mut transaction, &fee).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
}

/// Ordinary calls and transactions of callers on the same accounts. Only the caller can begin again.
#[test]
fn callers_and_ordinary_calls_go_together() {
    for isolation in ISOLATIONS {
        let (db, mut conn) = users(4);
        for account in [1, 2, 3, 4, 2102, 2000] {
            earn(&mut conn, account, 10_000);
        }
        at_once(&db, 12, |conn, number| {
            let user = i32::try_from(number % 4).unwrap() + 1;
            for _ in 0..4 {
                if number % 3 == 0 {
                    pay(conn, user, user % 4 + 1, 10);
                    pay(conn, 2000, user, 10);
                    continue;
                }
                for attempt in 0.. {
                    assert!(attempt < 1_000, "nobody lets it pass");
                    let mut transaction = conn.start_transaction(options(isolation)).unwrap();
                    match redeem(&mut transaction, user) {
                        Ok(()) => {
                            transaction.commit().unwrap();
                            break;
                        }
                        Err(error) => assert!(error.is_retryable(), "{error:?}"),
                    }
                    transaction.rollback().unwrap();
                }
            }
        });
        let rows = ledger(&mut conn);
        assert_eq!(rows.len(), 6 + 4 * 4 * 4 + 8 * 4 * 2, "{isolation}");
        assert_eq!(labels(&mut conn), 8 * 4);
        assert_running_sums(&rows);
        assert_clean(&mut conn);
    }
}
