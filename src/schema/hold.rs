//! Tables that nobody changes for a moment.

use super::judge::cannot_look;
use crate::{
    outcome::{Error, Result, code},
    session::{Session, column, quote},
};

/// Runs `work` while no other session can make, change or drop these tables, which must be there: a
/// transaction that has opened a table keeps others from changing it, and needs no right but `SELECT`.
///
/// The catalogue of MariaDB is no snapshot: while a table is rebuilt, it lacks its engine, its key or all
/// of it for a moment. So what looks broken is looked at once more like this.
/// <https://dev.mysql.com/doc/refman/8.4/en/metadata-locking.html>
pub(crate) fn hold<'c, T>(
    session: &mut Session<'c>,
    tables: &[&str],
    work: impl FnOnce(&mut Session<'c>) -> Result<T>,
) -> Result<T> {
    let begun = begin(session)?;
    session.finally(
        |session| {
            for table in tables {
                let opened = session.read(&format!("SELECT 1 FROM {} LIMIT 0", quote(table)));
                if let Err(error) = opened
                    && code::is_wait(&error)
                {
                    return Err(cannot_look(session, table, error));
                }
            }
            work(session)
        },
        |session| if begun { end(session) } else { Ok(()) },
    )
}

/// Whether this has begun a transaction. The caller's own serves as well. Not with `START TRANSACTION`,
/// which would let go of the caller's `LOCK TABLES`.
fn begin(session: &mut Session<'_>) -> Result<bool> {
    let automatic = session.row("SELECT @@autocommit LIMIT 1").map_err(failed)?;
    if automatic.and_then(|row| column(&row, 0)) != Some(1) {
        return Ok(false);
    }
    match session.execute("SET TRANSACTION READ WRITE") {
        Ok(()) => session.execute("SET SESSION autocommit = 0").map(|()| true).map_err(failed),
        Err(error) if code::of(&error) == Some(code::TRANSACTION_IN_PROGRESS) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Turning `autocommit` on again commits, whatever `completion_type` is.
fn end(session: &mut Session<'_>) -> Result<()> {
    session.execute("SET SESSION autocommit = 1").map_err(failed)
}

fn failed(error: mysql::Error) -> Error {
    Error::from_answer("keep the tables as they are for a moment", error)
}
