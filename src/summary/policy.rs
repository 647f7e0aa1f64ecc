//! What a refresh may sum up.

use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// Which hours [`refresh`](super::refresh) sums up.
///
/// ```
/// use std::time::Duration;
/// use quicksight_migrations::summary::Policy;
///
/// let policy = Policy::new().look_back(Duration::from_hours(6)).sum_again(Duration::from_hours(24));
/// # let _ = policy;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    look_back: Duration,
    again: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { look_back: DAY, again: Duration::ZERO }
    }
}

impl Policy {
    /// A look-back of a day, and each hour is summed up once.
    pub fn new() -> Self {
        Self::default()
    }

    /// For so long an hour stays raw: reports read its rows. Make it longer than any transaction runs and than
    /// any row arrives late, for what changes behind it is not seen. Less than an hour counts as one.
    pub fn look_back(self, look_back: Duration) -> Self {
        Self { look_back: look_back.max(HOUR), ..self }
    }

    /// Sums up the hours of this time before the end of the last refresh once more, for what came late.
    pub fn sum_again(self, again: Duration) -> Self {
        Self { again, ..self }
    }

    pub(super) fn raw(self) -> time::Duration {
        time::Duration::try_from(self.look_back).unwrap_or(time::Duration::MAX)
    }

    pub(super) fn again(self) -> time::Duration {
        time::Duration::try_from(self.again).unwrap_or(time::Duration::MAX)
    }
}
