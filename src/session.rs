//! The caller's connection for the length of one call: what it must be like, whose turn it is, how
//! long it waits, and how statements are sent on it.

#[cfg(feature = "_rows")]
mod answer;
mod connection;
mod lock;
mod preflight;
mod settings;
mod sql;
mod turn;
mod wait;

pub use self::connection::Connection;
#[cfg(feature = "_rows")]
pub(crate) use self::{
    answer::{Answers, Columns, ask, ask_limited},
    connection::driver,
};
pub(crate) use self::{
    connection::{ALL, Session, column},
    preflight::{is_mariadb, version},
    settings::{Data, NewerHistory, Settings},
    sql::{literal, quote},
    turn::{EarlierReads, Turn, in_turn, in_turn_or},
    wait::wait_no_more,
};
