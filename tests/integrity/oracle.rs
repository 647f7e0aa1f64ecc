//! Whatever is in the tables, the findings are those of a plain look at the same rows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mysql::{Conn, prelude::Queryable};
use proptest::prelude::*;
use quicksight_migrations::{
    integrity::{self, BrokenReferral, Check},
    rust_decimal::Decimal,
};

use crate::{POINTS, TOKENS, run, support::migrated, validate};

/// A row of points: user, second, activity, points, and what is added to the right balance.
type Move = (i32, u8, i32, i32, i32);

/// A grant or use of tokens: campaign and hundredths.
type Grant = (i32, i32);

type Tables = (Vec<Move>, Vec<Grant>, Vec<(u32, u32)>, Vec<i32>);

fn tables() -> impl Strategy<Value = Tables> {
    let error = prop_oneof![6 => Just(0), 1 => -1..=1];
    let moves = proptest::collection::vec((1..=4, 0..2_u8, 1..=2, -2..=2, error), 0..25);
    let grants = proptest::collection::vec((0..=3, -300..=300), 0..15);
    let referrals = proptest::collection::btree_map(1..=9_u32, 1..=9_u32, 0..6)
        .prop_map(|pairs| pairs.into_iter().collect());
    (moves, grants, referrals, proptest::collection::vec(0..=600, 4))
}

fn decimal(hundredths: i32) -> Decimal {
    Decimal::new(hundredths.into(), 2)
}

/// Users 1 to 5 are there. Balances are in hundredths.
fn fill(conn: &mut Conn, (moves, grants, referrals, campaigns): &Tables) -> Vec<(i32, i32)> {
    for table in ["points_transaction", "token_transaction", "referral_history", "campaign"] {
        run(conn, &format!("DELETE FROM {table}"));
    }
    let mut sums = BTreeMap::new();
    let mut balances = Vec::new();
    for (id, (user, second, activity, points, error)) in (1..).zip(moves) {
        let sum = sums.entry(*user).or_insert(0);
        *sum += points;
        balances.push((*sum, *sum + error));
        run(
            conn,
            &format!(
                "{POINTS}({id}, {user}, {activity}, {}, {}, '2025-03-01 00:00:0{second}', 0)",
                decimal(*points),
                decimal(*sum + error)
            ),
        );
    }
    for (id, (campaign, tokens)) in (1..).zip(grants) {
        run(conn, &format!("{TOKENS}({id}, 1, 1, {}, {campaign}, NULL, NULL)", decimal(*tokens)));
    }
    for (receiver, sender) in referrals {
        run(
            conn,
            &format!(
                "INSERT INTO referral_history (id, sender_user_id, receiver_user_id, \
                 receiver_device_id, ap_campaign_id) VALUES ({receiver}, {sender}, {receiver}, '{receiver}', 1)"
            ),
        );
    }
    for (campaign, tokens) in (0..).zip(campaigns) {
        run(
            conn,
            &format!(
                "INSERT INTO campaign (ap_campaign_id, tokens) VALUES ({campaign}, {})",
                decimal(*tokens)
            ),
        );
    }
    balances
}

