//! The moment of a movement is the service's, US/Central, wherever the server believes to be.

use std::thread;

use mysql::{Conn, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    Error,
    analytics::{self, DateRange},
    integrity::{self, Check},
    ledger::{
        Account, Activity, Refusal, balance_at, record_points_transaction,
        record_points_transaction_in, record_points_transfer, record_points_transfers,
        tokens::{self, NewTokenGrant, Token},
        us_central,
    },
    time::{Date, Duration, Month, PrimitiveDateTime, Time},
};

use crate::{
    assert_running_sums, ledger, modified_on, movement, noon, payment, points,
    support::{Database, Server, database_on},
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

/// A movement that waits for the one before it is dated after it, though its statement began before.
#[track_caller]
fn assert_dated_after_the_wait((db, mut conn): (Database, Conn)) {
    let mut holder = db.conn();
    holder.query_drop("START TRANSACTION").unwrap();
    holder.query_drop("SELECT id FROM auth_user WHERE id = 1 FOR UPDATE").unwrap();
    let waiting = thread::spawn(move || {
        let incentive = movement(1, Activity::Incentive, points(1));
        record_points_transaction(&mut conn, &incentive).unwrap().created_on()
    });
    thread::sleep(std::time::Duration::from_millis(2500));
    let released: Option<PrimitiveDateTime> =
        holder.query_first("SELECT UTC_TIMESTAMP() FROM auth_user").unwrap();
    let released = us_central(released.unwrap().assume_utc());
    holder.query_drop("COMMIT").unwrap();

    let dated = waiting.join().unwrap();
    assert!(released <= dated, "{dated}, but the lock was held until {released}");
    assert!(dated < released + Duration::MINUTE, "{dated}, but it had the lock at {released}");
}

#[test]
fn a_movement_that_waits_is_dated_after_the_wait() {
    assert_dated_after_the_wait(users(1));
}

/// `SYSDATE` is the moment at which it is asked for, unless the server was told otherwise.
#[test]
fn a_movement_that_waits_is_dated_after_the_wait_whatever_the_server_takes_for_its_clock() {
    let server = Server::start(&["--skip-log-bin", "--sysdate-is-now"]);
    assert_dated_after_the_wait(users_of(database_on(&server), 1));
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

/// What the clock never shows cannot have happened, to points nor to tokens; the check for it finds nothing.
#[test]
fn a_moment_that_spring_skips_is_refused() {
    let (_db, mut conn) = users(2);
    let night = Date::from_calendar_date(2025, Month::March, 9).unwrap();
    let at = |hour, minute| night.with_time(Time::from_hms(hour, minute, 0).unwrap());
    let token = Token::new(3, "Ride free");
    for (moment, is_shown) in
        [(at(1, 59), true), (at(2, 0), false), (at(2, 59), false), (at(3, 0), true)]
    {
        let fee = movement(1, Activity::Fee, points(-1)).created_on(moment);
        let gift = payment(2000, 2, Activity::CampaignReward, points(1)).created_on(moment);
        let grant = NewTokenGrant::new(Account::user(1), token.clone(), points(1), noon());
        let outcomes = [
            record_points_transaction(&mut conn, &fee).map(drop),
            record_points_transfer(&mut conn, &gift).map(drop),
            record_points_transfers(&mut conn, &[gift]).map(drop),
            tokens::grant(&mut conn, &grant.issued_on(moment)).map(drop),
        ];
        for outcome in outcomes {
            let refusal = match outcome {
                Ok(()) => None,
                Err(Error::Refused(Refusal::OneOfSeveral { refusal, .. })) => Some(*refusal),
                Err(Error::Refused(refusal)) => Some(refusal),
                Err(error) => panic!("{error:?}"),
            };
            let skipped = |refusal| matches!(refusal, Refusal::MomentSkipped { created_on, .. } if created_on == moment);
            assert_eq!(refusal.is_none(), is_shown, "{moment}");
            assert!(refusal.is_none_or(skipped), "{moment}");
        }
    }
    for check in [Check::POINTS_WITH_INVALID_DATE, Check::TOKENS_WITH_INVALID_DATE] {
        assert_eq!(integrity::check(&mut conn, check).unwrap(), None);
    }
    // It is good to ask for, and as an expiry.
    assert_eq!(balance_at(&mut conn, Account::user(1), at(2, 30)).unwrap(), points(-1));
    let grant = NewTokenGrant::new(Account::user(1), token, points(1), at(2, 30));
    tokens::grant(&mut conn, &grant.issued_on(at(1, 0))).unwrap();
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
