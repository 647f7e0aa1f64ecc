//! Whoever has the oldest Rust that Cargo.toml promises can build every dependency in Cargo.lock.
//!
//! May download what only other systems need, so it runs only where it is asked for by name.

use std::{collections::HashMap, env, process::Command};

use serde_json::Value;

/// A version such as `1.92` or `1.92.0`, as numbers.
fn parsed(version: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap()).collect();
    numbers.resize(3, 0);
    numbers
}

fn is_for_tests_only(dependency: &Value) -> bool {
    dependency["dep_kinds"].as_array().unwrap().iter().all(|kind| kind["kind"] == "dev")
}

#[test]
fn no_dependency_wants_a_newer_rust() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--all-features", "--format-version=1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let by_id = |list: &'static str| -> HashMap<&str, &Value> {
        let list = if list == "nodes" { &metadata["resolve"][list] } else { &metadata[list] };
        list.as_array().unwrap().iter().map(|it| (it["id"].as_str().unwrap(), it)).collect()
    };
    let (packages, nodes) = (by_id("packages"), by_id("nodes"));

    let mut to_visit = vec![metadata["resolve"]["root"].as_str().unwrap()];
    let mut visited = Vec::new();
    while let Some(id) = to_visit.pop() {
        if !visited.contains(&id) {
            visited.push(id);
            let needs = nodes[id]["deps"].as_array().unwrap();
            let built = needs.iter().filter(|dependency| !is_for_tests_only(dependency));
            to_visit.extend(built.map(|dependency| dependency["pkg"].as_str().unwrap()));
        }
    }

    let ours = parsed(env!("CARGO_PKG_RUST_VERSION"));
    let too_new: Vec<_> = visited
        .iter()
        .filter(|id| packages[*id]["rust_version"].as_str().is_some_and(|it| parsed(it) > ours))
        .collect();
    assert!(visited.len() > 10, "{visited:?}");
    assert!(too_new.is_empty(), "{too_new:?} cannot be built with {ours:?}");
}
