//! The server, the city on it, and a connection for each of the two that are compared.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use quicksight_migrations::{
    mysql::{Conn, Opts, OptsBuilder, prelude::Queryable},
    run_quicksight_migrations,
};

use crate::{
    city::City,
    machine,
    server::{self, Flavor, Server},
    table,
};

const DATABASE: &str = "quicksight_scale";

/// A small server of production. Each name is known to one of MySQL and MariaDB, or to both.
const OPTIONS: [&str; 4] = [
    "--skip-log-bin",
    "--innodb-buffer-pool-size=2G",
    "--loose-innodb-redo-log-capacity=2G",
    "--loose-innodb-log-file-size=1G",
];

const TABLES: [&str; 8] = [
    "auth_user",
    "referral_history",
    "campaign",
    "token_transaction",
    "points_transaction",
    "bytemark_order_payments",
    "trip",
    "cm_activity_location",
];

pub(crate) struct Site {
    pub(crate) ours: Conn,
    pub(crate) original: Conn,
    #[allow(dead_code, reason = "one of the benchmarks has writers besides")]
    opts: Opts,
    server: Option<Server>,
}

impl Site {
    /// The server that `QUICKSIGHT_DATABASE_URL` names, or one of our own, with a database that has
    /// its tables and no rows.
    pub(crate) fn open() -> Self {
        let (opts, server) = if let Some(opts) = server::given() {
            (opts, None)
        } else {
            let server = Server::start(&OPTIONS);
            (Opts::from(server.opts()), Some(server))
        };
        let connect = || Conn::new(OptsBuilder::from_opts(opts.clone())).expect("connect");
        let (ours, original) = (connect(), connect());
        let mut site = Self { ours, original, opts: opts.clone(), server };
        site.ours.query_drop(format!("DROP DATABASE IF EXISTS {DATABASE}")).expect("drop");
        site.ours.query_drop(format!("CREATE DATABASE {DATABASE}")).expect("create a database");
        for conn in [&mut site.ours, &mut site.original] {
            conn.query_drop(format!("USE {DATABASE}")).expect("use the database");
        }
        run_quicksight_migrations(&mut site.ours).expect("migrate");
        site
    }

    /// One more connection, to this database of the server.
    #[allow(dead_code, reason = "one of the benchmarks has writers besides")]
    pub(crate) fn another(&self, database: &str) -> Conn {
        let opts = OptsBuilder::from_opts(self.opts.clone()).db_name(Some(database));
        Conn::new(opts).expect("connect")
    }

    /// Fills the tables, and tells how many rows they have.
    pub(crate) fn load(&mut self, city: City) -> String {
        let mut sizes: Vec<(&str, usize)> = Vec::new();
        let bar = ProgressBar::new(0);
        bar.set_style(
            ProgressStyle::with_template(
                "{msg:24} {bar:40} {human_pos} of {human_len}, {eta} left",
            )
            .expect("a template"),
        );
        city.fill(&mut self.ours, &mut |table, rows, total| {
            bar.set_message(table);
            bar.set_length(total as u64);
            bar.set_position(rows as u64);
            if rows == total {
                sizes.push((table, total));
                if bar.is_hidden() {
                    eprintln!("{table}: {total} rows are in");
                }
            }
        })
        .expect("fill the tables");
        bar.finish_and_clear();
        self.ours
            .query_drop(format!("ANALYZE TABLE {}", TABLES.join(", ")))
            .expect("look at the tables");
        let sizes =
            sizes.iter().map(|(table, rows)| format!("{} {table}", table::grouped(*rows as u64)));
        format!("Rows: {}", sizes.collect::<Vec<_>>().join(", "))
    }

    /// From now on no `SELECT` takes longer, and `NOW()` is the end of the period.
    pub(crate) fn set_limits(&mut self, limit: Duration, end: i64) {
        let sql = match self.flavor() {
            Flavor::MySql => format!("SET SESSION max_execution_time = {}", limit.as_millis()),
            Flavor::MariaDb => format!("SET SESSION max_statement_time = {}", limit.as_secs()),
        };
        for conn in [&mut self.ours, &mut self.original] {
            conn.query_drop(&sql).expect("set a limit");
            let now = format!("SET SESSION time_zone = '+00:00', timestamp = {end}");
            conn.query_drop(now).expect("set the clock");
        }
    }

    /// What the server's handlers read for a call, in rows and index entries.
    pub(crate) fn rows_read(&mut self, call: impl FnOnce(&mut Conn)) -> u64 {
        let first = self.reads();
        let second = self.reads();
        call(&mut self.ours);
        // To ask for the count counts, too.
        self.reads() - second - (second - first)
    }

    fn reads(&mut self) -> u64 {
        let counts: Vec<(String, u64)> = self
            .ours
            .query("SHOW SESSION STATUS LIKE 'Handler_read%'")
            .expect("ask how much was read");
        counts.iter().map(|(_, count)| count).sum()
    }

    fn flavor(&mut self) -> Flavor {
        Flavor::of_version(&self.version())
    }

    fn version(&mut self) -> String {
        self.ours.query_first("SELECT VERSION()").expect("ask for the version").expect("a row")
    }

    /// The server, its settings and the machine.
    pub(crate) fn description(&mut self) -> String {
        let version = match self.flavor() {
            Flavor::MySql => format!("MySQL {}", self.version()),
            Flavor::MariaDb => self.version(),
        };
        let settings = ["innodb_buffer_pool_size", "innodb_flush_log_at_trx_commit", "log_bin"];
        let settings = settings.map(|name| {
            let value: Option<String> = self
                .ours
                .query_first(format!("SELECT CAST(@@{name} AS CHAR)"))
                .expect("ask for a setting");
            format!("{name}={}", value.unwrap_or_default())
        });
        format!("{version}, {}\n{}", machine::description(), settings.join(" "))
    }
}

impl Drop for Site {
    /// Leaves nothing behind on a server that is somebody else's.
    fn drop(&mut self) {
        if self.server.is_none() {
            let _ = self.ours.query_drop(format!("DROP DATABASE IF EXISTS {DATABASE}"));
        }
    }
}
