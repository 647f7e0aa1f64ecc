//! The places between which people travel.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Analytics, TravelMode};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask_limited},
};

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
/// [`activity_hotspots`].
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
            average_driving: percent(columns)?,
            average_transit: percent(columns)?,
        })
    }
}

/// The mean of a sum and a count, to the millionth.
fn percent(columns: &mut Columns) -> Result<Option<Decimal>> {
    let (sum, count): (Decimal, u64) = (columns.take_sum()?, columns.take()?);
    let mean = sum.checked_div(count.into());
    Ok(mean.map(|mean| mean.round_dp_with_strategy(6, RoundingStrategy::MidpointAwayFromZero)))
}

impl Analytics {
    /// As [`activity_hotspots`].
    ///
    /// # Errors
    ///
    /// As [`activity_hotspots`].
    pub fn activity_hotspots<C: Connection>(
        self,
        conn: &mut C,
        limits: HotspotLimits,
    ) -> Result<Vec<Hotspot>> {
        let HotspotLimits { min_frequency, limit } = limits;
        let sql = format!(
            "SELECT t.o_id, t.d_id, t.travel_mode, COUNT(*), \
             SUM(t.probability_driving), COUNT(t.probability_driving), \
             SUM(t.probability_transit), COUNT(t.probability_transit) \
             FROM cm_activity_location t WHERE TRUE{} GROUP BY t.o_id, t.d_id, t.travel_mode \
             HAVING COUNT(*) >= ? ORDER BY COUNT(*) DESC, t.o_id, t.d_id, t.travel_mode LIMIT ?",
            self.accounts.condition(["t.user_id"])
        );
        ask_limited(conn, "find hot spots", &sql, (min_frequency, limit), Hotspot::read)?.collect()
    }
}

/// The pairs of places between which most users have a habit of travelling, by mode, the most
/// frequent first.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, HotspotLimits}, mysql::Conn};
/// # fn tell(conn: &mut Conn) -> Result<()> {
/// for spot in analytics::activity_hotspots(conn, HotspotLimits::default())? {
///     println!("{:?} to {:?}: {} habits", spot.origin(), spot.destination(), spot.frequency());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `cm_activity_location`.
pub fn activity_hotspots<C: Connection>(
    conn: &mut C,
    limits: HotspotLimits,
) -> Result<Vec<Hotspot>> {
    Analytics::new().activity_hotspots(conn, limits)
}
