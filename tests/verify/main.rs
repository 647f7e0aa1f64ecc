//! Verification finds every difference, names it, and finds none where there is none; mending puts
//! it right and keeps every row.

mod cases;
mod same;
mod session;
mod strange;
#[path = "../support/mod.rs"]
mod support;

use mysql::Conn;
use quicksight_migrations::{Drift, DriftKind, Migrator, verify_quicksight_schema};
use support::{database, migrated, migrations, questions};

fn verify(conn: &mut Conn) -> Vec<Drift> {
    verify_quicksight_schema(conn).unwrap()
}

#[track_caller]
fn assert_no_drift(conn: &mut Conn, after: &str) {
    let said: Vec<_> = verify(conn).iter().map(ToString::to_string).collect();
    assert_eq!(said, Vec::<String>::new(), "{after}");
}

#[test]
fn finds_nothing_in_what_the_migrations_made() {
    let db = migrated();
    let mut conn = db.conn();
    let before = questions(&mut conn);

    assert_no_drift(&mut conn, "a first boot");

    let sent = questions(&mut conn) - before - 1;
    // The session's settings, three looks at what is there, a twin and its description for each table, and
    // the twins dropped; and a look at the views, in a build that makes some.
    let views = u64::from(cfg!(feature = "quicksight"));
    assert_eq!(
        sent,
        4 + migrations::total() as u64 + migrations::tables().len() as u64 + 1 + views
    );
}

#[test]
fn an_empty_database_lacks_every_table() {
    let db = database();

    let drifts = verify(&mut db.conn());

    assert_eq!(drifts.len(), migrations::tables().len());
    assert!(drifts.iter().all(|drift| drift.kind() == DriftKind::MissingTable));
    assert_eq!(
        Migrator::new().mend(&mut db.conn()).unwrap().mended().len(),
        migrations::tables().len()
    );
    assert_no_drift(&mut db.conn(), "mending an empty database");
}
