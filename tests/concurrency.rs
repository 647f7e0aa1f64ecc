//! Many processes boot at the same time: one does the work, all of them return `Ok`.

mod support;

use std::{
    process::{Child, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, Migrator, run_quicksight_migrations};
use support::{Database, database, example, lock_holder, migrations, wire::lock_name};

fn boot(db: &Database) -> Child {
    example("migrate")
        .args(["up", "--url", &db.url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start a process")
}

#[test]
fn thirty_two_processes_boot_an_empty_database() {
    let db = database();

    let processes: Vec<_> = (0..32).map(|_| boot(&db)).collect();
    let said: Vec<String> = processes
        .into_iter()
        .map(|process| {
            let output = process.wait_with_output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{errors}");
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();

    // Whoever comes while the work is going on waits for all of it.
    let total = migrations::total();
    let worked = format!("{total} of {total} migrations applied");
    let workers = said.iter().filter(|line| line.starts_with(&worked));
    assert_eq!(workers.count(), 1, "{said:?}");
    let waited = format!("up to date with {total} migrations");
    let waiters = said.iter().filter(|line| line.starts_with(&waited));
    assert_eq!(waiters.count(), 31, "{said:?}");
    db.assert_complete();
}

#[test]
fn names_the_connection_that_holds_the_lock() {
    let db = database();
    let name = lock_name(&db);
    let holder = lock_holder(&db);
    let started = Instant::now();

    let error =
        Migrator::new().lock_timeout(Duration::from_secs(2)).run(&mut db.conn()).unwrap_err();

    let took = started.elapsed();
    let Error::LockTimeout { name: told, waited, holder: id, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*told, name);
    assert_eq!(*id, Some(u64::from(holder.connection_id())));
    assert!(*waited >= Duration::from_secs(2) && *waited <= took, "{waited:?} of {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(error.is_retryable());
    assert_eq!(db.tables(), Vec::<String>::new());
}

#[test]
fn does_not_wait_at_all_if_told_so() {
    let db = database();
    let _holder = lock_holder(&db);
    let started = Instant::now();

    let error = Migrator::new().lock_timeout(Duration::ZERO).run(&mut db.conn()).unwrap_err();

    assert!(matches!(error, Error::LockTimeout { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "the default is 60 s");
}

#[test]
fn goes_on_as_soon_as_the_lock_is_free() {
    let db = database();
    let mut holder = lock_holder(&db);
    let release = thread::spawn(move || {
        thread::sleep(Duration::from_millis(1500));
        holder.query_drop("DO RELEASE_ALL_LOCKS()").unwrap();
        holder
    });

    let report = run_quicksight_migrations(&mut db.conn()).unwrap();

    assert_eq!(report.applied().len(), migrations::total());
    assert!(report.lock_wait() >= Duration::from_secs(1), "{:?}", report.lock_wait());
    assert!(report.lock_wait() < Duration::from_secs(10), "{:?}", report.lock_wait());
    release.join().unwrap();
}

/// The holder has finished and hangs: there is nothing left to wait for.
#[test]
fn a_holder_that_is_done_but_does_not_let_go_is_no_failure() {
    let db = database();
    let _holder = lock_holder(&db);
    let plan = Migrator::new().plan(&mut db.conn()).unwrap();
    let mut conn = db.conn();
    let work = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        for statement in plan {
            conn.query_drop(statement).unwrap();
        }
    });

    let report = Migrator::new().lock_timeout(Duration::from_secs(4)).run(&mut db.conn()).unwrap();

    work.join().unwrap();
    assert_eq!(report.applied(), []);
    assert!(report.lock_wait() >= Duration::from_secs(4));
    db.assert_complete();
}

/// Whoever has waited looks again before doing anything: the work is done by then.
#[test]
fn does_nothing_twice_after_waiting() {
    let db = database();
    let mut holder = lock_holder(&db);
    let plan = Migrator::new().plan(&mut holder).unwrap();
    let (sender, sent) = mpsc::channel();
    let mut conn = db.watched(move |sql| {
        sender.send(sql.to_owned()).unwrap();
        None
    });
    let boot = thread::spawn(move || run_quicksight_migrations(&mut conn).unwrap());
    let mut before: Vec<String> =
        sent.iter().take_while(|sql| !sql.contains("IS_USED_LOCK")).collect();

    for statement in plan {
        holder.query_drop(statement).unwrap();
    }
    holder.query_drop("DO RELEASE_ALL_LOCKS()").unwrap();

    assert_eq!(boot.join().unwrap().applied(), []);
    before.extend(sent.try_iter());
    let changes: Vec<_> = before
        .iter()
        .filter(|sql| sql.contains("CREATE TABLE") || sql.contains("INSERT INTO"))
        .collect();
    assert_eq!(changes, Vec::<&String>::new());
}

/// The wait is ended from outside: no lock, no error that says why, and nothing done.
#[test]
fn a_wait_that_is_interrupted_is_an_error() {
    let db = database();
    let _holder = lock_holder(&db);
    let mut conn = db.conn();
    let id = conn.connection_id();
    let boot = thread::spawn(move || run_quicksight_migrations(&mut conn));
    let mut admin = db.conn();
    let state = format!("SELECT state FROM information_schema.processlist WHERE id = {id}");
    // A slice of the wait may end between the look and the order: so the order is repeated.
    while !boot.is_finished() {
        let state: Option<Option<String>> = admin.query_first(&state).unwrap();
        if state.flatten().is_some_and(|state| state.eq_ignore_ascii_case("user lock")) {
            admin.query_drop(format!("KILL QUERY {id}")).unwrap();
        }
        thread::sleep(Duration::from_millis(5));
    }

    let error = boot.join().unwrap().unwrap_err();

    assert!(matches!(error, Error::LockUnavailable { .. }), "{error:?}");
    assert_eq!(db.tables(), Vec::<String>::new());
}

/// The lock is one database's.
#[test]
fn databases_do_not_wait_for_each_other() {
    let (one, other) = (database(), database());
    assert_ne!(lock_name(&one), lock_name(&other));
    let _holder = lock_holder(&one);

    let report = Migrator::new().lock_timeout(Duration::ZERO).run(&mut other.conn()).unwrap();

    assert_eq!(report.applied().len(), migrations::total());
}

/// A process that is killed at work leaves the lock to the next one, who goes on where it stopped.
#[test]
fn a_killed_process_is_taken_over() {
    for victims in 1..=3 {
        let db = database();
        for _ in 0..victims {
            let mut process = boot(&db);
            // Some way into the work, at another place each time.
            let started = Instant::now();
            while db.tables().len() < 4 * victims && started.elapsed() < Duration::from_secs(5) {
                thread::sleep(Duration::from_millis(1));
            }
            process.kill().unwrap();
            process.wait().unwrap();
        }

        let output = boot(&db).wait_with_output().unwrap();

        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        db.assert_complete();
    }
}
