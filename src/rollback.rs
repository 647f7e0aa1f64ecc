//! The way back: all tables and the history are dropped, or the caller is told which stayed and why.

mod obstacle;
mod table_lock;

use std::{collections::BTreeMap, time::Instant};

use log::{debug, info};

use self::table_lock::with_tables_locked;
use crate::{
    history::{Embedded, Job, MigrationState, Seen},
    outcome::{Error, KeptReason, KeptTable, Result, RollbackReport, code},
    schema::is_table,
    session::{
        CLAIM_TABLE, Data, EarlierReads, Session, Writers, column, in_turn, literal, quote,
        settled, unread, wait_no_more,
    },
};

/// How tables are dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// One after the other, after a look under a lock on all of them.
    OneByOne,
    /// All in one statement without a lock: under one, a Galera cluster stops for good.
    AtOnce,
}

/// One rollback.
struct Rollback<'j> {
    job: &'j Job<'j>,
}

/// Drops what the migrations made, and the history.
pub(crate) fn run(job: &Job<'_>, session: &mut Session<'_>) -> Result<RollbackReport> {
    let started = Instant::now();
    let (dropped, lock_wait) = in_turn(session, job.settings, |session, turn| {
        Ok((Rollback { job }.roll_back(session, turn.database())?, turn.lock_wait()))
    })?;
    let (statements, elapsed) = (session.statements(), started.elapsed());
    let report = RollbackReport { dropped, statements, lock_wait, elapsed };
    debug!(
        dropped = report.dropped.len(), statements = report.statements,
        lock_wait_ms = report.lock_wait.as_millis(), duration_ms = report.elapsed.as_millis();
        "{report}"
    );
    Ok(report)
}

/// What [`run`] would send to drop them.
pub(crate) fn plan(job: &Job<'_>, session: &mut Session<'_>) -> Result<Vec<String>> {
    settled(session, EarlierReads::Nothing, |session, database| {
        Rollback { job }.plan(session, database)
    })
}

