//! With what tickets were paid.

use rust_decimal::Decimal;
use time::Date;

use super::{
    Analytics, DateRange,
    question::{Part, Question},
};
use crate::{
    outcome::Result,
    session::{Columns, Connection},
    source::Source,
};

/// What one type of payment brought in on one day. See [`revenue_by_payment_type`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentTypeRevenue {
    date: Date,
    payment_type: Option<String>,
    payments: u64,
    revenue: Decimal,
}

impl PaymentTypeRevenue {
    /// The day, by the service's clock.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// `bytemark_order_payments.payment_type`, as `coins` or `tokens`; `None` where it has none.
    #[must_use]
    pub fn payment_type(&self) -> Option<&str> {
        self.payment_type.as_deref()
    }

    /// How many payments there were. An order may have several.
    #[must_use]
    pub fn payments(&self) -> u64 {
        self.payments
    }

    /// The sum of `bytemark_order_payments.total_price`, in units of this type: coins are no tokens.
    #[must_use]
    pub fn revenue(&self) -> Decimal {
        self.revenue
    }

    /// Reads a row; `None` if its day is none.
    fn read(columns: &mut Columns) -> Result<Option<Self>> {
        let date = columns.take_day()?;
        let (payment_type, payments) = (columns.take()?, columns.take()?);
        let revenue = columns.take_sum()?;
        Ok(date.map(|date| Self { date, payment_type, payments, revenue }))
    }
}

impl Analytics {
    /// As [`revenue_by_payment_type`].
    ///
    /// # Errors
    ///
    /// As [`revenue_by_payment_type`].
    pub fn revenue_by_payment_type<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<PaymentTypeRevenue>> {
        let question = self.question_of_payments();
        let rows = self.all(conn, &question, range.moments(), PaymentTypeRevenue::read)?;
        Ok(rows.into_iter().flatten().collect())
    }

    fn question_of_payments(self) -> Question {
        // In a collation of its own: the column's would take `Coins` for `coins`.
        let rows = format!(
            "SELECT p.day, p.payment_type, COUNT(*), SUM(p.total_price) FROM ( \
             SELECT DATE(t.created_on) AS day, t.total_price, \
             CONVERT(t.payment_type USING utf8mb4) COLLATE utf8mb4_bin AS payment_type \
             FROM bytemark_order_payments t WHERE {{range}}{}) p \
             GROUP BY p.day, p.payment_type",
            self.accounts.condition(["t.user_id"])
        );
        let sums = "SELECT DATE(s.hour) AS k0, CASE WHEN s.has_type = 1 THEN s.payment_type END AS k1, \
                    SUM(s.movements) AS s0, SUM(s.positive + s.negative) AS s1 \
                    FROM summary_revenue s WHERE s.source = 3 AND {range} \
                    GROUP BY DATE(s.hour), s.has_type, s.payment_type";
        Question {
            action: "sum up the revenue by payment type",
            parts: vec![Part { source: Source::Tickets, rows, sums: sums.into() }],
            keys: 2,
            sums: 2,
            order: " ORDER BY p.day, p.payment_type".into(),
        }
    }
}

/// What ticket orders were paid with, by day and type of payment, in that order. Types without a payment
/// on a day are left out.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn};
/// # fn tell(conn: &mut Conn, month: DateRange) -> Result<()> {
/// for row in analytics::revenue_by_payment_type(conn, month)? {
///     println!("{}: {} {}", row.date(), row.revenue(), row.payment_type().unwrap_or("unknown"));
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `bytemark_order_payments`.
pub fn revenue_by_payment_type<C: Connection>(
    conn: &mut C,
    range: DateRange,
) -> Result<Vec<PaymentTypeRevenue>> {
    Analytics::new().revenue_by_payment_type(conn, range)
}
