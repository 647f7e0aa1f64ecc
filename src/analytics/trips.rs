//! Trips by hour, and the places between which people travel.

use std::fmt;

use rust_decimal::Decimal;
use time::{PrimitiveDateTime, Weekday};

use super::{Accounts, moment};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask, ask_limited},
};

/// How somebody travels, as `trip.travel_mode` and `cm_activity_location.travel_mode` have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TravelMode {
    /// 0: not known.
    Unknown,
    /// 1: driving.
    Driving,
    /// 2: public transit.
    PublicTransit,
    /// 3: walking.
    Walking,
    /// 4: biking.
    Biking,
    /// 5: several modes.
    Intermodal,
    /// 6: trucking.
    Trucking,
    /// 7: park and ride.
    ParkAndRide,
    /// 8: ridehail.
    Ridehail,
    /// 100: carpool.
    Carpool,
    /// 101: instant carpool.
    InstantCarpool,
    /// A number that the service has added since. Made by [`From`], so that each number has one
    /// representation.
    #[non_exhaustive]
    Other(i32),
}

/// Each mode with its number and its name.
const MODES: [(i32, TravelMode, &str); 11] = [
    (0, TravelMode::Unknown, "unknown"),
    (1, TravelMode::Driving, "driving"),
    (2, TravelMode::PublicTransit, "public transit"),
    (3, TravelMode::Walking, "walking"),
    (4, TravelMode::Biking, "biking"),
    (5, TravelMode::Intermodal, "intermodal"),
    (6, TravelMode::Trucking, "trucking"),
    (7, TravelMode::ParkAndRide, "park and ride"),
    (8, TravelMode::Ridehail, "ridehail"),
    (100, TravelMode::Carpool, "carpool"),
    (101, TravelMode::InstantCarpool, "instant carpool"),
];

impl From<i32> for TravelMode {
    fn from(number: i32) -> Self {
        let known = MODES.iter().find(|(of, ..)| *of == number);
        known.map_or(Self::Other(number), |(_, mode, _)| *mode)
    }
}

/// The name of the mode, as in "public transit".
impl fmt::Display for TravelMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = MODES.iter().find(|(_, mode, _)| mode == self);
        match (known, self) {
            (Some((.., name)), _) => f.pad(name),
            (None, Self::Other(number)) => f.pad(&format!("mode {number}")),
            (None, _) => f.pad("mode"),
        }
    }
}

/// The trips that started within one hour of the week, by one mode. See
/// [`hourly_trips`](super::hourly_trips).
#[derive(Debug, Clone, PartialEq)]
pub struct HourlyTrips {
    weekday: Weekday,
    hour: u8,
    travel_mode: TravelMode,
    trips: u64,
    average_distance: Option<f64>,
}

impl HourlyTrips {
    /// The day of the week.
    #[must_use]
    pub fn weekday(&self) -> Weekday {
        self.weekday
    }

    /// The hour in which they started, 0 to 23, by the service's clock.
    #[must_use]
    pub fn hour(&self) -> u8 {
        self.hour
    }

    /// The mode.
    #[must_use]
    pub fn travel_mode(&self) -> TravelMode {
        self.travel_mode
    }

    /// How many trips there were, over all weeks of the range.
    #[must_use]
    pub fn trips(&self) -> u64 {
        self.trips
    }

    /// Metres per trip, over those whose distance is known; `None` if no distance is known.
    #[must_use]
    pub fn average_distance(&self) -> Option<f64> {
        self.average_distance
    }

    /// Reads a row; `None` if its trips began at a time that has no day of the week.
    fn read(columns: &mut Columns) -> Result<Option<Self>> {
        // The server counts from 1 for Sunday.
        let weekday: Option<u8> = columns.take()?;
        let Some(weekday) = weekday.map(|number| Weekday::Saturday.nth_next(number)) else {
            return Ok(None);
        };
        Ok(Some(Self {
            weekday,
            hour: columns.take()?,
            travel_mode: columns.take::<i32>()?.into(),
            trips: columns.take()?,
            average_distance: columns.take()?,
        }))
    }
}

