//! Findings: all are counted, some are listed.

use std::collections::BTreeSet;

use crate::outcome::Result;

/// How many findings are listed. Whoever has more has one cause for most of them.
const LISTED: usize = 100;

/// What was found: the first 100 of it, and how much there is in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings<T> {
    listed: Vec<T>,
    total: u64,
}

impl<T> Findings<T> {
    /// The first findings, 100 at most.
    #[must_use]
    pub fn listed(&self) -> &[T] {
        &self.listed
    }

    /// How many findings there are, listed or not.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Goes through all findings as they arrive.
    pub(super) fn collect(found: impl Iterator<Item = Result<T>>) -> Result<Self> {
        let mut findings = Self { listed: Vec::new(), total: 0 };
        for finding in found {
            findings.add(finding?);
        }
        Ok(findings)
    }

    /// Goes through all findings in whatever order they arrive, and lists the least.
    pub(super) fn collect_least(found: impl Iterator<Item = Result<T>>) -> Result<Self>
    where
        T: Ord,
    {
        let (mut least, mut total) = (BTreeSet::new(), 0);
        for finding in found {
            least.insert(finding?);
            total += 1;
            if least.len() > LISTED {
                least.pop_last();
            }
        }
        Ok(Self { listed: least.into_iter().collect(), total })
    }

    fn add(&mut self, finding: T) {
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(finding);
        }
    }
}
