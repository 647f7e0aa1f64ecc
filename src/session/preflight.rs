//! What must be true before anything is changed: the server, the database, the session.

use super::{ALL, EarlierReads, Session, column, literal, quote, words::Words};
use crate::outcome::{Error, Result, code};

const NEEDED: &str = "MySQL 5.7 or later, or MariaDB 10.3 or later";
const NEEDED_ENGINE: &str = "the InnoDB storage engine";

/// A server that can take the migrations, and the session as the caller left it.
#[derive(Debug, PartialEq)]
pub(crate) struct Server {
    database: String,
    variables: Variables,
}

/// The variables of a session that matter to a run.
#[derive(Debug, PartialEq)]
struct Variables {
    autocommit: String,
    lock_wait_timeout: String,
    innodb_lock_wait_timeout: String,
    foreign_key_checks: String,
    sql_select_limit: String,
    sql_big_selects: String,
    sql_if_exists: String,
    words: Words,
    /// How a node of Galera passes a change of tables on. `None`: the server is no such node.
    osu_method: Option<String>,
}

/// Asks the server for all that matters in one statement, and refuses one that cannot take the
/// migrations.
///
/// The database's name is asked for as bytes, which no character set of the session changes. What
/// has another name on each server, or is on one alone, the others take for a comment.
/// <https://mariadb.com/docs/server/reference/sql-structure/sql-language-structure/comment-syntax>
pub(crate) fn check(session: &mut Session<'_>) -> Result<Server> {
    let facts =
        match facts(session, "/*M!100300 COALESCE(@@wsrep_OSU_method, */ NULL /*M!100300 ) */") {
            // Not every MariaDB is built with what makes a cluster of it.
            Err(error) if code::of(&error) == Some(code::UNKNOWN_VARIABLE) => {
                facts(session, "NULL")
            }
            facts => facts,
        };
    match facts {
        Ok(facts) => {
            let server = judge(|index| facts.as_ref().and_then(|row| column(row, index)))?;
            if server.variables.words.read_only() {
                Err(read_only(session, &server.database))
            } else {
                Ok(server)
            }
        }
        // The variables of an engine are there only if the engine is.
        Err(error) if code::of(&error) == Some(code::UNKNOWN_VARIABLE) => {
            Err(Error::UnsupportedServer {
                version: version(session),
                needed: NEEDED_ENGINE.into(),
            })
        }
        Err(error) => Err(Error::from_answer("ask the server for its version and settings", error)),
    }
}

/// What [`judge`] wants to know.
fn facts(session: &mut Session<'_>, osu_method: &str) -> mysql::Result<Option<mysql::Row>> {
    session.row(&format!(
        "SELECT CAST(DATABASE() AS BINARY), VERSION(), @@read_only, @@innodb_read_only, @@autocommit, \
         @@lock_wait_timeout, @@innodb_lock_wait_timeout, @@foreign_key_checks, \
         @@sql_select_limit, @@sql_big_selects, /*M!100502 @@sql_if_exists + */ 0, {osu_method}, {} \
         LIMIT 1",
        Words::SELECTED
    ))
}

fn judge(fact: impl Fn(usize) -> Option<String>) -> Result<Server> {
    let known = |index| fact(index).unwrap_or_default();
    let database = fact(0).ok_or(Error::NoDatabaseSelected)?;
    let version = known(1);
    if !is_supported(&version) {
        return Err(Error::UnsupportedServer { version, needed: NEEDED.into() });
    }
    // A user with the right to write in spite of `read_only` is refused too: tables made on a
    // replica break its replication.
    if is_on(&known(2)) || is_on(&known(3)) {
        return Err(Error::ReadOnly { source: None });
    }
    let mut index = 12..;
    let words = Words::read(|| fact(index.next()?));
    Ok(Server {
        database,
        variables: Variables {
            autocommit: known(4),
            lock_wait_timeout: known(5),
            innodb_lock_wait_timeout: known(6),
            foreign_key_checks: known(7),
            sql_select_limit: known(8),
            sql_big_selects: known(9),
            sql_if_exists: known(10),
            words,
            osu_method: fact(11),
        },
    })
}

