//! The caller's connection for the length of one call: what it must be like, whose turn it is, how
//! long it waits, and how statements are sent on it.

#[cfg(feature = "_rows")]
#[cfg_attr(not(feature = "full"), allow(dead_code))] // Each feature uses its share of it.
mod answer;
mod claim;
mod cluster;
mod connection;
#[cfg(feature = "_rows")]
#[cfg_attr(not(feature = "full"), allow(dead_code))]
mod echo;
mod held;
mod lock;
mod preflight;
mod settings;
mod sql;
#[cfg(feature = "ledger")]
mod transaction;
mod turn;
mod wait;
mod words;

#[cfg(feature = "_rows")]
#[cfg_attr(not(feature = "full"), allow(unused_imports))]
pub(crate) use self::answer::{Answers, Columns, ask, ask_limited, ask_on};
pub use self::connection::Connection;
#[cfg(feature = "summary")]
pub(crate) use self::echo::{Said, heard, said};
#[cfg(feature = "ledger")]
pub(crate) use self::{
    answer::read_all,
    connection::{contained, driver, unreadable},
    echo::{Answer, Unheard, ask_numbered, ask_together, echo, tell},
    transaction::{COMMIT, ROLLBACK, START, not_begun, roll_back},
};
pub(crate) use self::{
    claim::{CLAIM_TABLE, with_claim},
    cluster::{Writers, let_others_work, writers},
    connection::{ALL, Session, column, named},
    held::{unchanged, unread},
    preflight::{is_mariadb, refuse_open_transaction, version},
    settings::{Data, NewerHistory, OtherWriters, Settings},
    sql::{literal, quote},
    turn::{EarlierReads, Turn, in_turn, in_turn_or, settled},
    wait::wait_no_more,
    words::in_plain_words,
};