impl Rollback<'_> {
    /// Looks and refuses, and does nothing.
    fn plan(&self, session: &mut Session<'_>, database: &str) -> Result<Vec<String>> {
        let (records, tables) = self.find(session)?;
        if records.is_empty() && tables.is_empty() {
            return Ok(Vec::new());
        }
        let way = self.way(session)?;
        let order = self.drop_order(session, database, &tables)?;
        let names = || records.iter().copied().chain(order.iter().map(String::as_str));
        Ok(match way {
            Way::OneByOne => names().map(|name| format!("DROP TABLE {}", quote(name))).collect(),
            Way::AtOnce => vec![drop_at_once(names())],
        })
    }

    /// Looks, refuses, locks, looks again, drops.
    fn roll_back(&self, session: &mut Session<'_>, database: &str) -> Result<Vec<String>> {
        let (records, tables) = self.find(session)?;
        let all: Vec<_> =
            tables.iter().map(String::as_str).chain(records.iter().copied()).collect();
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let way = self.way(session)?;
        // The first look spares everybody the wait for a rollback that is going to refuse.
        let order = self.drop_order(session, database, &tables)?;
        match way {
            Way::OneByOne => with_tables_locked(session, &all, |session| {
                let order = self.drop_order(session, database, &tables)?;
                drop_records(session, &records)?;
                self.drop_tables(session, order)
            }),
            Way::AtOnce => {
                let names = records.iter().copied().chain(order.iter().map(String::as_str));
                session.execute(&drop_at_once(names)).map_err(|error| {
                    Error::from_answer("drop all tables at once (needs DROP)", error)
                })?;
                Ok(order)
            }
        }
    }

    /// In which way the tables can be dropped here.
    fn way(&self, session: &mut Session<'_>) -> Result<Way> {
        let writers = Writers::beside(session, self.job.settings)?;
        let way_out = match (writers, self.job.settings.data) {
            (Writers::One, _) => return Ok(Way::OneByOne),
            (Writers::Galera { .. }, Data::Discard) => return Ok(Way::AtOnce),
            (Writers::Galera { .. }, Data::Keep) => {
                "ask for discard_data, which drops the tables with their rows in one statement"
            }
            (Writers::Group { .. }, _) => Writers::ONE_PRIMARY,
        };
        Err(writers.refusal("rolled back", way_out))
    }

    /// What is there: the records of migrations, and the tables.
    fn find(&self, session: &mut Session<'_>) -> Result<(Vec<&str>, Vec<String>)> {
        let has_history = self.read_history(session)?;
        let there = self.look(session)?;
        let history = has_history.then(|| self.job.history.name());
        let claims = there.contains_key(CLAIM_TABLE).then_some(CLAIM_TABLE);
        let tables = self.tables(session, &there)?;
        Ok((history.into_iter().chain(claims).collect(), tables))
    }

    /// What to drop first, unless something must not be dropped.
    fn drop_order(
        &self,
        session: &mut Session<'_>,
        database: &str,
        tables: &[String],
    ) -> Result<Vec<String>> {
        self.refuse_rows(session, tables)?;
        obstacle::drop_order(session, database, tables)
    }

    /// Whether there is a history. One that may stand for tables unknown to this build is refused;
    /// a gap, or a file that was edited, changes nothing about which tables there are.
    fn read_history(&self, session: &mut Session<'_>) -> Result<bool> {
        let rows = match self.job.history.read(session)? {
            Seen::NoTable => return Ok(false),
            Seen::Rows(rows) => rows,
            Seen::NoRight(error) => return Err(error),
        };
        let status = self.job.judge(rows)?;
        self.job.refuse_newer(&status)?;
        for one in status.migrations() {
            let MigrationState::Diverged { recorded } = one.state() else { continue };
            let own = self.job.migrations.iter().find(|own| own.version() == one.version());
            if own.is_none_or(|own| own.name() != recorded) {
                let embedded = own.map(|own| own.name().to_owned());
                return Err(Error::Diverged { recorded: recorded.clone(), embedded });
            }
        }
        Ok(true)
    }

    /// The tables that are there, the newest first: a table is made after those that it builds on.
    fn tables(
        &self,
        session: &mut Session<'_>,
        there: &BTreeMap<String, String>,
    ) -> Result<Vec<String>> {
        let ours = || self.job.migrations.iter().rev().filter_map(Embedded::makes);
        let obstacles: Vec<_> = ours()
            .filter_map(|table| Some((table, there.get(table)?)))
            .filter(|(_, kind)| !is_table(kind))
            .map(|(table, kind)| {
                KeptTable::new(table, KeptReason::NotATable { kind: kind.clone() })
            })
            .collect();
        if !obstacles.is_empty() {
            return Err(Error::RollbackBlocked { obstacles });
        }
        let (found, missing): (Vec<_>, Vec<_>) =
            ours().partition(|table| there.contains_key(*table));
        refuse_hidden(session, &missing)?;
        Ok(found.into_iter().map(str::to_owned).collect())
    }

    /// What has the name of one of our tables, and what kind of thing it is.
    fn look(&self, session: &mut Session<'_>) -> Result<BTreeMap<String, String>> {
        let ours: Vec<_> = self.job.migrations.iter().filter_map(Embedded::makes).collect();
        let names: Vec<_> = ours.iter().copied().chain([CLAIM_TABLE]).map(literal).collect();
        let ask = format!(
            "SELECT table_name, table_type FROM information_schema.tables \
             WHERE table_schema = DATABASE() AND table_name IN ({}) AND table_type <> 'TEMPORARY'",
            names.join(", ")
        );
        let rows = session
            .rows(&ask)
            .map_err(|error| unread(session, &ours, "look which tables are there", error))?;
        Ok(rows.iter().filter_map(|row| Some((column(row, 0)?, column(row, 1)?))).collect())
    }

    fn refuse_rows(&self, session: &mut Session<'_>, tables: &[String]) -> Result<()> {
        if self.job.settings.data == Data::Discard || tables.is_empty() {
            return Ok(());
        }
        let looks: Vec<_> = tables
            .iter()
            .map(|table| format!("(SELECT {} FROM {} LIMIT 1)", literal(table), quote(table)))
            .collect();
        let names: Vec<_> = tables.iter().map(String::as_str).collect();
        let rows = session.rows(&looks.join(" UNION ALL ")).map_err(|error| {
            unread(session, &names, "look for rows in the tables (needs SELECT)", error)
        })?;
        let tables: Vec<_> = rows.iter().filter_map(|row| column(row, 0)).collect();
        if tables.is_empty() { Ok(()) } else { Err(Error::TablesNotEmpty { tables }) }
    }

    /// Drops one table after the other, and goes on past those that stay.
    fn drop_tables(&self, session: &mut Session<'_>, order: Vec<String>) -> Result<Vec<String>> {
        let (total, mut dropped, mut failed) = (order.len(), Vec::new(), Vec::new());
        for table in order {
            if let Some(reason) = drop_table(session, &table)? {
                failed.push(KeptTable::new(&table, reason));
            } else {
                let number = dropped.len() + 1;
                info!(table = table.as_str(), dropped = number, total; "dropped {table} ({number} of {total})");
                dropped.push(table);
            }
        }
        let there = self.look(session)?;
        let again = dropped.iter().filter(|table| there.contains_key(*table));
        failed.extend(again.map(|table| KeptTable::new(table, KeptReason::ThereAgain)));
        dropped.retain(|table| !there.contains_key(table));
        if failed.is_empty() {
            Ok(dropped)
        } else {
            Err(Error::RollbackIncomplete { dropped, failed })
        }
    }
}

