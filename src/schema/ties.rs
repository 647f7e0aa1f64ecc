//! Foreign keys, which keep the columns on both of their sides as they are.

use crate::{
    outcome::Result,
    session::{ALL, Session, column, literal, quote, unread},
};

/// A foreign key on a column, from it or to it.
pub(super) struct Tie {
    pub(super) column: String,
    /// The key and the table that has it.
    pub(super) name: String,
}

/// The foreign keys that the table has, and those that point to it.
///
/// MariaDB looks through all databases for the latter, so this is asked only where something would have to
/// be changed that a foreign key may keep as it is.
pub(super) fn ties(session: &mut Session<'_>, table: &str) -> Result<Vec<Tie>> {
    let side = |column: &str, prefix: &str| {
        format!(
            "SELECT {column} AS name, constraint_name AS constraint_name, \
             table_schema AS owner_schema, table_name AS owner \
             FROM information_schema.key_column_usage \
             WHERE {prefix}table_schema = DATABASE() AND {prefix}table_name = {} \
             AND referenced_table_name IS NOT NULL",
            literal(table)
        )
    };
    let (from, to) = (side("column_name", ""), side("referenced_column_name", "referenced_"));
    let ask = format!("{from} UNION ALL {to} LIMIT {ALL}");
    let rows = session
        .read(&ask)
        .map_err(|error| unread(session, &[table], "look for foreign keys on the tables", error))?;
    let tie = |row| {
        let (key, schema, owner): (String, String, String) =
            (column(row, 1)?, column(row, 2)?, column(row, 3)?);
        let name = format!("{} of {}.{}", quote(&key), quote(&schema), quote(&owner));
        Some(Tie { column: column(row, 0)?, name })
    };
    Ok(rows.iter().filter_map(tie).collect())
}
