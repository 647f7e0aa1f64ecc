//! What can go wrong, for the caller and for the person on call.
//!
//! What an answer of the server means, and for whom it may be tried again, is said in [`answer`](super::answer).

mod words;

use std::{borrow::Cow, error::Error as _, fmt, time::Duration};

#[cfg(feature = "quicksight")]
use self::words::first_of;
#[cfg(feature = "partition")]
use self::words::{balances, undated};
use self::words::{held_by, left_file, listed, way_out};
use super::{Drift, KeptTable, kept::sentence, report::counted};

/// The result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a call could not do its work.
///
/// Each message says what was being done and what to do next. The server's own words are in
/// [`source`](std::error::Error::source), never in the message too, so a reporter that prints the
/// chain prints each cause once.
///
/// After any of these a further call is safe: what was recorded as applied is applied, and what was
/// not is tried again.
///
/// `Debug` prints the message and its causes, a line each, because that is what a `main` shows that
/// returns an error.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A statement outside the migrations themselves failed, or the connection broke.
    #[error("could not {action}; call again once the cause below is removed")]
    #[non_exhaustive]
    Database {
        /// What was being done, as in "could not ...".
        action: String,
        /// The server's or the driver's answer.
        source: mysql::Error,
    },

    /// The statement of a migration failed, or the row that records it could not be written.
    #[error(
        "migration {migration} failed with {applied} of {total} applied; \
         it is not recorded, and the next call goes on from it once the cause below is removed{}",
        left_file(source)
    )]
    #[non_exhaustive]
    Migration {
        /// The file's name without its ending, which names the table.
        migration: String,
        /// How many of this build's migrations are applied and recorded.
        applied: usize,
        /// How many migrations this build has.
        total: usize,
        /// The server's or the driver's answer.
        source: mysql::Error,
    },

    /// Someone else held the migration lock for longer than the
    /// [lock timeout](crate::Migrator::lock_timeout).
    #[error(
        "the migration lock {name} was not free within {waited:?}{}; \
         wait for its holder to finish, or end that connection if it is stuck",
        match holder {
            Some(id) => format!(" (held by connection {id})"),
            None => String::new(),
        }
    )]
    #[non_exhaustive]
    LockTimeout {
        /// The name given to `GET_LOCK`.
        name: String,
        /// How long this call waited.
        waited: Duration,
        /// The holder's connection id, as `SHOW PROCESSLIST` and `KILL` know it.
        holder: Option<u64>,
    },

    /// In a group of servers that all take writes, a migrator on another member has claimed the change of
    /// the tables for longer than the [lock timeout](crate::Migrator::lock_timeout).
    #[error(
        "connection {connection} of the group's member {member} has claimed the change of the tables and \
         did not finish within {waited:?}; wait for it, or if it is dead let a service boot on that \
         member, which goes on with its work"
    )]
    #[non_exhaustive]
    ClaimTimeout {
        /// The member's `@@server_uuid`.
        member: String,
        /// The connection, as `SHOW PROCESSLIST` of that member knows it.
        connection: u64,
        /// How long this call waited.
        waited: Duration,
    },

    /// Other nodes of a cluster take writes, too, and this call would break it: a lock on the tables is
    /// one node's alone. Nothing was done.
    #[error(
        "nothing was {done}, because {} of this cluster take writes; {way_out}, or say \
         Migrator::only_writer if nobody writes to the others now, then call again",
        match nodes {
            Some(nodes) => format!("{nodes} nodes"),
            None => String::from(
                "several nodes (SELECT on performance_schema.replication_group_members tells how many)"
            ),
        }
    )]
    #[non_exhaustive]
    SeveralWriters {
        /// What was not done, as in "nothing was ...".
        done: Cow<'static, str>,
        /// How many nodes there are, where this user may know that.
        nodes: Option<u64>,
        /// How it can be done.
        way_out: Cow<'static, str>,
    },

    /// The server would not give a lock to anybody.
    #[error(
        "the server cannot give the migration lock {name}; check that GET_LOCK is allowed here \
         (some clusters refuse it) and that the server is not out of memory"
    )]
    #[non_exhaustive]
    LockUnavailable {
        /// The name given to `GET_LOCK`.
        name: String,
        /// The server's answer, where it gave an error and not just NULL.
        source: Option<mysql::Error>,
    },

    /// The connection has no current database.
    #[error("no database is selected; put its name into the connection's URL or options")]
    NoDatabaseSelected,

    /// The server takes triggers from administrators alone, because its binary log is on. None was left behind.
    #[cfg(feature = "summary")]
    #[error(
        "the server takes no triggers from this user while its binary log is on; have an administrator set \
         log_bin_trust_function_creators to 1 or install them, or stay with the look-back"
    )]
    #[non_exhaustive]
    TriggersRefused {
        /// The server's answer.
        source: mysql::Error,
    },

    /// The session writes the server's binary log in statements, which the server refuses for work that reads without
    /// locking. What was summed up before is done.
    #[cfg(feature = "summary")]
    #[error(
        "no sums can be made while binlog_format is STATEMENT; have an administrator set it to ROW or MIXED, then \
         call again on a fresh connection"
    )]
    #[non_exhaustive]
    StatementFormat {
        /// The server's answer.
        source: mysql::Error,
    },

    /// The sums are said to be exact, and a trigger that this needs is not there, or this user may not see it.
    /// Nothing was summed up.
    #[cfg(feature = "summary")]
    #[error(
        "the trigger {name} on {table} is not there, or needs TRIGGER to be seen; install the triggers again, or \
         remove them to go back to the look-back"
    )]
    #[non_exhaustive]
    TriggerMissing {
        /// The trigger.
        name: String,
        /// Its table.
        table: &'static str,
    },

    /// Rows of the asked time were dropped, and their sums are all that is left of them. Nothing was done.
    #[cfg(feature = "summary")]
    #[error(
        "nothing was summed up again, because the rows of {table} before {before} were dropped and only their \
         sums are left; begin the range there"
    )]
    #[non_exhaustive]
    RowsDropped {
        /// The table.
        table: &'static str,
        /// When the rows that are left begin.
        before: time::PrimitiveDateTime,
    },

    /// The caller's transaction is open. The call would commit it, so nothing was done.
    #[error(
        "the connection has an open transaction, which this call would commit; commit it or roll it \
         back, and with autocommit=0 set that to 1 or take a fresh connection, then call again"
    )]
    OpenTransaction,

    /// The server is too old, or lacks something that the tables need.
    #[error("the server {version} is not supported; {needed} is needed")]
    #[non_exhaustive]
    UnsupportedServer {
        /// What the server calls itself.
        version: String,
        /// What would be supported.
        needed: Cow<'static, str>,
    },

    /// The server, the database or the session takes no writes: a replica, a reader endpoint, a fenced
    /// primary, a session whose transactions are read-only.
    #[error(
        "the server or the session is read-only, and there is something to write; connect to the \
         primary (the writer endpoint), in a session that may write"
    )]
    #[non_exhaustive]
    ReadOnly {
        /// The server's answer, where a statement was refused and not just a setting read.
        source: Option<mysql::Error>,
    },

    /// The user lacks a right.
    #[error("not allowed to {action}; grant what is missing, then call again")]
    #[non_exhaustive]
    PermissionDenied {
        /// What was being done, with the rights that it needs.
        action: String,
        /// The server's answer.
        source: mysql::Error,
    },

    /// A migration that was applied is not the one that this build has.
    #[error(
        "the history says that {recorded} was applied, but this build has {}; \
         run the build that applied it, or find out who changed the file or the history",
        match embedded {
            Some(name) if name == recorded => "other SQL under that name",
            Some(name) => name,
            None => "no such migration",
        }
    )]
    #[non_exhaustive]
    Diverged {
        /// The migration as the history names it.
        recorded: String,
        /// The migration of the same version in this build.
        embedded: Option<String>,
    },

    /// A migration was never applied although a later one was.
    #[error(
        "migration {missing} was never applied, but {latest} was; make what is missing with \
         Migrator::mend, then add the row that the history lacks: {record}"
    )]
    #[non_exhaustive]
    OutOfOrder {
        /// The migration that is not in the history.
        missing: String,
        /// The newest migration in the history.
        latest: String,
        /// The statement that adds the row which the history lacks.
        record: String,
    },

    /// The history has migrations that this build does not know, and it was asked to
    /// [refuse](crate::Migrator::refuse_newer_history) that, to mend, or to roll back.
    #[error(
        "the database is at version {recorded} and this build only knows {embedded}; \
         deploy a build at least as new as the one that migrated it"
    )]
    #[non_exhaustive]
    NewerHistory {
        /// The newest version in the history.
        recorded: i64,
        /// The newest version in this build.
        embedded: i64,
    },

    /// A row of the history cannot be read.
    #[error(
        "the history row {} has an unreadable {column}; restore it from a backup or another environment",
        match version {
            Some(version) => format!("of version {version}"),
            None => String::from("without a readable version"),
        }
    )]
    #[non_exhaustive]
    CorruptHistory {
        /// The row's version, where that can be read.
        version: Option<i64>,
        /// The first column that cannot.
        column: Cow<'static, str>,
    },

    /// The history has more rows than any build has migrations, so that it is something else.
    #[error(
        "the table {table} has more than {most} rows, so it cannot be the history of migrations; look \
         at it, or give Migrator::history_table another name"
    )]
    #[non_exhaustive]
    HistoryTooLong {
        /// The table, quoted.
        table: String,
        /// How many rows a history may have.
        most: usize,
    },

    /// Tables differ from what the migrations make, so that a service could not work with them: they
    /// were there before their migrations, or were changed or dropped after them. They were left as they
    /// are.
    #[error(
        "{} between the tables and what the migrations make, left as they are; {}, then call again: {}",
        counted(drifts.len(), "difference"),
        way_out(drifts),
        listed(drifts)
    )]
    #[non_exhaustive]
    SchemaDrift {
        /// All of them, the breaking ones first.
        drifts: Vec<Drift>,
    },

    /// A statement that would put a table right failed. Whatever else could be mended is.
    #[error(
        "could not mend a table with {statement}, {mended} of {total} differences are mended; \
         remove the cause below and call again{}",
        left_file(source)
    )]
    #[non_exhaustive]
    Mend {
        /// The first statement that failed. The log has them all.
        statement: String,
        /// How many differences are mended.
        mended: usize,
        /// How many could be mended.
        total: usize,
        /// The server's or the driver's answer.
        source: mysql::Error,
    },

    /// Another session is making or changing the tables, so that no two looks at them agree.
    #[error(
        "another session is making or changing the tables; wait for it to finish, then call again"
    )]
    TablesChanging,

    /// Tables have the names of ours and belong to another application: they lack most of our columns, and
    /// have more others than ours. Nothing was mended.
    #[error(
        "nothing was mended, because {} to another application: {}; \
         give the QuickSight tables a database of their own",
        if tables.len() == 1 { "this table belongs" } else { "these tables belong" },
        tables.join(", ")
    )]
    #[non_exhaustive]
    ForeignTables {
        /// All of them.
        tables: Vec<String>,
    },

    /// A rollback found rows in the tables, and was not told to
    /// [discard](crate::Migrator::discard_data) them. Nothing was dropped.
    #[error(
        "nothing was rolled back, because there are rows in {}; \
         save and delete them, or ask for discard_data if they may be lost",
        tables.join(", ")
    )]
    #[non_exhaustive]
    TablesNotEmpty {
        /// Every table that holds a row.
        tables: Vec<String>,
    },

    /// Other sessions held tables for longer than the
    /// [metadata lock timeout](crate::Migrator::metadata_lock_timeout). A rollback has dropped nothing then;
    /// what a run has applied by then is recorded, and what a mend has put right stays so.
    #[error(
        "the call could not go on, because other sessions have a transaction or a lock on {}{}; \
         wait for them to finish, or end their connections if they are stuck, then call again",
        tables.join(", "),
        held_by(holders)
    )]
    #[non_exhaustive]
    TablesInUse {
        /// Every table that was still held, quoted, as far as the server says so or there was time to ask for
        /// one after the other.
        tables: Vec<String>,
        /// The connections that hold them, ten at most, as `SHOW PROCESSLIST` and `KILL` know them.
        /// Empty where the server does not tell.
        holders: Vec<u64>,
        /// The server's answer.
        source: mysql::Error,
    },

    /// Something outside this crate needs the tables, or has their names. Nothing was dropped.
    #[error(
        "nothing was rolled back, because {}; remove what is in the way, then call again",
        sentence(obstacles)
    )]
    #[non_exhaustive]
    RollbackBlocked {
        /// Every table that would have had to stay, and why.
        obstacles: Vec<KeptTable>,
    },

    /// The server would not drop some of the tables. No history is left, so that the next run makes
    /// every table that is missing, and the next rollback drops every table that is there.
    #[error(
        "{} of {} tables were dropped and the rest stayed, because {}; \
         remove what is in the way and roll back again, or run again to have all tables back",
        dropped.len(),
        dropped.len() + failed.len(),
        sentence(failed)
    )]
    #[non_exhaustive]
    RollbackIncomplete {
        /// The tables that are gone.
        dropped: Vec<String>,
        /// Every table that stayed, and why.
        failed: Vec<KeptTable>,
    },

    /// A movement of points was refused before anything was written.
    #[cfg(feature = "ledger")]
    #[error("{0}")]
    Refused(super::Refusal),

    /// The commit of a movement of points or tokens got no answer that says whether it was done. The server may
    /// have recorded it or not, or may still be about to, so it was not tried again. Nothing more was sent on
    /// this connection: close it.
    #[cfg(feature = "ledger")]
    #[error(
        "the commit of a movement of account {} was not confirmed, so it may or may not be recorded; on \
         a fresh connection call again with the same idempotency key, or without one ask \
         ledger::is_recorded, which waits until that is certain",
        movement.account
    )]
    #[non_exhaustive]
    CommitUnknown {
        /// What may be recorded.
        movement: Box<super::Unconfirmed>,
        /// The driver's answer.
        source: mysql::Error,
    },

    /// A range of dates that ends before it begins, or has a year that the server's dates have not.
    #[cfg(feature = "analytics")]
    #[error(
        "{start} to {end} is not a valid range of dates; give the earlier day first, and years from 1000 to 9999"
    )]
    #[non_exhaustive]
    InvalidDateRange {
        /// The first day.
        start: time::Date,
        /// The day after the last.
        end: time::Date,
    },

    /// The server's answer has a type or a value that the table should not hold.
    #[cfg(any(feature = "_rows", feature = "quicksight"))]
    #[error(
        "could not {action}, because column {column} of the server's answer has an unexpected type or value; \
         run verify to see whether the tables are what this build needs"
    )]
    #[non_exhaustive]
    UnexpectedAnswer {
        /// What was being done.
        action: Cow<'static, str>,
        /// The column's number in the answer, from 1.
        column: usize,
    },

    /// A table cannot be partitioned by its date. Nothing was done.
    #[cfg(feature = "partition")]
    #[error("{table} was not partitioned, because {reason}")]
    #[non_exhaustive]
    CannotPartition {
        /// The table.
        table: String,
        /// Why not, as in "because ...".
        reason: Cow<'static, str>,
    },

    /// Rows have no date, or one that is none, so that they belong into no partition. Nothing was done.
    #[cfg(feature = "partition")]
    #[error(
        "{table} was not partitioned, because {}; give them dates, then call again",
        undated(column, *nulls, *impossible)
    )]
    #[non_exhaustive]
    RowsWithoutDate {
        /// The table.
        table: String,
        /// The column that its rows are dated by.
        column: String,
        /// How many rows have NULL there.
        nulls: u64,
        /// How many rows have a date there that no calendar has, such as 0000-00-00.
        impossible: u64,
    },

    /// Somebody else has partitioned a table. Nothing was done.
    #[cfg(feature = "partition")]
    #[error(
        "{table} was left as it is, because it is partitioned already, {found}; look after those partitions \
         as before, or remove them with ALTER TABLE {table} REMOVE PARTITIONING and call again"
    )]
    #[non_exhaustive]
    ForeignPartitions {
        /// The table.
        table: String,
        /// How it is partitioned.
        found: String,
    },

    /// Rows of a ledger were to be dropped by their age, and there is no table for the balances that they lead to. The rows
    /// are there.
    #[cfg(feature = "partition")]
    #[error(
        "{table} keeps all its rows, because the table for its opening balances is not there; run the migrations, \
         then call again"
    )]
    #[non_exhaustive]
    RetentionOnLedger {
        /// The table.
        table: String,
    },

    /// Rows of a ledger were to be dropped by their age, and balances are not the sums of the movements up to them. What is
    /// right cannot be told any more once the rows are gone, so they are there.
    #[cfg(feature = "partition")]
    #[error(
        "{table} keeps its old rows, because {} not the sum of the movements, such as that of user \
         {user_id}; run the checks of integrity (validate, and token_balances of the monitor), correct the rows, then \
         call again",
        balances(*accounts)
    )]
    #[non_exhaustive]
    UnsoundBalances {
        /// The table.
        table: String,
        /// How many accounts have such a balance at the last row that was to go.
        accounts: u64,
        /// The first of them.
        user_id: i32,
    },

    /// The reversal of a movement was to be dropped by its age, and the movement stays, because it is dated later. Without
    /// its reversal it could be taken back once more. The rows are there.
    #[cfg(feature = "partition")]
    #[error(
        "points_transaction keeps its rows before {before}, because movement {reversal} among them took back \
         movement {id}, which is dated later and would stay, and could be taken back once more; date {id} and the other \
         half of its payment before {before}, as when they were recorded, or keep rows for longer, then call again"
    )]
    #[non_exhaustive]
    ReversalWouldGo {
        /// The first such movement.
        id: i64,
        /// What took it back.
        reversal: i64,
        /// The first day that the rows are before.
        before: time::Date,
    },

    /// A table is not as it was when the plan for its partitions was made. Nothing was done.
    #[cfg(feature = "partition")]
    #[error("{table} has changed since the plan for it was made; look and plan again")]
    #[non_exhaustive]
    PlanOutdated {
        /// The table.
        table: String,
    },

    /// Reports with sums would lose rows that are to go: their hours are not summed up yet, or were changed since. These
    /// rows are still there; what the plan had done before is done.
    #[cfg(feature = "partition")]
    #[error(
        "the rows of {table} before {before} did not go, because its sums do not have all of them yet; call \
         summary::refresh (or summarise), then call again"
    )]
    #[non_exhaustive]
    SumsBehind {
        /// The table.
        table: String,
        /// The first day that the rows are before.
        before: time::Date,
    },

    /// A statement of a plan for partitions failed.
    #[cfg(feature = "partition")]
    #[error(
        "could not partition a table with {statement}, after {done} of {total} statements; remove the cause \
         below, then look, plan and call again"
    )]
    #[non_exhaustive]
    Partition {
        /// The statement that failed.
        statement: String,
        /// How many statements this call has done.
        done: usize,
        /// How many statements the plan has.
        total: usize,
        /// The server's or the driver's answer.
        source: mysql::Error,
    },

    /// Something that is not ours has the name of a view for QuickSight, or needs one that was to be
    /// dropped. No view was changed.
    #[cfg(feature = "quicksight")]
    #[error(
        "the views for QuickSight were left as they are, because {}; remove what is in the way, then call again",
        sentence(obstacles)
    )]
    #[non_exhaustive]
    ViewsBlocked {
        /// Everything that is in the way.
        obstacles: Vec<KeptTable>,
    },

    /// The views for QuickSight are not as the template needs them: missing, broken, older than this build,
    /// not to be seen by this user, or with a column that QuickSight cannot read.
    #[cfg(feature = "quicksight")]
    #[error(
        "no template was made, because {}; make the views with quicksight::apply_views, and call again \
         as the account that made them",
        first_of(faults)
    )]
    #[non_exhaustive]
    ViewsNotReady {
        /// All that is wrong with them, each as in "because ...".
        faults: Vec<String>,
    },

    /// The name or the host of an account, or the name of a database, cannot be used in a `GRANT`.
    #[cfg(feature = "quicksight")]
    #[error("{name:?} cannot be used in a GRANT: {reason}")]
    #[non_exhaustive]
    InvalidAccount {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        reason: Cow<'static, str>,
    },

    /// The name given to [`history_table`](crate::Migrator::history_table) cannot be used.
    #[error("{name:?} cannot be the history table: {reason}")]
    #[non_exhaustive]
    InvalidHistoryTable {
        /// The name as given.
        name: String,
        /// What is wrong with it.
        reason: Cow<'static, str>,
    },
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
