//! Accounts of the system: their movements wait for each other and for nothing else, whatever the
//! ledger holds.

use std::{sync::mpsc, thread, time::Duration};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::ledger::{
    Activity, SystemAccount, record_points_transaction, record_points_transfer,
};

use crate::{
    Row, assert_clean, assert_pairs, assert_running_sums,
    crowd::{at_once, earn, pay},
    deadlocks, ledger, movement, payment, points, questions,
    support::{Database, Server, database_on},
    users, users_of,
};

const ACCOUNTS: [i32; 6] = [2000, 2001, 2002, 2100, 2101, 2102];

/// On a server of its own, which meets no deadlock of anybody else's.
fn alone(users: i32) -> (Server, Database, Conn) {
    let server = Server::start(&["--skip-log-bin"]);
    let (db, conn) = users_of(database_on(&server), users);
    (server, db, conn)
}

#[track_caller]
fn assert_all_right(conn: &mut Conn, rows: usize) -> Vec<Row> {
    let ledger = ledger(conn);
    assert_eq!(ledger.len(), rows);
    assert_running_sums(&ledger);
    assert_clean(conn);
    ledger
}

/// How many rows and entries of indexes a call reads, by the server's own count.
pub(crate) fn reads(conn: &mut Conn, call: impl FnOnce(&mut Conn)) -> u64 {
    let so_far = |conn: &mut Conn| -> u64 {
        let counts: Vec<(String, u64)> =
            conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
        counts.into_iter().map(|(_, count)| count).sum()
    };
    let before = so_far(conn);
    call(conn);
    so_far(conn) - before
}

/// Users alone for a long time, and then two accounts of the system that are as busy as all of them.
fn long_ledger(conn: &mut Conn) {
    for block in 0..20 {
        let rows: Vec<_> = (block * 1_000..(block + 1) * 1_000)
            .map(|number| {
                let account = match (block, number % 3) {
                    (10.., 0) => 2000,
                    (10.., 1) => 2001,
                    _ => number % 50 + 1,
                };
                format!("({account}, 1, 1, {number}, '2025-03-01' + INTERVAL {number} SECOND)")
            })
            .collect();
        conn.query_drop(format!(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES {}",
            rows.join(", ")
        ))
        .unwrap();
    }
    conn.query_drop("ANALYZE TABLE points_transaction").unwrap();
}

#[test]
fn a_payment_reads_a_few_rows_of_a_long_ledger() {
    let (_db, mut conn) = users(1);
    long_ledger(&mut conn);
    // The last one has no row yet.
    for account in [2000, 2001, 2102] {
        for _ in 0..2 {
            let reads = reads(&mut conn, |conn| pay(conn, account, 1, 100));
            assert!(reads < 20, "{account}: {reads} reads");
        }
    }
}

/// Whoever holds the account locks none of what the others write.
#[test]
fn an_account_holds_up_no_other() {
    let (db, mut conn) = users(1);
    long_ledger(&mut conn);
    for (held, pays) in [(2000, 2001), (2001, 2000)] {
        let (sender, outcomes) = mpsc::channel();
        let opts = db.opts();
        let mut conn = db.watched(move |sql| {
            if sql.starts_with("INSERT") {
                let mut other = Conn::new(opts.clone()).unwrap();
                other.query_drop("SET innodb_lock_wait_timeout = 1").unwrap();
                for account in [pays, 1] {
                    let new = movement(account, Activity::Fee, points(-1));
                    let outcome = record_points_transaction(&mut other, &new);
                    sender.send(outcome.map(drop).map_err(|error| error.server_code())).unwrap();
                }
            }
            None
        });
        earn(&mut conn, held, 100);
        assert_eq!(outcomes.try_iter().collect::<Vec<_>>(), [Ok(()), Ok(())], "{held} is held");
    }
}

#[test]
fn thirty_two_pay_among_all_accounts_without_a_deadlock() {
    let (_server, db, mut conn) = alone(32);
    for account in ACCOUNTS {
        earn(&mut conn, account, 100_000);
    }

    at_once(&db, 32, |conn, number| {
        let user = i32::try_from(number).unwrap() + 1;
        for step in 0..12 {
            let account = ACCOUNTS[(number + step) % 6];
            match step % 3 {
                0 => pay(conn, account, ACCOUNTS[(number + step * 3 + 1) % 6], 25),
                1 => pay(conn, account, user, 25),
                _ => pay(conn, user, account, 25),
            }
        }
    });

    let rows = assert_all_right(&mut conn, 6 + 32 * 12 * 2);
    assert_pairs(&rows[6..]);
    assert_eq!(deadlocks(&mut conn), 0);
}

/// All of them find no row of the account, and each would be the first.
#[test]
fn thirty_two_record_the_first_movement_of_an_account() {
    let (_server, db, mut conn) = alone(32);
    for account in ACCOUNTS {
        at_once(&db, 32, |conn, number| pay(conn, account, i32::try_from(number).unwrap() + 1, 25));
    }

    let rows = assert_all_right(&mut conn, 6 * 32 * 2);
    assert_pairs(&rows);
    assert!(deadlocks(&mut conn) < 32, "each waited for the one before it");
}

