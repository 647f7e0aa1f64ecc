//! Opening balances: what each account of a ledger has through the rows that are about to go.
//!
//! An account's opening balance goes through the greatest id that it has in a partition that goes. Ids and dates need not
//! agree: a movement that was dated back is in an old partition with a new id, and rows with lower ids stay behind it. So
//! whoever reads takes the later of the two, the newest row or the opening, and whoever adds up begins at the opening and
//! leaves out what has its id or a lower one. This is right whether such rows are there or not, and therefore at every
//! moment: before the opening is written, between that and the drop, and afterwards.
//!
//! Most of the work is done beside writers. Then the table is locked for as long as it takes to see that no row came
//! late, and to drop the partition.

mod points;
mod tokens;

use time::Date;

use super::{Table, layout::Partition, rows};
use crate::{
    outcome::{Error, Result, code},
    session::{Session, column, quote},
};

/// How often openings are written beside the writers. If rows come late each time, everybody waits.
const BESIDE: u32 = 3;

/// Below all ids.
const BEFORE_ALL: i64 = i32::MIN as i64 - 1;

/// What moves from row to row, so that each builds on the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ledger {
    Points,
    Tokens,
}

impl Ledger {
    fn table(self) -> &'static str {
        match self {
            Self::Points => "points_transaction",
            Self::Tokens => "token_transaction",
        }
    }

    fn opening(self) -> &'static str {
        match self {
            Self::Points => "points_opening",
            Self::Tokens => "token_opening",
        }
    }

    /// What of the rows `t` has a balance of its own.
    fn account(self, t: &str) -> String {
        match self {
            Self::Points => format!("{t}.user_id"),
            Self::Tokens => format!("{t}.user_id, {t}.f_token_id"),
        }
    }

    /// The openings `o` of the rows `t`.
    fn joined(self, t: &str, o: &str) -> String {
        match self {
            Self::Points => format!("{o}.user_id = {t}.user_id"),
            Self::Tokens => format!(
                "{o}.user_id = {t}.user_id AND {o}.f_token_id = {t}.f_token_id AND {o}.place = 0"
            ),
        }
    }

    /// Whether the opening `o` of a row `t` is not written as far as this row, or not as it has the balance.
    fn is_open(self, t: &str, o: &str, until: Date) -> String {
        let other = match self {
            Self::Points => format!(" OR ({o}.through_id = {t}.id AND {o}.balance <> {t}.balance)"),
            Self::Tokens => String::new(),
        };
        format!(
            "({o}.user_id IS NULL OR {o}.through_id < {t}.id OR {o}.dropped_before < '{until}'{other})"
        )
    }
}

/// A partition of a ledger that is to go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaving<'p> {
    pub(super) table: Table,
    pub(super) ledger: Ledger,
    pub(super) partition: &'p Partition,
    pub(super) archive: Option<Archive<'p>>,
}

/// The table that has the rows then, and the statement that copies those that it has not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Archive<'p> {
    pub(super) name: &'p str,
    pub(super) copy: &'p str,
}

/// What went.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub(super) rows: u64,
    pub(super) accounts: u64,
}

/// Writes the openings, and sends the statement that drops the partition. A refusal of the statement, or of the lock
/// before it, is the inner error.
pub(super) fn drop_partition(
    session: &mut Session<'_>,
    leaving: Leaving<'_>,
    drop: &str,
) -> Result<mysql::Result<Gone>> {
    // Before an opening says that rows are gone.
    refuse_reversals(session, leaving.table, leaving.partition)?;
    for attempt in 0..=BESIDE {
        let is_beside = attempt < BESIDE;
        if is_beside {
            leaving.write(session)?;
        }
        if let Err(error) = session.execute(&leaving.lock()) {
            return Ok(Err(error));
        }
        let work = |session: &mut Session<'_>| {
            if !is_beside {
                leaving.write(session)?;
            }
            leaving.drop_locked(session, drop)
        };
        if let Some(dropped) = session.finally(work, unlock)? {
            return Ok(dropped);
        }
    }
    Err(Error::TablesChanging)
}

/// That no movement stays whose reversal would go. Only points are reversed.
pub(super) fn refuse_reversals(
    session: &mut Session<'_>,
    table: Table,
    partition: &Partition,
) -> Result<()> {
    match table.ledger() {
        Some(Ledger::Points) => points::refuse_reversals(session, partition),
        Some(Ledger::Tokens) | None => Ok(()),
    }
}

/// How many accounts have rows in a partition.
pub(super) fn accounts(
    session: &mut Session<'_>,
    ledger: Ledger,
    partition: &Partition,
) -> Result<u64> {
    let sql = format!(
        "SELECT COUNT(DISTINCT {}) FROM {} PARTITION ({}) t",
        ledger.account("t"),
        quote(ledger.table()),
        quote(&partition.name)
    );
    number(session, ledger, &sql)
}

