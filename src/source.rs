//! What is summed up by the hour, and from which rows.

use std::fmt;

#[cfg(feature = "summary")]
use time::{Duration, PrimitiveDateTime};

/// Rows that are summed up, each with a state of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "summary"), allow(unreachable_pub))]
#[non_exhaustive]
pub enum Source {
    /// `points_transaction`, by activity.
    Points,
    /// `token_transaction`.
    Tokens,
    /// `bytemark_order_payments`, by type of payment.
    Tickets,
    /// `trip`, by mode.
    Trips,
    /// The users of `trip`, by day and not by hour: a day's users are not the sum of its hours'.
    Users,
}

impl Source {
    /// All of them, in the order in which they are summed up.
    #[cfg(feature = "summary")]
    pub const ALL: [Self; 5] =
        [Self::Points, Self::Tokens, Self::Tickets, Self::Trips, Self::Users];

    /// The table that has the rows.
    #[must_use]
    #[cfg(any(feature = "summary", feature = "quicksight"))]
    #[cfg_attr(not(feature = "summary"), allow(unreachable_pub))]
    pub fn table(self) -> &'static str {
        match self {
            Self::Points => "points_transaction",
            Self::Tokens => "token_transaction",
            Self::Tickets => "bytemark_order_payments",
            Self::Trips | Self::Users => "trip",
        }
    }

    /// The column that dates the rows.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Points | Self::Tokens | Self::Tickets => "created_on",
            Self::Trips | Self::Users => "started_on",
        }
    }
}

#[cfg(any(feature = "summary", feature = "quicksight", feature = "partition"))]
impl Source {
    /// `summary_state.source`, and that of `summary_revenue`.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Points => 1,
            Self::Tokens => 2,
            Self::Tickets => 3,
            Self::Trips => 4,
            Self::Users => 5,
        }
    }

    /// The `summary_log.source` that is about it. Where trips change, users do.
    pub(crate) const fn log(self) -> u8 {
        match self {
            Self::Users => Self::Trips.number(),
            other => other.number(),
        }
    }

    /// The column that dates the sums.
    #[cfg(any(feature = "summary", feature = "quicksight"))]
    pub(crate) fn of_sums(self) -> &'static str {
        if self == Self::Users { "day" } else { "hour" }
    }
}

#[cfg(feature = "summary")]
impl Source {
    /// The begin of the hour, or of the day, that a moment lies in.
    pub(crate) fn begin(self, moment: PrimitiveDateTime) -> PrimitiveDateTime {
        if self == Self::Users { moment.date().midnight() } else { hour(moment) }
    }

    /// The begin of the next one.
    pub(crate) fn end(self, moment: PrimitiveDateTime) -> PrimitiveDateTime {
        let length = if self == Self::Users { Duration::DAY } else { Duration::HOUR };
        self.begin(moment).saturating_add(length)
    }
}

#[cfg(feature = "summary")]
fn hour(moment: PrimitiveDateTime) -> PrimitiveDateTime {
    let (_, minute, second, nanosecond) = moment.as_hms_nano();
    let since = 60 * i64::from(minute) + i64::from(second);
    moment
        .saturating_sub(Duration::seconds(since))
        .saturating_sub(Duration::nanoseconds(nanosecond.into()))
}

/// A range of moments, the last not included, as SQL about a column.
#[cfg(feature = "summary")]
pub(crate) fn between(column: &str, from: PrimitiveDateTime, until: PrimitiveDateTime) -> String {
    format!("{column} >= {} AND {column} < {}", literal(from), literal(until))
}

/// A moment as SQL.
#[cfg(feature = "summary")]
pub(crate) fn literal(moment: PrimitiveDateTime) -> String {
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, second) = moment.as_hms();
    let month = u8::from(month);
    format!("'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}'")
}

/// As in "points".
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Points => "points",
            Self::Tokens => "tokens",
            Self::Tickets => "tickets",
            Self::Trips => "trips",
            Self::Users => "users",
        })
    }
}
