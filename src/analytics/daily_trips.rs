//! Trips per day, against the period before.

use time::Date;

use super::{
    Analytics, DateRange,
    question::{Part, Question},
    ratio,
};
use crate::{
    outcome::Result,
    session::{Columns, Connection},
    source::Source,
};

/// The trips of one day and of its like in the period before. See [`daily_trips`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyTrips {
    date: Date,
    trips: u64,
    previous_trips: u64,
}

impl DailyTrips {
    /// The day, by the service's clock.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// How many trips started on it.
    #[must_use]
    pub fn trips(&self) -> u64 {
        self.trips
    }

    /// How many trips started on the day at the same place of the period before.
    #[must_use]
    pub fn previous_trips(&self) -> u64 {
        self.previous_trips
    }

    /// By which part there are more of them, or fewer where negative: 0.5 for three after two. `None`
    /// if there were none before.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        ratio(self.trips, self.previous_trips).map(|times| times - 1.0)
    }
}

fn read(columns: &mut Columns) -> Result<(Option<Date>, u64)> {
    Ok((columns.take_day()?, columns.take()?))
}

impl Analytics {
    /// As [`daily_trips`].
    ///
    /// # Errors
    ///
    /// As [`daily_trips`].
    pub fn daily_trips<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<DailyTrips>> {
        let length = range.end() - range.start();
        let mut days: Vec<_> =
            range.iter().map(|date| DailyTrips { date, trips: 0, previous_trips: 0 }).collect();
        let before = range.start().saturating_sub(length);
        let moments = (before.midnight(), range.end().midnight());
        self.each(conn, &self.question_of_days(), moments, read, |(date, trips)| {
            let Some(date) = date else { return };
            let is_before = date < range.start();
            let like = if is_before { date.saturating_add(length) } else { date };
            let Some(day) = range.index_of(like).and_then(|index| days.get_mut(index)) else {
                return;
            };
            if is_before {
                day.previous_trips = trips;
            } else {
                day.trips = trips;
            }
        })?;
        Ok(days)
    }

    fn question_of_days(self) -> Question {
        let rows = format!(
            "SELECT DATE(t.started_on), COUNT(*) FROM trip t \
             WHERE {{range}}{} GROUP BY DATE(t.started_on)",
            self.accounts.condition(["t.user_id"])
        );
        let sums = "SELECT DATE(s.hour) AS k0, SUM(s.trips) AS s0 FROM summary_trips s \
                    WHERE {range} GROUP BY DATE(s.hour)";
        Question {
            action: "count trips by day",
            parts: vec![Part { source: Source::Trips, rows, sums: sums.into() }],
            keys: 1,
            sums: 1,
            order: String::new(),
        }
    }
}

/// How many trips started on each day of a range, and on the day of the same place in the period
/// before, which is as long and ends where the range begins. Days without a trip are in the answer. Choose
/// whole weeks, so that each day is compared with one of the same name.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn};
/// # fn tell(conn: &mut Conn, week: DateRange) -> Result<()> {
/// for day in analytics::daily_trips(conn, week)? {
///     // None where there was no trip a week ago.
///     let change = 100.0 * day.change().unwrap_or_default();
///     println!("{}: {} trips, {change:+.0} %", day.date(), day.trips());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `trip`.
pub fn daily_trips<C: Connection>(conn: &mut C, range: DateRange) -> Result<Vec<DailyTrips>> {
    Analytics::new().daily_trips(conn, range)
}
