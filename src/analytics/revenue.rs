//! Revenue by day.

use rust_decimal::Decimal;
use time::Date;

use super::{
    Analytics, DateRange, of_row,
    points::ENDS,
    question::{Part, Question},
};
use crate::{
    measure::{points_count, points_gained, positive},
    outcome::Result,
    session::{Columns, Connection},
    source::Source,
};

/// What came in on one day. See [`daily_revenue`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyRevenue {
    date: Date,
    points: Decimal,
    positive_points: Decimal,
    tokens: Decimal,
    tickets: Decimal,
}

impl DailyRevenue {
    /// The day, by the service's clock.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// Points that users gained from outside: bought, or given by the budget or as incentives, less what
    /// they paid back to these. Each counts once: not again when it goes into escrow, comes out, is paid to
    /// another user, or comes back from a seller. Points spent elsewhere are not taken off.
    ///
    /// What [`reverse_points`](crate::ledger::reverse_points) records counts on its own day as minus what the
    /// movement counted on its day: a purchase taken back is taken off, and the refund of a ticket or a fee
    /// is no gain. Any other correction counts by its ends. An end that was not named is outside where points
    /// come from it, except from escrow, and where a correction takes them there.
    ///
    /// One reversal counts otherwise: that of a payment from a user to the budget, the incentives or Stripe whose
    /// halves do not say so in `payer` and `payee`, as another writer may have recorded it, is a gain.
    #[must_use]
    pub fn points(&self) -> Decimal {
        self.points
    }

    /// The sum of all positive movements of points, of every account: a purchase of 100, of which 30 go
    /// into escrow and come back and 20 are spent on a ticket, is 180. Dashboards that sum up the
    /// ledger without looking at its ends show this number.
    #[must_use]
    pub fn positive_points(&self) -> Decimal {
        self.positive_points
    }

    /// Tokens granted: the sum of the positive movements. Tokens spent are not taken off.
    #[must_use]
    pub fn tokens(&self) -> Decimal {
        self.tokens
    }

    /// What ticket orders were paid with: the sum of `bytemark_order_payments.total_price`.
    #[must_use]
    pub fn tickets(&self) -> Decimal {
        self.tickets
    }

    fn nothing(date: Date) -> Self {
        let zero = Decimal::ZERO;
        Self { date, points: zero, positive_points: zero, tokens: zero, tickets: zero }
    }
}

/// What one ledger gained on one day.
struct Sum {
    ledger: u8,
    date: Option<Date>,
    total: Decimal,
    gained: Decimal,
}

const POINTS: u8 = 0;
const TOKENS: u8 = 1;

impl Sum {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            ledger: columns.take()?,
            date: columns.take_day()?,
            total: columns.take_sum()?,
            gained: columns.take_sum()?,
        })
    }
}

impl Analytics {
    /// As [`daily_revenue`].
    ///
    /// # Errors
    ///
    /// As [`daily_revenue`].
    pub fn daily_revenue<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<DailyRevenue>> {
        let mut days: Vec<_> = range.iter().map(DailyRevenue::nothing).collect();
        self.each(conn, &self.question_of_revenue(), range.moments(), Sum::read, |sum| {
            let Sum { ledger, date, total, gained } = sum;
            let Some(day) =
                date.and_then(|date| range.index_of(date)).and_then(|index| days.get_mut(index))
            else {
                return;
            };
            match ledger {
                POINTS => (day.positive_points, day.points) = (total, gained),
                TOKENS => day.tokens = total,
                _ => day.tickets = total,
            }
        })?;
        Ok(days)
    }

    fn question_of_revenue(self) -> Question {
        let of = |ledger: u8, table: &str, sums: &str, condition: &str| {
            format!(
                "SELECT {ledger}, DATE(t.created_on), {sums} FROM {table} t \
                 WHERE {{range}}{condition} GROUP BY DATE(t.created_on)"
            )
        };
        let of_sums = |ledger: u8, sums: &str| {
            format!(
                "SELECT {ledger} AS k0, DATE(s.hour) AS k1, {sums} FROM summary_revenue s \
                 WHERE s.source = {} AND {{range}} GROUP BY DATE(s.hour)",
                ledger + 1
            )
        };
        let user = self.accounts.condition(["t.user_id"]);
        let points =
            format!("SUM({}), SUM({})", of_row(&positive("points")), of_row(&points_gained()));
        let of_points =
            format!(" AND {}{}", of_row(&points_count()), self.accounts.condition(ENDS));
        let of_tokens = format!(" AND t.tokens > 0{user}");
        let part = |source, rows, sums| Part { source, rows, sums };
        Question {
            action: "sum up the revenue by day",
            parts: vec![
                part(
                    Source::Points,
                    of(POINTS, "points_transaction", &points, &of_points),
                    of_sums(POINTS, "SUM(s.positive) AS s0, SUM(s.gained) AS s1"),
                ),
                part(
                    Source::Tokens,
                    of(TOKENS, "token_transaction", "SUM(t.tokens), NULL", &of_tokens),
                    of_sums(TOKENS, "SUM(s.positive), NULL"),
                ),
                part(
                    Source::Tickets,
                    of(2, "bytemark_order_payments", "SUM(t.total_price), NULL", &user),
                    of_sums(2, "SUM(s.positive + s.negative), NULL"),
                ),
            ],
            keys: 2,
            sums: 2,
            order: String::new(),
        }
    }
}

/// What came in on each day of a range: points and tokens gained, and ticket payments. A day
/// without any row is in the answer, with zeros. Points, tokens and money are different currencies, and are
/// never added to each other; nor are `tickets` one: see
/// [`revenue_by_payment_type`](super::revenue_by_payment_type).
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn, rust_decimal::Decimal};
/// # fn tickets(conn: &mut Conn, month: DateRange) -> Result<Decimal> {
/// let days = analytics::daily_revenue(conn, month)?;
/// assert_eq!(days.len(), month.days());
/// let paid = days.iter().map(|day| day.tickets()).sum();
/// # Ok(paid)
/// # }
/// ```
///
/// # Errors
///
/// [`Database`](crate::Error::Database), [`PermissionDenied`](crate::Error::PermissionDenied)
/// without `SELECT` on `points_transaction`, `token_transaction` and `bytemark_order_payments`,
/// [`NoDatabaseSelected`](crate::Error::NoDatabaseSelected), and
/// [`UnexpectedAnswer`](crate::Error::UnexpectedAnswer) where a column is of another type than the
/// migrations made it. This holds for every function of this module.
pub fn daily_revenue<C: Connection>(conn: &mut C, range: DateRange) -> Result<Vec<DailyRevenue>> {
    Analytics::new().daily_revenue(conn, range)
}
