//! A month on one page: revenue, trips, campaigns, hot spots, and whether the rows agree.
//!
//! ```text
//! cargo run --release --features analytics --example dashboard -- --help
//! ```

mod charts;
mod city;
mod findings;
mod guest;
mod page;
#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/support/server.rs"]
mod server;
mod site;
mod summary;

#[path = "../../src/bin/quicksight-migrations/connection.rs"]
mod connection;
#[path = "../../src/bin/quicksight-migrations/terminal.rs"]
mod terminal;

use std::{
    error::Error,
    fs,
    io::{IsTerminal, Write, stdout},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Migrator,
    ledger::{Account, Activity, Ends, NewPointsTransfer, SystemAccount, record_points_transfer},
    run_quicksight_migrations,
    time::{Date, Duration, Month, PrimitiveDateTime},
};

use city::{City, Period, Size};
use findings::Findings;
use site::Site;
use terminal::{Output, complain};

const USERS: usize = 1_500;
const DAYS: u16 = 31;
const NO_SUCH_TABLE: u16 = 1146;
const USAGE_ERROR: u8 = 64;

/// Draws a month on one page: revenue, trips, campaigns, hot spots, and whether the rows agree
///
/// Without --read or --fill it makes a city up, in a database of its own that it drops at the end: on
/// the server of `QUICKSIGHT_DATABASE_URL`, or else on a throwaway one. What is in the database that the
/// URL names is neither read nor changed.
#[derive(Parser)]
#[command(version, verbatim_doc_comment)]
struct Line {
    /// Draw what is in the database that `QUICKSIGHT_DATABASE_URL` names, in a session that can only read
    #[arg(long, conflicts_with = "fill")]
    read: bool,

    /// Fill that database with the made-up city, and draw it; refused if any of its tables has a row
    #[arg(long)]
    fill: bool,

    /// Where the page goes
    #[arg(long, value_name = "FILE", default_value = "target/dashboard.html")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let outcome = match Line::try_parse() {
        Ok(line) => line.run(&mut Output::default()),
        Err(answer) => {
            let _ = answer.print();
            return if answer.use_stderr() { USAGE_ERROR.into() } else { ExitCode::SUCCESS };
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

impl Line {
    fn run(&self, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
        if self.read {
            let mut conn = site::connect_to_given()?;
            conn.query_drop("SET SESSION TRANSACTION READ ONLY")?;
            writeln!(out, "Reading the database {}: nothing is written.", name(&mut conn)?)?;
            return self.draw(&mut conn, out);
        }
        if self.fill {
            let mut conn = site::connect_to_given()?;
            refuse_rows(&mut conn)?;
            writeln!(out, "Filling the database {}.", name(&mut conn)?)?;
            fill(&mut conn, out)?;
            return self.draw(&mut conn, out);
        }
        let site = Site::new()?;
        let mut conn = site.connect()?;
        writeln!(out, "What follows is made up; --read draws what is in a database of yours.")?;
        fill(&mut conn, out)?;
        self.draw(&mut conn, out)
    }

    fn draw(&self, conn: &mut Conn, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
        let last =
            newest(conn)?.ok_or("there is neither a trip nor a movement of points to draw")?;
        let first = last.date().checked_sub(Duration::days(i64::from(DAYS) - 1));
        let findings = Findings::gather(conn, first.ok_or("there is no month before that")?)?;
        summary::print(&findings, out)?;

        if let Some(folder) = self.out.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.out, page::render(&findings)?)?;
        writeln!(out, "\nThe same with charts: {}", self.out.display())?;
        Ok(())
    }
}

fn name(conn: &mut Conn) -> mysql::Result<String> {
    let name: Option<Option<String>> = conn.query_first("SELECT DATABASE()")?;
    Ok(name.flatten().unwrap_or_default())
}

/// Made-up rows belong among no others.
fn refuse_rows(conn: &mut Conn) -> Result<(), Box<dyn Error>> {
    let status = Migrator::new().status(conn)?;
    let there: Vec<String> = conn.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()",
    )?;
    let mut filled = Vec::new();
    for migration in status.migrations() {
        let table = migration.name().split_once("__").map_or("", |(_, table)| table);
        let look = format!("SELECT 1 FROM `{table}` LIMIT 1");
        if there.iter().any(|name| name == table) && conn.query_first::<u8, _>(look)?.is_some() {
            filled.push(table);
        }
    }
    if filled.is_empty() {
        return Ok(());
    }
    Err(format!("nothing was filled, because there are rows in {}", filled.join(", ")).into())
}

fn fill(conn: &mut Conn, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    run_quicksight_migrations(conn)?;
    writeln!(out, "Making up a city of {USERS} users:")?;
    let is_terminal = stdout().is_terminal();
    let mut progress = |table: &'static str, rows: usize, of: usize| {
        // That nobody sees it is no reason to stop.
        if is_terminal {
            let _ = write!(out, "\r  {table:<24} {rows:>6} of {of} rows");
            let _ = out.flush();
        }
        if rows == of {
            let start = if is_terminal { "\r" } else { "" };
            let _ = writeln!(out, "{start}  {table:<24} {rows:>6} rows   ");
        }
    };
    let first = Date::from_calendar_date(2025, Month::March, 1)?;
    let period = Period { first, days: DAYS };
    let size = Size { tokens: 6_000, points: 20_000, trips: 30_000, ..Size::of_users(USERS) };
    City { seed: 18, size, period }.fill(conn, &mut progress)?;
    reward(conn, out)
}

/// The service at work: a reward from the budget, two rows that sum to zero.
fn reward(conn: &mut Conn, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let now = newest(conn)?.ok_or("the city is empty")?;
    let user: i32 = conn.query_first("SELECT MIN(id) FROM auth_user")?.ok_or("nobody is there")?;
    let ends = Ends { payer: SystemAccount::Budget.into(), payee: Account::user(user) };
    let reward = NewPointsTransfer::new(ends, Activity::CampaignReward, "5.00".parse()?);
    let recorded = record_points_transfer(conn, &reward.created_on(now))?;
    writeln!(
        out,
        "Recorded a reward: user {user} has {} points now, the budget {}.",
        recorded.credit().balance(),
        recorded.debit().balance()
    )?;
    Ok(())
}

/// When something was last recorded, which is where the month ends. A date that is yet to come is a
/// wrong one; the day is for time zones.
fn newest(conn: &mut Conn) -> Result<Option<PrimitiveDateTime>, Box<dyn Error>> {
    let mut newest = None;
    for (table, date) in [("points_transaction", "created_on"), ("trip", "started_on")] {
        let sql = format!(
            "SELECT MAX({date}) FROM {table} \
             WHERE {date} BETWEEN '1000-01-01' AND UTC_TIMESTAMP() + INTERVAL 1 DAY"
        );
        let found = conn.query_first::<Option<PrimitiveDateTime>, _>(sql).map_err(explained)?;
        newest = newest.max(found.flatten());
    }
    Ok(newest)
}

fn explained(error: mysql::Error) -> Box<dyn Error> {
    match &error {
        mysql::Error::MySqlError(answer) if answer.code == NO_SUCH_TABLE => {
            Box::new(NoTables(error))
        }
        _ => error.into(),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("there are no tables to draw: name the database that has them, or make them with `up`")]
struct NoTables(#[source] mysql::Error);
