//! A transaction that reads each statement's moment, and locks no row that it only reads.

use mysql::{Conn, prelude::Queryable};

use crate::{
    outcome::{Error, Result, code},
    session::{
        COMMIT, Columns, START, Said, Unheard, contained, heard, not_begun, read_all, roll_back,
        said, unreadable,
    },
};

/// What completes "could not ...".
pub(super) const ACTION: &str = "sum up the closed hours";

/// READ COMMITTED, because a sum under REPEATABLE READ locks the rows that it reads, and their writers wait.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-consistent-read.html>
const BEGIN: [&str; 2] = ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", START];

/// How long a packet may be that has more than one statement. A server takes 1 MB at least, unless it was told otherwise.
const LENGTH: usize = 250_000;

/// What is still to be sent in a transaction. It goes with the commit.
#[derive(Debug, Default)]
pub(super) struct Last {
    statements: Vec<String>,
    /// The places of those that make sums.
    makes: Vec<usize>,
}

impl Last {
    pub(super) fn then(&mut self, sql: impl Into<String>) {
        self.statements.push(sql.into());
    }

    /// The same for a statement whose rows are sums that are written.
    pub(super) fn make(&mut self, sql: String) {
        self.makes.push(self.statements.len());
        self.then(sql);
    }

    /// Sends all in as few packets as there can be, and returns how many sums were written.
    fn send(mut self, conn: &mut Conn) -> Result<u64> {
        self.then(COMMIT);
        let mut said = Vec::new();
        let mut rest = self.statements.as_slice();
        while !rest.is_empty() {
            let (packet, later) = rest.split_at(fitting(rest));
            said.extend(answers(conn, packet)?);
            rest = later;
        }
        Ok(self.makes.iter().filter_map(|place| said.get(*place)).map(|said| said.written).sum())
    }
}

/// How many of these statements go into one packet.
fn fitting(statements: &[String]) -> usize {
    let mut length = 0;
    let fits = |sql: &&String| {
        length += sql.len();
        length <= LENGTH
    };
    statements.iter().take_while(fits).count().max(1)
}

/// Sends some statements in one packet, and returns what each of them has answered.
pub(super) fn answers(conn: &mut Conn, statements: &[String]) -> Result<Vec<Said>> {
    let said = contained(|| said(&mut conn.query_iter(statements.join("; "))?));
    match said {
        Ok(said) if said.len() == statements.len() => Ok(said),
        Ok(_) => Err(Error::from_answer(ACTION, unreadable())),
        Err(error) => Err(Error::from_answer(ACTION, error)),
    }
}

/// The rows of the next one of some answers.
pub(super) fn rows<T>(said: Option<Said>, read: fn(&mut Columns) -> Result<T>) -> Result<Vec<T>> {
    let said = said.ok_or_else(|| Error::from_answer(ACTION, unreadable()))?;
    read_all(said.rows, ACTION, read)
}

/// Runs `work` in a transaction of its own, but not inside one of the caller's, and returns how many sums it has written,
/// too. The `first` statements go with its begin, in one packet, and `work` hears what they have answered. What it leaves
/// goes with the commit. If the answer to that is lost, the same work may be done again: it makes the same sums
/// of the same rows.
pub(super) fn committed<T>(
    conn: &mut Conn,
    first: &[String],
    work: impl FnOnce(&mut Conn, Vec<Said>) -> Result<(T, Last)>,
) -> Result<(T, u64)> {
    let done = begin(conn, first).and_then(|said| {
        let done = work(conn, said).and_then(|(done, last)| Ok((done, last.send(conn)?)));
        if done.is_err() {
            roll_back(conn);
        }
        done
    });
    done.map_err(|error| match error {
        Error::Database { source, .. } if code::of(&source) == Some(code::STATEMENT_FORMAT) => {
            Error::StatementFormat { source }
        }
        other => other,
    })
}

fn begin(conn: &mut Conn, first: &[String]) -> Result<Vec<Said>> {
    let statements = [BEGIN.map(str::to_owned).as_slice(), first].concat();
    let refused = |error| Error::from_answer(ACTION, error);
    match heard(conn, &statements.join("; ")) {
        Ok(said) if said.len() == statements.len() => {
            Ok(said.into_iter().skip(BEGIN.len()).collect())
        }
        Ok(_) => Err(refused(unreadable())),
        Err(Unheard::Refused(error)) => match not_begun(ACTION, error) {
            Error::OpenTransaction => Err(Error::OpenTransaction),
            other => {
                // It may have begun.
                roll_back(conn);
                Err(other)
            }
        },
        // There may be a transaction of the caller's, which is not ours to undo.
        Err(Unheard::Deaf(error)) => Err(refused(error)),
    }
}

/// Sends one statement, and returns how many rows it has written.
pub(super) fn execute(conn: &mut Conn, sql: &str) -> Result<u64> {
    contained(|| Ok(conn.query_iter(sql)?.affected_rows()))
        .map_err(|error| Error::from_answer(ACTION, error))
}

/// `INSERT INTO` in a session's strictest mode would end with an error at a date that no calendar has, even if all that
/// is asked of it is whether it is one. Each server takes the way of the other for a comment.
/// <https://dev.mysql.com/doc/refman/8.4/en/optimizer-hints.html#optimizer-hints-set-var>
/// <https://mariadb.com/docs/server/reference/sql-statements/administrative-sql-statements/set-commands/set-statement>
pub(super) const INSERT_INTO: &str = "/*M!100300 SET STATEMENT sql_mode = 'ALLOW_INVALID_DATES' FOR */ \
                                      INSERT /*+ SET_VAR(sql_mode = 'ALLOW_INVALID_DATES') */ INTO";

/// `DELETE` in a session that may be one of a careful person, who has the server refuse what does not look into a key.
pub(super) const DELETE: &str = "/*M!100300 SET STATEMENT sql_safe_updates = 0 FOR */ \
     DELETE /*+ SET_VAR(sql_safe_updates = 0) */";
