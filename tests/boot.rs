//! One call makes the tables, and says what it did.

mod support;

use quicksight_migrations::run_quicksight_migrations;

#[test]
fn first_boot_makes_the_tables() {
    let db = support::database();
    let report = run_quicksight_migrations(&mut db.conn()).unwrap();
    eprintln!("{report}");
    db.assert_complete();
}
