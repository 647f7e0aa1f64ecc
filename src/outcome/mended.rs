//! What a mend did.

use std::{fmt, time::Duration};

use super::{Drift, report::counted};

/// What [`Migrator::mend`](crate::Migrator::mend) did.
#[derive(Debug, Clone, PartialEq)]
pub struct MendReport {
    pub(crate) mended: Vec<Mended>,
    pub(crate) left: Vec<Drift>,
    pub(crate) elapsed: Duration,
}

/// A difference that was put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Mended {
    pub(crate) drift: Drift,
    pub(crate) access: Access,
    pub(crate) duration: Duration,
}

/// What others could do with the table while it was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Read and write it, except for a moment at the start and at the end.
    Online,
    /// Wait: the server can make this change in no other way.
    Blocked,
}

impl Mended {
    /// What was different.
    #[must_use]
    pub fn drift(&self) -> &Drift {
        &self.drift
    }

    /// What others could do with the table meanwhile.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    /// How long the statement took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

impl MendReport {
    /// What was put right, in order.
    #[must_use]
    pub fn mended(&self) -> &[Mended] {
        &self.mended
    }

    /// What a person must decide. See [`Drift::mend`] for the reasons.
    #[must_use]
    pub fn left(&self) -> &[Drift] {
        &self.left
    }

    /// How long it took as a whole.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Display for MendReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} mended, {} left for a person to decide, in {} ms",
            counted(self.mended.len(), "difference"),
            self.left.len(),
            self.elapsed.as_millis()
        )
    }
}
