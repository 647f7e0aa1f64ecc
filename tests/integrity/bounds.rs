//! A bound is the last right value, below and above.

use quicksight_migrations::integrity::Check;

use crate::{good, issues, run};

const LATITUDE: [&str; 4] = ["-90.0001", "-90", "90", "90.0001"];

const LONGITUDE: [&str; 4] = ["-180.0001", "-180", "180", "180.0001"];

const PROBABILITY: [&str; 4] = ["-0.01", "0", "100", "100.01"];

/// Every column with a least and a most: the first value below, both bounds, and the first above.
const BOUNDS: &[(Check, &str, [&str; 4])] = &[
    (Check::SIGN_UP_COORDINATES, "registration_latitude", LATITUDE),
    (Check::SIGN_UP_COORDINATES, "registration_longitude", LONGITUDE),
    (Check::HOME_COORDINATES, "home_latitude", LATITUDE),
    (Check::HOME_COORDINATES, "home_longitude", LONGITUDE),
    (Check::HOME_COORDINATES, "office_latitude", LATITUDE),
    (Check::HOME_COORDINATES, "office_longitude", LONGITUDE),
    (Check::TRIP_COORDINATES, "origin_latitude", LATITUDE),
    (Check::TRIP_COORDINATES, "origin_longitude", LONGITUDE),
    (Check::TRIP_COORDINATES, "destination_latitude", LATITUDE),
    (Check::TRIP_COORDINATES, "destination_longitude", LONGITUDE),
    (Check::TRIP_COORDINATES, "final_destination_latitude", LATITUDE),
    (Check::TRIP_COORDINATES, "final_destination_longitude", LONGITUDE),
    (Check::APP_COORDINATES, "lat", LATITUDE),
    (Check::APP_COORDINATES, "lon", LONGITUDE),
    (Check::PROBABILITY_OUT_OF_RANGE, "probability_driving", PROBABILITY),
    (Check::PROBABILITY_OUT_OF_RANGE, "probability_transit", PROBABILITY),
    (Check::PROBABILITY_OUT_OF_RANGE, "probability_walking", PROBABILITY),
    (Check::PROBABILITY_OUT_OF_RANGE, "probability_bicycling", PROBABILITY),
];

#[test]
fn each_bound_is_the_last_right_value() {
    let db = good();
    let mut conn = db.conn();
    for (check, column, [below, least, most, above]) in BOUNDS {
        let (table, needed, values) = match check.table() {
            "auth_user" => ("auth_user", "", ""),
            "trip" => ("trip", "user_id, travel_mode, started_on, ", "1, 1, NOW(), "),
            "app_data" => (
                "app_data",
                "user_id, gmt_time, local_time, created_on, modified_on, ",
                "1, NOW(), NOW(), NOW(), NOW(), ",
            ),
            _ => ("cm_activity_location", "user_id, ", "1, "),
        };
        // Half a place is none, so the other half is there too.
        let other = match *column {
            "lat" => "lon".to_owned(),
            "lon" => "lat".to_owned(),
            name if name.ends_with("_latitude") => name.replace("_latitude", "_longitude"),
            name if name.ends_with("_longitude") => name.replace("_longitude", "_latitude"),
            _ => String::new(),
        };
        let row = |id: u32, value: &str| {
            let (name, half) = match other.as_str() {
                "" => (String::new(), ""),
                other => (format!(", {other}"), if value == "NULL" { ", NULL" } else { ", 1" }),
            };
            format!(
                "INSERT INTO {table} (id, {needed}{column}{name}) VALUES ({id}, {values}{value}{half})"
            )
        };
        for (id, value) in (901..).zip([below, least, "NULL", most, above]) {
            run(&mut conn, &row(id, value));
        }
        assert_eq!(issues(&mut conn), [(*check, vec![901, 905])], "{column}");
        run(&mut conn, &format!("DELETE FROM {table} WHERE id BETWEEN 901 AND 905"));
    }
}
