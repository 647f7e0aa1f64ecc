//! A table that gets nothing is told, and so is one that gets too much.

use quicksight_migrations::{
    integrity::{Expected, arrivals},
    time::{Date, Duration, Month},
};

use crate::{
    run,
    support::{
        migrated,
        statements::{executed, explain, written_down},
    },
};

#[test]
fn tells_what_came_too_little_and_too_much() {
    let db = migrated();
    let mut conn = db.conn();
    let now = Date::from_calendar_date(2025, Month::March, 2).unwrap().midnight();
    let daily = Expected::new("bytemark_pass", Duration::DAY).unwrap();
    let mut says = |expected: Expected| -> Vec<String> {
        arrivals(&mut conn, now, &[expected]).unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(says(daily), ["bytemark_pass got 0 rows, and should have got 1 at least"]);

    // Of the day are the second and the third; the last one is ahead.
    run(
        &mut db.conn(),
        "INSERT INTO bytemark_pass (time_used) VALUES ('2025-03-01'), ('2025-03-01 00:00:01'), \
         ('2025-03-02'), ('2025-03-02 00:00:01'), (NULL)",
    );
    assert_eq!(says(daily.at_least(2).at_most(2)), [""; 0]);
    let newest = "; the newest is of 2025-03-02 0:00:00.0";
    let few = format!("bytemark_pass got 2 rows, and should have got 3 at least{newest}");
    assert_eq!(says(daily.at_least(3)), [few]);
    let many = format!("bytemark_pass got 2 rows, and should have got 1 at most{newest}");
    assert_eq!(says(daily.at_most(1)), [many]);
}

/// The keys are dated in UTC, and the answer is not.
#[test]
fn tells_what_keys_came_by_the_same_clock() {
    let db = migrated();
    run(
        &mut db.conn(),
        "INSERT INTO ledger_key (idempotency_key, content, recorded_on) VALUES \
         ('a', '', '2025-03-01 06:00:00'), ('b', '', '2025-03-01 06:00:01'), \
         ('c', '', '2025-03-02 06:00:00'), ('d', '', '2025-03-02 06:00:01')",
    );
    let now = Date::from_calendar_date(2025, Month::March, 2).unwrap().midnight();
    let daily = Expected::new("ledger_key", Duration::DAY).unwrap().at_least(3);
    let found = arrivals(&mut db.conn(), now, &[daily]).unwrap();
    assert_eq!((found[0].arrived(), found[0].newest()), (2, Some(now)));
}

#[test]
fn counts_in_the_index_of_each_table() {
    let db = written_down().migrated();
    let now = Date::from_calendar_date(2025, Month::March, 2).unwrap().midnight();
    for table in ["points_transaction", "trip", "auth_user", "app_data", "user_label"] {
        let expected = [Expected::new(table, Duration::DAY).unwrap()];
        let sent = executed(&db, |conn| {
            arrivals(conn, now, &expected).unwrap();
        });
        for step in explain(&db, &sent[0]).iter().filter(|step| step.table == table) {
            assert!(step.is_index_only(), "{step:?}");
        }
    }
}
