//! Trips, and the habits that a job finds in them.

use std::collections::HashSet;

use fastrand::Rng;
use time::{Duration, PrimitiveDateTime, Time};

use super::{
    app::Rated,
    calendar::{COMMUTE, DAYTIME, Period, Sql},
    dice::{few_of, weighted},
    insert::{Insert, Loader},
    money::Hundredths,
    people::{People, Place, id},
};

const TRIPS_PER_RATING: usize = 20;
const PAIRS_OF_PLACES: usize = 400;
const SLOT: Duration = Duration::minutes(15);
const SLOTS_OF_A_DAY: u8 = 96;

struct Mode {
    number: u8,
    /// How often, next to the others.
    weight: u32,
    /// The same for users whom a campaign has given tokens.
    weight_with_tokens: u32,
    shortest: i32,
    longest: i32,
    metres_per_minute: i32,
    occupancy: u8,
}

impl Mode {
    const fn new(number: u8, weights: [u32; 2], metres: [i32; 2], speed: i32) -> Self {
        let [weight, weight_with_tokens] = weights;
        let [shortest, longest] = metres;
        let occupancy = if number >= 100 { 2 } else { 1 };
        Self {
            number,
            weight,
            weight_with_tokens,
            shortest,
            longest,
            metres_per_minute: speed,
            occupancy,
        }
    }

    fn weight(&self, has_tokens: bool) -> u32 {
        if has_tokens { self.weight_with_tokens } else { self.weight }
    }
}

static MODES: [Mode; 9] = [
    Mode::new(1, [56, 44], [1200, 42_000], 620),
    Mode::new(2, [12, 27], [1800, 26_000], 330),
    Mode::new(3, [10, 9], [250, 3200], 80),
    Mode::new(4, [4, 4], [700, 9000], 230),
    Mode::new(5, [4, 6], [4000, 38_000], 400),
    Mode::new(7, [3, 3], [9000, 48_000], 480),
    Mode::new(8, [4, 2], [1500, 22_000], 520),
    Mode::new(100, [5, 4], [5000, 45_000], 600),
    Mode::new(101, [2, 1], [3000, 30_000], 580),
];

/// Trips one after the other for each user. Some get stars.
pub(super) fn insert_trips(
    loader: &mut Loader<'_>,
    people: &People,
    first_grants: &[Option<PrimitiveDateTime>],
    count: usize,
    period: Period,
    rng: &mut Rng,
) -> mysql::Result<Vec<Rated>> {
    let mut rated = Vec::new();
    let mut insert = loader.fill(
        "trip",
        "id, user_id, role, travel_mode, started_on, ended_on, estimated_arrival_on, \
         origin_latitude, origin_longitude, destination_latitude, destination_longitude, distance, \
         local_time, trajectory_distance, is_HGAC, end_status, occupancy, end_type",
        count,
    )?;
    let mut free_at = vec![PrimitiveDateTime::MIN; people.count()];
    for (number, started) in (1..).zip(period.moments(&COMMUTE, count, rng)) {
        let user = people.pick(started, rng, |user| free_at[user] < started);
        let has_tokens = first_grants[user].is_some_and(|grant| grant <= started);
        let trip = Trip::new(
            weighted(&MODES, |mode| mode.weight(has_tokens), rng),
            started,
            people.homes[user],
            rng,
        );
        free_at[user] = trip.ended;
        trip.insert(&mut insert, number, id(user), period.end())?;
        if number % TRIPS_PER_RATING == 0 && trip.ended < period.end() {
            rated.push(Rated { trip: number, user, ended: trip.ended });
        }
    }
    insert.finish()?;
    Ok(rated)
}

struct Trip {
    mode: &'static Mode,
    started: PrimitiveDateTime,
    ended: PrimitiveDateTime,
    expected: PrimitiveDateTime,
    from: Place,
    to: Place,
    metres: i32,
}

