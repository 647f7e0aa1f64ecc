//! Verification: the tables that are there, held against their twins.

use super::{
    compare::{Comparison, half_made},
    look::{Found, KNEX, look},
    shape::Shape,
    twin,
};
use crate::{
    history::{self, Embedded},
    outcome::{Drift, DriftKind, Error, Mend, Result, Severity, code},
    session::{EarlierReads, Session, held, quote, refuse_open_transaction},
};

/// A table and the migrations that make and change it.
struct Wanted<'m> {
    table: &'m str,
    migrations: Vec<&'m Embedded>,
}

impl Wanted<'_> {
    /// Whether a later migration changes what the first one makes.
    fn is_changed(&self) -> bool {
        self.migrations.len() > 1
    }
}

/// Tables that were there before their migrations.
#[derive(Debug, Default)]
pub(crate) struct Existing {
    pub(crate) tables: Vec<String>,
    pub(crate) drifts: Vec<Drift>,
    /// Tables that are not there although a Knex service says that it has made them.
    pub(crate) missing_after_knex: Vec<String>,
}

impl Existing {
    /// Whether this table is not what was looked for.
    pub(crate) fn differs(&self, table: &str) -> bool {
        self.drifts.iter().any(|drift| drift.table == table)
    }

    /// Takes another look at this table for the better one, if no more speaks against it.
    pub(crate) fn prefer(&mut self, table: &str, other: Self) {
        if other.weight(table) <= self.weight(table) {
            self.drifts.retain(|drift| drift.table != table);
            self.drifts.extend(other.drifts);
        }
    }

    /// How many differences a service could not work with, and how many there are.
    fn weight(&self, table: &str) -> (usize, usize) {
        let of_table = || self.drifts.iter().filter(|drift| drift.table == table);
        let breaking = of_table().filter(|drift| drift.severity == Severity::Breaking);
        (breaking.count(), of_table().count())
    }
}

/// All differences between the database and what these migrations would make of it, in a session that
/// says plainly [what it sees](crate::session::in_plain_words).
///
/// An open transaction of the caller is left alone. Where a migration changes a table it is refused: the
/// server commits at an `ALTER TABLE`, of a temporary table too.
/// <https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html>
pub(crate) fn verify(session: &mut Session<'_>, migrations: &[&Embedded]) -> Result<Vec<Drift>> {
    let wanted = wanted(migrations);
    if wanted.iter().any(Wanted::is_changed) {
        refuse_open_transaction(session, EarlierReads::Nothing)?;
    }
    let found = look(session, &names(&wanted))?;
    for one in wanted.iter().filter(|one| !found.shapes.contains_key(one.table)) {
        make_sure_it_is_missing(session, one.table)?;
    }
    compare(session, &wanted, &found)
}

/// The tables and columns that are not there, for a user who may do no more than look.
pub(crate) fn missing(session: &mut Session<'_>, migrations: &[Embedded]) -> Result<Vec<Drift>> {
    let tables = history::tables(migrations);
    let names: Vec<_> = tables.iter().map(|(table, _)| *table).collect();
    let found = look(session, &names)?;
    let mend = || Mend::Decide("Migrator::mend puts it back".into());
    let mut drifts = Vec::new();
    for (table, columns) in &tables {
        match found.shapes.get(*table) {
            None => drifts.push(lack(table, None, mend())),
            Some(shape) if shape.is_half_made() => drifts.push(half_made(table)),
            Some(shape) => {
                let lacks = columns.iter().filter(|column| !shape.has_column(column));
                drifts.extend(lacks.map(|column| lack(table, Some(column), mend())));
            }
        }
    }
    Ok(drifts)
}

