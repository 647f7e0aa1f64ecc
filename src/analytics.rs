//! What dashboards ask of the tables: revenue by day, engagement by user, the effect of a campaign,
//! trips by hour, and hot spots.
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
//! an hour a Central hour, and `since` is a Central moment. Nothing is converted, and the session's
//! `time_zone` has no influence. In the autumn night that has an hour twice, its trips share one hour.
//!
//! # Ranges
//!
//! Ranges are half-open: `since` and the first day are in, the end is not, so that ranges laid end to
//! end count nothing twice.
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
//! 2025-02-30. A row that has one counts as undated: its points are on no day of a report, its trip follows no
//! grant, and a grant counts but is neither the first nor the last. For its weekday and hour alone, a day
//! beyond the end of its month counts as one of the next month.

mod campaign;
mod engagement;
mod revenue;
mod trips;

use mysql::Value;
use time::{Date, PrimitiveDateTime, Time};

pub use self::{
    campaign::CampaignPerformance,
    engagement::{UserEngagement, UserEngagements},
    revenue::{DailyRevenue, DateRange},
    trips::{Hotspot, HotspotLimits, HourlyTrips, TravelMode},
};
use crate::{outcome::Result, session::Connection};

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
}

/// Whose rows are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Accounts {
    #[default]
    All,
    Real,
}

impl Accounts {
    /// A condition on the column that holds the account, to be added to a `WHERE`. An account
    /// without a row in `auth_user` is a real one: rows arrive table by table.
    fn condition(self, account: &str) -> String {
        match self {
            Self::All => String::new(),
            Self::Real => format!(
                " AND NOT EXISTS (SELECT 1 FROM auth_user a WHERE a.id = {account} AND a.is_debug = 1)"
            ),
        }
    }
}

impl Analytics {
    /// Reports on every account.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out the accounts that `auth_user.is_debug` marks as test accounts.
    ///
    /// Costs more: no index of dates has the account, so each row of the range is read from its table,
    /// and MariaDB reads all of `auth_user` once for each table. The latter grows with the number of
    /// users, whatever the range.
    pub fn without_test_accounts(mut self) -> Self {
        self.accounts = Accounts::Real;
        self
    }

    /// As [`daily_revenue`].
    ///
    /// # Errors
    ///
    /// As [`daily_revenue`].
    pub fn daily_revenue<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<DailyRevenue>> {
        revenue::by_day(conn, self.accounts, range)
    }

    /// As [`user_engagement`].
    ///
    /// # Errors
    ///
    /// As [`user_engagement`].
    pub fn user_engagement<C: Connection>(
        self,
        conn: &mut C,
        since: PrimitiveDateTime,
    ) -> Result<UserEngagements<'_>> {
        engagement::by_user(conn, self.accounts, since)
    }

    /// As [`campaign_performance`].
    ///
    /// # Errors
    ///
    /// As [`campaign_performance`].
    pub fn campaign_performance<C: Connection>(
        self,
        conn: &mut C,
        ap_campaign_id: i32,
    ) -> Result<Option<CampaignPerformance>> {
        campaign::performance(conn, self.accounts, ap_campaign_id)
    }

    /// As [`hourly_trips`].
    ///
    /// # Errors
    ///
    /// As [`hourly_trips`].
    pub fn hourly_trips<C: Connection>(
        self,
        conn: &mut C,
        since: PrimitiveDateTime,
    ) -> Result<Vec<HourlyTrips>> {
        trips::by_hour(conn, self.accounts, since)
    }

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
        trips::hotspots(conn, self.accounts, limits)
    }
}

/// What came in on each day of a range: points and tokens gained, and ticket payments. A day
/// without any row is in the answer, with zeros.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn, rust_decimal::Decimal};
/// # fn tickets(conn: &mut Conn, month: DateRange) -> Result<Decimal> {
/// let days = analytics::daily_revenue(conn, month)?;
/// assert_eq!(days.len(), month.days());
/// let paid = days.iter().map(|day| day.tickets()).sum();
/// # Ok(paid)
/// # }
/// ```
///
/// # Errors
///
/// [`Database`](crate::Error::Database), [`PermissionDenied`](crate::Error::PermissionDenied)
/// without `SELECT` on `points_transaction`, `token_transaction` and `bytemark_order_payments`,
/// [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected), and
/// [`UnexpectedAnswer`](crate::Error::UnexpectedAnswer) where a column is of another type than the
/// migrations made it. This holds for every function of this module.
pub fn daily_revenue<C: Connection>(conn: &mut C, range: DateRange) -> Result<Vec<DailyRevenue>> {
    Analytics::new().daily_revenue(conn, range)
}

