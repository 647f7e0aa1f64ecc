//! The history: the table that says which migrations were applied, and what a row must look like.

use mysql::Row;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Embedded, embedded::file_name};
use crate::{
    outcome::{Error, Result, code},
    session::{Session, column, literal, quote, unread},
};

/// How many migrations newer builds may have.
const NEWER: usize = 1000;

/// A row of the history.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) version: i64,
    name: String,
    pub(crate) applied_on: OffsetDateTime,
    checksum: u64,
}

impl Recorded {
    #[cfg(test)]
    pub(super) fn new(version: i64, name: &str, applied_on: OffsetDateTime, checksum: u64) -> Self {
        Self { version, name: name.to_owned(), applied_on, checksum }
    }

    /// Whether it records this very migration.
    pub(crate) fn is_of(&self, own: &Embedded) -> bool {
        self.name == own.title() && own.accepts(self.checksum)
    }

    /// The name that the migration's file had.
    pub(crate) fn file_name(&self) -> String {
        file_name(self.version, &self.name)
    }

    /// Reads a row without trusting it: people edit this table by hand.
    fn decode(row: &Row) -> Result<Self> {
        let version = column(row, 0);
        let unreadable =
            |column: &'static str| Error::CorruptHistory { version, column: column.into() };
        let text = |index, name| column::<String>(row, index).ok_or_else(|| unreadable(name));

        Ok(Self {
            version: version.ok_or_else(|| unreadable("version"))?,
            name: text(1, "name")?,
            applied_on: OffsetDateTime::parse(&text(2, "applied_on")?, &Rfc3339)
                .map_err(|_| unreadable("applied_on"))?,
            checksum: text(3, "checksum")?.parse().map_err(|_| unreadable("checksum"))?,
        })
    }
}

/// What a look at the history found.
#[derive(Debug)]
pub(crate) enum Seen {
    /// All of it.
    Rows(Vec<Recorded>),
    /// There is no such table.
    NoTable,
    /// The user may not read it, in the server's words. Some servers say so of a table that does not
    /// exist, too.
    NoRight(Error),
}

impl Seen {
    /// What is recorded as far as this user can see.
    pub(crate) fn into_rows(self) -> Vec<Recorded> {
        match self {
            Self::Rows(rows) => rows,
            Self::NoTable | Self::NoRight(_) => Vec::new(),
        }
    }

    /// What is recorded, for those who would take what they cannot see for what is not there.
    pub(crate) fn readable(self) -> Result<Vec<Recorded>> {
        match self {
            Self::NoRight(error) => Err(error),
            seen => Ok(seen.into_rows()),
        }
    }
}

/// The history table: its name, and the same quoted for SQL.
#[derive(Debug)]
pub(crate) struct HistoryTable {
    name: String,
    quoted: String,
    /// More rows than this build and many newer ones have migrations are no history.
    most: usize,
}

