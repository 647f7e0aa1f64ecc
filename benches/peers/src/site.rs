//! The server that the boots run on, and a look at it from the side.

use std::collections::BTreeSet;

use mysql::{Conn, Opts, OptsBuilder, Row, prelude::Queryable};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    server::{self, Flavor, Server},
    tools::{TABLES, Tool},
};

/// What production has: each commit is on disk, in the redo log and in the binary log, before it is
/// answered. The tests' servers are faster and forget.
const DURABLE: &[&str] = &[
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-doublewrite=ON",
    "--loose-innodb-redo-log-capacity=100M",
    "--log-bin=binlog",
    "--sync-binlog=1",
    "--server-id=1",
];

/// A database and the way to it, for any driver.
#[derive(Debug, Clone)]
pub struct Address {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: Option<String>,
    pub database: String,
}

impl Address {
    fn of(opts: &Opts) -> Self {
        Self {
            host: opts.get_ip_or_hostname().into_owned(),
            port: opts.get_tcp_port(),
            user: opts.get_user().unwrap_or_default().to_owned(),
            password: opts.get_pass().map(str::to_owned),
            database: String::new(),
        }
    }

    pub fn connect(&self) -> Conn {
        let opts = OptsBuilder::new()
            .ip_or_hostname(Some(&self.host))
            .tcp_port(self.port)
            .user(Some(&self.user))
            .pass(self.password.as_ref())
            .db_name(Some(&self.database).filter(|name| !name.is_empty()))
            .prefer_socket(false);
        Conn::new(opts).expect("connect to the server")
    }

    pub fn url(&self) -> String {
        let Self { host, port, database, .. } = self;
        let quote = |part| utf8_percent_encode(part, NON_ALPHANUMERIC);
        let user = quote(&self.user);
        let password = self.password.iter().map(|password| format!(":{}", quote(password)));
        format!("mysql://{user}{}@{host}:{port}/{database}", password.collect::<String>())
    }
}

/// The server, and a connection that no tool uses.
pub struct Site {
    server: Address,
    observer: Conn,
    databases: BTreeSet<String>,
    _ours: Option<Server>,
}

impl Site {
    /// The server that `QUICKSIGHT_DATABASE_URL` names, or one of our own.
    pub fn open() -> Self {
        let (server, ours) = if let Some(opts) = server::given() {
            (Address::of(&opts), None)
        } else {
            let ours = Server::start(DURABLE);
            (Address::of(&ours.opts().into()), Some(ours))
        };
        Self { observer: server.connect(), server, databases: BTreeSet::new(), _ours: ours }
    }

    /// A database of this tool's own with nothing in it.
    pub fn fresh_database(&mut self, purpose: &str, tool: &Tool) -> Address {
        let name = format!("quicksight_peers_{purpose}_{}", tool.id);
        self.execute(&format!("DROP DATABASE IF EXISTS {name}"));
        self.databases.insert(name.clone());
        self.execute(&format!("CREATE DATABASE {name}"));
        Address { database: name, ..self.server.clone() }
    }

    /// Ends the run where a boot said that it succeeded and has not made every table.
    pub fn check_tables(&mut self, tool: &Tool, at: &Address) {
        let database = &at.database;
        let made: usize = self
            .observer
            .exec_first(
                "SELECT COUNT(*) FROM information_schema.tables \
                 WHERE table_schema = ? AND table_type = 'BASE TABLE'",
                (database,),
            )
            .expect("count the tables")
            .expect("a row");
        let bookkeeping = usize::from(tool.has_history);
        assert_eq!(made, *TABLES + bookkeeping, "tables that {} has made", tool.name);
    }

    /// How many statements all clients have sent, this question included.
    pub fn questions(&mut self) -> u64 {
        let (_, count): (String, u64) = self
            .observer
            .query_first("SHOW GLOBAL STATUS LIKE 'Questions'")
            .expect("ask for the count of statements")
            .expect("a row");
        count
    }

    /// The end of the binary log, its file and its length, where there is one and we may see it.
    pub fn binary_log(&mut self) -> Option<(String, u64)> {
        // The first is the name in newer versions of MySQL, the second everywhere else.
        let row: Row = ["SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"]
            .iter()
            .find_map(|sql| self.observer.query_first(sql).ok().flatten())?;
        Some((row.get(0)?, row.get(1)?))
    }

    pub fn version(&mut self) -> String {
        let version: String = self
            .observer
            .query_first("SELECT VERSION()")
            .expect("ask for the version")
            .expect("a row");
        match Flavor::of_version(&version) {
            Flavor::MySql => format!("MySQL {version}"),
            Flavor::MariaDb => version,
        }
    }

    /// The settings that decide what a commit costs.
    pub fn durability(&mut self) -> String {
        let names =
            ["innodb_flush_log_at_trx_commit", "innodb_doublewrite", "log_bin", "sync_binlog"];
        let settings = names.map(|name| {
            let value: Option<String> = self
                .observer
                .query_first(format!("SELECT CAST(@@{name} AS CHAR)"))
                .expect("ask for a setting");
            format!("{name}={}", value.unwrap_or_default())
        });
        settings.join(" ")
    }

    fn execute(&mut self, sql: &str) {
        self.observer.query_drop(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

impl Drop for Site {
    /// Leaves nothing behind on a server that is somebody else's.
    fn drop(&mut self) {
        for name in &self.databases {
            let _ = self.observer.query_drop(format!("DROP DATABASE IF EXISTS {name}"));
        }
    }
}
