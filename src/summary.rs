//! Hourly sums, from which reports answer for the hours that are over: a month of revenue reads some thousand
//! sums and the rows of the newest hours, instead of millions of rows.
//!
//! ```no_run
//! use quicksight_migrations::{analytics::{Analytics, DateRange}, mysql::Conn, summary::{self, Policy}};
//!
//! fn every_hour(conn: &mut Conn) -> quicksight_migrations::Result<()> {
//!     let report = summary::refresh(conn, &Policy::new())?;
//!     println!("{report}"); // points: summed until 2025-03-01 12:00:00.0, 24 sums written
//!     Ok(())
//! }
//!
//! fn dashboard(conn: &mut Conn, month: DateRange) -> quicksight_migrations::Result<()> {
//!     for day in Analytics::new().with_summaries().daily_revenue(conn, month)? {
//!         println!("{} {} points", day.date(), day.points());
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # What is right, and when
//!
//! The newest hours, a day unless the [`Policy`] says otherwise, stay raw: reports read their rows. An
//! hour that is older is summed up by the next [`refresh`], and from then on a report takes its sums. Counts and
//! amounts are those of the rows; the sum of many distances may differ in its last bits, because it is added up in
//! another order.
//!
//! What changes behind the look-back is not seen: a row that arrives a week late, a trip whose distance is put right a
//! month later. [`compare`] finds the hours whose sums are not those of their rows, and [`rebuild`] sums them
//! up again. [`Policy::sum_again`] does so with each refresh for the hours before its begin.
//!
//! In the exact mode, which [`install_triggers`] begins, nothing of this is needed: triggers note each hour that changes,
//! with the change itself, and reports read the rows of these hours until the next refresh has summed them up again. The
//! newest hour alone stays raw, and [`Policy::look_back`] says nothing.
//!
//! # A refresh
//!
//! Run it every hour or so, from one place or from many: whoever comes second waits, and finds nothing to do.
//! It goes from where the last one ended, day by day, each day a transaction of its own; killed anywhere, the next goes on.
//! A missed run leaves no gap. Writers do not wait for it.
//!
//! # The night that has an hour twice
//!
//! Hours are those of the wall clock, as in the rows. In autumn the hour from 1 o'clock has twice the rows,
//! and one sum of both. In spring there is none from 2 o'clock.

mod closed;
mod compare;
mod policy;
mod refresh;
mod report;
mod settle;
mod state;
mod status;
mod sums;
mod transaction;
mod triggers;
mod users;

pub(crate) use self::closed::{Closed, closed};
pub use self::{
    compare::{Difference, compare},
    policy::Policy,
    report::{Report, Summed},
    status::Reach,
};
pub use crate::source::Source;
use crate::{
    analytics::DateRange,
    outcome::Result,
    session::{Connection, driver},
};

/// Sums up all hours that are older than the look-back and not summed up yet.
///
/// # Errors
///
/// [`Database`](crate::Error::Database), [`OpenTransaction`](crate::Error::OpenTransaction),
/// [`StatementFormat`](crate::Error::StatementFormat), [`ReadOnly`](crate::Error::ReadOnly),
/// [`PermissionDenied`](crate::Error::PermissionDenied) without `SELECT` on `points_transaction`,
/// `token_transaction`, `bytemark_order_payments` and `trip`, and `SELECT`, `INSERT`, `UPDATE` and `DELETE` on the
/// tables `summary_*`, and [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected). What was summed up before
/// is done, and the next call goes on from there.
pub fn refresh<C: Connection>(conn: &mut C, policy: &Policy) -> Result<Report> {
    refresh::run(driver(conn), *policy)
}

/// Sums up the days of a range once more, as far as they are summed up: what [`compare`] finds is right then.
///
/// # Errors
///
/// As [`refresh`], and [`RowsDropped`](crate::Error::RowsDropped) if a part of the range has no rows any more, so
/// that its sums would be lost. Nothing was summed up then.
pub fn rebuild<C: Connection>(conn: &mut C, range: DateRange) -> Result<Report> {
    refresh::again(driver(conn), range)
}

/// Says of each source how far it is summed up. One `SELECT`, and one more in the exact mode, for the triggers. Empty where
/// nobody has asked for sums yet, or the tables are not there.
///
/// ```no_run
/// use quicksight_migrations::{mysql::Conn, summary};
///
/// fn report(conn: &mut Conn) -> quicksight_migrations::Result<()> {
///     for reach in summary::reach(conn)? {
///         println!("{reach}"); // points: summed until 2025-03-01 12:00:00.0, with a look-back
///     }
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// [`Database`](crate::Error::Database), [`PermissionDenied`](crate::Error::PermissionDenied) without `SELECT` on
/// `summary_state`, and [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected).
pub fn reach<C: Connection>(conn: &mut C) -> Result<Vec<Reach>> {
    status::run(driver(conn))
}

/// Installs triggers that write down each hour in which a row is added, changed or deleted: the exact mode. The next
/// [`refresh`] sums up all hours once more, also the newest ones, and from then on the sums are right however late a row
/// comes. Again, it makes what is missing, and begins from nothing.
///
/// Each insert into `points_transaction`, `token_transaction`, `bytemark_order_payments` and `trip` adds a row to
/// `summary_log`, which a refresh empties. The triggers are called `quicksight_summary_points_insert` and so on.
///
/// # Errors
///
/// As [`refresh`], with `TRIGGER` on the four tables and `INSERT` on `summary_log`, both granted to the account itself and not
/// to a role, and [`TriggersRefused`](crate::Error::TriggersRefused) where the
/// server's binary log is on and this user may not make any. No trigger is left then.
pub fn install_triggers<C: Connection>(conn: &mut C) -> Result<()> {
    let conn = driver(conn);
    state::look(conn, |_, _| Ok(()))?;
    triggers::install(conn)
}

/// Removes these triggers, by name, and goes back to the look-back: the hours of the last day are raw again.
///
/// # Errors
///
/// As [`install_triggers`].
pub fn remove_triggers<C: Connection>(conn: &mut C) -> Result<()> {
    let conn = driver(conn);
    let look = state::look(conn, |_, _| Ok(()))?;
    settle::all(conn, &look)?;
    triggers::remove(conn, refresh::closed(&look, Policy::new().raw()))
}
