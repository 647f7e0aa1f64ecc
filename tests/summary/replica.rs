//! What a replica has of partitions and sums, and what it is asked.

use std::sync::LazyLock;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator, Result,
    analytics::DateRange,
    partition::{self, Plan, Span, Table},
    summary::{self, Policy},
    time::{Date, Month},
    verify_quicksight_schema,
};

use crate::{
    assert_same, days, insert_some_rows, of_rows, of_sums, sums,
    support::{ByHand, Database, replica::Pair},
    triggers,
};

static PAIR: LazyLock<Pair> =
    LazyLock::new(|| Pair::start(&["--log-bin-trust-function-creators=1"]));

/// What a table needs for partitions by months as of the first of this one. Trips of the month before stay.
fn plan(conn: &mut Conn, table: Table, month: Month) -> Result<Plan> {
    let today = Date::from_calendar_date(2025, month, 1).unwrap();
    let mut policy = partition::Policy::monthly();
    if table == Table::Trip {
        policy = policy.retain(Span::months(1));
    }
    partition::plan(&partition::look(conn, table)?, today, &policy)
}

fn refresh(conn: &mut Conn) {
    summary::refresh(conn, &Policy::new()).unwrap();
}

/// Rows of February and March in partitions, with sums of them.
fn summed() -> (Database, Conn) {
    let db = PAIR.database().migrated();
    let mut conn = db.conn();
    insert_some_rows(&mut conn);
    conn.by_hand([
        "DELETE FROM token_transaction WHERE created_on IS NULL",
        "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES \
         (3, 2, '2025-02-10 07:15:00', 500), (4, 1, '2025-02-28 23:59:59', 250.5)",
    ]);
    for table in Table::ALL {
        plan(&mut conn, table, Month::March).unwrap().apply(&mut conn).unwrap();
    }
    refresh(&mut conn);
    (db, conn)
}

/// What comes late, moves between hours and partitions, and goes.
const CHANGES: [&str; 6] = [
    "INSERT INTO trip (user_id, travel_mode, started_on, distance) VALUES \
     (5, 2, '2025-03-02 09:10:00', 1.5), (6, 1, '2019-05-05 05:05:05', 2), (7, 1, '2025-12-24 18:00:00', 3)",
    "UPDATE trip SET started_on = '2025-03-27 10:30:00', travel_mode = travel_mode + 1 WHERE id = 2",
    // With `ORDER BY`, MariaDB finds no row to delete in a partitioned table that nobody has read since it was opened.
    "DELETE FROM points_transaction WHERE user_id = 2 LIMIT 1",
    "UPDATE token_transaction SET created_on = '2025-03-03 00:30:00' WHERE id = 1",
    "UPDATE bytemark_order_payments SET total_price = total_price + 1",
    "INSERT INTO bytemark_order_payments (user_id, order_id, payment_type, total_price, created_on) \
     SELECT user_id, order_id, payment_type, total_price, '2025-03-07 07:00:00' FROM bytemark_order_payments ORDER BY id",
];

fn year() -> DateRange {
    days((2025, Month::January, 1), (2026, Month::January, 1))
}

type Call = fn(&mut Conn) -> Result<()>;

