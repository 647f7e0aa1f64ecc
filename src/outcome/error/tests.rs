//! Every message that an operator can meet, with its causes, word by word.

use std::time::Duration;

use mysql::MySqlError;

use crate::{Drift, DriftKind, Error, KeptReason, KeptTable, Mend, Severity, support::chain};

fn server(code: u16, message: &str) -> mysql::Error {
    mysql::Error::MySqlError(MySqlError { state: "HY000".into(), code, message: message.into() })
}

fn lost() -> mysql::Error {
    mysql::Error::IoError(std::io::Error::new(std::io::ErrorKind::BrokenPipe, "gone"))
}

fn kept(code: u16, message: &str) -> KeptTable {
    KeptTable::new("trip", KeptReason::Refused { code, message: message.into() })
}

/// An error, what a reporter prints for it, its code, and whether a later call may succeed.
type Case = (Error, &'static str, Option<u16>, bool);

fn cases() -> Vec<Case> {
    #[cfg(feature = "full")]
    let more = cases_of_rows().into_iter().chain(cases_of_partitions());
    #[cfg(not(feature = "full"))]
    let more = Vec::new();
    cases_of_migrations().into_iter().chain(more).collect()
}

#[cfg(feature = "full")]
fn cases_of_partitions() -> Vec<Case> {
    let undated = |nulls, impossible| Error::RowsWithoutDate {
        table: "token_transaction".into(),
        column: "created_on".into(),
        nulls,
        impossible,
    };
    vec![
        (
            Error::CannotPartition { table: "trip".into(), reason: "it is not there".into() },
            "trip was not partitioned, because it is not there",
            None,
            false,
        ),
        (
            undated(1, 0),
            "token_transaction was not partitioned, because it has 1 row without a created_on; give \
             them dates, then call again",
            None,
            false,
        ),
        (
            undated(2, 3),
            "token_transaction was not partitioned, because it has 2 rows without a created_on and 3 \
             rows with an impossible created_on; give them dates, then call again",
            None,
            false,
        ),
        (
            Error::ForeignPartitions {
                table: "trip".into(),
                found: "by HASH (`id`) into p0".into(),
            },
            "trip was left as it is, because it is partitioned already, by HASH (`id`) into p0; look \
             after those partitions as before, or remove them with ALTER TABLE trip REMOVE \
             PARTITIONING and call again",
            None,
            false,
        ),
        (
            Error::RetentionOnLedger { table: "points_transaction".into() },
            "points_transaction keeps all its rows, because the table for its opening balances is not \
             there; run the migrations, then call again",
            None,
            false,
        ),
        (
            Error::UnsoundBalances { table: "points_transaction".into(), accounts: 2, user_id: 17 },
            "points_transaction keeps its old rows, because 2 balances are not the sum of the movements, \
             such as that of user 17; run the checks of integrity (validate, and token_balances of the \
             monitor), correct the rows, then call again",
            None,
            false,
        ),
        (
            Error::ReversalWouldGo { id: 17, reversal: 23, before: time::Date::MAX },
            "points_transaction keeps its rows before 9999-12-31, because movement 23 among them took back \
             movement 17, which is dated later and would stay, and could be taken back once more; date 17 and the other \
             half of its payment before 9999-12-31, as when they were recorded, or keep rows for longer, then call again",
            None,
            false,
        ),
        (
            Error::SumsBehind { table: "trip".into(), before: time::Date::MAX },
            "the rows of trip before 9999-12-31 did not go, because its sums do not have all of them yet; call \
             summary::refresh (or summarise), then call again",
            None,
            false,
        ),
        (
            Error::PlanOutdated { table: "trip".into() },
            "trip has changed since the plan for it was made; look and plan again",
            None,
            false,
        ),
        (
            Error::Partition {
                statement: "ALTER TABLE `trip` DROP PARTITION `p2024_12`".into(),
                done: 1,
                total: 3,
                source: server(1114, "The table is full"),
            },
            "could not partition a table with ALTER TABLE `trip` DROP PARTITION `p2024_12`, after 1 of \
             3 statements; remove the cause below, then look, plan and call again: \
             MySqlError { ERROR 1114 (HY000): The table is full }",
            Some(1114),
            false,
        ),
    ]
}

#[allow(clippy::too_many_lines)] // It is a table.
fn cases_of_migrations() -> Vec<Case> {
    vec![
        (
            Error::Database {
                action: "read the history table `h` (needs SELECT)".into(),
                source: lost(),
            },
            "could not read the history table `h` (needs SELECT); call again once the cause below \
             is removed: IoError { gone }",
            None,
            true,
        ),
        (
            Error::Database { action: "release the lock x".into(), source: server(1064, "syntax") },
            "could not release the lock x; call again once the cause below is removed: \
             MySqlError { ERROR 1064 (HY000): syntax }",
            Some(1064),
            false,
        ),
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
            Error::LockTimeout {
                name: "quicksight_migrations.0".into(),
                waited: Duration::from_mins(1),
                holder: Some(42),
            },
            "the migration lock quicksight_migrations.0 was not free within 60s (held by \
             connection 42); wait for its holder to finish, or end that connection if it is stuck",
            None,
            true,
        ),
        (
            Error::LockTimeout {
                name: "quicksight_migrations.0".into(),
                waited: Duration::from_millis(1500),
                holder: None,
            },
            "the migration lock quicksight_migrations.0 was not free within 1.5s; wait for its \
             holder to finish, or end that connection if it is stuck",
            None,
            true,
        ),
        (
            Error::ClaimTimeout {
                member: "f9000169-e89b-11f1-b0ab-02fc00000001".into(),
                connection: 42,
                waited: Duration::from_mins(1),
            },
            "connection 42 of the group's member f9000169-e89b-11f1-b0ab-02fc00000001 has claimed \
             the change of the tables and did not finish within 60s; wait for it, or if it is dead \
             let a service boot on that member, which goes on with its work",
            None,
            true,
        ),
        (
            Error::SeveralWriters {
                done: "mended".into(),
                nodes: Some(3),
                way_out: "connect to the only primary".into(),
            },
            "nothing was mended, because 3 nodes of this cluster take writes; connect to the only \
             primary, or say Migrator::only_writer if nobody writes to the others now, then call again",
            None,
            false,
        ),
        (
            Error::SeveralWriters {
                done: "rolled back".into(),
                nodes: None,
                way_out: "connect to the only primary".into(),
            },
            "nothing was rolled back, because several nodes (SELECT on \
             performance_schema.replication_group_members tells how many) of this cluster take \
             writes; connect to the only primary, or say Migrator::only_writer if nobody writes to \
             the others now, then call again",
            None,
            false,
        ),
        (
            Error::LockUnavailable { name: "quicksight_migrations.0".into(), source: None },
            "the server cannot give the migration lock quicksight_migrations.0; check that \
             GET_LOCK is allowed here (some clusters refuse it) and that the server is not out of memory",
            None,
            true,
        ),
        (
            Error::LockUnavailable {
                name: "quicksight_migrations.0".into(),
                source: Some(server(3058, "Deadlock found")),
            },
            "the server cannot give the migration lock quicksight_migrations.0; check that \
             GET_LOCK is allowed here (some clusters refuse it) and that the server is not out of memory: \
             MySqlError { ERROR 3058 (HY000): Deadlock found }",
            Some(3058),
            true,
        ),
        (
            Error::NoDatabaseSelected,
            "no database is selected; put its name into the connection's URL or options",
            None,
            false,
        ),
        (
            Error::OpenTransaction,
            "the connection has an open transaction, which this call would commit; commit it or \
             roll it back, and with autocommit=0 set that to 1 or take a fresh connection, then \
             call again",
            None,
            false,
        ),
        (
            Error::UnsupportedServer {
                version: "5.6.24".into(),
                needed: "MySQL 5.7 or later, or MariaDB 10.3 or later".into(),
            },
            "the server 5.6.24 is not supported; MySQL 5.7 or later, or MariaDB 10.3 or later is \
             needed",
            None,
            false,
        ),
        (
            Error::ReadOnly { source: None },
            "the server or the session is read-only, and there is something to write; connect to \
             the primary (the writer endpoint), in a session that may write",
            None,
            false,
        ),
        (
            Error::ReadOnly { source: Some(server(1290, "--super-read-only")) },
            "the server or the session is read-only, and there is something to write; connect to \
             the primary (the writer endpoint), in a session that may write: \
             MySqlError { ERROR 1290 (HY000): --super-read-only }",
            Some(1290),
            false,
        ),
        (
            Error::PermissionDenied {
                action: "create the history table `h` (needs CREATE)".into(),
                source: server(1142, "CREATE command denied"),
            },
            "not allowed to create the history table `h` (needs CREATE); grant what is missing, \
             then call again: MySqlError { ERROR 1142 (HY000): CREATE command denied }",
            Some(1142),
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
        (
            Error::InvalidHistoryTable { name: "trip".into(), reason: "it is taken".into() },
            "\"trip\" cannot be the history table: it is taken",
            None,
            false,
        ),
    ]
}

#[cfg(feature = "full")]
#[allow(clippy::too_many_lines)] // It is a table.
fn cases_of_rows() -> Vec<Case> {
    use crate::{
        ledger::{Account, Refusal, Unconfirmed},
        rust_decimal::Decimal,
        time::Date,
    };

    let points = |hundredths| Decimal::new(hundredths, 2);
    let day = |year| Date::from_ordinal_date(year, 90).unwrap();
    let refused = |refusal| Error::Refused(refusal);
    let movement = Box::new(Unconfirmed {
        ledger: crate::outcome::Ledger::Points,
        id: 12,
        account: Account::user(7),
        amount: points(100),
        balance: points(100),
        created_on: day(2025).midnight(),
    });
    vec![
        (
            Error::CommitUnknown { movement, source: lost() },
            "the commit of a movement of account 7 was not confirmed, so it may or may not be recorded; on \
             a fresh connection call again with the same idempotency key, or without one ask \
             ledger::is_recorded, which waits until that is certain: IoError { gone }",
            None,
            false,
        ),
        (
            Error::ViewsBlocked {
                obstacles: vec![KeptTable::new(
                    "quicksight_v_trip",
                    KeptReason::NotOurs { kind: "VIEW".into() },
                )],
            },
            "the views for QuickSight were left as they are, because quicksight_v_trip is a view of \
             somebody else; remove what is in the way, then call again",
            None,
            false,
        ),
        (
            Error::ViewsNotReady {
                faults: vec![
                    "`quicksight_v_trip` is not there".into(),
                    "`quicksight_v_campaign`.`campaign_name` has the type blob".into(),
                ],
            },
            "no template was made, because `quicksight_v_trip` is not there, \
             `quicksight_v_campaign`.`campaign_name` has the type blob; make the views with \
             quicksight::apply_views, and call again as the account that made them",
            None,
            false,
        ),
        (
            Error::InvalidAccount { name: "a@b'".into(), reason: "no host".into() },
            "\"a@b'\" cannot be used in a GRANT: no host",
            None,
            false,
        ),
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
            refused(Refusal::UnknownAccount { account: Account::user(7) }),
            "account 7 is neither a user in auth_user nor a system account; create the user first",
            None,
            false,
        ),
        (
            refused(Refusal::TooManyDecimals { points: Decimal::new(1005, 3) }),
            "1.005 points have more than two decimals; round them first",
            None,
            false,
        ),
        (
            refused(Refusal::PointsOutOfRange { points: points(10_000_000_000) }),
            "100000000.00 points are more than the ledger can hold; it goes up to 99999999.99",
            None,
            false,
        ),
        (
            refused(Refusal::NothingToPay { points: points(-5) }),
            "-0.05 points cannot be paid; give an amount above 0, and swap payer and payee to pay \
             back",
            None,
            false,
        ),
        (
            refused(Refusal::SameAccount { account: Account::user(7) }),
            "account 7 cannot pay itself",
            None,
            false,
        ),
        (
            refused(Refusal::BalanceOutOfRange {
                account: Account::user(7),
                balance: points(9_999_999_999),
                points: points(1),
            }),
            "account 7 has 99999999.99 points and cannot take 0.01 more; a balance goes up to \
             99999999.99",
            None,
            false,
        ),
        (
            refused(Refusal::Overdrawn {
                account: Account::user(7),
                balance: points(100),
                points: points(250),
            }),
            "account 7 has 1.00 points, which do not cover 2.50",
            None,
            false,
        ),
        (
            refused(Refusal::NoteTooLong { characters: 201 }),
            "a note of 201 characters is too long; it may have 200",
            None,
            false,
        ),
        (
            refused(Refusal::MomentOutOfRange { created_on: day(999).midnight() }),
            "the ledger cannot hold the moment 0999-03-31 0:00:00.0; give a year from 1000 to 9999",
            None,
            false,
        ),
        (
            refused(Refusal::MomentSkipped { created_on: day(2025).midnight() }),
            "the clock of US/Central skips 2025-03-31 0:00:00.0; give the one that it shows, and \
             ledger::us_central for a moment of another zone",
            None,
            false,
        ),
        (
            refused(Refusal::ReservedAccount { account: Account::user(2001) }),
            "user 2001 has the id of a system account; name the SystemAccount if that is meant, or \
             give the user another id",
            None,
            false,
        ),
        (
            refused(Refusal::UnusableKey),
            "an idempotency key must have 1 to 128 characters, all of them visible ASCII and none a \
             blank",
            None,
            false,
        ),
        (
            refused(Refusal::KeyTaken { movement_id: 12 }),
            "the idempotency key belongs to movement 12, for which something else was asked; give each \
             movement a key of its own",
            None,
            false,
        ),
        (
            refused(Refusal::KeyRepeated { first: 0, second: 3 }),
            "payments 0 and 3 have the same idempotency key; give each one of its own",
            None,
            false,
        ),
        (
            refused(Refusal::KeysTooYoung { age: Duration::from_secs(86_399) }),
            "keys that are 86399s old may still be given again; forget those of a day or more",
            None,
            false,
        ),
        (
            refused(Refusal::OneOfSeveral {
                position: 3,
                refusal: Box::new(Refusal::SameAccount { account: Account::user(7) }),
            }),
            "payment 3 was refused, and all others with it: account 7 cannot pay itself",
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
        (
            refused(Refusal::RowsDropped {
                account: Account::user(7),
                before: time::PrimitiveDateTime::MIN,
            }),
            "rows of account 7 from before -9999-01-01 0:00:00.0 were dropped, so that this cannot be \
             told any more",
            None,
            false,
        ),
        (
            refused(Refusal::AlreadyReversed { id: 17, by: 23 }),
            "movement 17 is reversed already, by movement 23",
            None,
            false,
        ),
        (
            refused(Refusal::UnknownMovement { id: 17 }),
            "there is no movement 17 in points_transaction",
            None,
            false,
        ),
        (
            refused(Refusal::BrokenPair { id: 17, other: 18 }),
            "movement 17 is half of a payment, and movement 18 is not its other half; correct the two by \
             hand first",
            None,
            false,
        ),
        (
            refused(Refusal::TokensOutOfRange { tokens: points(-5) }),
            "-0.05 tokens cannot be recorded; give an amount above 0 and up to 99999999.99, with two \
             decimals at most",
            None,
            false,
        ),
        (
            refused(Refusal::TokenBalanceOutOfRange {
                account: Account::user(7),
                balance: points(9_999_999_999),
                tokens: points(1),
            }),
            "account 7 has 99999999.99 tokens of this kind and cannot take 0.01 more; a balance goes up to \
             99999999.99",
            None,
            false,
        ),
        (
            refused(Refusal::NotEnoughTokens {
                account: Account::user(7),
                spendable: points(100),
                tokens: points(250),
            }),
            "account 7 has 1.00 tokens of this kind to spend, which do not cover 2.50",
            None,
            false,
        ),
        (
            refused(Refusal::ExpiredAtIssue {
                issued_on: time::PrimitiveDateTime::MIN,
                expired_on: time::PrimitiveDateTime::MIN,
            }),
            "tokens that are issued on -9999-01-01 0:00:00.0 cannot expire on -9999-01-01 0:00:00.0; give a \
             later moment",
            None,
            false,
        ),
        (
            refused(Refusal::NameTooLong { column: "token_name", characters: 256 }),
            "256 characters are too many for token_name; it may have 255",
            None,
            false,
        ),
    ]
}

#[test]
fn every_message_says_what_and_what_next() {
    for (error, message, code, retryable) in cases() {
        assert_eq!(chain(&error), message);
        assert_eq!(error.server_code(), code, "{message}");
        assert_eq!(error.is_retryable(), retryable, "{message}");
    }
}

/// Lower case, no full stop at the end, and the cause only in the chain.
#[test]
fn messages_follow_the_house_style() {
    for (error, ..) in cases() {
        let message = error.to_string();
        assert!(message.starts_with(|c: char| !c.is_uppercase() || c == 'V'), "{message}");
        assert!(!message.ends_with('.'), "{message}");
        if let Some(source) = std::error::Error::source(&error) {
            assert!(!message.contains(&source.to_string()), "{message}");
        }
    }
}

#[test]
fn a_cause_can_be_had_as_what_it_is() {
    for (error, _, code, _) in cases() {
        let source = std::error::Error::source(&error);
        let code_of_source = source
            .and_then(|source| source.downcast_ref::<mysql::Error>())
            .and_then(|source| match source {
                mysql::Error::MySqlError(answer) => Some(answer.code),
                _ => None,
            });
        assert_eq!(code_of_source, code, "{error:?}");
    }
}

#[test]
fn an_error_can_be_sent_and_kept_and_is_small() {
    fn is_good<T: std::error::Error + Send + Sync + 'static>() {}
    is_good::<Error>();
    assert!(size_of::<Error>() <= 128, "{} bytes", size_of::<Error>());
}

/// What a `main` prints that returns the error: the message and its causes, a line each.
#[test]
fn debug_is_what_a_person_reads() {
    let error = Error::Database { action: "look".into(), source: server(1064, "syntax") };
    let expected = "could not look; call again once the cause below is removed\n  \
                    caused by: MySqlError { ERROR 1064 (HY000): syntax }";
    assert_eq!(format!("{error:?}"), expected);
    let boxed: Box<dyn std::error::Error> = Error::NoDatabaseSelected.into();
    assert_eq!(format!("{boxed:?}"), boxed.to_string());
}

#[test]
fn a_long_list_of_differences_ends() {
    let drift = |number| Drift {
        table: format!("table_{number}"),
        subject: None,
        kind: DriftKind::MissingTable,
        severity: Severity::Breaking,
        expected: Some("the table".into()),
        found: None,
        mend: Mend::Sql("CREATE TABLE ...".into()),
    };
    let said = |count| Error::SchemaDrift { drifts: (1..=count).map(drift).collect() }.to_string();

    assert!(said(10).ends_with("; table_10: missing the table"), "{}", said(10));
    let long = said(56);
    assert!(long.starts_with("56 differences between the tables and"), "{long}");
    assert!(
        long.ends_with("; table_10: missing the table; and 46 more, which verify lists"),
        "{long}"
    );
    assert_eq!(long.matches("missing the table").count(), 10);
}

/// `mend` would refuse it, so that is no advice.
#[test]
fn tables_of_another_application_are_not_to_be_mended() {
    let drift = Drift {
        table: "auth_user".into(),
        subject: None,
        kind: DriftKind::ForeignTable,
        severity: Severity::Breaking,
        expected: Some("a table of 42 columns".into()),
        found: Some("one with 4 of them and 7 others".into()),
        mend: Mend::Decide("it belongs to another application".into()),
    };
    let said = Error::SchemaDrift { drifts: vec![drift] }.to_string();
    let expected = "1 difference between the tables and what the migrations make, left as they are; \
                    connect to a database that holds no tables of another application, then call \
                    again: auth_user: wanted a table of 42 columns, found one with 4 of them and 7 \
                    others; it belongs to another application";
    assert_eq!(said, expected);
}
