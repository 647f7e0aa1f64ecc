//! The migrations, and the history of them.

use super::{Case, server};
use crate::Error;

pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            Error::Migration {
                migration: "V14__trip".into(),
                applied: 13,
                total: 18,
                source: server(1205, "Lock wait timeout exceeded"),
            },
            "migration V14__trip failed with 13 of 18 applied; it is not recorded, and the next \
             call goes on from it once the cause below is removed: \
             MySqlError { ERROR 1205 (HY000): Lock wait timeout exceeded }",
            Some(1205),
            true,
        ),
        (
            Error::Migration {
                migration: "V14__trip".into(),
                applied: 13,
                total: 18,
                source: server(1813, "Tablespace exists"),
            },
            "migration V14__trip failed with 13 of 18 applied; it is not recorded, and the next \
             call goes on from it once the cause below is removed: a server that died has left the \
             .ibd file of the table in its folder of this database; delete that file: \
             MySqlError { ERROR 1813 (HY000): Tablespace exists }",
            Some(1813),
            false,
        ),
        (
            Error::Diverged { recorded: "V14__trip".into(), embedded: Some("V14__trip".into()) },
            "the history says that V14__trip was applied, but this build has other SQL under that \
             name; run the build that applied it, or find out who changed the file or the history",
            None,
            false,
        ),
        (
            Error::Diverged { recorded: "V14__journey".into(), embedded: Some("V14__trip".into()) },
            "the history says that V14__journey was applied, but this build has V14__trip; run \
             the build that applied it, or find out who changed the file or the history",
            None,
            false,
        ),
        (
            Error::Diverged { recorded: "V00__before".into(), embedded: None },
            "the history says that V00__before was applied, but this build has no such migration; \
             run the build that applied it, or find out who changed the file or the history",
            None,
            false,
        ),
        (
            Error::OutOfOrder {
                missing: "V07__x".into(),
                latest: "V18__y".into(),
                record: "INSERT INTO `h` (version) VALUES (7)".into(),
            },
            "migration V07__x was never applied, but V18__y was; make what is missing with \
             Migrator::mend, then add the row that the history lacks: \
             INSERT INTO `h` (version) VALUES (7)",
            None,
            false,
        ),
        (
            Error::NewerHistory { recorded: 20, embedded: 18 },
            "the database is at version 20 and this build only knows 18; deploy a build at least \
             as new as the one that migrated it",
            None,
            false,
        ),
        (
            Error::CorruptHistory { version: Some(3), column: "checksum".into() },
            "the history row of version 3 has an unreadable checksum; restore it from a backup or \
             another environment",
            None,
            false,
        ),
        (
            Error::CorruptHistory { version: None, column: "version".into() },
            "the history row without a readable version has an unreadable version; restore it \
             from a backup or another environment",
            None,
            false,
        ),
        (
            Error::HistoryTooLong { table: "`h`".into(), most: 1018 },
            "the table `h` has more than 1018 rows, so it cannot be the history of migrations; \
             look at it, or give Migrator::history_table another name",
            None,
            false,
        ),
        (
            Error::InvalidHistoryTable { name: "trip".into(), reason: "it is taken".into() },
            "\"trip\" cannot be the history table: it is taken",
            None,
            false,
        ),
    ]
}
