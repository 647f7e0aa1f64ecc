//! How long a statement waits for what another session holds.

use std::time::Duration;

use super::Session;
use crate::outcome::{Error, Result};

/// The longest single wait for a lock, in seconds. Shorter than the read timeouts of most clients, and
/// long enough for most transactions to end in.
const SLICE: u64 = 5;

/// A bounded wait for the locks of other sessions, in slices of equal length.
///
/// One long wait would make everybody queue up behind it who comes after it, and would outlast
/// the read timeout of many a client, which then takes the server for dead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wait {
    /// How long the server lets one statement wait, in seconds.
    pub(super) seconds: u64,
    /// For how long a statement whose wait has run out is sent again. It has done nothing.
    pub(super) patience: Duration,
}

impl Wait {
    /// No wait but the shortest that the server has, and nothing sent twice.
    const SHORTEST: Self = Self { seconds: 1, patience: Duration::ZERO };

    pub(super) fn of(limit: Duration) -> Self {
        let seconds = whole_seconds(limit).max(1);
        let slice = seconds.div_ceil(seconds.div_ceil(SLICE));
        // A wait may end a little early.
        let patience = Duration::from_secs(seconds).saturating_sub(Duration::from_millis(500));
        Self { seconds: slice, patience }
    }
}

/// One full wait is enough, with everybody else waiting for us: the shortest there is from here on, and no
/// more of them than [make up](Session::may_wait) another full one.
pub(crate) fn wait_no_more(session: &mut Session<'_>) -> Result<()> {
    session.shorten(Wait::SHORTEST);
    session
        .execute("SET SESSION lock_wait_timeout = 1")
        .map_err(|error| Error::from_answer("change the session's settings", error))
}

/// A time limit as the server takes it, rounded up, and at most the year that it allows.
pub(super) fn whole_seconds(limit: Duration) -> u64 {
    let seconds = limit.as_secs().saturating_add(u64::from(limit.subsec_nanos() > 0));
    seconds.min(31_536_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_in_slices_that_add_up() {
        let cases =
            [(0, 1, 1), (1, 1, 1), (5, 5, 5), (6, 3, 6), (7, 4, 7), (60, 5, 60), (61, 5, 61)];
        for (limit, seconds, patience) in cases {
            let patience = Duration::from_millis(patience * 1000 - 500);
            assert_eq!(Wait::of(Duration::from_secs(limit)), Wait { seconds, patience }, "{limit}");
        }
    }

    #[test]
    fn rounds_time_limits_up_to_whole_seconds() {
        let cases = [
            (Duration::ZERO, 0),
            (Duration::from_millis(1), 1),
            (Duration::from_secs(1), 1),
            (Duration::from_millis(1001), 2),
            (Duration::MAX, 31_536_000),
        ];
        for (limit, expected) in cases {
            assert_eq!(whole_seconds(limit), expected, "{limit:?}");
        }
    }
}
