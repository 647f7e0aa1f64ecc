//! The original statements, which the service sends without this crate, say the same where they are
//! right.

use std::collections::HashMap;

use mysql::{Conn, prelude::Queryable};
use proptest::{prelude::*, test_runner::TestRunner};
use quicksight_migrations::{
    analytics::{Analytics, DateRange, TravelMode},
    rust_decimal::Decimal,
    time::{Date, Month, PrimitiveDateTime, Time},
};

use crate::{
    hotspots, hours,
    oracle::{Hour, Spot},
    revenue,
    rows::{at, date, rows},
    support::migrated,
};

/// The original statements, which the service sends without this crate.
#[test]
fn agrees_with_the_original_statements_where_they_are_right() {
    let db = migrated();
    let conn = std::cell::RefCell::new(db.conn());
    let config = ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() };
    let range = DateRange::new(date(Month::March, 8), date(Month::March, 11)).unwrap();
    let since = at(Month::March, 8, 0);
    let all_since = DateRange::new(since.date(), date(Month::June, 1)).unwrap();
    TestRunner::new(config)
        .run(&rows(), |rows| {
            let conn = &mut *conn.borrow_mut();
            rows.store(conn);
            let reports = Analytics::new();
            let summed: Vec<_> = revenue(reports, conn, range)
                .into_iter()
                .map(|(date, _, positive_points, tokens, tickets)| {
                    (date, positive_points, tokens, tickets)
                })
                .collect();
            prop_assert_eq!(summed, original_revenue(conn, range));
            // It takes any number for a distance.
            conn.query_drop(
                "UPDATE trip SET distance = NULL WHERE distance < 0 OR distance > 40075000",
            )
            .unwrap();
            prop_assert_eq!(hours(reports, conn, all_since), original_hours(conn, since));
            prop_assert_eq!(hotspots(reports, conn, 3, 100), original_hotspots(conn));
            Ok(())
        })
        .unwrap();
}

fn original_revenue(conn: &mut Conn, range: DateRange) -> Vec<(Date, Decimal, Decimal, Decimal)> {
    let last = PrimitiveDateTime::new(
        range.end().previous_day().unwrap(),
        Time::from_hms(23, 59, 59).unwrap(),
    );
    let mut sums = |table: &str, amount: &str, which: &str| -> HashMap<Date, Option<Decimal>> {
        let sql = format!(
            "SELECT DATE(created_on) AS date, SUM({amount}) FROM {table} \
             WHERE created_on BETWEEN ? AND ? {which} GROUP BY DATE(created_on)"
        );
        conn.exec(sql, (range.start(), last)).unwrap().into_iter().collect()
    };
    let points = sums("points_transaction", "points", "AND points > 0");
    let tokens = sums("token_transaction", "tokens", "AND tokens > 0");
    let tickets = sums("bytemark_order_payments", "total_price", "");
    let of = |sums: &HashMap<_, Option<Decimal>>, date| {
        sums.get(&date).copied().flatten().unwrap_or_default()
    };
    (8..11)
        .map(|day| date(Month::March, day))
        .map(|date| (date, of(&points, date), of(&tokens, date), of(&tickets, date)))
        .collect()
}

fn original_hours(conn: &mut Conn, since: PrimitiveDateTime) -> Vec<Hour> {
    let sql = "SELECT HOUR(started_on) AS hour, DAYOFWEEK(started_on) AS day_of_week, travel_mode, \
               COUNT(*) AS trip_count, AVG(distance) AS avg_distance FROM trip \
               WHERE started_on >= ? GROUP BY hour, day_of_week, travel_mode \
               ORDER BY day_of_week, hour, travel_mode";
    let row = |(hour, day, mode, trips, distance): (_, u8, i32, _, _)| {
        (day - 1, hour, mode.into(), trips, distance)
    };
    conn.exec_map(sql, (since,), row).unwrap()
}

fn original_hotspots(conn: &mut Conn) -> Vec<Spot> {
    let sql = "SELECT o_id, d_id, travel_mode, COUNT(*) AS frequency, \
               AVG(probability_driving) AS avg_drive_prob, AVG(probability_transit) AS avg_transit_prob \
               FROM cm_activity_location GROUP BY o_id, d_id, travel_mode HAVING frequency > 2 \
               ORDER BY frequency DESC, o_id, d_id, travel_mode LIMIT 100";
    let row = |(from, to, mode, frequency, driving, transit): (_, _, Option<i32>, _, _, _)| {
        (from, to, mode.map(TravelMode::from), frequency, driving, transit)
    };
    conn.query_map(sql, row).unwrap()
}