/// What the users who signed up since a moment have done until now: their movements of points, of
/// tokens, and their trips. Users who did none of the three are left out. The user who
/// gained most points comes first.
///
/// The rows stream: memory does not grow with their number, and the connection is busy until the
/// iterator is dropped.
///
/// ```no_run
/// # use quicksight_migrations::{analytics, mysql::Conn, time::PrimitiveDateTime};
/// # fn newcomers(conn: &mut Conn, since: PrimitiveDateTime) -> quicksight_migrations::Result<()> {
/// for user in analytics::user_engagement(conn, since)? {
///     let user = user?;
///     println!("{}: {} trips, {} points", user.user_id(), user.trips(), user.total_points());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`], with `SELECT` on `auth_user`, `points_transaction`, `token_transaction` and
/// `trip`. Each item may also be an error, if the connection breaks meanwhile.
pub fn user_engagement<C: Connection>(
    conn: &mut C,
    since: PrimitiveDateTime,
) -> Result<UserEngagements<'_>> {
    Analytics::new().user_engagement(conn, since)
}

/// What a campaign gave out and what its recipients did then, or `None` if `campaign` has no row
/// with that `ap_campaign_id`.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics, mysql::Conn};
/// # fn tell(conn: &mut Conn) -> Result<()> {
/// if let Some(campaign) = analytics::campaign_performance(conn, 101)? {
///     // None where nobody got a token.
///     let rate = campaign.engagement_rate().unwrap_or_default();
///     println!("{}: {:.0} % of {} users", campaign.name(), 100.0 * rate, campaign.recipients());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`], with `SELECT` on `campaign`, `token_transaction` and `trip`.
pub fn campaign_performance<C: Connection>(
    conn: &mut C,
    ap_campaign_id: i32,
) -> Result<Option<CampaignPerformance>> {
    Analytics::new().campaign_performance(conn, ap_campaign_id)
}

/// How many trips started since a moment, by day of the week, hour and mode; in that order, with the
/// week beginning on Sunday. Hours without a trip are left out.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics, mysql::Conn, time::PrimitiveDateTime};
/// # fn tell(conn: &mut Conn, a_week_ago: PrimitiveDateTime) -> Result<()> {
/// for row in analytics::hourly_trips(conn, a_week_ago)? {
///     println!("{} {}:00 {}: {} trips", row.weekday(), row.hour(), row.travel_mode(), row.trips());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`], with `SELECT` on `trip`.
pub fn hourly_trips<C: Connection>(
    conn: &mut C,
    since: PrimitiveDateTime,
) -> Result<Vec<HourlyTrips>> {
    Analytics::new().hourly_trips(conn, since)
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
/// As [`daily_revenue`], with `SELECT` on `cm_activity_location`.
pub fn activity_hotspots<C: Connection>(
    conn: &mut C,
    limits: HotspotLimits,
) -> Result<Vec<Hotspot>> {
    Analytics::new().activity_hotspots(conn, limits)
}

/// A condition: a column holds a date that the calendar has. The server reckons with no other, or turns
/// it into one that is. NULL is none.
/// <https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_allow_invalid_dates>
fn is_date(column: &str) -> String {
    format!("{column} + INTERVAL 0 DAY = {column}")
}

/// A moment as the server takes it. Its dates begin in the year 1000, so everything is later than
/// what is before, and the driver cannot send years before 0.
/// <https://dev.mysql.com/doc/refman/8.4/en/datetime.html>
fn moment(since: PrimitiveDateTime) -> Value {
    let first = Date::from_ordinal_date(1000, 1).unwrap_or(Date::MIN);
    since.max(PrimitiveDateTime::new(first, Time::MIDNIGHT)).into()
}
