//! The effect of a campaign.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{Analytics, is_date, ratio};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// What a campaign gave out, and what its recipients did then. See
/// [`campaign_performance`].
///
/// A grant is a row of `token_transaction` with the campaign's `ap_campaign_id` and `tokens` above 0,
/// so tokens that were spent later take nothing off what was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignPerformance {
    ap_campaign_id: i32,
    name: String,
    allocated: Decimal,
    recipients: u64,
    grants: u64,
    distributed: Decimal,
    first_issue: Option<PrimitiveDateTime>,
    last_issue: Option<PrimitiveDateTime>,
    engaged_users: u64,
    trips_after: u64,
    days_to_first_trip: u64,
}

impl CampaignPerformance {
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

    /// How many users got a grant.
    #[must_use]
    pub fn recipients(&self) -> u64 {
        self.recipients
    }

    /// How many grants there were. A user may get several.
    #[must_use]
    pub fn grants(&self) -> u64 {
        self.grants
    }

    /// How many tokens were granted.
    #[must_use]
    pub fn distributed(&self) -> Decimal {
        self.distributed
    }

    /// Tokens per grant, or `None` if there was none.
    #[must_use]
    pub fn average_grant(&self) -> Option<Decimal> {
        self.distributed.checked_div(self.grants.into())
    }

    /// Tokens per recipient, or `None` if there was none.
    #[must_use]
    pub fn average_per_recipient(&self) -> Option<Decimal> {
        self.distributed.checked_div(self.recipients.into())
    }

    /// When the first grant was issued, by the service's clock.
    #[must_use]
    pub fn first_issue(&self) -> Option<PrimitiveDateTime> {
        self.first_issue
    }

    /// When the last grant was issued, by the service's clock.
    #[must_use]
    pub fn last_issue(&self) -> Option<PrimitiveDateTime> {
        self.last_issue
    }

    /// How many recipients have made a trip since their first grant.
    #[must_use]
    pub fn engaged_users(&self) -> u64 {
        self.engaged_users
    }

    /// How many trips recipients have made, each since their own first grant. A trip counts once,
    /// however many grants it follows.
    #[must_use]
    pub fn trips_after(&self) -> u64 {
        self.trips_after
    }

    /// Days from the first grant to the first trip since, as a mean over the engaged users; `None` if
    /// there are none. Days are counted as the calendar turns: tonight to tomorrow morning is 1.
    #[must_use]
    pub fn mean_days_to_first_trip(&self) -> Option<f64> {
        ratio(self.days_to_first_trip, self.engaged_users)
    }

    /// The engaged users as a part of the recipients, from 0 to 1; `None` if there are none.
    #[must_use]
    pub fn engagement_rate(&self) -> Option<f64> {
        ratio(self.engaged_users, self.recipients)
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            ap_campaign_id: columns.take()?,
            name: columns.take()?,
            allocated: columns.take()?,
            recipients: columns.take()?,
            grants: columns.take()?,
            distributed: columns.take_sum()?,
            first_issue: columns.take()?,
            last_issue: columns.take()?,
            engaged_users: columns.take()?,
            trips_after: columns.take_sum()?,
            days_to_first_trip: columns.take_sum()?,
        })
    }
}

impl Analytics {
    /// As [`campaign_performance`].
    ///
    /// # Errors
    ///
    /// As [`campaign_performance`].
    pub fn campaign_performance<C: Connection>(
        self,
        conn: &mut C,
        ap_campaign_id: i32,
    ) -> Result<Option<CampaignPerformance>> {
        // Grants are brought down to one row per recipient before trips are joined to them, and trips to
        // one row per recipient before anything is counted, so that nothing is counted twice.
        let grants = format!(
            "FROM token_transaction t WHERE t.ap_campaign_id = ? AND t.tokens > 0{}",
            self.accounts.condition(["t.user_id"])
        );
        let issued = format!("CASE WHEN {} THEN t.issued_on END", is_date("t.issued_on"));
        let has_started = is_date("r.started_on");
        let sql = format!(
            "SELECT c.ap_campaign_id, c.name, c.tokens, given.recipients, given.grants, \
             given.distributed, given.first_issue, given.last_issue, taken.engaged, taken.trips, \
             taken.days \
             FROM campaign c \
             CROSS JOIN (SELECT COUNT(DISTINCT t.user_id) AS recipients, COUNT(*) AS grants, \
             SUM(t.tokens) AS distributed, MIN({issued}) AS first_issue, \
             MAX({issued}) AS last_issue {grants}) given \
             CROSS JOIN (SELECT COUNT(*) AS engaged, SUM(trips) AS trips, \
             SUM(DATEDIFF(first_trip, first_issue)) AS days FROM ( \
             SELECT g.user_id, g.first_issue, COUNT(*) AS trips, MIN(r.started_on) AS first_trip \
             FROM (SELECT t.user_id, MIN({issued}) AS first_issue {grants} GROUP BY t.user_id) g \
             JOIN trip r ON r.user_id = g.user_id AND r.started_on >= g.first_issue \
             AND {has_started} \
             GROUP BY g.user_id, g.first_issue) engaged) taken \
             WHERE c.ap_campaign_id = ?"
        );
        let values = (ap_campaign_id, ap_campaign_id, ap_campaign_id);
        ask(conn, "sum up a campaign", &sql, values, CampaignPerformance::read)?.next().transpose()
    }
}

/// What a campaign gave out and what its recipients did then, or `None` if `campaign` has no row
/// with that `ap_campaign_id`.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics, mysql::Conn};
/// # fn tell(conn: &mut Conn) -> Result<()> {
/// if let Some(campaign) = analytics::campaign_performance(conn, 101)? {
///     // None where nobody got a token.
///     let rate = campaign.engagement_rate().unwrap_or_default();
///     println!("{}: {:.0} % of {} users", campaign.name(), 100.0 * rate, campaign.recipients());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `campaign`, `token_transaction` and `trip`.
pub fn campaign_performance<C: Connection>(
    conn: &mut C,
    ap_campaign_id: i32,
) -> Result<Option<CampaignPerformance>> {
    Analytics::new().campaign_performance(conn, ap_campaign_id)
}