/// Whatever is in the tables, the findings are those of a plain look at the same rows.
#[test]
fn agrees_with_a_plain_look_at_the_same_rows() {
    let db = migrated();
    let mut conn = db.conn();
    run(&mut conn, "INSERT INTO auth_user (id) VALUES (1), (2), (3), (4), (5)");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(100));
    let conn = std::cell::RefCell::new(conn);
    runner
        .run(&tables(), |tables| {
            let conn = &mut *conn.borrow_mut();
            let balances = fill(conn, &tables);
            let (moves, grants, referrals, campaigns) = &tables;

            let report = validate(conn);

            let mut first = BTreeMap::new();
            for ((id, row), (expected, found)) in (1_i64..).zip(moves).zip(balances) {
                if expected != found {
                    first.entry(row.0).or_insert((id, decimal(expected), decimal(found)));
                }
            }
            let found: BTreeMap<_, _> = report
                .balance_inconsistencies()
                .listed()
                .iter()
                .map(|one| (one.user_id(), (one.transaction_id(), one.expected(), one.found())))
                .collect();
            prop_assert_eq!(found, first);

            let broken: Vec<_> = referrals
                .iter()
                .filter(|(receiver, sender)| *receiver > 5 || *sender > 5)
                .map(|(receiver, _)| i64::from(*receiver))
                .collect();
            let found: Vec<_> =
                report.broken_referrals().listed().iter().map(BrokenReferral::id).collect();
            prop_assert_eq!(found, broken);

            let over: Vec<_> = (0..)
                .zip(campaigns)
                .map(|(campaign, tokens)| {
                    let of = |grant: &&Grant| grant.0 == campaign && grant.1 > 0;
                    let given: i32 = grants.iter().filter(of).map(|grant| grant.1).sum();
                    (campaign, *tokens, given)
                })
                .filter(|(_, tokens, given)| given > tokens)
                .map(|(campaign, _, given)| (campaign, decimal(given)))
                .collect();
            let found: Vec<_> = report
                .over_distributed_campaigns()
                .listed()
                .iter()
                .map(|one| (one.ap_campaign_id(), one.distributed()))
                .collect();
            prop_assert_eq!(found, over);

            let mut seen = BTreeSet::new();
            let repeated: Vec<_> = (1_i64..)
                .zip(moves)
                .filter(|(_, (user, second, activity, points, _))| {
                    !seen.insert((user, second, activity, points))
                })
                .map(|(id, _)| id)
                .collect();
            let issue = integrity::check(conn, Check::DUPLICATE_POINTS).unwrap();
            let found = issue.map_or(vec![], |issue| issue.ids().to_vec());
            prop_assert_eq!(found, repeated);
            Ok(())
        })
        .unwrap();
}

const ORIGINAL_REFERRALS: &str = "select rh.* from referral_history as rh \
    left join auth_user as sender on rh.sender_user_id = sender.id \
    left join auth_user as receiver on rh.receiver_user_id = receiver.id \
    where sender.id is null or receiver.id is null";

const ORIGINAL_DUPLICATES: &str = "select user_id, created_on, points, activity_type, \
    count(*) as count from points_transaction \
    group by user_id, created_on, points, activity_type having count > 1";

const ORIGINAL_CAMPAIGNS: &str = "select campaign.ap_campaign_id, \
    campaign.tokens as allocated, sum(token_transaction.tokens) as distributed from campaign \
    left join token_transaction on campaign.ap_campaign_id = token_transaction.ap_campaign_id \
    group by campaign.ap_campaign_id, campaign.tokens having distributed > allocated";

/// Where the statements that these checks replace are right, both say the same.
#[test]
fn agrees_with_the_original_statements_where_they_are_right() {
    let db = migrated();
    let mut conn = db.conn();
    run(&mut conn, "INSERT INTO auth_user (id) VALUES (1), (2), (3), (4), (5)");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let conn = std::cell::RefCell::new(conn);
    runner
        .run(&tables(), |mut tables| {
            let conn = &mut *conn.borrow_mut();
            // Its sum takes spent tokens off.
            tables.1.iter_mut().for_each(|grant| grant.1 = grant.1.abs());
            fill(conn, &tables);
            let report = validate(conn);
            let count =
                |conn: &mut Conn, sql: &str| conn.query::<mysql::Row, _>(sql).unwrap().len() as u64;

            let referrals = count(conn, ORIGINAL_REFERRALS);
            prop_assert_eq!(report.broken_referrals().total(), referrals);
            let campaigns = count(conn, ORIGINAL_CAMPAIGNS);
            prop_assert_eq!(report.over_distributed_campaigns().total(), campaigns);
            // It counts groups, and this crate the rows after the first of each.
            let ids = integrity::check(conn, Check::DUPLICATE_POINTS)
                .unwrap()
                .map_or(vec![], |issue| issue.ids().to_vec());
            let groups: HashSet<_> = ids
                .iter()
                .map(|id| {
                    let (user, second, activity, points, _) =
                        tables.0[usize::try_from(*id).unwrap() - 1];
                    (user, second, activity, points)
                })
                .collect();
            prop_assert_eq!(groups.len() as u64, count(conn, ORIGINAL_DUPLICATES));
            Ok(())
        })
        .unwrap();
}
