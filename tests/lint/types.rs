//! What the catalogue alone tells.

use std::collections::HashSet;

use quicksight_migrations::quicksight::{
    LintRule::{self, BigInteger, LongComment, ManyDecimals, Unseen, UnsupportedType},
    Linter,
};

use crate::{
    LONG, found, run,
    support::{Flavor, database, flavor},
};

#[test]
fn finds_each_type_that_quicksight_leaves_out_and_no_other() {
    let db = database();
    let mut conn = db.conn();
    // A type that only MariaDB has, and one that both have.
    let last = if flavor() == Flavor::MariaDb { "inet6" } else { "linestring" };
    run(
        &mut conn,
        &format!(
            "CREATE TABLE types (id int PRIMARY KEY, \
         good1 bigint, good2 mediumint unsigned, good3 smallint, good4 tinyint, good5 tinyint(1), \
         good6 decimal(10,2), good7 numeric(5), good8 double, good9 real, good10 char(3), \
         good11 varchar(9), good12 text, good13 enum('a'), good14 set('a'), good15 date, \
         good16 datetime(6), good17 timestamp NULL, good18 year, good19 integer, good20 boolean, \
         bad1 float, bad2 bit(3), bad3 time, bad4 json, bad5 binary(3), bad6 varbinary(3), \
         bad7 tinyblob, bad8 blob, bad9 mediumblob, bad10 longblob, bad11 tinytext, \
         bad12 mediumtext, bad13 longtext, bad14 geometry, bad15 point, bad16 bit(1), \
         bad17 {last})"
        ),
    );

    let found = found(&Linter::of(["types"]), &mut conn);

    let expected: Vec<_> = (1..=17).map(|n| (format!("bad{n}"), UnsupportedType)).collect();
    assert_eq!(found, expected);
}

#[test]
fn finds_numbers_that_quicksight_would_round_and_comments_that_are_too_long() {
    let db = database();
    let mut conn = db.conn();
    run(
        &mut conn,
        &format!(
            "CREATE TABLE numbers (id int unsigned PRIMARY KEY, \
             whole bigint unsigned, half bigint, small int unsigned, \
             fine decimal(20,5), coarse decimal(20,4), \
             long_winded int COMMENT '{}', brief int COMMENT '{}')",
            "ä".repeat(501),
            "ä".repeat(500)
        ),
    );

    let found = found(&Linter::of(["numbers"]), &mut conn);

    let named = |column: &str, rule| (column.to_owned(), rule);
    assert_eq!(
        found,
        [
            named("whole", BigInteger),
            named("fine", ManyDecimals),
            named("long_winded", LongComment)
        ]
    );
}

#[test]
fn says_what_is_wrong_and_what_to_do() {
    let db = database();
    let mut conn = db.conn();
    run(&mut conn, "CREATE TABLE distances (id int PRIMARY KEY, metres float)");

    let findings = Linter::of(["distances", "nowhere"]).lint(&mut conn).unwrap();

    let [metres, nowhere] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((metres.table(), metres.column()), ("distances", Some("metres")));
    assert_eq!(metres.problem(), "is of type float, which QuickSight leaves out");
    assert_eq!(metres.advice(), "change its type, or convert it in a view");
    assert_eq!(
        metres.to_string(),
        "distances.metres is of type float, which QuickSight leaves out; \
         change its type, or convert it in a view"
    );
    assert_eq!((nowhere.rule(), nowhere.column()), (Unseen, None));
    assert_eq!(
        nowhere.to_string(),
        "nowhere is not there or broken, or this user may not see it; make it, or grant SELECT on it"
    );
}

/// A view whose table is gone has no columns any more.
#[test]
fn never_takes_a_broken_view_for_a_good_one() {
    let db = database();
    let mut conn = db.conn();
    run(&mut conn, "CREATE TABLE gone (id int PRIMARY KEY)");
    run(&mut conn, "CREATE VIEW broken AS SELECT id FROM gone");
    run(&mut conn, "DROP TABLE gone");

    let found = found(&Linter::of(["broken"]).read_rows(LONG), &mut conn);
    assert_eq!(found, [(String::new(), Unseen)]);
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let names: HashSet<_> = LintRule::ALL.iter().map(|rule| rule.as_str()).collect();
    assert_eq!(names.len(), LintRule::ALL.len());
    assert!(names.iter().all(|name| name.chars().all(|c| c == '_' || c.is_ascii_lowercase())));
}
