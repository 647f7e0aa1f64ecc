//! The data sets of sums have what the rows have, whatever is summed up and whatever changes meanwhile.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use mysql::{Conn, Row, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    analytics::{self, DailyRevenue, DateRange},
    quicksight::{DataSet, data_sets},
    rust_decimal::Decimal,
    summary::{self, Policy},
    time::{Date, Month},
};

use crate::{
    made,
    support::{ByHand, Database, statements::explain},
    views::Stopped,
};

/// Rows of old hours, of today, and without a date that the calendar has. All distances are half metres.
const ROWS: [&str; 6] = [
    "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
    "INSERT INTO auth_user (id, is_debug, enterprise_id) VALUES (1, 0, 12), (2, 1, NULL)",
    "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on, payer, payee) VALUES \
     (1, 2, 10.50, 10.50, '2025-03-02 09:15:00', 2100, 1), (1, 3, -4.25, 6.25, '2025-03-02 09:59:59', 1, 0), \
     (2, 2, 7, 7, '2025-03-02 10:00:00', 2100, 2), (2, 2, 1, 8, '2025-03-05 23:59:59', 0, 2), \
     (1, 2, 3, 9.25, NOW(), 2100, 1), (1, 2, 5, 9, NULL, 0, 0), (1, 2, 5, 9, '2025-02-30 09:00:00', 0, 0)",
    "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES \
     (1, 5, '2025-03-02 09:15:00'), (1, -2, '2025-03-02 09:30:00'), (2, 1, NOW()), (2, 9, NULL)",
    "INSERT INTO bytemark_order_payments (user_id, payment_type, total_price, created_on) VALUES \
     (1, 'coins', 2.50, '2025-03-02 09:15:00'), (1, 'Coins', 1.25, '2025-03-02 09:15:00'), \
     (1, NULL, 4, '2025-03-02 09:15:00'), (1, '', 8, '2025-03-02 09:15:00'), (2, 'coins', 1, NOW())",
    "INSERT INTO trip (id, user_id, travel_mode, distance, started_on) VALUES \
     (1, 1, 1, 100.5, '2025-03-02 09:15:00'), (2, 1, 1, -1, '2025-03-02 09:45:00'), \
     (3, 2, 101, 7, '2025-03-02 09:45:00'), (4, 2, 1, NULL, '2025-03-04 00:00:00'), \
     (5, 1, 1, 3, NOW()), (6, 1, 1, 3, '2025-02-30 09:00:00')",
];

/// Late, changed and deleted rows far behind any look-back, and some of today.
const CHANGES: [&str; 9] = [
    "UPDATE points_transaction SET created_on = '2025-03-04 10:30:00' WHERE id = 1",
    "UPDATE points_transaction SET points = points + 0.01 WHERE id = 2",
    "DELETE FROM points_transaction WHERE id = 4",
    "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 1, '2025-02-01 12:30:00'), (1, 1, NULL)",
    "UPDATE bytemark_order_payments SET payment_type = 'tokens' WHERE id = 3",
    "UPDATE trip SET user_id = 2 WHERE id = 1",
    "UPDATE trip SET started_on = '2025-02-28 23:59:59' WHERE id = 2",
    "DELETE FROM trip WHERE id = 4",
    "INSERT INTO trip (user_id, travel_mode, distance, started_on) VALUES (2, 1, 2, NOW())",
];

fn filled() -> (Database, Conn) {
    let db = made();
    let mut conn = db.conn();
    conn.by_hand(ROWS);
    (db, conn)
}

fn of_sums() -> Vec<DataSet> {
    data_sets().into_iter().filter(|of| of.table().starts_with("summary_")).collect()
}

#[track_caller]
fn data_set(table: &str) -> DataSet {
    of_sums().into_iter().find(|of| of.table() == table).unwrap()
}

