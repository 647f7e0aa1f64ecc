//! A random schedule of writers, refreshes, rebuilds, triggers, partitions, retention, kills and power cuts: reports say
//! what a plain model of all that says.
//!
//! `QUICKSIGHT_TEST_SEEDS=100..200` runs others than those of each day, and `QUICKSIGHT_TEST_SEEDS=7` that of a failure.

mod kills;
mod reports;
mod sql;

use std::{
    env,
    ops::Range,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use fastrand::Rng;
use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error,
    analytics::DateRange,
    ledger::us_central,
    partition::{self, Span, Table},
    summary::{self, Policy, Source},
    time::{self, Date, Month, PrimitiveDateTime, Time},
};

use self::{
    reports::assert_reports,
    sql::{SOUND_BALANCES, columns, insert, values},
};
use crate::{
    model::{Model, Row, TABLES, begin},
    set_clock,
    support::{ByHand, Database, Server, database_on},
};

/// What is partitioned, each with the source of its rows.
const PARTITIONED: [(Table, Source); 3] = [
    (Table::Trip, Source::Trips),
    (Table::PointsTransaction, Source::Points),
    (Table::TokenTransaction, Source::Tokens),
];

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

/// What somebody has written and not committed.
struct Open {
    conn: Conn,
    done: Model,
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

    fn some_row(&mut self, source: Source) -> Row {
        let dice = &mut self.dice;
        let back = match dice.u8(0..10) {
            0..=4 => dice.i64(0..3 * 60),
            5 => -dice.i64(0..20 * 60),
            6..=7 => dice.i64(0..3 * 24 * 60),
            _ => dice.i64(0..75 * 24 * 60),
        };
        let kind = match source {
            Source::Points => [1, 2, 9, 10, 11][dice.usize(0..5)],
            _ => dice.i32(0..4),
        };
        let amount = dice.i32(-300..900);
        let amount = if source == Source::Trips { amount.max(-10) } else { amount };
        let amount = if source == Source::Trips && amount < 0 { -10 } else { amount };
        let payer = [0, 2000, 2100, 2001, 3][dice.usize(0..5)];
        let user = dice.i32(1..7);
        let at = self.local() - time::Duration::minutes(back);
        Row { at: at.replace_nanosecond(0).unwrap(), user, kind, amount, payer }
    }

    /// One change, in the rows and in the model.
    fn change(&mut self, conn: &mut Conn, model: &mut Model) {
        let source = TABLES[self.dice.usize(0..4)];
        let own: Vec<_> = model.rows.keys().filter(|(of, _)| *of == source).copied().collect();
        let row = self.some_row(source);
        match (self.dice.u8(0..5), own.as_slice()) {
            (0..=2, _) | (_, []) => {
                conn.query_drop(insert(source, &[row])).unwrap();
                let id = conn.last_insert_id();
                self.say(format!("insert {source} {id} {row:?}"));
                model.rows.insert((source, id), row);
            }
            (3, own) => {
                let key = own[self.dice.usize(0..own.len())];
                let (table, column) = columns(source);
                let (table, id) = (table, key.1);
                let sets: Vec<_> = column
                    .split(", ")
                    .zip(values(source, &row))
                    .map(|(column, value)| format!("{column} = {value}"))
                    .collect();
                self.say(format!("update {source} {id} from {:?} to {row:?}", model.rows[&key]));
                conn.by_hand([format!("UPDATE {table} SET {} WHERE id = {id}", sets.join(", "))]);
                model.rows.insert(key, row);
            }
            (_, own) => {
                let key = own[self.dice.usize(0..own.len())];
                self.say(format!("delete {source} {} {:?}", key.1, model.rows[&key]));
                conn.by_hand([format!("DELETE FROM {} WHERE id = {}", columns(source).0, key.1)]);
                model.rows.remove(&key);
            }
        }
    }

    fn write(&mut self) {
        let mut model = std::mem::take(&mut self.model);
        let mut conn = self.another();
        for _ in 0..self.dice.u8(1..4) {
            self.change(&mut conn, &mut model);
        }
        self.model = model;
    }

    fn backfill(&mut self) {
        let source = TABLES[self.dice.usize(0..4)];
        let rows: Vec<_> = (0..self.dice.u8(10..40)).map(|_| self.some_row(source)).collect();
        self.conn.query_drop(insert(source, &rows)).unwrap();
        let first = self.conn.last_insert_id();
        self.say(format!("backfill {source} from {first}"));
        for (id, row) in (first..).zip(rows) {
            self.model.rows.insert((source, id), row);
        }
    }

    fn roll_back(&mut self) {
        let mut conn = self.another();
        conn.by_hand(["START TRANSACTION"]);
        let mut forgotten = self.model.clone();
        for _ in 0..self.dice.u8(1..5) {
            self.change(&mut conn, &mut forgotten);
        }
        conn.by_hand(["ROLLBACK"]);
        self.say("roll back");
    }

    /// Somebody who is in the middle of a transaction while other things happen.
    fn open_or_end(&mut self) {
        if let Some(mut open) = self.open.take() {
            if self.dice.bool() {
                self.say("commit");
                open.conn.by_hand(["COMMIT"]);
                self.model.rows.extend(open.done.rows);
            } else {
                self.say("roll back the open one");
                open.conn.by_hand(["ROLLBACK"]);
            }
            return;
        }
        let (mut conn, mut done) = (self.another(), Model::default());
        conn.by_hand(["START TRANSACTION"]);
        self.say("begin");
        for _ in 0..self.dice.u8(1..3) {
            let source = TABLES[self.dice.usize(0..4)];
            let row = self.some_row(source);
            conn.query_drop(insert(source, &[row])).unwrap();
            self.say(format!("insert {source} {} {row:?}", conn.last_insert_id()));
            done.rows.insert((source, conn.last_insert_id()), row);
        }
        self.open = Some(Open { conn, done });
    }

