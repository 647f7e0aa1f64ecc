//! Three nodes that all take writes: the lock is one node's, and conflicts show at commit.
//!
//! Needs MySQL with its plugin for group replication, so it runs only where it is asked for by
//! name: `QUICKSIGHT_SERVER=$(scripts/server.sh mysql-9) cargo test --test group_replication`.

mod support;

use support::Cluster;

#[test]
fn boots_on_every_node_at_once_all_succeed() {
    Cluster::group().assert_that_boots_succeed();
}

#[test]
fn the_next_release_changes_tables_from_every_node_at_once() {
    Cluster::group().assert_that_boots_of_the_next_release_succeed();
}
