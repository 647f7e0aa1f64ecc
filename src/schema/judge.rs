//! What is there, held against its twin, and what a look alone cannot tell.

use super::{
    compare::{Comparison, half_made},
    look::Found,
    shape::Shape,
    ties::{Tie, ties},
    twin::{Twin, Twins},
    wanted::Wanted,
};
use crate::{
    outcome::{Drift, DriftKind, Error, Mend, Result, Severity, code},
    session::{Session, quote, unread},
};

/// Compares each table with its twin.
pub(super) fn judge(
    session: &mut Session<'_>,
    wanted: &[Wanted<'_>],
    found: &Found,
    twins: &Twins<'_>,
) -> Result<Vec<Drift>> {
    let mut drifts = Vec::new();
    for one in wanted {
        match (found.shapes.get(one.table), twins.get(one.table)) {
            (Some(shape), Some(twin)) => drifts.extend(compare(session, one, shape, twin)?),
            (Some(_), None) => return Err(Error::TablesChanging),
            (None, twin) => drifts.push(missing_table(one, twin)),
        }
    }
    Ok(drifts)
}

fn compare(
    session: &mut Session<'_>,
    one: &Wanted<'_>,
    found: &Shape,
    twin: &Twin,
) -> Result<Vec<Drift>> {
    if found.is_half_made() {
        return Ok(vec![confirm_half_made(session, one.table)?]);
    }
    if found.columns.is_empty() && found.stand_in.is_none() {
        // It is there, and what it is like is not for this user to see: the server says so.
        has_rows(session, one.table)?;
    }
    let table = one.table;
    let wanted = &*twin.shape.as_partitioned(table, found);
    let compare =
        |has_rows, ties: &[Tie]| Comparison { table, wanted, found, has_rows, ties }.drifts();
    let drifts = compare(true, &[]);
    let is_any = |kinds: &[DriftKind]| drifts.iter().any(|drift| kinds.contains(&drift.kind));
    let lacks_a_column = is_any(&[DriftKind::MissingColumn, DriftKind::ForeignTable]);
    let has_another = is_any(&[DriftKind::DifferentColumn, DriftKind::DifferentIndex]);
    if !lacks_a_column && !has_another {
        return Ok(drifts);
    }
    let has_rows = !lacks_a_column || has_rows(session, table)?;
    let ties = if has_another { ties(session, table)? } else { Vec::new() };
    Ok(compare(has_rows, &ties))
}

/// A table that is not there, and the statement that makes it: that of its migration, or where later
/// ones have changed it, the server's own for what they make together.
fn missing_table(one: &Wanted<'_>, twin: Option<&Twin>) -> Drift {
    let sql = match (&one.migrations[..], twin) {
        ([create, _, ..], Some(twin)) if create.makes().is_some() => twin.statement(one.table),
        (several, _) => several.first().map_or("", |create| create.statement()).to_owned(),
    };
    lack(one.table, None, Mend::Sql(sql))
}

/// A table without an engine may be half made, or another session may be at work on it. Only an attempt to
/// open it tells, and only what cannot be opened may be called so: its mend is to drop it.
pub(super) fn confirm_half_made(session: &mut Session<'_>, table: &str) -> Result<Drift> {
    match session.read(&format!("SELECT 1 FROM {} LIMIT 0", quote(table))) {
        Err(error) if code::is_half_made(&error) => Ok(half_made(table)),
        Err(error) if code::of(&error) != Some(code::NO_SUCH_TABLE) => {
            Err(cannot_look(session, table, error))
        }
        _ => Err(Error::TablesChanging),
    }
}

/// A table or a column that is not there.
pub(super) fn lack(table: &str, column: Option<&str>, mend: Mend) -> Drift {
    let (kind, expected) = match column {
        None => (DriftKind::MissingTable, "the table".to_owned()),
        Some(column) => (DriftKind::MissingColumn, format!("the column {}", quote(column))),
    };
    Drift {
        table: table.to_owned(),
        subject: column.map(str::to_owned),
        kind,
        severity: Severity::Breaking,
        expected: Some(expected),
        found: None,
        mend,
    }
}

/// Refuses a user who may read only some of the columns: the others are hidden from the description
/// and would look missing.
fn has_rows(session: &mut Session<'_>, table: &str) -> Result<bool> {
    let every_column = format!("SELECT * FROM {} LIMIT 1", quote(table));
    match session.read(&format!("SELECT 1 FROM ({every_column}) AS any_row LIMIT 1")) {
        Ok(rows) => Ok(!rows.is_empty()),
        Err(error) => Err(cannot_look(session, table, error)),
    }
}

/// Whether a table is there that a look has not found. The server hides it from a user without rights on
/// it, and MariaDB from everybody while another session is at work on it: only an attempt to read it tells.
pub(super) fn is_there_after_all(session: &mut Session<'_>, table: &str) -> Result<bool> {
    match has_rows(session, table) {
        Err(error) if error.server_code() == Some(code::NO_SUCH_TABLE) => Ok(false),
        outcome => outcome.map(|_| true),
    }
}

pub(super) fn cannot_look(session: &mut Session<'_>, table: &str, error: mysql::Error) -> Error {
    let action = format!("look at the table {} (needs SELECT)", quote(table));
    unread(session, &[table], action, error)
}
