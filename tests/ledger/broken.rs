//! Locks that others hold, and connections that break.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Result,
    ledger::{
        Activity, NewPointsTransaction, NewPointsTransfer, record_points_transaction,
        record_points_transfer,
    },
};

use crate::{
    assert_pairs, assert_running_sums, deadlocks, ledger, movement, payment, points, questions,
    support::{
        Server, database_on,
        wire::{Cut, is_commit, nth, statements_of},
    },
    users, users_of,
};

fn earn() -> NewPointsTransaction {
    movement(1, Activity::Incentive, points(1_00))
}

fn gift() -> NewPointsTransfer {
    payment(1, 2, Activity::Adjustment, points(25))
}

/// On a connection whose waits are short, attempt follows attempt until the time is up. One wait that is
/// longer than that is the only one.
#[test]
fn a_lock_that_stays_is_an_error_after_thirty_seconds() {
    let (db, mut conn) = users(1);
    let mut holder = db.conn();
    holder.query_drop("START TRANSACTION").unwrap();
    holder.query_drop("UPDATE auth_user SET first_name = 'held' WHERE id = 1").unwrap();

    thread::scope(|scope| {
        for (seconds, attempts) in [(1, 10..=30), (31, 1..=1)] {
            let db = &db;
            scope.spawn(move || {
                let mut conn = db.conn();
                conn.query_drop(format!("SET innodb_lock_wait_timeout = {seconds}")).unwrap();
                let (before, started) = (questions(&mut conn), Instant::now());
                let error = record_points_transaction(&mut conn, &earn()).unwrap_err();
                let took = started.elapsed().as_secs();
                assert!((29..=34).contains(&took), "{took} s");
                // Each attempt asks for an echo, sets the isolation, begins, asks for the lock and rolls back.
                let made = (questions(&mut conn) - before - 1) / 5;
                assert!(attempts.contains(&made), "{made} attempts");
                assert_eq!(error.server_code(), Some(1205), "{error:?}");
                assert!(error.is_retryable());
            });
        }
    });

    holder.query_drop("ROLLBACK").unwrap();
    assert_eq!(ledger(&mut conn), []);
    record_points_transaction(&mut conn, &earn()).unwrap();
}

/// Jobs that change users again and again, three in each transaction and in any order: ours wait for them,
/// and meet deadlocks, of which the server undoes whoever has changed less.
#[test]
fn no_call_fails_beside_a_job_that_changes_users_without_pause() {
    let (db, mut conn) = users(4);
    let (stop, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for seed in 0..4 {
            let (db, stop) = (&db, &stop);
            scope.spawn(move || {
                let (mut job, mut dice) = (db.conn(), fastrand::Rng::with_seed(seed));
                while !stop.load(Ordering::SeqCst) {
                    job.query_drop("START TRANSACTION").unwrap();
                    for _ in 0..3 {
                        let sql = "UPDATE auth_user SET last_name = UUID() WHERE id = ?";
                        if job.exec_drop(sql, (dice.i32(1..=4),)).is_err() {
                            break;
                        }
                    }
                    job.query_drop("COMMIT").unwrap();
                }
            });
        }
        let writers: Vec<_> = (0..4)
            .map(|number: i32| {
                let (db, calls) = (&db, &calls);
                scope.spawn(move || {
                    let mut conn = db.conn();
                    for step in 0..50 {
                        let (from, to) = ((number + step) % 4 + 1, (number + step * 3 + 3) % 4 + 1);
                        if from != to {
                            let gift = payment(from, to, Activity::Adjustment, points(25));
                            record_points_transfer(&mut conn, &gift)?;
                            calls.fetch_add(1, Ordering::SeqCst);
                        }
                    }
                    Ok::<_, Error>(())
                })
            })
            .collect();
        let outcomes: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        // The jobs end before anything fails, or the scope would wait for them.
        stop.store(true, Ordering::SeqCst);
        for outcome in outcomes {
            outcome.unwrap().unwrap();
        }
    });
    assert!(deadlocks(&mut conn) > 0, "nobody was in the way");
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 2 * calls.load(Ordering::SeqCst));
    assert_running_sums(&rows);
}

