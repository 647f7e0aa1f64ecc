//! The connection, the server, the user, and whose turn it is.

use std::time::Duration;

use super::{Case, lost, server};
use crate::Error;

#[allow(clippy::too_many_lines)] // It is a table.
pub(super) fn cases() -> Vec<Case> {
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
    ]
}
