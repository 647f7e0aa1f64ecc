//! Small random contents of the tables that the reports read.

// The tests of sums have these rows, too, and look for this file from elsewhere.
#[path = "rows/store.rs"]
mod store;

use proptest::{collection::vec, option, prelude::*};
use quicksight_migrations::{
    rust_decimal::Decimal,
    time::{Date, Duration, Month, PrimitiveDateTime, Time},
};

use crate::support::is_partitioned;

/// One of each table's row, with the columns that a report reads.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: i32,
    pub(crate) created_on: Option<PrimitiveDateTime>,
    pub(crate) is_debug: Option<i32>,
}

#[derive(Debug, Clone)]
pub(crate) struct Movement {
    pub(crate) user_id: i32,
    pub(crate) activity: i32,
    pub(crate) points: Decimal,
    pub(crate) created_on: PrimitiveDateTime,
    pub(crate) payer: i32,
    pub(crate) payee: i32,
}

#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) user_id: i32,
    pub(crate) ap_campaign_id: Option<i32>,
    pub(crate) tokens: Option<Decimal>,
    pub(crate) created_on: Option<PrimitiveDateTime>,
    pub(crate) issued_on: Option<PrimitiveDateTime>,
    pub(crate) expired_on: Option<PrimitiveDateTime>,
}

#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) user_id: i32,
    pub(crate) kind: Option<&'static str>,
    pub(crate) total_price: Option<Decimal>,
    pub(crate) created_on: PrimitiveDateTime,
}

#[derive(Debug, Clone)]
pub(crate) struct Trip {
    pub(crate) user_id: i32,
    pub(crate) role: Option<i32>,
    pub(crate) travel_mode: i32,
    pub(crate) started_on: PrimitiveDateTime,
    pub(crate) distance: Option<f64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Habit {
    pub(crate) user_id: i32,
    pub(crate) o_id: Option<u32>,
    pub(crate) d_id: Option<u32>,
    pub(crate) travel_mode: Option<i32>,
    pub(crate) driving: Option<Decimal>,
    pub(crate) transit: Option<Decimal>,
}

#[derive(Debug, Clone)]
pub(crate) struct Campaign {
    pub(crate) ap_campaign_id: i32,
    pub(crate) tokens: Decimal,
}

#[derive(Debug, Clone)]
pub(crate) struct Referral {
    pub(crate) sender: i32,
    pub(crate) receiver: i32,
    pub(crate) ap_campaign_id: u32,
    pub(crate) created_at: PrimitiveDateTime,
}

/// All of them.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) users: Vec<User>,
    pub(crate) points: Vec<Movement>,
    pub(crate) tokens: Vec<Grant>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) trips: Vec<Trip>,
    pub(crate) habits: Vec<Habit>,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) referrals: Vec<Referral>,
}

/// Ids of users with and without a row, ids of campaigns with and without one: few, so that they meet.
const IDS: std::ops::Range<i32> = 1..7;

pub(crate) fn date(month: Month, day: u8) -> Date {
    Date::from_calendar_date(2025, month, day).expect("a date")
}

pub(crate) fn at(month: Month, day: u8, hour: u8) -> PrimitiveDateTime {
    PrimitiveDateTime::new(date(month, day), Time::from_hms(hour, 0, 0).expect("an hour"))
}

/// Moments of five days, midnights among them, with the second before each.
pub(crate) fn moments() -> impl Strategy<Value = PrimitiveDateTime> {
    (0_i64..5 * 8, -1_i64..=0).prop_map(|(part, seconds)| {
        at(Month::March, 7, 0) + Duration::hours(3 * part) + Duration::seconds(seconds)
    })
}

/// The same, and moments of the two months around them.
fn moments_of_months() -> impl Strategy<Value = PrimitiveDateTime> {
    let days = (0_i64..60, 0_i64..24).prop_map(|(day, hour)| {
        at(Month::January, 25, 0) + Duration::days(day) + Duration::hours(hour)
    });
    prop_oneof![moments(), days]
}

