//! What the reports say, and what the model says.

use mysql::Conn;
use quicksight_migrations::analytics::{Analytics, DateRange, Period};

use crate::{model::Model, oracle};

/// Counts and amounts to the cent; what is added up in another order within one part in 10^12.
#[track_caller]
pub(super) fn assert_reports(conn: &mut Conn, range: DateRange, model: &Model) {
    let reports = Analytics::new().with_summaries();
    let rows = model.report();

    let days = reports.daily_revenue(conn, range).unwrap();
    let days: Vec<_> = days
        .iter()
        .map(|day| (day.date(), day.points(), day.positive_points(), day.tokens(), day.tickets()))
        .collect();
    assert_eq!(days, oracle::revenue(&rows, range));

    let activities = reports.points_by_activity(conn, range).unwrap();
    let activities: Vec<_> = activities
        .iter()
        .map(|row| {
            let number = row.activity().number();
            (number, row.gained(), row.positive(), row.negative(), row.movements())
        })
        .collect();
    assert_eq!(activities, oracle::activities(&rows, range));

    let payments = reports.revenue_by_payment_type(conn, range).unwrap();
    let payments: Vec<_> = payments
        .iter()
        .map(|row| {
            let kind = row.payment_type().map(str::to_owned);
            (row.date(), kind, row.payments(), row.revenue())
        })
        .collect();
    assert_eq!(payments, oracle::payments(&rows, range));

    let trips = reports.daily_trips(conn, range).unwrap();
    let trips: Vec<_> =
        trips.iter().map(|row| (row.date(), row.trips(), row.previous_trips())).collect();
    assert_eq!(trips, oracle::daily_trips(&rows, range));

    let hours = reports.hourly_trips(conn, range).unwrap();
    let expected = oracle::hours(&rows, range);
    assert_eq!(hours.len(), expected.len());
    for (row, (weekday, hour, mode, trips, metres)) in hours.iter().zip(expected) {
        let got = (row.weekday().number_days_from_sunday(), row.hour(), row.travel_mode());
        assert_eq!((got, row.trips()), ((weekday, hour, mode), trips));
        assert_near(row.average_distance(), metres);
    }

    let shares = reports.mode_share(conn, range, Period::Week).unwrap();
    let expected = oracle::mode_share(&rows, range, Period::Week);
    assert_eq!(shares.len(), expected.len());
    for (row, (day, mode, trips, metres, share, part)) in shares.iter().zip(expected) {
        assert_eq!((row.period(), row.travel_mode(), row.trips()), (day, mode, trips));
        assert_near(Some(row.distance()), Some(metres));
        assert_near(Some(row.share()), Some(share));
        assert_near(row.share_of_distance(), part);
    }

    let users = reports.active_users(conn, range).unwrap();
    let users: Vec<_> =
        users.iter().map(|day| (day.date(), day.daily(), day.weekly(), day.monthly())).collect();
    assert_eq!(users, oracle::active_users(&model.report_of_users(), range));
}

#[track_caller]
fn assert_near(got: Option<f64>, expected: Option<f64>) {
    let is_near = match (got, expected) {
        (Some(got), Some(expected)) => (got - expected).abs() <= 1e-12 * expected.abs(),
        (got, expected) => got == expected,
    };
    assert!(is_near, "{got:?} instead of {expected:?}");
}
