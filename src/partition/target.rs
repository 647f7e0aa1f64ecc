//! The tables that can be partitioned, and what each is by.

use std::fmt;

use super::opening::Ledger;
use crate::source::Source;

/// A table that grows with every day, and that can be partitioned by a date of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Table {
    /// `points_transaction`, by `created_on`.
    PointsTransaction,
    /// `token_transaction`, by `created_on`.
    TokenTransaction,
    /// `app_data`, by `created_on`.
    AppData,
    /// `trip`, by `started_on`.
    Trip,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::PointsTransaction, Self::TokenTransaction, Self::AppData, Self::Trip];

    /// The table of this name.
    ///
    /// ```
    /// use quicksight_migrations::partition::Table;
    ///
    /// assert_eq!(Table::named("trip"), Some(Table::Trip));
    /// assert_eq!(Table::named("campaign"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == name)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PointsTransaction => "points_transaction",
            Self::TokenTransaction => "token_transaction",
            Self::AppData => "app_data",
            Self::Trip => "trip",
        }
    }

    /// The column that its rows are dated by.
    #[must_use]
    pub fn date_column(self) -> &'static str {
        match self {
            Self::PointsTransaction | Self::TokenTransaction | Self::AppData => "created_on",
            Self::Trip => "started_on",
        }
    }

    /// The sources of `summary_state` whose sums outlive its rows, each with that of its changes in `summary_log`.
    pub(super) fn summed(self) -> &'static [(u8, u8)] {
        const fn numbers(source: Source) -> (u8, u8) {
            (source.number(), source.log())
        }
        match self {
            Self::PointsTransaction => const { &[numbers(Source::Points)] },
            Self::TokenTransaction => const { &[numbers(Source::Tokens)] },
            Self::Trip => const { &[numbers(Source::Trips), numbers(Source::Users)] },
            Self::AppData => &[],
        }
    }

    /// The ledger that it is, if each row builds on the ones before it.
    pub(super) fn ledger(self) -> Option<Ledger> {
        match self {
            Self::PointsTransaction => Some(Ledger::Points),
            Self::TokenTransaction => Some(Ledger::Tokens),
            Self::AppData | Self::Trip => None,
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::schema::PARTITIONED;

    /// A build without this module compares partitioned tables, too.
    #[test]
    fn the_comparison_knows_the_same_tables() {
        let ours = Table::ALL.map(|table| (table.as_str(), table.date_column()));
        assert_eq!(ours, PARTITIONED);
    }
}
