//! How a rule finds its rows: the SQL that it becomes.

use time::{OffsetDateTime, PrimitiveDateTime};

use super::{Findings, Severity, times};
use crate::{
    account::SystemAccount,
    integrity::{duplicate, walk::Walk},
    outcome::Result,
    references::Reference,
    session::{Columns, Connection, ask},
};

const ACTION: &str = "look for rows that should not be there";

/// One check.
pub(super) struct Rule {
    pub(super) code: &'static str,
    pub(super) table: &'static str,
    pub(super) severity: Severity,
    pub(super) find: Find,
}

/// How the rows (t) are found. A group of checks that differ in a column alone is a kind of its own.
pub(super) enum Find {
    /// What the line says of them, the SQL after `SELECT t.id FROM`, and after `WHERE`.
    Rows(&'static str, &'static str, &'static str),
    /// Rows with a column that points to nothing.
    Unknown { target: Target, only: &'static str },
    /// Rows with a column that is not as SQL says.
    Unlisted { column: &'static str, listed: &'static str },
    /// Rows with one of these columns more than a day ahead of UTC.
    Future(&'static [&'static str]),
    /// Rows with a time in one of these columns that no calendar has, nor the clocks of the service.
    NoTime { central: &'static [&'static str], other: &'static [&'static str] },
    /// Rows with an end before the start, by more than the clocks of the service go back.
    Backwards { start: &'static str, end: &'static str },
    /// Rows that were changed more than an hour before they were made.
    ChangedBefore { made: &'static str, changed: &'static str },
    /// Rows with the same columns as an earlier one.
    Repeat(&'static [&'static str]),
    /// Groups (g) and their members (t), of which all but the first of equal points, note and ends are found.
    Equals(&'static str, &'static str),
    /// What only a walk along the rows can tell.
    Walk(&'static str, Walk),
}

/// What a column points to, and how it is looked up.
pub(super) struct Target {
    reference: Reference,
    /// Without an index on the key each value is put aside once, and looked up there.
    is_indexed: bool,
    /// With an index on the column each of its values (g) is looked up once, and not once per row.
    /// <https://dev.mysql.com/doc/refman/8.4/en/group-by-optimization.html>
    by_value: bool,
    or_system: bool,
}

impl Target {
    pub(super) const fn of(reference: Reference) -> Self {
        Self { reference, is_indexed: true, by_value: false, or_system: false }
    }

    pub(super) const fn or_system(self) -> Self {
        Self { or_system: true, ..self }
    }

    pub(super) const fn without_index(self) -> Self {
        Self { is_indexed: false, ..self }
    }

    pub(super) const fn by_value(self) -> Self {
        Self { by_value: true, ..self }
    }

    /// The table whose column it is.
    pub(super) const fn table(&self) -> &'static str {
        self.reference.from().0
    }

    #[cfg(all(test, feature = "quicksight"))]
    pub(super) fn reference(&self) -> Reference {
        self.reference
    }
}

impl Rule {
    pub(super) const fn rows(
        code: &'static str,
        table: &'static str,
        says: &'static str,
        from: &'static str,
        found: &'static str,
    ) -> Self {
        Self::new(code, table, Find::Rows(says, from, found))
    }

    pub(super) const fn new(code: &'static str, table: &'static str, find: Find) -> Self {
        Self { code, table, severity: Severity::Fault, find }
    }

    pub(super) const fn suspicion(self) -> Self {
        Self { severity: Severity::Suspicion, ..self }
    }

    /// What a line says of the rows.
    pub(super) fn says(&self) -> String {
        match &self.find {
            Find::Rows(says, ..) | Find::Equals(says, _) | Find::Walk(says, _) => {
                (*says).to_owned()
            }
            Find::Unknown { target, .. } => target.says(),
            Find::Unlisted { column, .. } => format!("with a {column} that does not exist"),
            Find::Future(_) => "dated in the future".to_owned(),
            Find::NoTime { .. } => "with an impossible date".to_owned(),
            Find::Backwards { .. } => "with an end before the start".to_owned(),
            Find::ChangedBefore { .. } => "changed before it was made".to_owned(),
            Find::Repeat(columns) => format!("equal to an earlier one in {}", columns.join(", ")),
        }
    }

