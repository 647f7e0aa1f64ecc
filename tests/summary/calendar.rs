//! Days of 23 and 25 hours, leap days, and dates that no calendar has.

use std::time::Duration;

use mysql::prelude::Queryable;
use quicksight_migrations::{
    summary::{self, Policy},
    time::Month,
};

use crate::{
    assert_same, days, of_sums, set_clock, some_rows, spring,
    support::{ByHand, migrated},
};

/// The hour from 1 o'clock comes twice: twice the rows, one sum, and it is not closed before its second end.
#[test]
fn a_day_of_25_hours() {
    let db = migrated();
    let mut conn = db.conn();
    let range = days((2025, Month::November, 1), (2025, Month::November, 4));
    let policy = Policy::new().look_back(Duration::from_hours(1));
    let mut closed = String::new();
    // 5:00 in UTC is midnight, 6:00 and 7:00 are both 1 o'clock, and 8:00 is 2.
    for minute in (0..24 * 60).step_by(10) {
        let (hour, minute) = (minute / 60, minute % 60);
        let now = format!("2025-11-02 {hour:02}:{minute:02}:00");
        set_clock(&mut conn, &now);
        conn.by_hand([format!(
            "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES \
             (1, 1, '{now}' - INTERVAL IF({hour} < 7, 5, 6) HOUR, 100.5)"
        )]);
        summary::refresh(&mut conn, &policy).unwrap();
        assert_same(&mut conn, range);
        let until: Option<String> = conn
            .query_first("SELECT CAST(summed_until AS CHAR) FROM summary_state WHERE source = 4")
            .unwrap();
        let until = until.unwrap();
        assert!(until >= closed, "{until} after {closed}");
        closed = until;
    }
    let twice: Vec<(String, u64)> = conn
        .query("SELECT CAST(hour AS CHAR), trips FROM summary_trips WHERE trips <> 6 ORDER BY hour")
        .unwrap();
    assert_eq!(twice, [("2025-11-02 01:00:00".to_owned(), 12)]);
    assert_eq!(summary::compare(&mut conn, range).unwrap(), []);
}

/// From 2 to 3 o'clock there is nothing.
#[test]
fn a_day_of_23_hours() {
    let db = migrated();
    let mut conn = db.conn();
    let range = days((2025, Month::March, 8), (2025, Month::March, 11));
    let policy = Policy::new().look_back(Duration::from_hours(1));
    for half in 0..48 {
        let (hour, minute) = (half / 2, 30 * (half % 2));
        let now = format!("2025-03-09 {hour:02}:{minute:02}:00");
        set_clock(&mut conn, &now);
        conn.by_hand([format!(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) VALUES \
             (1, 2, 1.25, 1, '{now}' - INTERVAL IF({hour} < 8, 6, 5) HOUR)"
        )]);
        summary::refresh(&mut conn, &policy).unwrap();
        assert_same(&mut conn, range);
    }
    let hours: Vec<u8> = conn
        .query(
            "SELECT HOUR(hour) FROM summary_revenue WHERE DATE(hour) = '2025-03-09' ORDER BY hour",
        )
        .unwrap();
    assert_eq!(hours[..4], [0, 1, 3, 4]);
}

#[test]
fn a_leap_day_and_the_turns_of_months_and_years() {
    let db = migrated();
    let mut conn = db.conn();
    let moments = [
        "2023-12-31 23:59:59",
        "2024-01-01 00:00:00",
        "2024-02-28 23:59:59",
        "2024-02-29 00:00:00",
        "2024-02-29 23:59:59",
        "2024-03-01 00:00:00",
        "2024-12-31 23:00:00",
        "2025-01-01 00:30:00",
    ];
    for moment in moments {
        conn.by_hand([format!(
            "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, '{moment}')"
        )]);
    }
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    let leap = days((2024, Month::February, 29), (2024, Month::March, 1));
    assert_same(&mut conn, leap);
    assert_eq!(of_sums(&mut conn, leap).days[0].trips(), 2);
    assert_same(&mut conn, days((2023, Month::December, 1), (2025, Month::February, 1)));
}

/// As some modes let them in. They are in no sum, and nothing trips over them.
#[test]
fn an_impossible_date_is_in_no_sum() {
    let (_db, mut conn) = some_rows();
    // The server has the 30th of February between these two.
    conn.by_hand(["28 10:00:00", "28 23:00:00"].map(|at| {
        format!("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (3, 1, '2025-02-{at}')")
    }));
    let before = of_sums(&mut conn, spring());
    conn.query_drop("SET sql_mode = 'ALLOW_INVALID_DATES'").unwrap();
    for day in ["0000-00-00", "2025-00-00", "2025-04-00", "2025-02-30", "0999-12-31"] {
        conn.by_hand([
            format!("INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) VALUES (1, 1, 1, 1, '{day}')"),
            format!("INSERT INTO bytemark_order_payments (user_id, order_id, total_price, created_on) VALUES (1, 1, 1, '{day}')"),
            format!("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, '{day}')"),
            format!("INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 1, '{day}')"),
        ]);
    }
    for mode in ["TRADITIONAL", "ALLOW_INVALID_DATES", "ANSI", "ONLY_FULL_GROUP_BY"] {
        conn.query_drop(format!("SET sql_mode = '{mode}'")).unwrap();
        conn.by_hand(["DELETE FROM summary_state"]);
        summary::refresh(&mut conn, &Policy::new()).unwrap();
        assert_eq!(of_sums(&mut conn, spring()), before, "{mode}");
        assert_eq!(summary::compare(&mut conn, spring()).unwrap(), [], "{mode}");
    }
}
