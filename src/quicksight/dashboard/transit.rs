//! How and when people travel.

use super::{
    Aggregate, Dashboard, Filter, HOUR, MODE, Measure, Sheet, Source, TRIPS, Unit, VisualKind,
    average, number, sum, trips, users,
};

const PASSES: Source = Source::dated("passes", "pass_time_used");

pub(super) fn dashboard() -> Dashboard {
    let used = || Measure {
        column: "pass_use_id",
        title: "passes used",
        unit: Unit::Passes,
        aggregate: Aggregate::DistinctCount,
    };
    let mean = || average("trip_metres", "mean metres", Unit::Metres);
    let rows = vec![
        vec![
            TRIPS.kpi("trips-all", "Trips", trips()),
            TRIPS
                .kpi("trips-by-transit", "Trips by public transit", trips())
                .only(Filter::Is(MODE.column, "public transit")),
            TRIPS.kpi("trips-mean-distance", "Mean distance of a trip", mean()),
            PASSES.kpi("passes-used", "Passes used", used()),
        ],
        vec![TRIPS.line("trips-by-day", "Trips by day and travel mode", trips()).by(MODE)],
        vec![
            TRIPS.bar("trips-by-mode", "How people travel", MODE, trips()),
            TRIPS.bar("trips-by-hour", "When trips start", HOUR, trips()).by(MODE),
        ],
        vec![
            TRIPS
                .visual(VisualKind::HeatMap, "trips-by-week", "Trips by hour of the week")
                .by(number("trip_weekday", "day of the week, 1 for Sunday"))
                .by(HOUR)
                .with(trips()),
        ],
        vec![
            PASSES.line("passes-by-day", "Passes used by day", used()),
            TRIPS
                .visual(VisualKind::Table, "modes-table", "Travel modes")
                .by(MODE)
                .with(trips())
                .with(users("users"))
                .with(sum("trip_metres", "metres", Unit::Metres))
                .with(mean()),
        ],
    ];
    Dashboard {
        id: "transit",
        title: "Transit use",
        days: 30,
        sheets: vec![Sheet { title: "Transit", rows }],
    }
}
