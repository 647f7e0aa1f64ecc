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
    let users = |conn: &mut Conn| -> Vec<(String, i32)> {
        conn.query("SELECT CAST(day AS CHAR), user_id FROM summary_users ORDER BY day, user_id")
            .unwrap()
    };
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
        let expected: Vec<_> = expected
            .iter()
            .map(|(day, user)| (format!("2025-03-0{day} 00:00:00"), *user))
            .collect();
        assert_eq!(users(&mut conn), expected, "{change}");
        assert_eq!(summary::compare(&mut conn, spring()).unwrap(), [], "{change}");
    }
}
