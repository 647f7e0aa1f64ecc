//! What counts as points gained, and what they were gained for.

use rust_decimal::Decimal;

use super::{
    Analytics, DateRange, of_row,
    question::{Part, Question},
};
use crate::{
    activity::Activity,
    measure::{negative, points_gained, positive},
    outcome::Result,
    session::{Columns, Connection},
    source::Source,
};

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
        self.all(conn, &self.question_of_activities(), range.moments(), ActivityPoints::read)
    }

    fn question_of_activities(self) -> Question {
        let rows = format!(
            "SELECT t.activity_type, SUM({}), SUM({}), SUM({}), COUNT(*) FROM points_transaction t \
             WHERE {{dates}}{} GROUP BY t.activity_type",
            of_row(&points_gained()),
            of_row(&positive("points")),
            of_row(&negative("points")),
            self.accounts.condition(ENDS)
        );
        let sums = "SELECT s.activity_type AS k0, SUM(s.gained) AS s0, SUM(s.positive) AS s1, \
                    SUM(s.negative) AS s2, SUM(s.movements) AS s3 FROM summary_revenue s \
                    WHERE s.source = 1 AND {range} GROUP BY s.activity_type";
        Question {
            action: "sum up the points by activity",
            parts: vec![Part { source: Source::Points, rows, sums: sums.into() }],
            keys: 1,
            sums: 4,
            order: " ORDER BY t.activity_type".into(),
        }
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