/// The error for a session that may not write, with the server's own words. They are had by a statement that
/// would do nothing: to make the database that is there.
fn read_only(session: &mut Session<'_>, database: &str) -> Error {
    let source =
        session.execute(&format!("CREATE DATABASE IF NOT EXISTS {}", quote(database))).err();
    Error::ReadOnly { source }
}

impl Server {
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// Runs `work` in a session that commits each statement, reads SQL in the server's default way,
    /// drops no table that a foreign key needs, answers in full, takes the time that it takes, says what is
    /// not there, changes all nodes of a cluster and not this one alone, and waits for another session's
    /// locks no longer than this call may; then puts the caller's settings back.
    ///
    /// Without this a forgotten transaction on a table holds a boot for `lock_wait_timeout`, which
    /// is a year by default, and a caller's `sql_mode` decides what `DEFAULT ''` means.
    /// <https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_lock_wait_timeout>
    pub(crate) fn with_variables<'c, T>(
        &self,
        session: &mut Session<'c>,
        work: impl FnOnce(&mut Session<'c>) -> Result<T>,
    ) -> Result<T> {
        let seconds = session.slice().to_string();
        let ours = Variables {
            autocommit: "1".to_owned(),
            lock_wait_timeout: seconds.clone(),
            innodb_lock_wait_timeout: seconds,
            foreign_key_checks: "1".to_owned(),
            sql_select_limit: ALL.to_string(),
            sql_big_selects: "1".to_owned(),
            sql_if_exists: "0".to_owned(),
            words: Words::ours(),
            osu_method: self.variables.osu_method.as_ref().map(|_| "TOI".to_owned()),
        };
        session.with_patience(|session| {
            ours.apply(session)
                .map_err(|error| Error::from_answer("change the session's settings", error))?;
            session.finally(work, |session| {
                self.variables
                    .apply(session)
                    .map_err(|error| Error::from_answer("put the session's settings back", error))
            })
        })
    }
}

impl Variables {
    fn apply(&self, session: &mut Session<'_>) -> mysql::Result<()> {
        let osu_method = self.osu_method.as_ref();
        session.execute(&format!(
            "SET SESSION autocommit = {}, lock_wait_timeout = {}, innodb_lock_wait_timeout = {}, \
             foreign_key_checks = {}, sql_select_limit = {}, sql_big_selects = {}, {} \
             /*M!100502 , sql_if_exists = {} */{}",
            self.autocommit,
            self.lock_wait_timeout,
            self.innodb_lock_wait_timeout,
            self.foreign_key_checks,
            self.sql_select_limit,
            self.sql_big_selects,
            self.words.assignments(),
            self.sql_if_exists,
            osu_method
                .map_or_else(String::new, |way| format!(", wsrep_OSU_method = {}", literal(way))),
        ))
    }
}

/// Refuses to run inside the caller's transaction, which the first `CREATE TABLE` would commit.
/// <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>
///
/// With `autocommit=0` an earlier read of this call has itself opened a transaction, which the server
/// does not tell from one of the caller's. It is taken for ours alone if this session has never begun
/// one by name or written a row: then a commit changes nothing.
pub(crate) fn refuse_open_transaction(
    session: &mut Session<'_>,
    earlier: EarlierReads,
) -> Result<()> {
    let ask = |error| Error::from_answer("ask whether a transaction is open", error);

    // Needs no right, changes nothing for later transactions, and is refused inside one.
    // https://dev.mysql.com/doc/refman/8.4/en/set-transaction.html
    match session.execute("SET TRANSACTION READ WRITE") {
        Ok(()) => Ok(()),
        Err(error) if code::of(&error) != Some(code::TRANSACTION_IN_PROGRESS) => Err(ask(error)),
        Err(_) if earlier == EarlierReads::Table && is_only_our_read(session).map_err(ask)? => {
            Ok(())
        }
        Err(_) => Err(Error::OpenTransaction),
    }
}

