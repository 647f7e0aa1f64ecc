//! Run by hand or by the pipeline with `QUICKSIGHT_SERVER` naming a server that is too old:
//! `QUICKSIGHT_SERVER=$(scripts/server.sh mysql-5.6) cargo test --test old_server`.

mod support;

use quicksight_migrations::{Error, quicksight_migration_status, run_quicksight_migrations};
use support::{chain, database};

#[test]
fn a_server_that_is_too_old_is_refused_before_anything_is_changed() {
    let db = database();

    let error = run_quicksight_migrations(&mut db.conn()).unwrap_err();

    let Error::UnsupportedServer { version, needed } = &error else { panic!("{error:?}") };
    assert!(version.starts_with("5.6."), "{version}");
    assert_eq!(*needed, "MySQL 5.7 or later, or MariaDB 10.3 or later");
    assert!(chain(&error).starts_with("the server 5.6."), "{error}");
    assert_eq!(db.tables(), Vec::<String>::new());
    assert_eq!(quicksight_migration_status(&mut db.conn()).unwrap().applied(), 0);
}
