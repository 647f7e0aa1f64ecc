//! Three nodes of MariaDB that all take writes: the lock is one node's, and conflicts show at commit.
//!
//! Needs MariaDB with the library of Galera, so it runs only where it is asked for by name:
//! `QUICKSIGHT_SERVER=$(scripts/server.sh galera) cargo test --test galera`.

mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, Migrator, run_quicksight_migrations, verify_quicksight_schema};
use support::{ByHand, Cluster, cluster::NODES, migrations};

#[test]
fn boots_on_every_node_at_once_all_succeed() {
    Cluster::galera().assert_that_boots_succeed();
}

#[test]
fn the_next_release_changes_tables_from_every_node_at_once() {
    Cluster::galera().assert_that_boots_of_the_next_release_succeed();
}

/// As it is, such a session would record on all nodes what is on one alone, and put its node out of the cluster.
#[test]
fn a_session_that_changes_one_node_alone_changes_all_of_them() {
    let cluster = Cluster::galera();
    let db = cluster.database();
    let mut conn = cluster.conn(0, &db);
    conn.query_drop("SET SESSION wsrep_OSU_method = 'RSU'").unwrap();

    run_quicksight_migrations(&mut conn).unwrap();

    let method: Option<String> = conn.query_first("SELECT @@wsrep_OSU_method").unwrap();
    assert_eq!(method.as_deref(), Some("RSU"));
    cluster.assert_well_and_equal(&db);
    assert_eq!(run_quicksight_migrations(&mut cluster.conn(1, &db)).unwrap().statements(), 1);
}

#[test]
fn a_rollback_is_refused_unless_all_goes_at_once_or_nobody_else_writes() {
    let cluster = Cluster::galera();
    let db = cluster.database();
    let mut conn = cluster.conn(0, &db);
    let ways = [Migrator::new().discard_data(), Migrator::new().only_writer()];
    for (way, statements) in ways.into_iter().zip([1, 1 + migrations::tables().len()]) {
        run_quicksight_migrations(&mut conn).unwrap();
        let refusals = [
            Migrator::new().rollback_plan(&mut conn).map(drop),
            Migrator::new().rollback(&mut conn).map(drop),
        ];
        for error in refusals.map(Result::unwrap_err) {
            assert!(matches!(error, Error::SeveralWriters { nodes: Some(3), .. }), "{error:?}");
        }
        assert_eq!(way.rollback_plan(&mut conn).unwrap().len(), statements);

        assert_eq!(way.rollback(&mut conn).unwrap().dropped().len(), migrations::tables().len());

        cluster.assert_well_and_equal(&db);
        assert_eq!(cluster.conn(1, &db).query::<String, _>("SHOW TABLES").unwrap(), [""; 0]);
    }
}

/// Beside rollbacks on one node, boots on the others succeed or may be tried again, and writers are told. In
/// the end all is there or nothing, on all nodes alike.
#[test]
fn rollbacks_boots_and_writers_on_several_nodes_leave_the_cluster_well() {
    let cluster = Cluster::galera();
    let db = cluster.database();
    let until = Instant::now() + Duration::from_secs(10);
    thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < until {
                let rolled_back =
                    Migrator::new().discard_data().rollback(&mut cluster.conn(0, &db));
                assert!(
                    rolled_back.as_ref().err().is_none_or(Error::is_retryable),
                    "{rolled_back:?}"
                );
                thread::sleep(Duration::from_millis(300));
            }
        });
        for node in [1, 2] {
            scope.spawn({
                let (cluster, db) = (&cluster, &db);
                move || {
                    while Instant::now() < until {
                        let booted = run_quicksight_migrations(&mut cluster.conn(node, db));
                        assert!(
                            booted.as_ref().err().is_none_or(Error::is_retryable),
                            "{booted:?}"
                        );
                    }
                }
            });
            scope.spawn({
                let (cluster, db) = (&cluster, &db);
                move || {
                    let mut conn = cluster.conn(node, db);
                    while Instant::now() < until {
                        // It is stored, or the writer is told that it is not.
                        let _ = conn.query_drop("INSERT INTO user_label (name) VALUES ('a label')");
                    }
                }
            });
        }
    });

    run_quicksight_migrations(&mut cluster.conn(1, &db)).unwrap();
    cluster.assert_well_and_equal(&db);
}

/// What another node has mended first is no failure.
#[test]
fn mends_on_all_nodes_at_once_all_succeed() {
    let cluster = Cluster::galera();
    let db = cluster.database();
    run_quicksight_migrations(&mut cluster.conn(0, &db)).unwrap();
    for round in 0..10 {
        cluster.conn(0, &db).by_hand([
            "ALTER TABLE trip DROP COLUMN role",
            "ALTER TABLE campaign MODIFY id int NOT NULL, DROP PRIMARY KEY",
            "ALTER TABLE user_rating DROP COLUMN rating",
            "DROP TABLE telework",
        ]);
        cluster.assert_well_and_equal(&db);

        thread::scope(|scope| {
            for node in 0..NODES {
                let mut conn = cluster.conn(node, &db);
                scope.spawn(move || {
                    let mut mended = Migrator::new().mend(&mut conn);
                    for _ in 0..3 {
                        if mended.as_ref().err().is_some_and(Error::is_retryable) {
                            mended = Migrator::new().mend(&mut conn);
                        }
                    }
                    assert_eq!(mended.unwrap().left(), [], "round {round}");
                });
            }
        });

        cluster.assert_well_and_equal(&db);
        assert_eq!(verify_quicksight_schema(&mut cluster.conn(1, &db)).unwrap(), []);
    }
}

#[cfg(feature = "partition")]
#[test]
fn partitions_are_refused_unless_nobody_else_writes() {
    Cluster::galera().assert_partitions_need_the_only_writer();
}
