//! A city that never was: its users, ledgers and trips, the same for the same seed.
//!
//! All rows agree with each other, so that a check of their integrity finds nothing.

// With their paths, so that this file can be a module of any program.
#[path = "city/app.rs"]
mod app;
#[path = "city/calendar.rs"]
mod calendar;
#[path = "city/dice.rs"]
mod dice;
#[path = "city/insert.rs"]
mod insert;
#[path = "city/money.rs"]
mod money;
#[path = "city/people.rs"]
mod people;
#[path = "city/points.rs"]
mod points;
#[path = "city/tickets.rs"]
mod tickets;
#[path = "city/tokens.rs"]
mod tokens;
#[path = "city/travel.rs"]
mod travel;

use fastrand::Rng;
use mysql::Conn;

pub(crate) use calendar::Period;
use insert::Loader;
use people::People;
use tickets::Payments;
use tokens::Tokens;

/// How many rows there are to be. The payments of tickets and their passes follow from the two ledgers, and
/// ratings from trips.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub users: usize,
    pub referrals: usize,
    pub tokens: usize,
    pub points: usize,
    pub trips: usize,
    pub habits: usize,
    pub actions: usize,
}

impl Size {
    /// A city of that many users who are about as busy as each other city's.
    pub(crate) fn of_users(users: usize) -> Self {
        Self {
            users,
            referrals: users / 8,
            tokens: 10 * users,
            points: 50 * users,
            trips: 50 * users,
            habits: 2 * users,
            actions: 8 * users,
        }
    }
}

/// What to make up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct City {
    pub seed: u64,
    pub size: Size,
    /// When there is anything in the ledgers, and trips. Users have signed up since long before.
    pub period: Period,
}

impl City {
    /// Fills the tables, which must be there and empty. `progress` hears the name of a table, how many
    /// rows it has and how many it will have.
    pub(crate) fn fill(
        self,
        conn: &mut Conn,
        progress: &mut dyn FnMut(&'static str, usize, usize),
    ) -> mysql::Result<()> {
        let Self { size, period, .. } = self;
        let mut rng = Rng::with_seed(self.seed);
        let mut loader = Loader::new(conn, progress)?;

        let people = People::new(size.users, period, &mut rng);
        people.insert(&mut loader, &mut rng)?;
        people.insert_referrals(&mut loader, size.referrals, &mut rng)?;

        let mut payments = Payments::default();
        let mut tokens = Tokens::new(&people);
        tokens.insert(&mut loader, size.tokens, period, &mut payments, &mut rng)?;
        tokens.insert_campaigns(&mut loader)?;
        points::insert(&mut loader, &people, size.points, period, &mut payments, &mut rng)?;
        payments.insert(&mut loader)?;
        payments.insert_passes(&mut loader, period.end())?;

        let grants = tokens.into_first_grants();
        let rated =
            travel::insert_trips(&mut loader, &people, &grants, size.trips, period, &mut rng)?;
        travel::insert_habits(&mut loader, &people, size.habits, period, &mut rng)?;
        app::insert_actions(&mut loader, &people, size.actions, period, &mut rng)?;
        app::insert_ratings(&mut loader, &rated, &mut rng)
    }
}