/// The same of those tables only that are there.
pub(crate) fn verify_existing(
    session: &mut Session<'_>,
    migrations: &[&Embedded],
) -> Result<Existing> {
    let wanted = wanted(migrations);
    let found = look(session, &names(&wanted))?;
    let is_there = |one: &Wanted<'_>| found.shapes.contains_key(one.table);
    let (there, missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(is_there);
    let owned = |some: &[Wanted<'_>]| names(some).into_iter().map(str::to_owned).collect();
    let drifts = compare(session, &there, &found)?;
    let knex_has_run = found.shapes.contains_key(KNEX) && knex_has_run(session);
    let missing_after_knex = if knex_has_run { owned(&missing) } else { Vec::new() };
    Ok(Existing { tables: owned(&there), drifts, missing_after_knex })
}

/// A hint and no more: a table of that name that cannot be read so is some other table.
fn knex_has_run(session: &mut Session<'_>) -> bool {
    let named = format!("SELECT 1 FROM {KNEX} WHERE name LIKE '%quick\\_sight\\_table%' LIMIT 1");
    session.read(&named).is_ok_and(|rows| !rows.is_empty())
}

/// What a migration would still change about its table, after all before it. A statement that the
/// server refuses because its work is there already is done if this is empty.
pub(crate) fn unmet(
    session: &mut Session<'_>,
    migrations: &[&Embedded],
    last: &Embedded,
) -> Result<Vec<Drift>> {
    let until = |end: i64| -> Vec<&Embedded> {
        let concerns = |one: &&&Embedded| one.table() == last.table() && one.version() <= end;
        migrations.iter().filter(concerns).copied().collect()
    };
    let before = verify(session, &until(last.version() - 1))?;
    let mut drifts = verify(session, &until(last.version()))?;
    drifts.retain(|drift| !drift.kind.is_extra() && !before.contains(drift));
    Ok(drifts)
}

fn wanted<'m>(migrations: &[&'m Embedded]) -> Vec<Wanted<'m>> {
    let mut all: Vec<Wanted<'m>> = Vec::new();
    for migration in migrations {
        let Some(table) = migration.table() else { continue };
        match all.iter_mut().find(|one| one.table == table) {
            Some(known) => known.migrations.push(migration),
            None => all.push(Wanted { table, migrations: vec![migration] }),
        }
    }
    all
}

fn names<'m>(wanted: &[Wanted<'m>]) -> Vec<&'m str> {
    wanted.iter().map(|one| one.table).collect()
}

fn compare(session: &mut Session<'_>, wanted: &[Wanted<'_>], found: &Found) -> Result<Vec<Drift>> {
    let has_twin = |one: &&Wanted<'_>| found.shapes.contains_key(one.table) || one.is_changed();
    let twins: Vec<_> = wanted.iter().filter(has_twin).map(|one| one.table).collect();
    if twins.is_empty() {
        return wanted.iter().map(|one| missing_table(session, one)).collect();
    }
    session.finally(
        |session| {
            let mut drifts = Vec::new();
            for one in wanted {
                match found.shapes.get(one.table) {
                    Some(shape) => drifts.extend(compare_one(session, one, shape)?),
                    None => drifts.push(missing_table(session, one)?),
                }
            }
            Ok(drifts)
        },
        |session| twin::forget(session, &twins),
    )
}

fn compare_one(session: &mut Session<'_>, one: &Wanted<'_>, found: &Shape) -> Result<Vec<Drift>> {
    let is_table = found.stand_in.is_none() && !found.is_half_made();
    if found.columns.is_empty() && is_table {
        // It is there, and what it is like is not for this user to see: the server says so.
        has_rows(session, one.table)?;
    }
    let wanted = twin::describe(session, one.table, &one.migrations)?;
    let compare = |has_rows| Comparison { table: one.table, wanted: &wanted, found, has_rows };
    let drifts = compare(true).drifts();
    let lacking = [DriftKind::MissingColumn, DriftKind::ForeignTable];
    let lacks_a_column = drifts.iter().any(|drift| lacking.contains(&drift.kind));
    if lacks_a_column && !has_rows(session, one.table)? {
        return Ok(compare(false).drifts());
    }
    Ok(drifts)
}

/// A table that is not there, and the statement that makes it: that of its migration, or where later
/// ones have changed it, the server's own for what they make together.
fn missing_table(session: &mut Session<'_>, one: &Wanted<'_>) -> Result<Drift> {
    let sql = match &one.migrations[..] {
        [create] => create.statement().to_owned(),
        several => twin::create_statement(session, one.table, several)?,
    };
    Ok(lack(one.table, None, Mend::Sql(sql)))
}

/// A table or a column that is not there.
fn lack(table: &str, column: Option<&str>, mend: Mend) -> Drift {
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

/// The server hides a table from a user without rights on it. Only an attempt to read it tells.
fn make_sure_it_is_missing(session: &mut Session<'_>, table: &str) -> Result<()> {
    match has_rows(session, table) {
        Err(error) if error.server_code() == Some(code::NO_SUCH_TABLE) => Ok(()),
        // If it can be read after all, it has been made since we looked.
        outcome => outcome.map(drop),
    }
}

fn cannot_look(session: &mut Session<'_>, table: &str, error: mysql::Error) -> Error {
    if code::is_wait(&error) {
        return held(session, &[table], error);
    }
    Error::from_answer(format!("look at the table {} (needs SELECT)", quote(table)), error)
}
