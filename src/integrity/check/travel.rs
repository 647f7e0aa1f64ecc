//! Trips: ends, distances and speeds that cannot be, and rows that were changed before they were made.

use super::{
    checks,
    find::{Find, Rule},
};
use crate::integrity::walk::Walk;

const BACKWARDS: Find = Find::Backwards { start: "started_on", end: "ended_on" };
const CHANGED_BEFORE: Find = Find::ChangedBefore { made: "created_on", changed: "modified_on" };

checks! {
    /// A trip that ends before it starts. Within the hour that the clocks of the service show twice,
    /// the one from 1 o'clock on the first Sunday of November, an earlier end is right.
    TRIP_ENDS_BEFORE_START = Rule::new("trip_ends_before_start", "trip", BACKWARDS);

    /// The same of an entry of the commute log.
    COMMUTE_ENDS_BEFORE_START = Rule::new("commute_ends_before_start", "telework", BACKWARDS);

    /// A trip with a distance below 0.
    NEGATIVE_DISTANCE = Rule::rows("negative_distance", "trip", "with a negative distance", "trip t",
        "t.distance < 0 OR t.trajectory_distance < 0");

    /// A trip of more than 300 metres per second, which no airliner does. Seconds are whole, and the
    /// night in which the clocks go back has an hour more.
    TRIP_OUTRUNS_PLANE = Rule::rows("trip_outruns_plane", "trip", "faster than a plane", "trip t",
        "GREATEST(COALESCE(t.distance, 0), COALESCE(t.trajectory_distance, 0)) > 300 * \
         (1 + TIMESTAMPDIFF(SECOND, t.started_on, t.ended_on) + IF(MONTH(t.started_on) = 11 \
          AND DAYOFMONTH(t.started_on) <= 8 AND DAYOFWEEK(t.ended_on) = 1, 3600, 0)) \
         AND t.ended_on >= t.started_on");

    /// Trips that start before an earlier one of the same user has ended. Reads all trips by user.
    OVERLAPPING_TRIPS = Rule::new("overlapping_trips", "trip", Find::Walk(
        "that start before an earlier one of the user ends", Walk::OverlappingTrips)).suspicion();

    /// A row of `auth_user` that was changed more than an hour before it was made. The hour is for the night
    /// in which the clocks go back.
    SIGN_UPS_CHANGED_BEFORE_MADE = Rule::new("sign_ups_changed_before_made", "auth_user",
        CHANGED_BEFORE);

    /// The same of `user_label`.
    LABELS_CHANGED_BEFORE_MADE = Rule::new("labels_changed_before_made", "user_label",
        CHANGED_BEFORE);

    /// The same of `auth_user_label`.
    LABELLINGS_CHANGED_BEFORE_MADE = Rule::new("labellings_changed_before_made", "auth_user_label",
        CHANGED_BEFORE);

    /// The same of `referral_history`.
    REFERRALS_CHANGED_BEFORE_MADE = Rule::new("referrals_changed_before_made", "referral_history",
        Find::ChangedBefore { made: "created_at", changed: "updated_at" });

    /// The same of `cm_activity_location`.
    HABITS_CHANGED_BEFORE_MADE = Rule::new("habits_changed_before_made", "cm_activity_location",
        CHANGED_BEFORE);

    /// The same of `telework`.
    COMMUTES_CHANGED_BEFORE_MADE = Rule::new("commutes_changed_before_made", "telework",
        CHANGED_BEFORE);

    /// The same of `app_data`.
    APP_ACTIONS_CHANGED_BEFORE_MADE = Rule::new("app_actions_changed_before_made", "app_data",
        CHANGED_BEFORE);
}
