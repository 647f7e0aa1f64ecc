//! What QuickSight would leave out, cut, round or read twice, found before a dashboard lacks it.

mod catalogue;
mod columns;
mod finding;
mod look_back;
mod rows;
mod rule;

use std::time::{Duration, Instant};

use self::{catalogue::Catalogue, rule::LintRule::Unseen};
pub use self::{finding::LintFinding, rule::LintRule};
use super::refresh;
use crate::{
    outcome::Result,
    session::{Connection, Session, Settings, in_plain_words},
};

const ACTION: &str = "look for what QuickSight cannot read";

const UNSEEN: &str = "is not there or broken, or this user may not see it";

/// Looks for what QuickSight cannot read as it is, in tables and views of the current database.
///
/// ```no_run
/// use std::time::Duration;
///
/// use quicksight_migrations::{mysql::Conn, quicksight::Linter};
///
/// fn nightly(conn: &mut Conn) -> quicksight_migrations::Result<()> {
///     for finding in Linter::new().read_rows(Duration::from_secs(60)).lint(conn)? {
///         println!("{finding}");
///     }
///     let others = Linter::of(["invoice", "invoice_by_day"]).look_back("invoice", "issued_on");
///     for finding in others.lint(conn)? {
///         println!("{} {}: {}", finding.table(), finding.rule().as_str(), finding.advice());
///     }
///     Ok(())
/// }
/// ```
///
/// # Cost
///
/// Without rows, five statements, whatever the size of the tables. With
/// [`read_rows`](Self::read_rows) each table is read once from end to end, and besides an index of
/// each doubtful column that begins one: nothing less can tell that there is no such row. The time for
/// all of it is bounded.
#[derive(Debug, Clone)]
#[must_use]
pub struct Linter {
    subjects: Vec<Subject>,
    rows: Option<Duration>,
}

/// A table or view to look at.
#[derive(Debug, Clone)]
struct Subject {
    table: String,
    look_back: Option<String>,
}

impl Linter {
    /// Looks at our own tables, with the columns by which they are
    /// [refreshed](super::look_back_column).
    pub fn new() -> Self {
        let subjects = refresh::TABLES.iter().map(|(table, look_back)| Subject {
            table: (*table).to_owned(),
            look_back: look_back.map(|look_back| look_back.column.to_owned()),
        });
        Self { subjects: subjects.collect(), rows: None }
    }

    /// Looks at these tables and views, named as the server shows them. None of them is refreshed by a
    /// column, unless [`look_back`](Self::look_back) says so.
    pub fn of<T: Into<String>>(tables: impl IntoIterator<Item = T>) -> Self {
        let subjects =
            tables.into_iter().map(|table| Subject { table: table.into(), look_back: None });
        Self { subjects: subjects.collect(), rows: None }
    }

    /// Says by which column a table is refreshed; looks at the table as well, if it did not yet.
    ///
    /// The column of a view must be a date. Whether it changes, and whether it has an index, only the
    /// table below the view can tell.
    pub fn look_back(mut self, table: impl Into<String>, column: impl Into<String>) -> Self {
        let (table, look_back) = (table.into(), Some(column.into()));
        self.subjects.retain(|subject| subject.table != table);
        self.subjects.push(Subject { table, look_back });
        self
    }

    /// Reads rows as well, for no longer than this in all, and finds the values that the catalogue
    /// does not know of. Each table for which the time was too short is a
    /// [`RowsNotRead`](LintRule::RowsNotRead).
    ///
    /// Keep it shorter than the read timeout of the connection.
    pub fn read_rows(mut self, limit: Duration) -> Self {
        self.rows = Some(limit);
        self
    }

    /// Looks, and returns what was found: table by table, first what the catalogue says and then what
    /// the rows say.
    ///
    /// # Errors
    ///
    /// [`Database`](crate::Error::Database), [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected),
    /// and [`PermissionDenied`](crate::Error::PermissionDenied) for a view whose definer may not read
    /// what is below it. `SELECT` on the tables is the only right that is needed, and what the user may
    /// not see is [`Unseen`](LintRule::Unseen).
    pub fn lint<C: Connection>(&self, conn: &mut C) -> Result<Vec<LintFinding>> {
        let mut session = Session::new(conn, &Settings::default());
        in_plain_words(&mut session, |session| self.look(session))
    }

    fn look(&self, session: &mut Session<'_>) -> Result<Vec<LintFinding>> {
        let names: Vec<_> = self.subjects.iter().map(|subject| &*subject.table).collect();
        let catalogue = Catalogue::read(session, &names)?;
        // None: so far away that there is no such moment.
        let deadline = self.rows.map(|limit| Instant::now().checked_add(limit));
        let mut findings = Vec::new();
        for Subject { table, look_back } in &self.subjects {
            let Some(found) = catalogue.table(table) else {
                findings.push(LintFinding::new(table, None, Unseen, UNSEEN));
                continue;
            };
            findings.extend(columns::faults(found));
            if let Some(column) = look_back {
                findings.extend(look_back::faults(found, column));
            }
            if let Some(deadline) = deadline {
                findings.extend(rows::read(session, found, deadline)?);
            }
        }
        Ok(findings)
    }
}

impl Default for Linter {
    fn default() -> Self {
        Self::new()
    }
}

/// Looks at our own tables without reading rows, as [`Linter::new`] does.
///
/// # Errors
///
/// As [`Linter::lint`].
pub fn lint<C: Connection>(conn: &mut C) -> Result<Vec<LintFinding>> {
    Linter::new().lint(conn)
}
