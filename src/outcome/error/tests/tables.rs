//! The tables: those who hold them, what is mended of them, and what a rollback leaves.

use super::{Case, server};
use crate::{Error, KeptReason, KeptTable};

fn kept(code: u16, message: &str) -> KeptTable {
    KeptTable::new("trip", KeptReason::Refused { code, message: message.into() })
}

#[allow(clippy::too_many_lines)] // It is a table.
pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            Error::Mend {
                statement: "ALTER TABLE `trip` ENGINE=InnoDB".into(),
                mended: 1,
                total: 3,
                source: server(1062, "Duplicate entry"),
            },
            "could not mend a table with ALTER TABLE `trip` ENGINE=InnoDB, 1 of 3 differences are \
             mended; remove the cause below and call again: \
             MySqlError { ERROR 1062 (HY000): Duplicate entry }",
            Some(1062),
            false,
        ),
        (
            Error::TablesNotEmpty { tables: vec!["trip".into(), "campaign".into()] },
            "nothing was rolled back, because there are rows in trip, campaign; save and delete \
             them, or ask for discard_data if they may be lost",
            None,
            false,
        ),
        (
            Error::TablesInUse {
                tables: vec!["`trip`".into()],
                holders: vec![],
                source: server(1205, "Lock wait timeout exceeded"),
            },
            "the call could not go on, because other sessions have a transaction or a lock on `trip`; \
             wait for them to finish, or end their connections if they are stuck, then call again: \
             MySqlError { ERROR 1205 (HY000): Lock wait timeout exceeded }",
            Some(1205),
            true,
        ),
        (
            Error::TablesInUse {
                tables: vec!["`trip`".into()],
                holders: vec![12],
                source: server(3024, "Query execution was interrupted"),
            },
            "the call could not go on, because other sessions have a transaction or a lock on `trip` \
             (held by connection 12); wait for them to finish, or end their connections if they are \
             stuck, then call again: \
             MySqlError { ERROR 3024 (HY000): Query execution was interrupted }",
            Some(3024),
            true,
        ),
        (
            Error::TablesInUse {
                tables: vec!["`trip`".into(), "`campaign`".into()],
                holders: vec![12, 15],
                source: server(1205, "Lock wait timeout exceeded"),
            },
            "the call could not go on, because other sessions have a transaction or a lock on `trip`, \
             `campaign` (held by connections 12, 15); wait for them to finish, or end their \
             connections if they are stuck, then call again: \
             MySqlError { ERROR 1205 (HY000): Lock wait timeout exceeded }",
            Some(1205),
            true,
        ),
        (
            Error::RollbackBlocked {
                obstacles: vec![
                    KeptTable::new("campaign", KeptReason::NotATable { kind: "VIEW".into() }),
                    KeptTable::new(
                        "trip",
                        KeptReason::ForeignKey { name: "fk".into(), owner: "`tsp`.`leg`".into() },
                    ),
                    KeptTable::new("trip", KeptReason::View { name: "`tsp`.`today`".into() }),
                ],
            },
            "nothing was rolled back, because campaign is a view, the foreign key fk of \
             `tsp`.`leg` points to trip, the view `tsp`.`today` reads trip; remove what is in the \
             way, then call again",
            None,
            false,
        ),
        (
            Error::RollbackIncomplete {
                dropped: vec!["app_data".into()],
                failed: vec![kept(1142, "DROP command denied"), kept(1205, "Lock wait timeout")],
            },
            "1 of 3 tables were dropped and the rest stayed, because the server refused to drop trip \
             (error 1142: DROP command denied), the server refused to drop trip (error 1205: Lock \
             wait timeout); remove what is in the way and roll back again, or run again to have \
             all tables back",
            None,
            false,
        ),
        (
            Error::RollbackIncomplete {
                dropped: vec![],
                failed: vec![kept(1205, "Lock wait timeout")],
            },
            "0 of 1 tables were dropped and the rest stayed, because the server refused to drop trip \
             (error 1205: Lock wait timeout); remove what is in the way and roll back again, or \
             run again to have all tables back",
            None,
            true,
        ),
        (
            Error::RollbackIncomplete {
                dropped: vec!["app_data".into()],
                failed: vec![KeptTable::new("trip", KeptReason::ThereAgain)],
            },
            "1 of 2 tables were dropped and the rest stayed, because trip was dropped and there is \
             a table of that name again; remove what is in the way and roll back again, or run \
             again to have all tables back",
            None,
            false,
        ),
        (
            Error::TablesChanging,
            "another session is making or changing the tables; wait for it to finish, then call again",
            None,
            true,
        ),
        (
            Error::ForeignTables { tables: vec!["auth_user".into()] },
            "nothing was mended, because this table belongs to another application: \
             auth_user; give the QuickSight tables a database of their own",
            None,
            false,
        ),
        (
            Error::ForeignTables { tables: vec!["auth_user".into(), "trip".into()] },
            "nothing was mended, because these tables belong to another application: \
             auth_user, trip; give the QuickSight tables a database of their own",
            None,
            false,
        ),
    ]
}
