//! Amounts in hundredths, which sums of floating point numbers would not keep exact.

use std::fmt;

use fastrand::Rng;

/// As the columns have it: `decimal(10,2)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hundredths(pub(super) i64);

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", amount / 100, amount % 100)
    }
}

/// What something may cost: from `least` to `most` in steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Price {
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) step: i64,
}

impl Price {
    pub(super) fn roll(self, rng: &mut Rng) -> i64 {
        self.least + self.step * rng.i64(0..=(self.most - self.least) / self.step)
    }
}
