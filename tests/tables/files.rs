//! Each file is one plain statement that runs under any setting of a server.

use std::{fs, path::PathBuf};

use mysql::{Conn, prelude::Queryable};

use crate::{
    columns::assert_columns,
    sorted,
    support::{self, Flavor, migrations},
};

#[test]
fn runs_under_every_strict_setting() {
    for mode in sql_modes() {
        let db = support::database();
        let mut conn = db.conn();
        set_strict(&mut conn);
        conn.exec_drop("SET SESSION sql_mode = ?", (mode,)).unwrap();
        for (file, sql) in migration_files() {
            conn.query_drop(sql).unwrap_or_else(|error| panic!("{file} under {mode:?}: {error}"));
        }
        assert_columns(&mut db.conn(), mode);
    }
}

#[test]
fn each_file_holds_one_statement() {
    let files = migration_files();
    let names: Vec<_> = files.iter().map(|(name, _)| name.clone()).collect();
    let expected: Vec<_> =
        migrations::all().iter().map(|one| format!("{}.sql", one.name)).collect();
    assert_eq!(names, expected);

    for (number, (file, sql)) in (1..).zip(&files) {
        let name = file.trim_end_matches(".sql").strip_prefix(&format!("V{number:02}__"));
        let create = format!("\nCREATE TABLE IF NOT EXISTS `{}` (\n", name.expect(file));
        let is_in_our_form = sql.contains(&create) || !sql.contains("CREATE TABLE");
        assert!(sql.starts_with("-- ") && is_in_our_form, "{file}");
        assert_eq!(sql.find(';'), Some(sql.len() - 2), "{file}: one statement");
        assert!(sql.ends_with(";\n"), "{file}: one newline at the end");
        assert!(sql.is_ascii() && !sql.contains('\r'), "{file}: ASCII and LF");
        assert!(!sql.contains(['\\', '"']), "{file}: fit for any sql_mode");
        for comment in sql.lines().filter(|line| line.trim().starts_with("--")) {
            assert!(!comment.contains(['\'', '`']), "{file}: {comment}");
        }
    }
}

#[test]
fn each_index_names_its_read() {
    for (file, sql) in migration_files() {
        let lines: Vec<_> = sql.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            if pair[1].starts_with("KEY ") || pair[1].starts_with("UNIQUE KEY ") {
                assert!(pair[0].starts_with("-- "), "{file}: {}", pair[1]);
            }
        }
    }
}

fn sql_modes() -> Vec<&'static str> {
    let mut modes = vec![
        "",
        "ANSI",
        "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
        "TRADITIONAL",
        "REAL_AS_FLOAT,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE,NO_AUTO_VALUE_ON_ZERO",
        "PAD_CHAR_TO_FULL_LENGTH,ALLOW_INVALID_DATES,NO_UNSIGNED_SUBTRACTION",
    ];
    if support::flavor() == Flavor::MariaDb {
        modes.extend(["ORACLE", "MSSQL", "MAXDB", "SIMULTANEOUS_ASSIGNMENT"]);
    }
    modes
}

fn set_strict(conn: &mut Conn) {
    conn.query_drop("SET SESSION innodb_strict_mode = ON").unwrap();
    let query = "SHOW VARIABLES LIKE 'sql_require_primary_key'";
    let known: Option<(String, String)> = conn.query_first(query).unwrap();
    if known.is_some() {
        conn.query_drop("SET SESSION sql_require_primary_key = ON").unwrap();
    }
}

fn migration_files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let paths = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|ext| ext == "sql"));
    sorted(files.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(&path).unwrap())
    }))
}
