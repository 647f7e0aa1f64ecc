//! Sums up what is closed, a day at a time.

use mysql::Conn;
use time::{Date, Duration, PrimitiveDateTime, Time};

use super::{
    policy::Policy,
    report::{Report, Summed},
    settle,
    state::{Mode, State, first_row, prepare},
    sums::{clear, make},
    transaction::{ACTION, committed},
    triggers,
};
use crate::{
    analytics::DateRange,
    clock::us_central,
    outcome::{Error, Result},
    session::{Columns, ask},
    source::Source,
};

pub(super) fn run(conn: &mut Conn, policy: Policy) -> Result<Report> {
    let is_exact = prepare(conn)? == Mode::Exact;
    let raw = if is_exact { Duration::ZERO } else { policy.raw() };
    let closed = closed(conn, raw)?;
    let mut report = Report { sources: Vec::new(), healed: 0 };
    if is_exact {
        triggers::check(conn)?;
        report.healed = settle::all(conn)?;
    }
    for source in Source::ALL {
        let end = source.begin(closed);
        report.sources.push(Walk { source, end, cursor: None, again: policy.again() }.all(conn)?);
    }
    Ok(report)
}

/// Until when all is closed, by the service's clock. The look-back is taken from the time that passes, and not from
/// the wall clock. In autumn that goes back to the begin of an hour, so a begin of an hour never comes back.
pub(super) fn closed(conn: &mut Conn, raw: Duration) -> Result<PrimitiveDateTime> {
    let now = ask(conn, ACTION, "SELECT UTC_TIMESTAMP()", (), Columns::take)?.next();
    let now: PrimitiveDateTime = now
        .transpose()?
        .ok_or_else(|| Error::UnexpectedAnswer { action: ACTION.into(), column: 1 })?;
    Ok(us_central(now.saturating_sub(raw).assume_utc()).max(first_moment()))
}

/// Before it no server has a date.
fn first_moment() -> PrimitiveDateTime {
    let first = Date::from_ordinal_date(1000, 1).unwrap_or(Date::MIN);
    PrimitiveDateTime::new(first, Time::MIDNIGHT)
}

/// A refresh of one source on its way.
struct Walk {
    source: Source,
    /// All before it is to be summed up.
    end: PrimitiveDateTime,
    /// All before it is, by this walk. `None` at the begin.
    cursor: Option<PrimitiveDateTime>,
    /// For how long it goes back first.
    again: Duration,
}

/// What one transaction has done.
struct Step {
    written: u64,
    is_last: bool,
}

impl Walk {
    fn all(&mut self, conn: &mut Conn) -> Result<Summed> {
        let mut written = 0;
        loop {
            let step = committed(conn, |conn| self.step(conn))?;
            written += step.written;
            if step.is_last {
                return Ok(Summed { source: self.source, until: Some(self.end), written });
            }
        }
    }

    /// Sums up the next day that has rows. What is cut off here is done again by the next refresh, from the same begin.
    fn step(&mut self, conn: &mut Conn) -> Result<Step> {
        let state = State::lock(conn, self.source)?;
        let begin = self.begin(state);
        if begin >= self.end {
            if state.until != Some(self.end) {
                State { until: Some(self.end), ..state }.store(conn, self.source)?;
            }
            return Ok(Step { written: 0, is_last: true });
        }
        let first = first_row(conn, self.source, (begin, self.end))?;
        let until = first.map_or(self.end, |first| {
            first.date().midnight().saturating_add(Duration::DAY).min(self.end)
        });
        // What the hours without rows had before goes, too.
        let rows = first.map_or(until, |first| self.source.begin(first).max(begin));
        clear(conn, self.source, (begin, rows))?;
        let written = if rows < until { make(conn, self.source, (rows, until))? } else { 0 };
        let summed = state.until.map_or(until, |summed| summed.max(until)).min(self.end);
        State { until: Some(summed), ..state }.store(conn, self.source)?;
        self.cursor = Some(until);
        Ok(Step { written, is_last: until == self.end })
    }

    /// Where the next step begins. Somebody may have begun from nothing meanwhile.
    fn begin(&self, state: State) -> PrimitiveDateTime {
        let begin = match (self.cursor, state.until) {
            (None, Some(summed)) => self.source.begin(summed.saturating_sub(self.again)),
            (Some(cursor), Some(summed)) => cursor.min(summed),
            (_, None) => first_moment(),
        };
        // The rows before it are gone.
        begin.max(first_moment()).max(state.kept_from.unwrap_or(begin))
    }
}

/// Sums up the days of a range once more, as far as they are summed up.
pub(super) fn again(conn: &mut Conn, range: DateRange) -> Result<Report> {
    prepare(conn)?;
    // Of all, before anything is done to one.
    for source in Source::ALL {
        committed(conn, |conn| with_rows(State::lock(conn, source)?, source, range))?;
    }
    let summed = Source::ALL.iter().map(|source| {
        let mut summed = Summed { source: *source, until: None, written: 0 };
        let mut begin = range.start().midnight();
        // Also for no day at all: the state is a part of the report.
        loop {
            let (state, written) = committed(conn, |conn| day(conn, *source, begin, range))?;
            (summed.until, summed.written) = (state.until, summed.written + written);
            begin = begin.saturating_add(Duration::DAY);
            if begin >= range.end().midnight() || state.until.is_none_or(|until| begin >= until) {
                return Ok(summed);
            }
        }
    });
    Ok(Report { sources: summed.collect::<Result<_>>()?, healed: 0 })
}

/// A state after which the range has its rows.
fn with_rows(state: State, source: Source, range: DateRange) -> Result<State> {
    match state.kept_from {
        Some(before) if range.start().midnight() < before => {
            Err(Error::RowsDropped { table: source.table(), before })
        }
        _ => Ok(state),
    }
}

fn day(
    conn: &mut Conn,
    source: Source,
    begin: PrimitiveDateTime,
    range: DateRange,
) -> Result<(State, u64)> {
    let state = with_rows(State::lock(conn, source)?, source, range)?;
    let end = begin.saturating_add(Duration::DAY).min(range.end().midnight());
    let end = state.until.map_or(begin, |until| until.min(end));
    let written = if begin < end { make(conn, source, (begin, end))? } else { 0 };
    Ok((state, written))
}