#[test]
fn a_lock_that_goes_is_waited_for() {
    let (db, mut conn) = users(1);
    let mut holder = db.conn();
    holder.query_drop("START TRANSACTION").unwrap();
    holder.query_drop("UPDATE auth_user SET first_name = 'held' WHERE id = 1").unwrap();
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_millis(1500));
        holder.query_drop("COMMIT").unwrap();
    });
    conn.query_drop("SET innodb_lock_wait_timeout = 1").unwrap();

    record_points_transaction(&mut conn, &earn()).unwrap();

    release.join().unwrap();
    assert_eq!(ledger(&mut conn).len(), 1);
}

/// Somebody holds the second user's row and then asks for the first's, which we have. The server
/// undoes whoever has changed less.
#[test]
fn a_deadlock_is_tried_again() {
    let (db, mut conn) = users(60);
    let mut other = db.conn();
    other.query_drop("START TRANSACTION").unwrap();
    // Left to itself, MariaDB 11 reads the whole table, and locks the first row with it.
    let sql = "UPDATE auth_user FORCE INDEX (PRIMARY) SET first_name = 'held' WHERE id >= 2";
    other.query_drop(sql).unwrap();
    let mut watcher = db.conn();
    let ours = conn.connection_id();
    let before = deadlocks(&mut conn);
    let other = thread::spawn(move || {
        // Ours has the first row, and waits for the second.
        let waiting = format!(
            "SELECT COUNT(*) FROM information_schema.innodb_trx \
             WHERE trx_mysql_thread_id = {ours} AND trx_state = 'LOCK WAIT'"
        );
        let asked = Instant::now();
        while watcher.query_first::<u64, _>(&waiting).unwrap() != Some(1) {
            assert!(asked.elapsed() < Duration::from_mins(1), "ours never waits");
            // Whoever asks more often than every 100 ms gets the same answer for ever.
            thread::sleep(Duration::from_millis(200));
        }
        other.query_drop("UPDATE auth_user SET first_name = 'held' WHERE id = 1").unwrap();
        other.query_drop("COMMIT").unwrap();
    });

    record_points_transfer(&mut conn, &gift()).unwrap();

    other.join().unwrap();
    assert!(deadlocks(&mut conn) > before, "there was no deadlock");
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 2);
    assert_pairs(&rows);
}

/// Whoever makes a backup holds up all commits, and the server undoes the one that waits too long. On a
/// server of its own, where that holds up no other test.
#[test]
fn a_commit_that_is_undone_is_tried_again() {
    let server = Server::start(&["--skip-log-bin"]);
    // A user's row is changed in the packet of the commit, and waits first. An account of the service has none.
    for new in [earn(), movement(2000, Activity::Adjustment, points(1))] {
        commit_is_undone(&server, &new);
    }
}

fn commit_is_undone(server: &Server, new: &NewPointsTransaction) {
    let (db, mut conn) = users_of(database_on(server), 1);
    let (opts, commits) = (db.opts(), Arc::new(AtomicUsize::new(0)));
    let (counter, mut backup) = (Arc::clone(&commits), None::<Conn>);
    let mut through = db.watched(move |sql| {
        if is_commit(sql) && counter.fetch_add(1, Ordering::SeqCst) == 0 {
            let mut other = Conn::new(opts.clone()).unwrap();
            other.query_drop("FLUSH TABLES WITH READ LOCK").unwrap();
            backup = Some(other);
        }
        if sql.starts_with("ROLLBACK")
            && let Some(mut other) = backup.take()
        {
            other.query_drop("UNLOCK TABLES").unwrap();
        }
        None
    });
    through.query_drop("SET lock_wait_timeout = 1").unwrap();

    record_points_transaction(&mut through, new).unwrap();

    assert_eq!(commits.load(Ordering::SeqCst), 2);
    let rows = ledger(&mut conn);
    assert_eq!(rows.len(), 1);
    assert_running_sums(&rows);
}

