//! How somebody travels.

use std::fmt;

/// How somebody travels, as `trip.travel_mode` and `cm_activity_location.travel_mode` have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TravelMode {
    /// 0: not known.
    Unknown,
    /// 1: driving.
    Driving,
    /// 2: public transit.
    PublicTransit,
    /// 3: walking.
    Walking,
    /// 4: biking.
    Biking,
    /// 5: several modes.
    Intermodal,
    /// 6: trucking.
    Trucking,
    /// 7: park and ride.
    ParkAndRide,
    /// 8: ridehail.
    Ridehail,
    /// 100: carpool.
    Carpool,
    /// 101: instant carpool.
    InstantCarpool,
    /// A number that the service has added since. Made by [`From`], so that each number has one
    /// representation.
    #[non_exhaustive]
    Other(i32),
}

/// Each mode with its number and its name.
pub(crate) const MODES: [(i32, TravelMode, &str); 11] = [
    (0, TravelMode::Unknown, "unknown"),
    (1, TravelMode::Driving, "driving"),
    (2, TravelMode::PublicTransit, "public transit"),
    (3, TravelMode::Walking, "walking"),
    (4, TravelMode::Biking, "biking"),
    (5, TravelMode::Intermodal, "intermodal"),
    (6, TravelMode::Trucking, "trucking"),
    (7, TravelMode::ParkAndRide, "park and ride"),
    (8, TravelMode::Ridehail, "ridehail"),
    (100, TravelMode::Carpool, "carpool"),
    (101, TravelMode::InstantCarpool, "instant carpool"),
];

impl From<i32> for TravelMode {
    fn from(number: i32) -> Self {
        let known = MODES.iter().find(|(of, ..)| *of == number);
        known.map_or(Self::Other(number), |(_, mode, _)| *mode)
    }
}

impl TravelMode {
    /// The number that the tables have.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Other(number) => number,
            known => MODES.iter().find(|(_, mode, _)| *mode == known).map_or(0, |(of, ..)| *of),
        }
    }
}

/// The name of the mode, as in "public transit".
impl fmt::Display for TravelMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = MODES.iter().find(|(_, mode, _)| mode == self);
        match (known, self) {
            (Some((.., name)), _) => f.pad(name),
            (None, Self::Other(number)) => f.pad(&format!("mode {number}")),
            (None, _) => f.pad("mode"),
        }
    }
}
