//! Engagement by user.

use rust_decimal::Decimal;

use super::{Accounts, Analytics, DateRange, is_date};
use crate::{
    outcome::Result,
    session::{Answers, Columns, Connection, ask},
};

/// What one user has done. See [`user_engagement`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserEngagement {
    user_id: i32,
    first_name: Option<String>,
    last_name: Option<String>,
    enterprise_id: Option<i32>,
    points_transactions: u64,
    total_points: Decimal,
    token_transactions: u64,
    total_tokens: Decimal,
    trips: u64,
}

impl UserEngagement {
    /// `auth_user.id`.
    #[must_use]
    pub fn user_id(&self) -> i32 {
        self.user_id
    }

    /// The first name, which is personal data.
    #[must_use]
    pub fn first_name(&self) -> Option<&str> {
        self.first_name.as_deref()
    }

    /// The last name, which is personal data.
    #[must_use]
    pub fn last_name(&self) -> Option<&str> {
        self.last_name.as_deref()
    }

    /// The employer whose programme the user takes part in.
    #[must_use]
    pub fn enterprise_id(&self) -> Option<i32> {
        self.enterprise_id
    }

    /// How many movements of points there are.
    #[must_use]
    pub fn points_transactions(&self) -> u64 {
        self.points_transactions
    }

    /// The sum of all movements of points, up and down.
    #[must_use]
    pub fn total_points(&self) -> Decimal {
        self.total_points
    }

    /// How many movements of tokens there are.
    #[must_use]
    pub fn token_transactions(&self) -> u64 {
        self.token_transactions
    }

    /// The sum of all movements of tokens, up and down, whatever their kind.
    #[must_use]
    pub fn total_tokens(&self) -> Decimal {
        self.total_tokens
    }

    /// How many trips there are.
    #[must_use]
    pub fn trips(&self) -> u64 {
        self.trips
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            user_id: columns.take()?,
            first_name: columns.take()?,
            last_name: columns.take()?,
            enterprise_id: columns.take()?,
            points_transactions: columns.take()?,
            total_points: columns.take_sum()?,
            token_transactions: columns.take()?,
            total_tokens: columns.take_sum()?,
            trips: columns.take()?,
        })
    }
}

/// The users as they arrive from the server. To drop this early skips the rest.
#[derive(Debug)]
#[must_use]
pub struct UserEngagements<'c> {
    rows: Answers<'c, UserEngagement>,
}

impl Iterator for UserEngagements<'_> {
    type Item = Result<UserEngagement>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

impl Analytics {
    /// As [`user_engagement`].
    ///
    /// # Errors
    ///
    /// As [`user_engagement`].
    pub fn user_engagement<C: Connection>(
        self,
        conn: &mut C,
        signed_up: DateRange,
    ) -> Result<UserEngagements<'_>> {
        // Each table is summed up for itself before the three are put together: joined first, a user with
        // two movements of points and three trips would have six of each.
        let real = match self.accounts {
            Accounts::All => "",
            Accounts::Real => " AND NOT (u.is_debug <=> 1)",
        };
        let is_date = is_date("u.created_on");
        let of = |table: &str, sums: &str, ends: &str| {
            format!(
                "SELECT u.id, {sums} FROM auth_user u JOIN {table} t ON t.user_id = u.id \
                 WHERE u.created_on >= ? AND u.created_on < ? AND {is_date}{real}{ends} \
                 GROUP BY u.id"
            )
        };
        let each = [
            of(
                "points_transaction",
                "COUNT(*) AS movements, SUM(t.points) AS points, 0 AS grants, 0 AS tokens, 0 AS trips",
                &self.accounts.condition(["t.payer", "t.payee"]),
            ),
            of("token_transaction", "0, 0, COUNT(*), SUM(t.tokens), 0", ""),
            of("trip", "0, 0, 0, 0, COUNT(*)", ""),
        ]
        .join(" UNION ALL ");
        let sql = format!(
            "SELECT u.id, u.first_name, u.last_name, u.enterprise_id, \
             s.movements, s.points, s.grants, s.tokens, s.trips FROM ( \
             SELECT id, SUM(movements) AS movements, SUM(points) AS points, SUM(grants) AS grants, \
             SUM(tokens) AS tokens, SUM(trips) AS trips FROM ({each}) e GROUP BY id \
             ) s JOIN auth_user u ON u.id = s.id ORDER BY s.points DESC, u.id"
        );
        let (from, until) = (signed_up.start(), signed_up.end());
        let values = (from, until, from, until, from, until);
        let rows = ask(conn, "sum up the engagement by user", &sql, values, UserEngagement::read)?;
        Ok(UserEngagements { rows })
    }
}

/// What the users who signed up in a range of days have done since: their movements of points, of
/// tokens, and their trips. Users who did none of the three are left out. The user who
/// gained most points comes first.
///
/// The rows stream: memory does not grow with their number, and the connection is busy until the
/// iterator is dropped.
///
/// ```no_run
/// # use quicksight_migrations::{analytics::{self, DateRange}, mysql::Conn};
/// # fn newcomers(conn: &mut Conn, signed_up: DateRange) -> quicksight_migrations::Result<()> {
/// for user in analytics::user_engagement(conn, signed_up)? {
///     let user = user?;
///     println!("{}: {} trips, {} points", user.user_id(), user.trips(), user.total_points());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `auth_user`, `points_transaction`, `token_transaction` and
/// `trip`. Each item may also be an error, if the connection breaks meanwhile.
pub fn user_engagement<C: Connection>(
    conn: &mut C,
    signed_up: DateRange,
) -> Result<UserEngagements<'_>> {
    Analytics::new().user_engagement(conn, signed_up)
}