/// What is sent in one packet with the commit is refused, so the server never came to the commit, and that is known.
#[test]
fn a_statement_that_fails_before_the_commit_leaves_nothing_unknown() {
    let (_db, mut conn) = users(1);
    conn.query_drop(
        "CREATE TRIGGER frozen BEFORE UPDATE ON auth_user FOR EACH ROW \
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'frozen'",
    )
    .unwrap();

    let error = record_points_transaction(&mut conn, &earn()).unwrap_err();

    assert!(matches!(error, Error::Database { .. }), "{error:?}");
    assert_eq!(error.server_code(), Some(1644));
    assert_eq!(ledger(&mut conn), []);
    conn.query_drop("DROP TRIGGER frozen").unwrap();
    record_points_transaction(&mut conn, &earn()).unwrap();
}

/// After the last id the server has none, and says so or makes the last one again.
#[test]
fn a_row_that_finds_no_id_is_tried_once() {
    let (_db, mut conn) = users(1);
    conn.query_drop(
        "INSERT INTO points_transaction (id, user_id, activity_type, points, balance, created_on) \
         VALUES (2147483647, 1, 1, 1, 1, NOW())",
    )
    .unwrap();
    let before = questions(&mut conn);

    let error = record_points_transaction(&mut conn, &earn()).unwrap_err();

    assert!(matches!(error, Error::Database { .. }), "{error:?}");
    // Isolation, begin, lock and balance, row, rollback.
    assert_eq!(questions(&mut conn) - before - 1, 5, "{error:?}");
}

/// Cuts the wire at each statement of a call that adds so many rows.
fn cut_at_each_statement(rows: usize, cut: Cut, call: impl Fn(&mut Conn) -> Result<()>) {
    let (db, mut conn) = users(2);
    let statements = statements_of(&db, |conn| call(conn).unwrap());
    let last = statements.len() - 1;
    assert!(is_commit(&statements[last]), "{statements:?}");
    for (position, statement) in statements.iter().enumerate() {
        conn.query_drop("DELETE FROM points_transaction").unwrap();

        let error = call(&mut db.watched(nth(position, |_| true, move || cut))).unwrap_err();

        let is_commit = position == last;
        assert_eq!(
            matches!(error, Error::CommitUnknown { .. }),
            is_commit,
            "{statement}: {error:?}"
        );
        assert_eq!(error.is_retryable(), !is_commit, "{statement}: {error:?}");
        // Waits until the server has seen that nobody is there.
        call(&mut conn).unwrap();
        let ledger = ledger(&mut conn);
        let calls = if is_commit && cut == Cut::BeforeAnswer { 2 } else { 1 };
        assert_eq!(ledger.len(), calls * rows, "{statement}: {ledger:?}");
        assert_running_sums(&ledger);
    }
}

#[test]
fn a_connection_that_breaks_leaves_a_movement_or_nothing() {
    let call = |conn: &mut Conn| record_points_transaction(conn, &earn()).map(drop);
    cut_at_each_statement(1, Cut::BeforeStatement, call);
    cut_at_each_statement(1, Cut::BeforeAnswer, call);
}

/// An account of the system is looked for before it is locked.
#[test]
fn a_connection_that_breaks_leaves_a_reward_or_nothing() {
    let reward = payment(2000, 1, Activity::CampaignReward, points(25));
    let call = |conn: &mut Conn| record_points_transfer(conn, &reward).map(drop);
    cut_at_each_statement(2, Cut::BeforeStatement, call);
    cut_at_each_statement(2, Cut::BeforeAnswer, call);
}

#[test]
fn a_connection_that_breaks_leaves_both_halves_or_none() {
    let call = |conn: &mut Conn| record_points_transfer(conn, &gift()).map(drop);
    cut_at_each_statement(2, Cut::BeforeStatement, call);
    cut_at_each_statement(2, Cut::BeforeAnswer, call);
}
