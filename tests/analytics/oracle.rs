//! The reports, computed in the plainest way from the rows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use quicksight_migrations::{
    analytics::{DateRange, TravelMode},
    rust_decimal::Decimal,
    time::{Date, Duration, PrimitiveDateTime},
};

use crate::rows::{Movement, Rows};

// The tests of sums ask it, too, and look for these files from elsewhere.
#[path = "oracle/journeys.rs"]
mod journeys;
#[path = "oracle/users.rs"]
mod users;

pub(crate) use self::{
    journeys::{daily_trips, emissions, hotspots, hours, mode_share},
    users::{active_users, referrals, retention},
};

/// The day, points gained, positive points, tokens and tickets.
pub(crate) type Day = (Date, Decimal, Decimal, Decimal, Decimal);
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
    real.points
        .retain(|row| ![row.user_id, row.payer, row.payee].iter().any(|end| tests.contains(end)));
    real.tokens.retain(|row| !tests.contains(&row.user_id));
    real.payments.retain(|row| !tests.contains(&row.user_id));
    real.trips.retain(|row| !tests.contains(&row.user_id));
    real.habits.retain(|row| !tests.contains(&row.user_id));
    real.referrals.retain(|row| !tests.contains(&row.sender) && !tests.contains(&row.receiver));
    real
}

pub(crate) fn revenue(rows: &Rows, range: DateRange) -> Vec<Day> {
    let mut days = Vec::new();
    let mut date = range.start();
    while date < range.end() {
        let gained = |amount: &Decimal| *amount > Decimal::ZERO;
        let points = || rows.points.iter().filter(|row| row.created_on.date() == date);
        let tokens = rows
            .tokens
            .iter()
            .filter(|row| row.created_on.is_some_and(|created| created.date() == date));
        let payments = rows.payments.iter().filter(|row| row.created_on.date() == date);
        days.push((
            date,
            points().map(from_outside).sum(),
            points().map(|row| row.points).filter(gained).sum(),
            tokens.filter_map(|row| row.tokens).filter(gained).sum(),
            payments.filter_map(|row| row.total_price).sum(),
        ));
        date += Duration::DAY;
    }
    days
}

/// What a user gained with a movement, seen from the ends of it.
pub(crate) fn from_outside(row: &Movement) -> Decimal {
    let is_user = |id: i32| (1..2000).contains(&id);
    let is_source = |end: i32| matches!(end, 2000 | 2002 | 2100);
    let counts = is_user(row.user_id)
        && match (row.points.is_sign_positive(), row.activity) {
            (true, 10) => is_source(row.payer),
            (true, _) => is_source(row.payer) || row.payer == 0,
            (false, 1) => is_source(row.payee) || row.payee == 0,
            (false, _) => is_source(row.payee),
        };
    if counts { row.points } else { Decimal::ZERO }
}

/// The activity, what was gained, the positive and the negative points, and the movements.
pub(crate) type Activity = (i32, Decimal, Decimal, Decimal, u64);

pub(crate) fn activities(rows: &Rows, range: DateRange) -> Vec<Activity> {
    let mut activities = BTreeMap::<i32, Activity>::new();
    for row in rows.points.iter().filter(|row| is_in(range, row.created_on)) {
        let zero = Decimal::ZERO;
        let sums = activities.entry(row.activity).or_insert((row.activity, zero, zero, zero, 0));
        sums.1 += from_outside(row);
        sums.2 += row.points.max(zero);
        sums.3 += row.points.min(zero);
        sums.4 += 1;
    }
    activities.into_values().collect()
}

pub(crate) type Paid = (Date, Option<String>, u64, Decimal);

pub(crate) fn payments(rows: &Rows, range: DateRange) -> Vec<Paid> {
    let mut sums = BTreeMap::<_, (u64, Decimal)>::new();
    for row in rows.payments.iter().filter(|row| is_in(range, row.created_on)) {
        let sum = sums.entry((row.created_on.date(), row.kind)).or_default();
        *sum = (sum.0 + 1, sum.1 + row.total_price.unwrap_or_default());
    }
    sums.into_iter()
        .map(|((date, kind), (count, sum))| (date, kind.map(str::to_string), count, sum))
        .collect()
}

fn is_in(range: DateRange, moment: PrimitiveDateTime) -> bool {
    (range.start()..range.end()).contains(&moment.date())
}

/// The campaign, what it may give, what it gave, what is left, and what expires.
pub(crate) type Budget = (i32, Decimal, Decimal, Decimal, Decimal);

pub(crate) fn budgets(rows: &Rows, range: DateRange) -> Vec<Budget> {
    let budget = |campaign: &crate::rows::Campaign| {
        let id = campaign.ap_campaign_id;
        let grants = || {
            let own = rows.tokens.iter().filter(move |row| row.ap_campaign_id == Some(id));
            own.filter(|row| row.tokens.is_some_and(|tokens| tokens > Decimal::ZERO))
        };
        let granted: Decimal = grants().filter_map(|row| row.tokens).sum();
        let expiring =
            grants().filter(|row| row.expired_on.is_some_and(|moment| is_in(range, moment)));
        let expiring = expiring.filter_map(|row| row.tokens).sum();
        (id, campaign.tokens, granted, campaign.tokens - granted, expiring)
    };
    rows.campaigns.iter().map(budget).collect()
}

pub(crate) fn engagement(rows: &Rows, range: DateRange) -> Vec<Engagement> {
    let mut users: Vec<_> = rows
        .users
        .iter()
        .filter(|user| user.created_on.is_some_and(|created| is_in(range, created)))
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
