//! What is not the same for a group of MySQL servers and a Galera cluster.

use std::{fs, path::Path};

use mysql::{Conn, prelude::Queryable};

use super::{NODES, own_address};
use crate::support::{Flavor, server::program_flavor};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Group,
    SinglePrimaryGroup,
    Galera,
}

impl Kind {
    #[track_caller]
    pub fn assert_can_be_had(self) {
        let flavor = if self == Self::Galera { Flavor::MariaDb } else { Flavor::MySql };
        assert_eq!(program_flavor(), flavor, "{}", self.hint());
    }

    fn hint(self) -> String {
        let name = if self == Self::Galera { "galera" } else { "mysql-9" };
        format!("run this with QUICKSIGHT_SERVER=$(scripts/server.sh {name})")
    }

    /// What the server of a node is started with, of those that talk to each other at these addresses.
    pub fn options(self, node: usize, addresses: &[String]) -> Vec<String> {
        match self {
            Self::Group => group(node, addresses, false),
            Self::SinglePrimaryGroup => group(node, addresses, true),
            Self::Galera => galera(node, addresses),
        }
    }

    /// Puts into a node's data folder what it must remember of the cluster.
    pub fn prepare(self, node: usize, data: &Path) {
        if self == Self::Galera {
            remember_the_cluster(node, data);
        }
    }

    /// Lets a server that runs into the cluster. The first one founds it.
    pub fn join(self, node: usize, conn: &mut Conn) {
        if self == Self::Galera {
            // It does so by itself, if it can.
            let provider: Option<String> =
                conn.query_first("SELECT @@wsrep_provider").expect("ask");
            assert_ne!(provider.as_deref(), Some("none"), "{}", self.hint());
            return;
        }
        let founds = if node == 0 { "ON" } else { "OFF" };
        for sql in [
            format!("SET GLOBAL group_replication_bootstrap_group = {founds}"),
            "START GROUP_REPLICATION USER = 'root'".into(),
            "SET GLOBAL group_replication_bootstrap_group = OFF".into(),
        ] {
            conn.query_drop(sql).expect("join the group");
        }
    }

    /// Whether the server at the other end is in the cluster with all the others.
    pub fn is_well(self, conn: &mut Conn) -> bool {
        let state = self.state(conn);
        match self {
            Self::Group | Self::SinglePrimaryGroup => state.matches("ONLINE").count() == NODES,
            Self::Galera => state == format!("{NODES}, Synced, ON"),
        }
    }

    /// How the server at the other end sees the cluster.
    pub fn state(self, conn: &mut Conn) -> String {
        let sql = match self {
            Self::Group | Self::SinglePrimaryGroup => {
                "SELECT member_state FROM performance_schema.replication_group_members"
            }
            Self::Galera => {
                "SELECT variable_value FROM information_schema.global_status WHERE variable_name IN \
                 ('wsrep_cluster_size', 'wsrep_local_state_comment', 'wsrep_ready') \
                 ORDER BY variable_name"
            }
        };
        conn.query::<String, _>(sql).expect("ask for the state of the cluster").join(", ")
    }

    /// After this a session reads nothing before all that other nodes have committed is there.
    pub fn wait_for_the_others(self) -> &'static str {
        match self {
            Self::Group | Self::SinglePrimaryGroup => {
                "SET SESSION group_replication_consistency = 'BEFORE'"
            }
            Self::Galera => "SET SESSION wsrep_sync_wait = 15",
        }
    }
}

fn group(node: usize, addresses: &[String], single_primary: bool) -> Vec<String> {
    let (single, everywhere) = if single_primary { ("ON", "OFF") } else { ("OFF", "ON") };
    vec![
        format!("--server-id={}", node + 1),
        format!("--group-replication-local-address={}", addresses[node]),
        format!("--group-replication-group-seeds={}", addresses.join(",")),
        format!("--group-replication-single-primary-mode={single}"),
        format!("--group-replication-enforce-update-everywhere-checks={everywhere}"),
        "--plugin-load-add=group_replication.so".into(),
        "--group-replication-group-name=3a2f4a1e-0000-4000-8000-000000000001".into(),
        "--group-replication-start-on-boot=OFF".into(),
        "--group-replication-recovery-get-public-key=ON".into(),
        // A busy machine is slow, and not dead.
        "--group-replication-member-expel-timeout=60".into(),
        "--report-host=127.0.0.1".into(),
        "--log-bin=binlog".into(),
        "--gtid-mode=ON".into(),
        "--enforce-gtid-consistency=ON".into(),
    ]
}

fn galera(node: usize, addresses: &[String]) -> Vec<String> {
    let provider = [
        format!("gmcast.listen_addr=tcp://{}", addresses[node]),
        format!("ist.recv_addr={}", own_address()),
        "gcache.size=16M".into(),
        // A busy machine is slow, and not dead.
        "evs.suspect_timeout=PT30S".into(),
        "evs.inactive_timeout=PT60S".into(),
        "evs.install_timeout=PT60S".into(),
    ];
    vec![
        "--wsrep-on=ON".into(),
        "--wsrep-cluster-name=quicksight".into(),
        format!("--wsrep-cluster-address=gcomm://{}", addresses.join(",")),
        format!("--wsrep-node-name=node{node}"),
        format!("--wsrep-node-address={}", addresses[node]),
        format!("--wsrep-provider-options={}", provider.join(";")),
        // Otherwise a server that starts waits for data from another one.
        "--wsrep-sst-method=skip".into(),
        "--binlog-format=ROW".into(),
        "--innodb-autoinc-lock-mode=2".into(),
    ]
}

/// All nodes begin with the same data, and are told so: as after a power cut that hit them all in one
/// moment, they go on together as soon as they see each other, and none sends its data to another.
fn remember_the_cluster(node: usize, data: &Path) {
    let id = |number| format!("3a2f4a1e-0000-4000-8000-{number:012}");
    let members: Vec<_> = (0..NODES).map(|other| format!("member: {} 0\n", id(other))).collect();
    let view = format!(
        "my_uuid: {}\n#vwbeg\nview_id: 3 {} 1\nbootstrap: 0\n{}#vwend\n",
        id(node),
        id(0),
        members.concat()
    );
    let state = format!("version: 2.1\nuuid: {}\nseqno: 0\nsafe_to_bootstrap: 0\n", id(NODES));
    fs::write(data.join("gvwstate.dat"), view).expect("write who is in the cluster");
    fs::write(data.join("grastate.dat"), state).expect("write how far the data is");
}
