//! What a check costs grows with the rows, and not with their square.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::integrity::{self, Check};

use crate::{
    run,
    support::{migrated, places_of_an_id},
};

/// Rows of each table with the numbers (n) that are in `numbers` and not in it yet. They name each
/// other, and one in ten names nobody.
const ROWS: &[&str] = &[
    "auth_user (id, email, country_code, phone_number, register_device_id) \
     SELECT n, CONCAT('user', n), '1', n, n FROM numbers WHERE n % 10 <> 0 AND n > ?",
    "referral_history (sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id) \
     SELECT n - 1, n, n, 1 FROM numbers WHERE n > ?",
    "points_transaction (id, user_id, activity_type, points, balance, note, created_on, payer, payee, ref_transaction_id) \
     SELECT n, n % 7, 3 + 8 * (n % 2), -1, 0, n, '2025-01-01' + INTERVAL n SECOND, n % 7, 2000, n + 1 FROM numbers WHERE n > ?",
    "token_transaction (id, user_id, f_token_id, activity_type, tokens, balance, note, ap_campaign_id, cp_id) \
     SELECT n, n % 7, n % 3, 1, 1, 0, n, n % 5, n FROM numbers WHERE n > ?",
    "ledger_key (idempotency_key, content, movement_id, counterpart_id, recorded_on) \
     SELECT n, n, n, n + 1, '2025-01-01' FROM numbers WHERE n > ?",
    "redeem_transaction (user_id, points, transaction_id, created_on) \
     SELECT n, -1, n, '2025-01-01' FROM numbers WHERE n > ?",
    "bytemark_order_payments (user_id, order_id, order_uuid, payment_type, total_price) \
     SELECT n, n, n, 'coins', 1 FROM numbers WHERE n > ?",
    "bytemark_order_items (order_id, order_uuid, pass_uuid) SELECT n, n + 3, n FROM numbers WHERE n > ?",
    "bytemark_pass (pass_uuid) SELECT n + 3 FROM numbers WHERE n > ?",
    "auth_user_label (user_id, label_id) SELECT n, n FROM numbers WHERE n > ?",
    "group_member (user_id, group_id) SELECT n, n % 7 FROM numbers WHERE n > ?",
    "trip (id, user_id, travel_mode, started_on, ended_on) SELECT n, n % 7, 1, \
     '2025-01-01' + INTERVAL n HOUR, '2025-01-01' + INTERVAL n HOUR FROM numbers WHERE n > ?",
    "cm_activity_location (user_id, o_id, d_id) SELECT n, n, 1 FROM numbers WHERE n > ?",
    "user_rating (user_id, trip_id, rating, created_on) SELECT n, n, 5, '2025-01-01' FROM numbers WHERE n > ?",
    "telework (id, user_id, enterprise_id, trip_date, trip_id, origin_telework_id) \
     SELECT n, n, 1, 'd', n, n - 1 FROM numbers WHERE n > ?",
    "app_data (user_id, gmt_time, local_time, created_on, modified_on, user_action, ref_id) \
     SELECT n, '2025-01-01', '2025-01-01', '2025-01-01', '2025-01-01', 'Redeem', n FROM numbers WHERE n > ?",
];

fn grow(conn: &mut Conn, from: u32, to: u32) {
    let numbers: Vec<_> = (from + 1..=to).map(|n| format!("({n})")).collect();
    run(conn, &format!("INSERT INTO numbers VALUES {}", numbers.join(", ")));
    for rows in ROWS {
        run(conn, &format!("INSERT INTO {}", rows.replace('?', &from.to_string())));
        let (table, _) = rows.split_once(' ').unwrap();
        run(conn, &format!("ANALYZE TABLE {table}"));
    }
}

fn reads(conn: &mut Conn) -> u64 {
    let counts: Vec<(String, u64)> =
        conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
    counts.into_iter().map(|(_, count)| count).sum()
}

/// How often each check reads a row.
fn costs(conn: &mut Conn) -> Vec<(Check, u64)> {
    let cost = |check: &Check| {
        let before = reads(conn);
        integrity::check(conn, *check).unwrap();
        (*check, reads(conn) - before)
    };
    Check::ALL.iter().map(cost).collect()
}

#[test]
fn a_check_of_twice_the_rows_costs_about_twice_as_much() {
    let db = migrated();
    let mut conn = db.conn();
    run(&mut conn, "CREATE TABLE numbers (n INT PRIMARY KEY)");
    grow(&mut conn, 0, 2000);
    let once = costs(&mut conn);
    grow(&mut conn, 2000, 4000);
    let twice = costs(&mut conn);

    for ((check, once), (_, twice)) in once.into_iter().zip(twice) {
        assert!(twice < 12 * 4000 * places_of_an_id(), "{check} reads {twice} rows");
        // With more rows the server may come to look ids up, in each partition.
        let once = once * places_of_an_id().min(2);
        assert!(twice <= once * 5 / 2 + 500, "{check} reads {once} rows, and then {twice}");
    }
}