/// The history goes first, and whole: without it a run makes every table that is missing and
/// takes over every table that is there. A row that outlives its table would hide that table
/// from all later runs, and a row that is gone below one that is not would stop them.
fn drop_records(session: &mut Session<'_>, records: &[&str]) -> Result<()> {
    for table in records {
        let table = quote(table);
        session.execute(&format!("DROP TABLE {table}")).map_err(|error| {
            Error::from_answer(format!("drop the history table {table} (needs DROP)"), error)
        })?;
    }
    Ok(())
}

/// One statement, which a cluster runs on all nodes in the same place among all others. Another node may
/// have been first.
/// <https://mariadb.com/docs/galera-cluster/galera-management/performing-schema-upgrades-in-galera-cluster>
fn drop_at_once<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("DROP TABLE IF EXISTS {}", names.map(quote).collect::<Vec<_>>().join(", "))
}

/// Drops a table, or says why the server would not. Without an answer nobody knows, and that is an
/// error.
fn drop_table(session: &mut Session<'_>, table: &str) -> Result<Option<KeptReason>> {
    match session.execute(&format!("DROP TABLE {}", quote(table))) {
        Ok(()) => Ok(None),
        Err(mysql::Error::MySqlError(answer)) => {
            if answer.code == code::LOCK_WAIT_TIMEOUT {
                wait_no_more(session)?;
            }
            Ok(Some(KeptReason::Refused { code: answer.code, message: answer.message }))
        }
        Err(error) => Err(Error::from_answer(format!("drop the table {}", quote(table)), error)),
    }
}

/// A table on which a user has no right at all looks as if it was not there, except to a statement
/// that uses it. The server checks the rights on all tables of a statement before it opens one.
fn refuse_hidden(session: &mut Session<'_>, missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|name| quote(name)).collect();
    match session.execute(&format!("SELECT 1 FROM {} LIMIT 0", names.join(", "))) {
        Err(error) if code::of(&error) != Some(code::NO_SUCH_TABLE) => {
            Err(unread(session, missing, "see whether the tables are there (needs SELECT)", error))
        }
        _ => Ok(()),
    }
}
