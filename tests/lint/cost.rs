//! What the linter reads, and how long it may take.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use quicksight_migrations::quicksight::{LintRule::RowsNotRead, Linter, lint};

use crate::{
    LONG, found, run,
    support::{Database, database, migrated, questions, statements::explain},
};

#[test]
fn five_statements_tell_what_the_catalogue_knows() {
    let db = migrated();
    let mut conn = db.conn();
    let before = questions(&mut conn);
    assert_eq!(lint(&mut conn).unwrap(), []);
    assert_eq!(questions(&mut conn) - before - 1, 5);
}

/// What is sent to read the rows, without the bounds of time.
fn reads(db: &Database, linter: &Linter) -> Vec<String> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    let mut conn = db.watched(move |sql| {
        seen.lock().unwrap().push(sql.to_owned());
        None
    });
    linter.lint(&mut conn).unwrap();
    let sent = sent.lock().unwrap();
    let reads = sent.iter().filter(|sql| sql.contains("COUNT(CASE"));
    reads.map(|sql| format!("SELECT {}", sql.rsplit_once("*/ ").unwrap().1)).collect()
}

#[test]
fn reads_an_index_where_there_is_one_and_the_rest_once() {
    let db = database();
    let mut conn = db.conn();
    run(
        &mut conn,
        "CREATE TABLE wide (id bigint AUTO_INCREMENT PRIMARY KEY, number bigint, flag tinyint(1), \
         made_on datetime, one datetime, other datetime, story text, filler char(200), \
         KEY number_idx (number), KEY flag_idx (flag), KEY made_idx (made_on, flag))",
    );
    let row = "(1, 1, '2025-01-01', '2025-01-01', '2025-01-01', 'x', REPEAT('y', 200))";
    let rows = vec![row; 500].join(", ");
    for _ in 0..4 {
        run(
            &mut conn,
            &format!(
                "INSERT INTO wide (number, flag, made_on, one, other, story, filler) VALUES {rows}"
            ),
        );
    }
    run(&mut conn, "ANALYZE TABLE wide");

    let reads = reads(&db, &Linter::of(["wide"]).read_rows(LONG));

    let plans: Vec<_> = reads.iter().map(|sql| explain(&db, sql)).collect();
    let ways: Vec<_> = plans
        .iter()
        .map(|plan| match &plan[..] {
            [step] => (step.access.as_str(), step.key.as_deref().unwrap_or_default()),
            more => panic!("{more:?}"),
        })
        .collect();
    assert_eq!(
        ways,
        [
            ("range", "PRIMARY"),
            ("range", "number_idx"),
            ("range", "flag_idx"),
            ("index", "made_idx"),
            ("ALL", "")
        ],
        "{plans:#?}"
    );
}

/// A view of a thousand million rows, and a table behind it in the queue.
#[test]
fn says_of_what_it_could_not_read_in_time_that_it_did_not() {
    let db = database();
    let mut conn = db.conn();
    run(&mut conn, "CREATE TABLE few (id bigint PRIMARY KEY)");
    let rows: Vec<_> = (0..1000).map(|id| format!("({id})")).collect();
    run(&mut conn, &format!("INSERT INTO few VALUES {}", rows.join(", ")));
    run(
        &mut conn,
        "CREATE VIEW endless AS SELECT a.id * b.id + c.id AS id FROM few a, few b, few c",
    );
    let tables = || Linter::of(["endless", "few"]);
    assert_eq!(found(&tables(), &mut conn), []);
    assert_eq!(found(&Linter::of(["few"]).read_rows(Duration::MAX), &mut conn), []);

    let started = Instant::now();
    let findings = tables().read_rows(Duration::from_millis(300)).lint(&mut conn).unwrap();

    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    let unread: Vec<_> = findings.iter().map(|one| (one.table(), one.rule())).collect();
    assert_eq!(unread, [("endless", RowsNotRead), ("few", RowsNotRead)]);
    let none = found(&Linter::of(["few"]).read_rows(Duration::ZERO), &mut conn);
    assert_eq!(none, [(String::new(), RowsNotRead)]);
}