impl HistoryTable {
    /// Checks a name by the server's rules for identifiers, and that it is not a table of ours.
    /// <https://dev.mysql.com/doc/refman/8.4/en/identifiers.html>
    pub(crate) fn new(name: &str, embedded: &[Embedded]) -> Result<Self> {
        let is_ours =
            |one: &Embedded| one.makes().is_some_and(|table| table.eq_ignore_ascii_case(name));
        let reason = if name.is_empty() {
            "it is empty"
        } else if name.chars().count() > 64 {
            "it is longer than 64 characters"
        } else if name.ends_with(' ') {
            "it ends with a space"
        } else if name.chars().any(|c| c == '\0' || c > '\u{ffff}') {
            "it has a character that no identifier may have"
        } else if embedded.iter().any(is_ours) {
            "a migration makes a table of that name"
        } else {
            let most = embedded.len() + NEWER;
            return Ok(Self { name: name.to_owned(), quoted: quote(name), most });
        };
        Err(Error::InvalidHistoryTable { name: name.to_owned(), reason: reason.into() })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The statement that reads it where this holds.
    pub(super) fn select(&self, condition: &str) -> String {
        format!(
            "SELECT version, name, applied_on, checksum FROM {} WHERE {condition} \
             ORDER BY version LIMIT {}",
            self.quoted,
            self.most + 1
        )
    }

    /// Reads rows without trusting them.
    pub(super) fn decode(&self, rows: &[Row]) -> Result<Vec<Recorded>> {
        if rows.len() > self.most {
            let (table, most) = (self.quoted.clone(), self.most);
            return Err(Error::HistoryTooLong { table, most });
        }
        rows.iter().map(Recorded::decode).collect()
    }

    /// Reads the whole history in one statement.
    pub(crate) fn read(&self, session: &mut Session<'_>) -> Result<Seen> {
        match self.read_existing(session) {
            Ok(rows) => Ok(Seen::Rows(rows)),
            Err(error) => match error.server_code() {
                Some(code::NO_SUCH_TABLE) => Ok(Seen::NoTable),
                Some(code::TABLE_ACCESS_DENIED) => Ok(Seen::NoRight(error)),
                _ => Err(error),
            },
        }
    }

    /// The same of a table that is known to be there.
    pub(crate) fn read_existing(&self, session: &mut Session<'_>) -> Result<Vec<Recorded>> {
        match session.read(&self.select("TRUE")) {
            Ok(rows) => self.decode(&rows),
            Err(error) => Err(unread(session, &[&self.name], self.reading(&error), error)),
        }
    }

    /// What could not be done, and how it can be.
    fn reading(&self, error: &mysql::Error) -> String {
        let table = &self.quoted;
        if code::is_half_made(error) {
            return format!(
                "read the history table {table}, of which a server that died has left a part without \
                 rows: send DROP TABLE {table}"
            );
        }
        format!("read the history table {table} (needs SELECT)")
    }

    /// The table in refinery's own format, so that refinery's tools can read it.
    pub(crate) fn create_statement(&self) -> String {
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\
             version INT NOT NULL PRIMARY KEY, \
             name VARCHAR(255), \
             applied_on VARCHAR(255), \
             checksum VARCHAR(255)\
             ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC",
            self.quoted
        )
    }

    pub(crate) fn create(&self, session: &mut Session<'_>) -> Result<()> {
        session.execute(&self.create_statement()).map_err(|error| {
            let table = &self.quoted;
            let action = if code::of(&error) == Some(code::TABLESPACE_EXISTS) {
                format!(
                    "create the history table {table}, whose .ibd file a server that died has left in \
                     its folder of this database: delete that file"
                )
            } else {
                format!("create the history table {table} (needs CREATE)")
            };
            Error::from_answer(action, error)
        })
    }

    /// Records a migration as applied, at this moment, as refinery does. No row outlives its table: where
    /// that is gone again, as beside a rollback on another node of a cluster, the server refuses this.
    pub(crate) fn record_statement(&self, own: &Embedded) -> String {
        let table = own.table().map_or_else(
            || "TRUE".to_owned(),
            |table| format!("NOT EXISTS (SELECT 1 FROM {} WHERE FALSE)", quote(table)),
        );
        format!(
            "INSERT INTO {} (version, name, applied_on, checksum) SELECT {}, {}, {}, {} FROM DUAL WHERE {table}",
            self.quoted,
            own.version(),
            literal(own.title()),
            literal(&rfc3339(OffsetDateTime::now_utc())),
            literal(&own.checksum().to_string())
        )
    }
}

/// A moment as refinery writes it.
fn rfc3339(on: OffsetDateTime) -> String {
    let (hour, minute, second, micro) = on.time().as_hms_micro();
    format!("{}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z", on.date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_moments_as_they_are_read() {
        let on = OffsetDateTime::from_unix_timestamp_nanos(1_743_390_428_000_042_000).unwrap();
        assert_eq!(rfc3339(on), "2025-03-31T03:07:08.000042Z");
        assert_eq!(OffsetDateTime::parse(&rfc3339(on), &Rfc3339).unwrap(), on);
    }
}
