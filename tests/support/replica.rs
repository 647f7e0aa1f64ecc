//! A server and one that follows it.

use mysql::{Conn, Row, prelude::Queryable};

use super::{Database, Flavor, Server, database_on, quoted, server::program_flavor};

/// Two servers on the loopback interface, of which the second has what the first writes down.
pub struct Pair {
    primary: Server,
    replica: Server,
}

impl Pair {
    /// Starts both with these options; the second takes no writes but those of the first and of administrators.
    pub fn start(options: &[&str]) -> Self {
        let primary = Server::start(&[&binary_log(1)[..], options].concat());
        let replica = Server::start(&[&binary_log(2)[..], options, &["--read-only=1"]].concat());
        let pair = Self { primary, replica };
        follow(&mut pair.on_replica(), &pair.primary);
        pair
    }

    /// A fresh, empty database on the first.
    pub fn database(&self) -> Database {
        database_on(&self.primary)
    }

    pub fn replica(&self) -> &Server {
        &self.replica
    }

    fn on_replica(&self) -> Conn {
        Conn::new(self.replica.opts()).expect("connect to the replica")
    }

    /// An administrator's connection to the second, which has all that was written to the first by now.
    #[track_caller]
    pub fn caught_up(&self, db: &Database) -> Conn {
        let mut conn = self.on_replica();
        let position = written(&mut db.conn());
        let wait = match program_flavor() {
            Flavor::MySql => format!("SELECT WAIT_FOR_EXECUTED_GTID_SET('{position}', 60)"),
            Flavor::MariaDb => format!("SELECT MASTER_GTID_WAIT('{position}', 60)"),
        };
        let timed_out: Option<i8> = conn.query_first(wait).expect("wait");
        assert_eq!(timed_out, Some(0), "the replica does not follow:\n{}", self.replica.errors());
        conn.query_drop(format!("USE {}", quoted(db.name()))).expect("the database");
        conn
    }

    /// The replica has the same tables, partitions, triggers and rows.
    #[track_caller]
    pub fn assert_equal(&self, db: &Database) {
        let (there, here) = (dump(&mut self.caught_up(db)), dump(&mut db.conn()));
        for (there, here) in there.iter().zip(&here) {
            assert_eq!(there, here, "the replica and its primary");
        }
        assert_eq!(there.len(), here.len());
    }
}

/// Options for a server that takes part in replication as number `id`.
pub fn binary_log(id: u8) -> Vec<&'static str> {
    let mut options = vec!["--log-bin=binlog", "--log-slave-updates=1", "--sync-binlog=0"];
    options.push(if id == 1 { "--server-id=1" } else { "--server-id=2" });
    if program_flavor() == Flavor::MySql {
        options.extend(["--gtid-mode=ON", "--enforce-gtid-consistency=ON"]);
        options[1] = "--log-replica-updates=1";
    }
    options
}

/// The transactions that this server has logged.
pub fn written(conn: &mut Conn) -> String {
    let variable = match program_flavor() {
        Flavor::MySql => "@@gtid_executed",
        Flavor::MariaDb => "@@gtid_binlog_pos",
    };
    conn.query_first(format!("SELECT {variable}")).expect("ask").expect("an answer")
}

fn follow(replica: &mut Conn, primary: &Server) {
    let port = primary.port();
    let statements = match program_flavor() {
        Flavor::MySql => [
            format!(
                "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = {port}, \
                 SOURCE_USER = 'root', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1"
            ),
            "START REPLICA".into(),
        ],
        Flavor::MariaDb => [
            format!(
                "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {port}, \
                 MASTER_USER = 'root', MASTER_USE_GTID = slave_pos"
            ),
            "START SLAVE".into(),
        ],
    };
    for sql in statements {
        replica.query_drop(sql).expect("follow");
    }
}

/// All tables with their partitions and rows, and the triggers.
fn dump(conn: &mut Conn) -> Vec<String> {
    let tables: Vec<String> = conn.query("SHOW TABLES").expect("list the tables");
    let mut dump: Vec<String> = conn
        .query(
            "SELECT trigger_name AS name FROM information_schema.triggers \
             WHERE trigger_schema = DATABASE() ORDER BY trigger_name",
        )
        .expect("list the triggers");
    for table in tables.iter().map(|table| quoted(table)) {
        let shape = conn.query_first(format!("SHOW CREATE TABLE {table}")).expect("a shape");
        let (_, shape): (String, String) = shape.expect("a table");
        dump.push(without_next_id(&shape));
        let rows: Vec<Row> = conn.query(format!("SELECT * FROM {table}")).expect("rows");
        let mut rows: Vec<_> = rows.into_iter().map(|row| format!("{:?}", row.unwrap())).collect();
        rows.sort();
        dump.extend(rows);
    }
    dump
}

/// A replica counts on from the ids that it was sent, its primary from those that it has set aside.
fn without_next_id(shape: &str) -> String {
    let Some((before, after)) = shape.split_once(" AUTO_INCREMENT=") else { return shape.into() };
    format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
}
