//! `quicksight check`: a line for each fault, and how it ends.

use std::{
    env, fs,
    process::{self, Command, Output},
};

use crate::SMALL;

fn check(file: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_quicksight-migrations");
    Command::new(program).args(["quicksight", "check", file]).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn faults_are_lines_and_end_with_2() {
    let file = env::temp_dir().join(format!("quicksight-check-{}.json", process::id()));
    let broken = SMALL.replace(r#""ColumnName": "started_on""#, r#""ColumnName": "began_on""#);
    fs::write(&file, broken).unwrap();
    let output = check(file.to_str().unwrap());
    fs::remove_file(&file).unwrap();

    let told = out(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(
        told.lines().count(),
        SMALL.matches(r#""ColumnName": "started_on""#).count(),
        "{told}"
    );
    for line in told.lines() {
        assert!(line.starts_with("unknown_column: Resources/"), "{line}");
        assert!(line.contains(": there is no column began_on; name a column"), "{line}");
    }
}

#[test]
fn no_fault_is_a_line_and_ends_with_0() {
    let output = check(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check/small.json"));
    assert_eq!((output.status.code(), &*out(&output)), (Some(0), "template: no faults\n"));
}

#[test]
fn a_file_that_cannot_be_read_ends_with_1() {
    let output = check("/nobody/has/this.json");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("cannot read /nobody/has/this.json"), "{told}");
}