impl Leaving<'_> {
    fn name(&self) -> String {
        quote(&self.partition.name)
    }

    fn write(&self, session: &mut Session<'_>) -> Result<()> {
        match self.ledger {
            Ledger::Points => points::write(session, self),
            Ledger::Tokens => tokens::write(session, self),
        }
    }

    /// Under each name that a statement has for a table.
    fn lock(&self) -> String {
        let (table, opening) = (quote(self.ledger.table()), quote(self.ledger.opening()));
        let mut locks = vec![format!("LOCK TABLES {table} WRITE, {opening} WRITE")];
        locks.extend(["t", "n", "s", "m"].map(|name| format!("{table} AS {name} READ")));
        locks.extend(["c", "o"].map(|name| format!("{opening} AS {name} READ")));
        if let Some(archive) = self.archive.map(|archive| quote(archive.name)) {
            locks.push(format!("{archive} WRITE, {archive} AS archived READ"));
        }
        locks.join(", ")
    }

    /// With the tables to ourselves. `None`: a row came late, and its account has no opening yet.
    fn drop_locked(
        &self,
        session: &mut Session<'_>,
        drop: &str,
    ) -> Result<Option<mysql::Result<Gone>>> {
        let (accounts, open) = self.accounts(session)?;
        if open > 0 {
            return Ok(None);
        }
        refuse_reversals(session, self.table, self.partition)?;
        let rows = rows::count(session, self.table, &self.partition.name)?;
        // A server that has let go of the lock must not be asked again.
        let done = session.at_once(|session| {
            self.archive.map_or(Ok(()), |archive| session.execute(archive.copy))?;
            if let Some(last) = self.last_id(session)? {
                let (table, next) = (quote(self.ledger.table()), last.saturating_add(1));
                session.execute(&format!("ALTER TABLE {table} AUTO_INCREMENT = {next}"))?;
            }
            session.execute(drop)
        });
        Ok(Some(done.map(|()| Gone { rows, accounts })))
    }

    /// How many accounts have rows, and how many of them have no opening that goes as far as their newest one. Everybody
    /// waits meanwhile, so that not each row looks for its opening.
    fn accounts(&self, session: &mut Session<'_>) -> Result<(u64, u64)> {
        let (ledger, name) = (self.ledger, self.name());
        let (table, opening) = (ledger.table(), ledger.opening());
        let sql = format!(
            "SELECT COUNT(DISTINCT {}), COALESCE(SUM({}), 0) FROM \
             (SELECT MAX(t.id) AS id, {} FROM {table} PARTITION ({name}) t GROUP BY {}) g \
             JOIN {table} PARTITION ({name}) n ON n.user_id = g.user_id AND n.id = g.id \
             LEFT JOIN {opening} o ON {}",
            ledger.account("n"),
            ledger.is_open("n", "o", self.partition.until),
            ledger.account("t"),
            ledger.account("t"),
            ledger.joined("n", "o"),
        );
        let row = session.row(&sql).map_err(|error| unanswered(ledger, error))?;
        row.and_then(|row| Some((column(&row, 0)?, column(&row, 1)?))).ok_or(Error::TablesChanging)
    }

    /// The last id that was given to a row, if the rows that stay have a lower one. MariaDB would give it to the next row
    /// once more, and an opening through this id would swallow that one.
    fn last_id(&self, session: &mut Session<'_>) -> mysql::Result<Option<i64>> {
        let (table, opening) = (quote(self.ledger.table()), self.ledger.opening());
        let mut last = |of: &str| -> mysql::Result<Option<i64>> {
            let row = session.row(&format!("SELECT MAX({of}"))?;
            Ok(row.and_then(|row| column(&row, 0)))
        };
        let mine = last(&format!("id) FROM {table} PARTITION ({})", self.name()))?;
        if mine != last(&format!("id) FROM {table}"))? {
            return Ok(None);
        }
        // A row that went earlier may have had a later one.
        Ok(mine.max(last(&format!("through_id) FROM {opening}"))?))
    }
}

fn unlock(session: &mut Session<'_>) -> Result<()> {
    session.execute("UNLOCK TABLES").map_err(|error| Error::from_answer("unlock the tables", error))
}

fn number(session: &mut Session<'_>, ledger: Ledger, sql: &str) -> Result<u64> {
    let row = session.row(sql).map_err(|error| unanswered(ledger, error))?;
    row.and_then(|row| column(&row, 0)).ok_or(Error::TablesChanging)
}

/// What an error of the server means for the openings.
fn unanswered(ledger: Ledger, error: mysql::Error) -> Error {
    match code::of(&error) {
        Some(code::NO_SUCH_TABLE) => Error::RetentionOnLedger { table: ledger.table().to_owned() },
        Some(code::UNKNOWN_PARTITION) => Error::TablesChanging,
        _ => {
            let (table, opening) = (ledger.table(), ledger.opening());
            let action = format!(
                "write the opening balances of {table} (needs SELECT, INSERT and UPDATE on {opening})"
            );
            Error::from_answer(action, error)
        }
    }
}

/// Balances that are to be kept must be the sums of their movements.
#[derive(Debug, Default)]
struct Unsound {
    count: u64,
    first: Option<i32>,
}

impl Unsound {
    fn add(&mut self, user_id: i32) {
        self.count += 1;
        self.first.get_or_insert(user_id);
    }

    fn refuse(self, ledger: Ledger) -> Result<()> {
        let table = ledger.table().to_owned();
        match self.first {
            Some(user_id) => Err(Error::UnsoundBalances { table, accounts: self.count, user_id }),
            None => Ok(()),
        }
    }
}