impl Trip {
    /// Away from home before noon, and back after it. Short trips are more frequent than long ones.
    fn new(mode: &'static Mode, started: PrimitiveDateTime, home: Place, rng: &mut Rng) -> Self {
        let share = rng.i32(0..1000) * rng.i32(0..1000) / 1000;
        let metres = mode.shortest + (mode.longest - mode.shortest) / 1000 * share;
        let seconds = 60 + metres * 60 / mode.metres_per_minute;
        let delay = rng.i32(-seconds / 10..seconds / 3);
        // Along streets that cross at right angles.
        let east = rng.i32(-metres..=metres);
        let north = metres - east.abs();
        let away = home.moved(if rng.bool() { north } else { -north }, east);
        let (from, to) = if started.hour() < 12 { (home, away) } else { (away, home) };
        Self {
            mode,
            started,
            ended: started + Duration::seconds((seconds + delay).into()),
            expected: started + Duration::seconds(seconds.into()),
            from,
            to,
            metres,
        }
    }

    /// A trip that runs beyond the end has not ended.
    fn insert(
        &self,
        insert: &mut Insert<'_, '_>,
        number: usize,
        user: usize,
        end: PrimitiveDateTime,
    ) -> mysql::Result<()> {
        let Self { mode, from, to, metres, .. } = self;
        let (ended, status, by) = if self.ended < end {
            (Sql(self.ended).to_string(), 2, "'auto'")
        } else {
            ("NULL".into(), 0, "NULL")
        };
        insert.row(format_args!(
            "{number}, {user}, 1, {}, {started}, {ended}, {}, {from}, {to}, {metres}, {started}, \
             {metres}, 1, {status}, {}, {by}",
            mode.number,
            Sql(self.expected),
            mode.occupancy,
            started = Sql(self.started),
        ))
    }
}

/// Between some places many users travel, between most few.
pub(super) fn insert_habits(
    loader: &mut Loader<'_>,
    people: &People,
    count: usize,
    period: Period,
    rng: &mut Rng,
) -> mysql::Result<()> {
    let mut insert = loader.fill(
        "cm_activity_location",
        "id, user_id, o_id, d_id, departure_time, departure_weekday, departure_time_orig, \
         arrival_time, arrival_timeslot, arrival_weekday, timeslot, travel_mode, trip_count, \
         trip_count_quarterly, job_time, probability_driving, probability_transit, \
         probability_walking, probability_bicycling, created_on, modified_on",
        count,
    )?;
    let mut known = HashSet::new();
    for (number, found) in (1..=count).zip(period.moments(&DAYTIME, count, rng)) {
        let user = id(people.pick(found, rng, |_| true));
        let pair = few_of(PAIRS_OF_PLACES, rng);
        let weekday = u8::from(rng.u8(..5) > 0);
        let mode = rng.usize(..4);
        let mut slot = departure_slot(rng);
        while !known.insert((user, pair, weekday, mode, slot)) {
            slot = departure_slot(rng);
        }
        let arrival_slot = slot + rng.u8(1..4);
        let midnight = found.replace_time(Time::MIDNIGHT);
        let quarterly = rng.u32(1..30);
        let [driving, transit, walking, cycling] = probabilities(mode, rng).map(Hundredths);
        insert.row(format_args!(
            "{number}, {user}, {}, {}, {departure}, {weekday}, {departure}, {}, {}, {weekday}, \
             {slot}, {}, {}, {quarterly}, {found}, {driving}, {transit}, {walking}, {cycling}, \
             {found}, {found}",
            1 + pair % 20,
            21 + pair / 20,
            Sql(midnight + SLOT * i32::from(arrival_slot)),
            arrival_slot % SLOTS_OF_A_DAY,
            mode + 1,
            quarterly + rng.u32(..90),
            departure = Sql(midnight + SLOT * i32::from(slot)),
            found = Sql(found),
        ))?;
    }
    insert.finish()
}

/// In UTC: 12 to 14 is the morning in Texas, 22 to 24 the afternoon.
fn departure_slot(rng: &mut Rng) -> u8 {
    match rng.u8(..5) {
        0 | 1 => rng.u8(48..56),
        2 | 3 => rng.u8(88..96),
        _ => rng.u8(..SLOTS_OF_A_DAY),
    }
}

/// For driving, transit, walking and cycling, 100 per cent in all.
fn probabilities(favourite: usize, rng: &mut Rng) -> [i64; 4] {
    let mut weights = [(); 4].map(|()| rng.i64(1..100));
    weights[favourite] += 200;
    let total: i64 = weights.iter().sum();
    let mut shares = weights.map(|weight| 10_000 * weight / total);
    shares[favourite] += 10_000 - shares.iter().sum::<i64>();
    shares
}
