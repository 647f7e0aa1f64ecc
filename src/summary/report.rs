//! What a call has summed up.

use std::fmt;

use time::PrimitiveDateTime;

use crate::source::Source;

/// What [`refresh`](super::refresh) or [`rebuild`](super::rebuild) has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub(super) sources: Vec<Summed>,
    pub(super) healed: u64,
}

/// How far one source is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summed {
    pub(super) source: Source,
    pub(super) until: Option<PrimitiveDateTime>,
    pub(super) written: u64,
}

impl Report {
    /// The sources, in the order of [`Source::ALL`].
    #[must_use]
    pub fn sources(&self) -> &[Summed] {
        &self.sources
    }

    /// How many sums of hours were written again because triggers had noted a change in them.
    #[must_use]
    pub fn healed(&self) -> u64 {
        self.healed
    }

    /// How many sums were written, of all sources.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.healed + self.sources.iter().map(|summed| summed.written).sum::<u64>()
    }
}

impl Summed {
    /// What was summed up.
    #[must_use]
    pub fn source(&self) -> Source {
        self.source
    }

    /// The begin of the first hour that is not summed up, by the service's clock; `None` if nothing is.
    #[must_use]
    pub fn until(&self) -> Option<PrimitiveDateTime> {
        self.until
    }

    /// How many sums were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, summed) in self.sources.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { "\n" })?;
            summed.fmt(f)?;
        }
        if self.healed > 0 {
            write!(f, "\nchanged hours: {} sums written", self.healed)?;
        }
        Ok(())
    }
}

/// As in "trips: summed until 2025-03-01 12:00:00.0, 48 sums written".
impl fmt::Display for Summed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Some(until) => write!(f, "{}: summed until {until}", self.source)?,
            None => write!(f, "{}: nothing is summed", self.source)?,
        }
        let noun = if self.written == 1 { "sum" } else { "sums" };
        write!(f, ", {} {noun} written", self.written)
    }
}
