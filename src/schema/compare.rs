//! How what is there differs from what is wanted.

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

    fn extra_columns(&self) -> impl Iterator<Item = Drift> {
        let is_ours = |column: &&Column| {
            self.wanted.columns.iter().any(|ours| ours.name.eq_ignore_ascii_case(&column.name))
        };
        self.found.columns.iter().filter(move |column| !is_ours(column)).map(|column| {
            let mend = decide(if column.needs_a_value() {
                "an INSERT that does not name it is refused: give it a default, unless that is on purpose"
            } else {
                "it is not needed, and it does no harm"
            });
            let sides = (None, Some(column.definition()));
            self.drift(DriftKind::ExtraColumn, Some(&column.name), sides, mend)
        })
    }

    fn extra_indexes(&self) -> impl Iterator<Item = Drift> {
        let is_extra = move |index: &&Index| {
            // Older scripts made a unique key beside the primary key on the same column: that is served.
            let is_served = self.wanted.indexes.iter().any(|ours| ours.serves(index));
            !is_served && !self.stands_in_for_one_of_ours(index)
        };
        self.found.indexes.iter().filter(is_extra).map(|index| {
            let mend = decide(if index.unique {
                "it refuses rows that our table would take: drop it, unless it is there on purpose"
            } else {
                "it is not needed, and it does no harm"
            });
            let sides = (None, Some(index.definition()));
            self.drift(DriftKind::ExtraIndex, Some(&index.name), sides, mend)
        })
    }

    /// Whether it is reported as another index than the one of ours that has its name.
    fn stands_in_for_one_of_ours(&self, index: &Index) -> bool {
        let is_elsewhere = |ours: &Index| self.found.indexes.iter().any(|one| one.serves(ours));
        let mut wanted = self.wanted.indexes.iter();
        let ours = wanted.find(|ours| ours.name.eq_ignore_ascii_case(&index.name));
        ours.is_some_and(|ours| ours.is_primary() || !is_elsewhere(ours))
    }

    fn extra_checks(&self) -> impl Iterator<Item = Drift> {
        self.found.checks.iter().map(|name| {
            let reason =
                "it refuses rows that our table would take: drop it, unless it is there on purpose";
            let sides = (None, Some(format!("CONSTRAINT {} CHECK", quote(name))));
            self.drift(DriftKind::ExtraCheck, Some(name), sides, decide(reason))
        })
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
mod tests {
    use super::*;

    fn column(name: &str, kind: &str) -> Column {
        Column { name: name.into(), kind: kind.into(), nullable: true, ..Column::default() }
    }

    fn index(name: &str, parts: &[&str]) -> Index {
        let parts = parts.iter().map(|part| quote(part)).collect();
        Index { name: name.into(), unique: name == "PRIMARY", parts, ..Index::default() }
    }

    /// A table of ours: an identity, two columns, an index.
    fn wanted() -> Shape {
        let id = Column { nullable: false, auto_increment: true, ..column("id", "int") };
        Shape {
            engine: "InnoDB".into(),
            collation: "utf8mb4_unicode_ci".into(),
            columns: vec![id, column("distance", "double"), column("role", "int")],
            indexes: vec![index("PRIMARY", &["id"]), index("role_idx", &["role"])],
            ..Shape::default()
        }
    }

    /// What is said of a table that was changed by hand.
    fn said(change: impl FnOnce(&mut Shape)) -> Vec<String> {
        let (wanted, mut found) = (wanted(), wanted());
        change(&mut found);
        let comparison =
            Comparison { table: "trip", wanted: &wanted, found: &found, has_rows: true, ties: &[] };
        let say = |drift: &Drift| {
            let subject = drift.subject().map_or(String::new(), |subject| format!(".{subject}"));
            let (kind, severity) = (drift.kind().as_str(), drift.severity().as_str());
            let mend = match drift.mend() {
                Mend::Sql(sql) => sql.trim_start_matches("ALTER TABLE `trip` "),
                Mend::Decide(_) => "a person decides",
            };
            format!("trip{subject} {kind} {severity}: {mend}")
        };
        comparison.drifts().iter().map(say).collect()
    }

    #[test]
    fn equal_tables_do_not_differ() {
        assert_eq!(said(|_| {}), Vec::<String>::new());
        assert_eq!(said(|found| found.columns.reverse()), Vec::<String>::new());
        assert_eq!(said(|found| found.columns[2].kind = "int(11)".into()), Vec::<String>::new());
        assert_eq!(said(|found| found.columns[2].name = "ROLE".into()), Vec::<String>::new());
        assert_eq!(said(|found| found.indexes[1].name = "other".into()), Vec::<String>::new());
    }

    #[test]
    fn each_difference_has_its_kind_and_its_mend() {
        type Change = fn(&mut Shape);
        let cases: [(Change, &str); 15] = [
            (|found| found.engine = "MyISAM".into(), "trip engine breaking: ENGINE=InnoDB"),
            (|found| found.engine.clear(), "trip half_made breaking: DROP TABLE `trip`"),
            (|found| found.engine = "FEDERATED".into(), "trip engine breaking: a person decides"),
            (
                |found| found.collation = "latin1_swedish_ci".into(),
                "trip character_set advisory: \
                 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
            ),
            (
                |found| found.stand_in = Some("VIEW".into()),
                "trip not_a_table breaking: a person decides",
            ),
            (
                |found| {
                    found.columns = ["id", "name", "is_staff"].map(|one| column(one, "int")).into();
                },
                "trip foreign_table breaking: a person decides",
            ),
            (
                |found| drop(found.columns.remove(1)),
                "trip.distance missing_column breaking: ADD COLUMN `distance` double NULL",
            ),
            (
                |found| found.columns[1].kind = "float".into(),
                "trip.distance different_column breaking: MODIFY COLUMN `distance` double NULL",
            ),
            (
                |found| found.columns[2].kind = "varchar(9)".into(),
                "trip.role different_column breaking: a person decides",
            ),
            (
                |found| found.columns[2].kind = "bigint".into(),
                "trip.role wider_column advisory: a person decides",
            ),
            (
                |found| found.columns.push(column("colour", "int")),
                "trip.colour extra_column advisory: a person decides",
            ),
            (
                |found| found.indexes[0] = index("PRIMARY", &["role"]),
                "trip primary_key breaking: a person decides",
            ),
            (
                |found| drop(found.indexes.pop()),
                "trip.role_idx missing_index advisory: ADD KEY `role_idx` (`role`)",
            ),
            (
                |found| found.indexes[1] = index("role_idx", &["distance"]),
                "trip.role_idx different_index advisory: \
                 DROP INDEX `role_idx`, ADD KEY `role_idx` (`role`)",
            ),
            (
                |found| found.checks.push("positive".into()),
                "trip.positive extra_check advisory: a person decides",
            ),
        ];
        for (change, expected) in cases {
            assert_eq!(said(change), [expected]);
        }
    }

    /// A new column without a default needs values where there are rows, and none where there are not.
    #[test]
    fn a_column_is_added_to_an_empty_table_only_if_rows_would_need_values() {
        let (mut wanted, found) = (wanted(), wanted());
        wanted.columns.push(Column { nullable: false, ..column("mode", "int") });
        let mend = |has_rows| {
            let comparison =
                Comparison { table: "trip", wanted: &wanted, found: &found, has_rows, ties: &[] };
            comparison.drifts()[0].mend().clone()
        };
        assert!(matches!(mend(true), Mend::Decide(_)));
        let sql = "ALTER TABLE `trip` ADD COLUMN `mode` int NOT NULL";
        assert_eq!(mend(false), Mend::Sql(sql.into()));
    }
}
