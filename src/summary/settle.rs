//! Sums the hours again that the log has.

use mysql::Conn;
use time::PrimitiveDateTime;

use super::{
    closed::begin,
    state::{Look, State},
    sums::make,
    transaction::{DELETE, INSERT_INTO, Last, committed, execute, rows},
    users::{self, Change},
};
use crate::{
    analytics::is_date,
    outcome::Result,
    session::{ALL, Columns, Said},
    source::Source,
};

/// How many entries one transaction takes.
const AT_ONCE: u64 = 100_000;

/// What has one log.
const LOGS: [(Source, &[Source]); 4] = [
    (Source::Points, &[Source::Points]),
    (Source::Tokens, &[Source::Tokens]),
    (Source::Tickets, &[Source::Tickets]),
    (Source::Trips, &[Source::Trips, Source::Users]),
];

/// The entries that were read. In a table, because a list of them in a `DELETE` may have the server look at those of
/// writers that have not committed, and wait for them. One in memory, as a session may have them, would soon be full.
const DROP_READ: &str = "DROP TEMPORARY TABLE IF EXISTS summary_read";
const CREATE_READ: &str = "CREATE TEMPORARY TABLE summary_read (id bigint PRIMARY KEY, at datetime, user_id int) \
                           ENGINE=InnoDB";

/// Sums up all hours again that have changed, and returns how many sums were written.
pub(super) fn all(conn: &mut Conn, look: &Look) -> Result<u64> {
    let mut written = 0;
    for (log, sources) in LOGS {
        let mut is_left = look.is_logged(log);
        while is_left {
            let (read, sums) =
                some(conn, log, sources).inspect_err(|_| drop(execute(conn, DROP_READ)))?;
            written += sums;
            is_left = read == AT_ONCE;
        }
    }
    Ok(written)
}

/// The order is what makes it right: the log is read first, then the rows are summed up, and only what was read is
/// deleted. A change that comes in between stays in the log.
fn some(conn: &mut Conn, log: Source, sources: &[Source]) -> Result<(u64, u64)> {
    let mut first: Vec<_> = sources.iter().map(|source| State::lock(*source)).collect();
    first.extend(read(log));
    committed(conn, &first, |_, said| {
        let mut said = said.into_iter();
        let states = sources.iter().map(|source| Ok((*source, State::locked(said.next())?)));
        let states: Vec<_> = states.collect::<Result<_>>()?;
        // After the table was dropped and made.
        let read = said.nth(2).map_or(0, |Said { written, .. }| written);
        let changes = rows(said.next(), change)?;
        let mut last = Last::default();
        for (source, state) in states {
            for begin in begins(source, state, &changes) {
                match source {
                    Source::Users => users::mend(&mut last, begin, &changes),
                    _ => make(&mut last, source, (begin, source.end(begin))),
                }
            }
        }
        last.then(format!(
            "{DELETE} l FROM summary_read r STRAIGHT_JOIN summary_log l ON l.id = r.id"
        ));
        last.then(DROP_READ);
        Ok((read, last))
    })
}

/// Reads entries, and tells the hours that they are about, in order, and who may have come or left with each.
fn read(log: Source) -> [String; 4] {
    let begin = begin(Source::Trips, "l.at");
    [
        DROP_READ.to_owned(),
        CREATE_READ.to_owned(),
        format!(
            "{INSERT_INTO} summary_read SELECT id, CASE WHEN {} THEN at END, user_id FROM summary_log \
             WHERE source = {} ORDER BY at LIMIT {AT_ONCE}",
            is_date("at"),
            log.log()
        ),
        format!(
            "SELECT {begin}, l.user_id FROM summary_read l WHERE l.at IS NOT NULL \
             GROUP BY {begin}, l.user_id ORDER BY {begin} LIMIT {ALL}",
        ),
    ]
}

fn change(columns: &mut Columns) -> Result<Change> {
    Ok(Change { hour: columns.take()?, user: columns.take()? })
}

/// The hours, or days, of these changes, as far as they are summed up and their rows are there.
fn begins(source: Source, state: State, changes: &[Change]) -> Vec<PrimitiveDateTime> {
    let mut begins: Vec<_> = changes.iter().map(|change| source.begin(change.hour)).collect();
    begins.dedup();
    begins.retain(|begin| {
        state.until.is_some_and(|until| *begin < until)
            && state.kept_from.is_none_or(|kept_from| kept_from <= *begin)
    });
    begins
}
