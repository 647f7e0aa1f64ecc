//! What only a walk along the rows can tell: a row is compared with those before it.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::Findings;
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// A retry comes within so many seconds.
const RETRY: i64 = 60;

/// Which rows to walk along.
#[derive(Debug, Clone, Copy)]
pub(super) enum Walk {
    /// Balances of tokens that are not the sum of the movements up to them: the first of each user and
    /// kind of token.
    TokenBalances,
    /// Points that are those of a moment ago.
    RetriedPoints,
    /// Trips that start before an earlier one of the same user ends.
    OverlappingTrips,
    /// Referrals that lead back to whom they began with.
    ReferralCircles,
}

impl Walk {
    /// `complete` puts the accounts in their places, and `newer` is SQL for the rows that may be found.
    pub(super) fn ids<C: Connection>(
        self,
        conn: &mut C,
        action: &'static str,
        complete: fn(&str) -> String,
        newer: &str,
    ) -> Result<Findings<i64>> {
        let sql = complete(self.sql()).replace("{new}", &format!("IFNULL(TRUE{newer}, FALSE)"));
        match self {
            Self::TokenBalances => {
                let mut ledger = TokenLedger::default();
                found(ask(conn, action, &sql, (), Movement::read)?, |row| ledger.follow(&row))
            }
            Self::RetriedPoints => {
                let mut user = Retries::default();
                found(ask(conn, action, &sql, (), Points::read)?, |row| user.follow(row))
            }
            Self::OverlappingTrips => {
                let mut road = Road::default();
                found(ask(conn, action, &sql, (), Trip::read)?, |row| road.follow(&row))
            }
            Self::ReferralCircles => {
                let rows = ask(conn, action, &sql, (), Referral::read)?;
                let by_receiver = rows
                    .map(|row| row.map(|row| (row.receiver, row)))
                    .collect::<Result<HashMap<_, _>>>()?;
                Findings::collect_least(circles(&by_receiver).into_iter().map(Ok))
            }
        }
    }

    fn sql(self) -> &'static str {
        match self {
            // The order is that of user_ledger_idx, which has every column but the date.
            Self::TokenBalances => {
                "SELECT t.user_id, t.f_token_id, t.id, t.tokens, t.balance, o.through_id, \
                 CASE WHEN o.through_id IS NOT NULL THEN (SELECT SUM(s.tokens) FROM token_opening s \
                  WHERE s.user_id = o.user_id AND s.f_token_id = o.f_token_id) END, {new} \
                 FROM token_transaction t LEFT JOIN token_opening o FORCE INDEX (PRIMARY) \
                  ON o.user_id = t.user_id AND o.f_token_id = t.f_token_id AND o.place = 0 \
                 ORDER BY t.user_id, t.f_token_id, t.id"
            }
            Self::RetriedPoints => {
                "SELECT t.user_id, t.activity_type, t.points, CAST(t.note AS BINARY), t.payer, t.payee, \
                 TO_SECONDS(t.created_on), t.id, {new} FROM points_transaction t \
                 WHERE t.note <> '' AND t.user_id NOT IN {system} \
                 ORDER BY t.user_id, t.created_on, t.id"
            }
            // What starts in the hour that the clocks show twice may start in either of them.
            Self::OverlappingTrips => {
                "SELECT t.user_id, TO_SECONDS(t.started_on), TO_SECONDS(t.ended_on), t.id, {new} \
                 FROM trip t WHERE t.ended_on > t.started_on AND NOT (MONTH(t.started_on) = 11 \
                 AND DAYOFMONTH(t.started_on) <= 7 AND DAYOFWEEK(t.started_on) = 1 \
                 AND HOUR(t.started_on) = 1) ORDER BY t.user_id, t.started_on, t.id"
            }
            Self::ReferralCircles => {
                "SELECT t.receiver_user_id, t.sender_user_id, t.id, {new} FROM referral_history t \
                 WHERE t.sender_user_id <> t.receiver_user_id ORDER BY t.id"
            }
        }
    }
}

fn found<T>(
    rows: impl Iterator<Item = Result<T>>,
    mut follow: impl FnMut(T) -> Option<i64>,
) -> Result<Findings<i64>> {
    Findings::collect_least(rows.filter_map(|row| row.map(&mut follow).transpose()))
}

