//! Places that cannot be: beyond the poles, half of one, or where no degree was filled in.

use super::{checks, find::Rule};

/// The SQL for a pair of coordinates that is no place.
macro_rules! no_place {
    ($latitude:literal, $longitude:literal) => {
        concat!(
            "t.",
            $latitude,
            " NOT BETWEEN -90 AND 90 OR t.",
            $longitude,
            " NOT BETWEEN -180 AND 180 \
             OR (t.",
            $latitude,
            " IS NULL) <> (t.",
            $longitude,
            " IS NULL) \
             OR (t.",
            $latitude,
            " = 0 AND t.",
            $longitude,
            " = 0)"
        )
    };
}

checks! {
    /// A sign-up beyond 90 degrees of latitude or 180 of longitude, with one of the two alone, or at
    /// 0, 0, where there is only sea. So with the others that end in `COORDINATES`.
    SIGN_UP_COORDINATES = Rule::rows("sign_up_coordinates", "auth_user",
        "with impossible coordinates of the sign-up", "auth_user t",
        no_place!("registration_latitude", "registration_longitude"));

    /// A home or office with impossible coordinates.
    HOME_COORDINATES = Rule::rows("home_coordinates", "auth_user",
        "with impossible coordinates of home or office", "auth_user t",
        concat!(no_place!("home_latitude", "home_longitude"), " OR ",
            no_place!("office_latitude", "office_longitude")));

    /// An origin, destination or final destination with impossible coordinates.
    TRIP_COORDINATES = Rule::rows("trip_coordinates", "trip", "with impossible coordinates",
        "trip t",
        concat!(no_place!("origin_latitude", "origin_longitude"), " OR ",
            no_place!("destination_latitude", "destination_longitude"), " OR ",
            no_place!("final_destination_latitude", "final_destination_longitude")));

    /// An action in the app with impossible coordinates.
    APP_COORDINATES = Rule::rows("app_coordinates", "app_data", "with impossible coordinates",
        "app_data t", no_place!("lat", "lon"));
}
