//! Whether the rows agree with each other: balances with movements, referrals with users, grants
//! with campaigns, and a list of checks for rows that should not be there.
//!
//! ```no_run
//! use quicksight_migrations::{integrity, mysql::Conn};
//!
//! fn nightly(conn: &mut Conn) -> quicksight_migrations::Result<()> {
//!     let report = integrity::validate(conn)?;
//!     println!("{report}");
//!     for wrong in report.balance_inconsistencies().listed() {
//!         println!("{wrong}");
//!     }
//!     for issue in integrity::monitor(conn)? {
//!         println!("{issue}"); // 2 rows of trip with an end before the start: 3, 17
//!     }
//!     Ok(())
//! }
//! ```
//!
//! What is found is data and no error: an error says that it could not be looked for. A finding has
//! numbers of rows and accounts and nothing personal, so it may go into a log.
//!
//! # What a finding means
//!
//! The tables have no foreign keys, and rows arrive table by table. A row whose user or other half is
//! missing may therefore be one whose partner comes with the next load; what is still found after
//! that is missing. Everything else was wrong when it arrived.
//!
//! Hourly sums have no rows of their own to name: `summary::compare` finds the hours whose sums are not those of their rows.
//!
//! # Cost
//!
//! Each check is one prepared `SELECT`, so `SELECT` is the only right that is needed, and a replica
//! will do. A check sees one moment of the database, and the next check a later one, unless the caller
//! has a transaction open that reads from one snapshot. Rows stream: memory does not grow with their
//! number, nor with the number of findings; referrals alone are held, to find their circles. The tables
//! are read from end to end, though, so this is work for the night and not for a request.

mod arrivals;
mod balance;
mod campaign;
mod check;
mod duplicate;
mod findings;
mod monitor;
mod referral;
mod severity;
mod walk;

use std::fmt;

pub use self::{
    arrivals::{Expected, Unexpected, arrivals},
    balance::BalanceInconsistency,
    campaign::OverDistributedCampaign,
    check::{Check, QualityIssue},
    findings::Findings,
    monitor::{Monitor, MonitorReport},
    referral::{BrokenReferral, MissingUser},
    severity::Severity,
};
use crate::{outcome::Result, session::Connection};

/// What [`validate`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ValidationReport {
    balances: Findings<BalanceInconsistency>,
    referrals: Findings<BrokenReferral>,
    campaigns: Findings<OverDistributedCampaign>,
}

impl ValidationReport {
    /// The users with a balance of points that is not the sum of their movements, by `user_id`.
    #[must_use]
    pub fn balance_inconsistencies(&self) -> &Findings<BalanceInconsistency> {
        &self.balances
    }

    /// The referrals of users that are not there, by `id`.
    #[must_use]
    pub fn broken_referrals(&self) -> &Findings<BrokenReferral> {
        &self.referrals
    }

    /// The campaigns that gave out more than they may, by `ap_campaign_id`.
    #[must_use]
    pub fn over_distributed_campaigns(&self) -> &Findings<OverDistributedCampaign> {
        &self.campaigns
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.balances.is_empty() && self.referrals.is_empty() && self.campaigns.is_empty()
    }
}

impl fmt::Display for ValidationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("balances, referrals and campaigns are right");
        }
        write!(
            f,
            "users with a wrong balance: {}, broken referrals: {}, over-distributed campaigns: {}",
            self.balances.total(),
            self.referrals.total(),
            self.campaigns.total()
        )
    }
}

/// Compares each balance of points with the movements before it, referrals with users, and grants
/// with what campaigns may give out. Three statements.
///
/// A balance is right if it is the sum of the user's points up to its row, in the order of ids; it
/// may fall, and it may be negative. Where old rows were dropped, the opening balance stands for those with its id and lower
/// ones. [`BalanceInconsistency`] is the first wrong row of each user,
/// because an error stays in every balance that was computed from it.
///
/// # Errors
///
/// [`Database`](crate::Error::Database), [`PermissionDenied`](crate::Error::PermissionDenied)
/// without `SELECT` on `points_transaction`, `points_opening`, `referral_history`, `auth_user`, `campaign` and
/// `token_transaction`, [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected), and
/// [`UnexpectedAnswer`](crate::Error::UnexpectedAnswer) where a column is of another type than the
/// migrations made it.
pub fn validate<C: Connection>(conn: &mut C) -> Result<ValidationReport> {
    Ok(ValidationReport {
        balances: balance::inconsistencies(conn)?,
        referrals: referral::broken(conn)?,
        campaigns: campaign::over_distributed(conn)?,
    })
}

/// Runs every [`Check`], as a [`Monitor`] does that was not told otherwise, and returns what each found, in the order of [`Check::ALL`]; a check that
/// found nothing is left out. One statement per check.
///
/// # Errors
///
/// As [`validate`], with `SELECT` on the tables of the checks and on those that their rows name. The
/// first check that fails ends it.
pub fn monitor<C: Connection>(conn: &mut C) -> Result<Vec<QualityIssue>> {
    Ok(Monitor::new().run(conn)?.into_issues())
}

/// Runs one check, and returns what it found or `None`.
///
/// ```no_run
/// # use quicksight_migrations::{integrity::{self, Check}, mysql::Conn};
/// # fn duplicates(conn: &mut Conn) -> quicksight_migrations::Result<u64> {
/// let issue = integrity::check(conn, Check::DUPLICATE_POINTS)?;
/// # Ok(
/// issue.map_or(0, |issue| issue.total())
/// # )
/// # }
/// ```
///
/// # Errors
///
/// As [`monitor`].
pub fn check<C: Connection>(conn: &mut C, check: Check) -> Result<Option<QualityIssue>> {
    check.run(conn, None)
}
