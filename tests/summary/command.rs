//! `summarise`, as an operator runs it.

use std::process::{Command, Output};

use mysql::prelude::Queryable;

use crate::{
    assert_same, of_sums, some_rows, spring,
    support::{Database, example},
};

fn summarise(db: &Database, arguments: &[&str]) -> Output {
    let mut command: Command = example("migrate");
    command.arg("summarise").args(arguments).env("QUICKSIGHT_DATABASE_URL", db.url());
    command.output().unwrap()
}

#[track_caller]
fn assert_says(output: &Output, code: i32, words: &str) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(code),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains(words), "{text}");
}

#[test]
fn it_sums_up_finds_what_differs_and_heals_it() {
    let (db, mut conn) = some_rows();
    let days = ["2025-03-01", "2025-04-01"];

    assert_says(
        &summarise(&db, &["--look-back", "48", "--again", "3"]),
        0,
        "trips: summed until 20",
    );
    assert_same(&mut conn, spring());
    assert_ne!(of_sums(&mut conn, spring()).hours, []);
    assert_says(&summarise(&db, &["--compare", days[0], days[1]]), 0, "0 differences");

    conn.query_drop("UPDATE trip SET travel_mode = 8 WHERE id = 3").unwrap();
    let words = "the sums of trips from 2025-03-03 8:00:00.0 on are not those of the rows";
    assert_says(&summarise(&db, &["--compare", days[0], days[1]]), 2, words);
    assert_says(&summarise(&db, &["--rebuild", days[0], days[1]]), 0, "trips: summed until 20");
    assert_same(&mut conn, spring());
}

#[test]
fn it_installs_triggers_and_removes_them() {
    let (db, mut conn) = some_rows();
    assert_says(&summarise(&db, &["--install-triggers"]), 0, "trips: summed until 20");
    conn.query_drop("UPDATE trip SET travel_mode = 8").unwrap();
    assert_same(&mut conn, spring());
    assert_says(&summarise(&db, &[]), 0, "changed hours: ");
    assert_says(&summarise(&db, &["--remove-triggers"]), 0, "trips: summed until 20");
    conn.query_drop("UPDATE trip SET travel_mode = 9").unwrap();
    assert_says(&summarise(&db, &["--compare", "2025-03-01", "2025-04-01"]), 2, "trips");
}

#[test]
fn a_range_that_is_none_is_refused() {
    let (db, _conn) = some_rows();
    for days in [["2025-03-01", "2025-02-01"], ["2025-03-01", "2025-02-30"], ["yesterday", "today"]]
    {
        let output = summarise(&db, &["--rebuild", days[0], days[1]]);
        assert!([1, 64].contains(&output.status.code().unwrap()), "{output:?}");
        assert!(output.stdout.is_empty());
    }
}
