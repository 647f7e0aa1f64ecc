//! What a table is that this crate has partitioned by its date: the columns and keys that the server wants
//! otherwise then.

use std::borrow::Cow;

use super::shape::{Index, Shape};
#[cfg(feature = "partition")]
use super::{
    look::look,
    ties::{Tie, ties},
};
use crate::session::quote;
#[cfg(feature = "partition")]
use crate::{outcome::Result, session::Session};

/// The tables that grow with every day, each with the column that its rows are dated by.
pub(crate) const PARTITIONED: [(&str, &str); 4] = [
    ("points_transaction", "created_on"),
    ("token_transaction", "created_on"),
    ("app_data", "created_on"),
    ("trip", "started_on"),
];

impl Shape {
    /// What is wanted of this table, if `found` is partitioned by its date: that date is never NULL and in
    /// the primary key, and no key without it is unique. A server has no other partitioned tables.
    /// <https://dev.mysql.com/doc/refman/8.4/en/partitioning-limitations-partitioning-keys-unique-keys.html>
    pub(super) fn as_partitioned(&self, table: &str, found: &Self) -> Cow<'_, Self> {
        let known = PARTITIONED.iter().find(|(name, _)| *name == table);
        let Some((_, date)) = known.filter(|(_, date)| found.is_partitioned_by(date)) else {
            return Cow::Borrowed(self);
        };
        let mut wanted = self.clone();
        for column in wanted.columns.iter_mut().filter(|one| one.name == *date) {
            column.nullable = false;
        }
        for index in &mut wanted.indexes {
            if index.is_primary() {
                index.parts.push(quote(date));
            } else {
                index.unique &= index.has_part(date);
            }
        }
        Cow::Owned(wanted)
    }

    /// Whether it has partitions, and a primary key that only partitions by this column are a reason for.
    fn is_partitioned_by(&self, date: &str) -> bool {
        let key = self.indexes.iter().find(|one| one.is_primary());
        self.is_partitioned
            && key.and_then(|key| key.parts.get(1..)).is_some_and(
                |rest| matches!(rest, [only] if only.eq_ignore_ascii_case(&quote(date))),
            )
    }
}

impl Index {
    fn has_part(&self, column: &str) -> bool {
        self.parts.iter().any(|part| part.eq_ignore_ascii_case(&quote(column)))
    }
}

/// What decides whether and how a table can be partitioned by a column.
#[cfg(feature = "partition")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Partitionable {
    /// Why the server would not do it.
    pub(crate) obstacle: Option<String>,
    /// The type of the column.
    pub(crate) kind: String,
    pub(crate) nullable: bool,
    /// All columns but those that the server reckons by itself, quoted.
    pub(crate) columns: Vec<String>,
    /// The columns of the primary key, quoted.
    pub(crate) primary: Vec<String>,
    /// The unique keys that lack the column: their names and their columns, quoted.
    pub(crate) unique: Vec<(String, Vec<String>)>,
}

/// Looks at the columns and keys of a table. `None`: it is not there.
#[cfg(feature = "partition")]
pub(crate) fn partitionable(
    session: &mut Session<'_>,
    table: &str,
    date: &str,
) -> Result<Option<Partitionable>> {
    let mut found = look(session, &[table])?;
    let Some(shape) = found.shapes.remove(table) else { return Ok(None) };
    let ties = ties(session, table)?;
    let column = shape.columns.iter().find(|column| column.name.eq_ignore_ascii_case(date));
    let lacks_date = |index: &&Index| index.unique && !index.is_primary() && !index.has_part(date);
    let key = shape.indexes.iter().find(|index| index.is_primary());
    Ok(Some(Partitionable {
        obstacle: obstacle(&shape, date, &ties),
        kind: column.map(|column| column.kind.clone()).unwrap_or_default(),
        nullable: column.is_none_or(|column| column.nullable),
        columns: shape
            .columns
            .iter()
            .filter(|column| !column.generated)
            .map(|column| quote(&column.name))
            .collect(),
        primary: key.map(|key| key.parts.clone()).unwrap_or_default(),
        unique: shape
            .indexes
            .iter()
            .filter(lacks_date)
            .map(|index| (index.name.clone(), index.parts.clone()))
            .collect(),
    }))
}

/// What is in the way of partitions, in the words that follow "because".
#[cfg(feature = "partition")]
fn obstacle(shape: &Shape, date: &str, ties: &[Tie]) -> Option<String> {
    let column = shape.columns.iter().find(|column| column.name.eq_ignore_ascii_case(date));
    let key = shape.indexes.iter().find(|index| index.is_primary());
    if let Some(kind) = &shape.stand_in {
        return Some(format!("it is a {}", kind.to_ascii_lowercase()));
    }
    if !shape.engine.eq_ignore_ascii_case("InnoDB") {
        return Some(format!("its engine is {} and not InnoDB", shape.engine));
    }
    if shape.is_versioned {
        return Some("it keeps the history of its rows".to_owned());
    }
    if let Some(tie) = ties.first() {
        return Some(format!("the foreign key {} is on it", tie.name));
    }
    if !column.is_some_and(|column| column.kind.to_ascii_lowercase().starts_with("datetime")) {
        return Some(format!("its column {date} is not a datetime"));
    }
    let is_id = |key: &Index| key.parts.first().is_some_and(|part| part == "`id`");
    if !key.is_some_and(is_id) {
        return Some("its primary key is not the id".to_owned());
    }
    None
}
