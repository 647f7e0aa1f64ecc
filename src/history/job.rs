//! What one call is about.

use super::{Embedded, HistoryTable, Seen, Status, proof, table::Recorded};
use crate::{
    outcome::{Error, Result, code},
    session::{Session, Settings, unread},
};

/// The migrations of a build, the history that they are held against, and what the caller asked for.
#[derive(Debug)]
pub(crate) struct Job<'m> {
    pub(crate) settings: &'m Settings,
    pub(crate) migrations: &'m [Embedded],
    pub(crate) history: HistoryTable,
}

/// What a look at the history and at all tables found.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) history: Seen,
    pub(crate) tables: Tables,
}

/// What is known of the tables of this build.
#[derive(Debug)]
pub(crate) enum Tables {
    /// Each is there, with each column.
    Whole,
    /// A table or a column is missing, in the server's words.
    Incomplete(mysql::Error),
    /// This user may not look at them.
    Hidden,
}

impl<'m> Job<'m> {
    pub(crate) fn new(settings: &'m Settings, migrations: &'m [Embedded]) -> Result<Self> {
        let history = HistoryTable::new(&settings.history_table, migrations)?;
        Ok(Self { settings, migrations, history })
    }

    /// Looks at the history and at all tables, in one statement where nothing is missing or hidden.
    pub(crate) fn look(&self, session: &mut Session<'_>) -> Result<Look> {
        let select = self.history.select(&proof::all_is_there(self.migrations));
        let error = match session.read(&select) {
            Ok(rows) => {
                let history = Seen::Rows(self.history.decode(&rows)?);
                return Ok(Look { history, tables: Tables::Whole });
            }
            Err(error) => error,
        };
        let tables = match code::of(&error) {
            Some(code::NO_SUCH_TABLE) if self.names_history(&error) => {
                let tables = Tables::Incomplete(error);
                return Ok(Look { history: Seen::NoTable, tables });
            }
            Some(code::NO_SUCH_TABLE | code::UNKNOWN_COLUMN) => Tables::Incomplete(error),
            _ if code::is_half_made(&error) => Tables::Incomplete(error),
            Some(code::TABLE_ACCESS_DENIED | code::COLUMN_ACCESS_DENIED) => Tables::Hidden,
            _ => return Err(self.unread(session, error)),
        };
        Ok(Look { history: self.history.read(session)?, tables })
    }

    pub(crate) fn judge(&self, recorded: Vec<Recorded>) -> Result<Status> {
        Status::judge(recorded, self.migrations)
    }

    /// Refuses a history in which a newer build has been, whose tables are not for this one to change.
    pub(crate) fn refuse_newer(&self, status: &Status) -> Result<()> {
        status.refuse_newer(self.migrations)
    }

    /// Whether it is the history that is not there. The server says the name in every language.
    fn names_history(&self, error: &mysql::Error) -> bool {
        let mysql::Error::MySqlError(answer) = error else { return false };
        answer.message.contains(&format!(".{}'", self.history.name()))
    }

    fn unread(&self, session: &mut Session<'_>, error: mysql::Error) -> Error {
        let ours = self.migrations.iter().filter_map(Embedded::makes);
        let names: Vec<_> = [self.history.name()].into_iter().chain(ours).collect();
        unread(session, &names, "read the history and open the tables", error)
    }
}

/// Where the database stands. A history that this user may not read is an error.
pub(crate) fn status(job: &Job<'_>, session: &mut Session<'_>) -> Result<Status> {
    job.judge(job.history.read(session)?.readable()?)
}
