//! How people travel.

use std::collections::BTreeMap;

use quicksight_migrations::{
    analytics::{DateRange, EmissionFactors, Period, TravelMode},
    rust_decimal::{Decimal, RoundingStrategy},
    time::{Date, Duration},
};

use super::{Hour, Spot, is_in};
use crate::rows::Rows;

/// A distance that can be one.
fn known(distance: Option<f64>) -> Option<f64> {
    distance.filter(|metres| (0.0..=40_075_000.0).contains(metres))
}

pub(crate) fn hours(rows: &Rows, range: DateRange) -> Vec<Hour> {
    let mut hours = BTreeMap::<_, Vec<_>>::new();
    for trip in rows.trips.iter().filter(|trip| is_in(range, trip.started_on)) {
        let start = trip.started_on;
        let key = (start.weekday().number_days_from_sunday(), start.hour(), trip.travel_mode);
        hours.entry(key).or_default().push(known(trip.distance));
    }
    hours
        .into_iter()
        .map(|((weekday, hour, mode), distances)| {
            (weekday, hour, mode.into(), distances.len() as u64, mean(&distances))
        })
        .collect()
}

fn mean(values: &[Option<f64>]) -> Option<f64> {
    let known: Vec<_> = values.iter().flatten().collect();
    let count = u32::try_from(known.len()).expect("few");
    (count > 0).then(|| known.into_iter().sum::<f64>() / f64::from(count))
}

pub(crate) fn hotspots(rows: &Rows, min_frequency: u64, limit: usize) -> Vec<Spot> {
    let mut spots = BTreeMap::<_, Vec<_>>::new();
    for habit in &rows.habits {
        let key = (habit.o_id, habit.d_id, habit.travel_mode);
        spots.entry(key).or_default().push((habit.driving, habit.transit));
    }
    let mut spots: Vec<_> = spots
        .into_iter()
        .filter(|(_, habits)| habits.len() as u64 >= min_frequency)
        .map(|((o_id, d_id, mode), habits)| {
            let driving = percent(habits.iter().filter_map(|(driving, _)| *driving));
            let transit = percent(habits.iter().filter_map(|(_, transit)| *transit));
            (o_id, d_id, mode.map(TravelMode::from), habits.len() as u64, driving, transit)
        })
        .collect();
    spots.sort_by_key(|spot| std::cmp::Reverse(spot.3));
    spots.truncate(limit);
    spots
}

/// The mean with four more decimals than its values have, as the server gives it.
fn percent(values: impl Iterator<Item = Decimal> + Clone) -> Option<Decimal> {
    let mean = values.clone().sum::<Decimal>().checked_div(values.count().into())?;
    Some(mean.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero))
}

pub(crate) fn daily_trips(rows: &Rows, range: DateRange) -> Vec<(Date, u64, u64)> {
    let days = i64::try_from(range.days()).expect("few");
    let on =
        |day: Date| rows.trips.iter().filter(|trip| trip.started_on.date() == day).count() as u64;
    (0..days)
        .map(|number| range.start() + Duration::days(number))
        .map(|day| (day, on(day), on(day - Duration::days(days))))
        .collect()
}

/// The period, the mode, its trips and metres, and its part of both.
pub(crate) type Share = (Date, TravelMode, u64, f64, f64, Option<f64>);

pub(crate) fn mode_share(rows: &Rows, range: DateRange, period: Period) -> Vec<Share> {
    let mut sums = BTreeMap::<_, (u32, f64)>::new();
    for trip in rows.trips.iter().filter(|trip| is_in(range, trip.started_on)) {
        let key = (first_day(period, trip.started_on.date()), trip.travel_mode);
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 + 1, sum.1 + known(trip.distance).unwrap_or_default());
    }
    let share = |(&(day, mode), &(trips, metres)): (&(Date, i32), &(u32, f64))| {
        let of_all = || sums.iter().filter(|((of, _), _)| *of == day);
        let all: u32 = of_all().map(|(_, (trips, _))| trips).sum();
        let all_metres: f64 = of_all().map(|(_, (_, metres))| metres).sum();
        let part = (all_metres > 0.0).then(|| metres / all_metres);
        (day, mode.into(), trips.into(), metres, f64::from(trips) / f64::from(all), part)
    };
    sums.iter().map(share).collect()
}

/// Day by day back to where the period began.
pub(crate) fn first_day(period: Period, day: Date) -> Date {
    let is_first = |day: &Date| match period {
        Period::Week => day.weekday().number_from_monday() == 1,
        Period::Month => day.day() == 1,
        _ => true,
    };
    let before = std::iter::successors(Some(day), |day| day.previous_day());
    before.into_iter().find(is_first).expect("a first day")
}

/// The employer, the trips, the kilometres, and the kilograms.
pub(crate) type Avoided = (Option<i32>, u64, f64, f64);

pub(crate) fn emissions(rows: &Rows, range: DateRange, factors: &EmissionFactors) -> Vec<Avoided> {
    let mut employers = BTreeMap::<Option<i32>, Avoided>::new();
    for trip in rows.trips.iter().filter(|trip| is_in(range, trip.started_on)) {
        let employer = rows.users.iter().find(|user| user.id == trip.user_id);
        let employer = employer.map(|user| user.id * 10);
        let sums = employers.entry(employer).or_insert((employer, 0, 0.0, 0.0));
        let grams = match (trip.travel_mode, trip.role) {
            (2, _) => factors.car - factors.transit,
            (3, _) | (100, Some(2)) => factors.car,
            _ => continue,
        };
        if let Some(metres) = known(trip.distance) {
            *sums = (
                employer,
                sums.1 + 1,
                sums.2 + metres / 1000.0,
                sums.3 + metres / 1000.0 * grams / 1000.0,
            );
        }
    }
    employers.into_values().collect()
}
