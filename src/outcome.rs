//! What a call answers: what it did, what it found, what went wrong.

mod answer;
pub(crate) mod code;
mod drift;
mod error;
mod kept;
mod mended;
#[cfg(feature = "ledger")]
mod refusal;
mod report;
#[cfg(feature = "ledger")]
mod unconfirmed;

pub(crate) use self::answer::Collision;
#[cfg(feature = "ledger")]
pub(crate) use self::unconfirmed::Ledger;
pub use self::{
    drift::{Drift, DriftKind, Mend, Severity},
    error::{Error, Result},
    kept::{KeptReason, KeptTable},
    mended::{Access, MendReport, Mended},
    report::{AppliedMigration, Report, RollbackReport, TableCheck},
};
#[cfg(feature = "ledger")]
pub use self::{refusal::Refusal, unconfirmed::Unconfirmed};
