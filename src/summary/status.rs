//! How far the sums go, for whoever looks whether the job still runs.

use std::fmt;

use mysql::Conn;
use time::PrimitiveDateTime;

use super::{
    state::{Mode, State, numbered, states},
    transaction::rows,
    triggers,
};
use crate::{
    outcome::{Result, code},
    session::{Said, heard},
    source::Source,
};

const ACTION: &str = "read how far the sums go";

/// How far one source is summed up, and how it is known that its sums are right. See [`reach`](super::reach).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    source: Source,
    state: State,
    missing_triggers: Vec<String>,
}

impl Reach {
    /// What is summed up.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The begin of the first hour that is not summed up, by the service's clock; `None` if nothing is.
    #[must_use]
    pub fn until(&self) -> Option<PrimitiveDateTime> {
        self.state.until
    }

    /// Where the rows begin that are still there, if some were dropped on purpose.
    #[must_use]
    pub fn kept_from(&self) -> Option<PrimitiveDateTime> {
        self.state.kept_from
    }

    /// Whether triggers write down each hour that changes. Otherwise what changes behind the look-back is not seen.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.state.mode == Mode::Exact
    }

    /// The triggers that are not there, in the exact mode, or that this user may not see without the right `TRIGGER`.
    /// Those of the users are those of the trips.
    #[must_use]
    pub fn missing_triggers(&self) -> &[String] {
        &self.missing_triggers
    }
}

/// As in "trips: summed until 2025-03-01 12:00:00.0, with a look-back".
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until() {
            Some(until) => write!(f, "{}: summed until {until}", self.source)?,
            None => write!(f, "{}: nothing is summed", self.source)?,
        }
        f.write_str(if self.is_exact() { ", exact" } else { ", with a look-back" })?;
        if let Some(kept_from) = self.kept_from() {
            write!(f, ", rows kept from {kept_from}")?;
        }
        if !self.missing_triggers.is_empty() {
            let names = self.missing_triggers.join(", ");
            write!(f, "; missing, or not to be seen by this user: {names}")?;
        }
        Ok(())
    }
}

pub(super) fn run(conn: &mut Conn) -> Result<Vec<Reach>> {
    let states = match ask(conn, &states()) {
        Err(error) if error.server_code() == Some(code::NO_SUCH_TABLE) => return Ok(Vec::new()),
        said => rows(said?.into_iter().next(), numbered)?,
    };
    let is_exact = states.iter().any(|(_, state)| state.mode == Mode::Exact);
    let missing =
        if is_exact { triggers::missing(ask(conn, &triggers::seen())?)? } else { Vec::new() };
    let of = |source: Source| {
        let (_, state) = states.iter().find(|(number, _)| *number == source.number())?;
        let is_ours = |of: &Source| *of == source && state.mode == Mode::Exact;
        let missing = missing.iter().filter(|(of, _)| is_ours(of));
        let missing_triggers = missing.map(|(_, name)| name.clone()).collect();
        Some(Reach { source, state: *state, missing_triggers })
    };
    Ok(Source::ALL.into_iter().filter_map(of).collect())
}

fn ask(conn: &mut Conn, sql: &str) -> Result<Vec<Said>> {
    heard(conn, sql).map_err(|unheard| unheard.answer_to(ACTION))
}
