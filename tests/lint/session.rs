//! The findings are the same in any session, for any name, and for whoever may read.

use mysql::{OptsBuilder, prelude::Queryable};
use quicksight_migrations::{
    Error,
    quicksight::{
        LintRule::{NumberAsBoolean, Unseen, UnsupportedType},
        Linter, lint,
    },
};

use crate::{
    LONG, found, run,
    support::{
        Database, Flavor, connect, database, flavor, migrated, settings,
        wire::{Cut, nth},
    },
};

/// Names that mean something else in most places of a statement.
const TABLE: &str = "odd ` ' \\' % ä";
const COLUMN: &str = "very ` ' \\' \" odd";

fn odd() -> (Database, Linter) {
    let db = database();
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let (table, column) = (quoted(TABLE), quoted(COLUMN));
    let mut conn = db.conn();
    run(
        &mut conn,
        &format!("CREATE TABLE {table} (id int PRIMARY KEY, {column} tinyint(1), other time)"),
    );
    run(&mut conn, &format!("INSERT INTO {table} VALUES (1, 4, NULL)"));
    (db, Linter::of([TABLE]).read_rows(LONG))
}

#[test]
fn finds_the_same_in_any_session_and_leaves_it_as_it_was() {
    let (db, linter) = odd();
    let mut conn = db.conn();
    let expected = linter.lint(&mut conn).unwrap();
    let rules: Vec<_> = expected.iter().map(|one| (one.column(), one.rule())).collect();
    assert_eq!(rules, [(Some("other"), UnsupportedType), (Some(COLUMN), NumberAsBoolean)]);
    let mut sessions = vec![
        "sql_mode = 'ANSI'",
        "sql_mode = 'TRADITIONAL,NO_BACKSLASH_ESCAPES'",
        "sql_mode = 'PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE,PAD_CHAR_TO_FULL_LENGTH'",
        "sql_select_limit = 1",
        "character_set_results = latin1",
        "character_set_results = NULL, character_set_client = latin1",
        "collation_connection = utf8mb4_bin",
        "collation_connection = latin1_swedish_ci",
        "time_zone = '+05:30'",
        "autocommit = 0",
    ];
    if flavor() == Flavor::MariaDb {
        sessions.extend(["sql_mode = 'ORACLE'", "sql_mode = 'EMPTY_STRING_IS_NULL,MSSQL'"]);
    }
    for session in sessions {
        let mut conn = db.conn();
        run(&mut conn, &format!("SET {session}"));
        let before = settings(&mut conn);
        assert_eq!(linter.lint(&mut conn).unwrap(), expected, "{session}");
        assert_eq!(settings(&mut conn), before, "{session}");
    }
    run(&mut conn, "SET sql_select_limit = 0");
    assert_eq!(linter.lint(&mut conn).unwrap(), expected);
}

#[test]
fn leaves_an_open_transaction_alone() {
    let db = migrated();
    let mut conn = db.conn();
    run(&mut conn, "START TRANSACTION");
    run(&mut conn, "INSERT INTO user_label (name) VALUES ('new')");

    assert_eq!(Linter::new().read_rows(LONG).lint(&mut conn).unwrap(), []);

    run(&mut conn, "ROLLBACK");
    let labels: Option<u64> = conn.query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(labels, Some(0));
}

#[test]
fn needs_no_right_but_select_and_sees_what_the_user_sees() {
    let (db, linter) = odd();
    let mut reader = db.user("SELECT").conn();
    assert_eq!(linter.lint(&mut reader).unwrap(), linter.lint(&mut db.conn()).unwrap());

    run(&mut db.conn(), "CREATE TABLE shown (id int PRIMARY KEY, seen time, secret time)");
    let stranger = db.user("CREATE TEMPORARY TABLES");
    let linter = Linter::of(["shown"]).read_rows(LONG);
    assert_eq!(found(&linter, &mut stranger.conn()), [(String::new(), Unseen)]);
    db.grant(&stranger, "SELECT (id, seen)", "shown");
    let seen = [("seen".to_owned(), UnsupportedType)];
    assert_eq!(found(&linter, &mut stranger.conn()), seen);
}

#[test]
fn wants_a_database() {
    let db = database();
    let mut nowhere = connect(OptsBuilder::from_opts(db.opts()).db_name(None::<String>)).unwrap();
    let error = lint(&mut nowhere).unwrap_err();
    assert!(matches!(error, Error::NoDatabaseSelected), "{error:?}");
}

#[test]
fn looks_at_nothing_if_nothing_was_named() {
    assert_eq!(Linter::of([""; 0]).lint(&mut database().conn()).unwrap(), []);
}

#[test]
fn a_connection_that_breaks_under_way_never_lets_a_fault_pass_unseen() {
    let (db, linter) = odd();
    let whole = linter.lint(&mut db.conn()).unwrap();
    let mut broken = 0;
    for position in 0..6 {
        for arrives in (0..).step_by(37) {
            let cut = nth(position, |_| true, move || Cut::WithinAnswer(arrives));
            match linter.lint(&mut db.watched(cut)) {
                Ok(answer) => {
                    assert_eq!(answer, whole, "{arrives} bytes of number {position}");
                    break;
                }
                Err(error) => assert!(error.is_retryable(), "{error:?}"),
            }
            broken += 1;
        }
    }
    assert!(broken > 6, "{broken}");
}
