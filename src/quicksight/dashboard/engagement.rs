//! Who comes, who is active, and who stays.

use super::{
    ACTIONS, Dashboard, Dimension, Filter, Grain, Sheet, Source, TRIPS, USERS, Unit, VisualKind,
    actions, average, count, number, sum, text, trips, users,
};

const RATINGS: Source = Source::dated("ratings", "rating_created_on");

pub(super) fn dashboard() -> Dashboard {
    let new = || count("user_id", "new users", Unit::Users);
    let active = || users("active users");
    let rows = vec![
        vec![
            USERS.kpi("users-new", "New users", new()),
            TRIPS.kpi("users-active", "Users who made a trip", active()),
            ACTIONS.kpi("users-in-app", "Users who used the app", users("users in the app")),
            RATINGS.kpi("rating-mean", "Mean rating", average("rating", "stars", Unit::Stars)),
        ],
        vec![
            TRIPS.line("users-active-by-day", "Users who made a trip, by day", active()),
            USERS.line("users-new-by-day", "New users by day", new()),
        ],
        vec![
            TRIPS
                .visual(
                    VisualKind::HeatMap,
                    "retention",
                    "Users who made a trip, by months since they signed up",
                )
                .by(Dimension {
                    column: "user_created_on",
                    title: "month of the sign-up",
                    grain: Grain::Month,
                })
                .by(MONTHS)
                .with(active())
                .only(Filter::Above(MONTHS.column, -1)),
        ],
        vec![
            ACTIONS
                .bar(
                    "actions-by-kind",
                    "What users did in the app",
                    text("app_user_action", "action"),
                    actions(),
                )
                .top(20),
            RATINGS.bar(
                "ratings-by-stars",
                "How trips were rated",
                number("rating", "stars"),
                count("rating_id", "ratings", Unit::Ratings),
            ),
        ],
        vec![
            TRIPS
                .visual(VisualKind::Table, "employers-table", "Trips by employer")
                .by(text("enterprise", "employer"))
                .with(trips())
                .with(active())
                .with(sum("trip_metres", "metres", Unit::Metres)),
        ],
    ];
    Dashboard {
        id: "engagement",
        title: "Engagement and retention",
        days: 180,
        sheets: vec![Sheet { title: "Engagement", rows }],
    }
}

const MONTHS: Dimension = number("trip_months_since_sign_up", "months since the sign-up");
