//! Users, who of them does most, and who brought whom.

use std::fmt;

use fastrand::Rng;
use time::{Duration, PrimitiveDateTime};

use super::{
    calendar::{DAYTIME, Period, Sql},
    dice::few_of,
    insert::Loader,
    tokens::campaign_number,
};

/// Above the numbers of the system accounts, which stand in the same columns.
const FIRST_ID: usize = 10_001;
const DAYS_BEFORE_THE_PERIOD: u16 = 730;

const FIRST_NAMES: [&str; 20] = [
    "Ada", "Ben", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hiro", "Ines", "Jamal", "Kim",
    "Luis", "Mei", "Nadia", "Omar", "Priya", "Quinn", "Rosa", "Sam", "Tariq",
];
const LAST_NAMES: [&str; 20] = [
    "Adams", "Brown", "Castillo", "Diaz", "Evans", "Flores", "Garcia", "Hughes", "Ivanov",
    "Johnson", "Khan", "Lopez", "Miller", "Nguyen", "Ortiz", "Patel", "Quintero", "Robinson",
    "Silva", "Tran",
];

/// The number by which the tables know the user at that place in the list.
pub(super) fn id(user: usize) -> usize {
    FIRST_ID + user
}

pub(super) struct People {
    /// In order.
    signed_up: Vec<PrimitiveDateTime>,
    pub(super) homes: Vec<Place>,
    /// Who does most comes first.
    by_activity: Vec<usize>,
}

impl People {
    pub(super) fn new(count: usize, period: Period, rng: &mut Rng) -> Self {
        let years = period.begun_earlier(DAYS_BEFORE_THE_PERIOD);
        let mut by_activity: Vec<_> = (0..count).collect();
        rng.shuffle(&mut by_activity);
        Self {
            signed_up: years.moments(&DAYTIME, count, rng).collect(),
            homes: (0..count).map(|_| Place::in_houston(rng)).collect(),
            by_activity,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.signed_up.len()
    }

    /// Somebody who does something now, more often than not one of the same few.
    pub(super) fn pick(
        &self,
        now: PrimitiveDateTime,
        rng: &mut Rng,
        is_free: impl Fn(usize) -> bool,
    ) -> usize {
        for _ in 0..1000 {
            let user = self.by_activity[few_of(self.count(), rng)];
            if self.signed_up[user] <= now && is_free(user) {
                return user;
            }
        }
        panic!("{} users are too few for so many rows", self.count());
    }

    pub(super) fn insert(&self, loader: &mut Loader<'_>, rng: &mut Rng) -> mysql::Result<()> {
        let mut insert = loader.fill(
            "auth_user",
            "id, first_name, last_name, email, common_email, now_choose_email, rating, \
             registration_latitude, registration_longitude, registration_zone, device_language, \
             home_latitude, home_longitude, is_debug, enterprise_id, created_on, modified_on",
            self.count(),
        )?;
        for (user, (signed_up, home)) in self.signed_up.iter().zip(&self.homes).enumerate() {
            let id = id(user);
            let first = FIRST_NAMES[rng.usize(..FIRST_NAMES.len())];
            let last = LAST_NAMES[rng.usize(..LAST_NAMES.len())];
            let email = format!("{first}.{last}.{id}@example.com").to_lowercase();
            let tenths = rng.u8(30..=50);
            let here = home.moved(rng.i32(-4000..4000), rng.i32(-4000..4000));
            let language = if rng.u8(..4) == 0 { "es" } else { "en" };
            let is_debug = u8::from(rng.u8(..100) == 0);
            let enterprise = if rng.u8(..10) < 3 { rng.u8(1..=12) } else { 0 };
            let since = Sql(*signed_up);
            insert.row(format_args!(
                "{id}, '{first}', '{last}', '{email}', '{email}', 'common', {}.{}, {here}, \
                 'America/Chicago', '{language}', {home}, {is_debug}, NULLIF({enterprise}, 0), \
                 {since}, {since}",
                tenths / 10,
                tenths % 10,
            ))?;
        }
        insert.finish()
    }

    /// Each user is brought at most once, by somebody who was there before.
    pub(super) fn insert_referrals(
        &self,
        loader: &mut Loader<'_>,
        count: usize,
        rng: &mut Rng,
    ) -> mysql::Result<()> {
        let mut insert = loader.fill(
            "referral_history",
            "id, sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id, \
             created_at, updated_at",
            count,
        )?;
        for number in 0..count {
            let receiver = 1 + number * (self.count() - 1) / count;
            let sender = id(rng.usize(..receiver));
            let when = Sql(self.signed_up[receiver] + Duration::seconds(rng.i64(60..600)));
            insert.row(format_args!(
                "{}, {sender}, {}, 'device-{:016x}-{receiver}', {}, {when}, {when}",
                number + 1,
                id(receiver),
                rng.u64(..),
                campaign_number(0),
            ))?;
        }
        insert.finish()
    }
}

/// A point on the map, in millionths of a degree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    latitude: i32,
    longitude: i32,
}

impl Place {
    /// More likely near the centre.
    pub(super) fn in_houston(rng: &mut Rng) -> Self {
        let centre = Self { latitude: 29_760_000, longitude: -95_370_000 };
        let mut within = |metres: i32| rng.i32(-metres..metres) + rng.i32(-metres..metres);
        centre.moved(within(14_000), within(14_000))
    }

    pub(super) fn moved(self, metres_north: i32, metres_east: i32) -> Self {
        Self {
            latitude: self.latitude + metres_north * 9,
            // A degree of longitude is shorter here than one of latitude.
            longitude: self.longitude + metres_east * 104 / 10,
        }
    }
}

/// Latitude and longitude as SQL has them.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [latitude, longitude] = [self.latitude, self.longitude].map(|degrees| {
            let sign = if degrees < 0 { "-" } else { "" };
            let degrees = degrees.unsigned_abs();
            format!("{sign}{}.{:06}", degrees / 1_000_000, degrees % 1_000_000)
        });
        write!(f, "{latitude}, {longitude}")
    }
}
