//! Verification works in any session that has the two rights, and leaves it as it was.

use mysql::prelude::Queryable;
use quicksight_migrations::{Migrator, run_quicksight_migrations, verify_quicksight_schema};

use crate::{
    assert_no_drift,
    support::{Flavor, database, denied, flavor, migrated, migrations, settings},
};

#[test]
fn finds_nothing_under_any_sql_mode_and_puts_it_back() {
    let db = migrated();
    let mut modes = vec!["", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "TRADITIONAL", "ANSI"];
    if flavor() == Flavor::MariaDb {
        modes.extend(["ORACLE", "EMPTY_STRING_IS_NULL", "NO_FIELD_OPTIONS,NO_KEY_OPTIONS"]);
    }
    for mode in modes {
        for quotes in [0, 1] {
            let mut conn = db.conn();
            let set = format!("SET SESSION sql_mode = '{mode}', sql_quote_show_create = {quotes}");
            conn.query_drop(set).unwrap();
            let before = settings(&mut conn);

            assert_no_drift(&mut conn, mode);

            assert_eq!(settings(&mut conn), before);
        }
    }
}

/// `sql_select_limit` is for people at a prompt; half a description would be taken for drift.
#[test]
fn a_limit_on_the_rows_of_a_session_limits_nothing_here() {
    for limit in [0, 1] {
        let db = database();
        let mut conn = db.conn();
        conn.query_drop(format!("SET SESSION sql_select_limit = {limit}")).unwrap();

        run_quicksight_migrations(&mut conn).unwrap();

        assert!(Migrator::new().status(&mut conn).unwrap().is_current());
        assert_no_drift(&mut conn, "a limit");
        assert_eq!(Migrator::new().mend(&mut conn).unwrap().mended().len(), 0);
        assert_eq!(
            Migrator::new().rollback(&mut conn).unwrap().dropped().len(),
            migrations::tables().len()
        );
        let row: Option<u32> = conn.query_first("SELECT @@sql_select_limit LIMIT 1").unwrap();
        assert_eq!(row, Some(limit));
    }
}

/// It stops in the middle, when some twins are made and the caller's `sql_mode` is another.
#[test]
fn leaves_nothing_behind_when_it_fails() {
    let db = migrated();
    let user = db.user("CREATE TEMPORARY TABLES");
    for table in migrations::tables().iter().filter(|table| **table != "trip") {
        db.grant(&user, "SELECT", table);
    }
    db.grant(&user, "SELECT (id)", "trip");
    let mut conn = user.conn();
    conn.query_drop("SET SESSION sql_mode = 'ANSI_QUOTES'").unwrap();

    verify_quicksight_schema(&mut conn).unwrap_err();

    conn.query_drop("CREATE TEMPORARY TABLE quicksight_twin_auth_user (id int)").unwrap();
    let mode: Option<String> = conn.query_first("SELECT @@sql_mode").unwrap();
    assert_eq!(mode.as_deref(), Some("ANSI_QUOTES"));
}

#[test]
fn needs_two_rights_and_names_the_one_that_is_missing() {
    let db = migrated();

    assert_no_drift(&mut db.user("SELECT, CREATE TEMPORARY TABLES").conn(), "few rights");

    let error = verify_quicksight_schema(&mut db.user("SELECT").conn()).unwrap_err();
    assert_eq!(
        denied(&error),
        "make a temporary twin of `auth_user` (needs CREATE TEMPORARY TABLES)"
    );
    // Columns that a user may not read are hidden, which is not the same as missing.
    let squint = db.user("CREATE TEMPORARY TABLES");
    for &table in migrations::tables() {
        let columns = if table == "trip" { "SELECT (id, user_id)" } else { "SELECT" };
        db.grant(&squint, columns, table);
    }
    let error = verify_quicksight_schema(&mut squint.conn()).unwrap_err();
    assert_eq!(denied(&error), "look at the table `trip` (needs SELECT)");
    let blind = db.user("CREATE TEMPORARY TABLES");
    let error = verify_quicksight_schema(&mut blind.conn()).unwrap_err();
    let action = denied(&error);
    assert!(action.ends_with("(needs SELECT)"), "{action}");
}

#[test]
fn leaves_an_open_transaction_open() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("START TRANSACTION").unwrap();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('mine')").unwrap();

    assert_no_drift(&mut conn, "an open transaction");

    conn.query_drop("ROLLBACK").unwrap();
    let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(rows, Some(0));
}
