//! Every column is as the dictionary says, and of a type that QuickSight reads.

use std::collections::BTreeMap;

use mysql::{Conn, prelude::Queryable};

use crate::{
    dictionary::{TABLES, Table},
    is_ours, lines, sorted,
    support::{self, Flavor, migrated},
};

// Every type that QuickSight reads from MySQL. It leaves out columns of any other.
const QUICKSIGHT_TYPES: &[&str] = &[
    "bigint",
    "int",
    "mediumint",
    "smallint",
    "tinyint",
    "decimal",
    "double",
    "char",
    "varchar",
    "text",
    "enum",
    "set",
    "date",
    "datetime",
    "timestamp",
    "year",
];

#[test]
fn every_column_is_as_the_dictionary_says() {
    let db = migrated();
    let mut conn = db.conn();
    assert_columns(&mut conn, "after a boot");
    for table in TABLES {
        let first = "SELECT column_name FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = ? AND ordinal_position = 1";
        let first: Option<String> = conn.exec_first(first, (table.name,)).unwrap();
        // A sum has no id: it is made anew from its rows.
        let has_id = table.keys.contains("PRIMARY (id)");
        assert_eq!(first.as_deref() == Some("id"), has_id, "{}", table.name);
    }
}

#[test]
fn only_types_that_quicksight_reads() {
    let db = migrated();
    let query = "SELECT CONCAT(table_name, '.', column_name), data_type
        FROM information_schema.columns WHERE table_schema = DATABASE()";
    let columns: Vec<(String, String)> = db.conn().query(query).unwrap();
    let ours = columns.iter().filter(|(column, _)| is_ours(column));
    let skipped: Vec<_> = ours
        .filter(|(_, data_type)| !QUICKSIGHT_TYPES.contains(&data_type.to_lowercase().as_str()))
        .collect();
    assert_eq!(skipped, [] as [&(String, String); 0]);
}

pub(crate) fn assert_columns(conn: &mut Conn, when: &str) {
    let found = columns_on_server(conn);
    for table in TABLES {
        let expected = column_facts(table).into_iter();
        let expected = sorted(expected.map(|(name, is)| format!("{name} {is}")));
        assert_eq!(found[table.name], expected, "{} {when}", table.name);
    }
}

// `a, b int NOT NULL` says the same of `a` and of `b`.
fn column_facts(table: &Table) -> Vec<(&'static str, String)> {
    let facts = lines(table.columns).map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let names = 1 + words.iter().take_while(|word| word.ends_with(',')).count();
        let (names, is) = words.split_at(names);
        let is = is.join(" ");
        names.iter().map(move |name| (name.trim_end_matches(','), is.clone())).collect::<Vec<_>>()
    });
    facts.flatten().collect()
}

pub(crate) fn columns_on_server(conn: &mut Conn) -> BTreeMap<String, Vec<String>> {
    let query = "SELECT table_name, column_name, column_type, collation_name, is_nullable,
            column_default, extra
        FROM information_schema.columns WHERE table_schema = DATABASE()";
    let mut tables = BTreeMap::<_, Vec<_>>::new();
    for column in conn.query::<ColumnRow, _>(query).unwrap() {
        if is_ours(&column.0) {
            let columns = tables.entry(column.0.clone()).or_default();
            columns.push(in_our_notation(column));
        }
    }
    tables.into_iter().map(|(table, columns)| (table, sorted(columns))).collect()
}

type ColumnRow = (String, String, String, Option<String>, String, Option<String>, String);

fn in_our_notation(column: ColumnRow) -> String {
    let (_, name, column_type, collation, nullable, default, extra) = column;
    let is = [
        canonical_type(&column_type),
        canonical_collation(collation.as_deref()),
        if nullable == "NO" { " NOT NULL" } else { "" }.to_owned(),
        canonical_default(default, collation.is_some()),
        canonical_extra(&extra),
    ];
    format!("{name} {}", is.concat())
}

// MariaDB and MySQL 5.7 give every integer a display width. Only that of `tinyint(1)` means something.
fn canonical_type(column_type: &str) -> String {
    let column_type = column_type.to_lowercase();
    let Some((name, rest)) = column_type.split_once('(') else {
        return column_type;
    };
    let (width, rest) = rest.split_once(')').unwrap();
    if name.ends_with("int") && (name, width) != ("tinyint", "1") {
        return format!("{name}{rest}");
    }
    column_type
}

fn canonical_collation(collation: Option<&str>) -> String {
    match collation {
        None | Some("utf8mb4_unicode_ci") => String::new(),
        Some(other) => format!(" {other}"),
    }
}

// MySQL reports a default as its value, MariaDB as SQL: quoted, and NULL as a word.
fn canonical_default(default: Option<String>, is_text: bool) -> String {
    let mariadb = support::flavor() == Flavor::MariaDb;
    let Some(default) = default.filter(|default| !(mariadb && default == "NULL")) else {
        return String::new();
    };
    match default.to_lowercase().as_str() {
        "current_timestamp" | "current_timestamp()" => " = now".to_owned(),
        _ if is_text && !mariadb => format!(" = '{default}'"),
        _ => format!(" = {default}"),
    }
}

fn canonical_extra(extra: &str) -> String {
    let extra = extra
        .to_lowercase()
        .replace("default_generated", "")
        .replace("current_timestamp()", "now")
        .replace("current_timestamp", "now");
    match extra.trim() {
        "" => String::new(),
        extra => format!(" {extra}"),
    }
}
