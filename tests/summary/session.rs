//! What a session is asked, and what it must be allowed to.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error,
    analytics::Analytics,
    summary::{self, Policy},
};

use crate::{
    answers, assert_same, of_rows, of_sums, some_rows, spring,
    support::{
        ByHand, odd, settings,
        statements::{executed, written_down},
        wire::{cut_within_each_answer, statements_of},
    },
};

/// Where nothing is summed up, a report is the statement that it is without sums, after a packet that looks.
#[test]
fn without_sums_the_statements_are_those_of_the_rows() {
    let db = written_down();
    quicksight_migrations::run_quicksight_migrations(&mut db.conn()).unwrap();
    let bare = |sql: String| sql.split(" /*").next().unwrap().to_owned();
    let of = |reports: Analytics| -> Vec<_> {
        let sql = executed(&db, |conn| drop(answers(reports, conn, spring())));
        sql.into_iter().map(bare).collect()
    };
    let plain = of(Analytics::new());

    assert_eq!(of(Analytics::new().with_summaries()), plain);

    assert_eq!(plain.len(), 7);
    assert!(plain.iter().all(|sql| !sql.contains("summary_")), "{plain:?}");
    let looks = |reports: Analytics| {
        let sent = statements_of(&db, |conn| drop(answers(reports, conn, spring())));
        sent.into_iter().filter(|sql| sql.contains("summary_state")).count()
    };
    assert_eq!(looks(Analytics::new().with_summaries()), 7);
    let real = Analytics::new().without_test_accounts();
    assert_eq!((of(real.with_summaries()), looks(real.with_summaries())), (of(real), 0));
}

/// A look and an answer, which is prepared and executed: three round trips, with triggers and without.
#[test]
fn a_report_of_sums_is_three_packets() {
    let (db, mut conn) = some_rows();
    for change in ["DO 0", "UPDATE trip SET travel_mode = 7 WHERE id = 1"] {
        summary::refresh(&mut conn, &Policy::new()).unwrap();
        conn.by_hand([change]);
        let sent = statements_of(&db, |conn| drop(of_sums(conn, spring())));
        assert_eq!(sent.len(), 3 * 7, "{sent:#?}");
        summary::install_triggers(&mut conn).unwrap();
    }
}

/// No row is read where all is summed up.
#[test]
fn sums_alone_are_read_for_closed_days() {
    let (_db, mut conn) = some_rows();
    let before = of_rows(&mut conn, spring());
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    conn.by_hand([
        "DELETE FROM trip",
        "DELETE FROM points_transaction",
        "DELETE FROM token_transaction",
        "DELETE FROM bytemark_order_payments",
    ]);
    assert_eq!(of_sums(&mut conn, spring()), before);
}

#[test]
fn a_test_account_that_is_marked_later_is_left_out() {
    let (_db, mut conn) = some_rows();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    conn.by_hand(["INSERT INTO auth_user (id, is_debug) VALUES (1, 1)"]);
    let real = Analytics::new().without_test_accounts();
    let expected = answers(real, &mut conn, spring());
    assert_ne!(expected, of_rows(&mut conn, spring()));
    assert_eq!(answers(real.with_summaries(), &mut conn, spring()), expected);
}

#[test]
fn leaves_the_session_as_it_was_and_refuses_an_open_transaction() {
    let (_db, mut conn) = some_rows();
    let before = settings(&mut conn);
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    summary::rebuild(&mut conn, spring()).unwrap();
    assert_eq!(settings(&mut conn), before);

    conn.by_hand(["START TRANSACTION", "DELETE FROM trip"]);
    let errors = [
        summary::refresh(&mut conn, &Policy::new()).unwrap_err(),
        summary::rebuild(&mut conn, spring()).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::OpenTransaction), "{error:?}");
    }
    // Sums are those of the others, and so are the trips of this transaction no part of them.
    conn.by_hand(["ROLLBACK"]);
    assert_same(&mut conn, spring());
}

