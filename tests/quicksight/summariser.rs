//! Who sums up needs each right that it is given, and sees nothing else.

use std::collections::BTreeSet;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    analytics::DateRange,
    quicksight::Grants,
    summary::{self, Policy},
    time::{Date, Month},
};

use crate::{
    accounts::{Account, TLS, refused},
    support::{ByHand, Database, chain, database_on, migrated, migrations, unique},
};

fn spring() -> DateRange {
    let day = |month| Date::from_calendar_date(2025, month, 1).unwrap();
    DateRange::new(day(Month::March), day(Month::April)).unwrap()
}

/// A row of each source in one hour.
fn filled(db: Database) -> Database {
    db.conn().by_hand([
        "SET SESSION sql_mode = ''",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) VALUES (1, 2, 1, 1, '2025-03-02 09:15:00')",
        "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 1, '2025-03-02 09:15:00')",
        "INSERT INTO bytemark_order_payments (user_id, total_price, created_on) VALUES (1, 1, '2025-03-02 09:15:00')",
        "INSERT INTO trip (user_id, started_on) VALUES (1, '2025-03-02 09:15:00')",
    ]);
    db
}

/// All that the job does, from nothing, or that it may not.
fn work(db: &Database, conn: &mut Conn, is_exact: bool) -> Result<(), String> {
    let denied = |error: Error| {
        assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
        chain(&error)
    };
    db.conn().query_drop("DELETE FROM summary_state").unwrap();
    if is_exact {
        summary::install_triggers(conn).map_err(denied)?;
    }
    // A service, which would be refused where the triggers may not write.
    let written = db.conn().query_drop("UPDATE trip SET user_id = user_id + 1");
    written.unwrap();
    summary::refresh(conn, &Policy::new()).map_err(denied)?;
    assert_eq!(summary::compare(conn, spring()).map_err(denied)?, []);
    assert!(summary::rebuild(conn, spring()).map_err(denied)?.written() >= 5);
    if is_exact {
        summary::remove_triggers(conn).map_err(denied)?;
    }
    Ok(())
}

/// Each right by itself, of statements such as `GRANT SELECT, INSERT ON ..`.
fn single(statements: &[String]) -> Vec<String> {
    let each = |statement: &String| {
        let (rights, on) = statement.strip_prefix("GRANT ").unwrap().split_once(" ON ").unwrap();
        rights.split(", ").map(|right| format!("GRANT {right} ON {on}")).collect::<Vec<_>>()
    };
    statements.iter().flat_map(each).collect()
}

#[track_caller]
fn each_right_is_needed(
    db: &Database,
    grants: impl Fn(&str) -> Grants,
    is_exact: bool,
    count: usize,
) {
    let account = Account::new(db, &unique("hourly"));
    let rights = single(&grants(&account.given()).statements().unwrap());
    assert_eq!(rights.iter().collect::<BTreeSet<_>>().len(), count, "{rights:?}");
    db.conn().by_hand(rights.clone());
    work(db, &mut account.conn(), is_exact).unwrap();

    for right in rights {
        let revoked = right.replacen("GRANT", "REVOKE", 1).replacen(" TO ", " FROM ", 1);
        db.conn().query_drop(&revoked).unwrap();
        let denied = work(db, &mut account.conn(), is_exact).expect_err(&revoked);
        assert!(denied.contains("denied"), "{revoked}: {denied}");
        db.conn().query_drop(&right).unwrap();
        if is_exact {
            summary::remove_triggers(&mut db.conn()).unwrap();
        }
    }
    work(db, &mut account.conn(), is_exact).unwrap();
    sees_nothing_else(&mut account.conn());
}

#[track_caller]
fn sees_nothing_else(conn: &mut Conn) {
    let rows = ["points_transaction", "token_transaction", "bytemark_order_payments", "trip"];
    for table in migrations::tables() {
        if rows.contains(table) {
            assert_eq!(refused(conn, &format!("UPDATE {table} SET id = 1")), 1142, "{table}");
            assert_eq!(refused(conn, &format!("DELETE FROM {table}")), 1142, "{table}");
        } else if !table.starts_with("summary_") {
            assert_eq!(refused(conn, &format!("SELECT 1 FROM {table}")), 1142, "{table}");
        }
    }
    assert_eq!(refused(conn, "CREATE TABLE mine (id INT)"), 1142);
    assert_eq!(refused(conn, "DROP TABLE summary_trips"), 1142);
}

#[test]
fn the_summariser_needs_each_right() {
    let db = filled(migrated());
    each_right_is_needed(&db, |name| Grants::on(db.name()).summariser(name), false, 17);
}

/// On a server without a binary log, which would refuse triggers to an ordinary account.
#[test]
fn the_exact_summariser_needs_each_right() {
    let db = filled(database_on(&TLS.server).migrated());
    each_right_is_needed(&db, |name| Grants::on(db.name()).summariser(name).exact_sums(), true, 24);
}

/// Triggers that may not write would be made, and from then on each writer refused.
#[test]
fn triggers_that_may_not_write_are_not_made() {
    let db = filled(database_on(&TLS.server).migrated());
    let account = Account::new(&db, &unique("hourly"));
    let grants = Grants::on(db.name()).summariser(&account.given()).exact_sums();
    let rights = single(&grants.statements().unwrap());
    db.conn().by_hand(rights.clone());
    let is_of_triggers = |right: &&String| {
        let of_rows = right.starts_with("GRANT SELECT") && !right.contains("`summary_");
        of_rows || right.starts_with("GRANT INSERT") && right.contains("summary_log")
    };
    let needed: Vec<_> = rights.iter().filter(is_of_triggers).collect();
    assert_eq!(needed.len(), 5, "{needed:?}");

    for right in needed {
        let revoked = right.replacen("GRANT", "REVOKE", 1).replacen(" TO ", " FROM ", 1);
        db.conn().by_hand([revoked]);
        let error = summary::install_triggers(&mut account.conn()).unwrap_err();
        assert!(matches!(error, Error::PermissionDenied { .. }), "{right}: {error:?}");
        assert!(error.to_string().contains("needs SELECT on"), "{right}: {error}");
        let made =
            "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()";
        assert_eq!(db.conn().query_first(made).unwrap(), Some(0), "{right}");
        db.conn().query_drop("UPDATE trip SET user_id = user_id + 1").unwrap();
        assert_eq!(db.conn().query_first("SELECT COUNT(*) FROM summary_log").unwrap(), Some(0));
        db.conn().by_hand([right]);
    }
    summary::install_triggers(&mut account.conn()).unwrap();
    db.conn().query_drop("UPDATE trip SET user_id = user_id + 1").unwrap();
    assert!(db.conn().query_first::<u32, _>("SELECT COUNT(*) FROM summary_log").unwrap() > Some(0));
}
