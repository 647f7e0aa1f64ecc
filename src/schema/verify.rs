//! Verification: the tables that are there, held against their twins.

use super::{
    hold::hold,
    judge::{confirm_half_made, is_there_after_all, judge, lack},
    look::{Found, KNEX, look},
    twin,
    wanted::{Wanted, names, wanted},
};
use crate::{
    history::{self, Embedded},
    outcome::{Drift, Error, Mend, Result, Severity},
    session::{EarlierReads, Session, refuse_open_transaction},
};

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
    let mut there = Vec::new();
    for one in &wanted {
        if found.shapes.contains_key(one.table) || is_there_after_all(session, one.table)? {
            there.push(one.table);
        }
    }
    let nothing_there = there.is_empty();
    let is_expected = |drifts: &[Drift]| nothing_there || drifts.is_empty();
    compare(session, &wanted, &there, found, is_expected).map(|(_, drifts)| drifts)
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
    let is_expected =
        |drifts: &[Drift]| there.is_empty() || (missing.is_empty() && drifts.is_empty());
    let (found, drifts) = compare(session, &there, &names(&there), found, is_expected)?;
    let owned = |some: &[Wanted<'_>]| names(some).into_iter().map(str::to_owned).collect();
    let knex_has_run = found.shapes.contains_key(KNEX) && knex_has_run(session);
    let missing_after_knex = if knex_has_run { owned(&missing) } else { Vec::new() };
    Ok(Existing { tables: owned(&there), drifts, missing_after_knex })
}

/// Judges what was found by the twins of the tables that are there, and of those that one file alone does
/// not make. What is not as expected is looked at once more while nobody can change the tables.
fn compare(
    session: &mut Session<'_>,
    wanted: &[Wanted<'_>],
    there: &[&str],
    found: Found,
    is_expected: impl Fn(&[Drift]) -> bool,
) -> Result<(Found, Vec<Drift>)> {
    let twins = twin::make(session, wanted, |one| there.contains(&one.table) || one.is_changed())?;
    match judge(session, wanted, &found, &twins) {
        Ok(drifts) if is_expected(&drifts) => return Ok((found, drifts)),
        Ok(_) | Err(Error::TablesChanging) => {}
        Err(error) => return Err(error),
    }
    hold(session, there, |session| {
        let found = look(session, &names(wanted))?;
        let drifts = judge(session, wanted, &found, &twins)?;
        Ok((found, drifts))
    })
}

/// The tables and columns that are not there, for a user who may do no more than look.
pub(crate) fn missing(session: &mut Session<'_>, migrations: &[Embedded]) -> Result<Vec<Drift>> {
    let tables = history::tables(migrations);
    let names: Vec<_> = tables.iter().map(|(table, _)| *table).collect();
    hold(session, &names, |session| {
        let found = look(session, &names)?;
        let mend = || Mend::Decide("Migrator::mend puts it back".into());
        let mut drifts = Vec::new();
        for (table, columns) in &tables {
            match found.shapes.get(*table) {
                None => drifts.push(lack(table, None, mend())),
                Some(shape) if shape.is_half_made() => {
                    drifts.push(confirm_half_made(session, table)?);
                }
                Some(shape) => {
                    let lacks = columns.iter().filter(|column| !shape.has_column(column));
                    drifts.extend(lacks.map(|column| lack(table, Some(column), mend())));
                }
            }
        }
        Ok(drifts)
    })
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
