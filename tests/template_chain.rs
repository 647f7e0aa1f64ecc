//! The golden template before the validators of others, and that these still see what they are there for.
//!
//! `scripts/template.sh` installs them, so this needs the network and runs only where it is asked for by name:
//! `cargo test --all-features --test template_chain`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command, Output},
};

use quicksight_migrations::quicksight::check_template;
use serde_json::{Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

const GOLDEN: &str = "tests/quicksight/golden/template.json";

fn validate(file: &Path) -> Output {
    Command::new(Path::new(ROOT).join("scripts/template.sh")).arg(file).output().unwrap()
}

/// What it said, if it ended with this.
#[track_caller]
fn said(output: &Output, code: i32) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    out.into_owned()
}

/// The first object below this one that has such a key.
fn first<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut serde_json::Map<String, Value>> {
    match value {
        Value::Object(map) => {
            if map.contains_key(key) {
                return Some(map);
            }
            map.values_mut().find_map(|value| first(value, key))
        }
        Value::Array(list) => list.iter_mut().find_map(|value| first(value, key)),
        _ => None,
    }
}

fn golden() -> Value {
    let text = fs::read_to_string(Path::new(ROOT).join(GOLDEN)).expect(GOLDEN);
    serde_json::from_str(&text).unwrap()
}

/// The ways to the names of all columns that come into a data set.
fn columns(value: &Value, way: &str) -> Vec<String> {
    match value {
        _ if way.ends_with("/InputColumns") => {
            let count = value.as_array().map_or(0, Vec::len);
            (0..count).map(|number| format!("{way}/{number}/Name")).collect()
        }
        Value::Object(map) => {
            map.iter().flat_map(|(key, value)| columns(value, &format!("{way}/{key}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// The golden template with one fault, as a file of its own.
struct Broken(PathBuf);

impl Broken {
    fn new(name: &str, fault: impl FnOnce(&mut Value)) -> Self {
        let mut template = golden();
        fault(&mut template);
        let file = env::temp_dir().join(format!("quicksight-{}-{name}.json", process::id()));
        fs::write(&file, template.to_string()).unwrap();
        Self(file)
    }

    /// What each of these validators says of it, a line or more.
    #[track_caller]
    fn is_seen_by<const N: usize>(&self, validators: [&str; N], what: &str) {
        let told = said(&validate(&self.0), 2);
        for validator in validators {
            let mut lines = told.lines().filter(|line| line.starts_with(validator));
            assert!(
                lines.any(|line| line.contains(what)),
                "{validator} does not speak of {what}:\n{told}"
            );
        }
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn they_find_nothing() {
    assert_eq!(said(&validate(&Path::new(ROOT).join(GOLDEN)), 0), "");
}

#[test]
fn our_own_check_finds_nothing_either() {
    assert_eq!(check_template(&golden().to_string()), []);
}

/// Every third: whichever it is, something refers to it.
#[test]
fn our_own_check_misses_a_column_that_has_another_name() {
    let template = golden();
    for place in columns(&template, "").iter().step_by(3) {
        let mut tampered = template.clone();
        *tampered.pointer_mut(place).unwrap() = json!("nobody");
        let faults = check_template(&tampered.to_string());
        assert!(faults.iter().any(|fault| fault.rule().as_str() == "unknown_column"), "{place}");
    }
}

#[test]
fn a_wrong_type_of_a_column_is_seen_by_both() {
    let broken = Broken::new("type", |template| {
        first(template, "InputColumns").unwrap()["InputColumns"][0]["Type"] = json!("BIGINT");
    });
    broken.is_seen_by(["cfn-lint: ", "botocore: "], "BIGINT");
}

#[test]
fn a_visual_without_an_id_is_seen_by_both() {
    let broken = Broken::new("visual", |template| {
        first(template, "VisualId").unwrap().remove("VisualId").unwrap();
    });
    broken.is_seen_by(["cfn-lint: ", "botocore: "], "VisualId");
}

#[test]
fn a_word_that_the_interface_lacks_is_seen_by_the_walk() {
    let broken = Broken::new("interval", |template| {
        first(template, "Interval").unwrap()["Interval"] = json!("FORTNIGHTLY");
    });
    broken.is_seen_by(["botocore: "], "FORTNIGHTLY");
}

#[test]
fn a_property_that_nobody_knows_is_seen_by_both() {
    let broken = Broken::new("property", |template| {
        first(template, "PhysicalTableMap").unwrap().insert("Colour".to_owned(), json!("blue"));
    });
    broken.is_seen_by(["cfn-lint: ", "botocore: "], "Colour");
}

#[test]
fn a_deprecated_property_is_seen() {
    let broken = Broken::new("deprecated", |template| {
        let set = first(template, "PhysicalTableMap").unwrap();
        set.insert("LogicalTableMap".to_owned(), json!({}));
    });
    broken.is_seen_by(["deprecated: "], "LogicalTableMap");
}

/// Skipping is a failure.
#[test]
fn whoever_cannot_ask_does_not_say_yes() {
    let told = said(&validate(Path::new("nobody/has/this.json")), 1);
    assert_eq!(told, "");
    let no_json = env::temp_dir().join(format!("quicksight-{}-no.json", process::id()));
    fs::write(&no_json, "{").unwrap();
    let output = validate(&no_json);
    fs::remove_file(&no_json).unwrap();
    assert_eq!(said(&output, 1), "");

    let target = env::temp_dir().join(format!("quicksight-{}-target", process::id()));
    let golden = Path::new(ROOT).join(GOLDEN);
    let output = Command::new(Path::new(ROOT).join("scripts/template.sh"))
        .arg(golden)
        .env("CARGO_TARGET_DIR", &target)
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/")
        .env("PIP_RETRIES", "0")
        .env("PIP_NO_CACHE_DIR", "1")
        .output()
        .unwrap();
    let left = fs::read_dir(&target).map(Iterator::count).unwrap_or_default();
    let _ = fs::remove_dir_all(&target);
    said(&output, 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains("is there a network"), "{output:?}");
    assert_eq!(left, 0, "nothing half-made is left");
}
