//! What changes behind the sums is found, and put right.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    summary::{self, Policy, Source},
    time::Month,
};

use crate::{assert_same, days, of_rows, of_sums, some_rows, spring, sums, support::ByHand};

fn differences(conn: &mut Conn) -> Vec<(Source, String)> {
    let found = summary::compare(conn, spring()).unwrap();
    found.iter().map(|one| (one.source(), one.begin().to_string())).collect()
}

/// Each kind of change, of each source, and nothing but the hour that it is in.
#[test]
fn a_change_behind_the_look_back_is_found_and_healed() {
    let (_db, mut conn) = some_rows();
    let changes = [
        (
            "UPDATE points_transaction SET points = points + 0.01 WHERE id = 1",
            Source::Points,
            "2025-03-02 9:00:00.0",
        ),
        (
            "UPDATE points_transaction SET payer = 2001 WHERE id = 3",
            Source::Points,
            "2025-03-02 10:00:00.0",
        ),
        ("DELETE FROM points_transaction WHERE id = 4", Source::Points, "2025-03-03 23:00:00.0"),
        (
            "INSERT INTO token_transaction (tokens, created_on) VALUES (1, '2025-02-01 12:30:00')",
            Source::Tokens,
            "2025-02-01 12:00:00.0",
        ),
        (
            "UPDATE bytemark_order_payments SET payment_type = 'tokens' WHERE id = 3",
            Source::Tickets,
            "2025-03-02 9:00:00.0",
        ),
        (
            "UPDATE trip SET distance = distance + 1 WHERE id = 1",
            Source::Trips,
            "2025-03-02 9:00:00.0",
        ),
        ("UPDATE trip SET travel_mode = 3 WHERE id = 3", Source::Trips, "2025-03-03 8:00:00.0"),
        ("UPDATE trip SET user_id = 7 WHERE id = 1", Source::Users, "2025-03-02 0:00:00.0"),
    ];
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    for (change, source, begin) in changes {
        assert_eq!(differences(&mut conn), [], "{change}");
        conn.by_hand([change]);
        assert_eq!(differences(&mut conn), [(source, begin.to_owned())], "{change}");
        assert_ne!(of_sums(&mut conn, spring()), of_rows(&mut conn, spring()), "{change}");
        // It has nothing to do, and so it does not see it.
        assert_eq!(summary::refresh(&mut conn, &Policy::new()).unwrap().written(), 0);
        assert_eq!(differences(&mut conn).len(), 1, "{change}");

        summary::rebuild(&mut conn, spring()).unwrap();

        assert_same(&mut conn, spring());
    }
}

/// Behind the rebuilt days all is as it was.
#[test]
fn a_rebuild_touches_its_days_alone() {
    let (_db, mut conn) = some_rows();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    conn.by_hand(["UPDATE trip SET travel_mode = 9", "DELETE FROM bytemark_order_payments"]);

    let second = days((2025, Month::March, 2), (2025, Month::March, 3));
    summary::rebuild(&mut conn, second).unwrap();

    assert_same(&mut conn, second);
    let left = differences(&mut conn);
    assert!(!left.is_empty() && left.iter().all(|(_, begin)| begin.starts_with("2025-03-03")));
}

#[test]
fn what_is_summed_again_sees_what_came_late() {
    let (_db, mut conn) = some_rows();
    crate::set_clock(&mut conn, "2025-03-05 12:00:00");
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    conn.by_hand([
        "DELETE FROM trip WHERE id = 5",
        "UPDATE points_transaction SET points = 9 WHERE id = 4",
    ]);
    let policy = Policy::new().sum_again(std::time::Duration::from_hours(48));

    summary::refresh(&mut conn, &policy).unwrap();

    assert_same(&mut conn, spring());
    assert_eq!(differences(&mut conn), []);
}

