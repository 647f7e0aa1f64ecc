//! The same input, the same bytes.

use std::{env, fs, path::PathBuf, process};

use super::{TEMPLATE, TEXT, object};

const GOLDEN: &str = include_str!("../golden/template.json");

/// Where a template in a bucket may not be longer.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const LONGEST: usize = 1_000_000;

/// The file is the same for all servers.
#[test]
fn is_what_it_was() {
    if *TEXT == GOLDEN {
        return;
    }
    let new = env::temp_dir().join(format!("template-{}.json", process::id()));
    fs::write(&new, &*TEXT).unwrap();
    let golden: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "tests/quicksight/golden/template.json"].iter().collect();
    panic!(
        "the template has changed. Look at the difference, and if it is meant to be:\n\
         cp {} {}",
        new.display(),
        golden.display()
    );
}

#[test]
fn ends_with_a_line_and_fits_into_a_bucket() {
    assert!(TEXT.ends_with("}\n") && !TEXT.ends_with("\n\n"));
    assert!(TEXT.len() < LONGEST, "{}", TEXT.len());
}

/// A reader of a difference sees only what differs, whatever `serde_json` was built with.
#[test]
fn is_in_the_order_of_its_keys() {
    let names: Vec<_> = TEXT
        .lines()
        .filter(|line| line.starts_with("  \""))
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    assert!(names.is_sorted() && names.len() == 8, "{names:?}");

    let resources = TEXT.split_once("\n  \"Resources\": {\n").unwrap().1;
    let resources = resources.split_once("\n  },").unwrap().0;
    let names: Vec<_> = resources.lines().filter(|line| line.starts_with("    \"")).collect();
    assert!(names.is_sorted() && names.len() == object(&TEMPLATE["Resources"]).len(), "{names:?}");
}
