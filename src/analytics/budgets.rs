//! What campaigns have left to give, and what expires.

use rust_decimal::Decimal;

use super::{Analytics, DateRange, is_date};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// The budget of one campaign. See [`campaign_budgets`].
///
/// A grant is a row of `token_transaction` with the campaign's `ap_campaign_id` and `tokens` above 0,
/// so tokens that were spent later give nothing back to the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignBudget {
    ap_campaign_id: i32,
    name: String,
    allocated: Decimal,
    granted: Decimal,
    expiring: Decimal,
}

impl CampaignBudget {
    /// The number by which the tables know the campaign.
    #[must_use]
    pub fn ap_campaign_id(&self) -> i32 {
        self.ap_campaign_id
    }

    /// `campaign.name`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many tokens the campaign may give out in all.
    #[must_use]
    pub fn allocated(&self) -> Decimal {
        self.allocated
    }

    /// How many tokens it has given out.
    #[must_use]
    pub fn granted(&self) -> Decimal {
        self.granted
    }

    /// How many tokens it may still give out; below 0 if it has given out too many.
    #[must_use]
    pub fn left(&self) -> Decimal {
        self.allocated - self.granted
    }

    /// How many of the granted tokens expire within the range. Spent ones are among them: the ledger does not
    /// say which grant a ticket was paid from, so this is the most that users can lose.
    #[must_use]
    pub fn expiring(&self) -> Decimal {
        self.expiring
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            ap_campaign_id: columns.take()?,
            name: columns.take()?,
            allocated: columns.take()?,
            granted: columns.take_sum()?,
            expiring: columns.take_sum()?,
        })
    }
}

impl Analytics {
    /// As [`campaign_budgets`].
    ///
    /// # Errors
    ///
    /// As [`campaign_budgets`].
    pub fn campaign_budgets<C: Connection>(
        self,
        conn: &mut C,
        expiring: DateRange,
    ) -> Result<Vec<CampaignBudget>> {
        let sql = format!(
            "SELECT c.ap_campaign_id, c.name, c.tokens, g.granted, g.expiring FROM campaign c \
             LEFT JOIN (SELECT t.ap_campaign_id, SUM(t.tokens) AS granted, \
             SUM(CASE WHEN t.expired_on >= ? AND t.expired_on < ? AND {} THEN t.tokens END) AS expiring \
             FROM token_transaction t WHERE t.tokens > 0{} GROUP BY t.ap_campaign_id) g \
             ON g.ap_campaign_id = c.ap_campaign_id ORDER BY c.ap_campaign_id",
            is_date("t.expired_on"),
            self.accounts.condition(["t.user_id"])
        );
        let values = (expiring.start(), expiring.end());
        ask(conn, "sum up the budgets of campaigns", &sql, values, CampaignBudget::read)?.collect()
    }
}

/// What each campaign has given out and has left, and which of its tokens expire in a range of days; in
/// the order of their numbers.
///
/// A budget is a matter of every grant there ever was: all of `token_transaction` is read, once.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn};
/// # fn tell(conn: &mut Conn, next_month: DateRange) -> Result<()> {
/// for campaign in analytics::campaign_budgets(conn, next_month)? {
///     println!("{}: {} left, {} expire", campaign.name(), campaign.left(), campaign.expiring());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `campaign` and `token_transaction`.
pub fn campaign_budgets<C: Connection>(
    conn: &mut C,
    expiring: DateRange,
) -> Result<Vec<CampaignBudget>> {
    Analytics::new().campaign_budgets(conn, expiring)
}
