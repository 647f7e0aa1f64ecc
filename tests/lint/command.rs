//! `verify` says what QuickSight cannot read, after what a service could not work with.

use std::process::Output;

use crate::{
    run,
    support::{Database, database, example, migrated},
};

fn verify(db: &Database, words: &[&str]) -> (Option<i32>, String) {
    let mut command = example("migrate");
    command.arg("verify").args(words).env("QUICKSIGHT_DATABASE_URL", db.url());
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(stderr.is_empty(), "{}", String::from_utf8_lossy(&stderr));
    (status.code(), String::from_utf8(stdout).unwrap())
}

#[test]
fn verify_says_what_quicksight_cannot_read() {
    let db = migrated();
    let clean = (Some(0), "0 differences\n".to_owned());
    assert_eq!(verify(&db, &[]), clean);
    assert_eq!(verify(&db, &["--read-rows", "60"]), clean);

    let mut conn = db.conn();
    run(&mut conn, "ALTER TABLE trip MODIFY navigation_app tinyint(1) NOT NULL DEFAULT 1");
    run(
        &mut conn,
        "INSERT INTO trip (user_id, travel_mode, started_on, navigation_app) VALUES (1, 1, NOW(), 4)",
    );
    assert_eq!(verify(&db, &[]), clean);
    let found = "trip.navigation_app: number_as_boolean, advisory\n  \
                 + has 1 row with another number than 0 and 1, of which QuickSight reads only that it is not 0\n  \
                 to decide: make it a tinyint, or read it as `column + 0` in a view\n\
                 0 differences\n1 for QuickSight\n";
    assert_eq!(verify(&db, &["--read-rows", "60"]), (Some(0), found.to_owned()));

    run(&mut conn, "ALTER TABLE trip MODIFY distance float");
    let (code, found) = verify(&db, &["--json"]);
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!((code, found.as_array().unwrap().len()), (Some(2), 2), "{found}");
    assert_eq!(found[0]["kind"], "different_column");
    assert_eq!(
        found[1],
        serde_json::json!({
            "table": "trip",
            "subject": "distance",
            "kind": "unsupported_type",
            "severity": "advisory",
            "expected": null,
            "found": "is of type float, which QuickSight leaves out",
            "mend": null,
            "reason": "change its type, or convert it in a view",
        })
    );
}

/// The differences have each of them already.
#[test]
fn verify_names_a_table_that_is_not_there_once() {
    let (code, found) = verify(&database(), &[]);
    assert_eq!(code, Some(2));
    assert!(found.ends_with(" differences\n") && !found.contains("unseen"), "{found}");
}
