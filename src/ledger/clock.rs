//! The service's clock.

use time::{Duration, OffsetDateTime, PrimitiveDateTime};
use tzdb_data::time_zone::america::CHICAGO;

use super::Refusal;
use crate::{outcome::Result, session::Columns};

/// The winter's offset, for moments beyond all that the zone's rules can say.
const STANDARD: i32 = -6 * 60 * 60;

/// A moment by the service's clock, US/Central, as `created_on` has it.
///
/// The zone's rules are compiled in, so neither the server's nor this machine's zone matters. The
/// hour that autumn repeats has the same wall clock twice; the order of movements is that of
/// their ids.
///
/// ```
/// use quicksight_migrations::{ledger::us_central, time::OffsetDateTime};
///
/// // Half past midnight in Greenwich is the evening before in Houston.
/// let moment = OffsetDateTime::from_unix_timestamp(1_743_467_400)?;
/// assert_eq!(us_central(moment).to_string(), "2025-03-31 19:30:00.0");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn us_central(moment: OffsetDateTime) -> PrimitiveDateTime {
    let central = match CHICAGO.find_local_time_type(moment.unix_timestamp()) {
        Ok(local) => local.ut_offset(),
        Err(_) => STANDARD,
    };
    let ahead = i64::from(central) - i64::from(moment.offset().whole_seconds());
    PrimitiveDateTime::new(moment.date(), moment.time()).saturating_add(Duration::seconds(ahead))
}

/// The SQL of the server's clock, in a zone that no session can set.
pub(super) const NOW: &str = "UTC_TIMESTAMP()";

/// The next column, which is [`NOW`], by the service's clock.
pub(super) fn take_now(columns: &mut Columns) -> Result<PrimitiveDateTime> {
    Ok(us_central(columns.take::<PrimitiveDateTime>()?.assume_utc()))
}

/// Whether the server has such a moment.
pub(super) fn check(moment: PrimitiveDateTime) -> std::result::Result<(), Refusal> {
    if (1000..=9999).contains(&moment.year()) {
        Ok(())
    } else {
        Err(Refusal::MomentOutOfRange { created_on: moment })
    }
}

#[cfg(test)]
mod tests {
    use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

    use super::us_central;

    fn central(unix: i64) -> String {
        us_central(OffsetDateTime::from_unix_timestamp(unix).unwrap()).to_string()
    }

    #[test]
    fn spring_skips_an_hour() {
        assert_eq!(central(1_741_507_199), "2025-03-09 1:59:59.0");
        assert_eq!(central(1_741_507_200), "2025-03-09 3:00:00.0");
    }

    #[test]
    fn autumn_repeats_an_hour() {
        assert_eq!(central(1_762_066_799), "2025-11-02 1:59:59.0");
        assert_eq!(central(1_762_066_800), "2025-11-02 1:00:00.0");
    }

    /// The rules of the zone go on after the last change that its table lists.
    #[test]
    fn the_rules_hold_for_all_that_a_server_may_say() {
        assert_eq!(central(0), "1969-12-31 18:00:00.0");
        assert_eq!(central(4_118_040_000), "2100-06-30 7:00:00.0");
        assert_eq!(central(253_402_300_799), "9999-12-31 17:59:59.0");
    }

    #[test]
    fn the_offset_of_the_moment_does_not_matter() {
        let moment = OffsetDateTime::from_unix_timestamp(1_743_467_400).unwrap();
        let kolkata = moment.to_offset(UtcOffset::from_hms(5, 30, 0).unwrap());
        assert_eq!(us_central(kolkata), us_central(moment));
    }

    #[test]
    fn the_first_and_last_moments_stay_in_the_calendar() {
        let west = UtcOffset::from_hms(-25, 0, 0).unwrap();
        for moment in [PrimitiveDateTime::MIN, PrimitiveDateTime::MAX] {
            let _ = us_central(moment.assume_utc());
            let _ = us_central(moment.assume_offset(west));
        }
    }
}
