//! What the server's error codes mean to us.
//! <https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html>

pub(crate) const NO_DATABASE: u16 = 1046;
pub(crate) const NO_SUCH_TABLE: u16 = 1146;
/// The table does not exist in its engine, or what there is of it cannot be read: a server that died has
/// left a part of it.
const HALF_MADE: [u16; 2] = [1932, 1033];
/// There is a file of the table's name that no table has: the rest of what such a server has left.
pub(crate) const TABLESPACE_EXISTS: u16 = 1813;
pub(crate) const UNKNOWN_COLUMN: u16 = 1054;
pub(crate) const UNKNOWN_VARIABLE: u16 = 1193;
pub(crate) const TABLE_ACCESS_DENIED: u16 = 1142;
pub(crate) const COLUMN_ACCESS_DENIED: u16 = 1143;
pub(crate) const TRANSACTION_IN_PROGRESS: u16 = 1568;

/// Table exists, unknown column, duplicate column, duplicate key name, a second primary key, nothing to
/// drop, no such key: what a statement that has been run before answers when it is run again.
pub(crate) const ALREADY_DONE: [u16; 7] = [1050, 1054, 1060, 1061, 1068, 1091, 1176];

/// A change that the server cannot make in the way that was asked for: it does not know that way, or
/// not for this change, or not for this table any more.
pub(crate) const NOT_IN_THIS_WAY: [u16; 4] = [1800, 1845, 1846, 4092];

/// Whoever makes a trigger must be trusted where the binary log is on.
/// <https://dev.mysql.com/doc/refman/8.4/en/stored-programs-logging.html>
#[cfg(feature = "summary")]
pub(crate) const TRIGGERS_REFUSED: u16 = 1419;

/// The binary log has statements, and this one would have to be there by its rows.
#[cfg(feature = "summary")]
pub(crate) const STATEMENT_FORMAT: u16 = 1665;

/// A statement that cannot be run inside an XA transaction.
pub(crate) const XA_IN_PROGRESS: u16 = 1399;

/// The server runs with some option, and the message says with which.
pub(crate) const READ_ONLY_OPTION: u16 = 1290;
pub(crate) const READ_ONLY_TRANSACTION: u16 = 1792;
pub(crate) const READ_ONLY_MODE: u16 = 1836;
/// <https://dev.mysql.com/doc/refman/8.4/en/alter-database.html>
pub(crate) const READ_ONLY_DATABASE: u16 = 3989;

/// Database, table, column, routine, "needs one of these privileges".
pub(crate) const DENIED: [u16; 5] = [1044, TABLE_ACCESS_DENIED, COLUMN_ACCESS_DENIED, 1370, 1227];

pub(crate) const DUPLICATE: u16 = 1062;

/// A lock wait ran out: of a row, or of a table's metadata.
pub(crate) const LOCK_WAIT_TIMEOUT: u16 = 1205;

/// There is no partition of that name.
#[cfg(feature = "partition")]
pub(crate) const UNKNOWN_PARTITION: u16 = 1735;

/// A `SELECT` ran into the limit that its own text sets, as it does while it waits for a table.
pub(crate) const QUERY_TIMEOUT: u16 = 3024;

/// The same in the words of MariaDB.
#[cfg(feature = "quicksight")]
const STATEMENT_TIMEOUT: u16 = 1969;

/// What a commit answers when another node of the cluster was first: duplicate key, error
/// during commit, deadlock, rolled back by a group plugin.
pub(crate) const CONFLICTS: [u16; 4] = [DUPLICATE, 1180, 1213, 3101];

/// A row was changed since the transaction's snapshot was taken, which MariaDB may be told to refuse.
/// <https://mariadb.com/docs/server/server-usage/storage-engines/innodb/innodb-system-variables#innodb_snapshot_isolation>
pub(crate) const RECORD_CHANGED: u16 = 1020;

/// Whether the server, the database, the session or the transaction takes no writes.
pub(crate) fn is_read_only(error: &mysql::Error) -> bool {
    let mysql::Error::MySqlError(answer) = error else { return false };
    match answer.code {
        READ_ONLY_OPTION => answer.message.replace('_', "-").contains("read-only"),
        code => matches!(code, READ_ONLY_TRANSACTION | READ_ONLY_MODE | READ_ONLY_DATABASE),
    }
}

