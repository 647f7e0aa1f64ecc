//! How a table can differ from what the migrations would make, and what to do about it.

use std::{borrow::Cow, fmt};

/// One difference between a table and what the migrations of this build would make.
///
/// The two sides are in the server's own words, so `int` and `int(11)` are no difference.
///
/// ```
/// use quicksight_migrations::{Drift, Severity};
///
/// fn blocks_a_boot(drifts: &[Drift]) -> bool {
///     drifts.iter().any(|drift| drift.severity() == Severity::Breaking)
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    pub(crate) table: String,
    pub(crate) subject: Option<String>,
    pub(crate) kind: DriftKind,
    pub(crate) severity: Severity,
    pub(crate) expected: Option<String>,
    pub(crate) found: Option<String>,
    pub(crate) mend: Mend,
}

/// What kind of difference it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DriftKind {
    /// The table is not there.
    MissingTable,
    /// Something of that name is there that is no table, such as a view.
    NotATable,
    /// The table lacks most of our columns and has more others than ours, so it belongs to another
    /// application.
    ForeignTable,
    /// A server that died while it made the table has left a part of it, which it cannot open and which
    /// has no rows. MariaDB before 10.6 and MySQL before 8.0 do that.
    HalfMade,
    /// The table has another storage engine.
    Engine,
    /// New text columns of the table would get another character set or collation.
    CharacterSet,
    /// A column is not there.
    MissingColumn,
    /// A column has another type, collation, default or the like.
    DifferentColumn,
    /// A column takes every value that is wanted, and more.
    WiderColumn,
    /// A column that is not ours.
    ExtraColumn,
    /// The table has no primary key, or another one.
    PrimaryKey,
    /// An index is not there.
    MissingIndex,
    /// An index of that name is there and is another one, or is hidden from the server's planner.
    DifferentIndex,
    /// An index that is not ours.
    ExtraIndex,
    /// A CHECK constraint, of which the migrations have none.
    ExtraCheck,
    /// A view for QuickSight was made by a build that shows other columns, or was changed by hand.
    OutdatedView,
}

impl DriftKind {
    /// A name for machines, as in `missing_table`. It stays what it is.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingTable => "missing_table",
            Self::NotATable => "not_a_table",
            Self::ForeignTable => "foreign_table",
            Self::HalfMade => "half_made",
            Self::Engine => "engine",
            Self::CharacterSet => "character_set",
            Self::MissingColumn => "missing_column",
            Self::DifferentColumn => "different_column",
            Self::WiderColumn => "wider_column",
            Self::ExtraColumn => "extra_column",
            Self::PrimaryKey => "primary_key",
            Self::MissingIndex => "missing_index",
            Self::DifferentIndex => "different_index",
            Self::ExtraIndex => "extra_index",
            Self::ExtraCheck => "extra_check",
            Self::OutdatedView => "outdated_view",
        }
    }

    /// Whether it is about something that the migrations do not make.
    pub(crate) fn is_extra(self) -> bool {
        matches!(self, Self::ExtraColumn | Self::ExtraIndex | Self::ExtraCheck)
    }
}

/// Whether a service can work with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Slower or untidy but right, or more than is wanted, where only a person knows whether it is
    /// meant: a boot warns and goes on.
    Advisory,
    /// Reads or writes would fail or go wrong: a boot stops.
    Breaking,
}

impl Severity {
    /// A name for machines, `advisory` or `breaking`. It stays what it is.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Advisory => "advisory",
            Self::Breaking => "breaking",
        }
    }
}

/// What puts it right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mend {
    /// One statement, which cannot lose data: where it would, the server refuses it.
    ///
    /// That holds in a strict session that takes an id of 0 for a value, such as that of
    /// [`Migrator::mend`](crate::Migrator::mend). By hand, send this first:
    /// `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'`.
    /// <https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sql-mode-strict>
    Sql(String),
    /// A person must decide, for this reason.
    Decide(Cow<'static, str>),
}

impl Drift {
    /// The table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The column or the index, where it is about one.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What kind of difference it is.
    #[must_use]
    pub fn kind(&self) -> DriftKind {
        self.kind
    }

    /// Whether a service can work with it.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What the migrations would make; `None` if they make no such thing.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// What is there; `None` if it is missing.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// What puts it right.
    #[must_use]
    pub fn mend(&self) -> &Mend {
        &self.mend
    }

    /// What differs where, without what to do about it.
    pub(crate) fn difference(&self) -> String {
        let Self { table, expected, found, .. } = self;
        let place = match &self.subject {
            Some(subject) => format!("{table}.{subject}"),
            None => table.clone(),
        };
        match (expected, found) {
            (Some(expected), Some(found)) => format!("{place}: wanted {expected}, found {found}"),
            (Some(expected), None) => format!("{place}: missing {expected}"),
            (None, found) => format!("{place}: extra {}", found.as_deref().unwrap_or_default()),
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.difference())?;
        match &self.mend {
            Mend::Sql(sql) if self.kind != DriftKind::MissingTable => {
                write!(f, "; mend with {sql}")
            }
            Mend::Sql(_) => Ok(()),
            Mend::Decide(reason) => write!(f, "; {reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Error;

    fn drift(kind: DriftKind, sides: [Option<&str>; 2], mend: Mend) -> Drift {
        let [expected, found] = sides.map(|side| side.map(str::to_owned));
        let (table, subject) = ("trip".to_owned(), Some("distance".to_owned()));
        Drift { table, subject, kind, severity: Severity::Breaking, expected, found, mend }
    }

    fn different() -> Drift {
        let sides = [Some("`distance` double NULL"), Some("`distance` float NULL")];
        let sql = "ALTER TABLE `trip` MODIFY COLUMN `distance` double NULL".to_owned();
        drift(DriftKind::DifferentColumn, sides, Mend::Sql(sql))
    }

    fn extra() -> Drift {
        let sides = [None, Some("`distance` float NULL")];
        drift(DriftKind::ExtraColumn, sides, Mend::Decide("it is not needed".into()))
    }

    fn missing() -> Drift {
        let sql = "CREATE TABLE IF NOT EXISTS `trip` (...)".to_owned();
        let sides = [Some("the table"), None];
        Drift { subject: None, ..drift(DriftKind::MissingTable, sides, Mend::Sql(sql)) }
    }

    #[test]
    fn a_difference_is_one_line_with_its_mend() {
        let cases = [
            (
                different(),
                "trip.distance: wanted `distance` double NULL, found `distance` float NULL; \
                 mend with ALTER TABLE `trip` MODIFY COLUMN `distance` double NULL",
            ),
            (extra(), "trip.distance: extra `distance` float NULL; it is not needed"),
            (missing(), "trip: missing the table"),
        ];
        for (drift, expected) in cases {
            assert_eq!(drift.to_string(), expected);
        }
    }

    #[test]
    fn the_error_names_all_of_them() {
        let cases = [
            (
                vec![missing()],
                "1 difference between the tables and what the migrations make, left as they are; \
                 mend them with Migrator::mend, or by hand in a session with a strict sql_mode, \
                 then call again: trip: missing the table",
            ),
            (
                vec![missing(), extra()],
                "2 differences between the tables and what the migrations make, left as they are; \
                 mend them with Migrator::mend, or by hand in a session with a strict sql_mode, \
                 then call again: trip: missing the table; \
                 trip.distance: extra `distance` float NULL; it is not needed",
            ),
        ];
        for (drifts, expected) in cases {
            let error = Error::SchemaDrift { drifts };
            assert_eq!(error.to_string(), expected);
            assert_eq!((error.server_code(), error.is_retryable()), (None, false));
        }
    }
}
