//! A month on one page: revenue, trips, campaigns, hot spots, and whether the rows agree.
//!
//! ```text
//! cargo run --release --features analytics --example dashboard [-- --out FILE]
//! ```
//!
//! Uses the database in `QUICKSIGHT_DATABASE_URL`, or else a throwaway server of its own. Tables that
//! are empty are filled with a city that never was; tables that hold rows are only read.

mod charts;
mod city;
mod findings;
mod page;
#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/support/server.rs"]
mod server;
mod site;
mod summary;

use std::{
    env,
    error::Error,
    fs,
    io::{IsTerminal, Write},
    path::PathBuf,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    ledger::{Activity, NewPointsTransfer, SystemAccount, record_points_transfer},
    run_quicksight_migrations,
    time::{Date, Duration, Month, PrimitiveDateTime},
};

use city::{City, Period, Size};
use findings::Findings;
use site::Site;

const USERS: usize = 1_500;
const DAYS: u16 = 31;

fn main() -> Result<(), Box<dyn Error>> {
    let out = arguments()?;
    let site = Site::open()?;
    let mut conn = site.connect()?;
    run_quicksight_migrations(&mut conn)?;

    if is_empty(&mut conn)? {
        println!("The tables are empty: filling them with a city of {USERS} users.");
        fill(&mut conn)?;
        reward(&mut conn)?;
    } else {
        println!("The tables hold rows: they are read, and nothing is written.");
    }

    let last = newest(&mut conn)?.ok_or("there is neither a trip nor a movement of points")?;
    let first = last.date().checked_sub(Duration::days(i64::from(DAYS) - 1));
    let findings = Findings::gather(&mut conn, first.ok_or("there is no month before that")?)?;
    summary::print(&findings);

    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&out, page::render(&findings)?)?;
    println!("\nThe same with charts: {}", out.display());
    Ok(())
}

fn arguments() -> Result<PathBuf, Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Ok(PathBuf::from("target/dashboard.html")),
        ["--out", file] => Ok(PathBuf::from(file)),
        _ => Err("usage: dashboard [--out FILE]".into()),
    }
}

/// Whether there is no row in any table that would be filled.
fn is_empty(conn: &mut Conn) -> mysql::Result<bool> {
    for table in [
        "auth_user",
        "referral_history",
        "campaign",
        "points_transaction",
        "token_transaction",
        "bytemark_order_payments",
        "trip",
        "cm_activity_location",
    ] {
        if conn.query_first::<u8, _>(format!("SELECT 1 FROM {table} LIMIT 1"))?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fill(conn: &mut Conn) -> Result<(), Box<dyn Error>> {
    let is_terminal = std::io::stdout().is_terminal();
    let mut progress = |table: &'static str, rows: usize, of: usize| {
        if is_terminal {
            print!("\r  {table:<24} {rows:>6} of {of} rows");
            let _ = std::io::stdout().flush();
        }
        if rows == of {
            println!("{}  {table:<24} {rows:>6} rows   ", if is_terminal { "\r" } else { "" });
        }
    };
    let first = Date::from_calendar_date(2025, Month::March, 1)?;
    let period = Period { first, days: DAYS };
    let size = Size { tokens: 6_000, points: 20_000, trips: 30_000, ..Size::of_users(USERS) };
    City { seed: 18, size, period }.fill(conn, &mut progress)?;
    Ok(())
}

/// The service at work: a reward from the budget, two rows that sum to zero.
fn reward(conn: &mut Conn) -> Result<(), Box<dyn Error>> {
    let now = newest(conn)?.ok_or("the city is empty")?;
    let user: i32 = conn.query_first("SELECT MIN(id) FROM auth_user")?.ok_or("nobody is there")?;
    let budget = SystemAccount::Budget.id();
    let reward = NewPointsTransfer::new(budget, user, Activity::CampaignReward, "5.00".parse()?);
    let recorded = record_points_transfer(conn, &reward.created_on(now))?;
    println!(
        "Recorded a reward: user {user} has {} points now, the budget {}.",
        recorded.credit().balance(),
        recorded.debit().balance()
    );
    Ok(())
}

/// When something was last recorded, which is where the month ends. A date that is yet to come is a
/// wrong one; the day is for time zones.
fn newest(conn: &mut Conn) -> mysql::Result<Option<PrimitiveDateTime>> {
    let mut newest = None;
    for (table, date) in [("points_transaction", "created_on"), ("trip", "started_on")] {
        let sql = format!(
            "SELECT MAX({date}) FROM {table} \
             WHERE {date} BETWEEN '1000-01-01' AND NOW() + INTERVAL 1 DAY"
        );
        newest = newest.max(conn.query_first::<Option<PrimitiveDateTime>, _>(sql)?.flatten());
    }
    Ok(newest)
}
