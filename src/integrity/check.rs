//! The checks for rows that should not be there: a table of them for each subject.

mod codes;
mod find;
mod ledger;
mod people;
mod places;
mod references;
mod repeats;
mod times;
mod travel;

use std::{fmt, hash};

use time::PrimitiveDateTime;

use self::find::Rule;
pub(super) use self::times::{load_column, of_load_clock, on_load_clock};
use super::{Findings, Severity};
use crate::{outcome::Result, session::Connection};

/// How many ids a line shows.
const SHOWN: usize = 10;

/// Makes a subject's part of [`Check`]: what each check is for, its name, and its rule.
macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $rule:expr;)*) => {
        impl super::Check {
            $($(#[$doc])* pub const $name: Self = Self(&$rule);)*
        }

        pub(super) const CHECKS: &[super::Check] = &[$(super::Check::$name),*];
    };
}
use checks;

/// A look for rows that should not be there.
///
/// A NULL is never found, since it says nothing. [`as_str`](Self::as_str) and
/// [`named`](Self::named) are its name for machines.
#[derive(Clone, Copy)]
pub struct Check(&'static Rule);

const SUBJECTS: [&[Check]; 8] = [
    ledger::CHECKS,
    repeats::CHECKS,
    references::CHECKS,
    codes::CHECKS,
    times::CHECKS,
    places::CHECKS,
    people::CHECKS,
    travel::CHECKS,
];

#[allow(clippy::indexing_slicing)] // What is out of bounds in a constant does not compile.
const TOTAL: usize = {
    let (mut total, mut subject) = (0, 0);
    while subject < SUBJECTS.len() {
        total += SUBJECTS[subject].len();
        subject += 1;
    }
    total
};

/// The checks of all subjects, one subject after the other.
#[allow(clippy::indexing_slicing)] // As above.
const ALL: [Check; TOTAL] = {
    let mut all = [Check::DUPLICATE_POINTS; TOTAL];
    let (mut to, mut subject) = (0, 0);
    while subject < SUBJECTS.len() {
        let mut from = 0;
        while from < SUBJECTS[subject].len() {
            all[to] = SUBJECTS[subject][from];
            (to, from) = (to + 1, from + 1);
        }
        subject += 1;
    }
    all
};

impl Check {
    /// Every check, in the order in which [`monitor`](super::monitor) runs them.
    pub const ALL: &[Self] = &ALL;

    /// The check of this name, as [`as_str`](Self::as_str) has it.
    ///
    /// ```
    /// use quicksight_migrations::integrity::Check;
    ///
    /// assert_eq!(Check::named("duplicate_points"), Some(Check::DUPLICATE_POINTS));
    /// assert_eq!(Check::named("duplicates"), None);
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|check| check.as_str() == name)
    }

    /// A name for machines, as in `duplicate_points`. It stays what it is.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0.code
    }

    /// The table that the rows are in.
    #[must_use]
    pub fn table(self) -> &'static str {
        self.0.table
    }

    /// How bad it is if it finds something.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// Looks at the rows that are new since a moment, or at all of them.
    pub(super) fn run<C: Connection>(
        self,
        conn: &mut C,
        since: Option<PrimitiveDateTime>,
    ) -> Result<Option<QualityIssue>> {
        let rows = self.0.ids(conn, since)?;
        Ok((!rows.is_empty()).then_some(QualityIssue { check: self, rows }))
    }
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Check {}

impl hash::Hash for Check {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.as_str()).finish()
    }
}

/// The name for machines.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a [`Check`] found: a line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityIssue {
    check: Check,
    rows: Findings<i64>,
}

impl QualityIssue {
    /// Which check found it.
    #[must_use]
    pub fn check(&self) -> Check {
        self.check
    }

    /// The table that the rows are in.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.check.table()
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.check.severity()
    }

    /// How many rows there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.total()
    }

    /// The ids of the first rows in ascending order, 100 at most.
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        self.rows.listed()
    }
}

impl fmt::Display for QualityIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, says) = (self.table(), self.check.0.says());
        let total = self.total();
        let noun = if total == 1 { "row" } else { "rows" };
        let shown: Vec<_> = self.ids().iter().take(SHOWN).map(ToString::to_string).collect();
        write!(f, "{total} {noun} of {table} {says}: {}", shown.join(", "))?;
        f.write_str(if total > SHOWN as u64 { ", ..." } else { "" })
    }
}
