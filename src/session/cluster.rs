//! Whether nodes beside this one take writes, too: the lock is one server's, and so is `LOCK TABLES`.

use super::{OtherWriters, Session, Settings, column};
use crate::outcome::{Error, Result, code};

/// Which nodes take writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writers {
    /// This one alone, as far as a session can tell.
    One,
    /// All members of a MySQL group, and how many there are, where the user may know that.
    Group { members: Option<u64> },
    /// All nodes of a Galera cluster, and how many there are.
    Galera { nodes: u64 },
}

impl Writers {
    /// How a group becomes one that any call can work with.
    pub(crate) const ONE_PRIMARY: &str = "let SELECT group_replication_switch_to_single_primary_mode() make it a group with one \
         primary, and connect to that";

    /// Those that a call with these settings must reckon with.
    pub(crate) fn beside(session: &mut Session<'_>, settings: &Settings) -> Result<Self> {
        match settings.other_writers {
            OtherWriters::Ask => writers(session),
            OtherWriters::None => Ok(Self::One),
        }
    }

    /// Why nothing was done, as in "nothing was ...".
    pub(crate) fn refusal(self, done: &'static str, way_out: &'static str) -> Error {
        let nodes = match self {
            Self::One => Some(1),
            Self::Group { members } => members,
            Self::Galera { nodes } => Some(nodes),
        };
        Error::SeveralWriters { done: done.into(), nodes, way_out: way_out.into() }
    }
}

/// Asks the server which nodes take writes. Needs no right, but that to count the members of a group.
///
/// <https://dev.mysql.com/doc/refman/8.4/en/group-replication-multi-primary-mode.html>
/// <https://mariadb.com/docs/galera-cluster/reference/galera-cluster-system-variables#wsrep_on>
pub(crate) fn writers(session: &mut Session<'_>) -> Result<Writers> {
    let ask = "SHOW GLOBAL VARIABLES WHERE Variable_name IN \
               ('group_replication_single_primary_mode', 'wsrep_on')";
    let modes = session.rows(ask).map_err(asking)?;
    let says = |name: &str, value: &str| {
        modes.iter().any(|row| is(column(row, 0), name) && is(column(row, 1), value))
    };
    if says("group_replication_single_primary_mode", "OFF") {
        return Ok(match members(session)? {
            Some(..=1) => Writers::One,
            members => Writers::Group { members },
        });
    }
    if says("wsrep_on", "ON") {
        let size = session.row("SHOW GLOBAL STATUS LIKE 'wsrep_cluster_size'").map_err(asking)?;
        let nodes = size.and_then(|row| column(&row, 1)).unwrap_or(0);
        return Ok(if nodes > 1 { Writers::Galera { nodes } } else { Writers::One });
    }
    Ok(Writers::One)
}

/// How many members the group has, this one included. `None`: the user may not see them.
fn members(session: &mut Session<'_>) -> Result<Option<u64>> {
    let ask = "SELECT COUNT(*) FROM performance_schema.replication_group_members \
               WHERE member_state <> 'OFFLINE'";
    match session.read(ask) {
        Ok(rows) => Ok(rows.first().and_then(|row| column(row, 0))),
        Err(error) if code::of(&error) == Some(code::TABLE_ACCESS_DENIED) => Ok(None),
        Err(error) => Err(asking(error)),
    }
}

fn is(value: Option<String>, expected: &str) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case(expected))
}

fn asking(error: mysql::Error) -> Error {
    Error::from_answer("ask which nodes take writes", error)
}
