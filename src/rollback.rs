//! The way back: all tables, our views of them and the history are dropped, or the caller is told which
//! stayed and why.

mod obstacle;
mod table_lock;

use std::{collections::BTreeMap, time::Instant};

use log::{debug, info};

use self::{obstacle::Order, table_lock::with_tables_locked};
use crate::{
    history::{Embedded, Job, MigrationState, Seen},
    outcome::{Error, KeptReason, KeptTable, Result, RollbackReport, code},
    schema::{is_table, kinds, view_of},
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

/// What is there that has a name of ours.
struct Found {
    /// The newest first: a table is made after those that it builds on.
    tables: Vec<String>,
    /// Each with the table that it is named after, which may be gone.
    views: Vec<(String, String)>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.views.is_empty()
    }
}

/// Drops what the migrations made, and the history.
pub(crate) fn run(job: &Job<'_>, session: &mut Session<'_>) -> Result<RollbackReport> {
    let started = Instant::now();
    let (gone, lock_wait) = in_turn(session, job.settings, |session, turn| {
        Ok((Rollback { job }.roll_back(session, turn.database())?, turn.lock_wait()))
    })?;
    let (statements, elapsed) = (session.statements(), started.elapsed());
    let report =
        RollbackReport { dropped: gone.tables, views: gone.views, statements, lock_wait, elapsed };
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
        let (records, found) = self.find(session)?;
        if records.is_empty() && found.is_empty() {
            return Ok(Vec::new());
        }
        let way = self.way(session)?;
        let order = self.drop_order(session, database, &found)?;
        let names: Vec<_> =
            records.iter().copied().chain(order.tables.iter().map(String::as_str)).collect();
        let views = order.views.iter().map(|view| format!("DROP VIEW {}", quote(view)));
        let mut statements: Vec<_> = match way {
            Way::OneByOne => {
                names.iter().map(|name| format!("DROP TABLE {}", quote(name))).collect()
            }
            Way::AtOnce => drop_at_once(&names).into_iter().collect(),
        };
        statements.extend(views);
        Ok(statements)
    }

    /// Looks, refuses, locks, looks again, drops.
    fn roll_back(&self, session: &mut Session<'_>, database: &str) -> Result<Order> {
        let (records, found) = self.find(session)?;
        if records.is_empty() && found.is_empty() {
            return Ok(Order::default());
        }
        let way = self.way(session)?;
        // The first look spares everybody the wait for a rollback that is going to refuse.
        let order = self.drop_order(session, database, &found)?;
        let Order { tables, views } = match way {
            _ if records.is_empty() && found.tables.is_empty() => order,
            Way::OneByOne => {
                let tables = found.tables.iter().map(String::as_str);
                let all: Vec<_> = tables.chain(records.iter().copied()).collect();
                with_tables_locked(session, &all, |session| {
                    let order = self.drop_order(session, database, &found)?;
                    drop_records(session, &records)?;
                    Ok(Order { tables: self.drop_tables(session, order.tables)?, ..order })
                })?
            }
            Way::AtOnce => {
                let tables = order.tables.iter().map(String::as_str);
                let names: Vec<_> = records.iter().copied().chain(tables).collect();
                if let Some(drop) = drop_at_once(&names) {
                    session.execute(&drop).map_err(|error| {
                        Error::from_answer("drop all tables at once (needs DROP)", error)
                    })?;
                }
                order
            }
        };
        // The server drops no view under such a lock. A view without its table is in nobody's way, and
        // whatever ends this call here, the next rollback finds it.
        let views = drop_views(session, &tables, views)?;
        Ok(Order { tables, views })
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

    /// What is there: the records of migrations, and what has a name of ours.
    fn find(&self, session: &mut Session<'_>) -> Result<(Vec<&str>, Found)> {
        let has_history = self.read_history(session)?;
        let there = self.look(session)?;
        let history = has_history.then(|| self.job.history.name());
        let claims = there.contains_key(CLAIM_TABLE).then_some(CLAIM_TABLE);
        let found = self.found(session, &there)?;
        Ok((history.into_iter().chain(claims).collect(), found))
    }

    /// What to drop first, unless something must not be dropped.
    fn drop_order(
        &self,
        session: &mut Session<'_>,
        database: &str,
        found: &Found,
    ) -> Result<Order> {
        self.refuse_rows(session, &found.tables)?;
        obstacle::drop_order(session, database, &found.tables, &found.views)
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

    fn found(&self, session: &mut Session<'_>, there: &BTreeMap<String, String>) -> Result<Found> {
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
        let views = ours().map(|table| (view_of(table), table.to_owned()));
        Ok(Found {
            tables: found.into_iter().map(str::to_owned).collect(),
            views: views.filter(|(view, _)| there.contains_key(view)).collect(),
        })
    }

    /// What has the name of one of our tables or views, and what kind of thing it is.
    fn look(&self, session: &mut Session<'_>) -> Result<BTreeMap<String, String>> {
        let ours: Vec<_> = self.job.migrations.iter().filter_map(Embedded::makes).collect();
        let tables = ours.iter().copied().chain([CLAIM_TABLE]).map(str::to_owned);
        let names: Vec<_> = tables.chain(ours.iter().map(|table| view_of(table))).collect();
        kinds(session, &names)
            .map_err(|error| unread(session, &ours, "look which tables are there", error))
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
            if let Some(reason) = drop_one(session, "table", &table)? {
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
fn drop_at_once(names: &[&str]) -> Option<String> {
    let names: Vec<_> = names.iter().map(|name| quote(name)).collect();
    (!names.is_empty()).then(|| format!("DROP TABLE IF EXISTS {}", names.join(", ")))
}

/// Drops our views, and goes on past those that stay.
fn drop_views(
    session: &mut Session<'_>,
    tables: &[String],
    views: Vec<String>,
) -> Result<Vec<String>> {
    let (mut dropped, mut failed) = (Vec::new(), Vec::new());
    for view in views {
        match drop_one(session, "view", &view)? {
            Some(reason) => failed.push(KeptTable::new(&view, reason)),
            None => dropped.push(view),
        }
    }
    if failed.is_empty() {
        Ok(dropped)
    } else {
        let dropped = tables.iter().cloned().chain(dropped).collect();
        Err(Error::RollbackIncomplete { dropped, failed })
    }
}

/// Drops a table or a view, or says why the server would not. Without an answer nobody knows, and that is
/// an error.
fn drop_one(session: &mut Session<'_>, kind: &str, name: &str) -> Result<Option<KeptReason>> {
    let name = quote(name);
    match session.execute(&format!("DROP {} {name}", kind.to_uppercase())) {
        Ok(()) => Ok(None),
        Err(mysql::Error::MySqlError(answer)) => {
            if answer.code == code::LOCK_WAIT_TIMEOUT {
                wait_no_more(session)?;
            }
            Ok(Some(KeptReason::Refused { code: answer.code, message: answer.message }))
        }
        Err(error) => Err(Error::from_answer(format!("drop the {kind} {name}"), error)),
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
