//! What a run or a rollback did, fit for a log line and for a metric.

use std::{fmt, time::Duration};

use super::Drift;

/// What a run did.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
/// let report = quicksight_migrations::run_quicksight_migrations(&mut conn)?;
/// println!("{report}"); // 26 of 26 migrations applied in 179 ms (63 statements, 0 ms for the lock)
/// for migration in report.applied() {
///     println!("{} took {:?}", migration.name(), migration.duration());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub(crate) applied: Vec<AppliedMigration>,
    pub(crate) adopted: Vec<String>,
    pub(crate) advisories: Vec<Drift>,
    pub(crate) missing_after_knex: Vec<String>,
    pub(crate) total: usize,
    pub(crate) newer_version: Option<i64>,
    pub(crate) tables: TableCheck,
    pub(crate) statements: u64,
    pub(crate) lock_wait: Duration,
    pub(crate) elapsed: Duration,
}

/// Whether a run has seen that every table is there, with every column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableCheck {
    /// It has.
    Done,
    /// It could not: the user may read the history, and not all of the tables.
    NotPermitted,
}

/// A number and what it counts, as in "1 table" and "2 tables".
pub(super) fn counted<N: Copy + fmt::Display + PartialEq + From<u8>>(
    number: N,
    noun: &str,
) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A migration that a run applied.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedMigration {
    pub(crate) version: i64,
    pub(crate) name: String,
    pub(crate) duration: Duration,
}

impl AppliedMigration {
    /// The number in the file's name.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The file's name without its ending, as in `V01__auth_user`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long its statement and its row in the history took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

impl Report {
    /// The migrations that this run applied, in order. Empty on every boot but the first.
    #[must_use]
    pub fn applied(&self) -> &[AppliedMigration] {
        &self.applied
    }

    /// The tables that were there before this run recorded them, and were found to be right.
    #[must_use]
    pub fn adopted(&self) -> &[String] {
        &self.adopted
    }

    /// What differs in adopted tables without being in the way, such as an index that is missing.
    #[must_use]
    pub fn advisories(&self) -> &[Drift] {
        &self.advisories
    }

    /// Tables that this run made although `knex_migrations` says that Knex had made them.
    #[must_use]
    pub fn missing_after_knex(&self) -> &[String] {
        &self.missing_after_knex
    }

    /// How many migrations this build has; all of them are applied now.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// The newest version in the history, where a newer build has migrated this database.
    #[must_use]
    pub fn newer_version(&self) -> Option<i64> {
        self.newer_version
    }

    /// Whether this run has seen that every table is there, with every column. If it has seen that one
    /// is not, it was an error.
    #[must_use]
    pub fn table_check(&self) -> TableCheck {
        self.tables
    }

    /// How many statements this run sent, of any kind.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// How long this run waited for the migration lock.
    #[must_use]
    pub fn lock_wait(&self) -> Duration {
        self.lock_wait
    }

    /// How long this run took as a whole.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.applied.len() {
            0 => write!(f, "up to date with {}, checked", counted(self.total, "migration"))?,
            applied => write!(f, "{applied} of {} migrations applied", self.total)?,
        }
        write!(
            f,
            " in {} ms ({}, {} ms for the lock)",
            self.elapsed.as_millis(),
            counted(self.statements, "statement"),
            self.lock_wait.as_millis()
        )?;
        if !self.adopted.is_empty() {
            write!(f, "; {} adopted", counted(self.adopted.len(), "table"))?;
        }
        if !self.advisories.is_empty() {
            write!(f, " with {}", counted(self.advisories.len(), "difference"))?;
        }
        if let Some(version) = self.newer_version {
            write!(f, "; a newer build has migrated to version {version}")?;
        }
        if self.tables == TableCheck::NotPermitted {
            f.write_str(
                "; this user may not look at the tables, so the history alone was checked",
            )?;
        }
        Ok(())
    }
}

/// What a rollback did.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut conn = mysql::Conn::new("mysql://admin@localhost/tsp")?;
/// let report = quicksight_migrations::rollback_quicksight_migrations(&mut conn)?;
/// println!("{report}"); // 26 tables dropped in 240 ms (45 statements, 0 ms for the lock)
/// println!("{:?}", report.dropped());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RollbackReport {
    pub(crate) dropped: Vec<String>,
    pub(crate) views: Vec<String>,
    pub(crate) statements: u64,
    pub(crate) lock_wait: Duration,
    pub(crate) elapsed: Duration,
}

impl RollbackReport {
    /// The tables that this call dropped, in that order, without the history. Empty if there were
    /// none.
    #[must_use]
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// The views for QuickSight that it dropped with them.
    #[must_use]
    pub fn dropped_views(&self) -> &[String] {
        &self.views
    }

    /// How many statements this call sent, of any kind.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements
    }

    /// How long this call waited for the migration lock.
    #[must_use]
    pub fn lock_wait(&self) -> Duration {
        self.lock_wait
    }

    /// How long this call took as a whole.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Display for RollbackReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.dropped.len(), self.views.len()) {
            (0, 0) => f.write_str("no tables to drop, checked")?,
            (tables, 0) => write!(f, "{} dropped", counted(tables, "table"))?,
            (tables, views) => {
                write!(f, "{} and {} dropped", counted(tables, "table"), counted(views, "view"))?;
            }
        }
        write!(
            f,
            " in {} ms ({}, {} ms for the lock)",
            self.elapsed.as_millis(),
            counted(self.statements, "statement"),
            self.lock_wait.as_millis()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{DriftKind, Mend, Severity};

    fn drifts(count: usize) -> Vec<Drift> {
        let drift = Drift {
            table: "trip".to_owned(),
            subject: None,
            kind: DriftKind::Engine,
            severity: Severity::Advisory,
            expected: None,
            found: None,
            mend: Mend::Decide("it may be meant".into()),
        };
        vec![drift; count]
    }

    #[test]
    fn one_is_no_plural() {
        let report = |count: usize| Report {
            applied: Vec::new(),
            adopted: vec!["trip".to_owned(); count],
            advisories: drifts(count),
            missing_after_knex: Vec::new(),
            total: count,
            newer_version: None,
            tables: TableCheck::Done,
            statements: count as u64,
            lock_wait: Duration::ZERO,
            elapsed: Duration::ZERO,
        };
        let one = "up to date with 1 migration, checked in 0 ms (1 statement, 0 ms for the lock); \
                   1 table adopted with 1 difference";
        assert_eq!(report(1).to_string(), one);
        let two = "up to date with 2 migrations, checked in 0 ms (2 statements, 0 ms for the lock); \
                   2 tables adopted with 2 differences";
        assert_eq!(report(2).to_string(), two);
    }
}
