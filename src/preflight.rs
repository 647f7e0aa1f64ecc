//! What must be true before anything is changed: the server, the database, the session.

use std::time::Duration;

use mysql::Row;

use crate::{
    connection::{Session, column},
    error::{Error, Result, code, code_of},
};

const NEEDED: &str = "MySQL 5.7 or later, or MariaDB 10.3 or later";
const NEEDED_ENGINE: &str = "the InnoDB storage engine";

/// A server that can take the migrations, and the session as the caller left it.
#[derive(Debug)]
pub(crate) struct Server {
    database: String,
    settings: Settings,
}

/// The settings of a session that matter to a run.
#[derive(Debug, Clone)]
struct Settings {
    autocommit: bool,
    lock_wait_timeout: u64,
    innodb_lock_wait_timeout: u64,
    sql_mode: String,
}

/// Asks the server for all that matters in one statement.
pub(crate) fn check(session: &mut Session<'_>) -> Result<Server> {
    // The engines come from a subquery: a server whose InnoDB is off has no row for it, or says NO.
    let facts = session
        .row(
            "SELECT DATABASE(), VERSION(), @@read_only, @@innodb_read_only, \
             (SELECT support FROM information_schema.engines WHERE engine = 'InnoDB'), \
             @@autocommit, @@lock_wait_timeout, @@innodb_lock_wait_timeout, @@sql_mode",
        )
        .map_err(|error| {
            Error::from_answer("ask the server for its version and settings", error)
        })?;
    let Some(facts) = facts else {
        return Err(unsupported("that says nothing of itself", NEEDED));
    };

    let database = column(&facts, 0).ok_or(Error::NoDatabaseSelected)?;
    let version: String = column(&facts, 1).unwrap_or_default();
    if !is_supported(&version) {
        return Err(unsupported(&version, NEEDED));
    }
    if !matches!(text(&facts, 4).as_str(), "DEFAULT" | "YES") {
        return Err(unsupported(&version, NEEDED_ENGINE));
    }
    // A user with the right to write in spite of `read_only` is refused too: tables made on a
    // replica break its replication.
    if is_on(&text(&facts, 2)) || is_on(&text(&facts, 3)) {
        return Err(Error::ReadOnly { source: None });
    }
    Ok(Server {
        database,
        settings: Settings {
            autocommit: column(&facts, 5) != Some(0),
            lock_wait_timeout: column(&facts, 6).unwrap_or(31_536_000),
            innodb_lock_wait_timeout: column(&facts, 7).unwrap_or(50),
            sql_mode: text(&facts, 8),
        },
    })
}

impl Server {
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// Runs `work` in a session that commits each statement, reads SQL in the server's default way
    /// and waits at most `timeout` for another session's locks; then puts the caller's settings
    /// back.
    ///
    /// Without this a forgotten transaction on a table holds a boot for `lock_wait_timeout`, which
    /// is a year by default, and a caller's `sql_mode` decides what `DEFAULT ''` means.
    /// <https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_lock_wait_timeout>
    pub(crate) fn with_settings<'c, T>(
        &self,
        session: &mut Session<'c>,
        timeout: Duration,
        work: impl FnOnce(&mut Session<'c>) -> Result<T>,
    ) -> Result<T> {
        let seconds = whole_seconds(timeout).max(1);
        let ours = Settings {
            autocommit: true,
            lock_wait_timeout: seconds,
            innodb_lock_wait_timeout: seconds,
            sql_mode: "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION".to_owned(),
        };
        ours.apply(session)
            .map_err(|error| Error::from_answer("change the session's settings", error))?;
        session.finally(work, |session| {
            self.settings
                .apply(session)
                .map_err(|error| Error::from_answer("put the session's settings back", error))
        })
    }
}

impl Settings {
    fn apply(&self, session: &mut Session<'_>) -> mysql::Result<()> {
        session.execute(&format!(
            "SET SESSION autocommit = {}, lock_wait_timeout = {}, innodb_lock_wait_timeout = {}, \
             sql_mode = '{}'",
            u8::from(self.autocommit),
            self.lock_wait_timeout,
            self.innodb_lock_wait_timeout,
            self.sql_mode.replace('\'', "''"),
        ))
    }
}

