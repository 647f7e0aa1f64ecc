//! A database of one test, and users with few rights on it.

use std::{thread, time::Duration};

use mysql::{Conn, Opts, OptsBuilder, prelude::Queryable};
use quicksight_migrations::run_quicksight_migrations;
#[cfg(feature = "partition")]
use quicksight_migrations::{
    partition,
    time::{Date, Month},
};

use super::{HISTORY, SHARED, Server, migrations, quoted, unique};

/// A database of one test, dropped with it.
pub struct Database {
    name: String,
    server: Opts,
}

/// A fresh, empty database on the shared server.
pub fn database() -> Database {
    Database::create(SHARED.opts.clone(), &unique("qs"))
}

/// A fresh database with all of the tables.
#[track_caller]
pub fn migrated() -> Database {
    database().migrated()
}

/// The same for a test of what no partitioned table can be, whatever the suite runs on.
#[track_caller]
pub fn whole() -> Database {
    database().whole()
}

/// An empty database under a name that is part of the test.
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

/// Connects. MariaDB 10.5 may know no host for a moment while another test makes or drops a user.
pub fn connect(opts: impl Into<Opts>) -> mysql::Result<Conn> {
    const HOST_NOT_PRIVILEGED: u16 = 1130;

    let opts = opts.into();
    for _ in 0..100 {
        match Conn::new(opts.clone()) {
            Err(mysql::Error::MySqlError(error)) if error.code == HOST_NOT_PRIVILEGED => {
                thread::sleep(Duration::from_millis(50));
            }
            outcome => return outcome,
        }
    }
    Conn::new(opts)
}

/// Whether each database that has all of the tables has them partitioned: suites run once more with
/// `QUICKSIGHT_TEST_PARTITIONED=1`.
pub fn is_partitioned() -> bool {
    std::env::var_os("QUICKSIGHT_TEST_PARTITIONED").is_some_and(|value| value == "1")
}

/// Into how many places a server looks for an id that comes without its date.
pub fn places_of_an_id() -> u64 {
    if is_partitioned() { 6 } else { 1 }
}

impl Database {
    fn create(server: Opts, name: &str) -> Self {
        let mut conn = connect(server.clone()).expect("connect");
        conn.query_drop(format!("CREATE DATABASE {}", quoted(name))).expect("create a database");
        Self { name: name.to_owned(), server }
    }

    /// The same with all of the tables in it.
    #[track_caller]
    pub fn migrated(self) -> Self {
        let db = self.whole();
        #[cfg(feature = "partition")]
        if is_partitioned() {
            db.partition();
        }
        db
    }

    #[track_caller]
    fn whole(self) -> Self {
        run_quicksight_migrations(&mut self.conn()).expect("a boot");
        self
    }

    /// Partitions each table that can be, as an operator would.
    #[cfg(feature = "partition")]
    #[track_caller]
    pub fn partition(&self) {
        for table in partition::Table::ALL {
            self.partition_one(table);
        }
    }

    /// The same of one table.
    #[cfg(feature = "partition")]
    #[track_caller]
    pub fn partition_one(&self, table: partition::Table) {
        // Most rows of tests are from these months.
        let day = |month| Date::from_calendar_date(2025, month, 1).expect("a day");
        let (since, today) = (day(Month::February), day(Month::May));
        let policy = partition::Policy::monthly().since(since).ahead(partition::Span::months(1));
        let mut conn = self.conn();
        let layout = partition::look(&mut conn, table).expect("a look");
        let plan = partition::plan(&layout, today, &policy).expect("a plan");
        plan.apply(&mut conn).expect("partitions");
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
        connect(self.opts()).expect("connect")
    }

    /// A new user with these rights on this database, as in `SELECT, CREATE`; dropped with the
    /// returned value.
    pub fn user(&self, rights: &str) -> User {
        let mut conn = self.conn();
        // Not `%`: while a server of MariaDB 10.5 loads its users, one that may come from anywhere
        // makes it refuse, with error 1130, whoever else connects.
        let host = conn.query_first("SELECT SUBSTRING_INDEX(USER(), '@', -1)").expect("the host");
        let user = User { name: unique("u"), host: host.expect("a row"), database: self.opts() };
        let account = user.account();
        // A literal underscore, not the wildcard that it is in a GRANT.
        let database = quoted(&self.name.replace('_', "\\_"));
        for sql in [
            format!("CREATE USER {account} IDENTIFIED BY 'secret-of-the-user'"),
            format!("GRANT {rights} ON {database}.* TO {account}"),
        ] {
            conn.query_drop(sql).expect("make a user");
        }
        user
    }

    /// Gives a user more rights, on one table.
    pub fn grant(&self, user: &User, rights: &str, table: &str) {
        let database = quoted(&self.name);
        let sql = format!("GRANT {rights} ON {database}.{table} TO {}", user.account());
        self.conn().query_drop(sql).expect("grant");
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
            .query(format!("SELECT version FROM {HISTORY} ORDER BY version"))
            .expect("read the history")
    }

    /// Takes what comes after this version out of the history: the statements are done, and a boot that
    /// died could not record it.
    pub fn forget_after(&self, version: i64) {
        let sql = format!("DELETE FROM {HISTORY} WHERE version > {version}");
        self.conn().query_drop(sql).expect("change the history");
    }

    /// Puts what another build has applied into the history.
    pub fn record(&self, version: i64, name: &str) {
        let row = format!("({version}, '{name}', '2027-01-02T03:04:05Z', '1')");
        self.conn().query_drop(format!("INSERT INTO {HISTORY} VALUES {row}")).expect("record");
    }

    /// All of the tables are there, and each migration is recorded once.
    #[track_caller]
    pub fn assert_complete(&self) {
        let mut expected = [migrations::tables(), &[HISTORY]].concat();
        expected.sort_unstable();
        assert_eq!(self.tables(), expected);
        assert_eq!(self.history(), migrations::versions());
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Ok(mut conn) = connect(self.server.clone()) else { return };
        let _ = conn.query_drop("SET SESSION lock_wait_timeout = 5");
        let _ = conn.query_drop(format!("DROP DATABASE IF EXISTS {}", quoted(&self.name)));
    }
}

/// A user of the server with few rights.
pub struct User {
    name: String,
    host: String,
    database: OptsBuilder,
}

impl User {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a GRANT calls it.
    fn account(&self) -> String {
        format!("'{}'@'{}'", self.name, self.host)
    }

    #[track_caller]
    pub fn conn(&self) -> Conn {
        connect(self.opts()).expect("connect as a user with few rights")
    }

    /// How to connect as this user.
    pub fn opts(&self) -> OptsBuilder {
        self.database.clone().user(Some(&self.name)).pass(Some("secret-of-the-user"))
    }
}

impl Drop for User {
    fn drop(&mut self) {
        if let Ok(mut conn) = connect(self.database.clone()) {
            let _ = conn.query_drop(format!("DROP USER {}", self.account()));
        }
    }
}
