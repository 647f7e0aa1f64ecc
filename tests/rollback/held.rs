//! Nothing is dropped under the hands of others: they are waited for, or nothing is done.

use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, rollback_quicksight_migrations, run_quicksight_migrations};

use crate::{
    assert_rolls_back, impatient,
    support::{backup, database, migrated},
};

/// Rows that may be lost are still not dropped under somebody's hands.
#[test]
fn tables_that_somebody_holds_are_named() {
    for migrator in [impatient(), impatient().discard_data()] {
        let db = migrated();
        let mut holder = db.conn();
        holder.query_drop("START TRANSACTION").unwrap();
        holder.query_drop("SELECT * FROM trip").unwrap();
        holder.query_drop("INSERT INTO user_label (name) VALUES ('open')").unwrap();
        let started = Instant::now();

        let error = migrator.rollback(&mut db.conn()).unwrap_err();

        let Error::TablesInUse { tables, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*tables, ["`trip`", "`user_label`"]);
        assert_eq!((error.server_code(), error.is_retryable()), (Some(1205), true));
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        db.assert_complete();
        holder.query_drop("ROLLBACK").unwrap();
        assert_rolls_back(&db);
    }
}

/// A backup stops every drop, so nothing is dropped, and nobody waits for each of them.
#[test]
fn a_backup_is_not_disturbed() {
    let db = migrated();
    let backup = backup(&db);

    let error = impatient().rollback(&mut db.conn()).unwrap_err();

    assert_eq!((error.server_code(), error.is_retryable()), (Some(1205), true), "{error:?}");
    db.assert_complete();
    drop(backup);
    assert_rolls_back(&db);
}

/// Half of the fleet rolls back while the other half boots.
#[test]
fn any_number_may_roll_back_and_boot_at_once() {
    for _ in 0..3 {
        let db = database();
        let start = Barrier::new(16);
        thread::scope(|scope| {
            for number in 0..16 {
                let (db, start) = (&db, &start);
                scope.spawn(move || {
                    let mut conn = db.conn();
                    start.wait();
                    if number % 2 == 0 {
                        rollback_quicksight_migrations(&mut conn).map(drop).unwrap();
                    } else {
                        run_quicksight_migrations(&mut conn).map(drop).unwrap();
                    }
                });
            }
        });
        run_quicksight_migrations(&mut db.conn()).unwrap();
        db.assert_complete();
        assert_rolls_back(&db);
    }
}
