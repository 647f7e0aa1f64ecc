//! What an account has of a kind of token, and what of it can be spent.

use mysql::{Value, from_value_opt};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use crate::{
    account::Account,
    ledger::{
        clock::{NOW, take_now},
        movement::check_accounts,
        sql::nothing,
    },
    outcome::{Error, Refusal, Result},
    session::{Columns, Connection, ask},
};

const ACTION: &str = "read the ledger of tokens";

/// The tokens of one kind that an account has. See [`balance`](super::balance).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenBalance {
    pub(super) balance: Decimal,
    pub(super) spendable: Decimal,
    pub(super) moment: PrimitiveDateTime,
}

impl TokenBalance {
    /// All that were granted and not spent, as the newest row says.
    #[must_use]
    pub fn balance(&self) -> Decimal {
        self.balance
    }

    /// Those of them that are issued and have not expired.
    #[must_use]
    pub fn spendable(&self) -> Decimal {
        self.spendable
    }

    /// The moment of which this is said, by the service's clock.
    #[must_use]
    pub fn moment(&self) -> PrimitiveDateTime {
        self.moment
    }
}

/// Goes through the rows of an account and kind in the order in which they were recorded. The balance is
/// that of the last row that has one.
pub(super) fn read<C: Connection>(
    conn: &mut C,
    account: Account,
    token_id: i32,
) -> Result<TokenBalance> {
    check_accounts([Some(account)]).map_err(Error::Refused)?;
    let sql = format!(
        "SELECT {NOW}, u.id IS NOT NULL, t.tokens, t.balance, t.created_on, t.issued_on, \
               t.expired_on FROM (SELECT 1) one LEFT JOIN auth_user u ON u.id = ? \
               LEFT JOIN token_transaction t ON t.user_id = ? AND t.f_token_id = ? ORDER BY t.id"
    );
    let values = (account.id(), account.id(), token_id);
    let (mut purse, mut balance) = (Purse::default(), None);
    let (mut now, mut is_known) = (None, account.system().is_some());
    for row in ask(conn, ACTION, &sql, values, Row::read)? {
        let row = row?;
        now = Some(row.now);
        is_known |= row.is_user || row.tokens.is_some();
        balance = row.balance.or(balance);
        purse.follow(&row);
    }
    let Some(moment) = now else {
        return Err(nothing(ACTION));
    };
    if !is_known {
        return Err(Error::Refused(Refusal::UnknownAccount { account }));
    }
    let spendable = purse.spendable(moment);
    Ok(TokenBalance { balance: balance.unwrap_or_default(), spendable, moment })
}

/// A row of the ledger, or none of it where the account has no row.
struct Row {
    now: PrimitiveDateTime,
    is_user: bool,
    tokens: Option<Decimal>,
    balance: Option<Decimal>,
    created_on: Option<PrimitiveDateTime>,
    issued_on: Option<PrimitiveDateTime>,
    expired_on: Option<PrimitiveDateTime>,
}

impl Row {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            now: take_now(columns)?,
            is_user: columns.take()?,
            tokens: columns.take()?,
            balance: columns.take()?,
            created_on: moment(columns)?,
            issued_on: moment(columns)?,
            expired_on: moment(columns)?,
        })
    }
}

/// A moment, or `None` where it is NULL or in no calendar: neither says anything.
fn moment(columns: &mut Columns) -> Result<Option<PrimitiveDateTime>> {
    Ok(from_value_opt(columns.take::<Value>()?).ok())
}

/// Grants that are not used up.
#[derive(Default)]
struct Purse {
    grants: Vec<Grant>,
    /// What was spent beyond all grants; the next ones make up for it.
    debt: Decimal,
}

struct Grant {
    left: Decimal,
    issued_on: Option<PrimitiveDateTime>,
    expired_on: Option<PrimitiveDateTime>,
}

impl Grant {
    fn is_valid(&self, moment: PrimitiveDateTime) -> bool {
        self.issued_on.is_none_or(|issued| issued <= moment)
            && self.expired_on.is_none_or(|expired| moment < expired)
    }
}

impl Purse {
    fn follow(&mut self, row: &Row) {
        match row.tokens.unwrap_or_default() {
            tokens if tokens > Decimal::ZERO => self.put(tokens, row),
            tokens => self.take(-tokens, row.created_on),
        }
    }

    fn put(&mut self, tokens: Decimal, row: &Row) {
        let settled = self.debt.min(tokens);
        self.debt -= settled;
        let left = tokens - settled;
        let (issued_on, expired_on) = (row.issued_on, row.expired_on);
        // What expires at the same moment is spent in the order of the ids.
        let place =
            self.grants.partition_point(|grant| !expires_later(grant.expired_on, expired_on));
        self.grants.insert(place, Grant { left, issued_on, expired_on });
    }

    /// Takes from what could be spent at that moment; what another writer took beyond that, from whatever
    /// there is.
    fn take(&mut self, mut tokens: Decimal, moment: Option<PrimitiveDateTime>) {
        let is_valid = |grant: &Grant| moment.is_none_or(|moment| grant.is_valid(moment));
        for valid in [true, false] {
            for grant in self.grants.iter_mut().filter(|grant| is_valid(grant) == valid) {
                let taken = grant.left.min(tokens);
                grant.left -= taken;
                tokens -= taken;
            }
        }
        self.debt += tokens;
        self.grants.retain(|grant| !grant.left.is_zero());
    }

    fn spendable(&self, moment: PrimitiveDateTime) -> Decimal {
        self.grants.iter().filter(|grant| grant.is_valid(moment)).map(|grant| grant.left).sum()
    }
}

/// Whether one expiry is later than another. What has none, expires last.
fn expires_later(one: Option<PrimitiveDateTime>, other: Option<PrimitiveDateTime>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one > other,
        (one, other) => one.is_none() && other.is_some(),
    }
}
