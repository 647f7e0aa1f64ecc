//! What only the rows tell: each wrong value is found, and the last right one is not.

use quicksight_migrations::quicksight::{
    LintRule::{self, BigInteger, LongText, NumberAsBoolean, ZeroDate},
    Linter,
};

use crate::{LONG, found, run, support::database};

/// Lets dates in that no calendar has.
const ANY_DATE: &str =
    "SET sql_mode = 'ALLOW_INVALID_DATES,STRICT_ALL_TABLES', time_zone = '+00:00'";

/// A column, its type, the rule, what breaks it, and what does not.
type Case =
    (&'static str, &'static str, LintRule, &'static [&'static str], &'static [&'static str]);

const CASES: &[Case] = &[
    (
        "number",
        "bigint",
        BigInteger,
        &["9007199254740992", "-9007199254740992", "9223372036854775807"],
        &["9007199254740991", "-9007199254740991", "0", "NULL"],
    ),
    ("flag", "tinyint(1)", NumberAsBoolean, &["2", "-1", "127"], &["0", "1", "NULL"]),
    (
        "day",
        "date",
        ZeroDate,
        &["'0000-00-00'", "'2025-04-00'", "'2025-00-04'", "'2025-02-30'"],
        &["'2024-02-29'", "'1000-01-01'", "'9999-12-31'", "NULL"],
    ),
    (
        "moment",
        "datetime",
        ZeroDate,
        &["'0000-00-00'", "'2025-04-00 10:00:00'", "'2025-02-30 23:59:59'"],
        &["'2024-02-29 23:59:59'", "'1000-01-01'", "'9999-12-31 23:59:59'", "NULL"],
    ),
    (
        "stamp",
        "timestamp NULL",
        ZeroDate,
        &["'0000-00-00 00:00:00'"],
        &["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "NULL"],
    ),
    ("story", "text", LongText, &["REPEAT('x', 2048)"], &["REPEAT('ß', 2047)", "''", "NULL"]),
    (
        "remark",
        "varchar(3000)",
        LongText,
        &["REPEAT('ß', 2048)"],
        &["REPEAT('ß', 2047)", "''", "NULL"],
    ),
];

/// Types beside these that look like them, with values that would be wrong there.
const NEIGHBOURS: &str = "id int AUTO_INCREMENT PRIMARY KEY, \
                          small tinyint DEFAULT 4, wide tinyint(2) DEFAULT 4, \
                          plain int DEFAULT 2147483647, brief varchar(2047) DEFAULT 'x', \
                          since year DEFAULT 2025";

/// Some letters have more than one byte.
const UTF8: &str = "CHARACTER SET utf8mb4";

#[test]
fn finds_each_wrong_value_with_and_without_an_index() {
    let db = database();
    let mut conn = db.conn();
    run(&mut conn, ANY_DATE);
    let columns: Vec<_> = CASES.iter().map(|(name, kind, ..)| format!("{name} {kind}")).collect();
    let columns = columns.join(", ");
    let short = |name: &str| match name {
        "story" | "remark" => format!("KEY ({name}(9))"),
        _ => format!("KEY ({name}, plain)"),
    };
    let keys: Vec<_> = CASES.iter().map(|(name, ..)| short(name)).collect();
    let keys = keys.join(", ");
    run(&mut conn, &format!("CREATE TABLE scanned ({NEIGHBOURS}, {columns}) {UTF8}"));
    run(&mut conn, &format!("CREATE TABLE indexed ({NEIGHBOURS}, {columns}, {keys}) {UTF8}"));
    for table in ["scanned", "indexed"] {
        let linter = Linter::of([table]).read_rows(LONG);
        for (column, _, _, _, right) in CASES {
            for value in *right {
                run(&mut conn, &format!("INSERT INTO {table} ({column}) VALUES ({value})"));
            }
        }
        assert_eq!(found(&linter, &mut conn), [], "{table}");
        for (column, _, rule, wrong, _) in CASES {
            for value in *wrong {
                run(&mut conn, &format!("INSERT INTO {table} ({column}) VALUES ({value})"));
                let id = conn.last_insert_id();

                let findings = linter.lint(&mut conn).unwrap();

                let [finding] = &findings[..] else { panic!("{table}, {value}: {findings:?}") };
                assert_eq!((finding.column(), finding.rule()), (Some(*column), *rule), "{value}");
                assert!(finding.problem().starts_with("has 1 row with "), "{finding}");
                // Without rows nothing is known of it.
                assert_eq!(found(&Linter::of([table]), &mut conn), []);
                run(&mut conn, &format!("DELETE FROM {table} WHERE id = {id}"));
            }
        }
        for (column, _, _, wrong, _) in CASES {
            for value in wrong.iter().chain(*wrong) {
                run(&mut conn, &format!("INSERT INTO {table} ({column}) VALUES ({value})"));
            }
        }
        let findings = linter.lint(&mut conn).unwrap();
        assert_eq!(findings.len(), CASES.len(), "{findings:?}");
        for (column, _, rule, wrong, _) in CASES {
            let one = findings.iter().find(|one| one.column() == Some(*column)).unwrap();
            let counted = format!("has {} rows with ", 2 * wrong.len());
            assert!(one.rule() == *rule && one.problem().starts_with(&counted), "{one}");
        }
    }
}

/// What a view has made of a value is what QuickSight reads.
#[test]
fn looks_at_views_as_quicksight_reads_them() {
    let db = database();
    let mut conn = db.conn();
    run(&mut conn, "CREATE TABLE trips (id int PRIMARY KEY, app tinyint(1), metres float)");
    run(&mut conn, "INSERT INTO trips VALUES (1, 4, 1.5)");
    run(&mut conn, "CREATE VIEW as_is AS SELECT id, app, metres FROM trips");
    run(
        &mut conn,
        "CREATE VIEW mended AS SELECT id, app + 0 AS app, CAST(metres AS decimal(10,2)) AS metres \
         FROM trips",
    );

    let as_is = found(&Linter::of(["as_is"]).read_rows(LONG), &mut conn);
    let mended = found(&Linter::of(["mended"]).read_rows(LONG), &mut conn);

    let named = |column: &str, rule| (column.to_owned(), rule);
    assert_eq!(as_is, [named("metres", LintRule::UnsupportedType), named("app", NumberAsBoolean)]);
    assert_eq!(mended, []);
}
