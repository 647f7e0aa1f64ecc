//! The checks read indexes, and of the rows no more than they must.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::integrity::{self, Check};

use crate::{
    POINTS, TOKENS, run,
    support::{
        Database, is_partitioned, migrated, places_of_an_id,
        statements::{executed, explain, written_down},
    },
    validate,
};

/// Enough rows for the server to have a choice: 40 users take turns, and everybody gets something at
/// one moment.
fn filled(db: &Database) {
    let mut conn = db.conn();
    for block in 0..20 {
        let rows: Vec<_> = (0..1000)
            .map(|n| {
                let id = block * 1000 + n + 1;
                let second = if n % 2 == 0 { id } else { 0 };
                format!(
                    "({id}, {}, 1, 1, {}, '2025-03-01' + INTERVAL {second} SECOND, 0)",
                    (id - 1) % 40 + 1,
                    (id - 1) / 40 + 1
                )
            })
            .collect();
        run(&mut conn, &format!("{POINTS}{}", rows.join(", ")));
    }
    run(&mut conn, "ANALYZE TABLE points_transaction");
}

#[test]
fn reads_balances_from_the_index_alone_and_in_its_order() {
    let db = written_down().migrated();
    for prepare in [|_: &_| (), filled] {
        prepare(&db);
        let sent = executed(&db, |conn| assert!(validate(conn).is_clean()));

        let plan = explain(&db, &sent[0]);

        let [step, opening] = &plan[..] else { panic!("{plan:?}") };
        let by_user = (opening.access.as_str(), opening.key.as_deref(), opening.puts_aside());
        assert_eq!(by_user, ("eq_ref", Some("PRIMARY"), false), "{plan:?}");
        assert_eq!((step.access.as_str(), step.key.as_deref()), ("index", Some("user_ledger_idx")));
        assert!(step.is_index_only() && !step.puts_aside(), "{step:?}");
    }
}

#[test]
fn sums_up_grants_from_the_index_alone() {
    let db = written_down().migrated();
    let mut conn = db.conn();
    let rows: Vec<_> = (0..50).map(|id| format!("({id}, 100)")).collect();
    run(
        &mut conn,
        &format!("INSERT INTO campaign (ap_campaign_id, tokens) VALUES {}", rows.join(", ")),
    );
    let rows: Vec<_> = (1..=2000)
        .map(|id| format!("({id}, {}, 1, 1, {}, NOW(), NOW())", id % 50, id % 9))
        .collect();
    run(&mut conn, &format!("{TOKENS}{}", rows.join(", ")));
    run(&mut conn, "ANALYZE TABLE token_transaction");

    let sent = executed(&db, |conn| {
        let _ = validate(conn);
    });

    let plan = explain(&db, &sent[2]);
    let grants = plan.iter().find(|step| step.table == "t").unwrap();
    assert_eq!(grants.key.as_deref(), Some("campaign_idx"), "{plan:?}");
    assert!(grants.is_index_only() && !grants.puts_aside(), "{plan:?}");
}

#[test]
fn looks_for_duplicates_in_the_index_and_reads_only_what_is_suspect() {
    let db = written_down().migrated();
    filled(&db);

    let sent = executed(&db, |conn| {
        integrity::check(conn, Check::DUPLICATE_POINTS).unwrap();
    });

    let plan = explain(&db, &sent[0]);
    let step = |table: &str| plan.iter().find(|step| step.table == table).unwrap();
    for index_only in ["points_transaction", "b"] {
        let step = step(index_only);
        assert_eq!(step.key.as_deref(), Some("coins_history_idx_1"), "{plan:?}");
        assert!(step.is_index_only() && !step.puts_aside(), "{plan:?}");
    }
    let one_row = if is_partitioned() { "ref" } else { "eq_ref" };
    for by_id in ["a", "t"] {
        let step = step(by_id);
        assert_eq!(
            (step.access.as_str(), step.key.as_deref()),
            (one_row, Some("PRIMARY")),
            "{plan:?}"
        );
    }
}

/// A job that goes wrong may pay one user thousands of times at one moment.
#[test]
fn reads_each_row_of_a_moment_a_few_times_however_many_there_are() {
    let db = migrated();
    let mut conn = db.conn();
    // Each amount twice, the later half in the reverse order.
    let rows: Vec<_> = (0..2_000)
        .map(|n| format!("({}, 1, 1, {}, 0, '2025-03-01', 0)", n + 1, n.min(1_999 - n)))
        .collect();
    run(&mut conn, &format!("{POINTS}{}", rows.join(", ")));
    run(&mut conn, "ANALYZE TABLE points_transaction");
    let reads = |conn: &mut Conn| -> u64 {
        let counts: Vec<(String, u64)> =
            conn.query("SHOW SESSION STATUS LIKE 'Handler_read%'").unwrap();
        counts.into_iter().map(|(_, count)| count).sum()
    };

    let before = reads(&mut conn);
    let issue = integrity::check(&mut conn, Check::DUPLICATE_POINTS).unwrap().unwrap();
    let reads = reads(&mut conn) - before;

    assert_eq!(issue.total(), 1_000);
    assert!(issue.ids().iter().copied().eq(1_001..=1_100));
    assert!(reads < 10 * 2_000 * places_of_an_id(), "{reads} reads");
}

#[test]
fn looks_up_each_user_of_the_ledgers_once() {
    let db = written_down().migrated();
    filled(&db);

    let sent = executed(&db, |conn| {
        integrity::check(conn, Check::POINTS_OF_UNKNOWN_USER).unwrap();
    });

    let plan = explain(&db, &sent[0]);
    let users = plan.iter().find(|step| step.table == "points_transaction").unwrap();
    assert!(users.extra.contains("Using index for group-by"), "{plan:?}");
}
