//! What an account has of a kind of token, and what of it can be spent.

use mysql::{Value, from_value_opt};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use crate::{
    account::Account,
    ledger::{
        clock::{NOW, take_now},
        movement::check_accounts,
        sql::{BEFORE_ALL, nothing},
    },
    outcome::{Error, Refusal, Result},
    purse::{Movement, Purse},
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

/// Goes through the rows of an account and kind in the order in which they were recorded, from what is left of those that
/// were dropped on. The balance is that of the last row that has one.
pub(super) fn read<C: Connection>(
    conn: &mut C,
    account: Account,
    token_id: i32,
) -> Result<TokenBalance> {
    check_accounts([Some(account)]).map_err(Error::Refused)?;
    let (account_id, is_of) = (account.id(), "user_id = ? AND f_token_id = ?");
    let sql = format!(
        "SELECT {NOW}, u.id IS NOT NULL, m.tokens, m.balance, m.created_on, m.issued_on, \
               m.expired_on FROM (SELECT 1) one LEFT JOIN auth_user u ON u.id = ? LEFT JOIN ( \
               SELECT through_id AS id, place, tokens, balance, NULL AS created_on, issued_on, expired_on \
               FROM token_opening WHERE {is_of} \
               UNION ALL SELECT id, 0, tokens, balance, created_on, issued_on, expired_on \
               FROM token_transaction WHERE {is_of} AND id > COALESCE((SELECT through_id \
               FROM token_opening WHERE {is_of} AND place = 0), {BEFORE_ALL}) \
               ) m ON TRUE ORDER BY m.id, m.place"
    );
    let values = (account_id, account_id, token_id, account_id, token_id, account_id, token_id);
    let (mut purse, mut balance) = (Purse::default(), None);
    let (mut now, mut is_known) = (None, account.system().is_some());
    for row in ask(conn, ACTION, &sql, values, Row::read)? {
        let row = row?;
        now = Some(row.now);
        is_known |= row.is_user || row.tokens.is_some();
        balance = row.balance.or(balance);
        purse.follow(&row.movement());
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

/// A row of the ledger or of its opening, or none of it where the account has no row.
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

impl Row {
    fn movement(&self) -> Movement {
        let Self { created_on, issued_on, expired_on, .. } = *self;
        Movement { tokens: self.tokens.unwrap_or_default(), created_on, issued_on, expired_on }
    }
}

/// A moment, or `None` where it is NULL or in no calendar: neither says anything.
fn moment(columns: &mut Columns) -> Result<Option<PrimitiveDateTime>> {
    Ok(from_value_opt(columns.take::<Value>()?).ok())
}
