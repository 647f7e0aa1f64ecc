//! A preview of the five dashboards on one page, drawn from a database, and whether its rows agree.
//!
//! ```text
//! cargo run --release --features analytics --example dashboard -- --help
//! ```

mod charts;
mod city;
mod guest;
mod html;
mod page;
mod preview;
#[allow(dead_code, unreachable_pub)]
#[path = "../../tests/support/server/mod.rs"]
mod server;
mod site;
mod source;
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
    quicksight::apply_views,
    run_quicksight_migrations,
    time::{Date, Month},
};

use city::{City, Period, Size};
use preview::Preview;
use site::Site;
use source::Source;
use terminal::{Output, complain};

const DAYS: u16 = 31;
const USAGE_ERROR: u8 = 64;

/// Draws the five dashboards of QuickSight on one page, from the rows of a database, and says whether those agree
///
/// Without --read or --fill it makes a city up, in a database of its own that it drops at the end: on
/// the server of `QUICKSIGHT_DATABASE_URL`, or else on a throwaway one. What is in the database that the
/// URL names is neither read nor changed. With --read and --fill it reads through the views of `quicksight
/// views --apply`, or where they are missing the same from the tables. It never makes them there.
#[derive(Parser)]
#[command(version, verbatim_doc_comment)]
struct Line {
    /// Draw what is in the database that `QUICKSIGHT_DATABASE_URL` names, in a session that can only read
    #[arg(long, conflicts_with = "fill")]
    read: bool,

    /// Fill that database with the made-up city, and draw it; refused if any of its tables has a row
    #[arg(long)]
    fill: bool,

    /// How many users the made-up city has
    #[arg(long, value_name = "NUMBER", default_value_t = 1_500, conflicts_with = "read", value_parser = clap::value_parser!(u32).range(100..=100_000))]
    users: u32,

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
            let name = name(&mut conn)?;
            writeln!(out, "Reading the database {name}: nothing is written.")?;
            return self.draw(&mut conn, &named(&name), out);
        }
        if self.fill {
            let mut conn = site::connect_to_given()?;
            refuse_rows(&mut conn)?;
            let name = name(&mut conn)?;
            writeln!(out, "Filling the database {name}.")?;
            self.fill(&mut conn, out)?;
            return self.draw(&mut conn, &named(&name), out);
        }
        let site = Site::new()?;
        let mut conn = site.connect()?;
        writeln!(out, "What follows is made up; --read draws what is in a database of yours.")?;
        self.fill(&mut conn, out)?;
        writeln!(out, "Made what QuickSight reads: {}.", apply_views(&mut conn)?)?;
        self.draw(&mut conn, "a made-up city", out)
    }

    fn fill(&self, conn: &mut Conn, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
        run_quicksight_migrations(conn)?;
        let users = self.users.try_into()?;
        writeln!(out, "Making up a city of {users} users:")?;
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
        // A month of a busy city.
        let size = Size {
            tokens: 4 * users,
            points: 13 * users,
            trips: 20 * users,
            ..Size::of_users(users)
        };
        City { seed: 18, size, period }.fill(conn, &mut progress)?;
        reward(conn, out)
    }

    fn draw(
        &self,
        conn: &mut Conn,
        place: &str,
        out: &mut impl Write,
    ) -> Result<(), Box<dyn Error>> {
        let source = Source::of(conn)?;
        let last = source
            .newest(conn)?
            .ok_or("there is neither a trip nor a movement of points to draw")?;
        let end = last.date().next_day().ok_or("there is no day after the last one")?;
        let preview = Preview::gather(conn, source, place, end)?;
        summary::print(&preview, out)?;

        if let Some(folder) = self.out.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.out, page::render(&preview)?)?;
        writeln!(out, "\nThe dashboards, to be looked at: {}", self.out.display())?;
        Ok(())
    }
}

fn named(database: &str) -> String {
    format!("the database {database}")
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

/// The service at work: a reward from the budget, two rows that sum to zero.
fn reward(conn: &mut Conn, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let now = Source::Tables.newest(conn)?.ok_or("the city is empty")?;
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
