//! Rows go when that is asked for, by name and counted.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    analytics::{Analytics, DailyTrips, DateRange},
    partition::{Dropped, Policy, Span, Table},
    summary, verify_quicksight_schema,
};

use crate::{
    insert, look, migrated, months, on, partitioned, plan, rows,
    support::{
        connect,
        wire::{Cut, nth},
    },
};

#[test]
fn what_goes_is_named_and_counted() {
    let db = partitioned(Table::Trip);
    let mut conn = db.conn();
    insert(&mut conn, Table::Trip, "2026-01-31 23:59:59");
    insert(&mut conn, Table::Trip, "2019-05-05");

    let plan = plan(&db, Table::Trip, &months().retain(Span::months(1)));

    assert_eq!(plan.drops(), ["p2026_01"]);
    let counted = plan.count_drops(&mut conn).unwrap();
    assert_eq!(counted[0].to_string(), "p2026_01 with 3 rows before 2026-02-01");
    assert_eq!(rows(&mut conn, Table::Trip), 5);

    // Counted once more when it is done.
    insert(&mut conn, Table::Trip, "2026-01-20");
    let report = plan.apply(&mut conn).unwrap();

    let [dropped] = report.dropped() else { panic!("{report}") };
    assert_eq!((dropped.partition(), dropped.rows()), ("p2026_01", 4));
    assert!(
        report.to_string().contains("; dropped p2026_01 with 4 rows before 2026-02-01"),
        "{report}"
    );
    assert_eq!(rows(&mut conn, Table::Trip), 2);
    // Late rows have a partition all the same.
    insert(&mut conn, Table::Trip, "2026-01-20");
    assert_eq!(look(&db, Table::Trip).outside(), 0);
}

#[test]
fn a_table_is_partitioned_and_rows_go_in_one_plan() {
    let db = migrated();
    let mut conn = db.conn();
    for day in ["2025-11-02", "2025-12-31", "2026-01-01", "2026-03-10"] {
        insert(&mut conn, Table::AppData, day);
    }

    let plan = plan(&db, Table::AppData, &months().retain(Span::months(2)));
    assert_eq!(plan.drops(), ["p2025_11", "p2025_12"]);
    assert_eq!(plan.statements().len(), 3);
    let report = plan.apply(&mut conn).unwrap();

    let counts: Vec<_> = report.dropped().iter().map(Dropped::rows).collect();
    assert_eq!(counts, [1, 1]);
    assert_eq!(rows(&mut conn, Table::AppData), 2);
}

/// Dropping a month's rows leaves its dashboards, in both modes, also if a row comes late for it.
#[test]
fn sums_outlive_the_rows() {
    for is_exact in [false, true] {
        let db = partitioned(Table::Trip);
        let mut conn = db.conn();
        if is_exact {
            summary::install_triggers(&mut conn).unwrap();
        }
        summary::refresh(&mut conn, &summary::Policy::new()).unwrap();
        let january = DateRange::new(on(2026, 1, 1), on(2026, 2, 1)).unwrap();
        let trips = |conn: &mut Conn| -> u64 {
            let days = Analytics::new().with_summaries().daily_trips(conn, january).unwrap();
            days.iter().map(DailyTrips::trips).sum()
        };
        assert_eq!(trips(&mut conn), 1);

        let report = plan(&db, Table::Trip, &months().retain(Span::months(1)));
        assert_eq!(report.apply(&mut conn).unwrap().dropped().len(), 1);

        assert_eq!(trips(&mut conn), 1);
        // In another hour, and in that of the row that is gone.
        for late in ["2026-01-20 08:00:00", "2026-01-15 00:30:00"] {
            insert(&mut conn, Table::Trip, late);
            assert_eq!(trips(&mut conn), 1, "{late}");
            summary::refresh(&mut conn, &summary::Policy::new()).unwrap();
            assert_eq!(trips(&mut conn), 1, "{late}");
        }
        let error = summary::rebuild(&mut conn, january).unwrap_err();
        assert!(matches!(error, Error::RowsDropped { table: "trip", .. }), "{error:?}");
        assert_eq!(trips(&mut conn), 1);
        assert_eq!(summary::compare(&mut conn, january).unwrap(), []);
    }
}