/// Looking for the first row makes a snapshot, and the balance must not come from it.
#[test]
fn the_balance_is_newer_than_the_search_for_the_first_row() {
    let (db, mut conn) = users(1);
    earn(&mut conn, 2000, 100);
    conn.query_drop("SET autocommit = 0").unwrap();
    let (opts, mut done) = (db.opts(), false);
    let mut other = db.watched(move |sql| {
        if sql.contains("WHERE id = ?") && !std::mem::replace(&mut done, true) {
            earn(&mut Conn::new(opts.clone()).unwrap(), 2000, 25);
        }
        None
    });
    other.query_drop("SET autocommit = 0").unwrap();

    earn(&mut other, 2000, 5);

    let rows = assert_all_right(&mut db.conn(), 3);
    assert_eq!(rows[2].balance, points(1_30));
}

/// What a connection's transaction has when it writes.
fn isolation_at_the_insert(db: &Database, isolation: &str) -> String {
    let (tell_id, id) = mpsc::channel();
    let (sender, seen) = mpsc::channel();
    let mut watcher = db.conn();
    let mut conn = db.watched(move |sql| {
        if sql.starts_with("INSERT") {
            let sql = "SELECT trx_isolation_level FROM information_schema.innodb_trx \
                       WHERE trx_mysql_thread_id = ?";
            let id: u32 = id.recv().unwrap();
            let level = (0..25).find_map(|_| {
                // Whoever asks more often than every 100 ms gets the same answer for ever.
                thread::sleep(Duration::from_millis(200));
                watcher.exec_first::<String, _, _>(sql, (id,)).unwrap()
            });
            sender.send(level.unwrap_or_default()).unwrap();
        }
        None
    });
    tell_id.send(conn.connection_id()).unwrap();
    conn.query_drop(format!("SET SESSION TRANSACTION ISOLATION LEVEL {isolation}")).unwrap();
    earn(&mut conn, 2000, 100);
    seen.recv().unwrap()
}

#[test]
fn the_isolation_outlives_the_search_for_the_first_row() {
    let (db, _conn) = users(1);
    for isolation in ["READ COMMITTED", "SERIALIZABLE"] {
        for _ in 0..2 {
            assert_eq!(isolation_at_the_insert(&db, isolation), "REPEATABLE READ");
        }
    }
}

/// Somebody deletes the first row after it was found. The next one is the first then.
#[test]
fn a_first_row_that_goes_leaves_the_lock_to_the_next() {
    let (db, mut conn) = users(1);
    for _ in 0..2 {
        earn(&mut conn, 2000, 100);
    }
    let second = ledger(&mut conn)[1].id;
    let (sender, refused) = mpsc::channel();
    let opts = db.opts();
    let mut through = db.watched(move |sql| {
        let mut other = Conn::new(opts.clone()).unwrap();
        if sql.contains("WHERE id = ?") {
            other.query_drop("DELETE FROM points_transaction ORDER BY id LIMIT 1").unwrap();
        }
        if sql.starts_with("INSERT") {
            other.query_drop("SET innodb_lock_wait_timeout = 1").unwrap();
            let sql = "SELECT id FROM points_transaction WHERE id = ? FOR UPDATE";
            let answer = other.exec_drop(sql, (second,));
            sender.send(answer.is_err()).unwrap();
        }
        None
    });

    earn(&mut through, 2000, 100);

    assert_eq!(refused.try_iter().last(), Some(true), "nobody else gets the lock");
    let rows = ledger(&mut conn);
    assert_eq!(rows.iter().map(|row| row.balance).collect::<Vec<_>>(), [points(200), points(300)]);
}

#[test]
fn costs_two_statements_more_than_a_user_and_three_for_two_accounts() {
    let (_db, mut conn) = users(1);
    let fee = movement(2000, Activity::Fee, points(-1));
    let pay = |from, to| payment(from, to, Activity::Adjustment, points(1));
    for account in SystemAccount::ALL {
        earn(&mut conn, account.id(), 100);
    }
    let mut count = |call: &dyn Fn(&mut Conn)| {
        let before = questions(&mut conn);
        call(&mut conn);
        questions(&mut conn) - before - 1
    };
    // One less where no user has a `modified_on`, and one more where no user is locked and read in the same statement.
    let one = count(&|conn| drop(record_points_transaction(conn, &fee).unwrap()));
    let reward = count(&|conn| drop(record_points_transfer(conn, &pay(2000, 1)).unwrap()));
    let among = count(&|conn| drop(record_points_transfer(conn, &pay(2001, 2000)).unwrap()));
    assert_eq!((one, reward, among), (6 + 3 + 1 - 1, 9 + 3 + 1, 9 + 4 + 1 - 1));
}
