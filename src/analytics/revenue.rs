//! Revenue by day.

use rust_decimal::Decimal;
use time::{Date, Duration};

use super::Accounts;
use crate::{
    outcome::{Error, Result},
    session::{Columns, Connection, ask},
};

/// Days from one to another, the last not included.
///
/// ```
/// use quicksight_migrations::{analytics::DateRange, time::{Date, Month}};
///
/// let first = Date::from_calendar_date(2025, Month::March, 1)?;
/// let march = DateRange::new(first, Date::from_calendar_date(2025, Month::April, 1)?)?;
/// assert_eq!(march.days(), 31);
/// assert!(DateRange::new(march.end(), march.start()).is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    start: Date,
    end: Date,
}

impl DateRange {
    /// The days from `start` up to the day before `end`. If both are the same, the range is empty.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidDateRange`] if `end` is earlier, or a year is not between 1000 and 9999, the
    /// [range that the server has](https://dev.mysql.com/doc/refman/8.4/en/datetime.html).
    pub fn new(start: Date, end: Date) -> Result<Self> {
        let is_known = |date: Date| (1000..=9999).contains(&date.year());
        if start <= end && is_known(start) && is_known(end) {
            Ok(Self { start, end })
        } else {
            Err(Error::InvalidDateRange { start, end })
        }
    }

    /// The first day.
    #[must_use]
    pub fn start(&self) -> Date {
        self.start
    }

    /// The day after the last.
    #[must_use]
    pub fn end(&self) -> Date {
        self.end
    }

    /// How many days these are.
    #[must_use]
    pub fn days(&self) -> usize {
        self.index_of(self.end).unwrap_or_default()
    }

    /// The number of a day in this range, from 0.
    fn index_of(self, day: Date) -> Option<usize> {
        usize::try_from((day - self.start).whole_days()).ok()
    }

    fn iter(self) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.start), |day| day.checked_add(Duration::DAY))
            .take_while(move |day| *day < self.end)
    }
}

/// What came in on one day. See [`daily_revenue`](super::daily_revenue).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyRevenue {
    date: Date,
    points: Decimal,
    tokens: Decimal,
    tickets: Decimal,
}

impl DailyRevenue {
    /// The day, by the service's clock.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// Points gained: the sum of the positive movements. Points spent are not taken off.
    #[must_use]
    pub fn points(&self) -> Decimal {
        self.points
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
        Self { date, points: Decimal::ZERO, tokens: Decimal::ZERO, tickets: Decimal::ZERO }
    }
}

/// What one ledger gained on one day.
struct Sum {
    ledger: u8,
    date: Option<Date>,
    total: Decimal,
}

const POINTS: u8 = 0;
const TOKENS: u8 = 1;

impl Sum {
    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self { ledger: columns.take()?, date: columns.take_day()?, total: columns.take_sum()? })
    }
}

pub(super) fn by_day<C: Connection>(
    conn: &mut C,
    accounts: Accounts,
    range: DateRange,
) -> Result<Vec<DailyRevenue>> {
    let of = |ledger: u8, table: &str, amount: &str, which: &str| {
        let accounts = accounts.condition("t.user_id");
        format!(
            "SELECT {ledger}, DATE(t.created_on), SUM(t.{amount}) FROM {table} t \
             WHERE t.created_on >= ? AND t.created_on < ?{which}{accounts} \
             GROUP BY DATE(t.created_on)"
        )
    };
    let sql = [
        of(POINTS, "points_transaction", "points", " AND t.points > 0"),
        of(TOKENS, "token_transaction", "tokens", " AND t.tokens > 0"),
        of(2, "bytemark_order_payments", "total_price", ""),
    ]
    .join(" UNION ALL ");
    let (from, until) = (range.start, range.end);

    let mut days: Vec<_> = range.iter().map(DailyRevenue::nothing).collect();
    let values = (from, until, from, until, from, until);
    for sum in ask(conn, "sum up the revenue by day", &sql, values, Sum::read)? {
        let Sum { ledger, date, total } = sum?;
        let Some(day) =
            date.and_then(|date| range.index_of(date)).and_then(|index| days.get_mut(index))
        else {
            continue;
        };
        match ledger {
            POINTS => day.points = total,
            TOKENS => day.tokens = total,
            _ => day.tickets = total,
        }
    }
    Ok(days)
}
