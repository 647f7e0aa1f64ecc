//! Three nodes that all take writes: the lock is one node's, and conflicts show at commit.
//!
//! Needs MySQL with its plugin for group replication, so it runs only where it is asked for by
//! name: `QUICKSIGHT_SERVER=$(scripts/server.sh mysql-9) cargo test --test group_replication`.

mod support;

use std::{thread, time::Duration};

use mysql::{Conn, OptsBuilder, prelude::Queryable};
use quicksight_migrations::run_quicksight_migrations;
use support::{Server, migrations, server::free_port};

const NODES: usize = 3;
const BOOTS_PER_NODE: usize = 4;
const ROUNDS: usize = 5;

/// A group whose members all take writes.
struct Group(Vec<Server>);

impl Group {
    fn start() -> Self {
        let ports: Vec<u16> = (0..NODES).map(|_| free_port()).collect();
        let addresses: Vec<_> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        let members = addresses.iter().enumerate().map(|(number, address)| {
            let member = Self::member(number + 1, address, &addresses.join(","));
            let mut conn = Conn::new(member.opts()).unwrap();
            let bootstrap = |conn: &mut Conn, flag| {
                conn.query_drop(format!("SET GLOBAL group_replication_bootstrap_group = {flag}"))
                    .unwrap();
            };
            bootstrap(&mut conn, if number == 0 { "ON" } else { "OFF" });
            conn.query_drop("START GROUP_REPLICATION USER = 'root'").unwrap();
            bootstrap(&mut conn, "OFF");
            member
        });
        let group = Self(members.collect());
        group.wait_until_online();
        group
    }

    fn member(number: usize, address: &str, seeds: &str) -> Server {
        let options = [
            format!("--server-id={number}"),
            format!("--group-replication-local-address={address}"),
            format!("--group-replication-group-seeds={seeds}"),
            "--plugin-load-add=group_replication.so".into(),
            "--group-replication-group-name=3a2f4a1e-0000-4000-8000-000000000001".into(),
            "--group-replication-start-on-boot=OFF".into(),
            "--group-replication-single-primary-mode=OFF".into(),
            "--group-replication-enforce-update-everywhere-checks=ON".into(),
            "--group-replication-recovery-get-public-key=ON".into(),
            "--report-host=127.0.0.1".into(),
            "--log-bin=binlog".into(),
            "--gtid-mode=ON".into(),
            "--enforce-gtid-consistency=ON".into(),
        ];
        Server::start(&options.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn wait_until_online(&self) {
        for member in &self.0 {
            let mut conn = Conn::new(member.opts()).unwrap();
            for _ in 0..600 {
                let online: Option<usize> = conn
                    .query_first(
                        "SELECT COUNT(*) FROM performance_schema.replication_group_members \
                         WHERE member_state = 'ONLINE'",
                    )
                    .unwrap();
                if online == Some(NODES) {
                    break;
                }
                thread::sleep(Duration::from_millis(100));
            }
        }
    }

    fn conn(&self, node: usize, database: &str) -> Conn {
        let opts: OptsBuilder = self.0[node].opts();
        for _ in 0..100 {
            if let Ok(conn) = Conn::new(opts.clone().db_name(Some(database))) {
                return conn;
            }
            // The database has not arrived at this node yet.
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{database} does not arrive at node {node}");
    }
}

#[test]
fn boots_on_every_node_at_once_all_succeed() {
    let group = Group::start();
    for round in 0..ROUNDS {
        let database = format!("qs_{round}");
        let mut admin = Conn::new(group.0[0].opts()).unwrap();
        admin.query_drop(format!("CREATE DATABASE {database}")).unwrap();
        let conns: Vec<Conn> = (0..NODES * BOOTS_PER_NODE)
            .map(|number| group.conn(number % NODES, &database))
            .collect();

        let boots: Vec<_> = conns
            .into_iter()
            .map(|mut conn| thread::spawn(move || run_quicksight_migrations(&mut conn)))
            .collect();
        let outcomes: Vec<_> = boots.into_iter().map(|boot| boot.join().unwrap()).collect();

        let failures: Vec<_> =
            outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
        assert!(failures.is_empty(), "round {round}: {failures:?}");
        let applied: usize = outcomes.iter().flatten().map(|report| report.applied().len()).sum();
        assert_eq!(applied, migrations::total(), "each migration is recorded by one boot");
        for node in 0..NODES {
            let mut conn = group.conn(node, &database);
            conn.query_drop("SET SESSION group_replication_consistency = 'BEFORE'").unwrap();
            let history: Vec<i64> = conn
                .query("SELECT version FROM quicksight_schema_history ORDER BY version")
                .unwrap();
            assert_eq!(history, migrations::versions(), "node {node}");
            assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
        }
    }
}
