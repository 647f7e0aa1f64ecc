//! Rows that are right.

use crate::{
    run,
    support::{Database, is_partitioned, migrated},
};

/// Rows of every table that are right, and as close to wrong as they can be.
const GOOD: &[&str] = &[
    "INSERT INTO auth_user (id, registration_latitude, registration_longitude, home_latitude, \
     home_longitude, office_latitude, office_longitude) VALUES \
     (1, 90, 180, -90, -180, 90, -180), (2, NULL, NULL, NULL, NULL, NULL, NULL), \
     (3, 0, 1, 1, 0, 0, -1), (2147483647, NULL, NULL, NULL, NULL, NULL, NULL), \
     (10, NULL, NULL, NULL, NULL, NULL, NULL), (11, NULL, NULL, NULL, NULL, NULL, NULL)",
    "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id) \
     VALUES (1, 1, 2, 'a', 7), (2, 1, 3, 'b', 7), (3, 2, 2147483647, 'c', 7)",
    // A campaign may give out all that it has; tokens that are spent take nothing off.
    "INSERT INTO campaign (id, ap_campaign_id, tokens, name) VALUES (1, 7, 30.00, 'spring'), (2, 8, 0, 'none')",
    // Balances that fall, rise and are negative, and a pair with a system account.
    "INSERT INTO points_transaction \
     (id, user_id, activity_type, points, balance, created_on, ref_transaction_id) VALUES \
     (1, 1, 1, 10.00, 10.00, '2025-03-01 10:00:00', 0), \
     (2, 2, 1, 0.00, 0.00, '2025-03-01 10:00:00', 0), \
     (3, 1, 11, -4.50, 5.50, '2025-03-01 10:00:00', 4), \
     (4, 2101, 11, 4.50, 4.50, '2025-03-01 10:00:00', 3), \
     (5, 1, 11, -9.99, -4.49, '2025-03-02 10:00:00', 0), \
     (6, 2, 15, 0.01, 0.01, NOW(), 0)",
    // Alike but for the user, the moment, the activity or the points, and two payments of a system
    // account at once.
    "INSERT INTO points_transaction (id, user_id, activity_type, points, balance, created_on) VALUES \
     (11, 3, 4, 5.00, 5.00, '2025-03-05 10:00:00'), (12, 3, 4, 5.00, 10.00, '2025-03-05 10:00:01'), \
     (13, 3, 6, 5.00, 15.00, '2025-03-05 10:00:00'), (14, 3, 4, 5.01, 20.01, '2025-03-05 10:00:00'), \
     (15, 2, 4, 5.00, 5.01, '2025-03-05 10:00:00'), (16, 2002, 4, -5.00, -5.00, '2025-03-05 10:00:00'), \
     (17, 2002, 4, -5.00, -10.00, '2025-03-05 10:00:00'), (18, 2000, 1, 1, 1, '2025-03-05 10:00:00'), \
     (19, 2001, 9, 1, 1, '2025-03-05 10:00:00'), (20, 2100, 2, 1, 1, '2025-03-05 10:00:00'), \
     (21, 2102, 3, 1, 1, '2025-03-05 10:00:00')",
    "INSERT INTO token_transaction (id, user_id, activity_type, tokens, balance, ap_campaign_id, \
     created_on, issued_on, expired_on) VALUES \
     (1, 1, 1, 30.00, 30.00, 7, '2025-03-01', '2025-03-01', '2025-03-01'), \
     (2, 1, 2, -30.00, 0.00, 7, '2025-03-02', '2025-03-02', '2025-03-01'), \
     (3, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 2, 1, 0, 0, 0, NOW() + INTERVAL 23 HOUR, NOW(), NULL), \
     (5, 2, 2, 0, 0, -1, NOW(), NULL, NOW()), (6, 2101, 1, 5, 5, NULL, NOW(), NULL, NULL)",
    // What the ledger of points paid for, and what came of it.
    "INSERT INTO points_transaction (id, user_id, activity_type, points, balance, note, created_on) VALUES \
     (31, 1, 3, -5.00, -9.49, 'x', '2025-03-06 10:00:00'), (32, 1, 11, -2.00, -11.49, 'o', '2025-03-06 10:00:00')",
    "INSERT INTO bytemark_order_payments (user_id, order_id, order_uuid, payment_type, total_price) VALUES \
     (1, 1, 'o', 'coins', 2), (1, 1, 'o', 'tokens', 5)",
    "INSERT INTO bytemark_order_items (order_id, order_uuid, pass_uuid) VALUES (1, 'o', 'p'), (1, 'o', 'q')",
    "INSERT INTO bytemark_pass (pass_uuid) VALUES ('p')",
    "INSERT INTO user_label (id, name) VALUES (1, 'pioneer')",
    "INSERT INTO campaign_promo_code (id, campaign_id, promo_code) VALUES (1, 1, 'a'), (2, 1, 'A')",
    "INSERT INTO telework (id, user_id, enterprise_id, trip_date) VALUES (1, 1, 1, 'monday')",
    "INSERT INTO redeem_transaction (user_id, points, transaction_id, created_on) VALUES \
     (1, -5, 'x', NOW() + INTERVAL 23 HOUR)",
    "INSERT INTO bytemark_order_payments (user_id, order_id, created_on) VALUES \
     (1, 1, NOW() + INTERVAL 23 HOUR)",
    "INSERT INTO bytemark_pass (time_used) VALUES (NOW() + INTERVAL 23 HOUR), (NULL)",
    "INSERT INTO trip (user_id, travel_mode, started_on, ended_on, distance, trajectory_distance, \
     origin_latitude, origin_longitude, destination_latitude, destination_longitude, \
     final_destination_latitude, final_destination_longitude) VALUES \
     (1, 1, '2025-03-01 10:00:00', '2025-03-01 10:00:00', 0, 0, 90, 180, -90, -180, 90, -180), \
     (1, 1, '2025-03-01 10:00:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), \
     (1, 1, '2025-11-02 01:50:00', '2025-11-02 01:10:00', 1, 1, 0, 1, 1, 0, 0, -1), \
     (1, 1, NOW() + INTERVAL 23 HOUR, NULL, 1, 1, 0, 1, 1, 0, 0, -1)",
    "INSERT INTO cm_activity_location (user_id, probability_driving, probability_transit, \
     probability_walking, probability_bicycling) VALUES (1, 0, 100, 0, 100), (1, NULL, NULL, NULL, NULL)",
    "INSERT INTO user_rating (user_id, trip_id, rating, created_on) VALUES \
     (1, 1, 1, NOW()), (1, 2, 5, NOW() + INTERVAL 23 HOUR)",
    "INSERT INTO app_data (user_id, gmt_time, local_time, lat, lon, created_on, modified_on) VALUES \
     (1, NOW() + INTERVAL 23 HOUR, NOW(), 90, -180, NOW(), NOW()), \
     (1, NOW(), NOW(), -90, 180, NOW(), NOW()), (1, NOW(), NOW(), NULL, NULL, NOW(), NOW())",
    // Under the last key nothing was recorded.
    "INSERT INTO ledger_key (idempotency_key, content, movement_id, balance, counterpart_id, counterpart_balance, \
     moved_on, recorded_on) VALUES ('a', 'a', 3, 5.50, 4, 4.50, '2025-03-01 10:00:00', UTC_TIMESTAMP()), \
     ('A', 'a', 1, 10.00, 0, 0.00, '2025-03-01 10:00:00', UTC_TIMESTAMP()), ('b', 'b', 0, 0.00, 0, 0.00, NULL, UTC_TIMESTAMP())",
];

/// A database full of good rows.
pub(crate) fn good() -> Database {
    let db = migrated();
    let mut conn = db.conn();
    for sql in GOOD {
        if is_partitioned() {
            // There is no grant without a date then.
            let dated = "(3, 2, NULL, NULL, NULL, NULL, '2025-03-01',";
            run(&mut conn, &sql.replace("(3, 2, NULL, NULL, NULL, NULL, NULL,", dated));
        } else {
            run(&mut conn, sql);
        }
    }
    db
}
