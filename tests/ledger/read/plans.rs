//! How the server goes about each: on an index, and by a few rows of it.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::run_quicksight_migrations;

use super::CALLS;
use crate::{
    support::{
        Database,
        statements::{executed, explain, written_down},
    },
    system::reads,
};

/// A ledger of 40,000 movements, a third of them of one account of the system.
pub(crate) fn long_ledger() -> Database {
    let db = written_down();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (7)").unwrap();
    fill(&mut conn, "2025-03-01");
    // After the moment that is asked for: some of the account, and many of others.
    fill(&mut conn, "2025-04-01");
    db
}

fn fill(conn: &mut Conn, day: &str) {
    for block in 0..20 {
        let rows: Vec<_> = (block * 1_000..(block + 1) * 1_000)
            .map(|number| {
                let is_reward = number % 3 == 0;
                let account = if is_reward { 2000 } else { number % 500 };
                let note = if is_reward { "welcome".into() } else { format!("order {number}") };
                format!("({account}, 1, 1, {number}, '{day}' + INTERVAL {number} SECOND, '{note}')")
            })
            .collect();
        conn.query_drop(format!(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on, note) \
             VALUES {}",
            rows.join(", ")
        ))
        .unwrap();
    }
    conn.query_drop("ANALYZE TABLE points_transaction").unwrap();
}

#[test]
fn each_is_one_statement_on_an_index() {
    let db = long_ledger();
    for (name, call) in CALLS {
        let sent = executed(&db, |conn| call(conn).unwrap());
        let [sql] = &sent[..] else { panic!("{name}: {sent:?}") };
        let plan = explain(&db, sql);
        let whole = plan.iter().find(|step| ["ALL", "index"].contains(&step.access.as_str()));
        assert_eq!(whole, None, "{name}: {plan:#?}");
        assert!(plan.iter().all(|step| !step.puts_aside()), "{name}: {plan:#?}");
        let mut keys: Vec<_> = plan
            .iter()
            .filter(|step| step.table == "points_transaction")
            .filter_map(|step| step.key.as_deref())
            .collect();
        keys.sort_unstable();
        let expected: &[_] = match name {
            "balance" | "balance of the system" | "statement" => &["user_ledger_idx"],
            "balance_at" => &["coins_history_idx_1", "user_ledger_idx"],
            "find_by_note" | "find_by_note of many" => &["note_idx__000"],
            _ => &["PRIMARY"],
        };
        assert_eq!(keys, expected, "{name}: {plan:#?}");
    }
}

#[test]
fn what_it_costs_does_not_grow_with_the_table() {
    let db = long_ledger();
    let mut conn = db.conn();
    let before = CALLS.map(|(_, call)| reads(&mut conn, |conn| call(conn).unwrap()));
    // Half as much again, of the same accounts and of others, before the moment that is asked for.
    fill(&mut conn, "2025-03-20");

    for ((name, call), before) in CALLS.into_iter().zip(before) {
        let after = reads(&mut conn, |conn| call(conn).unwrap());
        assert!(before <= 100, "{name}: {before} reads");
        assert!(after <= before + 2, "{name}: {before} reads, then {after}");
    }
}
