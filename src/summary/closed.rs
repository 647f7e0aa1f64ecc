//! What of a range of moments the sums answer, and what the rows.

use time::PrimitiveDateTime;

use super::state::{Mode, State, numbered, states};
use crate::{
    analytics::is_date,
    outcome::{Error, Result},
    session::{ALL, Columns, Connection, driver, heard, read_all, unreadable},
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
        if self.state.mode == Mode::LookBack {
            return self;
        }
        let comparable = self.comparable();
        let is_ours = |begin: &&PrimitiveDateTime| {
            comparable.iter().any(|(from, until)| from <= *begin && *begin < until)
        };
        let Some((mut from, end)) = self.sums.pop() else { return self };
        let mut rows: Vec<Range> = Vec::new();
        for begin in changed.iter().filter(is_ours) {
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

/// What of a range of moments is summed up, for each of these sources. One packet, whatever it finds.
pub(crate) fn closed<C: Connection>(
    conn: &mut C,
    action: &'static str,
    sources: &[Source],
    range: Range,
) -> Result<Vec<Closed>> {
    let mut statements = vec![states()];
    statements.extend(sources.iter().map(|source| changed(*source, range)));
    let said =
        heard(driver(conn), &statements.join("; ")).map_err(|unheard| unheard.answer_to(action))?;
    let mut said = said.into_iter().map(|said| said.rows);
    let mut next = || said.next().ok_or_else(|| Error::from_answer(action, unreadable()));
    let states = read_all(next()?, action, numbered)?;
    let of = |source: Source| {
        let row = states.iter().find(|(number, _)| *number == source.number());
        row.map_or_else(State::default, |(_, state)| *state)
    };
    sources
        .iter()
        .map(|source| {
            let closed = Closed::new(*source, of(*source), range);
            let changed = read_all(next()?, action, Columns::take)?;
            Ok(closed.without(&changed))
        })
        .collect()
}

/// SQL for the hours, or days, of a range that the log has of what is summed up.
fn changed(source: Source, (from, until): Range) -> String {
    format!(
        "SELECT DISTINCT {begin} FROM summary_log l WHERE l.source = {} AND {} AND l.at < (\
         SELECT s.summed_until FROM summary_state s WHERE s.source = {}) AND {} ORDER BY {begin} LIMIT {ALL}",
        source.log(),
        between("l.at", from, until),
        source.number(),
        is_date("l.at"),
        begin = begin(source, "l.at"),
    )
}

/// The begin of the hour, or of the day, as SQL. It is a moment, not a date.
pub(super) fn begin(source: Source, column: &str) -> String {
    let hour = if source == Source::Users { "0".to_owned() } else { format!("HOUR({column})") };
    format!("DATE({column}) + INTERVAL {hour} HOUR")
}
