//! Rows that a careless sum stumbles over: in and around a March.

use mysql::Conn;

use crate::support::ByHand;

/// The habits of one pair of places and mode: one more than a pair needs to be seen, and one less.
const HABITS: [(&str, u32); 5] =
    [("1, 2, 1", 11), ("1, 2, 2", 12), ("2, 1, 1", 10), ("3, 4, 77", 11), ("NULL, 4, NULL", 11)];

pub(super) fn fill(conn: &mut Conn) {
    conn.by_hand(["SET SESSION sql_mode = 'ALLOW_INVALID_DATES'"]);
    conn.by_hand(ROWS);
    for (pair, count) in HABITS {
        let rows: Vec<_> =
            (0..count).map(|user| format!("({user}, {pair}, {user}.25, NULL)")).collect();
        conn.by_hand([format!(
            "INSERT INTO cm_activity_location \
             (user_id, o_id, d_id, travel_mode, probability_driving, probability_transit) VALUES {}",
            rows.join(", ")
        )]);
    }
    conn.by_hand(["UPDATE cm_activity_location SET probability_transit = 40 WHERE user_id = 3"]);
}

/// User 4 is a test account, 5 signed up nobody knows when, 99 is not there.
const ROWS: [&str; 14] = [
    "INSERT INTO auth_user (id, enterprise_id, is_debug, created_on) VALUES
     (1, 10, 0, '2025-01-10 08:00'), (2, 10, NULL, '2025-02-27 23:59:59'), (3, NULL, 0, '2025-03-05 12:00'),
     (4, 20, 1, '2025-03-31 23:59:59'), (5, 20, 0, NULL), (6, 20, 0, '2025-04-01'), (7, 10, 0, '0000-00-00')",
    // Bought, into escrow and out of it, from one user to another, given, taken back, without ends, unknown.
    "INSERT INTO points_transaction (user_id, activity_type, points, balance, payer, payee, created_on) VALUES
     (1, 2, 100, 0, 2100, 1, '2025-03-01'), (2100, 2, -100, 0, 2100, 1, '2025-03-01'),
     (1, 9, -30, 0, 1, 2001, '2025-03-02 10:00'), (2001, 9, 30, 0, 1, 2001, '2025-03-02 10:00'),
     (1, 10, 30, 0, 2001, 1, '2025-03-03 10:00'), (2001, 10, -30, 0, 2001, 1, '2025-03-03 10:00'),
     (1, 8, -5, 0, 1, 2, '2025-03-03 11:00'), (2, 7, 5, 0, 1, 2, '2025-03-03 11:00'),
     (3, 4, 12.5, 0, 2000, 3, '2025-03-05 13:00'), (2000, 4, -12.5, 0, 2000, 3, '2025-03-05 13:00'),
     (1, 1, -100, 0, 1, 2100, '2025-03-06 09:00'), (2100, 1, 100, 0, 1, 2100, '2025-03-06 09:00'),
     (2, 6, 7.25, 0, 0, 0, '2025-03-31 23:59:59'), (2, 10, 3, 0, 0, 0, '2025-03-31 12:00'),
     (2, 1, -2, 0, 0, 0, '2025-03-31 12:00'), (2, 77, 1.01, 0, 0, 0, '2025-03-07'),
     (3, 14, 2.02, 0, 0, 0, '2025-03-08'), (3, 11, -2, 0, 3, 2101, '2025-03-09'),
     (4, 2, 1000, 0, 2100, 4, '2025-03-10'), (99, 5, 4, 0, 2100, 99, '2025-03-11'),
     (1, 2, 33, 0, 2100, 1, '2025-02-28 23:59:59'), (1, 2, 44, 0, 2100, 1, '2025-04-01'),
     (1, 2, 55, 0, 2100, 1, '0000-00-00')",
    "INSERT INTO token_transaction
     (user_id, ap_campaign_id, tokens, created_on, issued_on, expired_on) VALUES
     (1, 7, 10, '2025-03-01', '2025-03-01', '2025-03-31 23:59:59'),
     (1, 7, 5.5, '2025-03-02 10:00', '2025-03-02 10:00', '2025-04-01'),
     (1, 7, -3, '2025-03-03', '2025-03-03', '2025-03-20'),
     (2, 8, 4, '2025-03-03', '2025-03-03', '2025-03-09'), (2, 8, 0, '2025-03-03', '2025-03-03', '2025-03-09'),
     (3, NULL, 2, '2025-03-31 23:59:59', NULL, '2025-03-10'), (3, 99, 1, '2025-03-12', NULL, '2025-03-11'),
     (4, 7, 50, '2025-03-13', '2025-03-13', NULL), (5, 9, 8, '2025-04-01', '2025-04-01', '2025-03-12'),
     (1, 8, NULL, '2025-03-14', NULL, NULL), (1, 8, 6, NULL, NULL, '2025-03-13')",
    // The names of 7 and 9 are equal to the collation of the column.
    "INSERT INTO campaign (ap_campaign_id, token_id, name, tokens) VALUES
     (7, 1, 'Ride free', 1000), (8, 2, 'Try \"it\" & see', 50.5), (9, 3, 'ride free', 0), (10, 3, '', 20)",
    "INSERT INTO bytemark_order_payments (user_id, order_id, payment_type, total_price, created_on) VALUES
     (1, 1, 'coins', 1.25, '2025-03-01'), (1, 1, 'tokens', 2.5, '2025-03-01'),
     (2, 2, 'Coins', 3, '2025-03-01 23:59:59'), (2, 3, NULL, 4, '2025-03-02'),
     (3, 4, 'coins', NULL, '2025-03-02'), (4, 5, 'coins', 100, '2025-03-31 23:59:59'),
     (1, 6, 'coins', 7, '2025-04-01')",
    "INSERT INTO redeem_transaction (user_id, giftcard_id, points, amount, currency, transaction_id, created_on)
     VALUES (1, 1, -10, 10, 'USD', 'a', '2025-03-31 23:59:59'), (2, NULL, -5, NULL, NULL, 'b', '2025-03-02'),
     (2, 1, -5, 5, 'CAD', 'c', '2025-04-01')",
    "INSERT INTO bytemark_order_items (order_id, order_uuid, pass_uuid) VALUES
     (1, 'o1', 'p1'), (1, 'o1', 'p2'), (2, 'o2', 'p1'), (3, 'o3', NULL)",
    // Used twice, never used, of no order.
    "INSERT INTO bytemark_pass (pass_uuid, time_used) VALUES
     ('p1', '2025-03-04 10:00'), ('p1', '2025-03-31 23:59:59'), ('p2', NULL), ('p3', '2025-03-04')",
    "INSERT INTO trip (user_id, travel_mode, started_on, distance, origin_latitude, origin_longitude) VALUES
     (1, 1, '2025-03-01', 1200.5, 29.7601, -95.3698), (1, 1, '2025-03-01 08:30', NULL, 29.7604, -95.3702),
     (1, 2, '2025-03-02 23:59:59', 0, NULL, NULL), (2, 2, '2025-03-02 07:00', -1, 95, -95),
     (2, 3, '2025-03-03 07:59', 40075000, 29.7, -195), (2, 77, '2025-03-31 23:59:59', 40075001, 0, 0),
     (3, 14, '2025-03-01 09:00', 300, 29.8, -95.4), (3, 101, '2025-03-05 12:00', 5000, 29.8, -95.4),
     (3, 2, '2025-04-02 06:00', 700, 29.9, -95.4), (4, 4, '2025-03-31 23:59:59', 800, 29.9, -95.4),
     (4, 4, '2025-04-01 06:00', 800, 29.9, -95.4), (5, 2, '2025-03-15 06:00', 900, NULL, -95.4),
     (99, 2, '2025-03-15 06:10', 1000, 29.9, NULL), (1, 2, '2025-02-28 23:59:59', 1100, 29.9, -95.4),
     (1, 2, '2025-01-05 06:00', 1100, 29.9, -95.4), (1, 2, '2025-01-31 06:00', 1100, 29.9, -95.4),
     (7, 2, '2025-03-16 06:00', 900, 29.9, -95.4)",
    "INSERT INTO user_rating (user_id, trip_id, trip_type, rating, created_on) VALUES
     (1, 1, NULL, 5, '2025-03-01'), (1, 2, 'x', 4, '2025-03-31 23:59:59'), (2, 77, NULL, 5, '2025-03-02'),
     (2, 1, NULL, 1, '2025-04-01')",
    "INSERT INTO app_data (user_id, user_action, gmt_time, local_time, created_on, modified_on) VALUES
     (1, 'OpenApp', '2025-03-01', '2025-03-01', '2025-03-01', '2025-03-01'),
     (1, 'openapp', '2025-03-01', '2025-03-01', '2025-03-01 10:00', '2025-03-01'),
     (2, 'OpenApp', '2025-03-01', '2025-03-01', '2025-03-31 23:59:59', '2025-03-01'),
     (99, NULL, '2025-03-01', '2025-03-01', '2025-03-02', '2025-03-01'),
     (3, 'Redeem', '2025-03-01', '2025-03-01', '2025-04-01', '2025-03-01')",
    "INSERT INTO referral_history
     (sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id, created_at) VALUES
     (1, 2, 'a', 7, '2025-03-01'), (1, 3, 'b', 7, '2025-03-31 23:59:59'), (2, 98, 'c', 99, '2025-03-02'),
     (2, 6, 'd', 9, '2025-03-02'), (2, 4, 'e', 7, '2025-04-01')",
    "INSERT INTO cm_activity_location (user_id, o_id, d_id, travel_mode, probability_driving) VALUES
     (1, 5, 6, 2, 50)",
    "INSERT INTO telework (user_id, enterprise_id, trip_date) VALUES (1, 10, '2025-03-01')",
];