struct Movement {
    ledger: (i32, i32),
    id: i64,
    tokens: Decimal,
    balance: Option<Decimal>,
    /// Through which row the opening balance goes, and the sum up to it.
    opening: Option<(i64, Decimal)>,
    is_new: bool,
}

impl Movement {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            ledger: (columns.take()?, columns.take()?),
            id: columns.take()?,
            tokens: columns.take_sum()?,
            balance: columns.take()?,
            opening: columns.take::<Option<i64>>()?.zip(columns.take()?),
            is_new: columns.take()?,
        })
    }
}

/// The tokens of one kind that a user has, as far as the rows have been read.
#[derive(Default)]
struct TokenLedger {
    of: (i32, i32),
    sum: Decimal,
    is_wrong: bool,
}

impl TokenLedger {
    fn follow(&mut self, row: &Movement) -> Option<i64> {
        let (through, opening) = row.opening.unwrap_or((i64::MIN, Decimal::ZERO));
        if row.ledger != self.of {
            *self = Self { of: row.ledger, sum: opening, is_wrong: false };
        }
        // Whatever came between such rows is gone.
        if row.id <= through {
            return None;
        }
        self.sum = self.sum.saturating_add(row.tokens);
        let is_right = row.balance.is_none_or(|balance| balance == self.sum);
        if self.is_wrong || is_right || !row.is_new {
            return None;
        }
        self.is_wrong = true;
        Some(row.id)
    }
}

/// Activity, points, note, payer and payee.
type Event = (i32, Decimal, Vec<u8>, i32, i32);

struct Points {
    user_id: i32,
    event: Event,
    second: Option<i64>,
    id: i64,
    is_new: bool,
}

impl Points {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            user_id: columns.take()?,
            event: (
                columns.take()?,
                columns.take()?,
                columns.take()?,
                columns.take()?,
                columns.take()?,
            ),
            second: columns.take()?,
            id: columns.take()?,
            is_new: columns.take()?,
        })
    }
}

/// What a user has done, and when last.
#[derive(Default)]
struct Retries {
    user_id: i32,
    last: HashMap<Event, i64>,
}

impl Retries {
    fn follow(&mut self, row: Points) -> Option<i64> {
        if row.user_id != self.user_id {
            *self = Self { user_id: row.user_id, last: HashMap::new() };
        }
        let second = row.second?;
        let before = self.last.insert(row.event, second)?;
        // What is of the same second is a duplicate, which another check finds.
        let is_retry = (1..=RETRY).contains(&(second - before));
        (is_retry && row.is_new).then_some(row.id)
    }
}

struct Trip {
    user_id: i32,
    start: Option<i64>,
    end: Option<i64>,
    id: i64,
    is_new: bool,
}

impl Trip {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            user_id: columns.take()?,
            start: columns.take()?,
            end: columns.take()?,
            id: columns.take()?,
            is_new: columns.take()?,
        })
    }
}

/// Until when a user is under way.
#[derive(Default)]
struct Road {
    user_id: i32,
    busy_until: i64,
}

impl Road {
    fn follow(&mut self, trip: &Trip) -> Option<i64> {
        if trip.user_id != self.user_id {
            *self = Self { user_id: trip.user_id, busy_until: 0 };
        }
        let overlaps = trip.start? < self.busy_until;
        self.busy_until = self.busy_until.max(trip.end?);
        (overlaps && trip.is_new).then_some(trip.id)
    }
}

struct Referral {
    receiver: u32,
    sender: u32,
    id: i64,
    is_new: bool,
}

impl Referral {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            receiver: columns.take()?,
            sender: columns.take()?,
            id: columns.take()?,
            is_new: columns.take()?,
        })
    }
}

/// The new referrals on a circle. A user was brought once, so there is one way back from each; it is
/// gone once, and ends at a user who was met before.
fn circles(by_receiver: &HashMap<u32, Referral>) -> Vec<i64> {
    let (mut met, mut found) = (HashSet::new(), Vec::new());
    for start in by_receiver.keys() {
        let (mut way, mut place, mut user) = (Vec::new(), HashMap::new(), *start);
        while let Some(referral) = by_receiver.get(&user)
            && met.insert(user)
        {
            place.insert(user, way.len());
            way.push(referral);
            user = referral.sender;
        }
        if let Some(first) = place.get(&user) {
            found.extend(way.iter().skip(*first).filter(|one| one.is_new).map(|one| one.id));
        }
    }
    found
}
