//! A table that another session has for itself is named by every call that needs it, and no call waits for
//! longer than it may, however many tables it needs.

mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, Migrator};
use support::{ByHand, Flavor, HISTORY, database, flavor, migrated, migrations};

const PATIENCE: Duration = Duration::from_secs(2);

/// A call that needs the tables.
type Call = fn(&Migrator, &mut Conn) -> quicksight_migrations::Result<()>;

const CALLS: [(&str, Call); 6] = [
    ("rollback", |migrator, conn| migrator.rollback(conn).map(drop)),
    ("rollback_plan", |migrator, conn| migrator.rollback_plan(conn).map(drop)),
    ("rollback of rows", |migrator, conn| migrator.clone().discard_data().rollback(conn).map(drop)),
    ("verify", |migrator, conn| migrator.verify(conn).map(drop)),
    ("mend", |migrator, conn| migrator.mend(conn).map(drop)),
    ("run", |migrator, conn| migrator.run(conn).map(drop)),
];

fn impatient() -> Migrator {
    Migrator::new().metadata_lock_timeout(PATIENCE).lock_timeout(Duration::ZERO)
}

/// Which tables a call has waited for in vain, and for how long.
#[track_caller]
fn waited_for(
    name: &str,
    outcome: quicksight_migrations::Result<()>,
    holder: &Conn,
) -> Vec<String> {
    let error = outcome.expect_err(name);
    assert!(error.is_retryable(), "{name}: {error:?}");
    let Error::TablesInUse { tables, holders, .. } = error else { panic!("{name}: {error:?}") };
    if flavor() == Flavor::MySql {
        assert_eq!(holders, [u64::from(holder.connection_id())], "{name}");
    }
    tables
}

#[test]
fn a_table_that_another_session_has_for_itself_is_named_by_every_call() {
    let db = migrated();
    db.conn().query_drop("ALTER TABLE trip DROP COLUMN distance").unwrap();
    let mut holder = db.conn();
    holder.query_drop("LOCK TABLES trip WRITE").unwrap();
    for (name, call) in CALLS {
        let started = Instant::now();
        let outcome = call(&impatient(), &mut db.conn());
        let took = started.elapsed();

        assert_eq!(waited_for(name, outcome, &holder), ["`trip`"], "{name}");
        assert!(took < 2 * PATIENCE, "{name}: {took:?}");
    }
    holder.query_drop("UNLOCK TABLES").unwrap();
    Migrator::new().mend(&mut db.conn()).unwrap();
    db.assert_complete();
}

/// The catalogue must open what a view and a foreign key need, and waits for nobody.
#[test]
fn what_a_table_is_tied_to_is_found_while_another_session_has_it_for_itself() {
    let (db, other) = (migrated(), database());
    let trip = format!("`{}`.trip", db.name());
    other.conn().by_hand([
        format!("CREATE VIEW trips AS SELECT * FROM {trip}"),
        format!("CREATE TABLE leg (id int PRIMARY KEY, FOREIGN KEY (id) REFERENCES {trip} (id))"),
    ]);
    let mut holder = db.conn();
    holder.query_drop("LOCK TABLES trip WRITE").unwrap();

    let error = impatient().discard_data().rollback(&mut db.conn()).unwrap_err();

    let Error::RollbackBlocked { obstacles, .. } = &error else { panic!("{error:?}") };
    assert_eq!(obstacles.len(), 2, "{error}");
    let outcome = impatient().rollback(&mut db.conn()).map(drop);
    assert_eq!(waited_for("rollback", outcome, &holder), ["`trip`"]);
}

/// A mend needs a table for itself for a moment, and so does a rollback.
#[test]
fn many_tables_that_others_hold_are_waited_for_no_longer_than_one() {
    let db = migrated();
    for table in migrations::tables() {
        let first = format!(
            "SELECT column_name FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name = '{table}' AND ordinal_position = 1"
        );
        let first: String = db.conn().query_first(first).unwrap().unwrap();
        let sql =
            format!("ALTER TABLE {table} DEFAULT CHARACTER SET latin1, ADD KEY zzz ({first})");
        db.conn().query_drop(sql).unwrap();
    }
    let mut reader = db.conn();
    reader.query_drop("START TRANSACTION").unwrap();
    for table in migrations::tables() {
        reader.query_drop(format!("SELECT 1 FROM {table}")).unwrap();
    }
    for (name, call) in [CALLS[0], CALLS[2], CALLS[4]] {
        let started = Instant::now();
        let outcome = call(&impatient(), &mut db.conn());
        let took = started.elapsed();

        let tables = waited_for(name, outcome, &reader);
        assert!(tables.len() > 1 && tables.contains(&"`auth_user`".to_owned()), "{tables:?}");
        assert!(took < 3 * PATIENCE, "{name}: {took:?}");
    }
}

/// A user who may not ask who holds a table is told which it is all the same.
#[test]
fn a_table_is_named_to_those_who_may_not_ask_who_holds_it() {
    let db = migrated();
    let user = db.user("ALL");
    let mut reader = db.conn();
    reader.query_drop("START TRANSACTION").unwrap();
    reader.query_drop("SELECT 1 FROM trip").unwrap();

    let error = impatient().rollback(&mut user.conn()).unwrap_err();

    let Error::TablesInUse { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tables, &["`trip`"]);
    db.assert_complete();
}

/// One table is let go in time, and then there is another one.
#[test]
fn waits_in_a_row_do_not_add_up() {
    let patience = Duration::from_secs(6);
    let db = migrated();
    let mut first = db.conn();
    first.query_drop(format!("LOCK TABLES {HISTORY} WRITE")).unwrap();
    let mut second = db.conn();
    second.query_drop("LOCK TABLES trip WRITE").unwrap();
    let letting_go = thread::spawn(move || {
        thread::sleep(Duration::from_secs(4));
        first.query_drop("UNLOCK TABLES").unwrap();
    });
    let started = Instant::now();

    let error =
        Migrator::new().metadata_lock_timeout(patience).rollback(&mut db.conn()).unwrap_err();

    letting_go.join().unwrap();
    let Error::TablesInUse { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tables, &["`trip`"]);
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
}
