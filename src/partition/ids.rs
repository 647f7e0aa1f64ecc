//! Ids that are not given out twice.

use super::Table;
use crate::{
    outcome::{Error, Result, code},
    session::{Session, column, quote, unchanged, unread},
};

/// Has the server count on from here where the row with the newest id goes, as one that came very late. It would begin
/// again from the newest id that is left, and an archive and its table would have two rows of one id.
pub(super) fn keep(session: &mut Session<'_>, table: Table, partition: &str) -> Result<()> {
    let (name, partition) = (quote(table.as_str()), quote(partition));
    let newest = format!(
        "SELECT (SELECT MAX(id) FROM {name} PARTITION ({partition})), (SELECT MAX(id) FROM {name}) LIMIT 1"
    );
    let row = session.row(&newest).map_err(|error| {
        let action = format!("look for the newest id of {table} (needs SELECT)");
        unread(session, &[table.as_str()], action, error)
    })?;
    let id = |index| row.as_ref().and_then(|row| column::<u64>(row, index));
    let Some(newest) = id(0).filter(|newest| Some(*newest) == id(1)) else { return Ok(()) };
    let next = newest.saturating_add(1);
    let Err(source) = session.execute(&format!("ALTER TABLE {name} AUTO_INCREMENT = {next}"))
    else {
        return Ok(());
    };
    if code::is_wait(&source) {
        return Err(unchanged(session, &[table.as_str()], source, |_, _| Ok(()))?);
    }
    Err(Error::from_answer(format!("keep the newest id of {table} (needs ALTER)"), source))
}
