//! The statements that put a difference right, where the server would not refuse them for ever.

use super::{
    compare::Comparison,
    shape::{Column, Index, Shape},
    ties::Tie,
    types,
};
use crate::{outcome::Mend, session::quote};

/// <https://mariadb.com/docs/server/reference/sql-structure/temporal-tables/system-versioned-tables>
const VERSIONED: &str = "the table keeps the history of its rows, and the server changes it only with \
    system_versioning_alter_history=KEEP: decide about that history first";

/// The longest column of a key in the row formats of old servers, in bytes, and in all others.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-limits.html>
const SHORT: u32 = 767;
const LONGEST: u32 = 3072;

/// What only a person can decide, and why.
pub(super) fn decide(reason: &'static str) -> Mend {
    Mend::Decide(reason.into())
}

/// <https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>
fn tied(tie: &Tie) -> Mend {
    let name = &tie.name;
    Mend::Decide(
        format!("the foreign key {name} is on it: drop that key, mend, and add it again").into(),
    )
}

impl Comparison<'_> {
    /// A change that the server makes to any table.
    pub(super) fn alter(&self, change: &str) -> Mend {
        Mend::Sql(format!("ALTER TABLE {} {change}", quote(self.table)))
    }

    /// A change that the server makes to no table that keeps the history of its rows.
    fn alter_unless_versioned(&self, change: &str) -> Mend {
        if self.found.is_versioned { decide(VERSIONED) } else { self.alter(change) }
    }

    /// What the table says about its rows may be foreign to the wanted engine.
    pub(super) fn change_engine(&self) -> Mend {
        let is_key = |column: &Column| self.found.indexes.iter().any(|one| one.begins_with(column));
        if self.found.columns.iter().any(|column| column.auto_increment && !is_key(column)) {
            return decide(
                "an AUTO_INCREMENT column must be the first of a key there: put the key right first",
            );
        }
        let rows =
            if self.found.has_row_options { " ROW_FORMAT=DYNAMIC KEY_BLOCK_SIZE=0" } else { "" };
        self.alter_unless_versioned(&format!("ENGINE={}{rows}", self.wanted.engine))
    }

    pub(super) fn add_column(&self, wanted: &Column) -> Mend {
        if wanted.auto_increment {
            return decide("other tables refer to these ids: add the column by hand");
        }
        if wanted.needs_a_value() && self.has_rows {
            return decide("the rows that are there need a value for it: add it by hand");
        }
        self.alter_unless_versioned(&format!("ADD COLUMN {}", wanted.definition_with_comment()))
    }

    pub(super) fn change_column(&self, wanted: &Column, found: &Column) -> Mend {
        let another =
            |one: &Column| one.auto_increment && !one.name.eq_ignore_ascii_case(&wanted.name);
        if found.generated {
            return decide("it is computed from other columns: replace it by hand");
        }
        if wanted.auto_increment && self.found.columns.iter().any(another) {
            return decide("a table has one AUTO_INCREMENT column: change the other one first");
        }
        if wanted.auto_increment && !self.will_be_key(wanted) {
            return decide(
                "an AUTO_INCREMENT column must be the first of a key: put the key right first",
            );
        }
        if !types::holds(&wanted.kind, &found.kind) || !wanted.is_text_of_one_kind(found) {
            return decide(
                "the values that are there may not fit the wanted type: convert by hand",
            );
        }
        if let Some(tie) = self.tie(wanted).filter(|_| !wanted.differs_by_default_alone(found)) {
            return tied(tie);
        }
        let is_in = |index: &Index| index.has_whole(wanted);
        let format =
            if self.found.indexes.iter().any(is_in) { self.format_for([wanted]) } else { "" };
        let change = format!("{format}MODIFY COLUMN {}", wanted.definition_with_comment());
        self.alter_unless_versioned(&change)
    }

    /// Whether an index starts with it, or the primary key that is mended first will.
    fn will_be_key(&self, column: &Column) -> bool {
        let Shape { indexes, is_partitioned, .. } = self.found;
        let may_be_added = !is_partitioned && !indexes.iter().any(Index::is_primary);
        may_be_added || indexes.iter().any(|one| one.begins_with(column))
    }

    fn tie(&self, column: &Column) -> Option<&Tie> {
        self.ties.iter().find(|tie| tie.column.eq_ignore_ascii_case(&column.name))
    }

    /// Adds an index, in place of one of that name.
    pub(super) fn add_index(&self, wanted: &Index, in_place_of: Option<&Index>) -> Mend {
        if wanted.unique && self.found.is_partitioned {
            return decide(
                "each unique key of a partitioned table needs the columns of its partitions: add it by hand",
            );
        }
        let ours = self.wanted.columns.iter().filter(|column| wanted.has_whole(column));
        let Some(columns) = ours.map(|ours| self.will_be(ours)).collect::<Option<Vec<_>>>() else {
            return decide("its column is missing too: add both by hand");
        };
        let fits = |column: &&Column| column.bytes_in_key().is_some_and(|bytes| bytes <= LONGEST);
        if !columns.iter().all(fits) {
            return decide("its column is too long for a key: convert the column by hand first");
        }
        let is_on = |column: &&Column| {
            in_place_of.is_some_and(|other| other.begins_with(column))
                && !wanted.begins_with(column)
        };
        if let Some(tie) = self.found.columns.iter().filter(is_on).find_map(|one| self.tie(one)) {
            return tied(tie);
        }
        let drop = in_place_of.map(|index| format!("DROP INDEX {}, ", quote(&index.name)));
        let (format, drop) = (self.format_for(columns), drop.unwrap_or_default());
        let change = format!("{format}{drop}ADD {}", wanted.definition());
        if wanted.unique { self.alter_unless_versioned(&change) } else { self.alter(&change) }
    }

    /// A column as it will be when the index is mended: all columns are before it.
    fn will_be<'s>(&'s self, wanted: &'s Column) -> Option<&'s Column> {
        let found =
            self.found.columns.iter().find(|one| one.name.eq_ignore_ascii_case(&wanted.name));
        let mended = |mend: &Mend| matches!(mend, Mend::Sql(_));
        match (self.column(wanted), found) {
            (Some(drift), _) if mended(&drift.mend) => Some(wanted),
            (_, found) => found,
        }
    }

    /// The row format that takes these columns into a key, where that of the table does not.
    fn format_for<'s>(&self, columns: impl IntoIterator<Item = &'s Column>) -> &'static str {
        let is_long = |column: &Column| column.bytes_in_key().is_some_and(|bytes| bytes > SHORT);
        if self.found.is_short && columns.into_iter().any(is_long) {
            "ROW_FORMAT=DYNAMIC, "
        } else {
            ""
        }
    }
}
