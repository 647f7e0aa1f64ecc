//! The modes by which people travel, over time.

use std::collections::BTreeMap;

use time::Date;

use super::{
    Analytics, DateRange, Period, TravelMode, of_row,
    question::{Part, Question},
    ratio,
};
use crate::{
    measure::metres,
    outcome::Result,
    session::{Columns, Connection},
    source::Source,
};

/// The part that one mode has in the trips of one period. See [`mode_share`].
#[derive(Debug, Clone, PartialEq)]
pub struct ModeShare {
    period: Date,
    travel_mode: TravelMode,
    trips: u64,
    trips_of_all: u64,
    metres: f64,
    metres_of_all: f64,
}

impl ModeShare {
    /// The first day of the period, which may be before the range.
    #[must_use]
    pub fn period(&self) -> Date {
        self.period
    }

    /// The mode.
    #[must_use]
    pub fn travel_mode(&self) -> TravelMode {
        self.travel_mode
    }

    /// How many trips of the range started in the period.
    #[must_use]
    pub fn trips(&self) -> u64 {
        self.trips
    }

    /// Metres, over the trips whose distance is known.
    #[must_use]
    pub fn distance(&self) -> f64 {
        self.metres
    }

    /// The mode share: the trips by this mode as a part of all trips of the period, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        ratio(self.trips, self.trips_of_all).unwrap_or_default()
    }

    /// The metres by this mode as a part of all metres of the period, from 0 to 1; `None` if no distance
    /// of the period is known.
    #[must_use]
    pub fn share_of_distance(&self) -> Option<f64> {
        (self.metres_of_all > 0.0).then(|| self.metres / self.metres_of_all)
    }
}

type Row = (Option<Date>, i32, u64, f64);

fn read(columns: &mut Columns) -> Result<Row> {
    Ok((columns.take_day()?, columns.take()?, columns.take()?, columns.take_sum()?))
}

impl Analytics {
    /// As [`mode_share`].
    ///
    /// # Errors
    ///
    /// As [`mode_share`].
    pub fn mode_share<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
        period: Period,
    ) -> Result<Vec<ModeShare>> {
        let question = self.question_of_modes();
        let mut periods = BTreeMap::<Date, BTreeMap<i32, (u64, f64)>>::new();
        self.each(conn, &question, range.moments(), read, |(date, mode, trips, metres)| {
            let Some(date) = date else { return };
            let modes = periods.entry(period.first_day(date)).or_default();
            let sums = modes.entry(mode).or_default();
            *sums = (sums.0 + trips, sums.1 + metres);
        })?;
        Ok(periods.into_iter().flat_map(|(period, modes)| shares(period, &modes)).collect())
    }

    fn question_of_modes(self) -> Question {
        let metres = of_row(&metres());
        let group = "DATE(t.started_on), t.travel_mode";
        let rows = format!(
            "SELECT {group}, COUNT(*), SUM({metres}) FROM trip t WHERE {{range}}{} GROUP BY {group}",
            self.accounts.condition(["t.user_id"])
        );
        let sums = "SELECT DATE(s.hour) AS k0, s.travel_mode AS k1, SUM(s.trips) AS s0, \
                    SUM(s.metres) AS s1 FROM summary_trips s WHERE {range} \
                    GROUP BY DATE(s.hour), s.travel_mode";
        Question {
            action: "count trips by mode",
            parts: vec![Part { source: Source::Trips, rows, sums: sums.into() }],
            keys: 2,
            sums: 2,
            order: format!(" ORDER BY {group}"),
        }
    }
}

fn shares(period: Date, modes: &BTreeMap<i32, (u64, f64)>) -> Vec<ModeShare> {
    let trips_of_all = modes.values().map(|(trips, _)| trips).sum();
    let metres_of_all = modes.values().map(|(_, metres)| metres).sum();
    let share = |(mode, sums): (&i32, &(u64, f64))| ModeShare {
        period,
        travel_mode: TravelMode::from(*mode),
        trips: sums.0,
        trips_of_all,
        metres: sums.1,
        metres_of_all,
    };
    modes.iter().map(share).collect()
}

/// The mode share, or modal split, of each period of a range: which part of the trips, and of the way,
/// was made by each mode. In the order of the periods and of the modes' numbers; modes without a trip in a
/// period are left out. A period that is cut off by the range has the part that is in it.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange, Period}, mysql::Conn};
/// # fn tell(conn: &mut Conn, year: DateRange) -> Result<()> {
/// for row in analytics::mode_share(conn, year, Period::Month)? {
///     println!("{} {}: {:.0} %", row.period(), row.travel_mode(), 100.0 * row.share());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `trip`.
pub fn mode_share<C: Connection>(
    conn: &mut C,
    range: DateRange,
    period: Period,
) -> Result<Vec<ModeShare>> {
    Analytics::new().mode_share(conn, range, period)
}
