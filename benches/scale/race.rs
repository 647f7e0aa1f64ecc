//! A function and the statements that it replaces, in turn, so that a busy moment of the machine
//! strikes both alike.

use std::{
    fmt,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use quicksight_migrations::{
    Error,
    mysql::{self, Conn, Row, prelude::Queryable},
};

use crate::{reports::Report, site::Site, table};

pub(crate) const HEAD: [&str; 4] = ["function", "original statements", "ours", "times as fast"];

const ROUNDS: usize = 9;
/// Who has taken so long in all is not asked again: what takes that long varies little.
const ENOUGH: Duration = Duration::from_secs(20);
/// A difference up to this says nothing on a machine with other things to do.
const NOISE: f64 = 1.1;

/// What MySQL and MariaDB say where a statement takes too long.
const CUT_OFF: [u16; 2] = [3024, 1969];

pub(crate) struct Contest {
    pub(crate) name: &'static str,
    original: Lane,
    ours: Lane,
}

pub(crate) fn all(site: &mut Site, reports: &[Report]) -> Vec<Contest> {
    let bar = ProgressBar::new(reports.len() as u64)
        .with_style(ProgressStyle::with_template("{elapsed} {msg}").expect("a template"));
    bar.enable_steady_tick(Duration::from_secs(1));
    reports
        .iter()
        .map(|report| {
            bar.set_message(report.name);
            run(site, report)
        })
        .collect()
}

fn run(site: &mut Site, report: &Report) -> Contest {
    let (mut original, mut ours) = (Lane::default(), Lane::default());
    for round in 0..ROUNDS {
        // Each is first in every other round.
        for turn in [round, round + 1] {
            if turn % 2 == 1 {
                ours.time(|| Ok((report.ours)(&mut site.ours)?));
            } else if !report.original.is_empty() {
                original.time(|| all_rows(&mut site.original, &report.original));
            }
        }
    }
    Contest { name: report.name, original, ours }
}

fn all_rows(conn: &mut Conn, statements: &[String]) -> Result<(), Failure> {
    statements.iter().try_for_each(|sql| {
        conn.query::<Row, _>(sql)?;
        Ok(())
    })
}

impl Contest {
    pub(crate) fn row(&self) -> Vec<String> {
        let ratio = match (self.ratio(), &self.original.failure) {
            (None, _) => "-".into(),
            (Some(ratio), Some(_)) => format!("> {}", table::digits(ratio)),
            (Some(ratio), None) => table::digits(ratio),
        };
        vec![self.name.into(), self.original.to_string(), self.ours.to_string(), ratio]
    }

    /// How many times as fast as the original statements the function is; at least, where they
    /// were cut off.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let (original, ours) = (self.original.time_at_least()?, self.ours.median()?);
        Some(original.div_duration_f64(ours))
    }

    pub(crate) fn is_slower(&self) -> bool {
        self.ratio().is_some_and(|ratio| ratio * NOISE < 1.0) || self.ours.failure.is_some()
    }
}

/// One of the two.
#[derive(Default)]
struct Lane {
    times: Vec<Duration>,
    failure: Option<Failure>,
}

impl Lane {
    fn time(&mut self, run: impl FnOnce() -> Result<(), Failure>) {
        if self.failure.is_some() || self.times.iter().sum::<Duration>() > ENOUGH {
            return;
        }
        let started = Instant::now();
        let result = run();
        self.times.push(started.elapsed());
        self.failure = result.err();
    }

    fn median(&self) -> Option<Duration> {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().filter(|_| self.failure.is_none())
    }

    fn time_at_least(&self) -> Option<Duration> {
        match &self.failure {
            Some(failure) => self.times.last().copied().filter(|_| failure.is_cut_off()),
            None => self.median(),
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.failure, self.time_at_least()) {
            (None, Some(time)) => f.write_str(&table::time(time)),
            (Some(_), Some(time)) => write!(f, ">= {}", table::time(time)),
            (Some(failure), None) => write!(f, "fails: {}", failure.code),
            (None, None) => f.write_str("-"),
        }
    }
}

/// Why there is no answer.
struct Failure {
    code: u16,
}

impl Failure {
    fn is_cut_off(&self) -> bool {
        CUT_OFF.contains(&self.code)
    }
}

impl From<mysql::Error> for Failure {
    fn from(error: mysql::Error) -> Self {
        match error {
            mysql::Error::MySqlError(error) => Self { code: error.code },
            other => panic!("{other}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { code: error.server_code().unwrap_or_else(|| panic!("{error}")) }
    }
}
