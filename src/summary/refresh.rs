//! Sums up what is closed, a day at a time.

use mysql::Conn;
use time::{Date, Duration, PrimitiveDateTime, Time};

use super::{
    policy::Policy,
    report::{Report, Summed},
    settle,
    state::{Look, Mode, State, first_row, look},
    sums::{clear, make},
    transaction::{Last, answers, committed, rows},
    triggers,
};
use crate::{
    analytics::DateRange,
    clock::us_central,
    outcome::{Error, Result},
    session::{Columns, Said},
    source::Source,
};

pub(super) fn run(conn: &mut Conn, policy: Policy) -> Result<Report> {
    let look = look(conn, |conn, mode| match mode {
        Mode::Exact => triggers::check(conn),
        Mode::LookBack => Ok(()),
    })?;
    let is_exact = look.mode() == Mode::Exact;
    let closed = closed(&look, if is_exact { Duration::ZERO } else { policy.raw() });
    let healed = if is_exact { settle::all(conn, &look)? } else { 0 };
    let sources = Source::ALL.into_iter().map(|source| {
        let end = source.begin(closed);
        Walk { source, end, cursor: None, again: policy.again() }.all(conn, look.state(source))
    });
    Ok(Report { sources: sources.collect::<Result<_>>()?, healed })
}

/// Until when all is closed, by the service's clock. The look-back is taken from the time that passes, and not from
/// the wall clock. In autumn that goes back to the begin of an hour, so a begin of an hour never comes back.
pub(super) fn closed(look: &Look, raw: Duration) -> PrimitiveDateTime {
    us_central(look.now.saturating_sub(raw).assume_utc()).max(first_moment())
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

impl Walk {
    /// `state` is what was seen of it last.
    fn all(&mut self, conn: &mut Conn, mut state: State) -> Result<Summed> {
        let mut written = 0;
        let mut is_left = self.begin(state) < self.end || state.until != Some(self.end);
        while is_left {
            let sums;
            ((state, is_left), sums) = self.step(conn)?;
            written += sums;
        }
        Ok(Summed { source: self.source, until: state.until, written })
    }

    /// Sums up the next day that has rows, and tells whether there are more. What is cut off here is done again by the next
    /// refresh, from the same begin.
    fn step(&mut self, conn: &mut Conn) -> Result<((State, bool), u64)> {
        committed(conn, &[State::lock(self.source)], |conn, said| {
            let state = State::locked(said.into_iter().next())?;
            let begin = self.begin(state);
            let mut last = Last::default();
            let until = if begin < self.end {
                let (rows, until) = self.next_rows(conn, begin)?;
                // What the hours without rows had before goes, too.
                clear(&mut last, self.source, (begin, rows));
                make(&mut last, self.source, (rows, until));
                self.cursor = Some(until);
                until
            } else {
                self.end
            };
            let summed = state.until.map_or(until, |summed| summed.max(until)).min(self.end);
            let state = State { until: Some(summed).max(state.kept_from), ..state };
            last.then(state.store(self.source));
            Ok(((state, until < self.end), last))
        })
    }

    /// From where on, and until when, there are rows next, for a day at most.
    fn next_rows(
        &self,
        conn: &mut Conn,
        begin: PrimitiveDateTime,
    ) -> Result<(PrimitiveDateTime, PrimitiveDateTime)> {
        if self.end - begin <= Duration::DAY {
            return Ok((begin, self.end));
        }
        let first = answers(conn, &[first_row(self.source, (begin, self.end))])?;
        let first = rows(first.into_iter().next(), Columns::take)?.into_iter().next();
        Ok(first.map_or((self.end, self.end), |first: PrimitiveDateTime| {
            let next = first.date().midnight().saturating_add(Duration::DAY);
            (self.source.begin(first).max(begin), next.min(self.end))
        }))
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
    look(conn, |_, _| Ok(()))?;
    // Of all, before anything is done to one.
    for source in Source::ALL {
        committed(conn, &[State::lock(source)], |_, said| {
            Ok((with_rows(said, source, range)?, Last::default()))
        })?;
    }
    let summed = Source::ALL.iter().map(|source| {
        let mut summed = Summed { source: *source, until: None, written: 0 };
        let mut begin = range.start().midnight();
        // Also for no day at all: the state is a part of the report.
        loop {
            let (until, written) = day(conn, *source, begin, range)?;
            (summed.until, summed.written) = (until, summed.written + written);
            begin = begin.saturating_add(Duration::DAY);
            if begin >= range.end().midnight() || until.is_none_or(|until| begin >= until) {
                return Ok(summed);
            }
        }
    });
    Ok(Report { sources: summed.collect::<Result<_>>()?, healed: 0 })
}

/// What the lock of a state has answered, if the range has its rows.
fn with_rows(said: Vec<Said>, source: Source, range: DateRange) -> Result<State> {
    let state = State::locked(said.into_iter().next())?;
    match state.kept_from {
        Some(before) if range.start().midnight() < before => {
            Err(Error::RowsDropped { table: source.table(), before })
        }
        _ => Ok(state),
    }
}

/// Sums up a day, and tells until when all is summed up.
fn day(
    conn: &mut Conn,
    source: Source,
    begin: PrimitiveDateTime,
    range: DateRange,
) -> Result<(Option<PrimitiveDateTime>, u64)> {
    committed(conn, &[State::lock(source)], |_, said| {
        let state = with_rows(said, source, range)?;
        let end = begin.saturating_add(Duration::DAY).min(range.end().midnight());
        let end = state.until.map_or(begin, |until| until.min(end));
        let mut last = Last::default();
        if begin < end {
            make(&mut last, source, (begin, end));
        }
        Ok((state.until, last))
    })
}
