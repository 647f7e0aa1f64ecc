//! How far the sums of each source go.

use mysql::Conn;
use time::PrimitiveDateTime;

use super::{
    sums,
    transaction::{ACTION, Last, committed, rows},
};
use crate::{
    outcome::{Error, Result},
    session::{ALL, Columns, Said},
    source::{Source, literal},
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

    /// SQL that locks the row, so that whoever else sums waits.
    pub(super) fn lock(source: Source) -> String {
        format!(
            "SELECT {COLUMNS} FROM summary_state WHERE source = {} LIMIT 1 FOR UPDATE",
            source.number()
        )
    }

    /// What that has answered.
    pub(super) fn locked(said: Option<Said>) -> Result<Self> {
        // Somebody may have deleted it since it was made.
        let row = rows(said, Self::read)?.into_iter().next();
        row.ok_or_else(|| Error::UnexpectedAnswer { action: ACTION.into(), column: 1 })
    }

    /// SQL that notes how far the sums of a locked source go now, and how they are known to be right. Of rows that were
    /// dropped they are all that is left, whatever is to be read from rows from now on.
    pub(super) fn store(self, source: Source) -> String {
        format!(
            "UPDATE summary_state SET summed_until = {}, is_exact = {} WHERE source = {}",
            self.until.max(self.kept_from).map_or_else(|| "NULL".to_owned(), literal),
            u8::from(self.mode == Mode::Exact),
            source.number()
        )
    }
}

/// SQL for the states that are there.
pub(super) fn states() -> String {
    format!("SELECT source, {COLUMNS} FROM summary_state LIMIT {ALL}")
}

/// A row of that.
pub(super) fn numbered(columns: &mut Columns) -> Result<(u8, State)> {
    Ok((columns.take()?, State::read(columns)?))
}

/// What there is to do, at a glance that locks nothing.
#[derive(Debug)]
pub(super) struct Look {
    /// Those of [`Source::ALL`].
    states: Vec<(Source, State)>,
    /// Those of which the log has entries, by their number.
    logged: Vec<u8>,
    /// The server's, in UTC.
    pub(super) now: PrimitiveDateTime,
}

impl Look {
    pub(super) fn state(&self, source: Source) -> State {
        let state = self.states.iter().find(|(other, _)| *other == source);
        state.map_or_else(State::default, |(_, state)| *state)
    }

    /// It is one for all: those that differ are on the way from one to the other.
    pub(super) fn mode(&self) -> Mode {
        let is_exact = Source::ALL.iter().all(|source| self.state(*source).mode == Mode::Exact);
        if is_exact { Mode::Exact } else { Mode::LookBack }
    }

    pub(super) fn is_logged(&self, source: Source) -> bool {
        self.logged.contains(&source.number())
    }
}

/// Looks, and makes the rows of the state that are not there yet. One that is there is not touched: two that touch it and
/// lock it then would wait for each other. `check` may look at more, and find that all of it is wrong.
pub(super) fn look(
    conn: &mut Conn,
    check: impl FnOnce(&mut Conn, Mode) -> Result<()>,
) -> Result<Look> {
    let logged = Source::ALL.map(|source| {
        format!(
            "SELECT {} FROM DUAL WHERE EXISTS (SELECT 1 FROM summary_log l WHERE l.source = {})",
            source.number(),
            source.log()
        )
    });
    let first = [
        states(),
        "SELECT UTC_TIMESTAMP() LIMIT 1".to_owned(),
        format!("{} LIMIT {ALL}", logged.join(" UNION ")),
    ];
    let (look, _) = committed(conn, &first, |conn, said| {
        let mut said = said.into_iter();
        let there = rows(said.next(), numbered)?;
        let now = rows(said.next(), Columns::take)?.into_iter().next();
        let now =
            now.ok_or_else(|| Error::UnexpectedAnswer { action: ACTION.into(), column: 1 })?;
        let logged = rows(said.next(), Columns::take)?;
        let of = |source: &Source| there.iter().find(|(number, _)| *number == source.number());
        let missing = Source::ALL.iter().filter(|source| of(source).is_none());
        let missing: Vec<_> = missing.map(|source| format!("({})", source.number())).collect();
        let mut last = Last::default();
        if !missing.is_empty() {
            let rows = missing.join(", ");
            last.then(format!("INSERT IGNORE INTO summary_state (source) VALUES {rows}"));
        }
        let states = Source::ALL.iter().filter_map(|source| Some((*source, of(source)?.1)));
        let look = Look { states: states.collect(), logged, now };
        check(conn, look.mode())?;
        Ok((look, last))
    })?;
    Ok(look)
}

/// SQL for the first row of a source in a range whose date the calendar has.
pub(super) fn first_row(source: Source, range: (PrimitiveDateTime, PrimitiveDateTime)) -> String {
    let (column, table) = (source.column(), source.table());
    format!(
        "SELECT t.{column} FROM {table} t WHERE {} ORDER BY t.{column} LIMIT 1",
        sums::rows(source, range)
    )
}
