//! Whole herds of boots, over all nodes of a cluster at once.

use std::thread;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::run_quicksight_migrations;

use super::{Cluster, NODES};
use crate::support::{HISTORY, NextRelease, chain, migrations};

const BOOTS: usize = 60;
const ROUNDS: usize = 10;

/// A boot that succeeded.
struct Booted {
    /// The names of what it applied.
    applied: Vec<String>,
    is_second_try: bool,
}

/// A boot that did not.
struct Failed {
    why: String,
    is_retryable: bool,
}

impl Cluster {
    /// This release boots on all nodes at once.
    pub fn assert_that_boots_succeed(&self) {
        in_rounds(|| {
            let db = self.database();
            let conns = (0..BOOTS).map(|number| self.conn(number % NODES, &db));
            let boots = at_once(conns.collect(), |mut conn| boot(|| boot_this_release(&mut conn)));
            self.assert_booted(&db, boots, &migrations::names(), 0)
        });
    }

    /// The next release boots on all nodes at once, over the tables and rows of this one.
    pub fn assert_that_boots_of_the_next_release_succeed(&self) {
        let next = NextRelease::build();
        in_rounds(|| {
            let db = self.database();
            self.fill(&db);
            let urls = (0..BOOTS).map(|number| self.url(number % NODES, &db));
            let boots = at_once(urls.collect(), |url| boot(|| boot_next_release(&next, &url)));
            self.assert_booted(&db, boots, &NextRelease::names(), migrations::total())
        });
    }

    /// All tables of this release on all nodes, two of them with rows.
    fn fill(&self, database: &str) {
        let mut conn = self.conn(0, database);
        run_quicksight_migrations(&mut conn).expect("a boot");
        for (table, row) in [
            ("user_label (id, name)", "'a label'"),
            ("trip (id, user_id, travel_mode, started_on)", "1, 1, '2026-11-01'"),
        ] {
            let rows: Vec<_> = (1..=100).map(|id| format!("({id}, {row})")).collect();
            let sql = format!("INSERT INTO {table} VALUES {}", rows.join(", "));
            conn.query_drop(sql).expect("write rows");
        }
        self.assert_well_and_equal(database);
    }

    /// None has failed, each migration after those that were there was applied by one of them, and all
    /// nodes agree on it. Returns how many boots were tried again.
    #[track_caller]
    fn assert_booted(
        &self,
        database: &str,
        boots: Vec<Result<Booted, String>>,
        migrations: &[String],
        there: usize,
    ) -> usize {
        let boots: Vec<_> = boots
            .into_iter()
            .map(|boot| boot.unwrap_or_else(|error| panic!("{error}\n{}", self.said())))
            .collect();
        let mut applied: Vec<_> = boots.iter().flat_map(|boot| boot.applied.clone()).collect();
        applied.sort();
        assert_eq!(applied, migrations[there..], "each migration is applied by one boot");

        self.assert_well_and_equal(database);
        for node in 0..NODES {
            let mut conn = self.conn(node, database);
            let names = "CONCAT('V', LPAD(version, 2, '0'), '__', name)";
            let sql = format!("SELECT {names} FROM {HISTORY} ORDER BY version");
            let recorded: Vec<String> = conn.query(sql).expect("read the history");
            assert_eq!(recorded, migrations, "node {node}");
            let report = run_quicksight_migrations(&mut conn).expect("a boot with nothing to do");
            assert_eq!(report.statements(), 1, "node {node}");
        }
        boots.iter().filter(|boot| boot.is_second_try).count()
    }
}

fn in_rounds(round: impl FnMut() -> usize) {
    let again: usize = std::iter::repeat_with(round).take(ROUNDS).sum();
    println!("{again} of {} boots were tried again", ROUNDS * BOOTS);
}

fn at_once<T: Send, R: Send>(all: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    thread::scope(|scope| {
        let work = &work;
        let start = |one| scope.spawn(move || work(one));
        let running: Vec<_> = all.into_iter().map(start).collect();
        running.into_iter().map(|one| one.join().expect("no panic")).collect()
    })
}

/// Boots, and once more where the error says that it may be tried again.
fn boot(mut try_to: impl FnMut() -> Result<Vec<String>, Failed>) -> Result<Booted, String> {
    match try_to() {
        Ok(applied) => Ok(Booted { applied, is_second_try: false }),
        Err(first) if first.is_retryable => match try_to() {
            Ok(applied) => Ok(Booted { applied, is_second_try: true }),
            Err(second) => Err(format!("{}, and then {}", first.why, second.why)),
        },
        Err(failed) => Err(failed.why),
    }
}

fn boot_this_release(conn: &mut Conn) -> Result<Vec<String>, Failed> {
    match run_quicksight_migrations(conn) {
        Ok(report) => Ok(report.applied().iter().map(|one| one.name().to_owned()).collect()),
        Err(error) => Err(Failed { why: chain(&error), is_retryable: error.is_retryable() }),
    }
}

fn boot_next_release(next: &NextRelease, url: &str) -> Result<Vec<String>, Failed> {
    let output = next.boot(url).wait_with_output().expect("what the service says");
    let log = String::from_utf8(output.stderr).expect("a log");
    if output.status.success() {
        let applied =
            log.lines().filter_map(|line| line.split_once("] applied ")?.1.split_once(" in "));
        Ok(applied.map(|(name, _)| name.to_owned()).collect())
    } else {
        Err(Failed { is_retryable: log.contains("a restart may help"), why: log })
    }
}
