//! Whoever looks at a table on the server is told what it holds and what its values mean.

use std::collections::BTreeMap;

use mysql::{Conn, prelude::Queryable};

use crate::{
    columns::columns_on_server,
    is_ours, sorted,
    support::{migrated, migrations},
};

// `table.column: word that its comment must have`.
const MEANINGS: &[&str] = &[
    "auth_user.device_token: credential",
    "auth_user.is_debug: test account",
    "auth_user.now_choose_email: common, google, facebook or apple",
    "auth_user.registration_latitude: degrees",
    "auth_user.registration_zone: IANA",
    "auth_user_label.label_id: user_label.id",
    "auth_user_label.user_id: auth_user.id",
    "app_data.gmt_time: UTC",
    "bytemark_order_items.oauth_token: credential",
    "bytemark_order_items.order_uuid: bytemark_order_payments.order_uuid",
    "bytemark_order_items.pass_uuid: bytemark_pass.pass_uuid",
    "bytemark_order_payments.payment_type: coins or tokens",
    "bytemark_pass.oauth_token: credential",
    "campaign_promo_code.campaign_id: campaign.id",
    "cm_activity_location.arrival_timeslot: 15-minute",
    "cm_activity_location.departure_time: UTC",
    "cm_activity_location.departure_time_orig: UTC",
    "cm_activity_location.departure_weekday: 1 weekday, 0 weekend",
    "cm_activity_location.probability_bicycling: per cent, 0-100",
    "cm_activity_location.probability_driving: per cent, 0-100",
    "cm_activity_location.probability_transit: per cent, 0-100",
    "cm_activity_location.probability_walking: per cent, 0-100",
    "cm_activity_location.top_lt1_ceff_prob: probability 0-1",
    "group_member.member_status: 3 manager",
    "ledger_key.counterpart_id: points_transaction.id",
    "ledger_key.movement_id: points_transaction.id",
    "points_opening.balance: points",
    "points_opening.through_id: points_transaction.id",
    "points_transaction.activity_type: 18 tier benefit",
    "points_transaction.balance: points",
    "points_transaction.note: redeem_transaction.transaction_id",
    "points_transaction.payee: who receives the coins",
    "points_transaction.payer: who pays the coins",
    "points_transaction.points: points",
    "points_transaction.ref_transaction_id: points_transaction.id",
    "redeem_transaction.points: negative",
    "referral_history.ap_campaign_id: campaign.ap_campaign_id",
    "telework.is_active: 1:",
    "token_opening.through_id: token_transaction.id",
    "token_transaction.activity_type: 2 spent",
    "token_transaction.ap_campaign_id: campaign.ap_campaign_id",
    "token_transaction.cp_id: campaign_promo_code.id",
    "token_transaction.dist_notify_status: 1 sent",
    "token_transaction.tokens: tokens",
    "trip.distance: metres",
    "trip.end_status: 0 not ended",
    "trip.is_HGAC: region",
    "trip.navigation_app: 4 Waze",
    "trip.role: 1 driver",
    "trip.trajectory_distance: metres",
    "trip.travel_mode: 101 instant carpool",
    "user_rating.rating: 1-5",
];

#[test]
fn every_table_says_what_it_holds() {
    let db = migrated();
    let mut conn = db.conn();
    let query = "SELECT table_name FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_comment LIKE '%: one row per %'";
    let explained: Vec<String> = conn.query(query).unwrap();
    assert_eq!(
        sorted(explained.iter().map(String::as_str)),
        sorted(migrations::tables().iter().copied())
    );

    let comments: BTreeMap<_, _> = comments(&mut conn, "LIKE '%'")
        .into_iter()
        .map(|(table, column, comment)| (format!("{table}.{column}"), comment))
        .collect();
    for meaning in MEANINGS {
        let (column, word) = meaning.split_once(": ").unwrap();
        let comment = &comments[column];
        assert!(comment.contains(word), "{column} says {comment:?}");
    }
}

#[test]
fn every_time_says_its_clock() {
    let db = migrated();
    let query = "SELECT CONCAT(table_name, '.', column_name), column_comment
        FROM information_schema.columns WHERE table_schema = DATABASE() AND data_type = 'datetime'";
    let columns: Vec<(String, String)> = db.conn().query(query).unwrap();
    let times: Vec<_> = columns.iter().filter(|(time, _)| is_ours(time)).collect();
    assert!(!times.is_empty());
    for (time, comment) in times {
        let clock = comment.starts_with("US/Central wall clock")
            || comment.starts_with("UTC")
            || comment.starts_with("wall clock ");
        assert!(clock, "{time} says {comment:?}");
    }
}

#[test]
fn every_user_id_says_whose_it_is() {
    let db = migrated();
    let users = comments(&mut db.conn(), "LIKE 'auth_user.id%'");
    let users = users.iter().map(|(table, column, _)| (table.as_str(), column.as_str()));
    let users: Vec<_> = sorted(users.filter(|(_, column)| column.ends_with("user_id")));
    let columns = columns_on_server(&mut db.conn());
    let names = columns.iter().flat_map(|(table, columns)| {
        columns.iter().map(move |column| (table.as_str(), column.split(' ').next().unwrap()))
    });
    assert_eq!(users, sorted(names.filter(|(_, column)| column.ends_with("user_id"))));
}

// (table, column, comment) of the columns whose comment fits `condition`.
pub(crate) fn comments(conn: &mut Conn, condition: &str) -> Vec<(String, String, String)> {
    let query = format!(
        "SELECT table_name, column_name, column_comment FROM information_schema.columns
        WHERE table_schema = DATABASE() AND column_comment {condition}"
    );
    let mut comments: Vec<(String, String, String)> = conn.query(query).unwrap();
    comments.retain(|(table, ..)| is_ours(table));
    comments
}
