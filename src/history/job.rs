//! What one call is about.

use super::{Embedded, HistoryTable, Status};
use crate::{
    outcome::Result,
    session::{Session, Settings},
};

/// The migrations of a build, the history that they are held against, and what the caller asked for.
#[derive(Debug)]
pub(crate) struct Job<'m> {
    pub(crate) settings: &'m Settings,
    pub(crate) migrations: &'m [Embedded],
    pub(crate) history: HistoryTable,
}

impl<'m> Job<'m> {
    pub(crate) fn new(settings: &'m Settings, migrations: &'m [Embedded]) -> Result<Self> {
        let history = HistoryTable::new(&settings.history_table, migrations)?;
        Ok(Self { settings, migrations, history })
    }

    /// Refuses a history in which a newer build has been, whose tables are not for this one to change.
    pub(crate) fn refuse_newer(&self, status: &Status) -> Result<()> {
        status.refuse_newer(self.migrations)
    }
}

/// Where the database stands. A history that this user may not read is an error.
pub(crate) fn status(job: &Job<'_>, session: &mut Session<'_>) -> Result<Status> {
    Status::judge(job.history.read(session)?.readable()?, job.migrations)
}
