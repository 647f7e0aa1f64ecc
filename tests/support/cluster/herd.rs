//! Whole herds of boots, over all nodes of a cluster at once.

use std::{collections::HashMap, thread};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Report, run_quicksight_migrations};

use super::{Cluster, NODES};
use crate::support::{HISTORY, NextRelease, migrations};

const BOOTS: usize = 60;
const ROUNDS: usize = 10;

/// What the service of `examples/service_boot.rs` says where an orchestrator should start it again.
const MAY_HELP: &str = "a restart may help";

impl Cluster {
    /// Services boot on all nodes at once: each migration is applied by one of them, and none fails.
    pub fn assert_boots_at_once_all_succeed(&self) {
        let mut again = 0;
        for round in 0..ROUNDS {
            let db = self.database();
            let conns: Vec<_> = (0..BOOTS).map(|boot| self.conn(boot % NODES, &db)).collect();

            let boots = conns.into_iter().map(|conn| thread::spawn(move || boot(conn)));
            let boots: Vec<_> = boots.collect();
            let outcomes: Vec<_> = boots.into_iter().map(|boot| boot.join().unwrap()).collect();

            let mut applied = 0;
            for outcome in outcomes {
                let (report, tries) = outcome.unwrap_or_else(|error| {
                    panic!("round {round}: {error}");
                });
                applied += report.applied().len();
                again += tries - 1;
            }
            assert_eq!(applied, migrations::total(), "each migration is recorded by one boot");
            self.assert_well_and_equal(&db);
            for node in 0..NODES {
                let mut conn = self.conn(node, &db);
                assert_eq!(self.history(node, &db), migrations::names(), "node {node}");
                assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
            }
        }
        println!("{again} of {} boots were tried again", BOOTS * ROUNDS);
    }

    /// Services of the next release boot on all nodes at once, over the tables and rows of this one.
    pub fn assert_next_release_boots_at_once(&self) {
        let next = NextRelease::build();
        let mut again = 0;
        for round in 0..ROUNDS {
            let db = self.database();
            let mut conn = self.conn(0, &db);
            run_quicksight_migrations(&mut conn).unwrap();
            for row in 1..=100 {
                let name = format!("INSERT INTO user_label (id, name) VALUES ({row}, 'label {row}')");
                conn.query_drop(name).unwrap();
                let trip = "INSERT INTO trip (id, user_id, travel_mode, started_on, role) VALUES";
                conn.query_drop(format!("{trip} ({row}, {row}, 1, '2026-11-01', 1)")).unwrap();
            }
            // Until they have all of it, the others would not know that it is there.
            self.assert_well_and_equal(&db);

            let urls: Vec<_> = (0..BOOTS).map(|boot| self.url(boot % NODES, &db)).collect();
            let services: Vec<_> = urls.iter().map(|url| next.boot(url)).collect();
            let outputs: Vec<_> =
                services.into_iter().map(|one| one.wait_with_output().unwrap()).collect();

            let mut applied: HashMap<String, usize> = HashMap::new();
            for (output, url) in outputs.into_iter().zip(&urls) {
                let mut log = String::from_utf8(output.stderr).unwrap();
                let mut success = output.status.success();
                if !success && log.contains(MAY_HELP) {
                    again += 1;
                    let output = next.boot(url).wait_with_output().unwrap();
                    success = output.status.success();
                    log.push_str(&String::from_utf8(output.stderr).unwrap());
                }
                assert!(success, "round {round}: {log}\n{}", self.said());
                for name in NextRelease::changes() {
                    *applied.entry(name.clone()).or_default() +=
                        log.matches(&format!("applied {name} in ")).count();
                }
            }
            let once: HashMap<_, _> = NextRelease::changes().into_iter().map(|name| (name, 1)).collect();
            assert_eq!(applied, once, "each change is applied by one service");
            self.assert_well_and_equal(&db);
            assert_eq!(self.history(0, &db), NextRelease::names());
        }
        println!("{again} of {} services were started again", BOOTS * ROUNDS);
    }

    fn history(&self, node: usize, database: &str) -> Vec<String> {
        let names = format!("SELECT CONCAT('V', LPAD(version, 2, '0'), '__', name) FROM {HISTORY} ORDER BY version");
        self.conn(node, database).query(names).unwrap()
    }
}

/// Boots, and once more where the error says that this may help.
fn boot(mut conn: Conn) -> quicksight_migrations::Result<(Report, usize)> {
    match run_quicksight_migrations(&mut conn) {
        Err(error) if error.is_retryable() => {
            run_quicksight_migrations(&mut conn).map(|report| (report, 2))
        }
        outcome => outcome.map(|report| (report, 1)),
    }
}
