//! The variables of a session that decide what SQL means, how the server words its answers, and whether it
//! finishes them.

use super::{Session, column, literal};
use crate::outcome::{Error, Result};

/// The modes of a server that nobody has configured, and others that concern values alone.
const PLAIN: [&str; 9] = [
    "STRICT_TRANS_TABLES",
    "STRICT_ALL_TABLES",
    "ONLY_FULL_GROUP_BY",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE",
    "NO_AUTO_CREATE_USER",
    "NO_AUTO_VALUE_ON_ZERO",
    "NO_ENGINE_SUBSTITUTION",
];

/// As a caller may have set them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Words {
    sql_mode: String,
    sql_quote_show_create: String,
    character_set_client: String,
    /// `None`: answers are sent as they are.
    character_set_results: Option<String>,
    collation_connection: String,
    /// Whether the server leaves out the primary keys that it has made by itself: `0` or `1`.
    hides_keys: String,
    /// Whether its transactions may not write, nor make a temporary table: `0` or `1`.
    reads_only: String,
    /// After how long the server ends a statement; 0 is never. MySQL ends no statement but a `SELECT`.
    statement_time: String,
}

impl Words {
    /// What to select, in the order of [`read`](Self::read). A server that does not know a variable takes
    /// what is about it for a comment.
    /// <https://dev.mysql.com/doc/refman/8.4/en/create-table-gipks.html>
    pub(super) const SELECTED: &str = "@@sql_mode, @@sql_quote_show_create, \
        @@character_set_client, @@character_set_results, @@collation_connection, \
        /*!80030 1 - @@show_gipk_in_create_table_and_information_schema + */ 0, \
        /*!50720 @@transaction_read_only + */ /*M!100300 @@tx_read_only + */ 0, \
        /*!50708 @@max_execution_time + */ /*M!100300 @@max_statement_time + */ 0";

    /// Takes them from an answer.
    pub(super) fn read(mut next: impl FnMut() -> Option<String>) -> Self {
        Self {
            sql_mode: next().unwrap_or_default(),
            sql_quote_show_create: next().unwrap_or_default(),
            character_set_client: next().unwrap_or_default(),
            character_set_results: next(),
            collation_connection: next().unwrap_or_default(),
            hides_keys: next().unwrap_or_default(),
            reads_only: next().unwrap_or_default(),
            statement_time: next().unwrap_or_default(),
        }
    }

    /// What the files of `migrations/` are written for, and all that is read here: the driver sends and
    /// reads `utf8mb4`, and in other character sets a backtick is another letter.
    pub(super) fn ours() -> Self {
        Self {
            sql_mode: "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO".to_owned(),
            sql_quote_show_create: "1".to_owned(),
            character_set_client: "utf8mb4".to_owned(),
            character_set_results: Some("utf8mb4".to_owned()),
            collation_connection: "utf8mb4_general_ci".to_owned(),
            hides_keys: "0".to_owned(),
            reads_only: "0".to_owned(),
            statement_time: "0".to_owned(),
        }
    }

    /// What a `SET` says.
    pub(super) fn assignments(&self) -> String {
        format!(
            "sql_mode = {}, sql_quote_show_create = {}, character_set_client = {}, \
             character_set_results = {}, collation_connection = {} \
             /*!80030 , show_gipk_in_create_table_and_information_schema = 1 - {} */ \
             /*!50720 , @@session.transaction_read_only = {reads_only} */ \
             /*M!100300 , @@session.tx_read_only = {reads_only} */ \
             /*!50708 , max_execution_time = {time} */ /*M!100300 , max_statement_time = {time} */",
            literal(&self.sql_mode),
            self.sql_quote_show_create,
            self.character_set_client,
            self.character_set_results.as_deref().unwrap_or("NULL"),
            self.collation_connection,
            self.hides_keys,
            reads_only = self.reads_only,
            time = self.statement_time
        )
    }

    /// Whether a session may not write.
    pub(super) fn read_only(&self) -> bool {
        self.reads_only == "1"
    }

    /// Whether the server may leave things out of its descriptions or word them in another way, or the
    /// files of `migrations/` may mean something else: in any mode that is not known to change neither.
    fn are_odd(&self) -> bool {
        let is_ours = |charset: &str| charset == "utf8mb4";
        let mut modes = self.sql_mode.split(',').filter(|mode| !mode.is_empty());
        self.sql_quote_show_create == "0"
            || self.hides_keys == "1"
            || self.read_only()
            || !self.statement_time.trim_matches(['0', '.']).is_empty()
            || modes.any(|mode| !PLAIN.contains(&mode))
            || !is_ours(&self.character_set_client)
            || !self.character_set_results.as_deref().is_some_and(is_ours)
            || !self.collation_connection.starts_with("utf8mb4_")
    }

    fn apply(&self, session: &mut Session<'_>) -> Result<()> {
        session
            .execute(&format!("SET SESSION {}", self.assignments()))
            .map_err(|error| Error::from_answer("change the session's settings", error))
    }
}

/// Runs `work` in a session in which SQL means what it usually means, and changes nothing else.
pub(crate) fn in_plain_words<'c, T>(
    session: &mut Session<'c>,
    work: impl FnOnce(&mut Session<'c>) -> Result<T>,
) -> Result<T> {
    let row = session
        .row(&format!("SELECT {} LIMIT 1", Words::SELECTED))
        .map_err(|error| Error::from_answer("ask for the session's settings", error))?;
    let mut index = 0..;
    let theirs = Words::read(|| row.as_ref().and_then(|row| column(row, index.next()?)));
    if !theirs.are_odd() {
        return work(session);
    }
    Words::ours().apply(session)?;
    session.finally(work, |session| theirs.apply(session))
}
