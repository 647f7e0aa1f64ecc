//! Where and when people are on the move.

use super::{
    ACTIONS, Dashboard, Filter, HOUR, Sheet, Source, TRIPS, Unit, VisualKind, actions, average,
    count, number, text, trips, users,
};

/// As the last run of the clustering job left them.
const HABITS: Source = Source::whole("habits");

/// Fewer habits than this could be one person's.
const FREQUENT: u32 = 11;

pub(super) fn dashboard() -> Dashboard {
    let habits = || count("habit_id", "habits", Unit::Habits);
    let (longitude, latitude) = ("trip_origin_longitude", "trip_origin_latitude");
    let rows = vec![
        vec![
            TRIPS.kpi("activity-trips", "Trips", trips()),
            TRIPS.kpi("activity-users", "Users who made a trip", users("active users")),
            ACTIONS.kpi("activity-actions", "Actions in the app", actions()),
            HABITS.kpi("activity-habits", "Habits of travelling", habits()),
        ],
        vec![
            TRIPS
                .visual(VisualKind::Map, "origins-map", "Where trips start")
                .by(number(longitude, "longitude"))
                .by(number(latitude, "latitude"))
                .with(trips())
                .only(Filter::Within(longitude, -180, 180))
                .only(Filter::Within(latitude, -90, 90)),
        ],
        vec![
            TRIPS.line("activity-trips-by-day", "Trips by day", trips()),
            ACTIONS.line("activity-actions-by-day", "Actions in the app by day", actions()),
        ],
        vec![
            TRIPS.bar("activity-by-hour", "When trips start", HOUR, trips()),
            HABITS
                .visual(VisualKind::Table, "hot-spots-table", "Hot spots")
                .by(number("habit_o_id", "from place"))
                .by(number("habit_d_id", "to place"))
                .by(text("habit_mode", "travel mode"))
                .with(habits())
                .with(average(
                    "habit_probability_driving",
                    "mean probability to drive",
                    Unit::PerCent,
                ))
                .with(average(
                    "habit_probability_transit",
                    "mean probability to take transit",
                    Unit::PerCent,
                ))
                .only(Filter::Frequent(FREQUENT)),
        ],
    ];
    Dashboard {
        id: "activity",
        title: "Activity and hot spots",
        days: 30,
        sheets: vec![Sheet { title: "Activity", rows }],
    }
}
