//! How what is there differs from what is wanted.

mod extras;

use super::{
    mends::decide,
    shape::{Column, Index, Shape, same_names},
    ties::Tie,
    types,
};
use crate::{
    outcome::{Drift, DriftKind, Mend, Severity},
    session::quote,
};

/// Compares what is there with what is wanted.
pub(super) struct Comparison<'s> {
    pub(super) table: &'s str,
    pub(super) wanted: &'s Shape,
    pub(super) found: &'s Shape,
    /// Whether the table has rows, which a new column would need values for.
    pub(super) has_rows: bool,
    /// The foreign keys that keep its columns as they are.
    pub(super) ties: &'s [Tie],
}

impl Comparison<'_> {
    /// All differences, in the order in which they can be mended.
    pub(super) fn drifts(&self) -> Vec<Drift> {
        if let Some(stand_in) = &self.found.stand_in {
            let mend = decide("something else has the table's name: rename or drop it");
            let found = format!("a {}", stand_in.to_ascii_lowercase());
            let sides = (Some("a table".to_owned()), Some(found));
            return vec![self.drift(DriftKind::NotATable, None, sides, mend)];
        }
        if self.found.is_half_made() {
            return vec![half_made(self.table)];
        }
        if let Some(drift) = self.foreign() {
            return vec![drift];
        }
        let mut drifts = Vec::new();
        drifts.extend(self.engine());
        drifts.extend(self.character_set());
        drifts.extend(self.primary_key());
        drifts.extend(self.wanted.columns.iter().filter_map(|column| self.column(column)));
        drifts.extend(self.wanted.indexes.iter().filter_map(|index| self.index(index)));
        drifts.extend(self.extra_columns());
        drifts.extend(self.extra_indexes());
        drifts.extend(self.extra_checks());
        drifts
    }

    fn drift(
        &self,
        kind: DriftKind,
        subject: Option<&str>,
        (expected, found): (Option<String>, Option<String>),
        mend: Mend,
    ) -> Drift {
        let severity = match kind {
            DriftKind::CharacterSet
            | DriftKind::WiderColumn
            | DriftKind::ExtraColumn
            | DriftKind::ExtraIndex
            | DriftKind::ExtraCheck
            | DriftKind::MissingIndex
            | DriftKind::DifferentIndex => Severity::Advisory,
            _ => Severity::Breaking,
        };
        let subject = subject.map(str::to_owned);
        Drift { table: self.table.to_owned(), subject, kind, severity, expected, found, mend }
    }

    /// A table that lacks most of our columns, and has more of others, has little but the name in common
    /// with ours: to add the rest would spoil another application's table.
    fn foreign(&self) -> Option<Drift> {
        let has = |wanted: &&Column| self.found.has_column(&wanted.name);
        let common = self.wanted.columns.iter().filter(has).count();
        let (wanted, others) = (self.wanted.columns.len(), self.found.columns.len() - common);
        if 2 * common >= wanted || others <= common {
            return None;
        }
        let mend = decide(
            "it belongs to another application: give the QuickSight tables a database of their own",
        );
        let sides = (
            Some(format!("a table of {wanted} columns")),
            Some(format!("one with {common} of them and {others} others")),
        );
        Some(self.drift(DriftKind::ForeignTable, None, sides, mend))
    }

    fn engine(&self) -> Option<Drift> {
        let (wanted, found) = (&self.wanted.engine, &self.found.engine);
        if wanted.eq_ignore_ascii_case(found) {
            return None;
        }
        let mend = match found.as_str() {
            "MyISAM" | "Aria" | "MEMORY" => self.change_engine(),
            _ => decide("the engine may keep its rows elsewhere: move the table by hand"),
        };
        let sides = (Some(format!("ENGINE={wanted}")), Some(format!("ENGINE={found}")));
        Some(self.drift(DriftKind::Engine, None, sides, mend))
    }

    fn character_set(&self) -> Option<Drift> {
        let (wanted, found) = (&self.wanted.collation, &self.found.collation);
        if wanted == found {
            return None;
        }
        let charset = wanted.split('_').next().unwrap_or_default();
        let mend = self.alter(&format!("DEFAULT CHARACTER SET {charset} COLLATE {wanted}"));
        let sides = (Some(format!("COLLATE={wanted}")), Some(format!("COLLATE={found}")));
        Some(self.drift(DriftKind::CharacterSet, None, sides, mend))
    }

    fn primary_key(&self) -> Option<Drift> {
        let wanted = self.wanted.indexes.iter().find(|one| one.is_primary())?;
        let found = self.found.indexes.iter().find(|one| one.is_primary());
        let sides = (Some(wanted.definition()), found.map(Index::definition));
        let mend = match found {
            Some(found) if same_names(&found.parts, &wanted.parts) => return None,
            // A partitioned table must have its partition's column in every unique key.
            Some(found) if self.found.is_partitioned && found.starts_with(wanted) => return None,
            Some(_) => decide("changing it rebuilds the whole table: do that by hand"),
            None => self.add_index(wanted, None),
        };
        Some(self.drift(DriftKind::PrimaryKey, None, sides, mend))
    }

    pub(super) fn column(&self, wanted: &Column) -> Option<Drift> {
        let name = Some(wanted.name.as_str());
        let expected = Some(wanted.definition());
        let same_name = |column: &&Column| column.name.eq_ignore_ascii_case(&wanted.name);
        let Some(found) = self.found.columns.iter().find(same_name) else {
            let mend = self.add_column(wanted);
            return Some(self.drift(DriftKind::MissingColumn, name, (expected, None), mend));
        };
        let same_kind = types::canonical(&wanted.kind) == types::canonical(&found.kind);
        if same_kind && wanted.same_but_type(found) {
            return None;
        }
        let sides = (expected, Some(found.definition()));
        if wanted.same_but_type(found) && types::holds(&found.kind, &wanted.kind) {
            let (kind, reason) = if types::is_skipped_by_quicksight(&found.kind) {
                (
                    DriftKind::DifferentColumn,
                    "QuickSight skips columns of this type: convert by hand",
                )
            } else {
                (DriftKind::WiderColumn, "every value fits into it; a narrower type could cut some")
            };
            return Some(self.drift(kind, name, sides, decide(reason)));
        }
        let mend = self.change_column(wanted, found);
        Some(self.drift(DriftKind::DifferentColumn, name, sides, mend))
    }

    fn index(&self, wanted: &Index) -> Option<Drift> {
        if wanted.is_primary() {
            return None;
        }
        let name = Some(wanted.name.as_str());
        let serving = |one: &&Index| one.serves(wanted);
        let serving = self.found.indexes.iter().filter(serving).min_by_key(|one| one.unhide);
        let has_name = |one: &&Index| one.name.eq_ignore_ascii_case(&wanted.name);
        let named = self.found.indexes.iter().find(has_name);
        let expected = Some(wanted.definition());
        let (kind, found, mend) = match (serving, named) {
            (Some(serving), _) => {
                let unhide = format!("ALTER INDEX {} {}", quote(&serving.name), serving.unhide?);
                let found = format!("{} hidden from the planner", serving.definition());
                (DriftKind::DifferentIndex, Some(found), self.alter(&unhide))
            }
            (None, Some(other)) => {
                let mend = self.add_index(wanted, Some(other));
                (DriftKind::DifferentIndex, Some(other.definition()), mend)
            }
            (None, None) => (DriftKind::MissingIndex, None, self.add_index(wanted, None)),
        };
        let mut drift = self.drift(kind, name, (expected, found), mend);
        // A missing unique index lets double rows in, a unique one too many keeps rows out.
        let was_unique = named.is_some_and(|one| one.unique);
        if serving.is_none() && (wanted.unique || was_unique) {
            drift.severity = Severity::Breaking;
        }
        Some(drift)
    }
}

/// A table that the server lists and cannot open.
/// <https://mariadb.com/docs/server/reference/sql-statements/data-definition/atomic-ddl>
pub(super) fn half_made(table: &str) -> Drift {
    Drift {
        table: table.to_owned(),
        subject: None,
        kind: DriftKind::HalfMade,
        severity: Severity::Breaking,
        expected: Some("a table".to_owned()),
        found: Some("a part of one, left by a server that died".to_owned()),
        mend: Mend::Sql(format!("DROP TABLE {}", quote(table))),
    }
}

#[cfg(test)]
mod tests;
