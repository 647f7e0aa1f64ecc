//! What users do in the app: things that it reports, and stars for trips.

use fastrand::Rng;
use time::{Duration, PrimitiveDateTime};

use super::{
    calendar::{DAYTIME, Period, Sql},
    dice::weighted,
    insert::Loader,
    people::{People, id},
};

const ACTIONS: [(&str, u32); 7] = [
    ("OpenApp", 50),
    ("PlanTrip", 22),
    ("StartTrip", 12),
    ("PurchaseTicket", 7),
    ("ActivateTicket", 6),
    ("ViewCampaign", 4),
    ("InviteFriend", 1),
];
/// In winter. Nobody looks at the hour in UTC.
const BEHIND_UTC: Duration = Duration::hours(6);
const STARS: [(u8, u32); 5] = [(1, 3), (2, 4), (3, 12), (4, 35), (5, 46)];

/// A trip that gets stars.
pub(super) struct Rated {
    pub(super) trip: usize,
    pub(super) user: usize,
    pub(super) ended: PrimitiveDateTime,
}

pub(super) fn insert_actions(
    loader: &mut Loader<'_>,
    people: &People,
    count: usize,
    period: Period,
    rng: &mut Rng,
) -> mysql::Result<()> {
    let mut insert = loader.fill(
        "app_data",
        "id, user_id, user_action, gmt_time, local_time, created_on, modified_on",
        count,
    )?;
    for (number, now) in (1..).zip(period.moments(&DAYTIME, count, rng)) {
        let user = id(people.pick(now, rng, |_| true));
        let (action, _) = weighted(&ACTIONS, |(_, weight)| *weight, rng);
        let when = Sql(now);
        let utc = Sql(now + BEHIND_UTC);
        insert.row(format_args!("{number}, {user}, '{action}', {utc}, {when}, {when}, {when}"))?;
    }
    insert.finish()
}

/// Stars for these trips, by who made them, at their end.
pub(super) fn insert_ratings(
    loader: &mut Loader<'_>,
    trips: &[Rated],
    rng: &mut Rng,
) -> mysql::Result<()> {
    let mut insert =
        loader.fill("user_rating", "id, user_id, trip_id, rating, created_on", trips.len())?;
    for (number, Rated { trip, user, ended }) in (1..).zip(trips) {
        let (stars, _) = weighted(&STARS, |(_, weight)| *weight, rng);
        insert.row(format_args!("{number}, {}, {trip}, {stars}, {}", id(*user), Sql(*ended)))?;
    }
    insert.finish()
}
