//! Whether a table can be refreshed by a column.

use quicksight_migrations::quicksight::{
    LintRule::{LookBackChanges, LookBackMissing, LookBackNotADate, LookBackWithoutIndex},
    Linter,
};

use crate::{
    found, run,
    support::{Flavor, database, flavor, is_mariadb_10_5},
};

#[test]
fn finds_what_speaks_against_a_look_back_column() {
    let db = database();
    let mut conn = db.conn();
    run(
        &mut conn,
        "CREATE TABLE events (id int PRIMARY KEY, label varchar(9), \
         made_on datetime DEFAULT CURRENT_TIMESTAMP, made_day date, stamped_on timestamp NULL, \
         changed_on datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, \
         bare_on datetime, second_on datetime, \
         KEY (label), KEY (made_on, second_on), KEY (made_day), KEY (stamped_on), KEY (changed_on))",
    );
    let cases: [(&str, &[_]); 9] = [
        ("made_on", &[]),
        ("MADE_ON", &[]),
        ("made_day", &[]),
        ("stamped_on", &[]),
        ("changed_on", &[LookBackChanges]),
        ("bare_on", &[LookBackWithoutIndex]),
        ("second_on", &[LookBackWithoutIndex]),
        ("label", &[LookBackNotADate]),
        ("absent_on", &[LookBackMissing]),
    ];
    for (column, rules) in cases {
        let expected: Vec<_> = rules.iter().map(|rule| (column.to_owned(), *rule)).collect();
        let linter = Linter::of(["events"]).look_back("events", column);
        assert_eq!(found(&linter, &mut conn), expected, "{column}");
        assert_eq!(found(&Linter::of(["events"]), &mut conn), []);
    }
}

#[test]
fn counts_no_index_that_the_server_does_not_use() {
    let hide = match flavor() {
        Flavor::MySql => "INVISIBLE",
        // It hides no index.
        Flavor::MariaDb if is_mariadb_10_5() => return,
        Flavor::MariaDb => "IGNORED",
    };
    let db = database();
    let mut conn = db.conn();
    run(
        &mut conn,
        "CREATE TABLE events (id int PRIMARY KEY, made_on datetime, KEY made_idx (made_on))",
    );
    let linter = Linter::of(["events"]).look_back("events", "made_on");
    assert_eq!(found(&linter, &mut conn), []);

    run(&mut conn, &format!("ALTER TABLE events ALTER INDEX made_idx {hide}"));

    assert_eq!(found(&linter, &mut conn), [("made_on".to_owned(), LookBackWithoutIndex)]);
}

#[test]
fn asks_of_a_view_only_what_a_view_has() {
    let db = database();
    let mut conn = db.conn();
    run(&mut conn, "CREATE TABLE events (id int PRIMARY KEY, made_on datetime, label varchar(9))");
    run(&mut conn, "CREATE VIEW seen AS SELECT id, made_on, label FROM events");
    let by = |column: &str| Linter::of(["seen"]).look_back("seen", column);

    assert_eq!(found(&by("made_on"), &mut conn), []);
    assert_eq!(found(&by("label"), &mut conn), [("label".to_owned(), LookBackNotADate)]);
}
