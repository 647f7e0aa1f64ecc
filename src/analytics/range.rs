//! The days of a report, and the periods that they fall into.

use time::{Date, Duration, PrimitiveDateTime};

use crate::outcome::{Error, Result};

/// Days from one to another, the last not included.
///
/// ```
/// use quicksight_migrations::{analytics::DateRange, time::{Date, Month}};
///
/// let first = Date::from_calendar_date(2025, Month::March, 1)?;
/// let march = DateRange::new(first, Date::from_calendar_date(2025, Month::April, 1)?)?;
/// assert_eq!(march.days(), 31);
/// assert!(DateRange::new(march.end(), march.start()).is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    start: Date,
    end: Date,
}

impl DateRange {
    /// The days from `start` up to the day before `end`. If both are the same, the range is empty.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidDateRange`] if `end` is earlier, or a year is not between 1000 and 9999, the
    /// [range that the server has](https://dev.mysql.com/doc/refman/8.4/en/datetime.html).
    pub fn new(start: Date, end: Date) -> Result<Self> {
        let is_known = |date: Date| (1000..=9999).contains(&date.year());
        if start <= end && is_known(start) && is_known(end) {
            Ok(Self { start, end })
        } else {
            Err(Error::InvalidDateRange { start, end })
        }
    }

    /// The first day.
    #[must_use]
    pub fn start(&self) -> Date {
        self.start
    }

    /// The day after the last.
    #[must_use]
    pub fn end(&self) -> Date {
        self.end
    }

    /// How many days these are.
    #[must_use]
    pub fn days(&self) -> usize {
        self.index_of(self.end).unwrap_or_default()
    }

    /// The moments of its days, the last not included.
    pub(super) fn moments(self) -> (PrimitiveDateTime, PrimitiveDateTime) {
        (self.start.midnight(), self.end.midnight())
    }

    /// The number of a day in this range, from 0.
    pub(super) fn index_of(self, day: Date) -> Option<usize> {
        usize::try_from((day - self.start).whole_days()).ok()
    }

    pub(super) fn iter(self) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.start), |day| day.checked_add(Duration::DAY))
            .take_while(move |day| *day < self.end)
    }
}

/// Periods of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Period {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
}

impl Period {
    /// The first day of the period that a day falls into.
    ///
    /// ```
    /// use quicksight_migrations::{analytics::Period, time::{Date, Month}};
    ///
    /// let wednesday = Date::from_calendar_date(2025, Month::March, 5)?;
    /// assert_eq!(Period::Week.first_day(wednesday).day(), 3);
    /// assert_eq!(Period::Month.first_day(wednesday).day(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn first_day(self, day: Date) -> Date {
        let days_before = match self {
            Self::Day => 0,
            Self::Week => day.weekday().number_days_from_monday(),
            Self::Month => day.day() - 1,
        };
        day.saturating_sub(Duration::days(days_before.into()))
    }

    /// How many periods a day is after another: 0 if both fall into the same one.
    pub(super) fn between(self, first: Date, later: Date) -> Option<usize> {
        let months = |day: Date| 12 * i64::from(day.year()) + i64::from(u8::from(day.month()));
        let days = (self.first_day(later) - self.first_day(first)).whole_days();
        let periods = match self {
            Self::Day => days,
            Self::Week => days / 7,
            Self::Month => months(later) - months(first),
        };
        usize::try_from(periods).ok()
    }
}
