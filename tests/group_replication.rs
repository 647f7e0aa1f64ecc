//! Three nodes that all take writes: the lock is one node's, and conflicts show at commit.
//!
//! Needs MySQL with its plugin for group replication, so it runs only where it is asked for by
//! name: `QUICKSIGHT_SERVER=$(scripts/server.sh mysql-9) cargo test --test group_replication`.

mod support;

use quicksight_migrations::{Error, run_quicksight_migrations};
use support::{Cluster, cluster::NODES};

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