/// Rows are gone on purpose. Their sums stay, nobody misses the rows, and nobody sums up nothing.
#[test]
fn sums_outlive_rows_that_were_dropped() {
    let (_db, mut conn) = some_rows();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    let before = of_sums(&mut conn, spring());
    conn.by_hand([
        "UPDATE summary_state SET kept_from = '2025-03-03'",
        "DELETE FROM trip WHERE started_on < '2025-03-03'",
        "DELETE FROM points_transaction WHERE created_on < '2025-03-03'",
        "DELETE FROM token_transaction WHERE created_on < '2025-03-03'",
        "DELETE FROM bytemark_order_payments WHERE created_on < '2025-03-03'",
    ]);
    assert_eq!(differences(&mut conn), []);
    let kept = sums(&mut conn);

    let error = summary::rebuild(&mut conn, spring()).unwrap_err();
    assert!(matches!(error, Error::RowsDropped { .. }), "{error:?}");
    let again = Policy::new().sum_again(std::time::Duration::from_hours(24 * 10_000));
    summary::refresh(&mut conn, &again).unwrap();
    summary::rebuild(&mut conn, days((2025, Month::March, 3), (2025, Month::June, 1))).unwrap();

    assert_eq!(sums(&mut conn)[..3], kept[..3]);
    assert_eq!(of_sums(&mut conn, spring()), before);
}

/// All sources or none: points have all their rows, and are not summed up again where trips have not.
#[test]
fn a_rebuild_that_is_refused_does_nothing() {
    let (_db, mut conn) = some_rows();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    conn.by_hand([
        "UPDATE summary_state SET kept_from = '2025-03-03' WHERE source = 4",
        "UPDATE points_transaction SET points = points + 1",
    ]);
    let before = sums(&mut conn);

    let error = summary::rebuild(&mut conn, spring()).unwrap_err();

    assert!(matches!(error, Error::RowsDropped { table: "trip", .. }), "{error:?}");
    assert_eq!(sums(&mut conn), before);
}

/// Nobody looks for rows that are gone, however long the look-back is, and in whichever mode.
#[test]
fn sums_of_dropped_rows_outlive_a_longer_look_back() {
    let (_db, mut conn) = some_rows();
    crate::set_clock(&mut conn, "2025-03-05 12:00:00");
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    let before = of_sums(&mut conn, spring());
    conn.by_hand([
        "UPDATE summary_state SET kept_from = '2025-03-03' WHERE source IN (4, 5)",
        "DELETE FROM trip WHERE started_on < '2025-03-03'",
    ]);
    let look_back = |days: u64| Policy::new().look_back(std::time::Duration::from_hours(24 * days));
    let report = summary::refresh(&mut conn, &look_back(30)).unwrap().to_string();
    assert!(report.contains("trips: summed until 2025-03-03 0:00:00.0"), "{report}");
    assert_eq!(of_sums(&mut conn, spring()), before);
    summary::install_triggers(&mut conn).unwrap();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    crate::set_clock(&mut conn, "2025-03-02 12:00:00");
    summary::remove_triggers(&mut conn).unwrap();
    assert_eq!(of_sums(&mut conn, spring()), before);
    assert_eq!(differences(&mut conn), []);
}

/// A longer look-back makes hours raw again that were summed up.
#[test]
fn a_longer_look_back_gives_hours_back_to_the_rows() {
    let (_db, mut conn) = some_rows();
    crate::set_clock(&mut conn, "2025-03-05 12:00:00");
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    conn.by_hand(["DELETE FROM trip"]);

    let long = Policy::new().look_back(std::time::Duration::from_hours(24 * 7));
    summary::refresh(&mut conn, &long).unwrap();

    assert_same(&mut conn, spring());
    let until: Option<String> =
        conn.query_first("SELECT CAST(MAX(summed_until) AS CHAR) FROM summary_state").unwrap();
    assert_eq!(until.as_deref(), Some("2025-02-26 06:00:00"));
}
