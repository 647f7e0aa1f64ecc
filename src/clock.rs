//! The service's clock: US/Central, whose rules are compiled in.

use time::{Duration, OffsetDateTime, PrimitiveDateTime};
use tzdb_data::time_zone::america::CHICAGO;

/// The winter's offset, for moments beyond all that the zone's rules can say.
const STANDARD: i64 = -6 * 60 * 60;

const DAY: i64 = 24 * 60 * 60;

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
    let ahead = ahead(moment.unix_timestamp()) - i64::from(moment.offset().whole_seconds());
    PrimitiveDateTime::new(moment.date(), moment.time()).saturating_add(Duration::seconds(ahead))
}

/// Whether the clock ever shows this: not in the hour that spring skips.
pub(crate) fn is_shown(moment: PrimitiveDateTime) -> bool {
    around(moment).iter().any(|ahead| shows(moment, *ahead))
}

/// The first moment, in UTC, at which the clock shows this, or has gone past it in spring.
#[cfg(feature = "integrity")]
pub(crate) fn utc(moment: PrimitiveDateTime) -> PrimitiveDateTime {
    let [before, after] = around(moment);
    let ahead = match (shows(moment, before), shows(moment, after)) {
        (true, true) => before.max(after),
        (false, true) => after,
        _ => before,
    };
    moment.saturating_sub(Duration::seconds(ahead))
}

/// How far the clock is ahead of UTC, in seconds.
fn ahead(unix: i64) -> i64 {
    CHICAGO.find_local_time_type(unix).map_or(STANDARD, |local| local.ut_offset().into())
}

/// How far it is ahead a day before and a day after, one of which holds.
fn around(moment: PrimitiveDateTime) -> [i64; 2] {
    let unix = moment.assume_utc().unix_timestamp();
    [unix.saturating_sub(DAY), unix.saturating_add(DAY)].map(ahead)
}

fn shows(moment: PrimitiveDateTime, by: i64) -> bool {
    ahead(moment.assume_utc().unix_timestamp().saturating_sub(by)) == by
}

#[cfg(test)]
mod tests {
    use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

    use super::{is_shown, us_central};

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
            let _ = is_shown(moment);
            #[cfg(feature = "integrity")]
            let _ = super::utc(moment);
        }
    }

    fn at(year: i32, month: Month, day: u8, hour: u8, minute: u8) -> PrimitiveDateTime {
        let date = Date::from_calendar_date(year, month, day).unwrap();
        date.with_time(Time::from_hms(hour, minute, 0).unwrap())
    }

    #[test]
    fn the_hour_that_spring_skips_is_not_shown() {
        for (year, day) in [(2007, 11), (2025, 9), (2026, 8), (2100, 14)] {
            let minutes = [(1, 59), (2, 0), (2, 59), (3, 0)];
            let shown = minutes.map(|(hour, minute)| at(year, Month::March, day, hour, minute));
            assert_eq!(shown.map(is_shown), [true, false, false, true], "{year}");
            assert!(is_shown(at(year, Month::March, day - 7, 2, 30)), "{year}");
            assert!(is_shown(at(year, Month::March, day + 7, 2, 30)), "{year}");
        }
        // It was another Sunday before 2007, and none before there were zones.
        assert!(!is_shown(at(2006, Month::April, 2, 2, 30)));
        for (year, month, day) in [(2006, Month::March, 12), (1000, Month::January, 1)] {
            assert!(is_shown(at(year, month, day, 2, 30)), "{year}");
        }
        assert!(is_shown(at(2025, Month::November, 2, 1, 30)), "twice is once, too");
    }

    /// Each moment of two days around both changes, back and forth.
    #[cfg(feature = "integrity")]
    #[test]
    fn utc_is_the_first_moment_that_shows_it() {
        for change in [1_741_507_200, 1_762_066_800] {
            let mut first = std::collections::HashMap::new();
            for unix in (change - 86_400..change + 86_400).step_by(600) {
                let moment = OffsetDateTime::from_unix_timestamp(unix).unwrap();
                first.entry(us_central(moment)).or_insert(moment);
            }
            for (central, moment) in first {
                assert_eq!(super::utc(central).assume_utc(), moment, "{central}");
            }
        }
        let skipped = super::utc(at(2025, Month::March, 9, 2, 30)).assume_utc();
        assert_eq!(skipped.unix_timestamp(), 1_741_507_200 + 1_800);
    }
}
