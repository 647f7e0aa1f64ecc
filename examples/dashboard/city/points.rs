//! Points: gained from the system's accounts, spent, and paid from rider to driver.

use fastrand::Rng;
use time::PrimitiveDateTime;

use super::{
    calendar::{DAYTIME, Period, Sql},
    dice::weighted,
    insert::{Insert, Loader},
    money::{Hundredths, Price},
    people::{People, id},
    tickets::{Payments, TICKET},
};

/// The accounts of the system, which pay users and are paid by them.
const BUDGET: usize = 2000;
const INCENTIVES: usize = 2002;
const STRIPE: usize = 2100;
const BYTEMARK: usize = 2101;

const CARPOOL_DRIVER: u8 = 7;
const CARPOOL_RIDER: u8 = 8;
const TICKET_ORDER: u8 = 11;
const FARE: Price = Price { least: 200, most: 900, step: 25 };

/// What a user does with an account of the system.
#[derive(Debug, Clone, Copy)]
struct Kind {
    activity: u8,
    account: usize,
    price: Price,
    /// How often, next to the others.
    weight: u32,
}

impl Kind {
    const fn new(activity: u8, account: usize, weight: u32, prices: [i64; 3]) -> Self {
        let [least, most, step] = prices;
        Self { activity, account, price: Price { least, most, step }, weight }
    }
}

static GAINS: [Kind; 7] = [
    Kind::new(2, STRIPE, 5, [1000, 5000, 500]),
    Kind::new(4, BUDGET, 4, [100, 500, 25]),
    Kind::new(5, STRIPE, 3, [2000, 2000, 1]),
    Kind::new(6, INCENTIVES, 40, [25, 400, 5]),
    Kind::new(15, BUDGET, 8, [200, 1000, 50]),
    Kind::new(17, INCENTIVES, 10, [100, 1500, 50]),
    Kind::new(18, INCENTIVES, 6, [10, 200, 1]),
];
static SPENDING: [Kind; 4] = [
    Kind { activity: TICKET_ORDER, account: BYTEMARK, price: TICKET, weight: 20 },
    Kind::new(12, BUDGET, 6, [25, 100, 5]),
    Kind::new(13, BUDGET, 5, [200, 1200, 25]),
    Kind::new(16, BUDGET, 4, [600, 3000, 1]),
];

struct Ledger<'l, 'c> {
    insert: Insert<'l, 'c>,
    balances: Vec<i64>,
    /// A user does one thing at a time, so that no two rows are alike.
    last: Vec<PrimitiveDateTime>,
    rows: usize,
}

/// One row to be.
struct Movement {
    user: usize,
    activity: u8,
    points: i64,
    note: Option<String>,
    from: usize,
    to: usize,
    other_half: usize,
}

/// Fills the ledger.
pub(super) fn insert(
    loader: &mut Loader<'_>,
    people: &People,
    count: usize,
    period: Period,
    payments: &mut Payments,
    rng: &mut Rng,
) -> mysql::Result<()> {
    let insert = loader.fill(
        "points_transaction",
        "id, user_id, activity_type, points, balance, note, created_on, payer, payee, \
         ref_transaction_id",
        count,
    )?;
    let mut ledger = Ledger {
        insert,
        balances: vec![0; people.count()],
        last: vec![PrimitiveDateTime::MIN; people.count()],
        rows: 0,
    };
    let mut moments = period.moments(&DAYTIME, count, rng);
    while let Some(now) = moments.next() {
        let user = people.pick(now, rng, |user| ledger.last[user] < now);
        let fare = FARE.roll(rng);
        let rides = rng.u8(..10) == 0 && ledger.balances[user] >= fare;
        // A ride takes two rows.
        if rides && moments.next().is_some() {
            let driver = people.pick(now, rng, |one| one != user && ledger.last[one] < now);
            ledger.ride(user, driver, fare, now)?;
        } else if rng.u8(..100) < 40 {
            ledger.spend(user, now, payments, rng)?;
        } else {
            ledger.gain(user, now, rng)?;
        }
    }
    ledger.insert.finish()
}

impl Ledger<'_, '_> {
    fn gain(&mut self, user: usize, now: PrimitiveDateTime, rng: &mut Rng) -> mysql::Result<()> {
        let kind = weighted(&GAINS, |kind| kind.weight, rng);
        let points = kind.price.roll(rng);
        self.book(now, Movement::new(user, kind.activity, points, kind.account))
    }

    /// Who has too little gains some instead.
    fn spend(
        &mut self,
        user: usize,
        now: PrimitiveDateTime,
        payments: &mut Payments,
        rng: &mut Rng,
    ) -> mysql::Result<()> {
        let kind = weighted(&SPENDING, |kind| kind.weight, rng);
        let price = kind.price.roll(rng);
        if self.balances[user] < price {
            return self.gain(user, now, rng);
        }
        let mut movement = Movement::new(user, kind.activity, -price, kind.account);
        if kind.activity == TICKET_ORDER {
            movement.note = Some(payments.add(user, price, 0, now).to_string());
        }
        self.book(now, movement)
    }

    /// Two halves, each of which names the other.
    fn ride(
        &mut self,
        rider: usize,
        driver: usize,
        fare: i64,
        now: PrimitiveDateTime,
    ) -> mysql::Result<()> {
        let (first, second) = (self.rows + 1, self.rows + 2);
        let paid = Movement::new(rider, CARPOOL_RIDER, -fare, id(driver));
        let received = Movement::new(driver, CARPOOL_DRIVER, fare, id(rider));
        self.book(now, Movement { other_half: second, ..paid })?;
        self.book(now, Movement { other_half: first, ..received })
    }

    fn book(&mut self, now: PrimitiveDateTime, movement: Movement) -> mysql::Result<()> {
        let Movement { user, activity, points, note, from, to, other_half } = movement;
        self.balances[user] += points;
        self.last[user] = now;
        self.rows += 1;
        let note = note.map_or("NULL".into(), |note| format!("'{note}'"));
        self.insert.row(format_args!(
            "{}, {}, {activity}, {}, {}, {note}, {}, {from}, {to}, {other_half}",
            self.rows,
            id(user),
            Hundredths(points),
            Hundredths(self.balances[user]),
            Sql(now),
        ))
    }
}

impl Movement {
    /// Who gains points is their payee.
    fn new(user: usize, activity: u8, points: i64, account: usize) -> Self {
        let [from, to] = if points > 0 { [account, id(user)] } else { [id(user), account] };
        Self { user, activity, points, note: None, from, to, other_half: 0 }
    }
}
