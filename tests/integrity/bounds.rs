//! A bound is the last right value, below and above.

use quicksight_migrations::integrity::Check;

use crate::{good, issues, run};

const LATITUDE: [&str; 4] = ["-90.0001", "-90", "90", "90.0001"];

const LONGITUDE: [&str; 4] = ["-180.0001", "-180", "180", "180.0001"];

const PROBABILITY: [&str; 4] = ["-0.01", "0", "100", "100.01"];

/// Every column with a least and a most: the first value below, both bounds, and the first above.
const BOUNDS: &[(Check, &str, [&str; 4])] = &[
    (Check::SignUpCoordinates, "registration_latitude", LATITUDE),
    (Check::SignUpCoordinates, "registration_longitude", LONGITUDE),
    (Check::HomeCoordinates, "home_latitude", LATITUDE),
    (Check::HomeCoordinates, "home_longitude", LONGITUDE),
    (Check::HomeCoordinates, "office_latitude", LATITUDE),
    (Check::HomeCoordinates, "office_longitude", LONGITUDE),
    (Check::TripCoordinates, "origin_latitude", LATITUDE),
    (Check::TripCoordinates, "origin_longitude", LONGITUDE),
    (Check::TripCoordinates, "destination_latitude", LATITUDE),
    (Check::TripCoordinates, "destination_longitude", LONGITUDE),
    (Check::TripCoordinates, "final_destination_latitude", LATITUDE),
    (Check::TripCoordinates, "final_destination_longitude", LONGITUDE),
    (Check::AppCoordinates, "lat", LATITUDE),
    (Check::AppCoordinates, "lon", LONGITUDE),
    (Check::ProbabilityOutOfRange, "probability_driving", PROBABILITY),
    (Check::ProbabilityOutOfRange, "probability_transit", PROBABILITY),
    (Check::ProbabilityOutOfRange, "probability_walking", PROBABILITY),
    (Check::ProbabilityOutOfRange, "probability_bicycling", PROBABILITY),
];

#[test]
fn each_bound_is_the_last_right_value() {
    let db = good();
    let mut conn = db.conn();
    for (check, column, [below, least, most, above]) in BOUNDS {
        let (table, needed, values) = match check {
            Check::SignUpCoordinates | Check::HomeCoordinates => ("auth_user", "", ""),
            Check::TripCoordinates => {
                ("trip", "user_id, travel_mode, started_on, ", "1, 1, NOW(), ")
            }
            Check::AppCoordinates => (
                "app_data",
                "user_id, gmt_time, local_time, created_on, modified_on, ",
                "1, NOW(), NOW(), NOW(), NOW(), ",
            ),
            _ => ("cm_activity_location", "user_id, ", "1, "),
        };
        run(
            &mut conn,
            &format!(
                "INSERT INTO {table} (id, {needed}{column}) VALUES (901, {values}{below}), \
                 (902, {values}{least}), (903, {values}NULL), (904, {values}{most}), (905, {values}{above})"
            ),
        );
        assert_eq!(issues(&mut conn), [(*check, vec![901, 905])], "{column}");
        run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 901 AND 905"));
    }
}
