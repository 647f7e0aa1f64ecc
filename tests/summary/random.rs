//! Random rows, random moments of refreshes, random ranges.

use std::{cell::RefCell, time::Duration};

use proptest::{prelude::*, test_runner::TestRunner};
use quicksight_migrations::{
    analytics::DateRange,
    summary::{self, Policy},
    time::{self, Month, PrimitiveDateTime},
};

use crate::{
    forget_sums, of_rows, of_sums,
    rows::{Rows, at, date, rows},
    set_clock, sums,
    support::migrated,
};

/// When a refresh runs, in UTC, and what it leaves raw.
type Refresh = (PrimitiveDateTime, u64, u64);

fn refreshes() -> impl Strategy<Value = Vec<Refresh>> {
    let minutes = (0_i64..75 * 24 * 60)
        .prop_map(|minutes| at(Month::January, 20, 0) + time::Duration::minutes(minutes));
    prop::collection::vec((minutes, 0_u64..60, 0_u64..100), 0..4)
}

fn ranges() -> impl Strategy<Value = DateRange> {
    (0_i64..60, 0_i64..60).prop_map(|(first, days)| {
        let start = date(Month::January, 20) + time::Duration::days(first);
        DateRange::new(start, start + time::Duration::days(days)).unwrap()
    })
}

#[test]
fn sums_answer_what_the_rows_answer() {
    let db = migrated();
    let conn = RefCell::new(db.conn());
    let config = ProptestConfig { cases: 120, failure_persistence: None, ..Default::default() };
    let judge = |(rows, refreshes, range): (Rows, Vec<Refresh>, DateRange)| {
        let conn = &mut *conn.borrow_mut();
        rows.store(conn);
        forget_sums(conn);
        for (moment, look_back, again) in refreshes {
            set_clock(conn, &moment.to_string());
            let hours = |hours| Duration::from_hours(hours);
            let policy = Policy::new().look_back(hours(look_back)).sum_again(hours(again));
            summary::refresh(conn, &policy).unwrap();
            prop_assert_eq!(of_sums(conn, range), of_rows(conn, range));
        }
        prop_assert_eq!(summary::compare(conn, range).unwrap(), []);
        let before = sums(conn);
        summary::rebuild(conn, range).unwrap();
        prop_assert_eq!(&sums(conn)[..3], &before[..3]);
        Ok(())
    };
    TestRunner::new(config).run(&(rows(), refreshes(), ranges()), judge).unwrap();
}
