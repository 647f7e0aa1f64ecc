//! Three servers that all take writes: Group Replication of MySQL, or Galera of MariaDB.

mod herd;
mod kind;
#[cfg(feature = "partition")]
mod partitions;

use std::{
    iter,
    net::TcpListener,
    process,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, Row, prelude::Queryable};

use self::kind::Kind;
use super::{Server, quoted, unique};

pub const NODES: usize = 3;

/// How long a node may take to join, and what was written to arrive.
const PATIENCE: Duration = Duration::from_mins(2);

/// Three nodes on the loopback interface, gone with this value.
pub struct Cluster {
    kind: Kind,
    nodes: Vec<Server>,
    _turn: MutexGuard<'static, ()>,
}

impl Cluster {
    /// A group of MySQL servers whose members all take writes.
    pub fn group() -> Self {
        Self::start(Kind::Group)
    }

    /// A group of MySQL servers of which the first takes writes.
    pub fn single_primary_group() -> Self {
        Self::start(Kind::SinglePrimaryGroup)
    }

    /// A Galera cluster of MariaDB servers.
    pub fn galera() -> Self {
        Self::start(Kind::Galera)
    }

    fn start(kind: Kind) -> Self {
        // Two clusters at once would be slow enough for their nodes to think each other dead.
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);

        kind.assert_can_be_had();
        let addresses: Vec<_> = iter::repeat_with(own_address).take(NODES).collect();
        let prepare = |node| {
            let server = Server::prepare(&kind.options(node, &addresses));
            kind.prepare(node, &server.data());
            server
        };
        let mut nodes: Vec<_> = (0..NODES).map(prepare).collect();
        // None of Galera answers before it sees the others.
        thread::scope(|scope| {
            for node in &mut nodes {
                scope.spawn(|| node.resume());
            }
        });
        for (node, server) in nodes.iter().enumerate() {
            kind.join(node, &mut Conn::new(server.opts()).expect("connect"));
        }
        let cluster = Self { kind, nodes, _turn: turn };
        for node in 0..NODES {
            wait_until(&format!("node {node} is well"), || cluster.is_well(node));
        }
        cluster
    }

    pub fn node(&self, node: usize) -> &Server {
        &self.nodes[node]
    }

    /// A fresh, empty database that has arrived at every node.
    pub fn database(&self) -> String {
        let name = unique("qs");
        let mut conn = Conn::new(self.nodes[0].opts()).expect("connect");
        conn.query_drop(format!("CREATE DATABASE {}", quoted(&name))).expect("create a database");
        wait_until("the database arrives", || {
            (0..NODES).all(|node| self.try_conn(node, &name).is_ok())
        });
        name
    }

    #[track_caller]
    pub fn conn(&self, node: usize, database: &str) -> Conn {
        self.try_conn(node, database).expect("connect")
    }

    fn try_conn(&self, node: usize, database: &str) -> mysql::Result<Conn> {
        Conn::new(self.nodes[node].opts().db_name(Some(database)))
    }

    /// The URL for another process.
    pub fn url(&self, node: usize, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}?prefer_socket=false", self.nodes[node].port())
    }

    fn is_well(&self, node: usize) -> bool {
        Conn::new(self.nodes[node].opts()).is_ok_and(|mut conn| self.kind.is_well(&mut conn))
    }

    /// No node has left the cluster, and each has the same tables with the same rows.
    #[track_caller]
    pub fn assert_well_and_equal(&self, database: &str) {
        for node in 0..NODES {
            assert!(self.is_well(node), "node {node} is not well:\n{}", self.said());
        }
        let first = self.dump(0, database);
        for node in 1..NODES {
            let other = self.dump(node, database);
            for (there, here) in other.iter().zip(&first) {
                assert_eq!(there, here, "node {node} and node 0");
            }
            assert_eq!(other.len(), first.len(), "node {node} and node 0");
        }
    }

    /// What the nodes have to say of themselves.
    fn said(&self) -> String {
        let said = self.nodes.iter().enumerate().map(|(number, node)| {
            let state = match Conn::new(node.opts()) {
                Ok(mut conn) => self.kind.state(&mut conn),
                Err(error) => error.to_string(),
            };
            format!("node {number}: {state}\n{}\n", node.errors())
        });
        said.collect()
    }

    /// The tables and all of their rows, once all that was written elsewhere has arrived.
    fn dump(&self, node: usize, database: &str) -> Vec<String> {
        let mut conn = self.conn(node, database);
        conn.query_drop(self.kind.wait_for_the_others()).expect("wait for the other nodes");
        let tables: Vec<String> = conn.query("SHOW TABLES").expect("list the tables");
        let mut dump = Vec::new();
        for table in tables.iter().map(|table| quoted(table)) {
            let shape = conn.query_first(format!("SHOW CREATE TABLE {table}")).expect("a shape");
            let (_, shape): (String, String) = shape.expect("a table");
            // Each node counts on from the ids that it has given out itself.
            let shape = shape.split(" AUTO_INCREMENT=").next().unwrap_or_default().to_owned();
            let rows: Vec<Row> =
                conn.query(format!("SELECT * FROM {table} ORDER BY 1")).expect("rows");
            dump.push(shape);
            dump.extend(rows.into_iter().map(|row| format!("{:?}", row.unwrap())));
        }
        dump
    }
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// An address that no other process takes: the port is not one of those that the kernel gives to whoever
/// asks for any, and each process begins its search elsewhere.
fn own_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(process::id() % 1_000).expect("a small number") * 20;
    iter::repeat_with(|| ("127.0.0.1", first + NEXT.fetch_add(1, Ordering::Relaxed)))
        .find(|address| TcpListener::bind(address).is_ok())
        .map(|(host, port)| format!("{host}:{port}"))
        .expect("a free port")
}
