//! A big table stays readable and writable while an index on it is mended.
//!
//! `QUICKSIGHT_TEST_ROWS=5000000 cargo test --release --test online_mend -- --nocapture` measures
//! how long writers wait at that size.

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Access, Migrator, run_quicksight_migrations};
use support::database;

fn rows_wanted() -> u64 {
    let rows = std::env::var("QUICKSIGHT_TEST_ROWS").ok();
    rows.map_or(300_000, |rows| rows.parse().expect("a number of rows"))
}

/// Doubles the table until it is big enough.
fn fill(conn: &mut Conn, rows: u64) {
    conn.query_drop(
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, note, created_on) \
         VALUES (1, 2, 1.25, 1.25, 'a note of some length', '2025-03-31 03:07:08')",
    )
    .unwrap();
    let mut there = 1;
    while there < rows {
        let more = (rows - there).min(there).min(500_000);
        conn.query_drop(format!(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, note, created_on) \
             SELECT id % 100003, id % 18, points, balance, CONCAT(note, id), created_on + INTERVAL id SECOND \
             FROM points_transaction LIMIT {more}"
        ))
        .unwrap();
        there += more;
    }
}

/// How often something was done, and the longest that it took.
fn keep_doing(
    mut conn: Conn,
    sql: &'static str,
    stop: &Arc<AtomicBool>,
) -> thread::JoinHandle<(u32, Duration)> {
    let stop = Arc::clone(stop);
    thread::spawn(move || {
        let (mut count, mut longest) = (0, Duration::ZERO);
        while !stop.load(Ordering::Relaxed) {
            let started = Instant::now();
            conn.query_drop(sql).expect("nobody is turned away");
            longest = longest.max(started.elapsed());
            count += 1;
        }
        (count, longest)
    })
}

#[test]
fn a_big_table_stays_readable_and_writable_while_an_index_is_mended() {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    conn.query_drop("ALTER TABLE points_transaction DROP INDEX coins_history_idx_1").unwrap();
    fill(&mut conn, rows_wanted());
    let stop = Arc::new(AtomicBool::new(false));
    let writer = keep_doing(
        db.conn(),
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         VALUES (2, 2, 0.50, 1.75, '2025-04-01 00:00:00')",
        &stop,
    );
    let reader =
        keep_doing(db.conn(), "SELECT balance FROM points_transaction WHERE id = 1", &stop);

    let report = Migrator::new().mend(&mut conn).unwrap();

    stop.store(true, Ordering::Relaxed);
    let (inserts, longest_write) = writer.join().unwrap();
    let (selects, longest_read) = reader.join().unwrap();
    let [mended] = report.mended() else { panic!("{report}") };
    assert_eq!(mended.access(), Access::Online);
    eprintln!(
        "index on {} rows in {:?}; {inserts} writes, the longest {longest_write:?}; \
         {selects} reads, the longest {longest_read:?}",
        rows_wanted(),
        mended.duration()
    );
    // Blocked for the whole of it, each of the two would have got to one.
    assert!(inserts > 10 && selects > 10, "{inserts} writes, {selects} reads");
    assert!(longest_write < mended.duration(), "a writer waited for all of it");
    let written: Option<u32> = conn
        .query_first("SELECT COUNT(*) FROM points_transaction WHERE user_id = 2 AND note IS NULL")
        .unwrap();
    assert_eq!(written, Some(inserts));
}
