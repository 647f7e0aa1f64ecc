//! What of a range of moments the sums answer, and what the rows.

use time::PrimitiveDateTime;

use super::state::{Mode, State, states};
use crate::{
    analytics::is_date,
    outcome::Result,
    session::{Columns, Connection, ask},
    source::{Source, between, literal},
};

type Range = (PrimitiveDateTime, PrimitiveDateTime);

/// What of a range of moments is summed up, and what is not.
#[derive(Debug)]
pub(crate) struct Closed {
    source: Source,
    sums: Vec<Range>,
    rows: Vec<Range>,
    state: State,
}

impl Closed {
    fn new(source: Source, state: State, (from, until): Range) -> Self {
        // Sums are of whole hours, and users of whole days.
        let first = if source.begin(from) == from { from } else { source.end(from) };
        let end = state.until.map_or(first, |summed| source.begin(summed.min(until))).max(first);
        if end == first {
            return Self { source, state, sums: Vec::new(), rows: there(&[(from, until)]) };
        }
        let rows = there(&[(from, first), (end, until)]);
        Self { source, state, sums: there(&[(first, end)]), rows }
    }

    /// Takes hours out of what is summed up that were changed since. They are in order.
    fn without(mut self, changed: &[PrimitiveDateTime]) -> Self {
        let Some((mut from, end)) = self.sums.pop() else { return self };
        let mut rows: Vec<Range> = Vec::new();
        for begin in changed {
            let next = self.source.end(*begin);
            self.sums.extend(there(&[(from, *begin)]));
            match rows.last_mut().filter(|(_, until)| until == begin) {
                Some((_, until)) => *until = next,
                None => rows.push((*begin, next)),
            }
            from = next;
        }
        self.sums.extend(there(&[(from, end)]));
        self.rows.extend(rows);
        self
    }

    /// Whether all of it must be read from the rows.
    pub(crate) fn is_nothing(&self) -> bool {
        self.sums.is_empty()
    }

    /// What the sums answer.
    pub(crate) fn sums(&self) -> &[Range] {
        &self.sums
    }

    /// What the rows answer.
    pub(crate) fn rows(&self) -> &[Range] {
        &self.rows
    }

    pub(super) fn source(&self) -> Source {
        self.source
    }

    /// What has sums, and rows that are not dropped.
    pub(super) fn comparable(&self) -> Vec<Range> {
        let kept =
            |from: PrimitiveDateTime| self.state.kept_from.map_or(from, |kept| kept.max(from));
        let ranges = self.sums.iter().map(|(from, until)| (kept(*from), *until));
        ranges.filter(|(from, until)| from < until).collect()
    }

    /// SQL that is above 0 if a statement sees less sums than there were, or sums of hours that have changed.
    ///
    /// A row and its entry in the log are committed together, and who sums an hour again deletes the entries
    /// that it has read before. So a moment that has no entry for an hour has its sums.
    pub(crate) fn changed(&self) -> String {
        let Some((_, end)) = self.sums.last() else { return "0".to_owned() };
        let is_exact = self.state.mode == Mode::Exact;
        let state = format!(
            "(SELECT COUNT(*) = 0 FROM summary_state WHERE source = {} AND summed_until >= {} AND is_exact = {})",
            self.source.number(),
            literal(*end),
            u8::from(is_exact),
        );
        if !is_exact {
            return state;
        }
        let ranges: Vec<_> =
            self.comparable().iter().map(|(from, until)| between("l.at", *from, *until)).collect();
        if ranges.is_empty() {
            return state;
        }
        format!(
            "{state} + (SELECT COUNT(*) FROM summary_log l WHERE l.source = {} AND (({})) AND {})",
            self.source.log(),
            ranges.join(") OR ("),
            is_date("l.at"),
        )
    }
}

fn there(ranges: &[Range]) -> Vec<Range> {
    ranges.iter().copied().filter(|(from, until)| from < until).collect()
}

/// What of a range of moments is summed up, for each of these sources.
pub(crate) fn closed<C: Connection>(
    conn: &mut C,
    action: &'static str,
    sources: &[Source],
    range: Range,
) -> Result<Vec<Closed>> {
    let states = states(conn, action)?;
    let of = |source: Source| {
        let row = states.iter().find(|(number, _)| *number == source.number());
        row.map_or_else(State::default, |(_, state)| *state)
    };
    sources
        .iter()
        .map(|source| {
            let closed = Closed::new(*source, of(*source), range);
            let changed = changed(conn, action, &closed)?;
            Ok(closed.without(&changed))
        })
        .collect()
}

/// The hours, or days, that the log has of what is summed up.
fn changed<C: Connection>(
    conn: &mut C,
    action: &'static str,
    closed: &Closed,
) -> Result<Vec<PrimitiveDateTime>> {
    let source = closed.source;
    let comparable = closed.comparable();
    let Some((from, until)) = comparable.first() else { return Ok(Vec::new()) };
    if closed.state.mode == Mode::LookBack {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT {begin} FROM summary_log l WHERE l.source = {} AND {} AND {} ORDER BY {begin}",
        source.log(),
        between("l.at", *from, *until),
        is_date("l.at"),
        begin = begin(source, "l.at"),
    );
    ask(conn, action, &sql, (), Columns::take)?.collect()
}

/// The begin of the hour, or of the day, as SQL. It is a moment, not a date.
pub(super) fn begin(source: Source, column: &str) -> String {
    let hour = if source == Source::Users { "0".to_owned() } else { format!("HOUR({column})") };
    format!("DATE({column}) + INTERVAL {hour} HOUR")
}
