//! Who comes, stays and brings others.

use std::collections::{BTreeMap, BTreeSet};

use quicksight_migrations::{
    analytics::{DateRange, Period},
    time::{Date, Duration},
};

use super::{is_in, journeys::first_day};
use crate::rows::Rows;

/// The day with its daily, weekly and monthly active users.
pub(crate) fn active_users(rows: &Rows, range: DateRange) -> Vec<(Date, u64, u64, u64)> {
    let days = i64::try_from(range.days()).expect("few");
    let within = |last: Date, days: i64| {
        let window = last - Duration::days(days - 1)..=last;
        let trips = rows.trips.iter().filter(|trip| window.contains(&trip.started_on.date()));
        trips.map(|trip| trip.user_id).collect::<BTreeSet<_>>().len() as u64
    };
    (0..days)
        .map(|number| range.start() + Duration::days(number))
        .map(|day| (day, within(day, 1), within(day, 7), within(day, 30)))
        .collect()
}

/// The first day of the cohort, its size, and who was active in each period.
pub(crate) type Cohort = (Date, u64, Vec<u64>);

pub(crate) fn retention(rows: &Rows, range: DateRange, period: Period) -> Vec<Cohort> {
    let mut cohorts = BTreeMap::<Date, Vec<_>>::new();
    for user in &rows.users {
        if let Some(signed_up) = user.created_on.filter(|moment| is_in(range, *moment)) {
            let cohort = first_day(period, signed_up.date());
            cohorts.entry(cohort).or_default().push((user.id, signed_up));
        }
    }
    let of = |(cohort, users): (Date, Vec<(i32, _)>)| {
        let active_in = |first: &Date| {
            let came = |(id, signed_up): &&(i32, _)| {
                rows.trips.iter().any(|trip| {
                    trip.user_id == *id
                        && trip.started_on >= *signed_up
                        && trip.started_on.date() < range.end()
                        && first_day(period, trip.started_on.date()) == *first
                })
            };
            users.iter().filter(came).count() as u64
        };
        let mut periods = BTreeSet::new();
        let mut day = cohort;
        while day < range.end() {
            periods.insert(first_day(period, day));
            day += Duration::DAY;
        }
        (cohort, users.len() as u64, periods.iter().map(active_in).collect())
    };
    cohorts.into_iter().map(of).collect()
}

/// The campaign, its referrals, how many travelled, and the sum of days until then.
pub(crate) fn referrals(rows: &Rows, range: DateRange) -> Vec<(u32, u64, u64, Option<f64>)> {
    let mut campaigns = BTreeMap::<u32, Vec<Option<i32>>>::new();
    for referral in rows.referrals.iter().filter(|row| is_in(range, row.created_at)) {
        let trips = rows.trips.iter().filter(|trip| {
            trip.user_id == referral.receiver
                && trip.started_on >= referral.created_at
                && trip.started_on.date() < range.end()
        });
        let first = trips.map(|trip| trip.started_on.date()).min();
        let days =
            first.map(|first| first.to_julian_day() - referral.created_at.date().to_julian_day());
        campaigns.entry(referral.ap_campaign_id).or_default().push(days);
    }
    campaigns
        .into_iter()
        .map(|(campaign, days)| {
            let known: Vec<_> = days.iter().flatten().copied().collect();
            let count = u32::try_from(known.len()).expect("few");
            let mean = (count > 0).then(|| f64::from(known.iter().sum::<i32>()) / f64::from(count));
            (campaign, days.len() as u64, count.into(), mean)
        })
        .collect()
}
