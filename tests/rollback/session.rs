//! The caller's session is as before, nothing stays locked, and the caller's connection still lives,
//! so that nothing was let go only by its end.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, rollback_quicksight_migrations};

use crate::{
    impatient,
    support::{Database, HISTORY, migrated, migrations, settings},
};

/// The session is as before, nothing is locked, and the caller's connection still lives, so that
/// nothing was let go only by its end.
#[test]
fn the_session_is_as_before_and_nothing_stays_locked() {
    for autocommit in [0, 1] {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop(format!(
            "SET SESSION autocommit = {autocommit}, lock_wait_timeout = 1234, \
             innodb_lock_wait_timeout = 77, foreign_key_checks = 0, time_zone = '-06:00', \
             sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"
        ))
        .unwrap();
        let before = settings(&mut conn);

        let mut other = db.conn();
        // So that a table that is still locked fails this test and does not hang it.
        other.query_drop("SET SESSION lock_wait_timeout = 1").unwrap();
        // Refused at each stage: by rows, by what is found under the lock, by the lock, at the drop.
        other.query_drop("INSERT INTO user_label (name) VALUES ('kept')").unwrap();
        rollback_quicksight_migrations(&mut conn).unwrap_err();
        other.query_drop("DELETE FROM user_label").unwrap();
        assert_untouched(&db, &mut conn, &before);

        other.query_drop("CREATE VIEW trips AS SELECT id FROM trip").unwrap();
        rollback_quicksight_migrations(&mut conn).unwrap_err();
        other.query_drop("DROP VIEW trips").unwrap();
        assert_untouched(&db, &mut conn, &before);

        other.query_drop("START TRANSACTION").unwrap();
        other.query_drop("SELECT * FROM trip").unwrap();
        impatient().rollback(&mut conn).unwrap_err();
        other.query_drop("ROLLBACK").unwrap();
        assert_untouched(&db, &mut conn, &before);

        conn.query_drop("CREATE TEMPORARY TABLE app_data (id INT)").unwrap();
        conn.query_drop("COMMIT").unwrap();
        let error = rollback_quicksight_migrations(&mut conn).unwrap_err();
        assert!(matches!(error, Error::RollbackIncomplete { .. }), "{error:?}");
        impatient().run(&mut db.conn()).expect("the lock is free");
        assert_untouched(&db, &mut conn, &before);

        rollback_quicksight_migrations(&mut conn).unwrap();
        assert_eq!(settings(&mut conn), before);
        impatient().run(&mut db.conn()).expect("the lock is free");
        assert_untouched(&db, &mut conn, &before);
    }
}

#[track_caller]
fn assert_untouched(db: &Database, conn: &mut Conn, before: &str) {
    assert_eq!(settings(conn), before);
    let mut other = db.conn();
    other.query_drop("SET SESSION lock_wait_timeout = 1").unwrap();
    other.query_drop("INSERT INTO auth_user (email) VALUES ('nobody is in the way')").unwrap();
    other.query_drop("DELETE FROM auth_user").unwrap();
    other.query_drop(format!("SELECT 1 FROM {HISTORY}")).unwrap();
    db.assert_complete();
    // The next boot does not wait either.
    other
        .query_drop(format!("DELETE FROM {HISTORY} WHERE version = {}", migrations::last().version))
        .unwrap();
    impatient().run(&mut other).expect("the lock is free");
    // Under LOCK TABLES this would be refused.
    let rows: Vec<u32> = conn.query("SELECT 1 FROM group_member, campaign").unwrap();
    assert!(rows.is_empty());
    conn.query_drop("COMMIT").unwrap();
}
