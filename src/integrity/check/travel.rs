//! Trips: ends, distances and speeds that cannot be, and rows that were changed before they were made.

use super::{
    checks,
    find::{Find, Rule},
};
use crate::integrity::walk::Walk;

checks! {
    /// A trip that ends before it starts. Within the hour that the clocks of the service show twice,
    /// the one from 1 o'clock on the first Sunday of November, an earlier end is right.
    TRIP_ENDS_BEFORE_START = Rule::rows("trip_ends_before_start", "trip",
        "with an end before the start", "trip t",
        "t.ended_on < t.started_on AND NOT (MONTH(t.started_on) = 11 \
         AND DAYOFMONTH(t.started_on) <= 7 AND DAYOFWEEK(t.started_on) = 1 \
         AND HOUR(t.started_on) = 1 AND HOUR(t.ended_on) = 1 \
         AND DATE(t.ended_on) = DATE(t.started_on))");

    /// The same of an entry of the commute log.
    COMMUTE_ENDS_BEFORE_START = Rule::rows("commute_ends_before_start", "telework",
        "with an end before the start", "telework t",
        "t.ended_on < t.started_on AND NOT (MONTH(t.started_on) = 11 \
         AND DAYOFMONTH(t.started_on) <= 7 AND DAYOFWEEK(t.started_on) = 1 \
         AND HOUR(t.started_on) = 1 AND HOUR(t.ended_on) = 1 \
         AND DATE(t.ended_on) = DATE(t.started_on))");

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
    SIGN_UPS_CHANGED_BEFORE_MADE = Rule::rows("sign_ups_changed_before_made", "auth_user",
        "changed before it was made", "auth_user t", "t.modified_on < t.created_on - INTERVAL 1 HOUR");

    /// A row of `user_label` that was changed more than an hour before it was made. The hour is for the night
    /// in which the clocks go back.
    LABELS_CHANGED_BEFORE_MADE = Rule::rows("labels_changed_before_made", "user_label",
        "changed before it was made", "user_label t", "t.modified_on < t.created_on - INTERVAL 1 HOUR");

    /// A row of `auth_user_label` that was changed more than an hour before it was made. The hour is for the night
    /// in which the clocks go back.
    LABELLINGS_CHANGED_BEFORE_MADE = Rule::rows("labellings_changed_before_made", "auth_user_label",
        "changed before it was made", "auth_user_label t", "t.modified_on < t.created_on - INTERVAL 1 HOUR");

    /// A row of `referral_history` that was changed more than an hour before it was made. The hour is for the night
    /// in which the clocks go back.
    REFERRALS_CHANGED_BEFORE_MADE = Rule::rows("referrals_changed_before_made", "referral_history",
        "changed before it was made", "referral_history t", "t.updated_at < t.created_at - INTERVAL 1 HOUR");

    /// A row of `cm_activity_location` that was changed more than an hour before it was made. The hour is for the night
    /// in which the clocks go back.
    HABITS_CHANGED_BEFORE_MADE = Rule::rows("habits_changed_before_made", "cm_activity_location",
        "changed before it was made", "cm_activity_location t", "t.modified_on < t.created_on - INTERVAL 1 HOUR");

    /// A row of `telework` that was changed more than an hour before it was made. The hour is for the night
    /// in which the clocks go back.
    COMMUTES_CHANGED_BEFORE_MADE = Rule::rows("commutes_changed_before_made", "telework",
        "changed before it was made", "telework t", "t.modified_on < t.created_on - INTERVAL 1 HOUR");

    /// A row of `app_data` that was changed more than an hour before it was made. The hour is for the night
    /// in which the clocks go back.
    APP_ACTIONS_CHANGED_BEFORE_MADE = Rule::rows("app_actions_changed_before_made", "app_data",
        "changed before it was made", "app_data t", "t.modified_on < t.created_on - INTERVAL 1 HOUR");
}
