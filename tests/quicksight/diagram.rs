//! The diagram has every table, and nothing that is not there.

use std::collections::{BTreeMap, BTreeSet};

use mysql::prelude::Queryable;
use quicksight_migrations::quicksight::diagram;

use crate::support::{migrated, migrations};

/// The page for people.
const PAGE: &str = include_str!("../../docs/quicksight.md");

/// The columns of each table that it shows, with their types.
fn tables() -> BTreeMap<String, BTreeMap<String, String>> {
    let (mut tables, mut open) = (BTreeMap::<_, BTreeMap<_, _>>::new(), None);
    for line in diagram().lines().map(str::trim) {
        let words: Vec<_> = line.split(' ').collect();
        match (&words[..], &open) {
            ([table, "{"], None) => open = Some((*table).to_owned()),
            (["}"], _) => open = None,
            ([kind, column, ..], Some(table)) => {
                let columns = tables.entry(table.clone()).or_default();
                columns.insert((*column).to_owned(), (*kind).to_owned());
            }
            _ => {}
        }
    }
    tables
}

/// The table that is pointed to, the table that points, and its column, with what is written of the key.
fn references() -> Vec<(String, String, String)> {
    let lines = diagram();
    let lines = lines.lines().filter_map(|line| line.trim().split_once(" |o..o{ "));
    let parts = lines.map(|(target, rest)| (target, rest.split_once(" : ").unwrap()));
    parts.map(|(to, (table, by))| (to.into(), table.into(), by.replace('"', ""))).collect()
}

#[test]
fn it_has_every_table_and_no_column_that_is_not_there() {
    let ask = "SELECT table_name, column_name, data_type FROM information_schema.columns \
               WHERE table_schema = DATABASE()";
    let columns: Vec<(String, String, String)> = migrated().conn().query(ask).unwrap();
    let there: BTreeSet<_> = columns.into_iter().collect();

    let tables = tables();

    let named: BTreeSet<_> = tables.keys().map(String::as_str).collect();
    // Those of sums and opening balances are made from others, and nothing points to them.
    let is_made = |table: &&str| table.starts_with("summary_") || table.ends_with("_opening");
    let rows = migrations::tables().iter().copied().filter(|table| !is_made(table));
    assert_eq!(named, rows.collect());
    for (table, columns) in tables {
        for (column, kind) in columns {
            let shown = (table.clone(), column, kind);
            assert!(there.contains(&shown), "{shown:?}");
        }
    }
}

#[test]
fn what_points_and_what_is_pointed_to_is_in_it() {
    let (tables, references) = (tables(), references());

    assert!(references.len() > 25, "{references:?}");
    for (to, table, by) in &references {
        let (column, key) = by.split_once(" = ").unwrap_or((by, "id"));
        assert!(tables[table].contains_key(column), "{table}.{column}");
        assert!(tables[to].contains_key(key), "{to}.{key}");
    }
    let gift_card = ["redeem_transaction", "points_transaction", "note = transaction_id"];
    assert!(references.contains(&gift_card.map(str::to_owned).into()), "{references:?}");
}

/// Each `user_id` of the server points to a user.
#[test]
fn every_table_with_users_points_to_them() {
    let ask = "SELECT table_name AS name FROM information_schema.columns \
               WHERE table_schema = DATABASE() AND column_name = 'user_id' \
               AND table_name NOT IN ('summary_users', 'summary_log', 'points_opening', 'token_opening')";
    let tables: Vec<String> = migrated().conn().query(ask).unwrap();

    for table in tables {
        let reference = ("auth_user".to_owned(), table, "user_id".to_owned());
        assert!(references().contains(&reference), "{reference:?}");
    }
}

#[test]
fn the_page_shows_it() {
    let (_, rest) = PAGE.split_once("```mermaid\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();

    assert_eq!(shown, diagram(), "put what `quicksight diagram` prints into docs/quicksight.md");
}
