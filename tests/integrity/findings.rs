//! A finding says in one line which row is wrong and why; a hundred are listed and all are counted.

use mysql::Conn;
use quicksight_migrations::integrity::{
    self, BalanceInconsistency, BrokenReferral, Check, MissingUser, OverDistributedCampaign,
    QualityIssue,
};

use crate::{POINTS, TOKENS, good, run, support::migrated, validate};

#[test]
fn an_issue_is_one_readable_line() {
    let db = good();
    let mut conn = db.conn();
    let line = |conn: &mut Conn| {
        integrity::monitor(conn).unwrap().iter().map(QualityIssue::to_string).collect::<Vec<_>>()
    };
    let trip = |ids: std::ops::RangeInclusive<u32>| {
        let rows: Vec<_> = ids
            .map(|id| format!("({id}, 1, 1, NOW() - INTERVAL {id} MINUTE, '2025-01-01')"))
            .collect();
        format!(
            "INSERT INTO trip (id, user_id, travel_mode, started_on, ended_on) VALUES {}",
            rows.join(", ")
        )
    };
    run(&mut conn, &trip(900..=900));
    assert_eq!(line(&mut conn), ["1 row of trip with an end before the start: 900"]);
    run(&mut conn, &trip(901..=909));
    assert_eq!(
        line(&mut conn),
        ["10 rows of trip with an end before the start: \
          900, 901, 902, 903, 904, 905, 906, 907, 908, 909"]
    );
    run(&mut conn, &trip(910..=910));
    assert_eq!(
        line(&mut conn),
        ["11 rows of trip with an end before the start: \
          900, 901, 902, 903, 904, 905, 906, 907, 908, 909, ..."]
    );
}

#[test]
fn lists_a_hundred_and_counts_all() {
    let db = migrated();
    let mut conn = db.conn();
    let rows = |row: fn(u32) -> String| (1..=250).map(row).collect::<Vec<_>>().join(", ");
    // Ids run against the users, so that the order of users is not the order of ids.
    let points = rows(|n| format!("({}, {n}, 1, 1, 2, '2025-03-01', 0)", 1000 - n));
    run(&mut conn, &format!("{POINTS}{points}"));
    let referrals = rows(|n| format!("({n}, {n}, {}, 'd{n}', 1)", n + 1000));
    run(
        &mut conn,
        &format!(
            "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, \
             receiver_device_id, ap_campaign_id) VALUES {referrals}"
        ),
    );
    let campaigns = rows(|n| format!("({n}, 1)"));
    run(&mut conn, &format!("INSERT INTO campaign (ap_campaign_id, tokens) VALUES {campaigns}"));
    let grants = rows(|n| format!("({n}, 1, 1, 1.01, {n}, NULL, NULL)"));
    run(&mut conn, &format!("{TOKENS}{grants}"));

    let report = validate(&mut conn);

    let (balances, referrals, campaigns) = (
        report.balance_inconsistencies(),
        report.broken_referrals(),
        report.over_distributed_campaigns(),
    );
    assert!(balances.listed().iter().map(BalanceInconsistency::user_id).eq(1..=100));
    assert!(referrals.listed().iter().map(BrokenReferral::id).eq(1..=100));
    assert!(campaigns.listed().iter().map(OverDistributedCampaign::ap_campaign_id).eq(1..=100));
    assert_eq!([balances.total(), referrals.total(), campaigns.total()], [250; 3]);
    assert!(!report.is_clean());
    assert_eq!(
        report.to_string(),
        "users with a wrong balance: 250, broken referrals: 250, over-distributed campaigns: 250"
    );

    let issue = integrity::check(&mut conn, Check::POINTS_OF_UNKNOWN_USER).unwrap().unwrap();
    assert!(issue.ids().iter().copied().eq(750..850));
    assert_eq!(issue.total(), 250);
}

/// The first wrong row of each user: id, what it should be, and what it is.
fn wrong(conn: &mut Conn) -> Vec<(i32, i64, String, String)> {
    let report = validate(conn);
    let listed = report.balance_inconsistencies().listed();
    assert_eq!(report.balance_inconsistencies().total(), listed.len() as u64);
    listed
        .iter()
        .map(|one| {
            let (expected, found) = (one.expected().to_string(), one.found().to_string());
            (one.user_id(), one.transaction_id(), expected, found)
        })
        .collect()
}

