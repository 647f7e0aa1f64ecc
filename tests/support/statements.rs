//! What the server was asked in truth, and how it goes about it: a test explains the very statement
//! that a call sent, and needs no copy of its SQL.

use std::sync::LazyLock;

use mysql::{Conn, Row, prelude::Queryable};

use super::{Database, Server, database_on};

/// A server that writes down each statement. The log is the whole server's, so no other test has
/// this one.
static WRITING: LazyLock<Server> =
    LazyLock::new(|| Server::start(&["--skip-log-bin", "--general-log=1", "--log-output=TABLE"]));

/// A fresh, empty database on a server that writes down each statement.
pub fn written_down() -> Database {
    database_on(&WRITING)
}

/// The prepared statements that a call executes on a database of [`written_down`], in order and with
/// the bound values in their places. `db` says where the call's connection leads.
pub fn executed(db: &Database, call: impl FnOnce(&mut Conn)) -> Vec<String> {
    let mut conn = db.conn();
    let id = conn.connection_id();
    call(&mut conn);
    db.conn()
        .query_map(
            format!(
                "SELECT argument FROM mysql.general_log \
                 WHERE thread_id = {id} AND command_type = 'Execute'"
            ),
            |argument: Vec<u8>| String::from_utf8(argument).expect("SQL is text"),
        )
        .expect("read what the server wrote down")
}

/// How the server reads one table of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The alias of the table.
    pub table: String,
    /// How it is read: `index` is a whole index in its order, `ALL` a whole table.
    pub access: String,
    /// The index that is read.
    pub key: Option<String>,
    /// What else is done, such as `Using index; Using filesort`.
    pub extra: String,
}

impl Step {
    /// The rows themselves are not read, only the index.
    pub fn is_index_only(&self) -> bool {
        self.extra.split("; ").any(|done| done == "Using index")
    }

    /// Rows are put aside, to be sorted or grouped.
    pub fn puts_aside(&self) -> bool {
        self.extra.contains("filesort") || self.extra.contains("temporary")
    }
}

/// How the server would go about a statement, table by table.
#[track_caller]
pub fn explain(db: &Database, sql: &str) -> Vec<Step> {
    let explained = explained(sql);
    let rows: Vec<Row> =
        db.conn().query(&explained).unwrap_or_else(|error| panic!("{explained}: {error}"));
    let text =
        |row: &Row, column| row.get_opt::<Option<String>, _>(column).and_then(Result::ok).flatten();
    rows.iter()
        .map(|row| Step {
            table: text(row, "table").unwrap_or_default(),
            access: text(row, "type").unwrap_or_default(),
            key: text(row, "key"),
            extra: text(row, "Extra").unwrap_or_default(),
        })
        .collect()
}

/// What MariaDB is to set for the statement stays before all of it.
fn explained(sql: &str) -> String {
    const EXPLAIN: &str = "EXPLAIN FORMAT=TRADITIONAL";
    match sql.strip_prefix("/*M!").and_then(|rest| rest.split_once("*/")) {
        Some((settings, select)) => format!("/*M!{settings}*/ {EXPLAIN} {select}"),
        None => format!("{EXPLAIN} {sql}"),
    }
}
