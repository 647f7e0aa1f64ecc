//! The reports, computed in the plainest way from the rows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use quicksight_migrations::{
    analytics::{DateRange, TravelMode},
    rust_decimal::{Decimal, RoundingStrategy},
    time::{Date, Duration, PrimitiveDateTime},
};

use crate::rows::Rows;

pub(crate) type Day = (Date, Decimal, Decimal, Decimal);
pub(crate) type Engagement = (i32, u64, Decimal, u64, Decimal, u64);
pub(crate) type Hour = (u8, u8, TravelMode, u64, Option<f64>);
pub(crate) type Spot =
    (Option<u32>, Option<u32>, Option<TravelMode>, u64, Option<Decimal>, Option<Decimal>);

#[derive(Debug, PartialEq)]
pub(crate) struct Performance {
    pub(crate) allocated: Decimal,
    pub(crate) recipients: u64,
    pub(crate) grants: u64,
    pub(crate) distributed: Decimal,
    pub(crate) first_issue: Option<PrimitiveDateTime>,
    pub(crate) last_issue: Option<PrimitiveDateTime>,
    pub(crate) engaged_users: u64,
    pub(crate) trips_after: u64,
    pub(crate) mean_days: Option<f64>,
    pub(crate) rate: Option<f64>,
}

/// The same rows without those of test accounts.
pub(crate) fn without_test_accounts(rows: &Rows) -> Rows {
    let tests: HashSet<_> =
        rows.users.iter().filter(|user| user.is_debug == Some(1)).map(|user| user.id).collect();
    let mut real = rows.clone();
    real.users.retain(|row| !tests.contains(&row.id));
    real.points.retain(|row| !tests.contains(&row.user_id));
    real.tokens.retain(|row| !tests.contains(&row.user_id));
    real.payments.retain(|row| !tests.contains(&row.user_id));
    real.trips.retain(|row| !tests.contains(&row.user_id));
    real.habits.retain(|row| !tests.contains(&row.user_id));
    real
}

pub(crate) fn revenue(rows: &Rows, range: DateRange) -> Vec<Day> {
    let mut days = Vec::new();
    let mut date = range.start();
    while date < range.end() {
        let gained = |amount: &Decimal| *amount > Decimal::ZERO;
        let points = rows.points.iter().filter(|row| row.created_on.date() == date);
        let tokens = rows
            .tokens
            .iter()
            .filter(|row| row.created_on.is_some_and(|created| created.date() == date));
        let payments = rows.payments.iter().filter(|row| row.created_on.date() == date);
        days.push((
            date,
            points.map(|row| row.points).filter(gained).sum(),
            tokens.filter_map(|row| row.tokens).filter(gained).sum(),
            payments.filter_map(|row| row.total_price).sum(),
        ));
        date += Duration::DAY;
    }
    days
}

pub(crate) fn engagement(rows: &Rows, since: PrimitiveDateTime) -> Vec<Engagement> {
    let mut users: Vec<_> = rows
        .users
        .iter()
        .filter(|user| user.created_on.is_some_and(|created| created >= since))
        .map(|user| {
            let points: Vec<_> = rows.points.iter().filter(|row| row.user_id == user.id).collect();
            let tokens: Vec<_> = rows.tokens.iter().filter(|row| row.user_id == user.id).collect();
            let trips = rows.trips.iter().filter(|row| row.user_id == user.id).count();
            (
                user.id,
                points.len() as u64,
                points.iter().map(|row| row.points).sum::<Decimal>(),
                tokens.len() as u64,
                tokens.iter().filter_map(|row| row.tokens).sum::<Decimal>(),
                trips as u64,
            )
        })
        .filter(|(_, points, _, tokens, _, trips)| points + tokens + trips > 0)
        .collect();
    users.sort_by_key(|(id, _, total, ..)| (-*total, *id));
    users
}

pub(crate) fn campaign(rows: &Rows, ap_campaign_id: i32) -> Option<Performance> {
    let campaign = rows.campaigns.iter().find(|row| row.ap_campaign_id == ap_campaign_id)?;
    let grants: Vec<_> = rows
        .tokens
        .iter()
        .filter(|row| row.ap_campaign_id == Some(ap_campaign_id))
        .filter_map(|row| Some((row.user_id, row.tokens?, row.issued_on)))
        .filter(|(_, tokens, _)| *tokens > Decimal::ZERO)
        .collect();
    let recipients: BTreeSet<_> = grants.iter().map(|(user, ..)| *user).collect();
    let issues = || grants.iter().filter_map(|(.., issued)| *issued);

    let (mut engaged, mut trips_after, mut days) = (0_u32, 0, 0);
    for user in &recipients {
        let own = grants.iter().filter(|(of, ..)| of == user);
        let Some(first_issue) = own.filter_map(|(.., issued)| *issued).min() else { continue };
        let after: Vec<_> = rows
            .trips
            .iter()
            .filter(|trip| trip.user_id == *user && trip.started_on >= first_issue)
            .map(|trip| trip.started_on)
            .collect();
        trips_after += after.len() as u64;
        if let Some(first) = after.iter().min() {
            engaged += 1;
            days += first.date().to_julian_day() - first_issue.date().to_julian_day();
        }
    }
    let ratio = |part: f64, whole: u32| (whole > 0).then(|| part / f64::from(whole));
    Some(Performance {
        allocated: campaign.tokens,
        recipients: recipients.len() as u64,
        grants: grants.len() as u64,
        distributed: grants.iter().map(|(_, tokens, _)| *tokens).sum(),
        first_issue: issues().min(),
        last_issue: issues().max(),
        engaged_users: engaged.into(),
        trips_after,
        mean_days: ratio(days.into(), engaged),
        rate: ratio(engaged.into(), u32::try_from(recipients.len()).expect("few")),
    })
}

pub(crate) fn hours(rows: &Rows, since: PrimitiveDateTime) -> Vec<Hour> {
    let mut hours = BTreeMap::<_, Vec<_>>::new();
    for trip in rows.trips.iter().filter(|trip| trip.started_on >= since) {
        let start = trip.started_on;
        let key = (start.weekday().number_days_from_sunday(), start.hour(), trip.travel_mode);
        hours.entry(key).or_default().push(trip.distance);
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
