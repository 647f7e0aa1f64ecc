//! What the triggers cost whoever adds a row.

use quicksight_migrations::{
    mysql::{Conn, prelude::Queryable},
    run_quicksight_migrations, summary,
};

use crate::{
    server::{Flavor, Server, program_flavor},
    table,
    watch::in_turn,
};

const ROUNDS: usize = 15;
const INSERTS: u32 = 100;

/// Each row a statement of its own, and a transaction of its own.
pub(crate) fn print() {
    let log = if program_flavor() == Flavor::MariaDb { "--log-bin=log" } else { "--log-bin" };
    let durable = ["--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1", "--server-id=1", log];
    let settings: [(&str, &[&str]); 2] = [
        ("each commit on the disk, with a binary log", &durable),
        ("no wait", &["--skip-log-bin"]),
    ];
    let rows = settings.map(|(name, options)| {
        let server = Server::start(options);
        let mut plain = database(&server, "plain");
        let mut watched = database(&server, "watched");
        summary::install_triggers(&mut watched).expect("install the triggers");
        let insert = |conn: &mut Conn| {
            for number in 0..INSERTS {
                conn.query_drop(if number % 2 == 0 { TRIP } else { POINTS }).expect("add a row");
            }
        };
        let [plain, watched] =
            in_turn(ROUNDS, [&mut || insert(&mut plain), &mut || insert(&mut watched)]);
        vec![
            name.to_owned(),
            table::time(plain / INSERTS),
            table::time(watched / INSERTS),
            table::digits(watched.div_duration_f64(plain)),
        ]
    });
    println!("\n{}", table::aligned(&["an insert", "plain", "with triggers", "times"], &rows));
}

const TRIP: &str = "INSERT INTO trip (user_id, travel_mode, started_on, distance) \
                    VALUES (1, 1, '2025-03-01 12:00:00', 5)";
const POINTS: &str = "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
                      VALUES (1, 1, 1, 1, '2025-03-01 12:00:00')";

fn database(server: &Server, name: &str) -> Conn {
    let mut conn = Conn::new(server.opts()).expect("connect");
    conn.query_drop(format!("CREATE DATABASE {name}")).expect("make a database");
    conn.query_drop(format!("USE {name}")).expect("use it");
    run_quicksight_migrations(&mut conn).expect("migrate");
    conn
}
