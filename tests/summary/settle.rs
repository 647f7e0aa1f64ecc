//! What a refresh does about hours that have changed, and about nothing else.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    summary::{self, Policy},
    time::Month,
};

use crate::{
    assert_same,
    exact::{exact, logged, refresh},
    some_rows, spring,
    support::{ByHand, wire::statements_of},
};

/// How many packets a refresh is, each of which is a way to the server and back.
#[test]
fn a_refresh_touches_what_has_something_to_do() {
    let (db, mut conn) = some_rows();
    // 18:30 of the wall clock.
    let packets = |conn: &mut Conn| {
        let now = "SET time_zone = '+00:00', timestamp = UNIX_TIMESTAMP('2025-03-05 00:30:00')";
        conn.query_drop(now).unwrap();
        statements_of(&db, |conn| {
            conn.query_drop(now).unwrap();
            refresh(conn);
        })
        .len()
            - 1
    };
    packets(&mut conn);
    // A look at all, and its end.
    assert_eq!(packets(&mut conn), 2);

    summary::install_triggers(&mut conn).unwrap();
    packets(&mut conn);
    // One more for the triggers.
    assert_eq!(packets(&mut conn), 3);
    conn.by_hand(["UPDATE points_transaction SET points = points + 1 WHERE id = 1"]);
    assert_eq!(packets(&mut conn), 3 + 2);
    conn.by_hand(["UPDATE trip SET distance = 7", "UPDATE token_transaction SET tokens = 2"]);
    assert_eq!(packets(&mut conn), 3 + 2 * 2);
    assert_same(&mut conn, spring());
    // An hour back, for all but the days of users.
    conn.by_hand([
        "UPDATE summary_state SET summed_until = '2025-03-04 17:00:00' WHERE source < 5",
    ]);
    assert_eq!(packets(&mut conn), 3 + 4 * 2);
    assert_same(&mut conn, spring());
}

/// More hours than one packet takes.
#[test]
fn a_year_of_late_rows() {
    let (_db, mut conn) = exact();
    let hours: Vec<_> =
        (0..400).map(|hour| format!("(8, 1, '2024-03-01' + INTERVAL 21 * {hour} HOUR)")).collect();
    conn.by_hand([format!(
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES {}",
        hours.join(", ")
    )]);
    let healed = summary::refresh(&mut conn, &Policy::new()).unwrap().healed();
    let days: u64 = conn
        .query_first("SELECT COUNT(DISTINCT DATE(started_on)) FROM trip WHERE user_id = 8")
        .unwrap()
        .unwrap();
    assert_eq!(healed, 400 + days);
    assert_eq!(logged(&mut conn), 0);
    let year = crate::days((2024, Month::January, 1), (2025, Month::June, 1));
    assert_same(&mut conn, year);
    assert_eq!(summary::compare(&mut conn, year).unwrap(), []);
}

/// Users come to a day and go from it, also where other hours of it have them.
#[test]
fn the_users_of_a_day_are_those_of_all_its_hours() {
    let (_db, mut conn) = exact();
    conn.by_hand(["DELETE FROM trip"]);
    let changes = [
        (
            "INSERT INTO trip (id, user_id, travel_mode, started_on) VALUES (90, 5, 1, '2025-03-02 08:00:00'), \
          (91, 5, 1, '2025-03-02 20:00:00'), (92, 6, 1, '2025-03-02 20:00:00')",
            vec![(2, 5), (2, 6)],
        ),
        ("DELETE FROM trip WHERE id = 90", vec![(2, 5), (2, 6)]),
        ("UPDATE trip SET user_id = 7 WHERE id = 91", vec![(2, 6), (2, 7)]),
        ("UPDATE trip SET started_on = '2025-03-03 00:00:00' WHERE id = 91", vec![(2, 6), (3, 7)]),
        ("UPDATE trip SET started_on = '2025-03-02 23:59:59' WHERE id = 91", vec![(2, 6), (2, 7)]),
        ("UPDATE trip SET distance = 3", vec![(2, 6), (2, 7)]),
        ("DELETE FROM trip", vec![]),
    ];
    for (change, expected) in changes {
        conn.by_hand([change]);
        assert_same(&mut conn, spring());
        refresh(&mut conn);
        assert_eq!(users(&mut conn), expected, "{change}");
        assert_eq!(summary::compare(&mut conn, spring()).unwrap(), [], "{change}");
    }
}

/// Some changes, and the users of each day of March after them.
type Step<'a> = (&'a [&'a str], &'a [(u32, i32)]);

