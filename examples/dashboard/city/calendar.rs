//! When things happen: more by day than at night, and not on weekends as on other days.

use std::fmt;

use fastrand::Rng;
use time::{Date, Duration, Month, PrimitiveDateTime, Time, Weekday};

const SECONDS_OF_AN_HOUR: u32 = 3600;

/// Some days in a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Period {
    pub first: Date,
    pub days: u16,
}

impl Period {
    pub(crate) fn start(self) -> PrimitiveDateTime {
        PrimitiveDateTime::new(self.first, Time::MIDNIGHT)
    }

    /// The midnight after the last day.
    pub(crate) fn end(self) -> PrimitiveDateTime {
        self.start() + Duration::days(self.days.into())
    }

    /// The same, begun earlier.
    pub(super) fn begun_earlier(self, days: u16) -> Self {
        Self { first: self.first - Duration::days(days.into()), days: self.days + days }
    }

    /// So many moments, in order.
    pub(super) fn moments(
        self,
        rhythm: &Rhythm,
        count: usize,
        rng: &mut Rng,
    ) -> impl Iterator<Item = PrimitiveDateTime> + use<> {
        let start = self.start();
        let hours = self.moments_of_each_hour(rhythm, count, rng);
        let mut rng = rng.fork();
        (0..).zip(hours).flat_map(move |(hour, count)| {
            let mut rng = rng.fork();
            (0..count).map(move |turn| {
                let second = turn * SECONDS_OF_AN_HOUR + rng.u32(..SECONDS_OF_AN_HOUR);
                start + Duration::hours(hour) + Duration::seconds((second / count).into())
            })
        })
    }

    fn moments_of_each_hour(self, rhythm: &Rhythm, count: usize, rng: &mut Rng) -> Vec<u32> {
        let weights = self.weights(rhythm, rng);
        let total: usize = weights.iter().sum();
        let (mut weight_so_far, mut so_far) = (0, 0);
        weights
            .iter()
            .map(|weight| {
                weight_so_far += weight;
                let before = so_far;
                so_far = count * weight_so_far / total;
                u32::try_from(so_far - before).expect("fewer moments in an hour")
            })
            .collect()
    }

    /// How busy each hour is. No two days are alike: on some it rains.
    fn weights(self, rhythm: &Rhythm, rng: &mut Rng) -> Vec<usize> {
        let days = (0..self.days).map(|day| self.first + Duration::days(day.into()));
        days.flat_map(|day| {
            let weather = rng.usize(85..=115);
            let mut hours = rhythm.of(day);
            if skips_an_hour(day) {
                hours[..3].fill(0);
            }
            hours.map(|weight| usize::from(weight) * weather)
        })
        .collect()
    }
}

/// On the second Sunday of March there is no time between 2 and 3 o'clock, when a trip could end. So
/// this night nobody is up.
fn skips_an_hour(day: Date) -> bool {
    day.month() == Month::March && day.weekday() == Weekday::Sunday && (8..=14).contains(&day.day())
}

/// How busy each hour of a day is, next to the others.
pub(super) struct Rhythm {
    weekday: [u8; 24],
    weekend: [u8; 24],
}

impl Rhythm {
    fn of(&self, day: Date) -> [u8; 24] {
        match day.weekday() {
            Weekday::Saturday | Weekday::Sunday => self.weekend,
            _ => self.weekday,
        }
    }
}

/// People who are awake.
pub(super) const DAYTIME: Rhythm = Rhythm {
    weekday: [
        2, 1, 1, 1, 2, 6, 14, 22, 26, 24, 24, 26, 32, 30, 26, 26, 30, 36, 38, 34, 28, 20, 12, 5,
    ],
    weekend: [
        5, 3, 2, 1, 1, 2, 5, 9, 15, 22, 26, 28, 30, 30, 28, 26, 26, 26, 26, 24, 22, 18, 14, 9,
    ],
};

/// People who go to work and come home.
pub(super) const COMMUTE: Rhythm = Rhythm {
    weekday: [
        2, 1, 1, 2, 6, 20, 52, 84, 70, 32, 20, 22, 28, 24, 24, 36, 62, 86, 64, 36, 22, 16, 10, 5,
    ],
    weekend: [
        5, 3, 2, 1, 2, 3, 6, 10, 16, 22, 26, 28, 28, 27, 26, 26, 26, 26, 25, 24, 21, 17, 13, 9,
    ],
};

/// A moment as SQL has it.
pub(super) struct Sql(pub(super) PrimitiveDateTime);

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.date().to_calendar_date();
        let (hour, minute, second) = self.0.as_hms();
        let month = u8::from(month);
        write!(f, "'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}'")
    }
}
