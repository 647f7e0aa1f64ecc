//! Each check finds what is wrong in its own way, and nothing else.

use std::collections::HashSet;

use quicksight_migrations::{
    integrity::{self, Check},
    partition,
};

use crate::{
    good, issues,
    rows::{self, planted},
    run,
    support::is_partitioned,
};

/// Lets dates in that no calendar has.
pub(crate) const IMPOSSIBLE_DATES: &str = "SET sql_mode = 'ALLOW_INVALID_DATES,STRICT_ALL_TABLES'";

#[test]
fn each_check_finds_what_was_planted_and_nothing_else() {
    let db = good();
    let mut conn = db.conn();
    run(&mut conn, IMPOSSIBLE_DATES);
    for (check, rows, ids) in &planted() {
        let (table, _) = rows.split_once(' ').unwrap();
        run(&mut conn, &format!("INSERT INTO {rows}"));

        assert_eq!(issues(&mut conn), [(*check, ids.clone())], "{rows}");
        let issue = integrity::check(&mut conn, *check).unwrap().unwrap();
        assert_eq!((issue.table(), issue.total()), (table, ids.len() as u64));
        // Each by itself, too: one of several conditions must not hide behind another.
        if !rows::TOGETHER.contains(check) {
            for id in ids {
                run(
                    &mut conn,
                    &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 9999 AND id <> {id}"),
                );
                assert_eq!(issues(&mut conn), [(*check, vec![*id])], "{id} of {rows}");
                run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 9999"));
                run(&mut conn, &format!("INSERT INTO {rows}"));
            }
        }
        run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 900 AND 9999"));
        assert_eq!(integrity::check(&mut conn, *check).unwrap(), None);
    }
    let elsewhere = rows::CONTRADICTIONS.iter().map(|(check, ..)| *check);
    let elsewhere = elsewhere.chain([rows::OF_ONE_RESERVATION.0]);
    let planted: HashSet<_> = planted().iter().map(|(check, ..)| *check).chain(elsewhere).collect();
    let missing: Vec<_> = Check::ALL.iter().filter(|check| !planted.contains(check)).collect();
    assert!(missing.is_empty(), "every check has a row: {missing:?}");
}

/// The gift card of the good rows cost user 1 five points, and the ticket two.
#[test]
fn finds_what_the_ledger_contradicts() {
    let db = good();
    let mut conn = db.conn();
    for (check, rows, id) in rows::CONTRADICTIONS {
        run(&mut conn, &format!("INSERT INTO {rows}"));
        assert_eq!(issues(&mut conn), [(*check, vec![*id])], "{rows}");
        run(&mut conn, "DELETE FROM points_transaction WHERE id BETWEEN 900 AND 9999");
    }
}

/// What a partitioned table does not look after any more.
#[test]
fn finds_trips_of_one_reservation() {
    let db = good();
    let mut conn = db.conn();
    let (check, rows, ids) = rows::OF_ONE_RESERVATION;
    if !is_partitioned() {
        db.partition_one(partition::Table::Trip);
    }
    run(&mut conn, &format!("INSERT INTO {rows}"));

    assert_eq!(issues(&mut conn), [(check, ids.to_vec())]);
}
