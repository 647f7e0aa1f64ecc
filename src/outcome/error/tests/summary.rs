//! Reports, and the sums that they are made of.

use super::{Case, day, server};
use crate::Error;

pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            Error::InvalidDateRange { start: day(2025), end: day(2024) },
            "2025-03-31 to 2024-03-30 is not a valid range of dates; give the earlier day first, and \
             years from 1000 to 9999",
            None,
            false,
        ),
        (
            Error::UnexpectedAnswer { action: "count trips by hour".into(), column: 2 },
            "could not count trips by hour, because column 2 of the server's answer has an \
             unexpected type or value; run verify to see whether the tables are what this build needs",
            None,
            false,
        ),
        (
            Error::TriggersRefused { source: server(1419, "You do not have the SUPER privilege") },
            "the server takes no triggers from this user while its binary log is on; have an \
             administrator set log_bin_trust_function_creators to 1 or install them, or stay with the \
             look-back: MySqlError { ERROR 1419 (HY000): You do not have the SUPER privilege }",
            Some(1419),
            false,
        ),
        (
            Error::StatementFormat { source: server(1665, "impossible to write to binary log") },
            "no sums can be made while binlog_format is STATEMENT; have an administrator set it to ROW or \
             MIXED, then call again on a fresh connection: MySqlError { ERROR 1665 (HY000): impossible to write \
             to binary log }",
            Some(1665),
            false,
        ),
        (
            Error::TriggerMissing { name: "t_insert".into(), table: "trip" },
            "the trigger t_insert on trip is not there, or needs TRIGGER to be seen; install the triggers \
             again, or remove them to go back to the look-back",
            None,
            false,
        ),
        (
            Error::RowsDropped { table: "trip", before: day(2025).midnight() },
            "nothing was summed up again, because the rows of trip before 2025-03-31 0:00:00.0 were dropped \
             and only their sums are left; begin the range there",
            None,
            false,
        ),
    ]
}
