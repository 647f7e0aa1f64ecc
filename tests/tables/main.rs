//! What the tables are, on a real server.
//!
//! The dictionary says every column and every index as a fact. What the server reports is written in
//! the same notation and compared whole, so one too many fails like one too few.

mod columns;
mod comments;
mod dictionary;
mod files;
mod keys;
#[path = "../support/mod.rs"]
mod support;

use dictionary::TABLES;
use mysql::prelude::Queryable;
use support::{HISTORY, migrated, migrations};

/// The one test that a table fails which nobody has described. What holds for any table, such a table is
/// held to all the same.
#[test]
fn the_dictionary_has_every_table() {
    for table in migrations::tables() {
        assert!(is_known(table), "{table}: add it to the dictionary in tests/tables/dictionary.rs");
    }
    let known: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(known, migrations::tables());
    migrated().assert_complete();
}

#[test]
fn every_table_is_innodb_and_utf8mb4() {
    let db = migrated();
    let mut conn = db.conn();
    for table in migrations::tables() {
        // The explicit row format is what keeps the long keys legal where the server's default is COMPACT.
        let settings = "SELECT engine, table_collation, LOWER(create_options)
            FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
        let settings: Option<(String, String, String)> =
            conn.exec_first(settings, (table,)).unwrap();
        let expected = ("InnoDB", "utf8mb4_unicode_ci", "row_format=dynamic");
        let (engine, collation, options) = settings.expect(table);
        let found = (engine.as_str(), collation.as_str(), options.as_str());
        assert_eq!(found, expected, "{table}");
    }
}

// The history table belongs to the mechanism, not to the dictionary.
fn is_ours(name: &str) -> bool {
    !name.starts_with(HISTORY)
}

fn is_known(table: &str) -> bool {
    TABLES.iter().any(|known| known.name == table)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort();
    items
}