/// What no sum has would be missing in reports for ever: hours that no refresh has come to, and in the exact mode what
/// has changed since the last one.
#[test]
fn rows_that_no_sum_has_stay() {
    for is_exact in [false, true] {
        let db = partitioned(Table::Trip);
        let mut conn = db.conn();
        if is_exact {
            summary::install_triggers(&mut conn).unwrap();
        }
        let refresh = |conn: &mut Conn| {
            summary::refresh(conn, &summary::Policy::new()).unwrap();
        };
        refresh(&mut conn);
        insert(&mut conn, Table::Trip, "2026-01-15 08:00:00");
        if !is_exact {
            // As after the refreshes of a while were missed.
            let behind = "UPDATE summary_state SET summed_until = '2026-01-15' WHERE source >= 4";
            conn.query_drop(behind).unwrap();
        }
        let january = DateRange::new(on(2026, 1, 1), on(2026, 2, 1)).unwrap();
        let days =
            |conn: &mut Conn| Analytics::new().with_summaries().daily_trips(conn, january).unwrap();
        let (before, state) = (days(&mut conn), state(&mut conn));

        for policy in [months().retain(Span::months(1)), archive()] {
            let plan = plan(&db, Table::Trip, &policy);
            let foretold = plan.count_drops(&mut conn).map(drop);
            for outcome in [foretold, plan.apply(&mut conn).map(drop)] {
                assert!(matches!(outcome, Err(Error::SumsBehind { .. })), "{outcome:?}");
            }
            assert_eq!((rows(&mut conn, Table::Trip), days(&mut conn)), (4, before.clone()));
            assert_eq!(self::state(&mut conn), state);
        }

        refresh(&mut conn);
        plan(&db, Table::Trip, &months().retain(Span::months(1))).apply(&mut conn).unwrap();
        assert_eq!((rows(&mut conn, Table::Trip), days(&mut conn)), (2, before));
    }
}

fn state(conn: &mut Conn) -> Vec<(u8, Option<String>)> {
    conn.query("SELECT source, CAST(kept_from AS CHAR) FROM summary_state ORDER BY source").unwrap()
}

fn archive() -> Policy {
    months().retain(Span::months(1)).archive()
}

#[test]
fn what_is_archived_is_in_a_table_of_its_own() {
    let db = partitioned(Table::Trip);
    let mut conn = db.conn();
    insert(&mut conn, Table::Trip, "2019-05-05");

    let report = plan(&db, Table::Trip, &archive()).apply(&mut conn).unwrap();

    let [archived] = report.archived() else { panic!("{report}") };
    assert_eq!(archived.to_string(), "p2026_01 with 2 rows before 2026-02-01");
    assert_eq!(report.dropped(), []);
    assert_eq!(conn.query_first("SELECT COUNT(*) FROM trip_p2026_01").unwrap(), Some(2));
    assert_eq!(rows(&mut conn, Table::Trip), 2);
    assert!(!look(&db, Table::Trip).partitions().contains(&"p2026_01"));
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    assert_eq!(plan(&db, Table::Trip, &archive()).statements(), Vec::<&str>::new());
}

/// Whatever was done when it was cut off, no row is lost and none comes back.
#[test]
fn an_archive_that_was_cut_off_is_finished() {
    let count = plan(&partitioned(Table::Trip), Table::Trip, &archive()).statements().len();
    assert_eq!(count, 4);
    let is_work = |sql: &str| sql.starts_with("CREATE TABLE `") || sql.starts_with("ALTER TABLE ");
    for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
        for position in 0..count {
            let db = partitioned(Table::Trip);
            let first = plan(&db, Table::Trip, &archive());
            let mut watched = db.watched(nth(position, is_work, move || cut));
            assert!(first.apply(&mut watched).is_err());
            drop(watched);

            // A new plan and the old one do the same.
            let again = if position % 2 == 0 { first } else { plan(&db, Table::Trip, &archive()) };
            again.apply(&mut db.conn()).unwrap();

            let mut conn = db.conn();
            let archived = conn.query_first("SELECT COUNT(*) FROM trip_p2026_01").unwrap();
            assert_eq!(archived, Some(1), "{cut:?} {position}");
            assert_eq!(rows(&mut conn, Table::Trip), 2, "{cut:?} {position}");
            assert!(!look(&db, Table::Trip).partitions().contains(&"p2026_01"));
        }
    }
}

/// A row that comes while its partition is being archived is not dropped with the empty partition.
#[test]
fn a_row_that_is_late_for_its_archive_stays() {
    let db = partitioned(Table::Trip);
    let url = db.opts();
    let mut watched = db.watched(move |sql| {
        if sql.starts_with("SELECT COUNT(*) FROM `trip` PARTITION") && has_archive(&url) {
            insert(&mut connect(url.clone()).unwrap(), Table::Trip, "2026-01-30");
        }
        None
    });

    let error = plan(&db, Table::Trip, &archive()).apply(&mut watched).unwrap_err();

    assert!(matches!(error, Error::CannotPartition { .. }), "{error:?}");
    assert!(error.to_string().contains("p2026_01 has 1 that came later"), "{error}");
    assert_eq!(rows(&mut db.conn(), Table::Trip), 3);
    let again = plan(&db, Table::Trip, &archive()).apply(&mut db.conn()).unwrap_err();
    assert!(matches!(again, Error::CannotPartition { .. }), "{again:?}");
}

/// Whether the row of January is in its archive.
fn has_archive(opts: &mysql::OptsBuilder) -> bool {
    let rows = connect(opts.clone()).unwrap().query::<u32, _>("SELECT 1 FROM trip_p2026_01");
    rows.is_ok_and(|rows| !rows.is_empty())
}
