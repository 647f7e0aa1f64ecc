//! How bad a finding is.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// It may be right, and a person should look: two accounts of one device.
    Suspicion,
    /// The row is wrong, or a row that it names is missing.
    Fault,
}

impl Severity {
    /// A name for machines: `suspicion` or `fault`. It stays what it is.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Suspicion => "suspicion",
            Self::Fault => "fault",
        }
    }
}

/// The name for machines.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
