//! What every test needs: a server, and a database of its own on it.
#![allow(dead_code, unreachable_pub)] // Each test file uses its share of it.

pub mod given;
pub mod server;
pub mod statements;
pub mod wire;

use std::{
    path::PathBuf,
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use mysql::{Conn, Opts, OptsBuilder, prelude::Queryable};
use quicksight_migrations::Error;
pub use server::{Flavor, Server};

/// The server that the tests of one file share: a throwaway one, or the one that
/// `QUICKSIGHT_DATABASE_URL` names.
static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    if let Some(opts) = server::given() {
        return Shared { opts, _server: None };
    }
    let server = Server::start(&["--skip-log-bin"]);
    Shared { opts: server.opts().into(), _server: Some(server) }
});

struct Shared {
    opts: Opts,
    _server: Option<Server>,
}

static FLAVOR: LazyLock<Flavor> = LazyLock::new(|| {
    let mut conn = Conn::new(SHARED.opts.clone()).expect("connect");
    let version: Option<String> = conn.query_first("SELECT VERSION()").expect("ask");
    Flavor::of_version(&version.unwrap_or_default())
});

pub fn flavor() -> Flavor {
    *FLAVOR
}

/// A database of one test, dropped with it.
pub struct Database {
    name: String,
    server: Opts,
}

/// A fresh, empty database on the shared server.
pub fn database() -> Database {
    Database::create(SHARED.opts.clone(), &unique("qs"))
}

/// The same under a name that is part of the test.
pub fn database_named(name: &str) -> Database {
    Database::create(SHARED.opts.clone(), name)
}

/// A fresh, empty database on a server of the test's own.
pub fn database_on(server: &Server) -> Database {
    Database::create(server.opts().into(), &unique("qs"))
}

/// A database on a server that was started again, which has moved it to another port.
pub fn reopened(server: &Server, database: &Database) -> Database {
    Database { name: database.name.clone(), server: server.opts().into() }
}

/// A name that no other test has.
pub fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}_{}_{number}", std::process::id())
}

/// Quotes an identifier.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

impl Database {
    fn create(server: Opts, name: &str) -> Self {
        let mut conn = Conn::new(server.clone()).expect("connect");
        conn.query_drop(format!("CREATE DATABASE {}", quoted(name))).expect("create a database");
        Self { name: name.to_owned(), server }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the server listens.
    pub fn address(&self) -> (String, u16) {
        (self.server.get_ip_or_hostname().into_owned(), self.server.get_tcp_port())
    }

    /// How to connect to this database, as the server's administrator.
    pub fn opts(&self) -> OptsBuilder {
        OptsBuilder::from_opts(self.server.clone()).db_name(Some(&self.name)).prefer_socket(false)
    }

    /// A connection as the server's administrator.
    #[track_caller]
    pub fn conn(&self) -> Conn {
        Conn::new(self.opts()).expect("connect")
    }

    /// The same through a port that leads to the server, such as a wire's.
    pub fn conn_through(&self, port: u16) -> mysql::Result<Conn> {
        Conn::new(self.opts().tcp_port(port))
    }

    /// A new user with these rights on this database, as in `SELECT, CREATE`; dropped with the
    /// returned value.
    pub fn user(&self, rights: &str) -> User {
        let user = User { name: unique("u"), opts: self.opts() };
        let mut conn = self.conn();
        // A literal underscore, not the wildcard that it is in a GRANT.
        let database = quoted(&self.name.replace('_', "\\_"));
        for sql in [
            format!("CREATE USER '{}'@'%' IDENTIFIED BY 'secret-of-the-user'", user.name),
            format!("GRANT {rights} ON {database}.* TO '{}'@'%'", user.name),
        ] {
            conn.query_drop(sql).expect("make a user");
        }
        user
    }

    /// The URL for another process.
    pub fn url(&self) -> String {
        let opts = Opts::from(self.opts());
        let password = opts.get_pass().map_or(String::new(), |pass| format!(":{pass}"));
        format!(
            "mysql://{}{password}@{}:{}/{}?prefer_socket=false",
            opts.get_user().unwrap_or("root"),
            opts.get_ip_or_hostname(),
            opts.get_tcp_port(),
            self.name
        )
    }

    /// What is in this database, by name.
    pub fn tables(&self) -> Vec<String> {
        self.conn()
            .exec(
                "SELECT table_name FROM information_schema.tables \
                 WHERE table_schema = ? ORDER BY table_name",
                (&self.name,),
            )
            .expect("list the tables")
    }

    /// The versions in the history, in order.
    pub fn history(&self) -> Vec<i64> {
        self.conn()
            .query("SELECT version FROM quicksight_schema_history ORDER BY version")
            .expect("read the history")
    }

    /// All 18 tables are there, and each is recorded once.
    #[track_caller]
    pub fn assert_complete(&self) {
        let mut expected: Vec<_> = TABLES.iter().map(ToString::to_string).collect();
        expected.push("quicksight_schema_history".into());
        expected.sort();
        assert_eq!(self.tables(), expected);
        assert_eq!(self.history(), (1..=18).collect::<Vec<i64>>());
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Ok(mut conn) = Conn::new(self.server.clone()) else { return };
        let _ = conn.query_drop("SET SESSION lock_wait_timeout = 5");
        let _ = conn.query_drop(format!("DROP DATABASE IF EXISTS {}", quoted(&self.name)));
    }
}

/// A user of the server with few rights.
pub struct User {
    name: String,
    opts: OptsBuilder,
}

impl User {
    pub fn name(&self) -> &str {
        &self.name
    }