#[test]
fn tells_the_first_wrong_balance_of_each_user() {
    let db = migrated();
    let mut conn = db.conn();
    run(
        &mut conn,
        &format!(
            "{POINTS} \
             (1, 1, 1, 1, 1, NOW(), 0), (2, 1, 1, 1, 9, NOW(), 0), (3, 1, 1, 1, 3, NOW(), 0), \
             (4, 2, 1, 5, 0, NOW(), 0), (5, 2, 1, 5, 5, NOW(), 0), \
             (6, 3, 1, 5, 5, NOW(), 0), (7, 3, 1, -7, -2, NOW(), 0), \
             (10, 4, 1, 1, 1, NOW(), 0), (9, 4, 1, 1, 2, NOW(), 0), \
             (11, 5, 1, -0.10, -0.10, NOW(), 0), (12, 5, 1, -0.20, -0.31, NOW(), 0)"
        ),
    );

    let text = |(user, id, expected, found): (i32, i64, &str, &str)| {
        (user, id, expected.to_owned(), found.to_owned())
    };
    assert_eq!(
        wrong(&mut conn),
        [
            (1, 2, "2.00", "9.00"), // and heals with the next row
            (2, 4, "5.00", "0.00"), // the first of all
            (4, 9, "1.00", "2.00"), // in the order of ids, whatever the order of arrival
            (5, 12, "-0.30", "-0.31"),
        ]
        .map(text)
    );
    let first = &validate(&mut conn).balance_inconsistencies().listed()[0].to_string();
    assert_eq!(first, "user 1 has a balance of 9.00 after transaction 2, not 2.00");
}

#[test]
fn tells_who_of_a_referral_is_missing() {
    let db = good();
    let mut conn = db.conn();
    // As a signed number the last would be cut down to a user who is there.
    run(
        &mut conn,
        "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, receiver_device_id, \
         ap_campaign_id) VALUES (900, 4, 1, 'x', 1), (901, 1, 5, 'y', 1), (902, 4, 6, 'z', 1), \
         (903, 4294967295, 4294967294, 'u', 1)",
    );

    let report = validate(&mut conn);
    assert!(!report.is_clean());

    let listed = report.broken_referrals().listed();
    let found: Vec<_> = listed
        .iter()
        .map(|one| (one.id(), one.sender_user_id(), one.receiver_user_id(), one.missing()))
        .collect();
    assert_eq!(
        found,
        [
            (900, 4, 1, MissingUser::Sender),
            (901, 1, 5, MissingUser::Receiver),
            (902, 4, 6, MissingUser::Both),
            (903, u32::MAX, u32::MAX - 1, MissingUser::Both),
        ]
    );
    let said: Vec<_> = listed.iter().take(3).map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "referral 900 is by user 4, who is missing",
            "referral 901 is of user 5, who is missing",
            "referral 902 is by user 4 of user 6, who are missing",
        ]
    );
}

#[test]
fn tells_campaigns_that_gave_out_too_much() {
    let db = good();
    let mut conn = db.conn();
    // Spending gives nothing back to the campaign.
    run(
        &mut conn,
        &format!(
            "{TOKENS}(900, 2, 1, 0.01, 7, NULL, NULL), (901, 2, 2, -20, 7, NULL, NULL), \
             (902, 2, 1, 50, NULL, NULL, NULL), (903, 2, 1, 50, 99, NULL, NULL), (904, 2, 1, 3, 8, NULL, NULL)"
        ),
    );

    let report = validate(&mut conn);
    assert!(!report.is_clean());

    let listed = report.over_distributed_campaigns().listed();
    let found: Vec<_> = listed
        .iter()
        .map(|one| {
            let amounts = (one.allocated().to_string(), one.distributed().to_string());
            (one.ap_campaign_id(), one.name(), amounts)
        })
        .collect();
    let amounts = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        found,
        [(7, "spring", amounts("30.00", "30.01")), (8, "none", amounts("0.00", "3.00"))]
    );
    assert_eq!(listed[0].to_string(), "campaign 7 (spring) gave out 30.01 of 30.00 tokens");
}