/// Rows as text, in an order of their own.
#[track_caller]
fn read(conn: &mut Conn, sql: &str) -> Vec<String> {
    let rows: Vec<Row> = conn.query(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let text = |row: Row| {
        let values = row.unwrap().into_iter().map(|value| value.as_sql(true));
        values.collect::<Vec<_>>().join(" ")
    };
    let mut rows: Vec<_> = rows.into_iter().map(text).collect();
    rows.sort();
    rows
}

fn all(conn: &mut Conn) -> Vec<Vec<String>> {
    of_sums().iter().map(|of| read(conn, &of.sql())).collect()
}

/// What the data sets must have, in columns of their own, as the tables have it.
fn expected() -> [(&'static str, String); 3] {
    let hour = |date: &str| format!("DATE_FORMAT({date}, '%Y-%m-%d %H:00:00')");
    let ledger = |number: u32, table: &str, kind: &str, amount: &str| {
        format!(
            "SELECT {number}, {hour}, {kind}, 0 + SUM(IF({amount} > 0, {amount}, 0)), \
             0 + SUM(IF({amount} < 0, {amount}, 0)), COUNT(*) FROM {table} \
             WHERE created_on BETWEEN '2025-03-01' AND '3000-01-01' OR created_on BETWEEN '2025-01-01' AND '2025-02-29' GROUP BY 1, 2, 3",
            hour = hour("created_on"),
        )
    };
    let revenue = [
        ledger(1, "points_transaction", "CONCAT(activity_type, '0')", "points"),
        ledger(2, "token_transaction", "CONCAT('0', '0')", "tokens"),
        ledger(
            3,
            "bytemark_order_payments",
            "CONCAT('0', HEX(payment_type IS NOT NULL), HEX(COALESCE(payment_type, '')))",
            "total_price",
        ),
    ];
    let days = "(started_on BETWEEN '2025-03-01' AND '3000-01-01' OR started_on BETWEEN '2025-01-01' AND '2025-02-29')";
    let metres = "distance >= 0";
    [
        ("summary_revenue", revenue.join(" UNION ALL ")),
        (
            "summary_trips",
            format!(
                "SELECT {}, travel_mode, COUNT(*), SUM(IF({metres}, distance, 0)), COUNT(IF({metres}, 1, NULL)) \
                 FROM trip WHERE {days} GROUP BY 1, 2",
                hour("started_on")
            ),
        ),
        (
            "summary_users",
            format!("SELECT DISTINCT DATE(started_on), user_id FROM trip WHERE {days}"),
        ),
    ]
}

/// The same columns of the data sets.
fn found(table: &str) -> String {
    let columns = match table {
        "summary_revenue" => {
            "revenue_source, DATE_FORMAT(revenue_hour, '%Y-%m-%d %H:00:00'), \
             CASE revenue_source WHEN 1 THEN CONCAT(revenue_activity_type, '0') WHEN 2 THEN '00' \
             ELSE CONCAT('0', revenue_has_type, HEX(revenue_payment_type)) END, \
             revenue_positive, revenue_negative, revenue_movements"
        }
        "summary_trips" => {
            "DATE_FORMAT(trips_hour, '%Y-%m-%d %H:00:00'), trips_travel_mode, trips, trips_metres, trips_measured"
        }
        _ => "DATE(active_day), user_id",
    };
    format!("SELECT {columns} FROM ({}) AS q", data_set(table).sql())
}

#[track_caller]
fn assert_as_the_rows(conn: &mut Conn, when: &str) {
    for (table, expected) in expected() {
        assert_eq!(read(conn, &found(table)), read(conn, &expected), "{table}, {when}");
    }
    let day = |month, day| Date::from_calendar_date(2025, month, day).unwrap();
    let spring = DateRange::new(day(Month::February, 1), day(Month::April, 1)).unwrap();
    let days = analytics::daily_revenue(conn, spring).unwrap();
    let gained: Decimal = days.iter().map(DailyRevenue::points).sum();
    let sql = format!(
        "SELECT SUM(revenue_gained) FROM ({}) AS q WHERE revenue_hour >= '2025-02-01' AND revenue_hour < '2025-04-01'",
        data_set("summary_revenue").sql()
    );
    let sum: Decimal = conn.query_first(sql).unwrap().unwrap();
    assert_eq!(sum, gained, "{when}");
}

fn summed(conn: &mut Conn) -> u64 {
    summary::refresh(conn, &Policy::new()).unwrap().written()
}

#[test]
fn a_refresh_changes_no_row() {
    let (_db, mut conn) = filled();
    assert_as_the_rows(&mut conn, "before anything is summed up");
    let before = all(&mut conn);

    assert!(summed(&mut conn) > 0);

    assert_eq!(all(&mut conn), before);
    // They are read: what is not in the rows is in the data set.
    conn.query_drop("UPDATE summary_trips SET trips = 77 LIMIT 1").unwrap();
    conn.query_drop("INSERT INTO summary_users VALUES ('2025-01-01', 77)").unwrap();
    conn.query_drop("UPDATE summary_revenue SET gained = 77 LIMIT 1").unwrap();
    let after = all(&mut conn);
    assert!(after.iter().zip(&before).all(|(after, before)| after != before), "{after:?}");
}

/// Where the tables are empty, so are the data sets.
#[test]
fn nothing_is_nothing() {
    let db = made();
    let mut conn = db.conn();
    assert_eq!(all(&mut conn), vec![Vec::<String>::new(); 3]);
    summed(&mut conn);
    assert_eq!(all(&mut conn), vec![Vec::<String>::new(); 3]);
}

/// In the exact mode a change counts at once, and once only.
#[test]
fn with_triggers_each_change_is_seen_at_once() {
    let (_db, mut conn) = filled();
    summary::install_triggers(&mut conn).unwrap();
    summed(&mut conn);
    assert_as_the_rows(&mut conn, "summed up");
    for change in CHANGES {
        conn.query_drop(change).unwrap();
        assert_as_the_rows(&mut conn, change);
    }
    summed(&mut conn);
    assert_as_the_rows(&mut conn, "summed up again");
}

/// A writer moves rows from hour to hour, somebody sums up, and each look is one moment: nothing is missing or there twice.
#[test]
fn each_look_is_one_moment() {
    let (db, mut conn) = filled();
    summary::install_triggers(&mut conn).unwrap();
    summed(&mut conn);
    let stop = AtomicBool::new(false);
    let totals = [
        ("summary_revenue", "SUM(revenue_movements)"),
        ("summary_trips", "SUM(trips)"),
        ("summary_users", "COUNT(DISTINCT user_id)"),
    ];
    let totals = totals
        .map(|(table, total)| format!("SELECT {total} FROM ({}) AS q", data_set(table).sql()));
    // A statement outside a transaction may find rows gone on MariaDB, which purges what a view needs that is opened again
    // at that very moment.
    // https://github.com/MariaDB/server/blob/10.11/storage/innobase/read/read0read.cc (ReadView::open)
    let snapshot = TxOpts::default().set_with_consistent_snapshot(true);
    let ask = |conn: &mut Conn| {
        let mut transaction = conn.start_transaction(snapshot).unwrap();
        totals.each_ref().map(|sql| transaction.query_first::<u64, _>(sql).unwrap().unwrap())
    };
    let before = ask(&mut conn);

    thread::scope(|scope| {
        let _stopped = Stopped(&stop);
        scope.spawn(|| {
            let mut conn = db.conn();
            for hour in (0..48).cycle().take_while(|_| !stop.load(Ordering::SeqCst)) {
                let at = format!("'2025-03-02' + INTERVAL {hour} HOUR");
                conn.by_hand([
                    format!("UPDATE points_transaction SET created_on = {at} WHERE id <= 2"),
                    format!("UPDATE trip SET started_on = {at} WHERE id IN (1, 3)"),
                ]);
            }
        });
        scope.spawn(|| {
            let mut conn = db.conn();
            while !stop.load(Ordering::SeqCst) {
                // A server may choose it as the victim of a deadlock with the writer.
                let _ = summary::refresh(&mut conn, &Policy::new());
            }
        });
        for _ in 0..60 {
            assert_eq!(ask(&mut conn), before);
        }
    });
}

/// A change of an hour whose rows were dropped leaves its sums.
#[test]
fn sums_stay_when_their_rows_are_dropped() {
    let (_db, mut conn) = filled();
    summary::install_triggers(&mut conn).unwrap();
    summed(&mut conn);
    let before = all(&mut conn);

    conn.by_hand([
        "UPDATE summary_state SET kept_from = '2025-03-04'",
        "DELETE FROM points_transaction WHERE created_on < '2025-03-04'",
        "DELETE FROM token_transaction WHERE created_on < '2025-03-04'",
        "DELETE FROM bytemark_order_payments WHERE created_on < '2025-03-04'",
        "DELETE FROM trip WHERE started_on < '2025-03-04'",
    ]);

    let logged: u64 = conn.query_first("SELECT COUNT(*) FROM summary_log").unwrap().unwrap();
    assert!(logged > 0);
    assert_eq!(all(&mut conn), before);
}

/// Thousands of hours of each table, summed up, and the newest of them changed since.
#[test]
fn only_the_rows_of_open_hours_are_read() {
    let db = made();
    let mut conn = db.conn();
    let hours: Vec<_> =
        (1..=4_000).map(|hour| format!("({hour}, '2025-01-01' + INTERVAL {hour} HOUR)")).collect();
    let hours = hours.join(", ");
    let tables = ["points_transaction", "token_transaction", "bytemark_order_payments"];
    conn.query_drop("SET SESSION sql_mode = ''").unwrap();
    for table in tables {
        conn.query_drop(format!("INSERT INTO {table} (user_id, created_on) VALUES {hours}"))
            .unwrap();
    }
    conn.query_drop(format!("INSERT INTO trip (user_id, started_on) VALUES {hours}")).unwrap();
    conn.query_drop(format!("INSERT INTO auth_user (id, created_on) VALUES {hours}")).unwrap();
    summary::install_triggers(&mut conn).unwrap();
    summed(&mut conn);
    for table in tables {
        conn.query_drop(format!("UPDATE {table} SET user_id = 1 WHERE id > 3900")).unwrap();
    }
    conn.query_drop("UPDATE trip SET user_id = 1 WHERE id > 3900").unwrap();
    conn.query_drop(
        "ANALYZE TABLE points_transaction, token_transaction, bytemark_order_payments, trip, auth_user, \
         summary_revenue, summary_trips, summary_users, summary_log, summary_state",
    )
    .unwrap();

    for of in of_sums() {
        let hour = of
            .columns()
            .into_iter()
            .find(|name| ["_hour", "_day"].iter().any(|end| name.ends_with(end)));
        // As QuickSight asks: the statement as a table of its own, and a range of dates around it.
        let sql =
            format!("SELECT * FROM ({}) AS q WHERE {} >= '2025-05-01'", of.sql(), hour.unwrap());
        let plan = explain(&db, &sql);
        let tables: Vec<_> = plan.iter().filter(|step| step.table == "quicksight").collect();
        assert!(tables.len() > 6, "{plan:?}");
        for step in tables {
            let is_by_key = ["const", "eq_ref", "ref", "range"].contains(&step.access.as_str());
            assert!(is_by_key, "{}: {step:?} {plan:#?}", of.id());
        }
    }
}