fn amounts(hundredths: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = Decimal> {
    hundredths.prop_map(|amount| Decimal::new(amount, 2))
}

fn users() -> impl Strategy<Value = Vec<User>> {
    let user = (any::<bool>(), option::of(moments_of_months()), option::of(0..=1));
    vec(user, IDS.len() - 1).prop_map(|users| {
        let users = IDS.zip(users).filter(|(_, (is_there, ..))| *is_there);
        users.map(|(id, (_, created_on, is_debug))| User { id, created_on, is_debug }).collect()
    })
}

fn points() -> impl Strategy<Value = Movement> {
    // Users, no name, and the service's own accounts.
    let account =
        || prop::sample::select(vec![1, 2, 3, 4, 5, 6, 0, 0, 2000, 2001, 2002, 2100, 2101, 2102]);
    let user = prop_oneof![3 => IDS, 1 => 2000..=2001];
    let activity = prop::sample::select(vec![1, 2, 9, 10, 11, 14]);
    (user, activity, amounts(-500..=900), moments(), account(), account()).prop_map(
        |(user_id, activity, points, created_on, payer, payee)| Movement {
            user_id,
            activity,
            points,
            created_on,
            payer,
            payee,
        },
    )
}

fn tokens() -> impl Strategy<Value = Grant> {
    let moment = || option::weighted(0.9, moments());
    (
        IDS,
        option::weighted(0.9, IDS),
        option::weighted(0.9, amounts(-200..=900)),
        moment(),
        moment(),
        moment(),
    )
        .prop_map(|(user_id, ap_campaign_id, tokens, created_on, issued_on, expired_on)| {
            // There is no grant without a date in a partitioned table.
            let dated = is_partitioned().then(|| at(Month::March, 8, 0));
            let created_on = created_on.or(dated);
            Grant { user_id, ap_campaign_id, tokens, created_on, issued_on, expired_on }
        })
}

fn payments() -> impl Strategy<Value = Payment> {
    let kind = option::weighted(0.9, prop::sample::select(vec!["coins", "Coins", "tokens"]));
    (IDS, kind, option::weighted(0.9, amounts(-100..=2_000)), moments()).prop_map(
        |(user_id, kind, total_price, created_on)| Payment {
            user_id,
            kind,
            total_price,
            created_on,
        },
    )
}

/// Half metres, whose sums are exact whatever the order in which they are added, and what is no distance.
fn distances() -> impl Strategy<Value = f64> {
    let known = (0_i32..60_000).prop_map(|halves| f64::from(halves) / 2.0);
    prop_oneof![8 => known, 1 => prop::sample::select(vec![-1.0, 40_075_001.0, 1e308])]
}

fn trips() -> impl Strategy<Value = Trip> {
    let mode = prop::sample::select(vec![1, 2, 3, 100, 77]);
    let (role, distance) = (option::of(1..=2), option::weighted(0.8, distances()));
    (IDS, role, mode, moments_of_months(), distance).prop_map(
        |(user_id, role, travel_mode, started_on, distance)| Trip {
            user_id,
            role,
            travel_mode,
            started_on,
            distance,
        },
    )
}

fn habits() -> impl Strategy<Value = Habit> {
    let place = || option::weighted(0.9, 1_u32..3);
    let chance = || option::weighted(0.9, amounts(0..=10_000));
    (IDS, place(), place(), option::weighted(0.8, 0..3), chance(), chance()).prop_map(
        |(user_id, o_id, d_id, travel_mode, driving, transit)| Habit {
            user_id,
            o_id,
            d_id,
            travel_mode,
            driving,
            transit,
        },
    )
}

fn campaigns() -> impl Strategy<Value = Vec<Campaign>> {
    vec((any::<bool>(), amounts(0..=5_000)), IDS.len() - 1).prop_map(|campaigns| {
        let campaigns = IDS.zip(campaigns).filter(|(_, (is_there, _))| *is_there);
        campaigns.map(|(ap_campaign_id, (_, tokens))| Campaign { ap_campaign_id, tokens }).collect()
    })
}

fn referrals() -> impl Strategy<Value = Vec<Referral>> {
    let referral = (any::<bool>(), IDS, 1_u32..3, moments_of_months());
    vec(referral, IDS.len() - 1).prop_map(|referrals| {
        let referrals = IDS.zip(referrals).filter(|(_, (is_there, ..))| *is_there);
        referrals
            .map(|(receiver, (_, sender, ap_campaign_id, created_at))| Referral {
                sender,
                receiver,
                ap_campaign_id,
                created_at,
            })
            .collect()
    })
}

pub(crate) fn rows() -> impl Strategy<Value = Rows> {
    (
        users(),
        vec(points(), 0..25),
        vec(tokens(), 0..25),
        vec(payments(), 0..15),
        vec(trips(), 0..25),
        vec(habits(), 0..40),
        campaigns(),
        referrals(),
    )
        .prop_map(|(users, points, tokens, payments, trips, habits, campaigns, referrals)| {
            Rows { users, points, tokens, payments, trips, habits, campaigns, referrals }
        })
}