/// A time limit as the server takes it, rounded up, and at most the year that it allows.
pub(crate) fn whole_seconds(limit: Duration) -> u64 {
    let seconds = limit.as_secs().saturating_add(u64::from(limit.subsec_nanos() > 0));
    seconds.min(31_536_000)
}

/// Refuses to run inside the caller's transaction, which the first `CREATE TABLE` would commit.
/// <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>
///
/// `have_read`: whether this call has read a table. With `autocommit=0` that read has itself opened
/// a transaction, which the server does not tell from one of the caller's. It is taken for ours
/// alone if this session has never written a row: then there is nothing that a commit could change.
pub(crate) fn refuse_open_transaction(session: &mut Session<'_>, have_read: bool) -> Result<()> {
    let ask = |error| Error::from_answer("ask whether a transaction is open", error);

    // Needs no right, changes nothing for later transactions, and is refused inside one.
    // https://dev.mysql.com/doc/refman/8.4/en/set-transaction.html
    match session.execute("SET TRANSACTION READ WRITE") {
        Ok(()) => Ok(()),
        Err(error) if code_of(&error) != Some(code::TRANSACTION_IN_PROGRESS) => Err(ask(error)),
        Err(_) if have_read && is_only_our_read(session).map_err(ask)? => Ok(()),
        Err(_) => Err(Error::OpenTransaction),
    }
}

fn is_only_our_read(session: &mut Session<'_>) -> mysql::Result<bool> {
    let autocommit = session.row("SELECT @@autocommit")?;
    if autocommit.and_then(|row| column(&row, 0)) != Some(0) {
        return Ok(false);
    }
    let written = session.rows(
        "SHOW SESSION STATUS WHERE Variable_name IN \
         ('Handler_delete', 'Handler_update', 'Handler_write')",
    )?;
    Ok(written.len() == 3 && written.iter().all(|row| column(row, 1) == Some(0)))
}

fn unsupported(version: &str, needed: &'static str) -> Error {
    Error::UnsupportedServer { version: version.to_owned(), needed }
}

fn text(row: &Row, index: usize) -> String {
    column(row, index).unwrap_or_default()
}

/// A flag, or one of the words that newer MariaDB versions use for `read_only`.
fn is_on(value: &str) -> bool {
    !matches!(value, "" | "0" | "OFF")
}

/// `VERSION()` of MySQL (`8.4.3`, `8.0.36-28` and the like) and of MariaDB (`10.11.6-MariaDB-log`,
/// behind some proxies with the prefix `5.5.5-` that old clients needed).
fn is_supported(version: &str) -> bool {
    let is_mariadb = version.to_ascii_lowercase().contains("mariadb");
    let oldest = if is_mariadb { (10, 3) } else { (5, 7) };
    let version = match version.strip_prefix("5.5.5-") {
        Some(rest) if is_mariadb => rest,
        _ => version,
    };
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= oldest,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_supported_servers_by_their_version() {
        let cases = [
            ("9.7.4-2", true),
            ("8.4.3", true),
            ("8.0.36-28", true),
            ("5.7.44-log", true),
            ("5.7.12", true),
            ("5.6.24", false),
            ("5.5.68-MariaDB", false),
            ("10.11.19-MariaDB-0+deb12u1", true),
            ("5.5.5-10.11.19-MariaDB-log", true),
            ("5.5.5-10.2.44-MariaDB", false),
            ("10.3.39-MariaDB", true),
            ("10.2.44-MariaDB", false),
            ("11.4.2-mariadb", true),
            ("", false),
            ("8", false),
            ("8.", false),
            ("unknown", false),
            ("99999999999999999999.0", false),
        ];
        for (version, expected) in cases {
            assert_eq!(is_supported(version), expected, "{version}");
        }
    }

    #[test]
    fn rounds_time_limits_up_to_whole_seconds() {
        let cases = [
            (Duration::ZERO, 0),
            (Duration::from_millis(1), 1),
            (Duration::from_secs(1), 1),
            (Duration::from_millis(1001), 2),
            (Duration::MAX, 31_536_000),
        ];
        for (limit, expected) in cases {
            assert_eq!(whole_seconds(limit), expected, "{limit:?}");
        }
    }
}