    /// The ids of the rows.
    pub(super) fn ids<C: Connection>(
        &self,
        conn: &mut C,
        since: Option<PrimitiveDateTime>,
    ) -> Result<Findings<i64>> {
        let newer = self.newer(since);
        let (from, found) = match &self.find {
            Find::Walk(_, walk) => return walk.ids(conn, ACTION, complete, &newer),
            Find::Equals(_, groups) => {
                return duplicate::ids(conn, ACTION, &complete(groups), &newer);
            }
            Find::Rows(_, from, found) => ((*from).to_owned(), (*found).to_owned()),
            Find::Unknown { target, only } => target.missing(only),
            Find::Unlisted { column, listed } => {
                (format!("{} t", self.table), format!("NOT (t.{column} {listed})"))
            }
            Find::Future(columns) => {
                let ahead = |column| format!("t.{column} > {{now}} + INTERVAL 1 DAY");
                (format!("{} t", self.table), any(columns, ahead))
            }
            Find::NoTime { central, other } => {
                let found = [any(central, no_date), any(other, no_date), any(central, skipped)];
                (format!("{} t", self.table), found.join(" OR "))
            }
            Find::Backwards { start, end } => (
                format!("{} t", self.table),
                format!("t.{end} < t.{start} AND NOT {}", turned_back(start, end)),
            ),
            Find::ChangedBefore { made, changed } => {
                (format!("{} t", self.table), format!("t.{changed} < t.{made} - INTERVAL 1 HOUR"))
            }
            Find::Repeat(columns) => repeat(self.table, columns),
        };
        let (from, found) = (complete(&from), complete(&found));
        let sql = format!("SELECT t.id FROM {from} WHERE ({found}){newer} ORDER BY t.id");
        Findings::collect(ask(conn, ACTION, &sql, (), Columns::take)?)
    }

    /// The SQL for rows that are new since a moment, where their table tells.
    fn newer(&self, since: Option<PrimitiveDateTime>) -> String {
        match (since, times::load_column(self.table)) {
            (Some(since), Some(column)) => {
                format!(" AND t.{column} >= {}", literal(times::on_load_clock(self.table, since)))
            }
            _ => String::new(),
        }
    }
}

impl Target {
    fn says(&self) -> String {
        format!("whose {} is not in {}", self.reference.from().1, self.reference.to().0)
    }

    fn missing(&self, only: &str) -> (String, String) {
        let ((table, column), (target, key)) = (self.reference.from(), self.reference.to());
        let target = if self.is_indexed {
            target.to_owned()
        } else {
            format!("(SELECT DISTINCT {key} FROM {target} WHERE {key} <> '')")
        };
        let asked = if self.by_value { "g" } else { "t" };
        let system = if self.or_system {
            format!(" AND {asked}.{column} NOT IN {{system}}")
        } else {
            String::new()
        };
        let from = if self.by_value {
            format!(
                "(SELECT DISTINCT {column} FROM {table}) g LEFT JOIN {target} o \
                 ON o.{key} = {asked}.{column} JOIN {table} t ON t.{column} = {asked}.{column}"
            )
        } else {
            format!("{table} {asked} LEFT JOIN {target} o ON o.{key} = {asked}.{column}")
        };
        (from, format!("o.{key} IS NULL AND {only}{system}"))
    }
}

/// The first of equal rows stays. What is NULL or empty is equal to nothing.
fn repeat(table: &str, columns: &[&str]) -> (String, String) {
    let names = columns.join(", ");
    let is_known: Vec<_> = columns.iter().map(|column| format!("LENGTH({column}) > 0")).collect();
    let equal: Vec<_> = columns.iter().map(|one| format!("t.{one} = g.{one}")).collect();
    (
        format!(
            "(SELECT {names}, MIN(id) AS first FROM {table} WHERE {} GROUP BY {names} \
             HAVING COUNT(*) > 1) g JOIN {table} t ON {}",
            is_known.join(" AND "),
            equal.join(" AND ")
        ),
        "t.id > g.first".to_owned(),
    )
}

fn any(columns: &[&'static str], found: impl Fn(&'static str) -> String) -> String {
    let each: Vec<_> = columns.iter().map(|column| found(column)).collect();
    if each.is_empty() { "FALSE".to_owned() } else { each.join(" OR ") }
}

/// Whatever is no date is another one after it was reckoned with, or NULL.
fn no_date(column: &str) -> String {
    format!("NOT (t.{column} + INTERVAL 0 DAY <=> t.{column})")
}

/// On the second Sunday of March the clocks go from 2 to 3.
fn skipped(column: &str) -> String {
    format!(
        "(YEAR(t.{column}) >= 2007 AND MONTH(t.{column}) = 3 AND DAYOFWEEK(t.{column}) = 1 \
         AND DAYOFMONTH(t.{column}) BETWEEN 8 AND 14 AND HOUR(t.{column}) = 2)"
    )
}

/// On the first Sunday of November the hour from 1 o'clock on comes twice.
fn turned_back(start: &str, end: &str) -> String {
    format!(
        "(MONTH(t.{start}) = 11 AND DAYOFMONTH(t.{start}) <= 7 AND DAYOFWEEK(t.{start}) = 1 \
         AND HOUR(t.{start}) = 1 AND HOUR(t.{end}) = 1 AND DATE(t.{end}) = DATE(t.{start}))"
    )
}

/// The SQL with the ids of the system accounts and the moment in their places. The moment is this
/// machine's, since a session can set what the server takes for now.
fn complete(sql: &str) -> String {
    let now = OffsetDateTime::now_utc();
    sql.replace("{system}", &format!("({})", SystemAccount::ids(SystemAccount::ALL)))
        .replace("{now}", &literal(PrimitiveDateTime::new(now.date(), now.time())))
}

fn literal(moment: PrimitiveDateTime) -> String {
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, second) = moment.as_hms();
    let month = u8::from(month);
    format!("'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}'")
}
