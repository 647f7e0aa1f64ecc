//! Old rows of points, tokens and trips go, and each report says what it said before.

use std::time::Duration;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    analytics::DateRange,
    partition::{self, Policy, Span, Table},
    summary,
    time::{Date, Month},
};

use crate::{
    assert_same, days, of_sums, some_rows, spring,
    support::{ByHand, Database},
};

/// Of each source: the rows of March, which are to go, and others that stay.
fn partitioned() -> (Database, Conn) {
    let (db, mut conn) = some_rows();
    conn.by_hand([
        "DELETE FROM token_transaction WHERE created_on IS NULL",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on, payer) VALUES \
         (1, 2, 7.75, 14, '2025-05-02 09:15:00', 2100), (2, 3, -1, 3.5, '2025-05-02 10:00:00', 0)",
        "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 2, '2025-05-02 09:00:00')",
        "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES (1, 2, '2025-05-02 09:00:00', 500)",
    ]);
    for table in TABLES {
        apply(&mut conn, table, &Policy::monthly());
    }
    (db, conn)
}

const TABLES: [Table; 3] = [Table::TokenTransaction, Table::PointsTransaction, Table::Trip];

/// Returns how many rows went.
fn apply(conn: &mut Conn, table: Table, policy: &Policy) -> u64 {
    let layout = partition::look(conn, table).unwrap();
    let today = Date::from_calendar_date(2025, Month::May, 20).unwrap();
    let report = partition::plan(&layout, today, policy).unwrap().apply(conn).unwrap();
    report.dropped().iter().map(partition::Dropped::rows).sum()
}

fn march() -> DateRange {
    days((2025, Month::March, 1), (2025, Month::April, 1))
}

fn may() -> DateRange {
    days((2025, Month::May, 1), (2025, Month::June, 1))
}

/// All of it, the month that goes, one that stays, and a single day.
fn ranges() -> [DateRange; 4] {
    [spring(), march(), may(), days((2025, Month::March, 2), (2025, Month::March, 3))]
}

/// A row of an hour that has a sum, and one of an hour that has none.
fn insert_late(conn: &mut Conn, table: Table) {
    let insert = match table {
        Table::PointsTransaction => {
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on, payer) VALUES (9, 2, 1, 1,"
        }
        Table::TokenTransaction => {
            "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (9, 1,"
        }
        _ => "INSERT INTO trip (distance, user_id, travel_mode, started_on) VALUES (10, 9, 2,",
    };
    for moment in ["2025-03-02 09:30:00", "2025-03-20 08:00:00"] {
        let end = if table == Table::PointsTransaction { ", 2100)" } else { ")" };
        conn.query_drop(format!("{insert} '{moment}'{end}")).unwrap();
    }
}

#[test]
fn every_report_is_as_before() {
    for is_exact in [false, true] {
        let (_db, mut conn) = partitioned();
        if is_exact {
            summary::install_triggers(&mut conn).unwrap();
        }
        summary::refresh(&mut conn, &summary::Policy::new()).unwrap();
        for range in ranges() {
            assert_same(&mut conn, range);
        }
        let before = ranges().map(|range| of_sums(&mut conn, range));
        let again = |hours| {
            summary::Policy::new()
                .look_back(Duration::from_hours(hours))
                .sum_again(Duration::from_hours(24 * 10_000))
        };

        for table in TABLES {
            let gone = apply(&mut conn, table, &Policy::monthly().retain(Span::months(1)));
            assert!(gone >= 3, "{gone} rows of {table}");
            let is_as_before = |conn: &mut Conn| {
                let now = ranges().map(|range| of_sums(conn, range));
                assert_eq!(now, before, "{table}, exact: {is_exact}");
                assert_eq!(summary::compare(conn, spring()).unwrap(), []);
            };
            is_as_before(&mut conn);
            insert_late(&mut conn, table);
            is_as_before(&mut conn);
            // The second one looks back beyond all sums.
            for hours in [24, 24 * 10_000] {
                summary::refresh(&mut conn, &again(hours)).unwrap();
                is_as_before(&mut conn);
            }
            summary::refresh(&mut conn, &summary::Policy::new()).unwrap();

            for range in [march(), spring()] {
                let error = summary::rebuild(&mut conn, range).unwrap_err();
                assert!(matches!(error, Error::RowsDropped { .. }), "{table}: {error:?}");
            }
            summary::rebuild(&mut conn, may()).unwrap();
            is_as_before(&mut conn);
        }
        if is_exact {
            summary::remove_triggers(&mut conn).unwrap();
            assert_eq!(ranges().map(|range| of_sums(&mut conn, range)), before);
        }
    }
}

/// Each by itself: whichever goes first is named.
#[test]
fn a_rebuild_names_the_table_whose_rows_are_gone() {
    for table in TABLES {
        let (_db, mut conn) = partitioned();
        summary::refresh(&mut conn, &summary::Policy::new()).unwrap();
        apply(&mut conn, table, &Policy::monthly().retain(Span::months(1)));
        let kept = of_sums(&mut conn, spring());
        let error = summary::rebuild(&mut conn, march()).unwrap_err();
        let named =
            matches!(error, Error::RowsDropped { table: named, .. } if named == table.as_str());
        assert!(named, "{table}: {error:?}");
        assert_eq!(of_sums(&mut conn, spring()), kept);
    }
}

/// The rows go while a rebuild is on its way.
#[test]
fn a_rebuild_beside_a_retention_keeps_the_sums() {
    for table in TABLES {
        let (db, mut conn) = partitioned();
        summary::refresh(&mut conn, &summary::Policy::new()).unwrap();
        let before = of_sums(&mut conn, spring());
        let (mut other, mut locks) = (db.conn(), 0);
        let mut watched = db.watched(move |sql| {
            locks += u8::from(sql.contains("FROM summary_state") && sql.contains("FOR UPDATE"));
            // Each source is locked once to look at it, and then again for each day.
            if locks == 6 {
                locks += 1;
                apply(&mut other, table, &Policy::monthly().retain(Span::months(1)));
            }
            None
        });

        let error = summary::rebuild(&mut watched, march()).unwrap_err();

        assert!(matches!(error, Error::RowsDropped { .. }), "{table}: {error:?}");
        assert_eq!(of_sums(&mut conn, spring()), before, "{table}");
    }
}
