//! The findings are the same in any session, and never a part of what there is.

use quicksight_migrations::{
    Error,
    integrity::{self, Check},
};

use crate::{
    POINTS, TOKENS, good, issues,
    planted::IMPOSSIBLE_DATES,
    rows::planted,
    run,
    support::{questions, wire::cut_within_each_answer},
    validate,
};

#[test]
fn sends_one_statement_per_check_however_many_rows() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, &format!("{POINTS}(900, 77, 1, 1, 9, '9999-01-01', 5)"));

    let before = questions(&mut conn);
    let _ = validate(&mut conn);
    assert_eq!(questions(&mut conn) - before - 1, 3);

    let before = questions(&mut conn);
    integrity::monitor(&mut conn).unwrap();
    assert_eq!(questions(&mut conn) - before - 1, Check::ALL.len() as u64);
}

#[test]
fn needs_no_right_but_select() {
    let db = good();
    let mut reader = db.user("SELECT").conn();
    assert!(validate(&mut reader).is_clean());
    assert_eq!(issues(&mut reader), vec![]);

    let mut stranger = db.user("INSERT").conn();
    let error = integrity::validate(&mut stranger).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    assert!(error.to_string().starts_with("not allowed to compare balances with movements"));
    for check in Check::ALL {
        let error = integrity::check(&mut stranger, *check).unwrap_err();
        assert!(matches!(error, Error::PermissionDenied { .. }), "{check:?}: {error:?}");
    }
    let error = integrity::monitor(&mut stranger).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
}

#[test]
fn reads_under_any_sql_mode_and_in_a_transaction_of_the_caller() {
    let db = good();
    let mut conn = db.conn();
    for mode in
        ["", "ANSI", "TRADITIONAL", "ONLY_FULL_GROUP_BY", "PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE"]
    {
        run(&mut conn, &format!("SET SESSION sql_mode = '{mode}'"));
        assert!(validate(&mut conn).is_clean(), "{mode}");
        assert_eq!(issues(&mut conn), vec![], "{mode}");
    }
    run(&mut conn, "START TRANSACTION");
    run(&mut conn, &format!("{POINTS}(900, 77, 1, 1, 9, NOW(), 0)"));
    assert!(!validate(&mut conn).is_clean());
    integrity::monitor(&mut conn).unwrap();
    run(&mut conn, "ROLLBACK");
    assert!(validate(&mut conn).is_clean());
}

/// A session that would have a few rows of each answer has all of them here.
#[test]
fn finds_everything_whatever_limit_the_session_has() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, IMPOSSIBLE_DATES);
    run(&mut conn, &format!("{POINTS}(900, 1, 1, 1, 9, NOW(), 0), (901, 77, 1, 1, 9, NOW(), 5)"));
    run(
        &mut conn,
        &format!("{TOKENS}(900, 2, 1, 30, 7, NULL, NULL), (901, 2, 1, 3, 8, NULL, NULL)"),
    );
    run(
        &mut conn,
        "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, \
         ap_campaign_id) VALUES (900, 4, 5, 'x', 1), (901, 1, 6, 'y', 1)",
    );
    let report = validate(&mut conn);
    assert_eq!(report.balance_inconsistencies().total(), 2);
    assert_eq!(report.broken_referrals().total(), 2);
    assert_eq!(report.over_distributed_campaigns().total(), 2);
    for limit in [1, 0] {
        run(&mut conn, &format!("SET sql_select_limit = {limit}"));
        assert_eq!(validate(&mut conn), report, "{limit}");
    }
    for limit in [1, 0] {
        run(&mut conn, &format!("SET sql_select_limit = {limit}"));
        for (check, rows, ids) in &planted() {
            let (table, _) = rows.split_once(' ').unwrap();
            run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 9999"));
            run(&mut conn, &format!("INSERT INTO {rows}"));
            let issue = integrity::check(&mut conn, *check).unwrap();
            assert_eq!(
                issue.map(|issue| issue.ids().to_vec()).as_deref(),
                Some(&ids[..]),
                "{check:?}"
            );
            run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 9999"));
        }
    }
}

#[test]
fn a_connection_that_breaks_under_way_never_lets_rows_pass_unseen() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, &format!("{POINTS}(900, 1, 1, 1, 9, NOW(), 0), (901, 2, 1, 1, 9, NOW(), 0)"));
    run(&mut conn, &format!("{TOKENS}(900, 2, 1, 3, 8, NULL, NULL)"));

    cut_within_each_answer(&db, integrity::validate);
    cut_within_each_answer(&db, |conn| integrity::check(conn, Check::TRIPS_IN_FUTURE));
}

/// What is yet to come is a matter of the clock, and not of the zone that somebody's session has.
#[test]
fn the_future_is_the_same_in_any_zone() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, &format!("{POINTS}(900, 1, 1, 1, 1, UTC_TIMESTAMP() + INTERVAL 23 HOUR, 0)"));
    run(&mut conn, &format!("{POINTS}(901, 1, 6, 1, 1, UTC_TIMESTAMP() + INTERVAL 25 HOUR, 0)"));
    for zone in ["+00:00", "-12:00", "+13:00"] {
        run(&mut conn, &format!("SET time_zone = '{zone}'"));
        let issue = integrity::check(&mut conn, Check::POINTS_IN_FUTURE).unwrap().unwrap();
        assert_eq!(issue.ids(), [901], "{zone}");
    }
}
