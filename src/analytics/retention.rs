//! Whether users stay, by when they signed up.

use std::collections::{BTreeMap, BTreeSet};

use time::{Date, Duration};

use super::{Analytics, DateRange, Period, is_date, ratio};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// The users who signed up in one period, and how many of them came back. See [`retention`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortRetention {
    cohort: Date,
    size: u64,
    active: Vec<u64>,
}

impl CohortRetention {
    /// The first day of the period in which they signed up, which may be before the range.
    #[must_use]
    pub fn cohort(&self) -> Date {
        self.cohort
    }

    /// How many users signed up in it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many of them were active in each period: first the one in which they signed up, then the one
    /// after it, up to that of the last day of the range, which may not be over by then.
    #[must_use]
    pub fn active(&self) -> &[u64] {
        &self.active
    }

    /// The retention: which part of them was active so many periods after their own, from 0 to 1;
    /// `None` beyond the range.
    #[must_use]
    pub fn rate(&self, periods: usize) -> Option<f64> {
        ratio(*self.active.get(periods)?, self.size)
    }
}

/// A user and a day of activity, if there was one.
struct Activity {
    user: i32,
    signed_up: Option<Date>,
    active_on: Option<Date>,
}

impl Activity {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            user: columns.take()?,
            signed_up: columns.take_day()?,
            active_on: columns.take_day()?,
        })
    }
}

impl Analytics {
    /// As [`retention`].
    ///
    /// # Errors
    ///
    /// As [`retention`].
    pub fn retention<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
        period: Period,
    ) -> Result<Vec<CohortRetention>> {
        let group = "u.id, DATE(u.created_on), DATE(t.started_on)";
        let sql = format!(
            "SELECT {group} FROM auth_user u LEFT JOIN trip t ON t.user_id = u.id \
             AND t.started_on >= u.created_on AND t.started_on < ? AND {} \
             WHERE u.created_on >= ? AND u.created_on < ? AND {}{} \
             GROUP BY {group} ORDER BY {group}",
            is_date("t.started_on"),
            is_date("u.created_on"),
            self.accounts.condition(["u.id"])
        );
        let values = (range.end(), range.start(), range.end());
        let mut cohorts = Cohorts { range, period, found: BTreeMap::new() };
        let (mut user, mut periods) = (None, BTreeSet::new());
        for row in ask(conn, "count who stays", &sql, values, Activity::read)? {
            let Activity { user: of, signed_up: Some(signed_up), active_on } = row? else {
                continue;
            };
            if user.replace(of) != Some(of) {
                periods.clear();
                cohorts.of(signed_up).size += 1;
            }
            let Some(later) = active_on.and_then(|day| period.between(signed_up, day)) else {
                continue;
            };
            if periods.insert(later)
                && let Some(active) = cohorts.of(signed_up).active.get_mut(later)
            {
                *active += 1;
            }
        }
        Ok(cohorts.found.into_values().collect())
    }
}

struct Cohorts {
    range: DateRange,
    period: Period,
    found: BTreeMap<Date, CohortRetention>,
}

impl Cohorts {
    /// The cohort of those who signed up on a day.
    fn of(&mut self, signed_up: Date) -> &mut CohortRetention {
        let cohort = self.period.first_day(signed_up);
        let last = self.range.end().saturating_sub(Duration::DAY);
        let later = self.period.between(cohort, last).unwrap_or_default();
        self.found.entry(cohort).or_insert_with(|| CohortRetention {
            cohort,
            size: 0,
            active: vec![0; later + 1],
        })
    }
}

/// The retention of the users who signed up in a range of days: for each day, week or month of it, how
/// many signed up then, and how many of those were active in each period from then to the end of the range. Active
/// is who started a trip, after the sign-up. Periods in which nobody signed up are left out.
///
/// The server sends a row for each user and day on which the user was active; memory grows with the periods
/// alone.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange, Period}, mysql::Conn};
/// # fn tell(conn: &mut Conn, year: DateRange) -> Result<()> {
/// for cohort in analytics::retention(conn, year, Period::Month)? {
///     // None for a cohort that is younger.
///     let stayed = cohort.rate(3).unwrap_or_default();
///     println!("{}: {:.0} % after three months", cohort.cohort(), 100.0 * stayed);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `auth_user` and `trip`.
pub fn retention<C: Connection>(
    conn: &mut C,
    range: DateRange,
    period: Period,
) -> Result<Vec<CohortRetention>> {
    Analytics::new().retention(conn, range, period)
}
