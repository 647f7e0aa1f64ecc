//! Which tables could not be had in time, and who holds them.

use super::{Session, column, literal, quote};
use crate::outcome::{Error, Result, code};

/// The error of a read of these tables. One that has waited for as long as it may says for which.
pub(crate) fn unread(
    session: &mut Session<'_>,
    tables: &[&str],
    action: impl Into<String>,
    error: mysql::Error,
) -> Error {
    if !code::is_wait(&error) {
        return Error::from_answer(action, error);
    }
    let peek = |session: &mut Session<'_>, table: &str| {
        session.peek(&format!("SELECT 1 FROM {} LIMIT 0", quote(table)))
    };
    match still_held(session, tables, peek) {
        Ok(held) => {
            let locks = locks(session, &held);
            in_use(&held, &locks, error)
        }
        Err(error) => error,
    }
}

/// The error of a change that has waited for as long as it may for one of these tables. Where the server
/// does not say who holds which, `probe` asks for each by itself.
pub(crate) fn unchanged<'c>(
    session: &mut Session<'c>,
    tables: &[&str],
    error: mysql::Error,
    probe: impl Fn(&mut Session<'c>, &str) -> mysql::Result<()>,
) -> Result<Error> {
    let locks = locks(session, tables);
    if locks.is_empty() {
        let held = still_held(session, tables, probe)?;
        return Ok(in_use(&held, &locks, error));
    }
    let is_locked = |table: &&&str| locks.iter().any(|lock| lock.table.eq_ignore_ascii_case(table));
    let held: Vec<_> = tables.iter().filter(is_locked).copied().collect();
    Ok(in_use(&held, &locks, error))
}

fn in_use(held: &[&str], locks: &[Lock], source: mysql::Error) -> Error {
    let mut holders: Vec<_> = locks.iter().map(|lock| lock.holder).collect();
    holders.sort_unstable();
    holders.dedup();
    holders.truncate(10);
    Error::TablesInUse { tables: held.iter().map(|table| quote(table)).collect(), holders, source }
}

/// Those that cannot be had yet; all of them, if each has been let go since as far as can be seen.
fn still_held<'c, 't>(
    session: &mut Session<'c>,
    tables: &[&'t str],
    probe: impl Fn(&mut Session<'c>, &str) -> mysql::Result<()>,
) -> Result<Vec<&'t str>> {
    let mut held = Vec::new();
    for table in tables {
        if !session.may_wait() {
            break;
        }
        match probe(session, table) {
            Err(error) if code::is_wait(&error) => held.push(*table),
            Err(error) if code::of(&error).is_none() => {
                return Err(Error::from_answer("see which tables are in use", error));
            }
            _ => {}
        }
    }
    Ok(if held.is_empty() { tables.to_vec() } else { held })
}

/// A table that a connection has a lock on.
struct Lock {
    table: String,
    holder: u64,
}

/// Who has a lock on these tables, where the server says so: MySQL to those who may read
/// `performance_schema`, MariaDB on a server with the plugin `metadata_lock_info`.
/// <https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html>
/// <https://mariadb.com/docs/server/reference/plugins/other-plugins/metadata-lock-info-plugin>
fn locks(session: &mut Session<'_>, tables: &[&str]) -> Vec<Lock> {
    let names = tables.iter().map(|table| literal(table)).collect::<Vec<_>>().join(", ");
    let asks = [
        format!(
            "SELECT l.object_name, t.processlist_id FROM performance_schema.metadata_locks l \
             JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id \
             WHERE l.object_type = 'TABLE' AND l.object_schema = DATABASE() \
             AND l.object_name IN ({names}) AND l.lock_status = 'GRANTED' \
             AND t.processlist_id <> CONNECTION_ID() LIMIT 1000"
        ),
        format!(
            "SELECT table_name, thread_id FROM information_schema.metadata_lock_info \
             WHERE table_schema = DATABASE() AND table_name IN ({names}) \
             AND thread_id <> CONNECTION_ID() LIMIT 1000"
        ),
    ];
    for ask in asks {
        let rows = session.read(&ask).unwrap_or_default();
        let lock = |row| Some(Lock { table: column(row, 0)?, holder: column(row, 1)? });
        let locks: Vec<_> = rows.iter().filter_map(lock).collect();
        if !locks.is_empty() {
            return locks;
        }
    }
    Vec::new()
}
