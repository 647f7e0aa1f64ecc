//! Verification: the tables that are there, held against their twins.

use std::collections::BTreeMap;

use mysql::{Row, prelude::FromValue};

use crate::{
    code,
    connection::{ALL, Session, column},
    drift::{Drift, DriftKind, Mend, Severity},
    embedded::Embedded,
    error::{Error, Result},
    preflight::is_mariadb,
    shape::{Column, Comparison, Index, Shape, quote},
    twin,
};

/// A table and the migrations that make and change it.
struct Wanted<'m> {
    table: &'m str,
    migrations: Vec<&'m Embedded>,
}

/// The tables that are there, by name, and what the session's settings do to their description.
#[derive(Default)]
struct Found {
    shapes: BTreeMap<String, Shape>,
    odd_settings: Option<[String; 2]>,
    is_mariadb: bool,
}

/// Tables that were there before their migrations.
#[derive(Debug, Default)]
pub(crate) struct Existing {
    pub(crate) tables: Vec<String>,
    pub(crate) drifts: Vec<Drift>,
    /// Tables that are not there although a Knex service says that it has made them.
    pub(crate) missing_after_knex: Vec<String>,
}

impl Existing {
    /// Whether a service could not work with this table as it is.
    pub(crate) fn is_broken(&self, table: &str) -> bool {
        let is_it = |drift: &Drift| drift.table == table && drift.severity == Severity::Breaking;
        self.drifts.iter().any(is_it)
    }
}

/// The history of Knex, whose migration of the same tables many databases have seen.
pub(crate) const KNEX: &str = "knex_migrations";

/// All differences between the database and what these migrations would make of it.
pub(crate) fn verify(session: &mut Session<'_>, migrations: &[&Embedded]) -> Result<Vec<Drift>> {
    let wanted = wanted(migrations);
    let found = look(session, &wanted)?;
    for one in wanted.iter().filter(|one| !found.shapes.contains_key(one.table)) {
        make_sure_it_is_missing(session, one.table)?;
    }
    compare(session, &wanted, &found)
}

/// The same of those tables only that are there.
pub(crate) fn verify_existing(
    session: &mut Session<'_>,
    migrations: &[&Embedded],
) -> Result<Existing> {
    let wanted = wanted(migrations);
    let found = look(session, &wanted)?;
    let is_there = |one: &Wanted<'_>| found.shapes.contains_key(one.table);
    let (there, missing): (Vec<_>, Vec<_>) = wanted.into_iter().partition(is_there);
    let names = |some: &[Wanted<'_>]| some.iter().map(|one| one.table.to_owned()).collect();
    let drifts = compare(session, &there, &found)?;
    let knex_has_run = found.shapes.contains_key(KNEX) && knex_has_run(session);
    let missing_after_knex = if knex_has_run { names(&missing) } else { Vec::new() };
    Ok(Existing { tables: names(&there), drifts, missing_after_knex })
}

/// A hint and no more: a table of that name that cannot be read so is some other table.
fn knex_has_run(session: &mut Session<'_>) -> bool {
    let named = format!("SELECT 1 FROM {KNEX} WHERE name LIKE '%quick\\_sight\\_table%' LIMIT 1");
    matches!(session.row(&named), Ok(Some(_)))
}

/// What a migration would still change about its table, after all before it. A statement that the
/// server refuses because its work is there already is done if this is empty.
pub(crate) fn unmet(
    session: &mut Session<'_>,
    migrations: &[&Embedded],
    last: &Embedded,
) -> Result<Vec<Drift>> {
    let until = |end: i64| -> Vec<&Embedded> {
        let concerns = |one: &&&Embedded| one.table() == last.table() && one.version() <= end;
        migrations.iter().filter(concerns).copied().collect()
    };
    let before = verify(session, &until(last.version() - 1))?;
    let mut drifts = verify(session, &until(last.version()))?;
    drifts.retain(|drift| !drift.kind.is_extra() && !before.contains(drift));
    Ok(drifts)
}

fn wanted<'m>(migrations: &[&'m Embedded]) -> Vec<Wanted<'m>> {
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

fn compare(session: &mut Session<'_>, wanted: &[Wanted<'_>], found: &Found) -> Result<Vec<Drift>> {
    let is_there = |table: &&str| found.shapes.contains_key(*table);
    let there: Vec<_> = wanted.iter().map(|one| one.table).filter(is_there).collect();
    if there.is_empty() {
        return Ok(wanted.iter().map(missing).collect());
    }
    let set = |session: &mut Session<'_>, mode: &str, quotes: &str| {
        let sql = format!("SET SESSION sql_mode = '{mode}', sql_quote_show_create = {quotes}");
        session.execute(&sql).map_err(|error| Error::from_answer("change the sql_mode", error))
    };
    if found.odd_settings.is_some() {
        set(session, "STRICT_TRANS_TABLES", "1")?;
    }
    session.finally(
        |session| {
            let mut drifts = Vec::new();
            for one in wanted {
                match found.shapes.get(one.table) {
                    Some(shape) => drifts.extend(compare_one(session, one, shape)?),
                    None => drifts.push(missing(one)),
                }
            }
            Ok(drifts)
        },
        |session| {
            let forgotten = twin::forget(session, &there);
            if let Some([mode, quotes]) = &found.odd_settings {
                set(session, mode, quotes)?;
            }
            forgotten
        },
    )
}

