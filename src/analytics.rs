//! What dashboards ask of the tables.
//!
//! | question | report |
//! |---|---|
//! | What came in on each day? | [`daily_revenue`] |
//! | What were points gained for? | [`points_by_activity`] |
//! | With what were tickets paid? | [`revenue_by_payment_type`] |
//! | What have new users done? | [`user_engagement`] |
//! | Do users stay? | [`retention`] |
//! | How many users are active, and how often? | [`active_users`] |
//! | Do those who were invited travel? | [`referral_conversion`] |
//! | What did a campaign bring about? | [`campaign_performance`] |
//! | What have the campaigns left to give, and what expires? | [`campaign_budgets`] |
//! | When do people travel? | [`hourly_trips`] |
//! | Is it more than before? | [`daily_trips`] |
//! | By which modes, over time? | [`mode_share`] |
//! | What did each employer's people spare the roads and the air? | [`avoided_emissions`] |
//! | Between which places do people travel? | [`activity_hotspots`] |
//!
//! ```no_run
//! use quicksight_migrations::{
//!     analytics::{self, DateRange},
//!     mysql::Conn,
//!     time::{Date, Month},
//! };
//!
//! fn march(conn: &mut Conn) -> Result<(), Box<dyn std::error::Error>> {
//!     let first = Date::from_calendar_date(2025, Month::March, 1)?;
//!     let next = Date::from_calendar_date(2025, Month::April, 1)?;
//!     for day in analytics::daily_revenue(conn, DateRange::new(first, next)?)? {
//!         println!("{} {} points, {} tokens, {}", day.date(), day.points(), day.tokens(), day.tickets());
//!     }
//!     Ok(())
//! }
//! ```
//!
//! Each function here reports on every account; [`Analytics`] does the same and can leave out the
//! test accounts. Each is one prepared statement, so that one report is one moment of the database,
//! and its cost grows with the rows that were asked for, not with the table.
//!
//! # Time zones
//!
//! The columns are `datetime` without a zone and hold the wall clock of the service, US/Central,
//! apart from those that say UTC in their comment. So does everything here: a day is a Central day,
//! an hour a Central hour. Nothing is converted, and the session's
//! `time_zone` has no influence. In the autumn night that has an hour twice, its trips share one hour.
//!
//! # Ranges
//!
//! Ranges are half-open: the first day is in, the end is not, so that ranges laid end to end count
//! nothing twice.
//!
//! # Test accounts
//!
//! [`Analytics::without_test_accounts`] leaves out the rows of test accounts, and the movements of points
//! that a test account pays or receives: both ends count, so that nothing of a test shows in the half of
//! a real user.
//!
//! # Distances
//!
//! Metres in the table, as the phone recorded them. A distance below 0 or longer than the equator, 40,075
//! km, is not known: one broken row must not decide a mean.
//!
//! # The session
//!
//! With `autocommit=0` a report opens a transaction, which reads from one snapshot until the caller's
//! `COMMIT`; [`ledger`](crate::ledger) refuses it as an open one. Names are exact if the session's
//! character set is `utf8mb4`, as the driver's is unless `SET NAMES` has changed it.
//!
//! # Impossible dates
//!
//! Under some `sql_mode`s a column may hold a date that no calendar has, such as 0000-00-00 or
//! 2025-02-30. A row that has one counts as undated, and so does one before the year 1000, where the
//! servers' calendars begin: its points are on no day of a report, its trip is in none and follows no
//! grant, and a grant counts but is neither the first nor the last.

mod active_users;
mod budgets;
mod campaign;
mod daily_trips;
mod emissions;
mod engagement;
mod hotspots;
mod hours;
mod mode_share;
mod payments;
mod points;
mod question;
mod range;
mod referrals;
mod retention;
mod revenue;
#[cfg(feature = "summary")]
mod sums;

use mysql::Value;
use time::{Date, PrimitiveDateTime, Time};

pub use self::{
    active_users::{ActiveUsers, active_users},
    budgets::{CampaignBudget, campaign_budgets},
    campaign::{CampaignPerformance, campaign_performance},
    daily_trips::{DailyTrips, daily_trips},
    emissions::{AvoidedEmissions, EmissionFactors, avoided_emissions},
    engagement::{UserEngagement, UserEngagements, user_engagement},
    hotspots::{Hotspot, HotspotLimits, activity_hotspots},
    hours::{HourlyTrips, hourly_trips},
    mode_share::{ModeShare, mode_share},
    payments::{PaymentTypeRevenue, revenue_by_payment_type},
    points::{ActivityPoints, points_by_activity},
    range::{DateRange, Period},
    referrals::{ReferralConversion, referral_conversion},
    retention::{CohortRetention, retention},
    revenue::{DailyRevenue, daily_revenue},
};
use crate::measure::Expression;
pub use crate::mode::TravelMode;

