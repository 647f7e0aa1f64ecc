//! What was applied, and what this build has to apply.

mod effect;
mod embedded;
mod job;
mod status;
mod table;

pub use self::status::{MigrationState, MigrationStatus, Status};
pub(crate) use self::{
    effect::Effect,
    embedded::{EMBEDDED, Embedded},
    job::{Job, status},
    table::{HistoryTable, Seen},
};
