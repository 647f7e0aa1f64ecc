//! What was applied, and what this build has to apply.

mod effect;
mod embedded;
mod job;
mod proof;
mod status;
mod table;

pub use self::status::{MigrationState, MigrationStatus, Status};
pub(crate) use self::{
    effect::Effect,
    embedded::{EMBEDDED, Embedded, tables},
    job::{Job, Tables, status},
    table::{HistoryTable, Seen},
};
