//! What is wanted of the partitions: how long each is, how many are ahead, and how long rows stay.

use std::fmt;

use time::{Date, Duration, Month};

/// How much time the rows of one partition are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Interval {
    /// A month of the calendar.
    Month,
    /// A week, from Monday on.
    Week,
    /// A day.
    Day,
}

impl Interval {
    /// The first day of the interval that this day is in.
    pub(super) fn start(self, day: Date) -> Option<Date> {
        match self {
            Self::Month => day.replace_day(1).ok(),
            Self::Week => {
                let days = i64::from(day.weekday().number_days_from_monday());
                day.checked_sub(Duration::days(days))
            }
            Self::Day => Some(day),
        }
    }

    /// The first day after the interval that this day is in.
    pub(super) fn end(self, day: Date) -> Option<Date> {
        let start = self.start(day)?;
        match self {
            Self::Month => shifted(start, 1),
            Self::Week => start.checked_add(Duration::days(7)),
            Self::Day => start.next_day(),
        }
    }
}

/// A span of time, as in "24 months".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    count: u16,
    unit: Interval,
}

impl Span {
    /// So many months of the calendar.
    #[must_use]
    pub const fn months(count: u16) -> Self {
        Self { count, unit: Interval::Month }
    }

    /// So many weeks.
    #[must_use]
    pub const fn weeks(count: u16) -> Self {
        Self { count, unit: Interval::Week }
    }

    /// So many days.
    #[must_use]
    pub const fn days(count: u16) -> Self {
        Self { count, unit: Interval::Day }
    }

    /// The day that is so long after this one.
    pub(super) fn after(self, day: Date) -> Option<Date> {
        self.moved(day, 1)
    }

    /// The day that is so long before this one.
    pub(super) fn before(self, day: Date) -> Option<Date> {
        self.moved(day, -1)
    }

    fn moved(self, day: Date, sign: i32) -> Option<Date> {
        let count = sign * i32::from(self.count);
        match self.unit {
            Interval::Month => shifted(day, count),
            Interval::Week => day.checked_add(Duration::weeks(count.into())),
            Interval::Day => day.checked_add(Duration::days(count.into())),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Interval::Month => "month",
            Interval::Week => "week",
            Interval::Day => "day",
        };
        write!(f, "{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

/// The same day so many months later, or the last day of a month that is shorter.
fn shifted(day: Date, months: i32) -> Option<Date> {
    let index = day.year() * 12 + i32::from(u8::from(day.month())) - 1 + months;
    let month = u8::try_from(index.rem_euclid(12) + 1).ok()?;
    let (year, month) = (index.div_euclid(12), Month::try_from(month).ok()?);
    Date::from_calendar_date(year, month, day.day().min(month.length(year))).ok()
}

/// What is wanted of the partitions of a table.
///
/// ```
/// use quicksight_migrations::partition::{Policy, Span};
///
/// let policy = Policy::monthly().ahead(Span::months(6)).retain(Span::months(24));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a Policy is for a plan"]
pub struct Policy {
    pub(super) interval: Interval,
    pub(super) ahead: Span,
    pub(super) retain: Option<Span>,
    pub(super) since: Option<Date>,
    pub(super) farewell: Farewell,
}

/// What becomes of rows that are old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    Drop,
    Archive,
}

impl Policy {
    /// A partition per month, three months ahead, and every row kept.
    pub const fn monthly() -> Self {
        Self::of(Interval::Month, Span::months(3))
    }

    /// A partition per week, eight weeks ahead, and every row kept.
    pub const fn weekly() -> Self {
        Self::of(Interval::Week, Span::weeks(8))
    }

    /// A partition per day, thirty days ahead, and every row kept.
    pub const fn daily() -> Self {
        Self::of(Interval::Day, Span::days(30))
    }

    const fn of(interval: Interval, ahead: Span) -> Self {
        Self { interval, ahead, retain: None, since: None, farewell: Farewell::Drop }
    }

    /// For how long from today on there are partitions. A plan is carried out more often than that, or rows
    /// land in the catch-all.
    pub const fn ahead(mut self, span: Span) -> Self {
        self.ahead = span;
        self
    }

    /// Drops each partition whose rows are all older than that, and the rows with it.
    pub const fn retain(mut self, span: Span) -> Self {
        self.retain = Some(span);
        self
    }

    /// Moves the rows of each partition that would go into a table of their own, such as `trip_p2024_12`,
    /// instead of dropping them. The server exchanges the two, and checks that each row is of that time.
    pub const fn archive(mut self) -> Self {
        self.farewell = Farewell::Archive;
        self
    }

    /// Where a table is partitioned for the first time: the first partition is that of this day, and takes all
    /// rows from before, so that a few old ones do not cost hundreds of partitions. Without it the oldest row
    /// decides.
    pub const fn since(mut self, day: Date) -> Self {
        self.since = Some(day);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, Span};
    use crate::partition::on;

    #[test]
    fn intervals_begin_and_end_where_the_calendar_says() {
        let cases = [
            (Interval::Month, on(2024, 2, 29), on(2024, 2, 1), on(2024, 3, 1)),
            (Interval::Month, on(2026, 12, 31), on(2026, 12, 1), on(2027, 1, 1)),
            (Interval::Week, on(2027, 1, 1), on(2026, 12, 28), on(2027, 1, 4)),
            (Interval::Week, on(2024, 2, 26), on(2024, 2, 26), on(2024, 3, 4)),
            (Interval::Day, on(2024, 2, 28), on(2024, 2, 28), on(2024, 2, 29)),
            (Interval::Day, on(2026, 12, 31), on(2026, 12, 31), on(2027, 1, 1)),
        ];
        for (interval, day, start, end) in cases {
            let found = (interval.start(day), interval.end(day));
            assert_eq!(found, (Some(start), Some(end)), "{interval:?} {day}");
        }
    }

    #[test]
    fn months_are_as_long_as_they_are() {
        let after = |span: Span, day| span.after(day).unwrap();
        assert_eq!(after(Span::months(1), on(2024, 1, 31)), on(2024, 2, 29));
        assert_eq!(after(Span::months(13), on(2026, 12, 15)), on(2028, 1, 15));
        assert_eq!(Span::months(12).before(on(2024, 2, 29)), Some(on(2023, 2, 28)));
        assert_eq!(Span::months(1).before(on(2026, 1, 10)), Some(on(2025, 12, 10)));
        assert_eq!(Span::weeks(2).before(on(2026, 1, 10)), Some(on(2025, 12, 27)));
        assert_eq!(Span::days(1).after(on(9999, 12, 31)), None);
        assert_eq!(Span::months(24).to_string(), "24 months");
        assert_eq!(Span::days(1).to_string(), "1 day");
    }
}