/// Both modes, from nothing and from hours that have changed.
#[test]
fn works_in_any_session() {
    let (db, mut writer) = some_rows();
    for set in odd::sessions() {
        crate::forget_sums(&mut writer);
        let mut conn = db.conn();
        conn.by_hand(&set);
        // Whoever has forbidden a report of many rows gets none.
        conn.by_hand(["SET SESSION sql_big_selects = 1"]);
        let before = settings(&mut conn);
        let outcome = each_call(&mut conn, &mut writer);
        assert!(outcome.is_ok(), "{set:?}: {outcome:?}");
        assert_eq!(settings(&mut conn), before, "{set:?}");
    }
    // There each report opens a transaction, which is the caller's to end.
    crate::forget_sums(&mut writer);
    let mut conn = db.conn();
    conn.by_hand(["SET SESSION autocommit = 0"]);
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    assert_same(&mut conn, spring());
    conn.by_hand(["COMMIT"]);
    summary::rebuild(&mut conn, spring()).unwrap();
    assert_eq!(summary::compare(&mut conn, spring()).unwrap(), []);
}

/// Sums up, in both modes, and asks for what is there.
fn each_call(
    conn: &mut mysql::Conn,
    writer: &mut mysql::Conn,
) -> quicksight_migrations::Result<()> {
    let mut is_same = |conn: &mut mysql::Conn| {
        let sums = of_sums(conn, spring());
        assert_eq!(sums, of_rows(conn, spring()));
        assert_eq!(sums, of_rows(writer, spring()));
    };
    summary::refresh(conn, &Policy::new())?;
    is_same(conn);
    summary::rebuild(conn, spring())?;
    assert_eq!(summary::compare(conn, spring())?, []);
    summary::install_triggers(conn)?;
    summary::refresh(conn, &Policy::new())?;
    conn.by_hand([
        "UPDATE trip SET distance = distance + 1 WHERE id = 1",
        "UPDATE trip SET user_id = user_id + 1 WHERE id = 2",
    ]);
    is_same(conn);
    summary::refresh(conn, &Policy::new())?;
    is_same(conn);
    assert_eq!(summary::compare(conn, spring())?, []);
    summary::reach(conn)?;
    summary::remove_triggers(conn)
}

#[test]
fn needs_the_rights_that_it_says() {
    let (db, _conn) = some_rows();
    let user = db.user("SELECT");
    let error = summary::refresh(&mut user.conn(), &Policy::new()).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    assert!(error.to_string().starts_with("not allowed to sum up the closed hours"), "{error}");
    for table in ["summary_revenue", "summary_trips", "summary_users", "summary_state"] {
        db.grant(&user, "INSERT, UPDATE, DELETE", table);
    }
    summary::refresh(&mut user.conn(), &Policy::new()).unwrap();
    let mut reader = db.user("SELECT").conn();
    assert_same(&mut reader, spring());
    assert_eq!(summary::compare(&mut reader, spring()).unwrap(), []);
}

#[test]
fn a_part_of_an_answer_is_never_taken_for_the_whole() {
    let (db, mut conn) = some_rows();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    let reports = Analytics::new().with_summaries();
    cut_within_each_answer(&db, |conn| reports.points_by_activity(conn, spring()));
    conn.query_drop("DO 0").unwrap();
}

/// What closed days cost is a matter of the days, however many rows they have and others had.
#[test]
fn cost_does_not_grow_with_the_table() {
    let (_db, mut conn) = some_rows();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    let before = reads(&mut conn);
    conn.by_hand([
        "INSERT INTO trip (user_id, travel_mode, started_on) \
         SELECT a.id, b.id, '2019-01-01' + INTERVAL a.id DAY FROM trip a, trip b, trip c, trip d",
        "INSERT INTO trip (user_id, travel_mode, started_on) SELECT 1, 2, '2025-03-02 09:00:00' FROM trip",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         SELECT 1, 2, 1, 1, '2025-03-02 09:00:00' FROM trip",
        "DELETE FROM summary_state",
    ]);
    summary::refresh(&mut conn, &Policy::new()).unwrap();

    let after = reads(&mut conn);

    assert!(after <= before + before / 10, "{before} reads, then {after}");
    assert_same(&mut conn, spring());
}

/// How many rows and index entries the server reads for all reports.
fn reads(conn: &mut mysql::Conn) -> u64 {
    let so_far = |conn: &mut mysql::Conn| -> u64 {
        let counts: Vec<(String, u64)> =
            conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
        counts.into_iter().map(|(_, count)| count).sum()
    };
    let before = so_far(conn);
    of_sums(conn, spring());
    so_far(conn) - before
}
