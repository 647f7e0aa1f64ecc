//! Campaigns, and the tokens that they grant and that pay for tickets.

use fastrand::Rng;
use time::{Duration, PrimitiveDateTime};

use super::{
    calendar::{DAYTIME, Period, Sql},
    insert::{Insert, Loader},
    money::{Hundredths, Price},
    people::{People, id},
    tickets::{Payments, TICKET},
};

const CAMPAIGNS: [&str; 6] = [
    "Ride the Rail",
    "Back to Work",
    "Clean Air Month",
    "Stadium Express",
    "Airport Link",
    "Try the Bus",
];
const LIFE_OF_A_TOKEN: Duration = Duration::days(21);
const GRANT: Price = Price { least: 250, most: 1500, step: 250 };

/// The number by which the tables know the campaign at that place in the list.
pub(super) fn campaign_number(campaign: usize) -> usize {
    101 + campaign
}

/// Each campaign has its own kind of token.
fn token(campaign: usize) -> usize {
    1 + campaign
}

pub(super) struct Tokens<'p> {
    people: &'p People,
    balances: Vec<[i64; CAMPAIGNS.len()]>,
    first_grants: Vec<Option<PrimitiveDateTime>>,
    free_at: Vec<PrimitiveDateTime>,
    distributed: [i64; CAMPAIGNS.len()],
    rows: usize,
}

impl<'p> Tokens<'p> {
    pub(super) fn new(people: &'p People) -> Self {
        Self {
            people,
            balances: vec![[0; CAMPAIGNS.len()]; people.count()],
            first_grants: vec![None; people.count()],
            free_at: vec![PrimitiveDateTime::MIN; people.count()],
            distributed: [0; CAMPAIGNS.len()],
            rows: 0,
        }
    }

    /// Since when each user has had tokens.
    pub(super) fn into_first_grants(self) -> Vec<Option<PrimitiveDateTime>> {
        self.first_grants
    }

    /// Grants, and tickets where a user has enough from that campaign. The campaigns begin one after
    /// the other.
    pub(super) fn insert(
        &mut self,
        loader: &mut Loader<'_>,
        count: usize,
        period: Period,
        payments: &mut Payments,
        rng: &mut Rng,
    ) -> mysql::Result<()> {
        let mut insert = loader.fill(
            "token_transaction",
            "id, user_id, activity_type, tokens, balance, campaign_id, ap_campaign_id, created_on, \
             f_agency_id, agency_name, f_token_id, token_name, f_campaign_id, campaign_name, \
             issued_on, expired_on, dist_notify_status, expire_notify_status",
            count,
        )?;
        let days_between_campaigns = i64::from(period.days) / 8;
        for now in period.moments(&DAYTIME, count, rng) {
            let user = self.people.pick(now, rng, |user| self.free_at[user] < now);
            self.free_at[user] = now;
            let begun = (1..CAMPAIGNS.len()).filter(|number| {
                let number = i64::try_from(*number).expect("a handful");
                now > period.start() + Duration::days(number * days_between_campaigns)
            });
            let campaign = rng.usize(0..=begun.count());
            let price = TICKET.roll(rng);
            if self.balances[user][campaign] >= price && rng.bool() {
                self.spend(&mut insert, user, campaign, price, now)?;
                payments.add(user, price, token(campaign), now);
            } else {
                self.grant(&mut insert, user, campaign, GRANT.roll(rng), now)?;
            }
        }
        insert.finish()
    }

    fn grant(
        &mut self,
        insert: &mut Insert<'_, '_>,
        user: usize,
        campaign: usize,
        amount: i64,
        now: PrimitiveDateTime,
    ) -> mysql::Result<()> {
        self.first_grants[user].get_or_insert(now);
        self.distributed[campaign] += amount;
        let number = campaign_number(campaign);
        let head = self.book(user, campaign, 1, amount);
        insert.row(format_args!(
            "{head}, {}, {number}, {now}, 1, 'METRO', {}, '{name} token', {number}, '{name}', \
             {now}, {}, 1, 0",
            campaign + 1,
            token(campaign),
            Sql(now + LIFE_OF_A_TOKEN),
            name = CAMPAIGNS[campaign],
            now = Sql(now),
        ))
    }

    /// A use names the kind of token, not the campaign that once gave it.
    fn spend(
        &mut self,
        insert: &mut Insert<'_, '_>,
        user: usize,
        campaign: usize,
        price: i64,
        now: PrimitiveDateTime,
    ) -> mysql::Result<()> {
        let head = self.book(user, campaign, 2, -price);
        insert.row(format_args!(
            "{head}, NULL, NULL, {now}, 1, 'METRO', {}, '{} token', 0, '', {now}, NULL, 1, 0",
            token(campaign),
            CAMPAIGNS[campaign],
            now = Sql(now),
        ))
    }

    /// The first columns of the next row.
    fn book(&mut self, user: usize, campaign: usize, activity: u8, tokens: i64) -> String {
        let balance = &mut self.balances[user][campaign];
        *balance += tokens;
        self.rows += 1;
        let (tokens, balance) = (Hundredths(tokens), Hundredths(*balance));
        format!("{}, {}, {activity}, {tokens}, {balance}", self.rows, id(user))
    }

    /// Their budgets are what they have given out, and something left over.
    pub(super) fn insert_campaigns(&self, loader: &mut Loader<'_>) -> mysql::Result<()> {
        let mut insert = loader.fill(
            "campaign",
            "id, ap_campaign_id, token_id, name, tokens",
            CAMPAIGNS.len(),
        )?;
        for (campaign, (name, distributed)) in CAMPAIGNS.iter().zip(self.distributed).enumerate() {
            insert.row(format_args!(
                "{}, {}, {}, '{name}', {}",
                campaign + 1,
                campaign_number(campaign),
                token(campaign),
                Hundredths((distributed / 100_000 + 1) * 100_000 + 500_000),
            ))?;
        }
        insert.finish()
    }
}
