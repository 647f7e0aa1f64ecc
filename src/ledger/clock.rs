//! The moment of a movement.

use std::time::Duration;

use time::PrimitiveDateTime;

use super::Refusal;
use crate::{
    clock::{is_shown, us_central},
    outcome::Result,
    session::Columns,
};

/// The SQL of the server's clock, in a zone that no session can set.
pub(super) const NOW: &str = "UTC_TIMESTAMP()";

/// The next column, which is [`NOW`], by the service's clock.
pub(super) fn take_now(columns: &mut Columns) -> Result<PrimitiveDateTime> {
    Ok(us_central(columns.take::<PrimitiveDateTime>()?.assume_utc()))
}

/// The SQL of the server's clock where a statement waits for a lock, and reads the clock when it has it: `NOW` and
/// its like are of the statement's begin, and `SYSDATE` is not, but has the session's zone.
/// <https://dev.mysql.com/doc/refman/8.4/en/date-and-time-functions.html#function_sysdate>
pub(super) const NOW_AFTER_WAIT: &str =
    "UTC_TIMESTAMP(6), TIMESTAMPDIFF(MICROSECOND, NOW(6), SYSDATE(6))";

/// What [`NOW_AFTER_WAIT`] is answered with.
pub(super) struct Moment {
    begun: PrimitiveDateTime,
    microseconds: i64,
}

impl Moment {
    /// The next two columns.
    pub(super) fn take(columns: &mut Columns) -> Result<Self> {
        Ok(Self { begun: columns.take()?, microseconds: columns.take()? })
    }

    /// By the service's clock, where the answer has taken so long.
    pub(super) fn after(&self, took: Duration) -> PrimitiveDateTime {
        let waited = waited(self.microseconds, took);
        us_central(self.begun.saturating_add(waited).assume_utc())
    }
}

/// How long the server says that the statement has waited, in microseconds, if that can be: not in a session whose clock was stopped,
/// nor in the night in which its zone's clock is changed. A server whose `SYSDATE` is another word for `NOW` says 0.
fn waited(microseconds: i64, took: Duration) -> time::Duration {
    // The two clocks need not run at the same speed.
    const SLACK: Duration = Duration::from_secs(1);
    match u64::try_from(microseconds).map(Duration::from_micros) {
        Ok(Duration::ZERO) => took.try_into().unwrap_or_default(),
        Ok(waited) if waited <= took.saturating_add(SLACK) => waited.try_into().unwrap_or_default(),
        _ => time::Duration::ZERO,
    }
}

/// Whether something can have happened at such a moment.
pub(super) fn check(moment: PrimitiveDateTime) -> std::result::Result<(), Refusal> {
    check_range(moment)?;
    if is_shown(moment) { Ok(()) } else { Err(Refusal::MomentSkipped { created_on: moment }) }
}

/// Whether the server has such a moment.
pub(super) fn check_range(moment: PrimitiveDateTime) -> std::result::Result<(), Refusal> {
    if (1000..=9999).contains(&moment.year()) {
        Ok(())
    } else {
        Err(Refusal::MomentOutOfRange { created_on: moment })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::waited;

    #[test]
    fn a_wait_that_cannot_be_is_none() {
        const HOUR: i64 = 3_600_000_000;
        let short = Duration::from_millis(20);
        for (says, took, believed) in [
            (19_000, short, Duration::from_millis(19)),
            (30_002_000, Duration::from_secs(30), Duration::from_millis(30_002)),
            (0, Duration::from_secs(30), Duration::from_secs(30)),
            (HOUR, short, Duration::ZERO),
            (-HOUR, short, Duration::ZERO),
            (i64::MAX, short, Duration::ZERO),
            (i64::MIN, short, Duration::ZERO),
        ] {
            assert_eq!(waited(says, took), believed, "{says}");
        }
    }
}
