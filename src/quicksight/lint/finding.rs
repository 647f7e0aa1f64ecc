//! What the linter found.

use std::fmt;

use super::rule::LintRule;

/// Something that QuickSight does not read as it is.
///
/// It has names and numbers and nothing personal, so it may go into a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintFinding {
    table: String,
    column: Option<String>,
    rule: LintRule,
    problem: String,
}

impl LintFinding {
    pub(super) fn new(
        table: &str,
        column: Option<&str>,
        rule: LintRule,
        problem: impl Into<String>,
    ) -> Self {
        let (table, column) = (table.to_owned(), column.map(str::to_owned));
        Self { table, column, rule, problem: problem.into() }
    }

    /// The table or view.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The column, or `None` if it is about the whole table.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// Which rule it breaks.
    #[must_use]
    pub fn rule(&self) -> LintRule {
        self.rule
    }

    /// What is wrong, as in "is of type float, which QuickSight leaves out".
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What to do about it, as in "change its type, or convert it in a view".
    #[must_use]
    pub fn advice(&self) -> &'static str {
        self.rule.advice()
    }
}

impl fmt::Display for LintFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if let Some(column) = &self.column {
            write!(f, ".{column}")?;
        }
        write!(f, " {}; {}", self.problem, self.advice())
    }
}