pub(super) fn by_hour<C: Connection>(
    conn: &mut C,
    accounts: Accounts,
    since: PrimitiveDateTime,
) -> Result<Vec<HourlyTrips>> {
    // By expressions: an alias would give way to a column that somebody has added under its name.
    // https://dev.mysql.com/doc/refman/8.4/en/problems-with-alias.html
    let group = "DAYOFWEEK(t.started_on), HOUR(t.started_on), t.travel_mode";
    let sql = format!(
        "SELECT {group}, COUNT(*), AVG(t.distance) FROM trip t WHERE t.started_on >= ?{} \
         GROUP BY {group} ORDER BY {group}",
        accounts.condition("t.user_id")
    );
    let rows = ask(conn, "count trips by hour", &sql, (moment(since),), HourlyTrips::read)?;
    rows.filter_map(Result::transpose).collect()
}

/// Which pairs of places count as hot spots.
///
/// ```
/// use quicksight_migrations::analytics::HotspotLimits;
///
/// let twenty = HotspotLimits { limit: 20, ..HotspotLimits::default() };
/// assert_eq!(twenty.min_frequency, 11);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HotspotLimits {
    /// Pairs with fewer habits are left out. 11 by default.
    pub min_frequency: u64,
    /// How many pairs are returned at most. 100 by default.
    pub limit: u64,
}

impl Default for HotspotLimits {
    fn default() -> Self {
        Self { min_frequency: 11, limit: 100 }
    }
}

/// Two places between which users have a habit of travelling by one mode. See
/// [`activity_hotspots`](super::activity_hotspots).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hotspot {
    origin: Option<u32>,
    destination: Option<u32>,
    travel_mode: Option<TravelMode>,
    frequency: u64,
    average_driving: Option<Decimal>,
    average_transit: Option<Decimal>,
}

impl Hotspot {
    /// The number of the place where they start, a cluster of locations; `None` where the table has none.
    #[must_use]
    pub fn origin(&self) -> Option<u32> {
        self.origin
    }

    /// The number of the place where they go; `None` where the table has none.
    #[must_use]
    pub fn destination(&self) -> Option<u32> {
        self.destination
    }

    /// The mode; `None` where the clustering job wrote none, which is not the mode
    /// [`Unknown`](TravelMode::Unknown) that it wrote.
    #[must_use]
    pub fn travel_mode(&self) -> Option<TravelMode> {
        self.travel_mode
    }

    /// How many habits there are: rows of `cm_activity_location`, not trips.
    #[must_use]
    pub fn frequency(&self) -> u64 {
        self.frequency
    }

    /// The mean probability that they drive, in per cent, where one is known.
    #[must_use]
    pub fn average_driving_probability(&self) -> Option<Decimal> {
        self.average_driving
    }

    /// The mean probability that they take public transit, in per cent, where one is known.
    #[must_use]
    pub fn average_transit_probability(&self) -> Option<Decimal> {
        self.average_transit
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            origin: columns.take()?,
            destination: columns.take()?,
            travel_mode: columns.take::<Option<i32>>()?.map(TravelMode::from),
            frequency: columns.take()?,
            average_driving: columns.take()?,
            average_transit: columns.take()?,
        })
    }
}

pub(super) fn hotspots<C: Connection>(
    conn: &mut C,
    accounts: Accounts,
    limits: HotspotLimits,
) -> Result<Vec<Hotspot>> {
    let HotspotLimits { min_frequency, limit } = limits;
    let sql = format!(
        "SELECT t.o_id, t.d_id, t.travel_mode, COUNT(*), \
         AVG(t.probability_driving), AVG(t.probability_transit) \
         FROM cm_activity_location t WHERE TRUE{} GROUP BY t.o_id, t.d_id, t.travel_mode \
         HAVING COUNT(*) >= ? ORDER BY COUNT(*) DESC, t.o_id, t.d_id, t.travel_mode LIMIT ?",
        accounts.condition("t.user_id")
    );
    ask_limited(conn, "find hot spots", &sql, (min_frequency, limit), Hotspot::read)?.collect()
}
