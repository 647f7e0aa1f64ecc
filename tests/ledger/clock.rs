//! The moment of a movement is the service's, US/Central, wherever the server believes to be.

use mysql::{Conn, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    analytics::{self, DateRange},
    ledger::{
        Account, Activity, record_points_transaction, record_points_transaction_in,
        record_points_transfer,
    },
    time::{Date, Duration, Month, PrimitiveDateTime, Time},
};

use crate::{
    assert_running_sums, ledger, modified_on, movement, noon, payment, points,
    support::{Server, database_on},
    users, users_of,
};

/// Half past midnight in Greenwich on the 1st of April, the evening before in Houston.
const EVENING: i64 = 1_743_467_400;

fn evening() -> PrimitiveDateTime {
    noon().replace_time(Time::from_hms(19, 30, 0).unwrap())
}

/// Stops the session's clock.
pub(crate) fn stop_clock(conn: &mut Conn, unix: i64) {
    conn.query_drop(format!("SET timestamp = {unix}")).unwrap();
}

/// Points that are moved in the evening are on the day of the evening.
#[track_caller]
fn assert_central(conn: &mut Conn) {
    stop_clock(conn, EVENING);
    let incentive = movement(1, Activity::Incentive, points(1));
    let recorded = record_points_transaction(conn, &incentive).unwrap();
    assert_eq!(recorded.created_on(), evening());
    let gift = payment(2000, 2, Activity::CampaignReward, points(1)).idempotency_key("gift");
    let gift = record_points_transfer(conn, &gift).unwrap();
    assert_eq!((gift.debit().created_on(), gift.credit().created_on()), (evening(), evening()));

    let moved_on: Option<PrimitiveDateTime> =
        conn.query_first("SELECT moved_on FROM ledger_key").unwrap();
    assert_eq!(moved_on, Some(evening()));
    let mut transaction = conn.start_transaction(TxOpts::default()).unwrap();
    let among_others = record_points_transaction_in(&mut transaction, &incentive).unwrap();
    assert_eq!(among_others.created_on(), evening());
    transaction.commit().unwrap();

    assert!(ledger(conn).iter().all(|row| row.created_on == evening()));
    assert_eq!((modified_on(conn, 1), modified_on(conn, 2)), (Some(evening()), Some(evening())));
    let next = Date::from_calendar_date(2025, Month::April, 1).unwrap();
    let days = DateRange::new(noon().date(), next + Duration::DAY).unwrap();
    let revenue = analytics::daily_revenue(conn, days).unwrap();
    assert_ne!(revenue[0].points(), 0.into());
    assert_eq!(revenue[1].points(), 0.into());
}

#[test]
fn the_zone_of_the_session_does_not_matter() {
    for zone in ["+00:00", "-06:00", "+05:30", "+13:00", "SYSTEM"] {
        let (_db, mut conn) = users(2);
        conn.query_drop(format!("SET time_zone = '{zone}'")).unwrap();
        assert_central(&mut conn);
    }
}

#[test]
fn the_zone_of_the_server_does_not_matter() {
    for zone in ["+00:00", "+05:30"] {
        let server = Server::start(&["--skip-log-bin", &format!("--default-time-zone={zone}")]);
        let (_db, mut conn) = users_of(database_on(&server), 2);
        let set: Option<String> = conn.query_first("SELECT @@time_zone").unwrap();
        assert_eq!(set.as_deref(), Some(zone));
        assert_central(&mut conn);
    }
}

/// The wall clock of autumn's night goes back, and the ledger does not.
#[test]
fn the_hour_that_autumn_repeats_keeps_the_order() {
    let (_db, mut conn) = users(1);
    let half_past_one_twice = [1_762_065_000, 1_762_068_600];
    let recorded = half_past_one_twice.map(|unix| {
        stop_clock(&mut conn, unix);
        let incentive = movement(1, Activity::Incentive, points(5));
        record_points_transaction(&mut conn, &incentive).unwrap()
    });

    let [first, second] = &recorded;
    assert_eq!(first.created_on().to_string(), "2025-11-02 1:30:00.0");
    assert_eq!(second.created_on(), first.created_on());
    assert!(first.id() < second.id());
    assert_running_sums(&ledger(&mut conn));
}

#[test]
fn the_hour_that_spring_skips_is_never_written() {
    let (_db, mut conn) = users(1);
    let recorded = [1_741_507_199, 1_741_507_200].map(|unix| {
        stop_clock(&mut conn, unix);
        let incentive = movement(1, Activity::Incentive, points(5));
        record_points_transaction(&mut conn, &incentive).unwrap().created_on().to_string()
    });
    assert_eq!(recorded, ["2025-03-09 1:59:59.0", "2025-03-09 3:00:00.0"]);
}

#[test]
fn a_given_moment_is_kept_to_the_second() {
    let (_db, mut conn) = users(1);
    let fee = movement(1, Activity::Fee, points(-1));
    let just_before = noon() - Duration::milliseconds(1);
    let recorded = record_points_transaction(&mut conn, &fee.created_on(just_before)).unwrap();
    assert_eq!(recorded.created_on(), noon() - Duration::SECOND);
    assert_eq!(ledger(&mut conn)[0].created_on, recorded.created_on());
    assert_eq!(recorded.account(), Account::user(1));
}
