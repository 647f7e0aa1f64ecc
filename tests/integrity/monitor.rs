//! A monitor runs what it is asked for: which checks, of which rows, and for how long.

use std::time::Duration;

use quicksight_migrations::{
    integrity::{Check, Monitor, MonitorReport},
    time::{Date, Month, PrimitiveDateTime},
};

use crate::{good, run};

fn on(month: Month, day: u8) -> PrimitiveDateTime {
    Date::from_calendar_date(2025, month, day).unwrap().midnight()
}

fn ids(report: &MonitorReport) -> Vec<&[i64]> {
    report.issues().iter().map(quicksight_migrations::integrity::QualityIssue::ids).collect()
}

#[test]
fn runs_the_checks_that_it_is_given_and_says_which() {
    let db = good();
    let mut heard = Vec::new();
    let chosen = [Check::TRIP_OUTRUNS_PLANE, Check::BROKEN_PAIR];

    let report =
        Monitor::new().only(chosen).on_progress(|check| heard.push(check)).run(&mut db.conn());

    let report = report.unwrap();
    assert_eq!(heard, chosen);
    assert_eq!(report.to_string(), "2 checks: 0 found something, 0 were left out");
}

#[test]
fn begins_no_check_after_its_time() {
    let db = good();
    let report = Monitor::new().budget(Duration::ZERO).run(&mut db.conn()).unwrap();
    assert_eq!((report.ran(), report.left_out()), (0, Check::ALL));

    let slow = |_| std::thread::sleep(Duration::from_millis(300));
    let monitor = Monitor::new().budget(Duration::from_millis(200)).on_progress(slow);
    let report = monitor.run(&mut db.conn()).unwrap();
    assert_eq!((report.ran(), report.left_out()), (1, &Check::ALL[1..]));
}

/// What is new is compared with what is old, and what is old is not found again.
#[test]
fn finds_what_is_new_since_a_moment() {
    let db = good();
    let mut conn = db.conn();
    run(
        &mut conn,
        "INSERT INTO points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
         (900, 1, 4, 2, 2, 'a', '2025-04-01'), (901, 1, 4, 2, 2, 'a', '2025-04-01'), \
         (902, 1, 4, 2, 2, 'b', '2025-04-30 23:59:59'), (903, 1, 4, 2, 2, 'b', '2025-05-01')",
    );
    run(
        &mut conn,
        "INSERT INTO token_transaction (id, user_id, tokens, balance, created_on) VALUES \
         (900, 3, 1, 2, '2025-04-01'), (901, 3, 1, 2, '2025-05-01'), (902, 3, 1, 4, '2025-05-01')",
    );
    let checks = [Check::DUPLICATE_POINTS, Check::RETRIED_POINTS, Check::TOKEN_BALANCES];
    let mut since = |moment| Monitor::new().only(checks).since(moment).run(&mut conn).unwrap();

    assert_eq!(ids(&since(on(Month::April, 1))), [&[901][..], &[903], &[900]]);
    assert_eq!(ids(&since(on(Month::May, 1))), [&[903][..], &[902]]);
    assert_eq!(ids(&since(on(Month::May, 2))), [] as [&[i64]; 0]);
}

/// The keys are dated in UTC: their midnight is in the evening before.
#[test]
fn keys_are_new_by_the_same_clock_as_all_else() {
    let db = good();
    let mut conn = db.conn();
    run(
        &mut conn,
        "INSERT INTO ledger_key (id, idempotency_key, content, movement_id, recorded_on) VALUES \
         (900, 'k', '', 9999, '2025-04-01 04:59:59'), (901, 'l', '', 9999, '2025-04-01 05:00:00'), \
         (902, 'm', '', 9999, '2025-01-01 05:59:59'), (903, 'n', '', 9999, '2025-01-01 06:00:00')",
    );
    let mut since = |moment| Monitor::new().since(moment).run(&mut conn).unwrap();

    assert_eq!(ids(&since(on(Month::April, 1))), [&[901]]);
    assert_eq!(ids(&since(on(Month::January, 1))), [&[900, 901, 903]]);
}

/// The hour of the session is not that of the checks, whatever it is set to.
#[test]
fn tells_the_future_whatever_the_session_takes_for_now() {
    let db = good();
    let mut conn = db.conn();
    run(
        &mut conn,
        "INSERT INTO bytemark_pass (id, time_used) VALUES (900, UTC_TIMESTAMP() + INTERVAL 25 HOUR)",
    );
    let before = Monitor::new().run(&mut conn).unwrap();
    assert_eq!(ids(&before), [&[900]]);
    for setting in
        ["time_zone = '+13:00'", "time_zone = '-12:00'", "timestamp = 1", "timestamp = 2000000000"]
    {
        run(&mut conn, &format!("SET {setting}"));
        assert_eq!(Monitor::new().run(&mut conn).unwrap(), before, "{setting}");
    }
}