/// Whoever has another trip of the day stays, and a user of two days leaves one of them.
#[test]
fn who_leaves_a_day_is_who_has_no_trip_of_it() {
    let (_db, mut conn) = exact();
    conn.by_hand(["DELETE FROM trip"]);
    let trip = |id: u32, user: u32, moment: &str| {
        format!(
            "INSERT INTO trip (id, user_id, travel_mode, started_on) VALUES ({id}, {user}, 1, '2025-03-0{moment}')"
        )
    };
    let trips = [
        (90, 5, "2 08:00:00"),
        (91, 5, "2 20:00:00"),
        (92, 6, "2 20:00:00"),
        (93, 6, "3 20:00:00"),
    ];
    conn.by_hand(trips.map(|(id, user, moment)| trip(id, user, moment)));
    refresh(&mut conn);
    let changes: [Step<'_>; 7] = [
        (&["DELETE FROM trip WHERE id = 90"], &[(2, 5), (2, 6), (3, 6)]),
        (&["DELETE FROM trip WHERE id = 92"], &[(2, 5), (3, 6)]),
        (&["DELETE FROM trip WHERE id = 91", &trip(91, 5, "2 01:00:00")], &[(2, 5), (3, 6)]),
        (&[&trip(94, 9, "2 23:00:00"), "DELETE FROM trip WHERE id = 94"], &[(2, 5), (3, 6)]),
        (&["UPDATE trip SET user_id = 6 WHERE id = 91"], &[(2, 6), (3, 6)]),
        (&["UPDATE trip SET started_on = '2025-03-02 02:00:00' WHERE id = 93"], &[(2, 6)]),
        (
            &[
                "UPDATE trip SET user_id = 7, started_on = '2025-03-03 02:00:00' WHERE id = 93",
                "UPDATE trip SET user_id = 8 WHERE id = 93",
                "UPDATE trip SET started_on = '2025-03-01 23:59:59' WHERE id = 91",
            ],
            &[(1, 6), (3, 8)],
        ),
    ];
    for (change, expected) in changes {
        conn.by_hand(change);
        assert_same(&mut conn, spring());
        refresh(&mut conn);
        assert_eq!(users(&mut conn), expected, "{change:?}");
        assert_eq!(logged(&mut conn), 0);
    }
}

/// A date that no calendar has is on no day, also where its neighbours are.
#[test]
fn a_trip_of_no_day_keeps_nobody() {
    let (_db, mut conn) = exact();
    conn.by_hand([
        "SET sql_mode = 'ALLOW_INVALID_DATES'",
        "DELETE FROM trip",
        "INSERT INTO trip (id, user_id, travel_mode, started_on) VALUES (90, 5, 1, '2025-02-28 08:00:00'), \
         (91, 5, 1, '2025-02-30 08:00:00'), (92, 5, 1, '0000-00-00')",
    ]);
    refresh(&mut conn);
    assert_eq!(users_of(&mut conn), [("2025-02-28".to_owned(), 5)]);
    conn.by_hand(["DELETE FROM trip WHERE id <> 91"]);
    assert_same(&mut conn, spring());
    refresh(&mut conn);
    assert_eq!(users_of(&mut conn), []);
    conn.by_hand(["UPDATE trip SET user_id = 6", "DELETE FROM trip"]);
    refresh(&mut conn);
    assert_eq!(users_of(&mut conn), []);
    assert_eq!(logged(&mut conn), 0);
}

/// One trip that is gone costs the same in a day of few users and in one of many, as long as its hour is as full.
#[test]
fn one_who_leaves_costs_the_same_on_a_day_of_many() {
    let (_db, mut conn) = exact();
    let rows = |conn: &mut Conn, day: u32, users: u32| {
        let all = (1..=users).map(|user| format!("({user}, 1, '2025-03-0{day} 20:00:00')"));
        let one =
            format!("(1000, 1, '2025-03-0{day} 08:00:00'), (1001, 1, '2025-03-0{day} 08:00:00')");
        let all: Vec<_> = all.chain([one]).collect();
        conn.by_hand([format!(
            "INSERT INTO trip (user_id, travel_mode, started_on) VALUES {}",
            all.join(", ")
        )]);
    };
    conn.by_hand(["DELETE FROM trip"]);
    rows(&mut conn, 2, 20);
    rows(&mut conn, 3, 600);
    refresh(&mut conn);
    let mut cost = |day: u32| {
        conn.by_hand([format!(
            "DELETE FROM trip WHERE user_id = 1000 AND started_on = '2025-03-0{day} 08:00:00'"
        )]);
        let before = rows_read(&mut conn);
        refresh(&mut conn);
        rows_read(&mut conn) - before
    };
    let (few, many) = (cost(2), cost(3));
    assert!(many < few + 20, "{few} rows read, then {many}");
    assert_same(&mut conn, spring());
}

fn rows_read(conn: &mut Conn) -> u64 {
    let counts: Vec<(String, u64)> =
        conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
    counts.into_iter().map(|(_, count)| count).sum()
}

/// Each user with the date of the day.
fn users_of(conn: &mut Conn) -> Vec<(String, i32)> {
    conn.query("SELECT CAST(DATE(day) AS CHAR), user_id FROM summary_users ORDER BY day, user_id")
        .unwrap()
}

/// The same by the days of a month.
fn users(conn: &mut Conn) -> Vec<(u32, i32)> {
    conn.query("SELECT DAY(day), user_id FROM summary_users ORDER BY day, user_id").unwrap()
}
