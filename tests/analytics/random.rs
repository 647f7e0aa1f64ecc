//! Whatever rows there are, a report is what a plain look at them sums up to.

use mysql::Conn;
use proptest::{prelude::*, test_runner::TestRunner};
use quicksight_migrations::{
    analytics::{Analytics, DateRange},
    time::Month,
};

use crate::{
    campaign, engagement, hotspots, hours, oracle, revenue,
    rows::{Rows, date, moments, rows},
    support::migrated,
};

/// Runs `judge` on random rows in the tables, for all accounts and for the real ones alone.
fn on_random_rows<S: Strategy>(
    asked: S,
    judge: impl Fn(&mut Conn, Analytics, &Rows, &S::Value) -> Result<(), TestCaseError>,
) {
    let db = migrated();
    let conn = std::cell::RefCell::new(db.conn());
    let config = ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() };
    TestRunner::new(config)
        .run(&(rows(), asked), |(rows, asked)| {
            let conn = &mut *conn.borrow_mut();
            rows.store(conn);
            judge(conn, Analytics::new(), &rows, &asked)?;
            let real = oracle::without_test_accounts(&rows);
            judge(conn, Analytics::new().without_test_accounts(), &real, &asked)
        })
        .unwrap();
}

fn ranges() -> impl Strategy<Value = DateRange> {
    (5_u8..14, 0_u8..9).prop_map(|(first, days)| {
        DateRange::new(date(Month::March, first), date(Month::March, first + days)).unwrap()
    })
}

#[test]
fn revenue_is_what_the_rows_of_each_day_sum_up_to() {
    on_random_rows(ranges(), |conn, reports, rows, range| {
        prop_assert_eq!(revenue(reports, conn, *range), oracle::revenue(rows, *range));
        Ok(())
    });
}

#[test]
fn engagement_is_what_the_rows_of_each_user_sum_up_to() {
    on_random_rows(moments(), |conn, reports, rows, since| {
        prop_assert_eq!(engagement(reports, conn, *since), oracle::engagement(rows, *since));
        Ok(())
    });
}

#[test]
fn campaign_performance_is_what_its_recipients_did_since() {
    on_random_rows(0..8, |conn, reports, rows, id| {
        prop_assert_eq!(campaign(reports, conn, *id), oracle::campaign(rows, *id));
        Ok(())
    });
}

#[test]
fn hourly_trips_are_those_that_started_then() {
    on_random_rows(moments(), |conn, reports, rows, since| {
        prop_assert_eq!(hours(reports, conn, *since), oracle::hours(rows, *since));
        Ok(())
    });
}

#[test]
fn hotspots_are_the_most_frequent_pairs_of_places() {
    on_random_rows((0_u64..4, 0_u8..10), |conn, reports, rows, (min_frequency, limit)| {
        let got = hotspots(reports, conn, *min_frequency, (*limit).into());
        prop_assert_eq!(got, oracle::hotspots(rows, *min_frequency, (*limit).into()));
        Ok(())
    });
}
