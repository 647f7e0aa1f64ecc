//! The tables that migrations make together.

use crate::history::Embedded;

/// A table and the migrations that make and change it.
pub(super) struct Wanted<'m> {
    pub(super) table: &'m str,
    pub(super) migrations: Vec<&'m Embedded>,
}

impl Wanted<'_> {
    /// Whether a later migration changes what the first one makes.
    pub(super) fn is_changed(&self) -> bool {
        self.migrations.len() > 1
    }
}

pub(super) fn wanted<'m>(migrations: &[&'m Embedded]) -> Vec<Wanted<'m>> {
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

pub(super) fn names<'m>(wanted: &[Wanted<'m>]) -> Vec<&'m str> {
    wanted.iter().map(|one| one.table).collect()
}
