//! Whatever a session has set, the same is done.

use quicksight_migrations::{
    Result,
    partition::{self, Policy, Span, Table},
};

use crate::{
    insert, migrated, on, rows,
    support::{ByHand, odd, settings},
    today,
};

/// Partitions a table, adds some, archives a month and drops one; what is done must be all of it.
fn each_call(conn: &mut mysql::Conn) -> Result<()> {
    let mut apply = |day, policy: Policy| {
        let layout = partition::look(conn, Table::Trip)?;
        let plan = partition::plan(&layout, day, &policy)?;
        assert_eq!(plan.count_drops(conn)?.len(), plan.drops().len());
        plan.apply(conn)
    };
    let months = |count| Policy::monthly().ahead(Span::months(count));
    assert_eq!(apply(today(), months(1))?.statements().len(), 1);
    assert_eq!(apply(on(2026, 5, 1), months(2))?.ends_before(), on(2026, 8, 1));
    let archived = apply(today(), months(1).retain(Span::months(1)).archive())?;
    assert_eq!(archived.archived().len(), 1, "{archived}");
    assert_eq!(archived.archived()[0].rows(), 1);
    let dropped = apply(on(2026, 4, 1), months(1).retain(Span::months(1)))?;
    assert_eq!(dropped.dropped().len(), 1, "{dropped}");
    assert_eq!(dropped.dropped()[0].rows(), 1);
    assert_eq!(partition::ahead(conn)?.len(), 1);
    Ok(())
}

#[test]
fn works_in_any_session() {
    let db = migrated();
    let mut writer = db.conn();
    let by_hand = vec!["SET SESSION autocommit = 0".to_owned()];
    for set in odd::sessions().into_iter().chain([by_hand]) {
        for day in ["2026-01-15", "2026-02-15", "2026-03-05"] {
            insert(&mut writer, Table::Trip, day);
        }
        let mut conn = db.conn();
        conn.by_hand(&set);
        let before = settings(&mut conn);

        let outcome = each_call(&mut conn);

        assert!(outcome.is_ok(), "{set:?}: {outcome:?}");
        assert_eq!(rows(&mut writer, Table::Trip), 1, "{set:?}");
        assert_eq!(settings(&mut conn), before, "{set:?}");
        // What it has read without autocommit is open until somebody ends it.
        conn.by_hand(["COMMIT"]);
        writer.by_hand([
            "DROP TABLE trip_p2026_01",
            "ALTER TABLE trip DROP PRIMARY KEY, ADD PRIMARY KEY (id) REMOVE PARTITIONING",
            "TRUNCATE trip",
        ]);
    }
}
