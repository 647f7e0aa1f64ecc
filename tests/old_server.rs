//! Run by hand or by the pipeline with `QUICKSIGHT_SERVER` naming a server that is too old:
//! `QUICKSIGHT_SERVER=$(scripts/server.sh mysql-5.6) cargo test --test old_server`.

mod support;

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error, Migrator, quicksight_migration_status, run_quicksight_migrations,
    verify_quicksight_schema,
};
use support::{Server, chain, database, database_on};

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

/// The oldest server that is supported speaks nearly the same SQL: its `sql_mode`, its formats, no
/// newer words. So each file is taken by this one, and described as the twin of it is.
#[test]
fn the_files_need_no_newer_sql() {
    let server = Server::start(&[
        "--innodb-file-format=Barracuda",
        "--innodb-large-prefix=ON",
        "--innodb-file-per-table=ON",
        "--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,\
         ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
    ]);
    let db = database_on(&server);
    let mut conn = db.conn();

    for statement in Migrator::new().plan(&mut conn).unwrap() {
        conn.query_drop(&statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    db.assert_complete();
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
}