/// Reports with settings. The functions of this module are those of `Analytics::new()`.
///
/// ```
/// use quicksight_migrations::analytics::Analytics;
///
/// let reports = Analytics::new().without_test_accounts();
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use]
pub struct Analytics {
    accounts: Accounts,
    empty_hours: bool,
    #[cfg(feature = "summary")]
    summaries: bool,
}

/// Whose rows are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Accounts {
    #[default]
    All,
    Real,
}

impl Accounts {
    /// A condition on the columns that hold accounts, to be added to a `WHERE`. An account
    /// without a row in `auth_user` is a real one: rows arrive table by table.
    fn condition<const N: usize>(self, accounts: [&str; N]) -> String {
        match self {
            Self::All => String::new(),
            Self::Real => accounts
                .map(|account| {
                    format!(
                        " AND NOT EXISTS (SELECT 1 FROM auth_user a \
                         WHERE a.id = {account} AND a.is_debug = 1)"
                    )
                })
                .concat(),
        }
    }
}

impl Analytics {
    /// Reports on every account.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out the accounts that `auth_user.is_debug` marks as test accounts, and the movements of
    /// points that one of them pays or receives.
    ///
    /// Costs more: no index of dates has the account, so each row of the range is read from its table,
    /// and MariaDB reads all of `auth_user` once for each condition. The latter grows with the number of
    /// users, whatever the range.
    pub fn without_test_accounts(mut self) -> Self {
        self.accounts = Accounts::Real;
        self
    }

    /// Answers from the sums that [`summary::refresh`](crate::summary::refresh) has made, for the hours that are
    /// summed up, and from the rows for the rest: [`daily_revenue`], [`points_by_activity`],
    /// [`revenue_by_payment_type`], [`hourly_trips`], [`daily_trips`], [`mode_share`] and [`active_users`]. The answer
    /// is the same, but for the last bits of a distance, and costs what the newest hours cost, however long the range is.
    ///
    /// One more statement asks first how far the sums go. Where there are none, it is the only difference.
    /// Together with [`without_test_accounts`](Self::without_test_accounts) rows are read, because an account
    /// may be marked later. See [`summary`](crate::summary) for what may change behind the sums.
    #[cfg(feature = "summary")]
    pub fn with_summaries(mut self) -> Self {
        self.summaries = true;
        self
    }

    #[cfg(feature = "summary")]
    fn reads_sums(self) -> bool {
        self.summaries && self.accounts == Accounts::All
    }

    /// Has [`hourly_trips`] say 0 for the hours of the week in which a mode had no trip, for each
    /// mode that had one in another hour.
    pub fn with_empty_hours(mut self) -> Self {
        self.empty_hours = true;
        self
    }
}

/// A condition: a column holds a date that the calendar has. The server reckons with no other, or turns
/// it into one that is. NULL is none.
/// <https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_allow_invalid_dates>
pub(crate) fn is_date(column: &str) -> String {
    format!("{column} >= '1000-01-01' AND {column} + INTERVAL 0 DAY = {column}")
}

/// [`is_date`] as one more condition on a column that lies in one of these ranges, where it must be asked. Dates that the
/// calendar does not have, such as 2025-02-30, lie between two months, and asking costs a quarter of what reading a row does.
pub(crate) fn and_is_date(
    column: &str,
    ranges: &[(PrimitiveDateTime, PrimitiveDateTime)],
) -> String {
    let month = |moment: &PrimitiveDateTime| (moment.year(), moment.month());
    let is_of_one = |(from, until): &(_, _)| month(from).0 >= 1000 && month(from) == month(until);
    if ranges.iter().all(is_of_one) { String::new() } else { format!(" AND {}", is_date(column)) }
}

/// A moment as the server takes it. Its dates begin in the year 1000, so everything is later than
/// what is before, and the driver cannot send years before 0.
/// <https://dev.mysql.com/doc/refman/8.4/en/datetime.html>
fn moment(since: PrimitiveDateTime) -> Value {
    let first = Date::from_ordinal_date(1000, 1).unwrap_or(Date::MIN);
    since.max(PrimitiveDateTime::new(first, Time::MIDNIGHT)).into()
}

/// An expression over the columns of the row `t`.
pub(crate) fn of_row(expression: &Expression) -> String {
    expression.sql(&|column| format!("t.{column}"))
}

/// A part of a whole, or `None` of nothing.
#[allow(clippy::cast_precision_loss)] // Counts of rows are far below 2^53.
fn ratio(part: u64, whole: u64) -> Option<f64> {
    mean(part as f64, whole)
}

/// A sum by the number of what was summed up, or `None` of nothing. The server's own means depend on
/// a variable of the session.
/// <https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_div_precision_increment>
#[allow(clippy::cast_precision_loss)] // As above.
fn mean(sum: f64, count: u64) -> Option<f64> {
    (count > 0).then(|| sum / count as f64)
}