    #[track_caller]
    pub fn conn(&self) -> Conn {
        Conn::new(self.credentials()).expect("connect as a user with few rights")
    }

    /// The same through a port that leads to the server, such as a wire's.
    #[track_caller]
    pub fn conn_through(&self, port: u16) -> Conn {
        Conn::new(self.credentials().tcp_port(port)).expect("connect as a user with few rights")
    }

    fn credentials(&self) -> OptsBuilder {
        self.opts.clone().user(Some(&self.name)).pass(Some("secret-of-the-user"))
    }
}

impl Drop for User {
    fn drop(&mut self) {
        if let Ok(mut conn) = Conn::new(self.opts.clone()) {
            let _ = conn.query_drop(format!("DROP USER '{}'@'%'", self.name));
        }
    }
}

/// The tables, in the order in which the migrations make them.
pub const TABLES: [&str; 18] = [
    "auth_user",
    "user_label",
    "auth_user_label",
    "group_member",
    "referral_history",
    "campaign",
    "campaign_promo_code",
    "points_transaction",
    "token_transaction",
    "redeem_transaction",
    "bytemark_order_payments",
    "bytemark_order_items",
    "bytemark_pass",
    "trip",
    "cm_activity_location",
    "user_rating",
    "telework",
    "app_data",
];

/// How many statements the server has had from this session.
pub fn questions(conn: &mut Conn) -> u64 {
    let (_, count): (String, u64) =
        conn.query_first("SHOW SESSION STATUS LIKE 'Questions'").expect("ask").expect("an answer");
    count
}

/// A message with all of its causes, as a reporter would print it.
pub fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// An example of this crate, to be run as a process. cargo builds the examples before the tests.
pub fn example(name: &str) -> Command {
    let program = std::env::current_exe().expect("a path of this program");
    let folder: PathBuf = program.ancestors().nth(2).expect("target/*/").join("examples");
    let program = folder.join(name);
    assert!(program.is_file(), "run `cargo build --examples` first, as `cargo test` alone does");
    Command::new(program)
}

/// A table that nobody else gets at: somebody's forgotten transaction has read it, and somebody's
/// `ALTER TABLE` waits for that, so that whoever comes next queues behind both.
pub struct Blockade {
    reader: Conn,
    waiting: Option<std::thread::JoinHandle<()>>,
}

impl Blockade {
    pub fn of(db: &Database, table: &str) -> Self {
        let mut reader = db.conn();
        reader.query_drop("START TRANSACTION").expect("begin");
        reader.query_drop(format!("SELECT 1 FROM {table}")).expect("read");
        let mut writer = db.conn();
        let id = writer.connection_id();
        let sql = format!("ALTER TABLE {table} COMMENT = 'altered'");
        let waiting = std::thread::spawn(move || writer.query_drop(sql).expect("alter"));
        let state = format!("SELECT state FROM information_schema.processlist WHERE id = {id}");
        let mut watcher = db.conn();
        while !watcher
            .query_first::<Option<String>, _>(&state)
            .expect("ask")
            .flatten()
            .is_some_and(|state| state.contains("metadata lock"))
        {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Self { reader, waiting: Some(waiting) }
    }

    /// Ends the forgotten transaction, and waits for the other one to get what it wanted.
    pub fn lift(mut self) {
        self.reader.query_drop("ROLLBACK").expect("roll back");
        if let Some(waiting) = self.waiting.take() {
            waiting.join().expect("the ALTER TABLE");
        }
    }
}
