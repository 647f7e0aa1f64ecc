//! The shape of a table as the server describes it, and how two shapes differ.

use crate::{
    drift::{Drift, DriftKind, Mend, Severity},
    types,
};

/// A table without its rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    pub(crate) engine: String,
    pub(crate) collation: String,
    /// What it is, if it is no table: `VIEW`, `SEQUENCE`.
    pub(crate) stand_in: Option<String>,
    pub(crate) is_partitioned: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) indexes: Vec<Index>,
    /// The names of its CHECK constraints.
    pub(crate) checks: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // They are what the server says of a column, yes or no.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) collation: Option<String>,
    pub(crate) nullable: bool,
    pub(crate) default: Option<String>,
    pub(crate) on_update: bool,
    pub(crate) auto_increment: bool,
    pub(crate) generated: bool,
    /// `SELECT *` leaves it out.
    pub(crate) invisible: bool,
    pub(crate) comment: String,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) unique: bool,
    /// `FULLTEXT` and the like: no order, so no range.
    pub(crate) special: Option<String>,
    pub(crate) parts: Vec<String>,
    /// If the server's planner is told not to use it: the word that tells it otherwise.
    pub(crate) unhide: Option<&'static str>,
}

const PRIMARY: &str = "PRIMARY";

impl Column {
    /// The column as `ALTER TABLE` takes it. The collation is spelled out, because a table's own
    /// default may be another.
    fn definition(&self) -> String {
        let charset = self.collation.as_ref().map(|collation| {
            let charset = collation.split('_').next().unwrap_or_default();
            format!("CHARACTER SET {charset} COLLATE {collation}")
        });
        let default = self.default.as_deref().map(|value| match value {
            NOW => "DEFAULT CURRENT_TIMESTAMP".to_owned(),
            value => format!("DEFAULT {}", literal(value)),
        });
        let parts = [
            Some(quote(&self.name)),
            Some(self.kind.clone()),
            charset,
            Some(if self.nullable { "NULL" } else { "NOT NULL" }.to_owned()),
            default,
            self.on_update.then(|| "ON UPDATE CURRENT_TIMESTAMP".to_owned()),
            self.auto_increment.then(|| "AUTO_INCREMENT".to_owned()),
            self.generated.then(|| "GENERATED".to_owned()),
            self.invisible.then(|| "INVISIBLE".to_owned()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn definition_with_comment(&self) -> String {
        match self.comment.as_str() {
            "" => self.definition(),
            comment => format!("{} COMMENT {}", self.definition(), literal(comment)),
        }
    }

    /// Everything but the name, the type and the comment. Names of columns are blind to case.
    fn same_but_type(&self, other: &Self) -> bool {
        let empty = String::new;
        let bare = |column: &Self| Self {
            name: empty(),
            kind: empty(),
            comment: empty(),
            ..column.clone()
        };
        bare(self) == bare(other)
    }

    fn is_text_of_one_kind(&self, other: &Self) -> bool {
        self.collation.is_some() == other.collation.is_some()
    }

    fn needs_a_value(&self) -> bool {
        let has_one_of_its_own = self.default.is_some() || self.auto_increment || self.generated;
        !self.nullable && !has_one_of_its_own
    }
}

impl Index {
    fn definition(&self) -> String {
        let parts = self.parts.join(",");
        match self.name.as_str() {
            PRIMARY => format!("PRIMARY KEY ({parts})"),
            name => {
                let unique = self.unique.then_some("UNIQUE");
                let words = self.special.as_deref().or(unique).into_iter().chain(["KEY"]);
                format!("{} {} ({parts})", words.collect::<Vec<_>>().join(" "), quote(name))
            }
        }
    }

    fn is_primary(&self) -> bool {
        self.name == PRIMARY
    }

    fn starts_with(&self, wanted: &Self) -> bool {
        self.parts.get(..wanted.parts.len()).is_some_and(|head| same_names(head, &wanted.parts))
    }

    /// Whether it does all that the other would do, under any name.
    fn serves(&self, wanted: &Self) -> bool {
        (self.unique, &self.special) == (wanted.unique, &wanted.special)
            && same_names(&self.parts, &wanted.parts)
    }
}

/// The default that is a clock and not a value.
pub(crate) const NOW: &str = "CURRENT_TIMESTAMP";

/// Names of columns and indexes are blind to case.
fn same_names(some: &[String], others: &[String]) -> bool {
    let pairs = || some.iter().zip(others);
    some.len() == others.len() && pairs().all(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// Quotes an identifier.
pub(crate) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Quotes a value. The values come from our own files, which have no backslash.
fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// Compares what is there with what is wanted.
pub(crate) struct Comparison<'s> {
    pub(crate) table: &'s str,
    pub(crate) wanted: &'s Shape,
    pub(crate) found: &'s Shape,
    /// Whether the table has rows, which a new column would need values for.
    pub(crate) has_rows: bool,
}

impl Comparison<'_> {
    /// All differences, in the order in which they can be mended.
    pub(crate) fn drifts(&self) -> Vec<Drift> {
        if let Some(stand_in) = &self.found.stand_in {
            let mend = Mend::Decide("something else has the table's name: rename or drop it");
            let found = format!("a {}", stand_in.to_ascii_lowercase());
            let sides = (Some("a table".to_owned()), Some(found));
            return vec![self.drift(DriftKind::NotATable, None, sides, mend)];
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

    fn alter(&self, change: &str) -> Mend {
        Mend::Sql(format!("ALTER TABLE {} {change}", quote(self.table)))
    }

    fn engine(&self) -> Option<Drift> {
        let (wanted, found) = (&self.wanted.engine, &self.found.engine);
        if wanted.eq_ignore_ascii_case(found) {
            return None;
        }
        let mend = match found.as_str() {
            "MyISAM" | "Aria" | "MEMORY" => self.alter(&format!("ENGINE={wanted}")),
            _ => Mend::Decide("the engine may keep its rows elsewhere: move the table by hand"),
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
            Some(_) => Mend::Decide("rows are stored and found by it: rebuild the table by hand"),
            None if wanted.parts.iter().all(|part| self.has_column(part)) => {
                self.alter(&format!("ADD {}", wanted.definition()))
            }
            None => Mend::Decide("its column is missing too, and rows need identities"),
        };
        Some(self.drift(DriftKind::PrimaryKey, None, sides, mend))
    }

    /// Whether an index starts with it, or the primary key that is mended first will.
    fn will_be_key(&self, column: &Column) -> bool {
        let part = quote(&column.name);
        let is_first =
            |one: &Index| one.parts.first().is_some_and(|first| first.eq_ignore_ascii_case(&part));
        let indexes = &self.found.indexes;
        indexes.iter().any(is_first) || !indexes.iter().any(Index::is_primary)
    }

    fn has_column(&self, part: &str) -> bool {
        self.found.columns.iter().any(|column| quote(&column.name).eq_ignore_ascii_case(part))
    }

    fn column(&self, wanted: &Column) -> Option<Drift> {
        let name = Some(wanted.name.as_str());
        let expected = Some(wanted.definition());
        let same_name = |column: &&Column| column.name.eq_ignore_ascii_case(&wanted.name);
        let Some(found) = self.found.columns.iter().find(same_name) else {
            let mend = if wanted.auto_increment {
                Mend::Decide("rows need identities that other tables refer to")
            } else if wanted.needs_a_value() && self.has_rows {
                Mend::Decide("the rows that are there need a value for it: add it by hand")
            } else {
                self.alter(&format!("ADD COLUMN {}", wanted.definition_with_comment()))
            };
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
                (
                    DriftKind::WiderColumn,
                    "it takes all that is wanted; narrowing it could cut values",
                )
            };
            return Some(self.drift(kind, name, sides, Mend::Decide(reason)));
        }
        let mend = if found.generated {
            Mend::Decide("it is computed from others: replace it by hand")
        } else if wanted.auto_increment && !self.will_be_key(wanted) {
            Mend::Decide("a column that counts must be the first of a key: see to the key first")
        } else if !types::holds(&wanted.kind, &found.kind) || !wanted.is_text_of_one_kind(found) {
            Mend::Decide("the values that are there may not fit the wanted type: convert by hand")
        } else {
            self.alter(&format!("MODIFY COLUMN {}", wanted.definition_with_comment()))
        };
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
        let add = format!("ADD {}", wanted.definition());
        let (kind, found, mend) = match (serving, named) {
            (Some(serving), _) => {
                let unhide = format!("ALTER INDEX {} {}", quote(&serving.name), serving.unhide?);
                let found = format!("{} hidden from the planner", serving.definition());
                (DriftKind::DifferentIndex, Some(found), self.alter(&unhide))
            }
            (None, Some(other)) => {
                let drop = format!("DROP INDEX {}, {add}", quote(&other.name));
                (DriftKind::DifferentIndex, Some(other.definition()), self.alter(&drop))
            }
            (None, None) => (DriftKind::MissingIndex, None, self.alter(&add)),
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
            let mend = Mend::Decide(if column.needs_a_value() {
                "a row that does not name it is refused: give it a default, unless that is meant"
            } else {
                "nothing here needs it, and nothing minds it"
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
            let mend = Mend::Decide(if index.unique {
                "rows that it takes for doubles are refused: drop it, unless that is meant"
            } else {
                "nothing here needs it, and nothing minds it"
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
            let reason = "rows that do not pass it are refused: drop it, unless that is meant";
            let sides = (None, Some(format!("CONSTRAINT {} CHECK", quote(name))));
            self.drift(DriftKind::ExtraCheck, Some(name), sides, Mend::Decide(reason))
        })
    }
}
