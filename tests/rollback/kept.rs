//! A table that the server does not drop stays alone and is named, and neither the next run nor the
//! next rollback stumbles over it.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error, KeptReason, quicksight_migration_status, rollback_quicksight_migrations,
    run_quicksight_migrations,
};

use crate::{
    assert_rolls_back, pointing_to_trip,
    support::{Database, HISTORY, User, chain, denied, migrated, migrations, whole},
};

/// Only the drop itself meets it. What went is made again by the next run, and the next rollback
/// finishes.
#[test]
fn a_foreign_key_that_cannot_be_seen_keeps_its_table() {
    for next_is_a_run in [false, true] {
        let db = whole();
        let other = pointing_to_trip(&db);
        let user = db.user("SELECT, LOCK TABLES, DROP");
        let mut conn = user.conn();
        conn.query_drop("SET SESSION foreign_key_checks = 0").unwrap();

        let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

        let Error::RollbackIncomplete { dropped, failed, .. } = &error else { panic!("{error:?}") };
        assert_eq!(dropped.len(), migrations::tables().len() - 1);
        let [kept] = &failed[..] else { panic!("{failed:?}") };
        assert_eq!(kept.table(), "trip");
        assert!(
            matches!(kept.reason(), KeptReason::Refused { code: 1217 | 1451 | 3730, .. }),
            "{kept}"
        );
        assert!(!error.is_retryable());
        assert_eq!(db.tables(), ["trip"]);
        if next_is_a_run {
            run_quicksight_migrations(&mut db.conn()).unwrap();
            db.assert_complete();
        }
        other.conn().query_drop("DROP TABLE leg").unwrap();
        assert_rolls_back(&db);
    }
}

/// A temporary table hides the real one from every statement of its session.
#[test]
fn a_temporary_table_is_not_taken_for_the_real_one() {
    let db = migrated();
    db.conn().query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
    let mut conn = db.conn();
    conn.query_drop("CREATE TEMPORARY TABLE user_label (id INT)").unwrap();

    let error = rollback_quicksight_migrations(&mut conn).unwrap_err();

    let Error::RollbackIncomplete { dropped, failed, .. } = &error else { panic!("{error:?}") };
    assert_eq!(dropped.len(), migrations::tables().len() - 1);
    let [kept] = &failed[..] else { panic!("{failed:?}") };
    assert_eq!((kept.table(), kept.reason()), ("user_label", &KeptReason::ThereAgain));
    let rows: Option<u32> = db.conn().query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(rows, Some(1));
}

/// A user with these rights on each table but `trip`.
fn user_without(db: &Database, on_all: &str, on_others: &str) -> User {
    let user = db.user(on_all);
    for table in migrations::tables().iter().chain([&HISTORY]).filter(|table| **table != "trip") {
        db.grant(&user, on_others, table);
    }
    user
}

/// The one that stays stays alone, and neither the next run nor the next rollback stumbles over it.
#[test]
fn goes_on_past_a_table_that_cannot_be_dropped() {
    for next_is_a_run in [false, true] {
        let db = migrated();
        let user = user_without(&db, "SELECT, LOCK TABLES", "DROP");

        let error = rollback_quicksight_migrations(&mut user.conn()).unwrap_err();

        let Error::RollbackIncomplete { dropped, failed, .. } = &error else { panic!("{error:?}") };
        let mut expected = migrations::tables().to_vec();
        expected.reverse();
        expected.retain(|table| *table != "trip");
        assert_eq!(*dropped, expected);
        let [kept] = &failed[..] else { panic!("{failed:?}") };
        assert_eq!(kept.table(), "trip");
        assert!(matches!(kept.reason(), KeptReason::Refused { code: 1142, .. }), "{kept}");
        assert!(
            error.to_string().contains("the server refused to drop trip (error 1142: "),
            "{error}"
        );
        assert_eq!(db.tables(), ["trip"]);
        let status = quicksight_migration_status(&mut db.conn()).unwrap();
        let expected =
            format!("0 of {} migrations applied, next is V01__auth_user", migrations::total());
        assert_eq!(status.to_string(), expected);
        if next_is_a_run {
            run_quicksight_migrations(&mut db.conn()).unwrap();
            db.assert_complete();
        }
        assert_rolls_back(&db);
    }
}

/// Without any right on a table it looks as if it was not there.
#[test]
fn a_table_that_the_user_cannot_see_is_not_left_behind_unseen() {
    let db = migrated();
    let user = user_without(&db, "LOCK TABLES", "SELECT, DROP");

    let error = rollback_quicksight_migrations(&mut user.conn()).unwrap_err();

    assert_eq!(denied(&error), "see whether the tables are there (needs SELECT)");
    assert!(chain(&error).contains("trip"), "{}", chain(&error));
    db.assert_complete();
}