fn is_only_our_read(session: &mut Session<'_>) -> mysql::Result<bool> {
    let autocommit = session.row("SELECT @@autocommit LIMIT 1")?;
    if autocommit.and_then(|row| column(&row, 0)) != Some(0) {
        return Ok(false);
    }
    // A transaction that was begun by name may hold a snapshot or a savepoint without a row written.
    let done = session.rows(
        "SHOW SESSION STATUS WHERE Variable_name IN ('Com_begin', 'Com_savepoint', \
         'Handler_delete', 'Handler_update', 'Handler_write')",
    )?;
    Ok(done.len() == 5 && done.iter().all(|row| column(row, 1) == Some(0)))
}

/// What the server calls itself, for a message: empty if it will not say.
pub(crate) fn version(session: &mut Session<'_>) -> String {
    let answer = session.row("SELECT VERSION()").ok().flatten();
    answer.and_then(|row| column(&row, 0)).unwrap_or_default()
}

/// A flag, or one of the words that newer MariaDB versions use for `read_only`.
fn is_on(value: &str) -> bool {
    !matches!(value, "" | "0" | "OFF")
}

/// Whether `VERSION()` is that of MariaDB.
pub(crate) fn is_mariadb(version: &str) -> bool {
    version.to_ascii_lowercase().contains("mariadb")
}

/// `VERSION()` of MySQL (`8.4.3`, `8.0.36-28` and the like) and of MariaDB (`10.11.6-MariaDB-log`,
/// behind some proxies with the prefix `5.5.5-` that old clients needed).
fn is_supported(version: &str) -> bool {
    let is_mariadb = is_mariadb(version);
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

    #[rustfmt::skip]
    const FACTS: [&str; 20] = [
        "tsp", "8.4.3", "0", "0", "0", "31536000", "50", "0", "1000", "0", "1", "RSU",
        "ANSI_QUOTES", "1", "latin1", "utf8mb4", "latin1_swedish_ci", "1", "1", "0.5",
    ];

    fn words(facts: &'static [&str]) -> impl FnMut() -> Option<String> {
        let mut facts = facts.iter();
        move || facts.next().map(|fact| (*fact).to_owned())
    }

    fn judge_with(changed: usize, value: Option<&str>) -> Result<Server> {
        let fact = |index| if index == changed { value } else { FACTS.get(index).copied() };
        judge(|index| fact(index).map(str::to_owned))
    }

    #[test]
    fn keeps_the_variables_of_the_session() {
        let variables = Variables {
            autocommit: "0".to_owned(),
            lock_wait_timeout: "31536000".to_owned(),
            innodb_lock_wait_timeout: "50".to_owned(),
            foreign_key_checks: "0".to_owned(),
            sql_select_limit: "1000".to_owned(),
            sql_big_selects: "0".to_owned(),
            sql_if_exists: "1".to_owned(),
            words: Words::read(words(&FACTS[12..])),
            osu_method: Some("RSU".to_owned()),
        };
        let expected = Server { database: "tsp".to_owned(), variables };
        assert_eq!(judge_with(0, Some("tsp")).unwrap(), expected);
    }

    #[test]
    fn refuses_what_cannot_take_the_migrations() {
        let cases = [
            (0, None, "no database is selected"),
            (1, Some("5.6.24"), "the server 5.6.24 is not supported; MySQL 5.7 or later"),
            (1, None, "the server  is not supported; MySQL 5.7 or later"),
            (2, Some("1"), "the server or the session is read-only"),
            (2, Some("NO_LOCK_NO_ADMIN"), "the server or the session is read-only"),
            (3, Some("1"), "the server or the session is read-only"),
        ];
        for (changed, value, expected) in cases {
            let message = judge_with(changed, value).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
