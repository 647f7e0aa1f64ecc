//! The ways to bring the same tables into place, each as a user of the tool would call it.

use std::sync::LazyLock;

use diesel::{Connection as _, MysqlConnection};
use diesel_migrations::MigrationHarness;
use mysql::{Conn, Row, prelude::Queryable};
use quicksight_migrations::run_quicksight_migrations;
use refinery::{Migration, Runner};
use sqlx::{
    AssertSqlSafe, ConnectOptions, SqlSafeStr,
    migrate::{MigrationType, Migrator},
    mysql::MySqlConnectOptions,
};

use crate::site::Address;

mod diesel_source;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// The library's own files, by version: every tool runs the same SQL.
pub static FILES: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    let mut files = runner().get_migrations().clone();
    files.sort();
    files
});

/// refinery's own way to run them, on its own driver.
pub fn runner() -> Runner {
    embedded::migrations::runner()
}

/// How many tables they make, one each.
pub static TABLES: LazyLock<usize> = LazyLock::new(|| FILES.len());

pub const OURS: &str = "ours";
pub const REFINERY: &str = "refinery";
pub const RAW: &str = "raw";
pub const RAW_WITH_HISTORY: &str = "raw_rows";

/// A way to make the tables.
pub struct Tool {
    pub id: &'static str,
    pub name: String,
    /// Whether it keeps a table of what was applied.
    pub has_history: bool,
    /// Opens a connection, and returns the boot that runs on it.
    pub open: fn(&Address) -> Boot,
}

/// The part of a boot that is timed. It keeps its connection open afterwards, because closing it
/// would be timed too.
pub type Boot = Box<dyn FnMut()>;

/// The tools that know what was applied before, ours first.
pub fn migrators() -> Vec<Tool> {
    let tool = |id, package, open| Tool {
        id,
        name: format!("{package} {}", locked_version(package)),
        has_history: true,
        open,
    };
    vec![
        tool(OURS, "quicksight-migrations", ours),
        tool(REFINERY, "refinery", refinery),
        tool("sqlx", "sqlx", sqlx),
        tool("diesel", "diesel_migrations", diesel),
    ]
}

/// The tools, and the same SQL by hand.
pub fn all() -> Vec<Tool> {
    let mut tools = vec![
        Tool { id: RAW, name: "SQL".into(), has_history: false, open: raw },
        Tool {
            id: RAW_WITH_HISTORY,
            name: "SQL + history rows".into(),
            has_history: true,
            open: raw_with_history,
        },
    ];
    tools.extend(migrators());
    tools
}

/// The least that a boot with nothing to do can be: our history read once, in a database of ours.
pub fn history_select() -> Tool {
    Tool { id: "select", name: "history SELECT alone".into(), has_history: true, open: select }
}

fn locked_version(package: &str) -> &'static str {
    let entry = format!("name = \"{package}\"\nversion = \"");
    let lock = include_str!("../Cargo.lock");
    let (_, rest) = lock.split_once(&entry).expect("the package is in the lock file");
    rest.split('"').next().unwrap_or_default()
}

fn ours(at: &Address) -> Boot {
    let mut conn = at.connect();
    Box::new(move || {
        run_quicksight_migrations(&mut conn).expect("a boot of ours");
    })
}

fn refinery(at: &Address) -> Boot {
    let mut conn = at.connect();
    let runner = runner();
    Box::new(move || {
        runner.run(&mut conn).expect("a boot of refinery");
    })
}

fn sqlx(at: &Address) -> Boot {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("an async runtime");
    let options: MySqlConnectOptions = at.url().parse().expect("a URL");
    let mut conn = runtime.block_on(options.connect()).expect("connect with sqlx");
    let migrations = FILES.iter().map(|file| {
        sqlx::migrate::Migration::new(
            file.version().into(),
            file.name().to_owned().into(),
            MigrationType::Simple,
            AssertSqlSafe(sql(file)).into_sql_str(),
            false,
        )
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    Box::new(move || runtime.block_on(migrator.run(&mut conn)).expect("a boot of sqlx"))
}

fn diesel(at: &Address) -> Boot {
    let mut conn = MysqlConnection::establish(&at.url()).expect("connect with diesel");
    Box::new(move || {
        conn.run_pending_migrations(diesel_source::Files).expect("a boot of diesel");
    })
}

fn select(at: &Address) -> Boot {
    let mut conn = at.connect();
    Box::new(move || {
        let rows: Vec<Row> = conn
            .query(
                "SELECT version, name, applied_on, checksum FROM quicksight_schema_history \
                 ORDER BY version",
            )
            .expect("our history");
        assert_eq!(rows.len(), *TABLES, "rows of the history");
    })
}

fn raw(at: &Address) -> Boot {
    let mut conn = at.connect();
    Box::new(move || {
        for file in FILES.iter() {
            send(&mut conn, sql(file));
        }
    })
}

/// The least that remembers: a table for the history, and a row in it for each file.
fn raw_with_history(at: &Address) -> Boot {
    let mut conn = at.connect();
    Box::new(move || {
        send(
            &mut conn,
            "CREATE TABLE history (version INT NOT NULL PRIMARY KEY, name VARCHAR(255), \
             applied_on VARCHAR(255), checksum VARCHAR(255)) ENGINE=InnoDB",
        );
        for file in FILES.iter() {
            send(&mut conn, sql(file));
            let (version, name, checksum) = (file.version(), file.name(), file.checksum());
            let row = format!("({version}, '{name}', '2024-01-01T00:00:00Z', '{checksum}')");
            send(&mut conn, &format!("INSERT INTO history VALUES {row}"));
        }
    })
}

fn send(conn: &mut Conn, sql: &str) {
    conn.query_drop(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn sql(file: &'static Migration) -> &'static str {
    file.sql().expect("a file has its SQL")
}
