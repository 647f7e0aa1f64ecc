//! Whatever rows there are, a report is what a plain look at them sums up to.

use mysql::Conn;
use proptest::{prelude::*, test_runner::TestRunner};
use quicksight_migrations::{
    analytics::{ActivityPoints, Analytics, DateRange, EmissionFactors, Period},
    rust_decimal::Decimal,
    time::{Duration, Month},
};

use crate::{
    campaign, engagement, hotspots, hours, oracle, revenue,
    rows::{Rows, date, rows},
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

/// Weeks and months of the rows.
fn long_ranges() -> impl Strategy<Value = DateRange> {
    (0_i64..50, 0_i64..60).prop_map(|(first, days)| {
        let start = date(Month::January, 20) + Duration::days(first);
        DateRange::new(start, start + Duration::days(days)).unwrap()
    })
}

fn periods() -> impl Strategy<Value = Period> {
    prop::sample::select(vec![Period::Day, Period::Week, Period::Month])
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
    on_random_rows(long_ranges(), |conn, reports, rows, range| {
        prop_assert_eq!(engagement(reports, conn, *range), oracle::engagement(rows, *range));
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
    on_random_rows(ranges(), |conn, reports, rows, range| {
        prop_assert_eq!(hours(reports, conn, *range), oracle::hours(rows, *range));
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

#[test]
fn points_by_activity_are_what_the_movements_sum_up_to() {
    on_random_rows(ranges(), |conn, reports, rows, range| {
        let got: Vec<_> = reports.points_by_activity(conn, *range).unwrap();
        let gained: Decimal = got.iter().map(ActivityPoints::gained).sum();
        let got: Vec<_> = got
            .iter()
            .map(|row| {
                let number = row.activity().number();
                (number, row.gained(), row.positive(), row.negative(), row.movements())
            })
            .collect();
        prop_assert_eq!(got, oracle::activities(rows, *range));
        let by_day: Decimal = revenue(reports, conn, *range).iter().map(|day| day.1).sum();
        prop_assert_eq!(gained, by_day);
        Ok(())
    });
}

#[test]
fn revenue_by_payment_type_is_what_the_payments_sum_up_to() {
    on_random_rows(ranges(), |conn, reports, rows, range| {
        let got = reports.revenue_by_payment_type(conn, *range).unwrap();
        let got: Vec<_> = got
            .iter()
            .map(|row| {
                let kind = row.payment_type().map(str::to_string);
                (row.date(), kind, row.payments(), row.revenue())
            })
            .collect();
        prop_assert_eq!(got, oracle::payments(rows, *range));
        Ok(())
    });
}

#[test]
fn campaign_budgets_are_what_was_not_granted() {
    on_random_rows(ranges(), |conn, reports, rows, range| {
        let got = reports.campaign_budgets(conn, *range).unwrap();
        let got: Vec<_> = got
            .iter()
            .map(|row| {
                assert_eq!(row.name(), format!("Campaign {}", row.ap_campaign_id()));
                let id = row.ap_campaign_id();
                (id, row.allocated(), row.granted(), row.left(), row.expiring())
            })
            .collect();
        prop_assert_eq!(got, oracle::budgets(rows, *range));
        Ok(())
    });
}

#[test]
fn daily_trips_are_compared_with_as_many_days_before() {
    on_random_rows(long_ranges(), |conn, reports, rows, range| {
        let got = reports.daily_trips(conn, *range).unwrap();
        let got: Vec<_> =
            got.iter().map(|row| (row.date(), row.trips(), row.previous_trips())).collect();
        prop_assert_eq!(got, oracle::daily_trips(rows, *range));
        Ok(())
    });
}

#[test]
fn mode_shares_are_parts_of_each_period() {
    on_random_rows((long_ranges(), periods()), |conn, reports, rows, (range, period)| {
        let got = reports.mode_share(conn, *range, *period).unwrap();
        let got: Vec<_> = got
            .iter()
            .map(|row| {
                let (mode, part) = (row.travel_mode(), row.share_of_distance());
                (row.period(), mode, row.trips(), row.distance(), row.share(), part)
            })
            .collect();
        prop_assert_eq!(got, oracle::mode_share(rows, *range, *period));
        Ok(())
    });
}

#[test]
fn avoided_emissions_are_those_of_trips_that_stand_for_a_car() {
    // Powers of two, with which sums are exact whatever the order.
    let factors = EmissionFactors { car: 256.0, transit: 64.0, source: "made up".into() };
    on_random_rows(long_ranges(), |conn, reports, rows, range| {
        let got = reports.avoided_emissions(conn, *range, &factors).unwrap();
        let expected = oracle::emissions(rows, *range, &factors);
        prop_assert_eq!(got.len(), expected.len());
        for (got, (employer, trips, kilometres, kilograms)) in got.iter().zip(expected) {
            prop_assert_eq!((got.enterprise_id(), got.trips()), (employer, trips));
            prop_assert!((got.vehicle_kilometres() - kilometres).abs() < 1e-9, "{:?}", got);
            prop_assert!((got.co2() - kilograms).abs() < 1e-9, "{:?}", got);
        }
        Ok(())
    });
}

#[test]
fn active_users_count_once_in_each_window() {
    on_random_rows(long_ranges(), |conn, reports, rows, range| {
        let got = reports.active_users(conn, *range).unwrap();
        let got: Vec<_> =
            got.iter().map(|day| (day.date(), day.daily(), day.weekly(), day.monthly())).collect();
        prop_assert_eq!(got, oracle::active_users(rows, *range));
        Ok(())
    });
}

#[test]
fn retention_is_who_of_a_cohort_came_back() {
    on_random_rows((long_ranges(), periods()), |conn, reports, rows, (range, period)| {
        let got = reports.retention(conn, *range, *period).unwrap();
        let got: Vec<_> =
            got.iter().map(|it| (it.cohort(), it.size(), it.active().to_vec())).collect();
        prop_assert_eq!(got, oracle::retention(rows, *range, *period));
        Ok(())
    });
}

#[test]
fn referrals_convert_with_the_first_trip_after_them() {
    on_random_rows(long_ranges(), |conn, reports, rows, range| {
        let got = reports.referral_conversion(conn, *range).unwrap();
        let got: Vec<_> = got
            .iter()
            .map(|row| {
                let days = row.mean_days_to_first_trip();
                (row.ap_campaign_id(), row.referrals(), row.converted(), days)
            })
            .collect();
        prop_assert_eq!(got, oracle::referrals(rows, *range));
        Ok(())
    });
}
