//! Which tables could not be had in time, and who holds them.

use super::{Session, column, literal, quote};
use crate::outcome::{Error, Result, code};

/// The error of a read that has waited for as long as it may for one of these tables.
pub(crate) fn held(session: &mut Session<'_>, tables: &[&str], source: mysql::Error) -> Error {
    let probe = |session: &mut Session<'_>, table: &str| {
        session.peek(&format!("SELECT 1 FROM {} LIMIT 0", quote(table)))
    };
    in_use(session, tables, source, probe).unwrap_or_else(|error| error)
}

/// The error of a statement that has waited for as long as it may for one of these tables. The server
/// does not say for which, so `probe` asks for each by itself.
pub(crate) fn in_use<'c>(
    session: &mut Session<'c>,
    tables: &[&str],
    source: mysql::Error,
    probe: impl Fn(&mut Session<'c>, &str) -> mysql::Result<()>,
) -> Result<Error> {
    let mut held = Vec::new();
    for table in tables {
        match probe(session, table) {
            Err(error) if code::is_wait(&error) => held.push(*table),
            Err(error) if code::of(&error).is_none() => {
                return Err(Error::from_answer("see which tables are in use", error));
            }
            _ => {}
        }
    }
    // All of them have been let go since, as far as can be seen.
    let held = if held.is_empty() { tables } else { &held };
    let holders = holders(session, held);
    let tables = held.iter().map(|table| quote(table)).collect();
    Ok(Error::TablesInUse { tables, holders, source })
}

/// The connections that hold a lock on one of these tables, where the server says so: MySQL to those who may
/// read `performance_schema`, MariaDB on a server with the plugin `metadata_lock_info`.
/// <https://dev.mysql.com/doc/refman/8.4/en/performance-schema-metadata-locks-table.html>
/// <https://mariadb.com/docs/server/reference/plugins/other-plugins/metadata-lock-info-plugin>
fn holders(session: &mut Session<'_>, tables: &[&str]) -> Vec<u64> {
    let names = tables.iter().map(|table| literal(table)).collect::<Vec<_>>().join(", ");
    let asks = [
        format!(
            "SELECT DISTINCT t.processlist_id FROM performance_schema.metadata_locks l \
             JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id \
             WHERE l.object_type = 'TABLE' AND l.object_schema = DATABASE() \
             AND l.object_name IN ({names}) AND l.lock_status = 'GRANTED' \
             AND t.processlist_id <> CONNECTION_ID() ORDER BY 1 LIMIT 10"
        ),
        format!(
            "SELECT DISTINCT thread_id FROM information_schema.metadata_lock_info \
             WHERE table_schema = DATABASE() AND table_name IN ({names}) \
             AND thread_id <> CONNECTION_ID() ORDER BY 1 LIMIT 10"
        ),
    ];
    for ask in asks {
        let rows = session.read(&ask).unwrap_or_default();
        let ids: Vec<_> = rows.iter().filter_map(|row| column(row, 0)).collect();
        if !ids.is_empty() {
            return ids;
        }
    }
    Vec::new()
}