fn compare_one(session: &mut Session<'_>, one: &Wanted<'_>, found: &Shape) -> Result<Vec<Drift>> {
    if found.columns.is_empty() && found.stand_in.is_none() {
        // It is there, and what it is like is not for this user to see: the server says so.
        has_rows(session, one.table)?;
    }
    let wanted = twin::describe(session, one.table, &one.migrations)?;
    let compare = |has_rows| Comparison { table: one.table, wanted: &wanted, found, has_rows };
    let drifts = compare(true).drifts();
    let lacks_a_column = drifts.iter().any(|drift| drift.kind == DriftKind::MissingColumn);
    if lacks_a_column && !has_rows(session, one.table)? {
        return Ok(compare(false).drifts());
    }
    Ok(drifts)
}

fn missing(one: &Wanted<'_>) -> Drift {
    let sql: Vec<_> = one.migrations.iter().map(|migration| migration.statement()).collect();
    let mend = match &sql[..] {
        [create] => Mend::Sql((*create).to_owned()),
        _ => Mend::Decide("several migrations make it: apply them again by hand"),
    };
    Drift {
        table: one.table.to_owned(),
        subject: None,
        kind: DriftKind::MissingTable,
        severity: Severity::Breaking,
        expected: Some("the table".to_owned()),
        found: None,
        mend,
    }
}

/// Refuses a user who may read only some of the columns: the others are hidden from the description
/// and would look missing.
fn has_rows(session: &mut Session<'_>, table: &str) -> Result<bool> {
    let every_column = format!("SELECT * FROM {} LIMIT 1", quote(table));
    let row = session.row(&format!("SELECT 1 FROM ({every_column}) AS any_row LIMIT 1"));
    Ok(row.map_err(|error| cannot_look(table, error))?.is_some())
}

/// The server hides a table from a user without rights on it. Only an attempt to read it tells.
fn make_sure_it_is_missing(session: &mut Session<'_>, table: &str) -> Result<()> {
    match has_rows(session, table) {
        Err(error) if error.server_code() == Some(code::NO_SUCH_TABLE) => Ok(()),
        // If it can be read after all, it has been made since we looked.
        outcome => outcome.map(drop),
    }
}

fn cannot_look(table: &str, error: mysql::Error) -> Error {
    Error::from_answer(format!("look at the table {} (needs SELECT)", quote(table)), error)
}

/// What a CHECK constraint is called among the constraints. No type of a column has that name.
const CHECK: &str = "CHECK";

/// Looks at the tables that are there, in one statement if there are none and in three if there are
/// some.
///
/// One statement for all would be a join, for which MariaDB looks through every database of the
/// server: 60 ms instead of 1 beside a hundred databases like ours.
fn look(session: &mut Session<'_>, wanted: &[Wanted<'_>]) -> Result<Found> {
    let mut found = Found::default();
    let names = wanted.iter().map(|one| one.table).chain([KNEX]);
    let names = names.map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let select = |what: &str, view: &str| {
        format!(
            "SELECT {what} FROM information_schema.{view} \
             WHERE table_schema = DATABASE() AND table_name IN ({names})"
        )
    };
    let mut ask = |select: String, order: &str| {
        session
            .rows(&format!("{select} ORDER BY {order} LIMIT {ALL}"))
            .map_err(|error| Error::from_answer("read the shape of the tables", error))
    };
    let tables = "table_name AS table_name, table_type AS table_type, engine AS engine, \
                  table_collation AS table_collation, create_options AS create_options, \
                  @@sql_mode AS mode, @@sql_quote_show_create AS quotes, VERSION() AS version";
    for row in ask(select(tables, "tables"), "table_name")? {
        let settings = [text(&row, "mode"), text(&row, "quotes")];
        found.odd_settings = Some(settings).filter(describe_oddly);
        found.is_mariadb = is_mariadb(&text(&row, "version"));
        let kind = text(&row, "table_type");
        if kind == "TEMPORARY" {
            continue;
        }
        let shape = Shape {
            stand_in: Some(kind).filter(|kind| !is_table(kind)),
            engine: text(&row, "engine"),
            collation: text(&row, "table_collation"),
            is_partitioned: text(&row, "create_options").contains("partitioned"),
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
    let checks = "table_name, constraint_name, constraint_type, NULL, '', NULL, '', 0";
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

/// Whether it is what the server calls a table, and not a view or the like.
pub(crate) fn is_table(kind: &str) -> bool {
    matches!(kind, "BASE TABLE" | "SYSTEM VERSIONED")
}

/// Whether the server can read a range of it in order. A hash is what small engines have instead.
fn is_ordered(kind: &str) -> bool {
    matches!(kind, "BTREE" | "HASH")
}

/// Whether `SHOW CREATE TABLE` leaves things out under this `sql_mode` or quotes them in another
/// way, or whether the files of `migrations/` mean something else.
fn describe_oddly([mode, quotes]: &[String; 2]) -> bool {
    let odd = ["_OPTIONS", "ANSI_QUOTES", "EMPTY_STRING_IS_NULL"];
    quotes == "0" || odd.iter().any(|word| mode.contains(word))
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

fn named<T: FromValue>(row: &Row, name: &str) -> Option<T> {
    let index = row.columns_ref().iter().position(|column| column.name_ref() == name.as_bytes())?;
    column(row, index)
}

fn text(row: &Row, name: &str) -> String {
    named(row, name).unwrap_or_default()
}
