//! The word of the command.

use std::{
    env, fs,
    path::PathBuf,
    process::{self, Command},
};

use mysql::prelude::Queryable;

use super::TEXT;
use crate::{
    command::{finish, run, said},
    made,
    support::{migrated, unique},
};

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = env::temp_dir().join(format!("{}-{}", unique("template"), process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn prints_it() {
    let printed = said(&run(Some(&made().url()), &["template"]), 0);
    assert_eq!(printed, *TEXT);
}

#[test]
fn writes_it_whole_or_not_at_all() {
    let (db, folder) = (made(), Folder::new());
    let file = folder.0.join("template.json");
    let words = ["template", "--out", file.to_str().unwrap()];

    for before in [None, Some("another text"), Some(&*"longer ".repeat(100_000))] {
        if let Some(before) = before {
            fs::write(&file, before).unwrap();
        }
        assert_eq!(said(&run(Some(&db.url()), &words), 0), "");
        assert_eq!(fs::read_to_string(&file).unwrap(), *TEXT);
        assert_eq!(folder.names(), ["template.json"]);
    }

    db.conn().query_drop("DROP VIEW quicksight_v_trip").unwrap();
    let told = said(&run(Some(&db.url()), &words), 1);
    assert!(
        told.contains("no template was made, because `quicksight_v_trip` is not there"),
        "{told}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), *TEXT);
}

/// As on a full disk: the system lets no file grow beyond 32 kilobytes.
#[cfg(unix)]
#[test]
fn keeps_the_file_that_is_there_where_there_is_no_room() {
    let (db, folder) = (made(), Folder::new());
    let file = folder.0.join("template.json");
    fs::write(&file, "the one before").unwrap();
    let mut shell = Command::new("sh");
    let bounded = "trap '' XFSZ && ulimit -f 64 && exec \"$0\" \"$@\"";
    shell.args(["-c", bounded, env!("CARGO_BIN_EXE_quicksight-migrations")]);

    let words = ["quicksight", "template", "--out", file.to_str().unwrap()];
    let told = said(&finish(shell, Some(&db.url()), &words), 1);

    assert!(told.contains("it is as it was before"), "{told}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "the one before");
    assert_eq!(folder.names(), ["template.json"]);
}

#[test]
fn leaves_nothing_where_it_cannot_write() {
    let (db, folder) = (made(), Folder::new());
    let (taken, nowhere) = (folder.0.join("taken"), folder.0.join("no folder/template.json"));
    fs::create_dir(&taken).unwrap();

    for file in [&taken, &nowhere] {
        let file = file.to_str().unwrap();
        let told = said(&run(Some(&db.url()), &["template", "--out", file]), 1);
        assert!(
            told.contains(&format!("could not write {file}; it is as it was before")),
            "{told}"
        );
    }
    assert_eq!(folder.names(), ["taken"]);
}

#[test]
fn needs_a_database_with_views() {
    said(&run(None, &["template"]), 64);
    let told = said(&run(Some(&migrated().url()), &["template"]), 1);
    assert!(told.contains("make the views with quicksight::apply_views"), "{told}");
}
