//! A big table stays readable and writable while an index on it is mended.
//!
//! `QUICKSIGHT_TEST_ROWS=5000000 cargo test --release --test online_mend -- --nocapture` measures
//! how long writers wait at that size.

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Access, Migrator};
use support::migrated;

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

/// Somebody who does the same thing all the time, from a connection of their own.
struct Busy {
    done: Arc<AtomicU32>,
    thread: thread::JoinHandle<Duration>,
}

impl Busy {
    fn keep_doing(mut conn: Conn, sql: &'static str, stop: &Arc<AtomicBool>) -> Self {
        let (stop, done) = (Arc::clone(stop), Arc::new(AtomicU32::new(0)));
        let count = Arc::clone(&done);
        let thread = thread::spawn(move || {
            let mut longest = Duration::ZERO;
            while !stop.load(Ordering::SeqCst) {
                let started = Instant::now();
                conn.query_drop(sql).expect("nobody is turned away");
                longest = longest.max(started.elapsed());
                count.fetch_add(1, Ordering::SeqCst);
            }
            longest
        });
        Self { done, thread }
    }
}

#[test]
fn a_big_table_stays_readable_and_writable_while_an_index_is_mended() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE points_transaction DROP INDEX coins_history_idx_1").unwrap();
    fill(&mut conn, rows_wanted());
    let stop = Arc::new(AtomicBool::new(false));
    let writer = Busy::keep_doing(
        db.conn(),
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
         VALUES (2, 2, 0.50, 1.75, '2025-04-01 00:00:00')",
        &stop,
    );
    let reader =
        Busy::keep_doing(db.conn(), "SELECT balance FROM points_transaction WHERE id = 1", &stop);
    // What the two have done when each statement of the mend is sent: the one after the change is
    // sent when the change is over.
    let (sender, marks) = mpsc::channel();
    let (written, read) = (Arc::clone(&writer.done), Arc::clone(&reader.done));
    let mut watched = db.watched(move |sql| {
        let done = (written.load(Ordering::SeqCst), read.load(Ordering::SeqCst));
        sender.send((sql.starts_with("ALTER TABLE"), done)).unwrap();
        None
    });

    let report = Migrator::new().mend(&mut watched).unwrap();

    stop.store(true, Ordering::SeqCst);
    let (longest_write, longest_read) =
        (writer.thread.join().unwrap(), reader.thread.join().unwrap());
    let [mended] = report.mended() else { panic!("{report}") };
    assert_eq!(mended.access(), Access::Online);
    let marks: Vec<_> = marks.try_iter().collect();
    let change = marks.iter().position(|(is_change, _)| *is_change).unwrap();
    let ((writes_before, reads_before), (writes_after, reads_after)) =
        (marks[change].1, marks[change + 1].1);
    let (inserts, selects) = (writes_after - writes_before, reads_after - reads_before);
    eprintln!(
        "index on {} rows in {:?}; meanwhile {inserts} writes, the longest {longest_write:?}; \
         {selects} reads, the longest {longest_read:?}",
        rows_wanted(),
        mended.duration()
    );
    // Of two who are kept out, each gets a few through before the change has its lock.
    assert!(inserts > 100 && selects > 100, "{inserts} writes, {selects} reads");
    assert!(longest_write < mended.duration(), "a writer waited for all of it");
    let written: Option<u32> = conn
        .query_first("SELECT COUNT(*) FROM points_transaction WHERE user_id = 2 AND note IS NULL")
        .unwrap();
    assert_eq!(written, Some(writer.done.load(Ordering::SeqCst)));
}
