//! A random schedule of writers, refreshes, rebuilds, triggers, partitions, retention, kills and power cuts: reports say
//! what a plain model of all that says.
//!
//! `QUICKSIGHT_TEST_SEEDS=100..200` runs others than those of each day, and `QUICKSIGHT_TEST_SEEDS=7` that of a failure.

mod calls;
mod kills;
mod reports;
mod sql;
mod writers;

use std::{
    env,
    ops::Range,
    sync::{Arc, Mutex},
    thread,
};

use fastrand::Rng;
use mysql::Conn;
use quicksight_migrations::{
    analytics::DateRange,
    ledger::us_central,
    summary,
    time::{self, Date, Month, PrimitiveDateTime, Time},
};

use self::{reports::assert_reports, writers::Open};
use crate::{
    model::Model,
    set_clock,
    support::{Database, Server, database_on},
};

/// How many things happen in one schedule.
const STEPS: usize = 80;

fn seeds() -> Range<u64> {
    let Ok(asked) = env::var("QUICKSIGHT_TEST_SEEDS") else { return 1..3 };
    let number = |text: &str| text.parse().expect("QUICKSIGHT_TEST_SEEDS is a seed, or a range");
    match asked.split_once("..") {
        Some((from, until)) => number(from)..number(until),
        None => number(&asked)..number(&asked) + 1,
    }
}

#[test]
fn whatever_happens_reports_are_those_of_the_model() {
    // Cut off, it must not take others with it.
    let server = Arc::new(Mutex::new(Server::start(&["--skip-log-bin"])));
    for seed in seeds() {
        println!("QUICKSIGHT_TEST_SEEDS={seed}");
        let mut schedule = Schedule::new(seed, &server);
        for step in 0..STEPS {
            schedule.step(step);
        }
        schedule.model_is_right();
    }
}

struct Schedule {
    seed: u64,
    dice: Rng,
    server: Arc<Mutex<Server>>,
    db: Database,
    conn: Conn,
    /// In UTC.
    now: PrimitiveDateTime,
    model: Model,
    open: Option<Open>,
    /// What happened, for whoever looks for the reason.
    story: Vec<String>,
}

/// Says what happened before the end, if that was a bad one.
impl Drop for Schedule {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the schedule of seed {}:\n{}", self.seed, self.story.join("\n"));
        }
    }
}

impl Schedule {
    fn new(seed: u64, server: &Arc<Mutex<Server>>) -> Self {
        let db = database_on(&server.lock().unwrap()).migrated();
        // The clocks go forward, or back, in the middle.
        let (year, month) =
            if seed.is_multiple_of(2) { (2024, Month::February) } else { (2025, Month::October) };
        let today = Date::from_calendar_date(year, month, 20).unwrap();
        let mut conn = db.conn();
        let now = PrimitiveDateTime::new(today, Time::from_hms(15, 20, 0).unwrap());
        set_clock(&mut conn, &now.to_string());
        let (dice, server) = (Rng::with_seed(seed), Arc::clone(server));
        let (model, story) = (Model::default(), Vec::new());
        Self { seed, dice, server, db, conn, now, model, open: None, story }
    }

    fn step(&mut self, number: usize) {
        let hours = if self.dice.u8(0..8) == 0 { 0..60 } else { 0..4 };
        let minutes = 60 * self.dice.i64(hours) + self.dice.i64(0..60);
        self.now += time::Duration::minutes(minutes);
        set_clock(&mut self.conn, &self.now.to_string());
        let (now, before) = (self.now, self.story.len());
        match self.dice.u8(0..45) {
            // Half of the schedules are exact from here on.
            _ if number == 10 && !self.seed.is_multiple_of(2) => self.triggers(true),
            _ if number == STEPS / 2 => self.power_cut(),
            0..=17 => self.write(),
            18..=19 => self.backfill(),
            20..=21 => self.roll_back(),
            22..=24 => self.open_or_end(),
            25..=31 => self.refresh(),
            32..=34 => self.killed_refresh(),
            35..=38 => self.rebuild(),
            39..=40 => {
                let installs = self.dice.u8(0..3) > 0;
                self.triggers(installs);
            }
            _ => self.partitions(),
        }
        for line in &mut self.story[before..] {
            *line = format!("{number:3} {now}: {line}");
        }
        if self.dice.bool() {
            self.model_is_right();
        }
    }

    fn say(&mut self, what: impl Into<String>) {
        self.story.push(what.into());
    }

    fn local(&self) -> PrimitiveDateTime {
        us_central(self.now.assume_utc())
    }

    fn range(&mut self) -> DateRange {
        let start = self.local().date() + time::Duration::days(self.dice.i64(-80..2));
        DateRange::new(start, start + time::Duration::days(self.dice.i64(1..60))).unwrap()
    }

    fn another(&self) -> Conn {
        let mut conn = self.db.conn();
        set_clock(&mut conn, &self.now.to_string());
        conn
    }

    #[track_caller]
    fn model_is_right(&mut self) {
        let range = self.range();
        self.say(format!("ask for {range:?}"));
        assert_reports(&mut self.conn, range, &self.model);
        let found = summary::compare(&mut self.conn, range).unwrap();
        let found: Vec<_> = found.iter().map(|one| (one.source(), one.begin())).collect();
        let days = range.start().midnight()..range.end().midnight();
        let expected: Vec<_> =
            self.model.differences().into_iter().filter(|(_, at)| days.contains(at)).collect();
        assert_eq!(found, expected);
    }
}
