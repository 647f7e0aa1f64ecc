//! The history: the table that says which migrations were applied, and what a row must look like.

use std::hash::{Hash, Hasher};

use mysql::Row;
use refinery_core::Migration;
use siphasher::sip::SipHasher13;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    connection::{Session, column},
    error::{Error, Result, code},
    shape::quote,
};

/// The table that a [`Migrator`](crate::Migrator) keeps its history in unless told otherwise.
///
/// Not refinery's own default name: that one belongs to the service's own migrations.
pub(crate) const DEFAULT_TABLE: &str = "quicksight_schema_history";

/// A migration of this build.
#[derive(Debug, Clone)]
pub(crate) struct Embedded {
    migration: Migration,
    version: i64,
    name: String,
    checksums: [u64; 2],
}

impl Embedded {
    pub(crate) fn new(migration: Migration) -> Self {
        let version = widen(migration.version());
        let sql = migration.sql().unwrap_or_default();
        Self {
            version,
            name: file_name(version, migration.name()),
            checksums: checksums(migration.name(), version, sql),
            migration,
        }
    }

    pub(crate) fn migration(&self) -> &Migration {
        &self.migration
    }

    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// The file's name without its ending, as in `V01__auth_user`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The checksum that a build without wider version numbers records.
    #[cfg(test)]
    pub(crate) fn narrow(&self) -> u64 {
        self.checksums[0]
    }

    /// The SQL without the comments above it and the semicolon behind it.
    pub(crate) fn statement(&self) -> &str {
        let mut sql = self.migration.sql().unwrap_or_default().trim();
        while let Some((_, rest)) = sql.split_once('\n').filter(|_| sql.starts_with("--")) {
            sql = rest.trim_start();
        }
        sql.trim_end_matches(';')
    }

    /// The table that it makes or changes: the first name after `TABLE`, or the one after `ON` where
    /// it makes or drops an index.
    pub(crate) fn table(&self) -> Option<&str> {
        let statement = self.statement();
        let words = statement.split_once(['(', '\n']).map_or(statement, |(head, _)| head);
        let rest = match words.split_once(" INDEX ") {
            Some((_, rest)) if !words.starts_with("ALTER") => rest.split_once(" ON ")?.1,
            _ => words.split_once(" TABLE ")?.1,
        };
        rest.split('`').nth(1)
    }

    /// Whether it makes a table, rather than change one.
    pub(crate) fn makes_table(&self) -> bool {
        self.statement().starts_with("CREATE TABLE")
    }

    /// The statement as it is for another table: a temporary one that nobody else uses, so that
    /// what it says about being online is left out.
    pub(crate) fn sql_for_twin(&self, twin: &str) -> Option<String> {
        let statement = self.statement();
        let table = quote(self.table()?);
        let statement = statement.split_once(" ALGORITHM=").map_or(statement, |(sql, _)| sql);
        let statement = statement.trim_end_matches([',', ' ']);
        let sql = statement.replacen(&table, &quote(twin), 1);
        Some(match sql.split_once("CREATE TABLE IF NOT EXISTS ") {
            Some((_, rest)) => format!("CREATE TEMPORARY TABLE {rest}"),
            None => sql,
        })
    }

    /// Whether a row of the history records this very migration.
    pub(crate) fn is(&self, row: &Recorded) -> bool {
        row.name == self.migration.name() && self.checksums.contains(&row.checksum)
    }
}

/// refinery's versions are `i32` or `i64`, as its feature `int8-versions` has it.
fn widen(version: impl Into<i64>) -> i64 {
    version.into()
}

fn file_name(version: i64, name: &str) -> String {
    format!("V{version:02}__{name}")
}

/// The checksum of a migration as refinery computes it, in both of its ways.
///
/// refinery hashes the version as an `i32`, or as an `i64` when any crate of the build turns on its
/// feature `int8-versions`. The same file must be accepted from either build.
fn checksums(name: &str, version: i64, sql: &str) -> [u64; 2] {
    fn one(name: &str, version: impl Hash, sql: &str) -> u64 {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        version.hash(&mut hasher);
        sql.hash(&mut hasher);
        hasher.finish()
    }

    let wide = one(name, version, sql);
    let narrow = i32::try_from(version).map_or(wide, |version| one(name, version, sql));
    [narrow, wide]
}

/// A row of the history.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) version: i64,
    name: String,
    pub(crate) applied_on: OffsetDateTime,
    checksum: u64,
}

impl Recorded {
    /// The name that the migration's file had.
    pub(crate) fn file_name(&self) -> String {
        file_name(self.version, &self.name)
    }

    /// Reads a row without trusting it: people edit this table by hand.
    fn decode(row: &Row) -> Result<Self> {
        let version = column(row, 0);
        let unreadable = |column| Error::CorruptHistory { version, column };
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
    /// The user may not read it. Some servers answer this for a table that does not exist, too.
    NoRight,
}

impl Seen {
    /// What is recorded as far as this user can see.
    pub(crate) fn into_rows(self) -> Vec<Recorded> {
        match self {
            Self::Rows(rows) => rows,
            Self::NoTable | Self::NoRight => Vec::new(),
        }
    }
}

/// The history table, its name quoted for SQL.
#[derive(Debug)]
pub(crate) struct HistoryTable {
    quoted: String,
}

impl HistoryTable {
    /// Checks a name by the server's rules for identifiers, and that it is not a table of ours.
    /// <https://dev.mysql.com/doc/refman/8.4/en/identifiers.html>
    pub(crate) fn new(name: &str, embedded: &[Embedded]) -> Result<Self> {
        let is_ours = |one: &Embedded| one.migration.name().eq_ignore_ascii_case(name);
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
            return Ok(Self { quoted: quote(name) });
        };
        Err(Error::InvalidHistoryTable { name: name.to_owned(), reason })
    }

    pub(crate) fn quoted(&self) -> &str {
        &self.quoted
    }

    /// Reads the whole history in one statement.
    pub(crate) fn read(&self, session: &mut Session<'_>) -> Result<Seen> {
        match self.read_existing(session) {
            Ok(rows) => Ok(Seen::Rows(rows)),
            Err(error) => match error.server_code() {
                Some(code::NO_SUCH_TABLE) => Ok(Seen::NoTable),
                Some(code::TABLE_ACCESS_DENIED) => Ok(Seen::NoRight),
                _ => Err(error),
            },
        }
    }

    /// The same of a table that is known to be there.
    pub(crate) fn read_existing(&self, session: &mut Session<'_>) -> Result<Vec<Recorded>> {
        let table = &self.quoted;
        let select =
            format!("SELECT version, name, applied_on, checksum FROM {table} ORDER BY version");
        let rows = session.rows(&select).map_err(|error| {
            Error::from_answer(format!("read the history table {table} (needs SELECT)"), error)
        })?;
        rows.iter().map(Recorded::decode).collect()
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
            let action = format!("create the history table {table} (needs CREATE)");
            Error::from_answer(action, error)
        })
    }
}
