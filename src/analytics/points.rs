//! What counts as points gained, and what they were gained for.

use rust_decimal::Decimal;

use super::{Analytics, DateRange, is_date};
use crate::{
    account::SystemAccount,
    ledger::Activity,
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// The accounts from which points come to users. From the others they come back: held ones from
/// escrow, spent ones from the sellers of tickets and gift cards.
const SOURCES: [SystemAccount; 3] =
    [SystemAccount::Budget, SystemAccount::Incentives, SystemAccount::Stripe];

/// What users gained from outside with the movement `t`, or NULL: what a source pays to them, less what
/// they pay to a source. A payment has two halves, and the points that one user pays another, that go into
/// escrow and out of it, or that a seller pays back were gained before.
///
/// 0 is an end without a name. Points from there are gained, apart from those out of escrow; points that go
/// there are spent, apart from those of a correction. What takes a movement back counts as minus what the
/// movement did: [`reverse_points`](crate::ledger::reverse_points) names the ends of its rows accordingly.
pub(super) fn gained() -> String {
    let (system, sources) = (SystemAccount::ids(SystemAccount::ALL), SystemAccount::ids(&SOURCES));
    let (from_escrow, adjustment) = (Activity::FromEscrow.number(), Activity::Adjustment.number());
    format!(
        "CASE WHEN t.user_id NOT IN ({system}) AND ( \
         t.points > 0 AND (t.payer IN ({sources}) OR t.payer = 0 AND t.activity_type <> {from_escrow}) \
         OR t.points < 0 AND (t.payee IN ({sources}) OR t.payee = 0 AND t.activity_type = {adjustment}) \
         ) THEN t.points END"
    )
}

/// The movements that [`gained`] and the sum of the positive ones need.
pub(super) fn counts() -> String {
    let (sources, adjustment) = (SystemAccount::ids(&SOURCES), Activity::Adjustment.number());
    format!("(t.points > 0 OR t.activity_type = {adjustment} OR t.payee IN ({sources}))")
}

/// The columns that hold the accounts of a movement `t`.
pub(super) const ENDS: [&str; 3] = ["t.user_id", "t.payer", "t.payee"];

/// The points of one activity. See [`points_by_activity`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityPoints {
    activity: Activity,
    gained: Decimal,
    positive: Decimal,
    negative: Decimal,
    movements: u64,
}

impl ActivityPoints {
    /// What the movements were for.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.activity
    }

    /// What users gained from outside, as [`DailyRevenue::points`](super::DailyRevenue::points).
    #[must_use]
    pub fn gained(&self) -> Decimal {
        self.gained
    }

    /// The sum of the positive movements of every account, the service's own too, as
    /// [`DailyRevenue::positive_points`](super::DailyRevenue::positive_points).
    #[must_use]
    pub fn positive(&self) -> Decimal {
        self.positive
    }

    /// The sum of the negative movements of every account, 0 or less.
    #[must_use]
    pub fn negative(&self) -> Decimal {
        self.negative
    }

    /// How many movements there were. A payment has two.
    #[must_use]
    pub fn movements(&self) -> u64 {
        self.movements
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            activity: columns.take::<i32>()?.into(),
            gained: columns.take_sum()?,
            positive: columns.take_sum()?,
            negative: columns.take_sum()?,
            movements: columns.take()?,
        })
    }
}

impl Analytics {
    /// As [`points_by_activity`].
    ///
    /// # Errors
    ///
    /// As [`points_by_activity`].
    pub fn points_by_activity<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<ActivityPoints>> {
        let sql = format!(
            "SELECT t.activity_type, SUM({}), SUM(CASE WHEN t.points > 0 THEN t.points END), \
             SUM(CASE WHEN t.points < 0 THEN t.points END), COUNT(*) FROM points_transaction t \
             WHERE t.created_on >= ? AND t.created_on < ? AND {}{} \
             GROUP BY t.activity_type ORDER BY t.activity_type",
            gained(),
            is_date("t.created_on"),
            self.accounts.condition(ENDS)
        );
        let values = (range.start(), range.end());
        ask(conn, "sum up the points by activity", &sql, values, ActivityPoints::read)?.collect()
    }
}

/// What the points of a range of days moved for, by activity, in the order of their numbers. What was
/// gained sums up to the points of [`daily_revenue`](super::daily_revenue).
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn};
/// # fn tell(conn: &mut Conn, month: DateRange) -> Result<()> {
/// for row in analytics::points_by_activity(conn, month)? {
///     println!("{:?}: {} points gained", row.activity(), row.gained());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `points_transaction`.
pub fn points_by_activity<C: Connection>(
    conn: &mut C,
    range: DateRange,
) -> Result<Vec<ActivityPoints>> {
    Analytics::new().points_by_activity(conn, range)
}
