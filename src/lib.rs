#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
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

#[cfg(any(feature = "ledger", feature = "quicksight"))]
#[cfg_attr(not(feature = "ledger"), allow(dead_code, unreachable_pub))]
mod account;
#[cfg(any(feature = "ledger", feature = "quicksight"))]
#[cfg_attr(not(feature = "ledger"), allow(dead_code, unreachable_pub))]
mod activity;
#[cfg(feature = "analytics")]
pub mod analytics;
mod boot;
#[cfg(feature = "ledger")]
mod clock;
mod history;
#[cfg(feature = "integrity")]
pub mod integrity;
#[cfg(feature = "ledger")]
pub mod ledger;
#[cfg(any(feature = "analytics", feature = "quicksight"))]
#[cfg_attr(not(feature = "quicksight"), allow(dead_code, unused_imports))]
mod measure;
mod mend;
mod migrator;
#[cfg(any(feature = "analytics", feature = "quicksight"))]
#[cfg_attr(not(feature = "analytics"), allow(dead_code, unreachable_pub))]
mod mode;
mod outcome;
#[cfg(feature = "partition")]
pub mod partition;
#[cfg(any(feature = "ledger", feature = "partition"))]
mod purse;
#[cfg(feature = "quicksight")]
pub mod quicksight;
#[cfg(any(feature = "integrity", feature = "quicksight"))]
mod references;
#[cfg(test)]
mod rehearsal;
mod rollback;
mod schema;
mod session;
#[cfg(any(feature = "analytics", feature = "quicksight", feature = "partition"))]
#[cfg_attr(
    not(any(feature = "analytics", feature = "quicksight")),
    allow(dead_code, unreachable_pub)
)]
mod source;
#[cfg(feature = "summary")]
pub mod summary;

pub use history::{MigrationState, MigrationStatus, Status};
pub use migrator::{
    Migrator, quicksight_migration_status, rollback_quicksight_migrations,
    run_quicksight_migrations, verify_quicksight_schema,
};
/// The driver whose connections this crate takes and whose errors it returns.
pub use mysql;
pub use outcome::{
    Access, AppliedMigration, Drift, DriftKind, Error, KeptReason, KeptTable, Mend, MendReport,
    Mended, Report, Result, RollbackReport, Severity, TableCheck,
};
/// Amounts of points, tokens and money are in this crate's type.
#[cfg(feature = "_rows")]
pub use rust_decimal;
pub use session::Connection;
/// Dates and times are in this crate's types.
pub use time;
