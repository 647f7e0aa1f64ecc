//! Daily, weekly and monthly active users.

use time::{Date, Duration};

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

/// The days of the windows behind each day, itself included.
const WEEK: i64 = 7;
const MONTH: i64 = 30;

/// How many users were active on a day and before it. See [`active_users`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveUsers {
    date: Date,
    daily: u64,
    weekly: u64,
    monthly: u64,
}

impl ActiveUsers {
    /// The day, by the service's clock.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// DAU: the users active on the day.
    #[must_use]
    pub fn daily(&self) -> u64 {
        self.daily
    }

    /// WAU: the users active on it or the 6 days before, each counted once.
    #[must_use]
    pub fn weekly(&self) -> u64 {
        self.weekly
    }

    /// MAU: the users active on it or the 29 days before, each counted once.
    #[must_use]
    pub fn monthly(&self) -> u64 {
        self.monthly
    }

    /// The stickiness, DAU by MAU: which part of the month's users came on this day, from 0 to 1; `None`
    /// if there were none.
    #[must_use]
    pub fn stickiness(&self) -> Option<f64> {
        ratio(self.daily, self.monthly)
    }
}

fn read(columns: &mut Columns) -> Result<(i32, Option<Date>)> {
    Ok((columns.take()?, columns.take_day()?))
}

impl Analytics {
    /// As [`active_users`].
    ///
    /// # Errors
    ///
    /// As [`active_users`].
    pub fn active_users<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<ActiveUsers>> {
        let first = range.start().saturating_sub(Duration::days(MONTH - 1));
        let moments = (first.midnight(), range.end().midnight());
        let mut days = Days::new(range);
        let mut last = None;
        self.each(conn, &self.question_of_users(), moments, read, |(user, date)| {
            let Some(date) = date else { return };
            if let Some((of, seen)) = last.replace((user, date)) {
                days.count(seen, (of == user).then_some(date));
            }
        })?;
        if let Some((_, seen)) = last {
            days.count(seen, None);
        }
        Ok(days.days)
    }

    fn question_of_users(self) -> Question {
        let group = "t.user_id, DATE(t.started_on)";
        let rows = format!(
            "SELECT {group} FROM trip t WHERE {{dates}}{} GROUP BY {group}",
            self.accounts.condition(["t.user_id"])
        );
        let sums = "SELECT s.user_id AS k0, DATE(s.day) AS k1 FROM summary_users s WHERE {range}";
        Question {
            action: "count active users",
            parts: vec![Part { source: Source::Users, rows, sums: sums.into() }],
            keys: 2,
            sums: 0,
            order: format!(" ORDER BY {group}"),
        }
    }
}

/// The days of the answer.
struct Days {
    range: DateRange,
    days: Vec<ActiveUsers>,
}

impl Days {
    fn new(range: DateRange) -> Self {
        let nobody = |date| ActiveUsers { date, daily: 0, weekly: 0, monthly: 0 };
        Self { range, days: range.iter().map(nobody).collect() }
    }

    /// Counts somebody who was active on a day, on it and on those after it, up to the next day on which
    /// the same user was active: so nobody counts twice in a window.
    fn count(&mut self, active: Date, next: Option<Date>) {
        for age in 0..MONTH {
            let Some(date) = active.checked_add(Duration::days(age)) else { return };
            if Some(date) == next {
                return;
            }
            let index = self.range.index_of(date);
            let Some(day) = index.and_then(|index| self.days.get_mut(index)) else { continue };
            day.daily += u64::from(age == 0);
            day.weekly += u64::from(age < WEEK);
            day.monthly += 1;
        }
    }
}

/// How many users were active on each day of a range, in the week that ends with it, and in the 30 days that
/// end with it: DAU, WAU, MAU and the stickiness. Active is who started a trip. Days on which nobody was
/// active are in the answer.
///
/// The server sends a row for each user and day on which the user was active, in the range and the 29 days
/// before it; memory grows with the days alone.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn};
/// # fn tell(conn: &mut Conn, month: DateRange) -> Result<()> {
/// for day in analytics::active_users(conn, month)? {
///     let sticky = day.stickiness().map_or("-".into(), |part| format!("{part:.2}"));
///     println!("{}: {} of {} users, {sticky}", day.date(), day.daily(), day.monthly());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `trip`.
pub fn active_users<C: Connection>(conn: &mut C, range: DateRange) -> Result<Vec<ActiveUsers>> {
    Analytics::new().active_users(conn, range)
}
