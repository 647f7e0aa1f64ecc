//! Every index is as the dictionary says, and none is idle.

use std::collections::BTreeMap;

use mysql::{Conn, prelude::Queryable};

use crate::{
    comments::comments, dictionary::TABLES, is_known, is_ours, lines, sorted, support::migrated,
};

#[test]
fn every_index_serves_a_read() {
    let found = keys_on_server(&mut migrated().conn());
    for table in TABLES {
        let expected = sorted(lines(table.keys));
        let found: Vec<_> = sorted(found[table.name].iter().map(Key::to_string));
        assert_eq!(found, expected, "{}", table.name);
    }
}

#[test]
fn no_index_repeats_another() {
    for (table, keys) in keys_on_server(&mut migrated().conn()) {
        for key in keys.iter().filter(|key| key.kind == "KEY") {
            for other in keys.iter().filter(|other| other.name != key.name) {
                let repeated = other.with_primary_key().starts_with(&key.columns);
                assert!(!repeated, "{table}: {other} does what {key} does");
            }
        }
    }
}

#[test]
fn dated_tables_have_an_index_by_the_dates_that_they_are_read_by() {
    let db = migrated();
    let mut conn = db.conn();
    let read_by = comments(&mut conn, "REGEXP 'load column|look-back column'");
    let keys = keys_on_server(&mut conn);
    for (table, column, _) in &read_by {
        let served = keys[table].iter().any(|key| key.columns[0] == *column);
        assert!(served, "{table}.{column}");
    }
    // Sums and opening balances are read by their primary keys, which begin with what they are of.
    let dateless = [
        "bytemark_order_items",
        "campaign",
        "group_member",
        "points_opening",
        "summary_log",
        "summary_revenue",
        "summary_state",
        "summary_trips",
        "summary_users",
        "token_opening",
    ];
    let dated = TABLES.iter().map(|t| t.name);
    let dated: Vec<_> = sorted(dated.filter(|name| !dateless.contains(name)));
    let mut read_by: Vec<_> =
        sorted(read_by.iter().map(|(table, ..)| table.as_str()).filter(|table| is_known(table)));
    read_by.dedup();
    assert_eq!(read_by, dated);
}

#[derive(Debug)]
struct Key {
    kind: &'static str,
    name: String,
    columns: Vec<String>,
}

impl Key {
    // InnoDB ends every secondary index with the primary key.
    fn with_primary_key(&self) -> Vec<String> {
        let mut columns = self.columns.clone();
        columns.push("id".to_owned());
        columns
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.columns.join(", ");
        match self.kind {
            "PRIMARY" => write!(f, "PRIMARY ({columns})"),
            kind => write!(f, "{kind} {} ({columns})", self.name),
        }
    }
}

fn keys_on_server(conn: &mut Conn) -> BTreeMap<String, Vec<Key>> {
    let query = "SELECT table_name, index_name, non_unique, index_type,
            CONCAT(column_name, COALESCE(CONCAT('(', sub_part, ')'), ''), IF(collation = 'D', ' DESC', ''))
        FROM information_schema.statistics WHERE table_schema = DATABASE()
        ORDER BY table_name, index_name, seq_in_index";
    let rows: Vec<(String, String, i64, String, String)> = conn.query(query).unwrap();
    let mut tables = BTreeMap::<_, Vec<Key>>::new();
    for (table, name, non_unique, index_type, column) in rows {
        if !is_ours(&table) {
            continue;
        }
        assert_eq!(index_type, "BTREE", "{table}.{name}");
        let keys = tables.entry(table).or_default();
        if let Some(key) = keys.last_mut().filter(|key| key.name == name) {
            key.columns.push(column);
        } else {
            keys.push(Key { kind: key_kind(&name, non_unique), name, columns: vec![column] });
        }
    }
    tables
}

fn key_kind(name: &str, non_unique: i64) -> &'static str {
    match (name, non_unique) {
        ("PRIMARY", _) => "PRIMARY",
        (_, 0) => "UNIQUE",
        _ => "KEY",
    }
}
