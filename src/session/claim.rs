//! One migrator at a time in a group of servers that all take writes.
//!
//! The lock of [`lock`](super::lock) is one server's. What all members agree on is a row: of two that insert
//! the same key at once, the group lets one commit. Whoever has inserted it may change tables, and has
//! on its own member whatever the one before it has changed, because members apply the
//! changes of a group in the order of their commits.
//! <https://dev.mysql.com/doc/refman/8.4/en/group-replication-summary.html>

use std::{
    thread,
    time::{Duration, Instant},
};

use log::{info, warn};

use super::{Session, column, literal};
use crate::outcome::{Error, Result, code};

/// The table of that one row. No migration makes it: only such a group has it.
pub(crate) const CLAIM_TABLE: &str = "quicksight_schema_claim";

/// How long a migrator waits before it tries again.
const PAUSE: Duration = Duration::from_millis(250);

/// The row of another migrator.
#[derive(Debug, PartialEq)]
struct Claim {
    member: String,
    connection: u64,
    /// Whether that member is this server.
    is_here: bool,
}

/// Runs `work` while no other member of the group has anybody who changes tables. This session must hold
/// its own server's lock.
pub(crate) fn with_claim<'c, T>(
    session: &mut Session<'c>,
    timeout: Duration,
    work: impl FnOnce(&mut Session<'c>) -> Result<T>,
) -> Result<T> {
    make_table(session)?;
    claim(session, timeout)?;
    session.finally(work, release)
}

/// On every member at once that does no harm.
fn make_table(session: &mut Session<'_>) -> Result<()> {
    let create = format!(
        "CREATE TABLE IF NOT EXISTS {CLAIM_TABLE} (\
         id TINYINT NOT NULL PRIMARY KEY, \
         member VARCHAR(36) NOT NULL, \
         connection BIGINT UNSIGNED NOT NULL\
         ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=DYNAMIC"
    );
    session.execute(&create).map_err(claiming)
}

fn claim(session: &mut Session<'_>, timeout: Duration) -> Result<()> {
    let started = Instant::now();
    let insert = format!(
        "INSERT INTO {CLAIM_TABLE} (id, member, connection) VALUES (1, @@server_uuid, CONNECTION_ID())"
    );
    loop {
        let conflict = match session.execute(&insert) {
            Ok(()) => return Ok(()),
            Err(error) if is_conflict(&error) => error,
            Err(error) => return Err(claiming(error)),
        };
        let other = read(session)?;
        if let Some(other) = &other
            && is_left(session, other)?
            && take_over(session, other)?
        {
            return Ok(());
        }
        let waited = started.elapsed();
        match other {
            Some(Claim { member, connection, .. }) if waited >= timeout => {
                return Err(Error::ClaimTimeout { member, connection, waited });
            }
            None if waited >= timeout => return Err(claiming(conflict)),
            Some(Claim { member, connection, .. }) => info!(
                member = member.as_str(), holder = connection;
                "waiting for connection {connection} of the member {member}, which changes the tables"
            ),
            None => {}
        }
        thread::sleep(PAUSE);
    }
}

fn read(session: &mut Session<'_>) -> Result<Option<Claim>> {
    let ask = format!(
        "SELECT member, connection, member = @@server_uuid FROM {CLAIM_TABLE} WHERE id = 1"
    );
    let rows = session.read(&ask).map_err(claiming)?;
    Ok(rows.first().and_then(|row| {
        let (member, connection) = (column(row, 0)?, column(row, 1)?);
        Some(Claim { member, connection, is_here: column(row, 2) == Some(1) })
    }))
}

/// Whether nobody is behind a row any more. Of this server it must be so, or its lock would not be ours;
/// of another one only if that has left the group.
fn is_left(session: &mut Session<'_>, claim: &Claim) -> Result<bool> {
    if claim.is_here {
        return Ok(true);
    }
    let ask = "SELECT member_id FROM performance_schema.replication_group_members \
               WHERE member_state <> 'OFFLINE'";
    match session.read(ask) {
        Ok(rows) => {
            Ok(!rows.iter().any(|row| column(row, 0).is_some_and(|id: String| id == claim.member)))
        }
        Err(error) if code::of(&error) == Some(code::TABLE_ACCESS_DENIED) => Ok(false),
        Err(error) => Err(claiming(error)),
    }
}

/// Puts this session into the row, unless another one was first.
fn take_over(session: &mut Session<'_>, other: &Claim) -> Result<bool> {
    warn!(
        member = other.member.as_str(), holder = other.connection;
        "taking over from connection {} of the member {}, which is gone", other.connection, other.member
    );
    if !other.is_here {
        wait_for_all(session)?;
    }
    let update = format!(
        "UPDATE {CLAIM_TABLE} SET member = @@server_uuid, connection = CONNECTION_ID() \
         WHERE id = 1 AND member = {} AND connection = {}",
        literal(&other.member),
        other.connection
    );
    match session.execute(&update) {
        Ok(()) => Ok(is_ours(session)?),
        Err(error) if is_conflict(&error) => Ok(false),
        Err(error) => Err(claiming(error)),
    }
}

/// Waits for what a member that is gone has changed, which may still be on its way here. That wait is
/// bounded by a variable that is meant for idle connections.
/// <https://dev.mysql.com/doc/refman/8.4/en/group-replication-configuring-consistency-guarantees.html>
fn wait_for_all(session: &mut Session<'_>) -> Result<()> {
    let variables = "SELECT @@group_replication_consistency, @@wait_timeout LIMIT 1";
    let theirs = session.row(variables).map_err(claiming)?;
    let their = |index| theirs.as_ref().and_then(|row| column::<String>(row, index));
    let (consistency, idle) = (their(0).unwrap_or_default(), their(1).unwrap_or_default());
    let set = |session: &mut Session<'_>, consistency: &str, idle: &str| {
        let sql = format!(
            "SET SESSION group_replication_consistency = {}, wait_timeout = {idle}",
            literal(consistency)
        );
        session.execute(&sql).map_err(claiming)
    };
    let seconds = session.slice().to_string();
    set(session, "BEFORE", &seconds)?;
    session.finally(
        |session| session.execute(&format!("SELECT id FROM {CLAIM_TABLE}")).map_err(claiming),
        |session| set(session, &consistency, &idle),
    )
}

fn is_ours(session: &mut Session<'_>) -> Result<bool> {
    let ask = format!(
        "SELECT id FROM {CLAIM_TABLE} \
         WHERE id = 1 AND member = @@server_uuid AND connection = CONNECTION_ID()"
    );
    session.read(&ask).map(|rows| !rows.is_empty()).map_err(claiming)
}

fn release(session: &mut Session<'_>) -> Result<()> {
    let delete = format!(
        "DELETE FROM {CLAIM_TABLE} \
         WHERE id = 1 AND member = @@server_uuid AND connection = CONNECTION_ID()"
    );
    session.execute(&delete).map_err(claiming)
}

/// Whether another member was first.
fn is_conflict(error: &mysql::Error) -> bool {
    code::of(error).is_some_and(|code| code::CONFLICTS.contains(&code))
}

fn claiming(error: mysql::Error) -> Error {
    let action = format!(
        "claim the change of the tables among the members of the group, in {CLAIM_TABLE} (needs \
         CREATE, SELECT, INSERT, UPDATE and DELETE)"
    );
    Error::from_answer(action, error)
}
