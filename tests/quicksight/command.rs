//! The words of the command, and that the example has the same.

use std::process::{Command, Output, Stdio};

use quicksight_migrations::quicksight::{diagram, views};

use crate::{
    made,
    support::{database, example, migrated, migrations},
};

pub(crate) fn run(url: Option<&str>, words: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_quicksight-migrations"));
    finish(program, url, &[&["quicksight"], words].concat())
}

pub(crate) fn finish(mut program: Command, url: Option<&str>, words: &[&str]) -> Output {
    program.args(words).stdin(Stdio::null()).env_remove("QUICKSIGHT_DATABASE_URL");
    program.envs(url.map(|url| ("QUICKSIGHT_DATABASE_URL", url)));
    program.output().unwrap()
}

/// What it printed, if it ended with this.
#[track_caller]
pub(crate) fn said(output: &Output, code: i32) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    format!("{out}{err}")
}

#[test]
fn views_are_printed_without_a_database() {
    let printed = said(&run(None, &["views"]), 0);

    assert_eq!(printed.matches("CREATE OR REPLACE").count(), views().len());
    assert!(printed.contains("ROUND(`quicksight`.`origin_latitude`, 2)"), "{printed}");
    assert!(!printed.contains("first_name"), "{printed}");
}

#[test]
fn views_are_made_and_dropped() {
    let (db, all) = (migrated(), views().len());
    let on = |words: &[&str]| said(&run(Some(&db.url()), words), 0);

    let made = on(&["views", "--apply"]);
    assert_eq!(made, format!("views: {all} made, 0 replaced, 0 unchanged\n"));
    assert_eq!(on(&["views", "--apply"]), format!("views: 0 made, 0 replaced, {all} unchanged\n"));
    assert_eq!(on(&["views", "--drop"]), format!("views: {all} dropped\n"));
    db.assert_complete();
    said(&run(Some(&db.url()), &["views", "--apply", "--drop"]), 64);
}

#[test]
fn what_cannot_be_done_is_told() {
    said(&run(None, &["views", "--apply"]), 64);
    let told = said(&run(Some(&database().url()), &["views", "--apply"]), 1);
    assert!(told.contains("could not make the view"), "{told}");
}

#[test]
fn grants_are_printed_or_refused() {
    let grants = |reader| {
        let accounts = ["--migrator", "deploy@10.0.0.%", "--service", "app", "--reader", reader];
        run(None, &[&["grants", "--database", "my_tsp"], &accounts[..]].concat())
    };

    let printed = said(&grants("quick'sight@10.0.9.%"), 0);
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.len(), 3 + views().len());
    assert!(lines[0].ends_with(" ON `my\\_tsp`.* TO 'deploy'@'10.0.0.%';"), "{printed}");
    assert_eq!(lines[1], "GRANT SELECT ON `my\\_tsp`.* TO 'app'@'%';");
    assert_eq!(lines[2], "ALTER USER 'quick''sight'@'10.0.9.%' REQUIRE SSL;");
    let trip = "GRANT SELECT ON `my_tsp`.`quicksight_v_trip` TO 'quick''sight'@'10.0.9.%';";
    assert!(lines.contains(&trip), "{printed}");

    let told = said(&grants("a\\b"), 64);
    assert!(told.contains("cannot be used in a GRANT: it has a backslash"), "{told}");
    said(&run(None, &["grants", "--database", "tsp"]), 64);

    let with = |words: &[&str]| {
        let accounts = ["--migrator", "deploy", "--service", "app", "--reader", "quicksight"];
        run(None, &[&["grants", "--database", "tsp"], &accounts[..], words].concat())
    };
    let summed = said(&with(&["--summariser", "hourly"]), 0);
    assert!(
        summed.contains("GRANT SELECT, INSERT, UPDATE ON `tsp`.`summary_state` TO 'hourly'@'%';"),
        "{summed}"
    );
    assert!(!summed.contains("TRIGGER"), "{summed}");
    let exact = said(&with(&["--summariser", "hourly", "--exact-sums"]), 0);
    assert!(exact.contains("GRANT TRIGGER ON `tsp`.`trip` TO 'hourly'@'%';"), "{exact}");
    said(&with(&["--exact-sums"]), 64);
    let kept = said(&with(&["--retention"]), 0);
    assert!(kept.contains("GRANT UPDATE ON `tsp`.`points_opening` TO 'deploy'@'%';"), "{kept}");
    assert!(!exact.contains("_opening"), "{exact}");
}

#[test]
fn the_diagram_is_printed() {
    assert_eq!(said(&run(None, &["diagram"]), 0), diagram());
}

#[test]
fn down_says_that_the_views_go_too() {
    let (db, all) = (made(), views().len());
    let program = Command::new(env!("CARGO_BIN_EXE_quicksight-migrations"));

    let told = said(&finish(program, Some(&db.url()), &["down"]), 1);

    let asked = format!("This drops the QuickSight tables and {all} views of the database");
    assert!(told.contains(&asked), "{told}");
    assert_eq!(db.tables().len(), migrations::tables().len() + all + 1);
}

#[test]
fn the_example_has_the_same_words() {
    let printed = said(&finish(example("quicksight"), None, &["views"]), 0);

    assert_eq!(printed, said(&run(None, &["views"]), 0));
}
