//! Many checks, one after the other: which, of which rows, and for how long.

use std::{
    fmt,
    time::{Duration, Instant},
};

use time::PrimitiveDateTime;

use super::{Check, QualityIssue};
use crate::{outcome::Result, session::Connection};

/// Which checks to run, on which rows, and for how long. As it is made, all of them on all rows.
///
/// ```no_run
/// use std::time::Duration;
///
/// use quicksight_migrations::{
///     integrity::{Check, Monitor},
///     mysql::Conn,
///     time::PrimitiveDateTime,
/// };
///
/// fn hourly(conn: &mut Conn, last: PrimitiveDateTime) -> quicksight_migrations::Result<()> {
///     let report = Monitor::new()
///         .only([Check::DUPLICATE_POINTS, Check::BROKEN_PAIR])
///         .since(last)
///         .budget(Duration::from_secs(30))
///         .on_progress(|check| println!("looking for {check}"))
///         .run(conn)?;
///     println!("{report}"); // 2 checks: 1 found something, 0 were left out
///     Ok(())
/// }
/// ```
#[must_use]
pub struct Monitor<'p> {
    checks: Vec<Check>,
    since: Option<PrimitiveDateTime>,
    budget: Option<Duration>,
    on_progress: Box<dyn FnMut(Check) + 'p>,
}

impl Default for Monitor<'_> {
    fn default() -> Self {
        let checks = Check::ALL.to_vec();
        Self { checks, since: None, budget: None, on_progress: Box::new(|_| ()) }
    }
}

impl<'p> Monitor<'p> {
    /// All checks on all rows, however long it takes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs these checks alone, in this order.
    pub fn only(mut self, checks: impl IntoIterator<Item = Check>) -> Self {
        self.checks = checks.into_iter().collect();
        self
    }

    /// Finds only rows whose load column is at or after this moment of the US/Central wall clock. That of
    /// `ledger_key` is in UTC, and compared with the same moment there.
    ///
    /// They are still compared with older rows. Where a table has no load column, all its rows
    /// count as new: `group_member` and `bytemark_order_items`. A row whose load column is NULL is never new. What the service does to
    /// other rows, such as a user who is deleted, is seen only without this.
    pub fn since(mut self, moment: PrimitiveDateTime) -> Self {
        self.since = Some(moment);
        self
    }

    /// Begins no check after this time. A check that has begun goes on to its end, so set the
    /// connection's read time-out too if that may not be.
    pub fn budget(mut self, budget: Duration) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Hears of each check before it runs.
    pub fn on_progress(mut self, hears: impl FnMut(Check) + 'p) -> Self {
        self.on_progress = Box::new(hears);
        self
    }

    /// Runs the checks. One statement each.
    ///
    /// # Errors
    ///
    /// As [`monitor`](super::monitor).
    pub fn run<C: Connection>(mut self, conn: &mut C) -> Result<MonitorReport> {
        let start = Instant::now();
        let mut report = MonitorReport { issues: Vec::new(), ran: 0, left_out: Vec::new() };
        for check in self.checks {
            if self.budget.is_some_and(|budget| start.elapsed() >= budget) {
                report.left_out.push(check);
                continue;
            }
            (self.on_progress)(check);
            report.issues.extend(check.run(conn, self.since)?);
            report.ran += 1;
        }
        Ok(report)
    }
}

impl fmt::Debug for Monitor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor")
            .field("checks", &self.checks)
            .field("since", &self.since)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

/// What a [`Monitor`] found, and what it had no time for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct MonitorReport {
    issues: Vec<QualityIssue>,
    ran: usize,
    left_out: Vec<Check>,
}

impl MonitorReport {
    /// What was found, in the order of the checks.
    #[must_use]
    pub fn issues(&self) -> &[QualityIssue] {
        &self.issues
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_issues(self) -> Vec<QualityIssue> {
        self.issues
    }

    /// How many checks ran.
    #[must_use]
    pub fn ran(&self) -> usize {
        self.ran
    }

    /// The checks for which no time was left.
    #[must_use]
    pub fn left_out(&self) -> &[Check] {
        &self.left_out
    }
}

impl fmt::Display for MonitorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ran, found, left_out) = (self.ran, self.issues.len(), self.left_out.len());
        write!(f, "{ran} checks: {found} found something, {left_out} were left out")
    }
}
