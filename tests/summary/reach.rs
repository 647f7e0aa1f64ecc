//! How far the sums go is said.

use mysql::Conn;
use quicksight_migrations::{
    Error,
    summary::{self, Policy, Reach},
};

use crate::{
    some_rows,
    support::{ByHand, Database, database, example, migrated, wire::statements_of},
};

#[track_caller]
fn said(conn: &mut Conn) -> Vec<String> {
    summary::reach(conn).unwrap().iter().map(ToString::to_string).collect()
}

/// What `status` prints after the migrations, and that it ends well.
#[track_caller]
fn status(url: &str) -> Vec<String> {
    let mut command = example("migrate");
    let output = command.arg("status").env("QUICKSIGHT_DATABASE_URL", url).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let lines = text.lines().skip_while(|line| !line.contains("migrations applied")).skip(1);
    lines.filter(|line| !line.contains("partitions")).map(str::to_owned).collect()
}

/// Where nobody has asked for sums, and where there is no table.
#[test]
fn nothing_is_said_of_no_sums() {
    assert_eq!(summary::reach(&mut database().conn()).unwrap(), []);
    let db = migrated();
    assert_eq!(summary::reach(&mut db.conn()).unwrap(), []);
    assert_eq!(status(&db.url()), Vec::<String>::new());
}

#[test]
fn each_source_says_how_far_it_goes() {
    let (db, mut conn) = some_rows();
    let report = summary::refresh(&mut conn, &Policy::new()).unwrap();

    let found = summary::reach(&mut conn).unwrap();

    assert_eq!(found.len(), 5);
    for (reach, summed) in found.iter().zip(report.sources()) {
        assert_eq!((reach.source(), reach.until()), (summed.source(), summed.until()));
        assert!(!reach.is_exact() && reach.kept_from().is_none());
        assert_eq!(reach.missing_triggers(), Vec::<String>::new());
    }
    assert_eq!(status(&db.url()), said(&mut conn));

    conn.by_hand([
        "UPDATE summary_state SET summed_until = '2025-03-02 09:00:00', kept_from = '2025-02-01' WHERE source = 4",
        "UPDATE summary_state SET summed_until = NULL WHERE source = 1",
        "DELETE FROM summary_state WHERE source IN (2, 3, 5)",
    ]);
    assert_eq!(
        said(&mut conn),
        [
            "points: nothing is summed, with a look-back",
            "trips: summed until 2025-03-02 9:00:00.0, with a look-back, rows kept from 2025-02-01 0:00:00.0",
        ]
    );
}

fn with_triggers() -> (Database, Conn) {
    let (db, mut conn) = some_rows();
    summary::install_triggers(&mut conn).unwrap();
    summary::refresh(&mut conn, &Policy::new()).unwrap();
    (db, conn)
}

#[test]
fn in_the_exact_mode_each_trigger_that_is_missing_is_named() {
    let (db, mut conn) = with_triggers();
    let is_whole = |reach: &Reach| reach.is_exact() && reach.missing_triggers().is_empty();
    assert!(summary::reach(&mut conn).unwrap().iter().all(is_whole));

    conn.by_hand([
        "DROP TRIGGER quicksight_summary_trips_update",
        "DROP TRIGGER quicksight_summary_tokens_delete",
    ]);

    let found = summary::reach(&mut conn).unwrap();
    let missing: Vec<_> = found.iter().map(|reach| reach.missing_triggers().join(" ")).collect();
    let of = ["", "quicksight_summary_tokens_delete", "", "quicksight_summary_trips_update", ""];
    assert_eq!(missing, of);
    let told = status(&db.url());
    let end = "exact; missing, or not to be seen by this user: quicksight_summary_trips_update";
    assert!(told[3].starts_with("trips: summed until ") && told[3].ends_with(end), "{told:?}");
    summary::remove_triggers(&mut conn).unwrap();
    assert!(
        summary::reach(&mut conn).unwrap().iter().all(|reach| reach.missing_triggers().is_empty())
    );
}

/// A user who may read, and sees no triggers; and one who may read the history alone.
#[test]
fn whoever_may_not_see_it_is_not_told_otherwise() {
    let (db, _conn) = with_triggers();
    let user = db.user("SELECT");
    let found = summary::reach(&mut user.conn()).unwrap();
    let missing: Vec<_> = found.iter().map(|reach| reach.missing_triggers().len()).collect();
    assert_eq!(missing, [3, 3, 3, 3, 0]);

    let stranger = db.user("USAGE");
    db.grant(&stranger, "SELECT", "quicksight_schema_history");
    let error = summary::reach(&mut stranger.conn()).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    let (host, port) = db.address();
    let url = format!(
        "mysql://{}:secret-of-the-user@{host}:{port}/{}?prefer_socket=false",
        stranger.name(),
        db.name()
    );
    assert_eq!(status(&url), Vec::<String>::new());
}

/// One packet, and another one for the triggers.
#[test]
fn it_asks_once_and_in_the_exact_mode_twice() {
    let (db, mut conn) = some_rows();
    let asked = || statements_of(&db, |conn| drop(summary::reach(conn).unwrap())).len();
    assert_eq!(asked(), 1);
    summary::install_triggers(&mut conn).unwrap();
    assert_eq!(asked(), 2);
}