/// Triggers do not fire for rows that a replica is sent, and what they wrote is sent, too.
#[test]
fn a_replica_has_what_its_primary_has() {
    let (db, mut conn) = summed();
    let mut there = PAIR.caught_up(&db);
    for (format, is_exact) in [("ROW", false), ("MIXED", true)] {
        conn.by_hand([format!("SET SESSION binlog_format = '{format}'")]);
        if is_exact {
            summary::install_triggers(&mut conn).unwrap();
            refresh(&mut conn);
        }
        PAIR.assert_equal(&db);
        assert_same(&mut there, year());

        conn.by_hand(CHANGES);
        PAIR.assert_equal(&db);
        assert_eq!(of_rows(&mut there, year()), of_rows(&mut conn, year()));
        let is_same = of_sums(&mut there, year()) == of_rows(&mut there, year());
        let differences = summary::compare(&mut there, year()).unwrap();
        assert_eq!((is_same, differences.is_empty()), (is_exact, is_exact), "{differences:?}");

        refresh(&mut conn);
        summary::rebuild(&mut conn, year()).unwrap();
        PAIR.assert_equal(&db);
        assert_same(&mut there, year());
        assert_eq!(summary::compare(&mut there, year()).unwrap(), [], "{format}");
    }

    let kept = of_sums(&mut conn, year());
    let retention = plan(&mut conn, Table::Trip, Month::May).unwrap().apply(&mut conn).unwrap();
    assert_eq!(retention.dropped().len(), 2, "{retention}");
    conn.by_hand([
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (8, 1, '2025-02-01 01:00:00')",
    ]);
    refresh(&mut conn);
    PAIR.assert_equal(&db);
    assert_eq!(of_sums(&mut there, year()), kept);
    assert_eq!(verify_quicksight_schema(&mut there).unwrap(), []);
    assert_eq!(partition::ahead(&mut there).unwrap().len(), Table::ALL.len());

    Migrator::new().discard_data().rollback(&mut conn).unwrap();
    let left: Vec<String> = PAIR.caught_up(&db).query("SHOW TABLES").unwrap();
    assert_eq!(left, [""; 0]);
}

/// Whoever looks after sums and partitions at the wrong end is told so, and nothing is done by halves.
#[test]
fn a_replica_makes_none_itself() {
    let calls: [(&str, Call); 6] = [
        ("refresh", |conn| summary::refresh(conn, &Policy::new()).map(drop)),
        ("rebuild", |conn| summary::rebuild(conn, year()).map(drop)),
        ("install", |conn| summary::install_triggers(conn)),
        ("remove", |conn| summary::remove_triggers(conn)),
        ("extend", |conn| plan(conn, Table::AppData, Month::December)?.apply(conn).map(drop)),
        ("drop", |conn| plan(conn, Table::Trip, Month::April)?.apply(conn).map(drop)),
    ];
    let (db, mut conn) = summed();
    let user = db.user("ALL");
    for is_exact in [false, true] {
        if is_exact {
            summary::install_triggers(&mut conn).unwrap();
            refresh(&mut conn);
        }
        conn.by_hand(CHANGES);
        // There is something to sum up in either mode.
        conn.by_hand([
            "UPDATE summary_state SET summed_until = '2025-03-02 10:00:00' WHERE source < 5",
        ]);
        PAIR.caught_up(&db);
        let opts = user.opts().tcp_port(PAIR.replica().port());
        for (name, call) in calls {
            let error = call(&mut Conn::new(opts.clone()).unwrap()).unwrap_err();
            assert!(matches!(error, Error::ReadOnly { .. }), "{name} {is_exact}: {error:?}");
            PAIR.assert_equal(&db);
        }
    }
}

/// The server cannot write down in statements what reads without locking: nothing of it is done, and sums of before
/// stay right.
#[test]
fn a_binary_log_of_statements_is_named() {
    let (db, mut conn) = summed();
    conn.by_hand(["SET SESSION binlog_format = 'STATEMENT'"]);
    conn.by_hand(CHANGES);
    let calls: [(&str, Call); 4] = [
        ("refresh", |conn| {
            let again = std::time::Duration::from_hours(100_000);
            summary::refresh(conn, &Policy::new().sum_again(again)).map(drop)
        }),
        ("rebuild", |conn| summary::rebuild(conn, year()).map(drop)),
        ("install", |conn| summary::install_triggers(conn)),
        ("remove", |conn| summary::remove_triggers(conn)),
    ];
    let before = sums(&mut conn);
    for (name, call) in calls {
        let error = call(&mut conn).unwrap_err();
        assert!(matches!(error, Error::StatementFormat { .. }), "{name}: {error:?}");
        assert_eq!(sums(&mut conn), before, "{name}");
        assert_eq!(triggers(&mut conn), [""; 0], "{name}");
        PAIR.assert_equal(&db);
    }
    refresh(&mut db.conn());
    summary::rebuild(&mut db.conn(), year()).unwrap();
    assert_same(&mut PAIR.caught_up(&db), year());
}
