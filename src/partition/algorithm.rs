//! The way in which a server changes a table, where a session says so for each statement.

use crate::{
    outcome::{Error, Result, code},
    session::{Session, column, literal},
};

/// Runs `work` in a session that leaves the way to the server. MariaDB refuses to divide or drop a partition in any way that is
/// named (1846), were it the one that it takes by itself.
/// <https://mariadb.com/docs/server/server-usage/storage-engines/innodb/innodb-online-ddl>
pub(super) fn of_the_server<'c, T>(
    session: &mut Session<'c>,
    work: impl FnOnce(&mut Session<'c>) -> Result<T>,
) -> Result<T> {
    let named = named(session)?;
    if named.eq_ignore_ascii_case(DEFAULT) {
        return work(session);
    }
    set(session, DEFAULT)?;
    session.finally(work, |session| set(session, &named))
}

const DEFAULT: &str = "DEFAULT";

/// What the session says. MySQL has no such variable.
fn named(session: &mut Session<'_>) -> Result<String> {
    let ask = format!("SELECT /*M!100300 @@alter_algorithm, */ {} LIMIT 1", literal(DEFAULT));
    match session.row(&ask) {
        Ok(row) => Ok(row.and_then(|row| column(&row, 0)).unwrap_or_else(|| DEFAULT.to_owned())),
        Err(error) if code::of(&error) == Some(code::UNKNOWN_VARIABLE) => Ok(DEFAULT.to_owned()),
        Err(error) => Err(Error::from_answer("ask for the session's settings", error)),
    }
}

fn set(session: &mut Session<'_>, name: &str) -> Result<()> {
    session
        .execute(&format!("SET SESSION alter_algorithm = {}", literal(name)))
        .map_err(|error| Error::from_answer("change the session's settings", error))
}
