//! The columns of a visual: by what its rows are grouped, what is said of each group, and in which unit.

use super::palette::Colour;

/// By what the rows of a [`Visual`](super::Visual) are grouped.
#[derive(Debug, Clone)]
pub struct Dimension {
    pub(super) column: &'static str,
    pub(super) title: &'static str,
    pub(super) grain: Grain,
}

/// How fine a [`Dimension`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grain {
    /// The day of a moment.
    Day,
    /// The first day of the month of a moment.
    Month,
    /// Each number.
    Number,
    /// Each text. Upper and lower case differ.
    Text,
}

/// What a [`Visual`](super::Visual) says of each group.
#[derive(Debug, Clone)]
pub struct Measure {
    pub(super) column: &'static str,
    pub(super) title: &'static str,
    pub(super) unit: Unit,
    pub(super) aggregate: Aggregate,
}

/// Over the values that there are: a row without one is in none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    Sum,
    Average,
    Max,
    Count,
    DistinctCount,
}

/// What a [`Measure`] counts. Each has one colour in every chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Points of users.
    Points,
    /// Tokens of agencies.
    Tokens,
    /// US dollars.
    UsDollars,
    /// Movements, payments, grants and gift cards.
    Movements,
    /// Users.
    Users,
    /// Trips.
    Trips,
    /// Metres.
    Metres,
    /// Passes.
    Passes,
    /// Actions in the app.
    Actions,
    /// Ratings of trips.
    Ratings,
    /// Stars of a rating, from 1 to 5.
    Stars,
    /// Habits of travelling.
    Habits,
    /// Per cent.
    PerCent,
}

impl Dimension {
    /// What stands above its column.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// How fine it is.
    #[must_use]
    pub fn grain(&self) -> Grain {
        self.grain
    }

    /// The column of the data set.
    #[must_use]
    pub fn column(&self) -> &'static str {
        self.column
    }

    pub(super) fn is_date(&self) -> bool {
        matches!(self.grain, Grain::Day | Grain::Month)
    }
}

impl Measure {
    /// What stands above its column.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What it counts.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The column of the data set.
    #[must_use]
    pub fn column(&self) -> &'static str {
        self.column
    }

    /// How many decimals it is shown with.
    #[must_use]
    pub fn decimals(&self) -> u8 {
        match (self.aggregate, self.unit) {
            (Aggregate::Count | Aggregate::DistinctCount, _) | (_, Unit::Metres) => 0,
            (_, Unit::PerCent) => 1,
            _ => 2,
        }
    }
}

impl Unit {
    /// In words, as in "US dollars".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Points => "points",
            Self::Tokens => "tokens",
            Self::UsDollars => "US dollars",
            Self::Movements => "movements",
            Self::Users => "users",
            Self::Trips => "trips",
            Self::Metres => "metres",
            Self::Passes => "passes",
            Self::Actions => "actions",
            Self::Ratings => "ratings",
            Self::Stars => "stars",
            Self::Habits => "habits",
            Self::PerCent => "per cent",
        }
    }

    /// Its colour where a chart needs one only.
    #[must_use]
    pub fn colour(self) -> Colour {
        match self {
            Self::Points | Self::Trips => Colour::BLUE,
            Self::Tokens | Self::Habits => Colour::GREEN,
            Self::UsDollars | Self::Passes => Colour::VERMILION,
            Self::Users => Colour::SKY,
            Self::Actions => Colour::PURPLE,
            Self::Metres | Self::Ratings | Self::Stars => Colour::ORANGE,
            Self::Movements | Self::PerCent => Colour::GREY,
        }
    }
}
