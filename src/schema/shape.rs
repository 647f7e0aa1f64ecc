//! The shape of a table as the server describes it.

use super::types;
use crate::session::{literal, quote};

/// A table without its rows.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // They are what the server says of a table, yes or no.
pub(super) struct Shape {
    pub(super) engine: String,
    pub(super) collation: String,
    /// What it is, if it is no table: `VIEW`, `SEQUENCE`.
    pub(super) stand_in: Option<String>,
    pub(super) is_partitioned: bool,
    /// MariaDB keeps what its rows have been.
    pub(super) is_versioned: bool,
    /// Its row format is one of those that take only short columns into a key.
    pub(super) is_short: bool,
    /// It says how its rows are stored, and not its engine.
    pub(super) has_row_options: bool,
    pub(super) columns: Vec<Column>,
    pub(super) indexes: Vec<Index>,
    /// The names of its CHECK constraints.
    pub(super) checks: Vec<String>,
}

impl Shape {
    /// Whether the server lists it and cannot open it: it is nothing else, and no engine has it.
    pub(super) fn is_half_made(&self) -> bool {
        self.stand_in.is_none() && self.engine.is_empty()
    }

    /// Names of columns are blind to case.
    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools)] // They are what the server says of a column, yes or no.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) collation: Option<String>,
    pub(super) nullable: bool,
    pub(super) default: Option<String>,
    pub(super) on_update: bool,
    pub(super) auto_increment: bool,
    pub(super) generated: bool,
    /// `SELECT *` leaves it out.
    pub(super) invisible: bool,
    pub(super) comment: String,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) unique: bool,
    /// `FULLTEXT` and the like: no order, so no range.
    pub(super) special: Option<String>,
    pub(super) parts: Vec<String>,
    /// If the server's planner is told not to use it: the word that tells it otherwise.
    pub(super) unhide: Option<&'static str>,
}

const PRIMARY: &str = "PRIMARY";

impl Column {
    /// The column as `ALTER TABLE` takes it. The collation is spelled out, because a table's own
    /// default may be another.
    pub(super) fn definition(&self) -> String {
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

    pub(super) fn definition_with_comment(&self) -> String {
        match self.comment.as_str() {
            "" => self.definition(),
            comment => format!("{} COMMENT {}", self.definition(), literal(comment)),
        }
    }

    /// Everything but the name, the type and the comment. Names of columns are blind to case.
    pub(super) fn same_but_type(&self, other: &Self) -> bool {
        let empty = String::new;
        let bare = |column: &Self| Self {
            name: empty(),
            kind: empty(),
            comment: empty(),
            ..column.clone()
        };
        bare(self) == bare(other)
    }

    pub(super) fn differs_by_default_alone(&self, other: &Self) -> bool {
        let bare = |column: &Self| Self { default: None, on_update: false, ..column.clone() };
        types::canonical(&self.kind) == types::canonical(&other.kind)
            && bare(self).same_but_type(&bare(other))
    }

    pub(super) fn is_text_of_one_kind(&self, other: &Self) -> bool {
        self.collation.is_some() == other.collation.is_some()
    }

    /// How long it is in a key, at most; `None` if it cannot be part of one as a whole.
    pub(super) fn bytes_in_key(&self) -> Option<u32> {
        types::bytes_in_key(&self.kind, self.collation.as_deref())
    }

    pub(super) fn needs_a_value(&self) -> bool {
        let has_one_of_its_own = self.default.is_some() || self.auto_increment || self.generated;
        !self.nullable && !has_one_of_its_own
    }
}

impl Index {
    pub(super) fn definition(&self) -> String {
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

    pub(super) fn is_primary(&self) -> bool {
        self.name == PRIMARY
    }

    pub(super) fn begins_with(&self, column: &Column) -> bool {
        let name = quote(&column.name);
        self.parts.first().is_some_and(|first| first.eq_ignore_ascii_case(&name))
    }

    /// Whether this column is a part of it, and not just the start of its values.
    pub(super) fn has_whole(&self, column: &Column) -> bool {
        let name = quote(&column.name);
        self.parts.iter().any(|part| part.eq_ignore_ascii_case(&name))
    }

    pub(super) fn starts_with(&self, wanted: &Self) -> bool {
        self.parts.get(..wanted.parts.len()).is_some_and(|head| same_names(head, &wanted.parts))
    }

    /// Whether it does all that the other would do, under any name.
    pub(super) fn serves(&self, wanted: &Self) -> bool {
        (self.unique, &self.special) == (wanted.unique, &wanted.special)
            && same_names(&self.parts, &wanted.parts)
    }
}

/// The default that is a clock and not a value.
pub(super) const NOW: &str = "CURRENT_TIMESTAMP";

/// Names of columns and indexes are blind to case.
pub(super) fn same_names(some: &[String], others: &[String]) -> bool {
    let pairs = || some.iter().zip(others);
    some.len() == others.len() && pairs().all(|(one, other)| one.eq_ignore_ascii_case(other))
}
