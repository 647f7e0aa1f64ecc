//! The colours of all charts.

use std::fmt;

/// A colour of a chart. It is written as HTML and QuickSight have it: `#0072B2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(u8, u8, u8);

impl Colour {
    pub(super) const BLUE: Self = Self(0, 114, 178);
    pub(super) const ORANGE: Self = Self(230, 159, 0);
    pub(super) const GREEN: Self = Self(0, 158, 115);
    pub(super) const PURPLE: Self = Self(204, 121, 167);
    pub(super) const SKY: Self = Self(86, 180, 233);
    pub(super) const VERMILION: Self = Self(213, 94, 0);
    pub(super) const YELLOW: Self = Self(240, 228, 66);
    pub(super) const GREY: Self = Self(120, 120, 120);

    /// Okabe and Ito's colours, which nearly everybody can tell apart, in the order in which charts take them.
    pub const PALETTE: [Self; 8] = [
        Self::BLUE,
        Self::ORANGE,
        Self::GREEN,
        Self::PURPLE,
        Self::SKY,
        Self::VERMILION,
        Self::YELLOW,
        Self::GREY,
    ];

    /// Its red, green and blue.
    #[must_use]
    pub const fn rgb(self) -> (u8, u8, u8) {
        (self.0, self.1, self.2)
    }

    /// That of a travel mode, by the name which the data sets have. Rare ones share a grey.
    #[must_use]
    pub fn of_mode(name: &str) -> Self {
        MODES.iter().find(|(mode, _)| *mode == name).map_or(Self::GREY, |(_, colour)| *colour)
    }
}

/// The travel modes with a colour of their own.
pub(super) const MODES: [(&str, Colour); 7] = [
    ("driving", Colour::BLUE),
    ("public transit", Colour::ORANGE),
    ("walking", Colour::GREEN),
    ("biking", Colour::PURPLE),
    ("carpool", Colour::SKY),
    ("park and ride", Colour::VERMILION),
    ("ridehail", Colour::YELLOW),
];

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}
