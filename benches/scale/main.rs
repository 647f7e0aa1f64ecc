//! Times the reports on a city of many rows, each next to the statements that they replace.
//!
//! `make bench-scale`, or `cargo bench --bench scale --features analytics -- --full` for 11 million
//! rows. Uses the server in `QUICKSIGHT_DATABASE_URL`, or else a throwaway one of its own.

#[path = "../../examples/dashboard/city.rs"]
mod city;
mod growth;
#[path = "../shared/machine.rs"]
mod machine;
mod memory;
mod original;
mod race;
mod reports;
#[path = "../../tests/support/server/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library's tests need more of it")]
mod server;
mod site;
#[path = "../shared/table.rs"]
mod table;

use std::{env, process::ExitCode, time::Duration};

use quicksight_migrations::time::{Date, Month};

use city::{City, Period, Size};
use race::Contest;
use site::Site;

const USAGE: &str = "usage: scale [--full | --users N] [--limit SECONDS]";
const USERS: usize = 10_000;
const USERS_IN_FULL: usize = 100_000;

struct Settings {
    users: usize,
    /// No statement may take longer.
    limit: Duration,
}

fn main() -> ExitCode {
    // cargo says --bench, too.
    let arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    let Some(settings) = Settings::read(arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let first = Date::from_calendar_date(2025, Month::January, 1).expect("a date");
    let period = Period { first, days: 90 };
    let city = City { seed: 18, size: Size::of_users(settings.users), period };

    let mut site = Site::open();
    println!("{}", site.description());
    println!("{}", site.load(city));
    site.set_limits(settings.limit, period.end().assume_utc().unix_timestamp());
    println!("No statement may take more than {}.", table::time(settings.limit));

    let contests = race::all(&mut site, &reports::all(period));
    println!("\n## Each function, and the original statements\n");
    let rows: Vec<_> = contests.iter().map(Contest::row).collect();
    print!("{}", table::aligned(&race::HEAD, &rows));

    println!("\n## What more of them costs\n");
    print!("{}", table::aligned(&growth::HEAD, &growth::rows(&mut site, period)));
    println!("\n{}", memory::of_streaming(&mut site));
    println!("\n{}", goals(&contests));
    ExitCode::SUCCESS
}

impl Settings {
    fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut settings = Self { users: USERS, limit: Duration::from_mins(1) };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--full" => {
                    settings = Self { users: USERS_IN_FULL, limit: Duration::from_mins(10) };
                }
                "--users" => settings.users = arguments.next()?.parse().ok()?,
                "--limit" => {
                    settings.limit = Duration::from_secs(arguments.next()?.parse().ok()?);
                }
                _ => return None,
            }
        }
        Some(settings)
    }
}

/// What the library aims at, next to what was seen. A reader judges: a busy machine is no failure.
fn goals(contests: &[Contest]) -> String {
    let verdict = |met| if met { "met" } else { "MISSED" };
    let engagement = contests
        .iter()
        .find(|contest| contest.name == reports::ENGAGEMENT)
        .and_then(Contest::ratio)
        .unwrap_or_default();
    let slower: Vec<_> =
        contests.iter().filter(|contest| contest.is_slower()).map(|contest| contest.name).collect();
    format!(
        "## Goals\n\n\
         - engagement at least 100 times as fast as the original: {}, {}\n\
         - nothing slower than the original by more than a tenth: {}, {}",
        table::digits(engagement),
        verdict(engagement >= 100.0),
        if slower.is_empty() { "nothing is".into() } else { slower.join(", ") },
        verdict(slower.is_empty()),
    )
}
