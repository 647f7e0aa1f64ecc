//! The tables that are there, as the server's catalogue describes them.

use std::collections::BTreeMap;

use mysql::Row;

use super::{
    shape::{Column, Index, Shape},
    twin,
};
use crate::{
    outcome::Result,
    session::{ALL, Session, column, is_mariadb, literal, named, quote, unread},
};

/// The history of Knex, whose migration of the same tables many databases have seen.
pub(crate) const KNEX: &str = "knex_migrations";

/// The tables that are there, by name.
#[derive(Default)]
pub(super) struct Found {
    pub(super) shapes: BTreeMap<String, Shape>,
    is_mariadb: bool,
}

/// What MariaDB calls a table that keeps what its rows have been.
const VERSIONED: &str = "SYSTEM VERSIONED";

/// What a CHECK constraint is called among the constraints. No type of a column has that name.
const CHECK: &str = "CHECK";

/// Looks at the tables that are there, in one statement if there are none and in three if there are
/// some.
///
/// One statement for all would be a join, for which MariaDB looks through every database of the
/// server: 60 ms instead of 1 beside a hundred databases like ours.
pub(super) fn look(session: &mut Session<'_>, tables: &[&str]) -> Result<Found> {
    let (mut found, ours) = (Found::default(), tables);
    let names = tables.iter().copied().chain([KNEX]);
    let names = names.map(literal).collect::<Vec<_>>().join(", ");
    let select = |what: &str, view: &str| {
        format!(
            "SELECT {what} FROM information_schema.{view} \
             WHERE table_schema = DATABASE() AND table_name IN ({names})"
        )
    };
    let mut ask = |select: String, order: &str| {
        session
            .read(&format!("{select} ORDER BY {order} LIMIT {ALL}"))
            .map_err(|error| unread(session, ours, "read the shape of the tables", error))
    };
    let tables = "table_name AS table_name, table_type AS table_type, engine AS engine, \
                  table_collation AS table_collation, create_options AS create_options, \
                  row_format AS row_format, \
                  VERSION() AS version";
    for row in ask(select(tables, "tables"), "table_name")? {
        found.is_mariadb = is_mariadb(&text(&row, "version"));
        let kind = text(&row, "table_type");
        if kind == "TEMPORARY" {
            continue;
        }
        let options = text(&row, "create_options").to_ascii_lowercase();
        let shape = Shape {
            is_versioned: kind == VERSIONED,
            is_short: matches!(text(&row, "row_format").as_str(), "Compact" | "Redundant"),
            has_row_options: ["row_format=", "key_block_size="]
                .iter()
                .any(|option| options.contains(option)),
            stand_in: Some(kind).filter(|kind| !is_table(kind)),
            engine: text(&row, "engine"),
            collation: text(&row, "table_collation"),
            is_partitioned: options.contains("partitioned"),
            ..Shape::default()
        };
        found.shapes.insert(text(&row, "table_name"), shape);
    }
    if found.shapes.keys().all(|name| name == KNEX) {
        return Ok(found);
    }
    let columns = "table_name AS table_name, column_name AS column_name, \
                   column_type AS column_type, collation_name AS collation_name, \
                   is_nullable AS is_nullable, column_default AS column_default, extra AS extra, \
                   ordinal_position AS position";
    let checks = "table_name, constraint_name, constraint_type, NULL, NULL, NULL, NULL, 0";
    let columns_and_checks = format!(
        "{} UNION ALL {} AND constraint_type = '{CHECK}'",
        select(columns, "columns"),
        select(checks, "table_constraints")
    );
    for row in ask(columns_and_checks, "table_name, position")? {
        let Some(shape) = found.shapes.get_mut(&text(&row, "table_name")) else { continue };
        match text(&row, "column_type").as_str() {
            CHECK => shape.checks.push(text(&row, "column_name")),
            _ => shape.columns.push(read_column(&row, found.is_mariadb)),
        }
    }
    // All that there is: what tells a hidden index has another name on each server.
    for row in ask(select("*", "statistics"), "table_name, index_name, seq_in_index")? {
        if let Some(shape) = found.shapes.get_mut(&text(&row, "TABLE_NAME")) {
            read_index_part(shape, &row);
        }
    }
    Ok(found)
}

/// What has one of these names in the database, and what kind of thing it is.
pub(crate) fn kinds(
    session: &mut Session<'_>,
    names: &[String],
) -> mysql::Result<BTreeMap<String, String>> {
    let names: Vec<_> = names.iter().map(|name| literal(name)).collect();
    let rows = session.rows(&format!(
        "SELECT table_name, table_type FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_name IN ({}) AND table_type <> 'TEMPORARY'",
        names.join(", ")
    ))?;
    Ok(rows.iter().filter_map(|row| Some((column(row, 0)?, column(row, 1)?))).collect())
}

/// Whether it is what the server calls a table, and not a view or the like.
pub(crate) fn is_table(kind: &str) -> bool {
    matches!(kind, "BASE TABLE" | VERSIONED)
}

/// Whether the server can read a range of it in order. A hash is what small engines have instead.
fn is_ordered(kind: &str) -> bool {
    matches!(kind, "BTREE" | "HASH")
}

fn read_column(row: &Row, is_mariadb: bool) -> Column {
    let extra = text(row, "extra").to_ascii_lowercase();
    // MariaDB quotes a text and says NULL where there is none. MySQL says a text as it is.
    let quoted = |text: String| twin::default(&text);
    let bare = |text: String| if text == "NULL" { Some(text) } else { quoted(text) };
    let default: Option<String> = named(row, "column_default");
    Column {
        name: text(row, "column_name"),
        kind: text(row, "column_type"),
        collation: named(row, "collation_name"),
        nullable: text(row, "is_nullable") == "YES",
        default: default.and_then(|text| if is_mariadb { quoted(text) } else { bare(text) }),
        on_update: extra.contains("on update"),
        auto_increment: extra.contains("auto_increment"),
        // MySQL calls a default such as CURRENT_TIMESTAMP generated too.
        generated: extra.contains("virtual") || extra.contains("stored"),
        invisible: extra.contains("invisible"),
        comment: String::new(),
    }
}

fn read_index_part(shape: &mut Shape, row: &Row) {
    let name = text(row, "INDEX_NAME");
    let column = named(row, "COLUMN_NAME").map(|name: String| quote(&name));
    let column = column.unwrap_or_else(|| format!("({})", text(row, "EXPRESSION")));
    let mut part = match named::<u32>(row, "SUB_PART") {
        Some(length) => format!("{column}({length})"),
        None => column,
    };
    if text(row, "COLLATION") == "D" {
        part.push_str(" DESC");
    }
    match shape.indexes.last_mut() {
        Some(last) if last.name == name => last.parts.push(part),
        _ => shape.indexes.push(Index {
            unique: named(row, "NON_UNIQUE") == Some(0),
            special: Some(text(row, "INDEX_TYPE")).filter(|kind| !is_ordered(kind)),
            unhide: unhide(row),
            parts: vec![part],
            name,
        }),
    }
}

/// MySQL calls a hidden index invisible, MariaDB ignored.
fn unhide(row: &Row) -> Option<&'static str> {
    match (text(row, "IS_VISIBLE").as_str(), text(row, "IGNORED").as_str()) {
        ("NO", _) => Some("VISIBLE"),
        (_, "YES") => Some("NOT IGNORED"),
        _ => None,
    }
}

fn text(row: &Row, name: &str) -> String {
    named(row, name).unwrap_or_default()
}
