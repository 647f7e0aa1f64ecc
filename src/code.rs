//! What the server's error codes mean to us.
//! <https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html>

pub(crate) const NO_DATABASE: u16 = 1046;
pub(crate) const NO_SUCH_TABLE: u16 = 1146;
pub(crate) const UNKNOWN_VARIABLE: u16 = 1193;
pub(crate) const TABLE_ACCESS_DENIED: u16 = 1142;
pub(crate) const TRANSACTION_IN_PROGRESS: u16 = 1568;

/// Table exists, unknown column, duplicate column, duplicate key name, nothing to drop, no such key:
/// what a statement that has been run before answers when it is run again.
pub(crate) const ALREADY_DONE: [u16; 6] = [1050, 1054, 1060, 1061, 1091, 1176];

/// A change that the server cannot make in the way that was asked for: it does not know that way, or
/// not for this change, or not for this table any more.
pub(crate) const NOT_IN_THIS_WAY: [u16; 4] = [1800, 1845, 1846, 4092];

pub(crate) const READ_ONLY_OPTION: u16 = 1290;
pub(crate) const READ_ONLY_TRANSACTION: u16 = 1792;
pub(crate) const READ_ONLY_MODE: u16 = 1836;

/// Database, table, column, routine, "needs one of these privileges".
pub(crate) const DENIED: [u16; 5] = [1044, TABLE_ACCESS_DENIED, 1143, 1370, 1227];

pub(crate) const DUPLICATE: u16 = 1062;

/// A lock wait ran out: of a row, or of a table's metadata.
pub(crate) const LOCK_WAIT_TIMEOUT: u16 = 1205;

/// What a commit answers when another node of the cluster was first: duplicate key, error
/// during commit, deadlock, rolled back by a group plugin.
pub(crate) const CONFLICTS: [u16; 4] = [DUPLICATE, 1180, 1213, 3101];

/// Whether a `COMMIT` that was answered with this has undone the work for certain.
#[cfg(feature = "analytics")]
pub(crate) fn is_undone_commit(code: u16) -> bool {
    let read_only = [READ_ONLY_OPTION, READ_ONLY_TRANSACTION, READ_ONLY_MODE];
    code == LOCK_WAIT_TIMEOUT || CONFLICTS.contains(&code) || read_only.contains(&code)
}

/// The server's error code, if the server answered at all.
pub(crate) fn of(error: &mysql::Error) -> Option<u16> {
    match error {
        mysql::Error::MySqlError(answer) => Some(answer.code),
        _ => None,
    }
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
    /// Too many connections, shutdown in progress, user-level lock deadlock, table definition
    /// changed, wsrep not ready.
    const PASSING: [u16; 7] = [1040, 1053, 3058, 1412, 1047, 1317, 1077];

    code == LOCK_WAIT_TIMEOUT || CONFLICTS.contains(&code) || PASSING.contains(&code)
}
