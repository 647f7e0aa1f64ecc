//! `make demo`: three replicas of a service boot at once against an empty database.
//!
//! The database is one of its own, dropped at the end: on the server of `QUICKSIGHT_DATABASE_URL`, or
//! else on a throwaway one.

#[path = "../src/bin/quicksight-migrations/connection.rs"]
mod connection;
#[path = "dashboard/guest.rs"]
mod guest;
#[allow(dead_code, unreachable_pub)]
#[path = "../tests/support/server/mod.rs"]
mod server;
#[path = "dashboard/site.rs"]
mod site;
#[path = "../src/bin/quicksight-migrations/terminal.rs"]
mod terminal;

use std::{
    env,
    error::Error,
    io::{BufRead, BufReader, Write},
    process::{Command, ExitCode, Stdio},
    thread,
    time::Instant,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::run_quicksight_migrations;
use site::Site;
use terminal::{Output, complain};

const REPLICAS: usize = 3;

fn main() -> ExitCode {
    match run(&mut Output::default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let site = Site::new()?;
    let mut conn = site.connect()?;

    writeln!(out, "{REPLICAS} replicas boot at the same time:")?;
    boot_replicas(site.url())?;

    writeln!(out, "\nWhat is there now:")?;
    print_tables(&mut conn, out)?;

    let started = Instant::now();
    let report = run_quicksight_migrations(&mut conn)?;
    writeln!(
        out,
        "\nA boot with nothing to do took {:.2} ms and {} statement.",
        started.elapsed().as_secs_f64() * 1000.0,
        report.statements()
    )?;
    Ok(())
}

/// Runs the example `service_boot` as processes of its own, and prints what each says.
fn boot_replicas(url: &str) -> Result<(), Box<dyn Error>> {
    let service = env::current_exe()?.with_file_name("service_boot");
    let replicas: Result<Vec<_>, _> = (1..=REPLICAS)
        .map(|number| {
            let mut replica = Command::new(&service)
                .env("QUICKSIGHT_DATABASE_URL", url)
                .env("RUST_LOG", "service_boot=info,quicksight_migrations=info")
                .env("RUST_LOG_STYLE", "never")
                .stderr(Stdio::piped())
                .spawn()?;
            let lines = BufReader::new(replica.stderr.take().ok_or("no output to read")?).lines();
            let printer = thread::spawn(move || {
                for line in lines.map_while(Result::ok) {
                    let line = without_stamp(&line);
                    let _ = writeln!(Output::default(), "  replica {number}  {line}");
                }
            });
            Ok::<_, Box<dyn Error>>((number, replica, printer))
        })
        .collect();
    for (number, mut replica, printer) in replicas? {
        let status = replica.wait()?;
        let _ = printer.join();
        if !status.success() {
            return Err(format!("replica {number} ended with {status}").into());
        }
    }
    Ok(())
}

/// The message of a line such as `[2025-03-31T03:07:08Z INFO  module] message`.
fn without_stamp(line: &str) -> &str {
    line.split_once("] ").map_or(line, |(_, message)| message)
}

fn print_tables(conn: &mut Conn, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let tables: Vec<(String, u64, String)> = conn.query(
        "SELECT t.table_name, COUNT(c.column_name), t.table_comment \
         FROM information_schema.tables t \
         JOIN information_schema.columns c USING (table_schema, table_name) \
         WHERE t.table_schema = DATABASE() \
         GROUP BY t.table_name, t.table_comment ORDER BY t.table_name",
    )?;
    writeln!(out, "  {:<27}{:>5}{:>9}  what a row is", "table", "rows", "columns")?;
    for (table, columns, comment) in tables {
        let rows: Option<u64> = conn.query_first(format!("SELECT COUNT(*) FROM `{table}`"))?;
        writeln!(out, "  {table:<27}{:>5}{columns:>9}  {comment}", rows.unwrap_or_default())?;
    }
    Ok(())
}
