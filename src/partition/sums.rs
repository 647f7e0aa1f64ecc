//! Sums of rows that go are all that is left of them: they must have all of them, and must not be made anew from
//! nothing.

use time::Date;

use super::Table;
use crate::{
    outcome::{Error, Result},
    session::{Session, column},
};

/// Makes sure that the sums outlive the rows, and notes that they must. Noted before the rows go: if they stay after
/// all, their sums stay as they are.
pub(super) fn keep(session: &mut Session<'_>, table: Table, until: Date, rows: u64) -> Result<()> {
    refuse_behind(session, table, until, rows)?;
    for (source, _) in table.summed() {
        let sql = format!(
            "UPDATE summary_state SET kept_from = GREATEST(COALESCE(kept_from, '{until}'), '{until}') \
             WHERE source = {source}"
        );
        let action =
            format!("keep the sums of the rows of {table} (needs UPDATE on summary_state)");
        session.execute(&sql).map_err(|error| Error::from_answer(action, error))?;
    }
    Ok(())
}

/// That the sums have all of these rows.
pub(super) fn refuse_behind(
    session: &mut Session<'_>,
    table: Table,
    until: Date,
    rows: u64,
) -> Result<()> {
    for (source, log) in table.summed() {
        if is_behind(session, table, (*source, *log), (until, rows))? {
            return Err(Error::SumsBehind { table: table.to_string(), before: until });
        }
    }
    Ok(())
}

/// Whether a report would lose some of these rows: they are not summed up yet, or not as they are now. Where nothing
/// was ever summed up, nobody asks for sums.
fn is_behind(
    session: &mut Session<'_>,
    table: Table,
    (source, log): (u8, u8),
    (until, rows): (Date, u64),
) -> Result<bool> {
    let ask = format!(
        "SELECT COUNT(*) FROM summary_state s WHERE s.source = {source} AND (s.kept_from IS NULL OR s.kept_from < '{until}') \
         AND ({rows} > 0 AND (s.summed_until < '{until}' OR s.summed_until IS NULL AND s.is_exact = 1) \
         OR s.is_exact = 1 AND EXISTS (SELECT 1 FROM summary_log l WHERE l.source = {log} AND l.at < '{until}' \
         AND (s.kept_from IS NULL OR l.at >= s.kept_from))) LIMIT 1"
    );
    let action = format!(
        "see whether the rows of {table} are summed up (needs SELECT on summary_state and summary_log)"
    );
    let row = session.row(&ask).map_err(|error| Error::from_answer(action, error))?;
    Ok(row.and_then(|row| column(&row, 0)).unwrap_or(0_u64) > 0)
}
