//! Three nodes that all take writes: the lock is one node's, and conflicts show at commit.
//!
//! Needs MySQL with its plugin for group replication, so it runs only where it is asked for by
//! name: `QUICKSIGHT_SERVER=$(scripts/server.sh mysql-9) cargo test --test group_replication`.

mod support;

use std::{thread, time::Duration};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Error, Migrator, run_quicksight_migrations};
use support::{ByHand, Cluster, NextRelease, cluster::NODES};

#[test]
fn boots_on_every_node_at_once_all_succeed() {
    Cluster::group().assert_that_boots_succeed();
}

#[test]
fn the_next_release_changes_tables_from_every_node_at_once() {
    Cluster::group().assert_that_boots_of_the_next_release_succeed();
}

/// The members that take no writes boot once there is nothing to write.
#[test]
fn boots_on_the_primary_serve_the_whole_group() {
    let group = Cluster::single_primary_group();
    let db = group.database();
    let error = run_quicksight_migrations(&mut group.conn(1, &db)).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");

    run_quicksight_migrations(&mut group.conn(0, &db)).unwrap();

    group.assert_well_and_equal(&db);
    for node in 0..NODES {
        let report = run_quicksight_migrations(&mut group.conn(node, &db)).unwrap();
        assert_eq!(report.statements(), 1, "node {node}");
    }
}

/// What would put all members into the state `ERROR`, however little this user may see of the group.
#[test]
fn a_mend_and_a_rollback_are_refused_where_all_members_take_writes() {
    let group = Cluster::group();
    let db = group.database();
    let mut conn = group.conn(0, &db);
    run_quicksight_migrations(&mut conn).unwrap();
    conn.by_hand([
        "ALTER TABLE trip DROP COLUMN role".to_owned(),
        "CREATE USER app".to_owned(),
        format!("GRANT ALL ON `{db}`.* TO app"),
    ]);
    let opts = group.node(0).opts().user(Some("app")).db_name(Some(&db));
    let mut app = Conn::new(opts).unwrap();

    for (conn, nodes_seen) in [(&mut conn, Some(3)), (&mut app, None)] {
        let refusals = [
            ("mended", Migrator::new().mend(conn).unwrap_err()),
            ("rolled back", Migrator::new().rollback(conn).unwrap_err()),
            ("rolled back", Migrator::new().discard_data().rollback(conn).unwrap_err()),
            ("rolled back", Migrator::new().rollback_plan(conn).unwrap_err()),
        ];
        for (undone, error) in refusals {
            let Error::SeveralWriters { done, nodes, .. } = error else { panic!("{error:?}") };
            assert_eq!((&*done, nodes), (undone, nodes_seen));
        }
    }
    group.assert_well_and_equal(&db);

    let alone = Migrator::new().only_writer();
    assert_eq!(alone.mend(&mut conn).unwrap().mended().len(), 1);
    alone.rollback(&mut conn).unwrap();

    group.assert_well_and_equal(&db);
    assert_eq!(group.conn(1, &db).query::<String, _>("SHOW TABLES").unwrap(), [""; 0]);
}

/// A boot that died has left its claim: on this member, or on one that is no member any more.
#[test]
fn a_claim_of_nobody_is_taken_over() {
    let (group, next) = (Cluster::group(), NextRelease::build());
    for member in ["@@server_uuid", "'3a2f4a1e-0000-4000-8000-00000000dead'"] {
        let db = migrated_with_claim(&group, member);

        let output = next.up(&group.url(0, &db), 1);

        assert!(output.status.success(), "{member}: {output:?}");
        let mut conn = group.conn(0, &db);
        let claims: Option<u32> =
            conn.query_first("SELECT COUNT(*) FROM quicksight_schema_claim").unwrap();
        assert_eq!(claims, Some(0), "{member}");
        group.assert_well_and_equal(&db);
    }
}

#[test]
fn a_claim_of_another_member_is_waited_for() {
    let (group, next) = (Cluster::group(), NextRelease::build());
    let db = migrated_with_claim(
        &group,
        "(SELECT member_id FROM \
        performance_schema.replication_group_members WHERE member_id <> @@server_uuid LIMIT 1)",
    );

    let output = next.up(&group.url(0, &db), 1);

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("connection 42 of the group's member"), "{said}");
    assert!(!output.status.success(), "{said}");

    let mut service = next.boot(&group.url(0, &db));
    thread::sleep(Duration::from_secs(2));
    assert!(service.try_wait().unwrap().is_none(), "it waits");
    group.conn(1, &db).query_drop("DELETE FROM quicksight_schema_claim").unwrap();
    assert!(service.wait().unwrap().success());
    group.assert_well_and_equal(&db);
}

/// A database of this release in which somebody has claimed the change of tables.
fn migrated_with_claim(group: &Cluster, member: &str) -> String {
    let db = group.database();
    let mut conn = group.conn(0, &db);
    run_quicksight_migrations(&mut conn).unwrap();
    conn.by_hand([
        "CREATE TABLE quicksight_schema_claim (id TINYINT NOT NULL PRIMARY KEY, \
         member VARCHAR(36) NOT NULL, connection BIGINT UNSIGNED NOT NULL)"
            .to_owned(),
        format!("INSERT INTO quicksight_schema_claim VALUES (1, {member}, 42)"),
    ]);
    group.assert_well_and_equal(&db);
    db
}

#[cfg(feature = "partition")]
#[test]
fn partitions_are_refused_unless_nobody_else_writes() {
    Cluster::group().assert_partitions_need_the_only_writer();
}
