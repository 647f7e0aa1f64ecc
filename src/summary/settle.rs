//! Sums the hours again that the log has.

use mysql::Conn;
use time::PrimitiveDateTime;

use super::{
    closed::begin,
    state::State,
    sums::make,
    transaction::{ACTION, INSERT_INTO, committed, execute},
};
use crate::{
    analytics::is_date,
    outcome::Result,
    session::{Columns, ask},
    source::Source,
};

/// How many entries one transaction takes.
const AT_ONCE: u64 = 100_000;

/// What has one log.
const LOGS: [&[Source]; 4] =
    [&[Source::Points], &[Source::Tokens], &[Source::Tickets], &[Source::Trips, Source::Users]];

/// Sums up all hours again that have changed, and returns how many sums were written.
pub(super) fn all(conn: &mut Conn) -> Result<u64> {
    // The entries that are read. In a table, because a list of them in a `DELETE` may have the server look at those of
    // writers that have not committed, and wait for them.
    execute(
        conn,
        "CREATE TEMPORARY TABLE IF NOT EXISTS summary_read (id bigint PRIMARY KEY, at datetime)",
    )?;
    let mut written = 0;
    let mut settle = || {
        for sources in LOGS {
            loop {
                let (read, sums) = committed(conn, |conn| some(conn, sources))?;
                written += sums;
                if read < AT_ONCE {
                    break;
                }
            }
        }
        Ok(())
    };
    let settled = settle();
    let dropped = execute(conn, "DROP TEMPORARY TABLE IF EXISTS summary_read");
    settled.and(dropped).map(|_| written)
}

/// The order is what makes it right: the log is read first, then the rows are summed up, and only what was read is
/// deleted. A change that comes in between stays in the log.
fn some(conn: &mut Conn, sources: &[Source]) -> Result<(u64, u64)> {
    let states = sources.iter().map(|source| Ok((*source, State::lock(conn, *source)?)));
    let states: Vec<_> = states.collect::<Result<_>>()?;
    let Some((first, _)) = states.first() else { return Ok((0, 0)) };
    execute(conn, "DELETE FROM summary_read")?;
    let read = execute(
        conn,
        &format!(
            "{INSERT_INTO} summary_read SELECT id, CASE WHEN {} THEN at END FROM summary_log WHERE source = {} \
             ORDER BY source, at LIMIT {AT_ONCE}",
            is_date("at"),
            first.log()
        ),
    )?;
    let mut written = 0;
    for (source, state) in states {
        for begin in begins(conn, source, state)? {
            written += make(conn, source, (begin, source.end(begin)))?;
        }
    }
    execute(conn, "DELETE l FROM summary_read r STRAIGHT_JOIN summary_log l ON l.id = r.id")?;
    Ok((read, written))
}

/// The hours, or days, that were read, as far as they are summed up and their rows are there.
fn begins(conn: &mut Conn, source: Source, state: State) -> Result<Vec<PrimitiveDateTime>> {
    let begin = begin(source, "l.at");
    let sql = format!(
        "SELECT DISTINCT {begin} FROM summary_read l WHERE l.at IS NOT NULL ORDER BY {begin}"
    );
    let begins = ask(conn, ACTION, &sql, (), Columns::take)?;
    let begins: Vec<PrimitiveDateTime> = begins.collect::<Result<_>>()?;
    let is_ours = |begin: &PrimitiveDateTime| {
        state.until.is_some_and(|until| *begin < until)
            && state.kept_from.is_none_or(|kept_from| kept_from <= *begin)
    };
    Ok(begins.into_iter().filter(is_ours).collect())
}
