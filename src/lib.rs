#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(test),
    warn(
        clippy::dbg_macro,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::todo,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate self as quicksight_migrations;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;

mod adapter;
#[cfg(feature = "analytics")]
pub mod analytics;
#[cfg(feature = "analytics")]
mod answer;
mod boot;
mod code;
mod connection;
mod drift;
mod embedded;
mod error;
mod history;
#[cfg(feature = "analytics")]
pub mod integrity;
mod kept;
#[cfg(feature = "analytics")]
pub mod ledger;
mod lock;
mod mend;
mod migrate;
mod migrator;
mod obstacle;
mod preflight;
mod report;
mod rollback;
mod schema;
mod shape;
mod status;
mod twin;
mod types;

pub use connection::Connection;
pub use drift::{Drift, DriftKind, Mend, Severity};
pub use error::{Error, Result};
pub use kept::{KeptReason, KeptTable};
pub use mend::{Access, MendReport, Mended};
pub use migrate::{
    quicksight_migration_status, run_quicksight_migrations, verify_quicksight_schema,
};
pub use migrator::Migrator;
/// The driver whose connections this crate takes and whose errors it returns.
pub use mysql;
pub use report::{AppliedMigration, Report, RollbackReport};
pub use rollback::rollback_quicksight_migrations;
/// Amounts of points, tokens and money are in this crate's type.
#[cfg(feature = "analytics")]
pub use rust_decimal;
pub use status::{MigrationState, MigrationStatus, Status};
/// Dates and times are in this crate's types.
pub use time;