    fn end_open(&mut self) {
        while self.open.is_some() {
            self.open_or_end();
        }
    }

    fn policy(&mut self) -> (u64, u64) {
        let look_back =
            if self.dice.u8(0..8) == 0 { self.dice.u64(0..1500) } else { self.dice.u64(1..40) };
        let again = if self.dice.u8(0..3) == 0 { self.dice.u64(0..200) } else { 0 };
        (look_back.max(1), again)
    }

    fn refresh(&mut self) {
        let (look_back, again) = self.policy();
        self.say(format!("refresh, look back {look_back} h, again {again} h"));
        let policy = Policy::new()
            .look_back(Duration::from_hours(look_back))
            .sum_again(Duration::from_hours(again));
        summary::refresh(&mut self.conn, &policy).unwrap();
        self.refreshed(look_back, again);
    }

    fn refreshed(&mut self, look_back: u64, again: u64) {
        let hours = |hours: u64| time::Duration::hours(hours.try_into().unwrap());
        let raw = if self.model.is_exact { 0 } else { look_back };
        let closed = us_central((self.now - hours(raw)).assume_utc());
        for source in Source::ALL {
            let end = self.model.end(source, closed);
            self.model.refreshed(source, Some(end), hours(again));
        }
        let there = self.until();
        let expected: Vec<_> = Source::ALL.iter().map(|source| self.model.until(*source)).collect();
        assert_eq!(there, expected, "until when all is summed up");
    }

    /// Until when each source is summed up, as the server has it.
    fn until(&mut self) -> Vec<Option<PrimitiveDateTime>> {
        let sql = "SELECT summed_until FROM summary_state ORDER BY source";
        let until: Vec<Option<PrimitiveDateTime>> = self.conn.query(sql).unwrap();
        let begins = Source::ALL.iter().zip(until);
        begins.map(|(source, until)| Some(begin(*source, until?))).collect()
    }

    fn range(&mut self) -> DateRange {
        let start = self.local().date() + time::Duration::days(self.dice.i64(-80..2));
        DateRange::new(start, start + time::Duration::days(self.dice.i64(1..60))).unwrap()
    }

    fn rebuild(&mut self) {
        let range = self.range();
        let is_killed = self.dice.u8(0..3) == 0;
        let starts = range.start().midnight();
        let is_gone = Source::ALL
            .iter()
            .any(|of| self.model.kept_from(*of).is_some_and(|kept| starts < kept));
        self.say(format!("rebuild {range:?}, killed first: {is_killed}"));
        if is_killed && !is_gone {
            self.killed(60, |conn| summary::rebuild(conn, range).map(drop));
        }
        let outcome = summary::rebuild(&mut self.conn, range);
        if is_gone {
            let error = outcome.unwrap_err();
            assert!(matches!(error, Error::RowsDropped { .. }), "{error:?}");
            return;
        }
        outcome.unwrap();
        self.model.rebuilt(range.start().midnight(), range.end().midnight());
    }

    fn triggers(&mut self, installs: bool) {
        self.end_open();
        let is_killed = self.dice.u8(0..3) == 0;
        let call = if installs { summary::install_triggers } else { summary::remove_triggers };
        self.say(format!("triggers: {installs}, killed first: {is_killed}"));
        if is_killed {
            self.killed(60, call);
        }
        call(&mut self.conn).unwrap();
        if installs {
            self.model.install();
        } else {
            let closed = self.now - time::Duration::hours(24);
            self.model.remove(us_central(closed.assume_utc()));
        }
    }

    fn partitions(&mut self) {
        self.end_open();
        let mut policy = partition::Policy::monthly().ahead(Span::months(1));
        let drops = self.dice.bool();
        if drops {
            policy = policy.retain(Span::months(1));
        }
        let (today, is_killed) = (self.local().date(), self.dice.u8(0..3) == 0);
        let (table, source) = PARTITIONED[self.dice.usize(0..3)];
        if drops && source == Source::Points {
            // What these writers know nothing of.
            self.conn.by_hand(SOUND_BALANCES);
        }
        let plan = |conn: &mut Conn| {
            let layout = partition::look(conn, table)?;
            partition::plan(&layout, today, &policy)
        };
        let doomed = plan(&mut self.conn).unwrap();
        let statements = doomed.statements().join("; ");
        self.say(format!("partitions of {table}, killed first: {is_killed}: {statements}"));
        if is_killed {
            self.killed(40, |conn| doomed.apply(conn).map(drop));
        }
        if let Err(error) = doomed.apply(&mut self.conn) {
            assert!(matches!(error, Error::SumsBehind { .. }), "{error:?}");
            self.say("the sums are behind");
            summary::refresh(&mut self.conn, &Policy::new()).unwrap();
            self.refreshed(24, 0);
            doomed.apply(&mut self.conn).unwrap();
        }
        let layout = partition::look(&mut self.conn, table).unwrap();
        let first = layout.partitions()[0].to_owned();
        if !doomed.drops().is_empty() {
            let (year, month) = (first[1..5].parse().unwrap(), first[6..].parse::<u8>().unwrap());
            let before = Date::from_calendar_date(year, month.try_into().unwrap(), 1).unwrap();
            self.model.drop_rows(source, before.midnight());
        }
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
