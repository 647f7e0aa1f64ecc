//! What the page for people says to type fits the template.

use std::collections::BTreeSet;

use super::{TEMPLATE, entries};

const PAGE: &str = include_str!("../../../docs/quicksight.md");

fn parameters(is_one: impl Fn(&serde_json::Value) -> bool) -> BTreeSet<&'static str> {
    let all = entries(&TEMPLATE["Parameters"]).filter(|(_, declared)| is_one(declared));
    all.map(|(name, _)| name).collect()
}

/// The names that are given in each deployment that the page shows.
fn given() -> Vec<BTreeSet<&'static str>> {
    let deployments = PAGE.split("--parameter-overrides ").skip(1);
    let commands = deployments.map(|rest| {
        let lines = rest.lines().scan(true, |goes_on, line| {
            let is_of_it = *goes_on;
            *goes_on = line.ends_with('\\');
            is_of_it.then_some(line)
        });
        let words = lines.flat_map(str::split_whitespace);
        words.filter_map(|word| Some(word.split_once('=')?.0)).collect()
    });
    commands.collect()
}

#[test]
fn the_page_gives_parameters_that_there_are_and_all_that_are_needed() {
    let given = given();

    assert_eq!(given.len(), 2, "{given:?}");
    let known = parameters(|_| true);
    for name in given.iter().flatten() {
        assert!(known.contains(name), "there is no {name}");
    }
    let needed = parameters(|declared| declared["Default"].is_null());
    assert!(given[0].is_superset(&needed), "{needed:?}");
}

#[test]
fn the_page_explains_every_parameter() {
    let (_, table) = PAGE.split_once("### What the template asks\n").unwrap();
    let (table, _) = table.split_once("\n### ").unwrap();
    let table: String = table.lines().filter(|line| line.starts_with('|')).collect();
    for name in parameters(|_| true) {
        assert!(table.contains(&format!("`{name}`")), "docs/quicksight.md knows nothing of {name}");
    }
}
