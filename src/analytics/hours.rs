//! Trips by hour of the week.

use time::Weekday;

use super::{
    Analytics, DateRange, TravelMode, mean, of_row,
    question::{Part, Question},
};
use crate::{
    measure::metres,
    outcome::Result,
    session::{Columns, Connection},
    source::Source,
};

/// The trips that started within one hour of the week, by one mode. See
/// [`hourly_trips`].
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

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            // The server counts from 1 for Sunday.
            weekday: Weekday::Saturday.nth_next(columns.take()?),
            hour: columns.take()?,
            travel_mode: columns.take::<i32>()?.into(),
            trips: columns.take()?,
            average_distance: mean(columns.take_sum()?, columns.take()?),
        })
    }
}

impl Analytics {
    /// As [`hourly_trips`].
    ///
    /// # Errors
    ///
    /// As [`hourly_trips`].
    pub fn hourly_trips<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<HourlyTrips>> {
        let question = self.question_of_hours();
        let hours = self.all(conn, &question, range.moments(), HourlyTrips::read)?;
        Ok(if self.empty_hours { whole_week(hours) } else { hours })
    }

    fn question_of_hours(self) -> Question {
        // By expressions: an alias would give way to a column that somebody has added under its name.
        // https://dev.mysql.com/doc/refman/8.4/en/problems-with-alias.html
        let metres = of_row(&metres());
        let group = "DAYOFWEEK(t.started_on), HOUR(t.started_on), t.travel_mode";
        let rows = format!(
            "SELECT {group}, COUNT(*), SUM({metres}), COUNT({metres}) FROM trip t \
             WHERE {{dates}}{} GROUP BY {group}",
            self.accounts.condition(["t.user_id"])
        );
        let sums = "SELECT DAYOFWEEK(s.hour) AS k0, HOUR(s.hour) AS k1, s.travel_mode AS k2, \
                    SUM(s.trips) AS s0, SUM(s.metres) AS s1, SUM(s.measured) AS s2 \
                    FROM summary_trips s WHERE {range} \
                    GROUP BY DAYOFWEEK(s.hour), HOUR(s.hour), s.travel_mode";
        Question {
            action: "count trips by hour",
            parts: vec![Part { source: Source::Trips, rows, sums: sums.into() }],
            keys: 3,
            sums: 3,
            order: format!(" ORDER BY {group}"),
        }
    }
}

/// The same with every hour of the week for every mode, in the same order.
fn whole_week(hours: Vec<HourlyTrips>) -> Vec<HourlyTrips> {
    let mut modes: Vec<_> = hours.iter().map(|row| row.travel_mode).collect();
    modes.sort_unstable_by_key(|mode| mode.number());
    modes.dedup();
    let mut known = hours.into_iter().peekable();
    let mut week = Vec::with_capacity(7 * 24 * modes.len());
    for day in 0..7 {
        let weekday = Weekday::Sunday.nth_next(day);
        for hour in 0..24 {
            for &travel_mode in &modes {
                let is_it = |row: &HourlyTrips| {
                    (row.weekday, row.hour, row.travel_mode) == (weekday, hour, travel_mode)
                };
                let nothing =
                    HourlyTrips { weekday, hour, travel_mode, trips: 0, average_distance: None };
                week.push(known.next_if(is_it).unwrap_or(nothing));
            }
        }
    }
    week
}

/// How many trips started in a range of days, by day of the week, hour and mode; in that order, with the
/// week beginning on Sunday. Hours without a trip are
/// left out, unless [`Analytics::with_empty_hours`] asks for them.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn};
/// # fn tell(conn: &mut Conn, week: DateRange) -> Result<()> {
/// for row in analytics::hourly_trips(conn, week)? {
///     println!("{} {}:00 {}: {} trips", row.weekday(), row.hour(), row.travel_mode(), row.trips());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `trip`.
pub fn hourly_trips<C: Connection>(conn: &mut C, range: DateRange) -> Result<Vec<HourlyTrips>> {
    Analytics::new().hourly_trips(conn, range)
}