/// Whether a `COMMIT` that was answered with this has undone the work for certain.
#[cfg(feature = "ledger")]
pub(crate) fn is_undone_commit(code: u16) -> bool {
    let read_only = [READ_ONLY_OPTION, READ_ONLY_TRANSACTION, READ_ONLY_MODE, READ_ONLY_DATABASE];
    code == LOCK_WAIT_TIMEOUT || CONFLICTS.contains(&code) || read_only.contains(&code)
}

/// The server's error code, if the server answered at all.
pub(crate) fn of(error: &mysql::Error) -> Option<u16> {
    match error {
        mysql::Error::MySqlError(answer) => Some(answer.code),
        _ => None,
    }
}

/// Whether the server lists a table of which it has only a part.
pub(crate) fn is_half_made(error: &mysql::Error) -> bool {
    of(error).is_some_and(|code| HALF_MADE.contains(&code))
}

/// Whether another node of the cluster was first.
pub(crate) fn is_conflict(error: &mysql::Error) -> bool {
    of(error).is_some_and(|code| CONFLICTS.contains(&code))
}

/// Whether a statement has waited for another session for as long as it may.
pub(crate) fn is_wait(error: &mysql::Error) -> bool {
    matches!(of(error), Some(LOCK_WAIT_TIMEOUT | QUERY_TIMEOUT))
}

/// Whether a statement could not be done in its time, because it waited or because it had too much to do.
#[cfg(feature = "quicksight")]
pub(crate) fn is_out_of_time(error: &mysql::Error) -> bool {
    is_wait(error) || of(error) == Some(STATEMENT_TIMEOUT)
}

/// Whether the same call may get another answer by itself.
pub(crate) fn is_transient(error: &mysql::Error) -> bool {
    match error {
        mysql::Error::IoError(_) | mysql::Error::CodecError(_) | mysql::Error::DriverError(_) => {
            true
        }
        mysql::Error::MySqlError(answer) => is_passing(answer.code),
        _ => false,
    }
}

/// Whether the reason for this answer may go away by itself.
pub(crate) fn is_passing(code: u16) -> bool {
    /// Too many connections, of this user too, and too much of this user in an hour; shutdown in
    /// progress, user-level lock deadlock, table definition changed, wsrep not ready, statement killed,
    /// shutdown, statement out of time, row changed.
    const PASSING: [u16; 11] =
        [1040, 1203, 1226, 1053, 3058, 1412, 1047, 1317, 1077, QUERY_TIMEOUT, RECORD_CHANGED];

    code == LOCK_WAIT_TIMEOUT || CONFLICTS.contains(&code) || PASSING.contains(&code)
}

#[cfg(test)]
mod tests {
    use mysql::MySqlError;

    use super::*;
    use crate::outcome::Error;

    fn answer(code: u16, message: &str) -> mysql::Error {
        let (state, message) = ("HY000".to_owned(), message.to_owned());
        mysql::Error::MySqlError(MySqlError { state, message, code })
    }

    #[test]
    fn knows_what_passes_by_itself() {
        let passing = [
            1020, 1040, 1047, 1053, 1062, 1077, 1180, 1203, 1205, 1213, 1226, 1317, 1412, 3024,
            3058, 3101,
        ];
        // 1153: a packet that is larger than the server takes.
        let lasting = [1044, 1050, 1064, 1142, 1146, 1153, 1290, 1792, 1836];
        for code in passing {
            assert!(is_transient(&answer(code, "")), "{code}");
        }
        for code in lasting {
            assert!(!is_transient(&answer(code, "")), "{code}");
        }
    }

    #[test]
    fn says_what_kind_of_trouble_an_answer_is() {
        let denied = [1044, 1142, 1143, 1227, 1370].map(|code| (code, "denied", "not allowed to"));
        let others = [
            (1046, "No database selected", "no database is selected"),
            (1290, "running with the --read-only option", "the server or the session is read-only"),
            (1290, "running with the --super-read-only option", "the server or the session is"),
            (1290, "option read_only is on", "the server or the session is read-only"),
            (1290, "running with the --enforce-storage-engine option", "could not look"),
            (1399, "XAER_RMFAIL: IDLE", "the connection has an open transaction"),
            (1792, "READ ONLY transaction", "the server or the session is read-only"),
            (1836, "Running in read-only mode", "the server or the session is read-only"),
            (3989, "Schema 'tsp' is in read only mode", "the server or the session is read-only"),
            (1064, "syntax", "could not look"),
        ];
        for (code, message, expected) in denied.into_iter().chain(others) {
            let said = Error::from_answer("look", answer(code, message)).to_string();
            assert!(said.starts_with(expected), "{code} {message}: {said}");
        }
    }
}
