//! The variables of a session that decide what SQL means and how the server words its answers.

use super::{Session, column, literal};
use crate::outcome::{Error, Result};

/// As a caller may have set them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Words {
    sql_mode: String,
    sql_quote_show_create: String,
    character_set_client: String,
    /// `None`: answers are sent as they are.
    character_set_results: Option<String>,
    collation_connection: String,
}

impl Words {
    /// What to select, in the order of [`read`](Self::read).
    pub(super) const SELECTED: &str = "@@sql_mode, @@sql_quote_show_create, \
        @@character_set_client, @@character_set_results, @@collation_connection";

    /// Takes them from an answer.
    pub(super) fn read(mut next: impl FnMut() -> Option<String>) -> Self {
        Self {
            sql_mode: next().unwrap_or_default(),
            sql_quote_show_create: next().unwrap_or_default(),
            character_set_client: next().unwrap_or_default(),
            character_set_results: next(),
            collation_connection: next().unwrap_or_default(),
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
        }
    }

    /// What a `SET` says.
    pub(super) fn assignments(&self) -> String {
        format!(
            "sql_mode = {}, sql_quote_show_create = {}, character_set_client = {}, \
             character_set_results = {}, collation_connection = {}",
            literal(&self.sql_mode),
            self.sql_quote_show_create,
            self.character_set_client,
            self.character_set_results.as_deref().unwrap_or("NULL"),
            self.collation_connection
        )
    }

    /// Whether the server leaves things out of its descriptions or words them in another way, or the
    /// files of `migrations/` mean something else.
    fn are_odd(&self) -> bool {
        let odd = ["_OPTIONS", "ANSI_QUOTES", "EMPTY_STRING_IS_NULL"];
        let is_ours = |charset: &str| charset == "utf8mb4";
        self.sql_quote_show_create == "0"
            || odd.iter().any(|word| self.sql_mode.contains(word))
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
