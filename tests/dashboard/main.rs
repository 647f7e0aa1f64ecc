//! The example `dashboard`, run as a process: what it prints, what it draws, what it leaves alone.

mod alone;
mod numbers;
mod page;
mod process;
#[path = "../support/mod.rs"]
mod support;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::LazyLock,
};

use mysql::{Conn, Row, prelude::Queryable};
use support::{Database, example, unique};

/// So many are enough for a row in each visual.
const USERS: &str = "300";

/// A file for the page, gone at the end.
struct Page(PathBuf);

impl Page {
    fn new() -> Self {
        Self(std::env::temp_dir().join(unique("dashboard")).with_extension("html"))
    }

    fn read(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn command(url: &str, page: &Page, arguments: &[&str]) -> Command {
    let mut command = example("dashboard");
    if !arguments.contains(&"--read") {
        command.args(["--users", USERS]);
    }
    command.args(arguments).arg("--out").arg(&page.0).env("QUICKSIGHT_DATABASE_URL", url);
    command
}

/// Runs the example, and returns what it printed and the page.
#[track_caller]
fn dashboard(url: &str, arguments: &[&str]) -> (String, String) {
    let page = Page::new();
    let output = command(url, &page, arguments).output().unwrap();
    let (said, errors) = words(&output);
    assert!(output.status.success(), "{said}\n{errors}");
    (said, page.read())
}

/// Runs the example where it must not work, and returns what it said and why not.
#[track_caller]
fn refused(url: &str, arguments: &[&str]) -> (String, String) {
    let page = Page::new();
    let output = command(url, &page, arguments).output().unwrap();
    let (said, errors) = words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}\n{errors}");
    assert!(errors.starts_with("error: ") && !errors.contains("panicked"), "{errors}");
    assert!(!page.0.exists());
    (said, errors)
}

fn words(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// The URL for a user with few rights.
fn url_of(db: &Database, user: &str) -> String {
    let (host, port) = db.address();
    format!("mysql://{user}:secret-of-the-user@{host}:{port}/{}?prefer_socket=false", db.name())
}

/// All that is in a database: each table and view as it was made, and a sum of its rows.
fn contents(db: &Database) -> Vec<(String, String, Option<u64>)> {
    let mut conn = db.conn();
    let look = |table: String| {
        let made: Row = conn.query_first(format!("SHOW CREATE TABLE `{table}`")).unwrap().unwrap();
        let sum = conn.query_first::<(String, Option<u64>), _>(format!("CHECKSUM TABLE `{table}`"));
        let made = made.get(1).unwrap();
        (table, made, sum.unwrap().unwrap().1)
    };
    db.tables().into_iter().map(look).collect()
}

/// The name in "Made the database NAME on HOST".
fn made(said: &str) -> &str {
    let name = said.split_once("Made the database ").expect(said).1;
    name.split(' ').next().unwrap()
}

fn is_there(conn: &mut Conn, database: &str) -> bool {
    let ask = "SELECT 1 FROM information_schema.schemata WHERE schema_name = ?";
    conn.exec_first::<u8, _, _>(ask, (database,)).unwrap().is_some()
}

#[track_caller]
fn assert_dropped(db: &Database, said: &str) {
    let name = made(said);
    assert_ne!(name, db.name());
    assert!(!is_there(&mut db.conn(), name), "{name}");
    assert!(said.contains(&format!("Dropped the database {name}.")), "{said}");
}

/// The page of the made-up city.
static CITY: LazyLock<String> = LazyLock::new(|| dashboard("", &[]).1);

/// What is between each `start` and the next `end`.
fn parts<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let part = |rest: &'a str| rest.split_once(end).unwrap_or_else(|| panic!("no {end}: {rest}")).0;
    text.split(start).skip(1).map(part).collect()
}

/// What is on the page of a visual.
#[track_caller]
fn visual<'p>(page: &'p str, id: &str) -> &'p str {
    let (element, end) = if page.contains(&format!("<figure id=\"{id}\">")) {
        (format!("<figure id=\"{id}\">"), "</figure>")
    } else {
        (format!("<div class=\"kpi\" id=\"{id}\" "), "</div>")
    };
    let [found] = parts(page, &element, end)[..] else { panic!("{id} is not there once") };
    found
}

fn rows(db: &Database) -> u64 {
    let tables = ["auth_user", "trip", "points_transaction", "token_transaction"];
    let mut conn = db.conn();
    let count = |table: &&str| conn.query_first::<u64, _>(format!("SELECT COUNT(*) FROM {table}"));
    tables.iter().map(count).map(|count| count.unwrap().unwrap()).sum()
}
