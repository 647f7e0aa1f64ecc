//! What a broken proxy sends in place of an answer: an error about the connection, never a panic, and never
//! a finding about the data.

mod support;

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, Migrator, run_quicksight_migrations};
use support::{
    Database, migrated, migrations,
    wire::{Cut, nth, statements_of},
};

/// Nothing; a count of columns beyond all bounds; the end of something that never began; an OK with half of
/// it missing; columns that do not follow; letters.
const ANSWERS: [&[u8]; 7] = [
    b"",
    b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xfe",
    b"\x00",
    b"\xfd\xff\xff\xff",
    b"\x03",
    b"HTTP/1.1 400 Bad Request\r\n",
];

/// Done, and nothing to tell. For a statement that changes something it cannot be told from the truth.
const OK: &[u8] = b"\x00\x00\x00\x02\x00\x00\x00";

/// Calls with each of these answers in place of each statement's own.
fn answer_each_statement<T>(
    db: impl Fn() -> Database,
    answers: &[&'static [u8]],
    call: impl Fn(&mut mysql::Conn) -> quicksight_migrations::Result<T>,
) {
    let statements = statements_of(&db(), |conn| drop(call(conn)));
    for (position, statement) in statements.iter().enumerate() {
        for &answer in answers {
            let db = db();
            let mut conn = db.watched(nth(position, |_| true, move || Cut::Instead(answer)));

            let outcome = call(&mut conn);

            let Err(error) = outcome else {
                panic!("{answer:?} for {statement}: taken for an answer");
            };
            assert!(
                error.is_retryable() && error.server_code().is_none(),
                "{answer:?} for {statement}: {error:?}"
            );
            drop(conn);
            run_quicksight_migrations(&mut db.conn()).unwrap();
        }
    }
}

#[test]
fn a_boot_with_nothing_to_do() {
    answer_each_statement(migrated, &ANSWERS, run_quicksight_migrations);
    answer_each_statement(migrated, &[OK], run_quicksight_migrations);
}

#[test]
fn a_boot_with_work_to_do() {
    let db = || {
        let db = migrated();
        let last = migrations::last();
        let table = last.makes.as_ref().unwrap();
        db.conn().query_drop(format!("DROP TABLE {table}")).unwrap();
        db.forget_after(last.version - 1);
        db
    };
    answer_each_statement(db, &ANSWERS, run_quicksight_migrations);
}

#[test]
fn a_look_at_the_status() {
    answer_each_statement(migrated, &ANSWERS, |conn| Migrator::new().status(conn));
    answer_each_statement(migrated, &[OK], |conn| Migrator::new().status(conn));
}

/// Whatever table has the name: it is not read into memory.
#[test]
fn a_history_without_end_is_refused() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop(
        "INSERT INTO quicksight_schema_history \
         SELECT 1000 + a.version * 100 + b.version, 'x', '2027-01-02T03:04:05Z', '1' \
         FROM quicksight_schema_history a, quicksight_schema_history b, \
         (SELECT 1 UNION SELECT 2) c WHERE c.`1` = 1",
    )
    .unwrap();
    conn.query_drop(
        "INSERT INTO quicksight_schema_history \
         SELECT version + 100000, name, applied_on, checksum FROM quicksight_schema_history",
    )
    .unwrap();
    conn.query_drop(
        "INSERT INTO quicksight_schema_history \
         SELECT version + 1000000, name, applied_on, checksum FROM quicksight_schema_history",
    )
    .unwrap();

    let most = migrations::total() + 1000;
    for error in [
        run_quicksight_migrations(&mut conn).unwrap_err(),
        Migrator::new().status(&mut conn).unwrap_err(),
        Migrator::new().mend(&mut conn).unwrap_err(),
    ] {
        assert!(matches!(error, Error::HistoryTooLong { most: at, .. } if at == most), "{error:?}");
    }
}
