//! The tables and views as the server's catalogue describes them.

use mysql::Row;

use super::ACTION;
use crate::{
    outcome::{Error, Result},
    session::{ALL, Session, column, named},
};

/// What the catalogue says of the tables that were asked for.
pub(super) struct Catalogue {
    tables: Vec<Table>,
}

/// A table or view with the columns that the user may see.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) is_view: bool,
    pub(super) columns: Vec<Column>,
}

pub(super) struct Column {
    pub(super) name: String,
    /// The name of its type alone, such as `decimal`.
    pub(super) base: String,
    /// All of its type, such as `decimal(10,2)`.
    pub(super) kind: String,
    pub(super) decimals: u64,
    /// The longest text that it takes: in characters, and in bytes for a type such as `text`.
    pub(super) length: u64,
    pub(super) changes_with_row: bool,
    pub(super) comment_length: u64,
    /// Whether an index begins with it that the server would use.
    pub(super) begins_index: bool,
}

impl Catalogue {
    pub(super) fn read(session: &mut Session<'_>, names: &[&str]) -> Result<Self> {
        let database = ask(session, "SELECT DATABASE() LIMIT 1")?;
        if database.first().and_then(|row| text(row, 0)).is_none() {
            return Err(Error::NoDatabaseSelected);
        }
        if names.is_empty() {
            return Ok(Self { tables: Vec::new() });
        }
        let names = names.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ");
        let select = |what: &str, view: &str, order: &str| {
            format!(
                "SELECT {what} FROM information_schema.{view} WHERE table_schema = DATABASE() \
                 AND table_name IN ({names}) ORDER BY {order} LIMIT {ALL}"
            )
        };
        let mut tables = Vec::new();
        for row in ask(session, &select("table_name, table_type", "tables", "table_name"))? {
            let name = text(&row, 0).unwrap_or_default();
            let is_view = text(&row, 1).is_some_and(|kind| kind.ends_with("VIEW"));
            tables.push(Table { name, is_view, columns: Vec::new() });
        }
        let what = "table_name, column_name, data_type, column_type, numeric_scale, \
                    character_maximum_length, extra, CHAR_LENGTH(column_comment)";
        for row in ask(session, &select(what, "columns", "table_name, ordinal_position"))? {
            if let Some(table) = of_name(&mut tables, text(&row, 0).as_deref()) {
                table.columns.extend(read_column(&row));
            }
        }
        // All that there is: what tells a hidden index has another name on each server.
        for row in ask(session, &select("*", "statistics", "table_name, index_name"))? {
            if is_usable_beginning(&row)
                && let Some(table) =
                    of_name(&mut tables, named::<String>(&row, "TABLE_NAME").as_deref())
                && let Some(name) = named::<String>(&row, "COLUMN_NAME")
                && let Some(column) = table.columns.iter_mut().find(|column| column.name == name)
            {
                column.begins_index = true;
            }
        }
        tables.retain(|table| !table.columns.is_empty());
        Ok(Self { tables })
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

impl Table {
    /// Names of columns are blind to case.
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

fn ask(session: &mut Session<'_>, select: &str) -> Result<Vec<Row>> {
    session.read(select).map_err(|error| Error::from_answer(ACTION, error))
}

fn of_name<'t>(tables: &'t mut [Table], name: Option<&str>) -> Option<&'t mut Table> {
    tables.iter_mut().find(|table| Some(&*table.name) == name)
}

fn read_column(row: &Row) -> Option<Column> {
    Some(Column {
        name: text(row, 1)?,
        base: text(row, 2)?.to_ascii_lowercase(),
        kind: text(row, 3)?.to_ascii_lowercase(),
        decimals: column(row, 4).unwrap_or(0),
        length: column(row, 5).unwrap_or(0),
        changes_with_row: text(row, 6)?.to_ascii_lowercase().contains("on update"),
        comment_length: column(row, 7).unwrap_or(0),
        begins_index: false,
    })
}

/// Whether it is the first column of an index that is ordered and not hidden.
fn is_usable_beginning(row: &Row) -> bool {
    let says = |name, word: &str| named(row, name).is_some_and(|found: String| found == word);
    named(row, "SEQ_IN_INDEX") == Some(1)
        && says("INDEX_TYPE", "BTREE")
        && !says("IS_VISIBLE", "NO")
        && !says("IGNORED", "YES")
}

fn text(row: &Row, index: usize) -> Option<String> {
    column(row, index)
}

/// A name as a value. It may have any letters, a backslash too, which `sql_mode` gives a meaning or
/// takes it away.
fn literal(name: &str) -> String {
    let hex: Vec<_> = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("_utf8mb4 X'{}'", hex.concat())
}
