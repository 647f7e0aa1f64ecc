//! How far the sums of each source go.

use mysql::Conn;
use time::PrimitiveDateTime;

use super::transaction::{ACTION, committed, execute};
use crate::{
    outcome::{Error, Result},
    session::{Columns, Connection, ask, ask_limited},
    source::{Source, between, literal},
};

/// How it is known that sums are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mode {
    /// Nothing changes behind the look-back.
    #[default]
    LookBack,
    /// Triggers write down each hour that changes.
    Exact,
}

/// A row of `summary_state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct State {
    pub(super) until: Option<PrimitiveDateTime>,
    /// Rows before it were dropped, and their sums are all that is left.
    pub(super) kept_from: Option<PrimitiveDateTime>,
    pub(super) mode: Mode,
}

const COLUMNS: &str = "summed_until, kept_from, is_exact";

impl State {
    fn read(columns: &mut Columns) -> Result<Self> {
        let (until, kept_from) = (columns.take()?, columns.take()?);
        let mode = if columns.take()? { Mode::Exact } else { Mode::LookBack };
        Ok(Self { until, kept_from, mode })
    }

    /// Locks the row, so that whoever else sums waits.
    pub(super) fn lock(conn: &mut Conn, source: Source) -> Result<Self> {
        let sql = format!(
            "SELECT {COLUMNS} FROM summary_state WHERE source = {} LIMIT 1 FOR UPDATE",
            source.number()
        );
        let row = ask_limited(conn, ACTION, &sql, (), Self::read)?.next().transpose()?;
        // Somebody has deleted it since it was made.
        row.ok_or_else(|| Error::UnexpectedAnswer { action: ACTION.into(), column: 1 })
    }

    /// Notes how far the sums of a locked source go now, and how they are known to be right. Of rows that were dropped
    /// they are all that is left, whatever is to be read from rows from now on.
    pub(super) fn store(self, conn: &mut Conn, source: Source) -> Result<()> {
        let sql = format!(
            "UPDATE summary_state SET summed_until = {}, is_exact = {} WHERE source = {}",
            self.until.max(self.kept_from).map_or_else(|| "NULL".to_owned(), literal),
            u8::from(self.mode == Mode::Exact),
            source.number()
        );
        execute(conn, &sql).map(drop)
    }
}

/// The states that are there.
pub(super) fn states<C: Connection>(
    conn: &mut C,
    action: &'static str,
) -> Result<Vec<(u8, State)>> {
    let sql = format!("SELECT source, {COLUMNS} FROM summary_state");
    ask(conn, action, &sql, (), |columns| Ok((columns.take()?, State::read(columns)?)))?.collect()
}

/// Makes the rows that are not there yet. One that is there is not touched: two that touch it and lock it then would
/// wait for each other.
pub(super) fn prepare(conn: &mut Conn) -> Result<Mode> {
    committed(conn, |conn| {
        let there = states(conn, ACTION)?;
        let is_there = |source: Source| there.iter().any(|(number, _)| *number == source.number());
        let missing = Source::ALL.into_iter().filter(|source| !is_there(*source));
        let missing: Vec<_> = missing.map(|source| format!("({})", source.number())).collect();
        if missing.is_empty() {
            // It is one for all: those that differ are on the way from one to the other.
            let is_exact = there.iter().all(|(_, state)| state.mode == Mode::Exact);
            return Ok(if is_exact { Mode::Exact } else { Mode::LookBack });
        }
        let rows = missing.join(", ");
        execute(conn, &format!("INSERT IGNORE INTO summary_state (source) VALUES {rows}"))
            .map(|_| Mode::LookBack)
    })
}

/// The first row of a source in a range whose date the calendar has.
pub(super) fn first_row(
    conn: &mut Conn,
    source: Source,
    (from, until): (PrimitiveDateTime, PrimitiveDateTime),
) -> Result<Option<PrimitiveDateTime>> {
    let column = format!("t.{}", source.column());
    let sql = format!(
        "SELECT {column} FROM {} t WHERE {} AND {} ORDER BY {column} LIMIT 1",
        source.table(),
        between(&column, from, until),
        crate::analytics::is_date(&column),
    );
    ask_limited(conn, ACTION, &sql, (), Columns::take)?.next().transpose()
}
