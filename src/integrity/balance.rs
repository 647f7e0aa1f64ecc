//! Balances of points and the movements that they come from.

use std::fmt;

use rust_decimal::Decimal;

use super::Findings;
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// A user with a balance of points that is not the sum of the movements up to it: the first such row. Where old rows were
/// dropped, their sum is the opening balance, and rows that are in it are not looked at any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceInconsistency {
    user_id: i32,
    transaction_id: i64,
    expected: Decimal,
    found: Decimal,
}

impl BalanceInconsistency {
    /// `auth_user.id` or a system account.
    #[must_use]
    pub fn user_id(&self) -> i32 {
        self.user_id
    }

    /// `points_transaction.id` of the user's first wrong row.
    #[must_use]
    pub fn transaction_id(&self) -> i64 {
        self.transaction_id
    }

    /// The sum of the user's points up to this row.
    #[must_use]
    pub fn expected(&self) -> Decimal {
        self.expected
    }

    /// The balance that the row has.
    #[must_use]
    pub fn found(&self) -> Decimal {
        self.found
    }
}

impl fmt::Display for BalanceInconsistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user_id, transaction_id, expected, found } = self;
        write!(
            f,
            "user {user_id} has a balance of {found} after transaction {transaction_id}, not {expected}"
        )
    }
}

/// One row of the ledger.
struct Movement {
    user_id: i32,
    id: i64,
    points: Decimal,
    balance: Decimal,
    /// Through which row the opening balance of its user goes, and the balance.
    opening: Option<(i64, Decimal)>,
}

impl Movement {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            user_id: columns.take()?,
            id: columns.take()?,
            points: columns.take()?,
            balance: columns.take()?,
            opening: columns.take::<Option<i64>>()?.zip(columns.take()?),
        })
    }
}

/// One user's ledger, as far as it has been read.
struct Ledger {
    user_id: i32,
    sum: Decimal,
    is_wrong: bool,
}

impl Ledger {
    fn new(user_id: i32, opening: Decimal) -> Self {
        Self { user_id, sum: opening, is_wrong: false }
    }

    /// Takes the next row, and returns it if it is the user's first wrong one.
    fn follow(&mut self, row: &Movement) -> Option<BalanceInconsistency> {
        let (through, opening) = row.opening.unwrap_or((i64::MIN, Decimal::ZERO));
        if row.user_id != self.user_id {
            *self = Self::new(row.user_id, opening);
        }
        // Whatever came between such rows is gone.
        if row.id <= through {
            return None;
        }
        self.sum = self.sum.saturating_add(row.points);
        if self.is_wrong || self.sum == row.balance {
            return None;
        }
        self.is_wrong = true;
        Some(BalanceInconsistency {
            user_id: row.user_id,
            transaction_id: row.id,
            expected: self.sum,
            found: row.balance,
        })
    }
}

/// The rows come in the order of `user_ledger_idx`, which has all four columns, so the server sorts
/// nothing and reads no row but the opening balance of each user; left to itself MySQL would hash these few, and sort all. The sum is made here: MySQL 5.7 has no window functions, and to look up
/// each row's predecessor there reads a user's ledger once per row.
/// <https://dev.mysql.com/doc/refman/8.4/en/order-by-optimization.html>
pub(super) fn inconsistencies<C: Connection>(
    conn: &mut C,
) -> Result<Findings<BalanceInconsistency>> {
    let sql = "SELECT t.user_id, t.id, t.points, t.balance, o.through_id, o.balance \
               FROM points_transaction t LEFT JOIN points_opening o FORCE INDEX (PRIMARY) ON o.user_id = t.user_id \
               ORDER BY t.user_id, t.id";
    let rows = ask(conn, "compare balances with movements of points", sql, (), Movement::read)?;

    let mut ledger = Ledger::new(0, Decimal::ZERO);
    Findings::collect(rows.filter_map(|row| row.map(|row| ledger.follow(&row)).transpose()))
}
