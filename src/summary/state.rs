//! How far the sums of each source go.

use mysql::Conn;
use time::PrimitiveDateTime;

use super::transaction::{ACTION, committed, execute};
use crate::{
    outcome::{Error, Result},
    session::{Columns, Connection, ask, ask_limited},
    source::{Source, between, literal},
};

/// A row of `summary_state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct State {
    pub(super) until: Option<PrimitiveDateTime>,
    /// Rows before it were dropped, and their sums are all that is left.
    pub(super) kept_from: Option<PrimitiveDateTime>,
}

const COLUMNS: &str = "summed_until, kept_from";

impl State {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self { until: columns.take()?, kept_from: columns.take()? })
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

    /// Notes how far the sums of a locked source go now.
    pub(super) fn note(conn: &mut Conn, source: Source, until: PrimitiveDateTime) -> Result<()> {
        let sql = format!(
            "UPDATE summary_state SET summed_until = {} WHERE source = {}",
            literal(until),
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
pub(super) fn prepare(conn: &mut Conn) -> Result<()> {
    committed(conn, |conn| {
        let there = states(conn, ACTION)?;
        let is_there = |source: Source| there.iter().any(|(number, _)| *number == source.number());
        let missing = Source::ALL.into_iter().filter(|source| !is_there(*source));
        let missing: Vec<_> = missing.map(|source| format!("({})", source.number())).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let rows = missing.join(", ");
        execute(conn, &format!("INSERT IGNORE INTO summary_state (source) VALUES {rows}")).map(drop)
    })
}

type Range = (PrimitiveDateTime, PrimitiveDateTime);

/// What of a range of moments is summed up, and what is not.
#[derive(Debug)]
pub(crate) struct Closed {
    source: Source,
    sums: Vec<Range>,
    rows: Vec<Range>,
    kept_from: Option<PrimitiveDateTime>,
}

impl Closed {
    fn new(source: Source, state: State, (from, until): Range) -> Self {
        // Sums are of whole hours, and users of whole days.
        let first = if source.begin(from) == from { from } else { source.end(from) };
        let end = state.until.map_or(first, |summed| source.begin(summed.min(until))).max(first);
        let kept_from = state.kept_from;
        let there = |ranges: &[Range]| ranges.iter().copied().filter(|(a, b)| a < b).collect();
        if end == first {
            return Self { source, sums: Vec::new(), rows: there(&[(from, until)]), kept_from };
        }
        let rows = there(&[(from, first), (end, until)]);
        Self { source, sums: there(&[(first, end)]), rows, kept_from }
    }

    /// Whether all of it must be read from the rows.
    pub(crate) fn is_nothing(&self) -> bool {
        self.sums.is_empty()
    }

    pub(super) fn source(&self) -> Source {
        self.source
    }

    /// What has sums and rows.
    pub(super) fn comparable(&self) -> Vec<Range> {
        let kept_from =
            |from: PrimitiveDateTime| self.kept_from.map_or(from, |kept| kept.max(from));
        let ranges = self.sums.iter().map(|(from, until)| (kept_from(*from), *until));
        ranges.filter(|(from, until)| from < until).collect()
    }

    /// What the sums answer.
    pub(crate) fn sums(&self) -> &[Range] {
        &self.sums
    }

    /// What the rows answer.
    pub(crate) fn rows(&self) -> &[Range] {
        &self.rows
    }

    /// SQL that is above 0 if a statement sees less sums than there were.
    pub(crate) fn changed(&self) -> String {
        let Some((_, end)) = self.sums.last() else { return "0".to_owned() };
        format!(
            "(SELECT COUNT(*) = 0 FROM summary_state WHERE source = {} AND summed_until >= {})",
            self.source.number(),
            literal(*end)
        )
    }
}

/// What of a range of moments is summed up, for each of these sources.
pub(crate) fn closed<C: Connection>(
    conn: &mut C,
    action: &'static str,
    sources: &[Source],
    range: Range,
) -> Result<Vec<Closed>> {
    let states = states(conn, action)?;
    let state = |source: Source| {
        let row = states.iter().find(|(number, _)| *number == source.number());
        row.map_or_else(State::default, |(_, state)| *state)
    };
    Ok(sources.iter().map(|source| Closed::new(*source, state(*source), range)).collect())
}

/// The first row of a source in a range whose date the calendar has.
pub(super) fn first_row(
    conn: &mut Conn,
    source: Source,
    (from, until): Range,
) -> Result<Option<PrimitiveDateTime>> {
    let column = format!("t.{}", source.column());
    let sql = format!(
        "SELECT {column} FROM {} t WHERE {} AND {} ORDER BY {column} LIMIT 1",
        source.table(),
        between(&column, from, until),
        crate::analytics::is_date(&column),
    );
    ask_limited(conn, ACTION, &sql, (), |columns| columns.take())?.next().transpose()
}
