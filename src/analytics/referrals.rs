//! From referral to first trip.

use super::{Analytics, DateRange, is_date, ratio};
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// What became of the users who came by the invitations of one campaign. See [`referral_conversion`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferralConversion {
    ap_campaign_id: u32,
    referrals: u64,
    converted: u64,
    days_to_first_trip: u64,
}

impl ReferralConversion {
    /// The campaign of the invitations, as `referral_history.ap_campaign_id`.
    #[must_use]
    pub fn ap_campaign_id(&self) -> u32 {
        self.ap_campaign_id
    }

    /// How many users came by invitation.
    #[must_use]
    pub fn referrals(&self) -> u64 {
        self.referrals
    }

    /// How many of them have started a trip since, within the range.
    #[must_use]
    pub fn converted(&self) -> u64 {
        self.converted
    }

    /// The conversion rate: the converted as a part of the referrals, from 0 to 1.
    #[must_use]
    pub fn conversion_rate(&self) -> f64 {
        ratio(self.converted, self.referrals).unwrap_or_default()
    }

    /// Days from the referral to the first trip since, as a mean over the converted; `None` if there are
    /// none. Days are counted as the calendar turns: tonight to tomorrow morning is 1.
    #[must_use]
    pub fn mean_days_to_first_trip(&self) -> Option<f64> {
        ratio(self.days_to_first_trip, self.converted)
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            ap_campaign_id: columns.take()?,
            referrals: columns.take()?,
            converted: columns.take()?,
            days_to_first_trip: columns.take_sum()?,
        })
    }
}

impl Analytics {
    /// As [`referral_conversion`].
    ///
    /// # Errors
    ///
    /// As [`referral_conversion`].
    pub fn referral_conversion<C: Connection>(
        self,
        conn: &mut C,
        range: DateRange,
    ) -> Result<Vec<ReferralConversion>> {
        let sql = format!(
            "SELECT r.ap_campaign_id, COUNT(*), COUNT(r.first_trip), \
             SUM(DATEDIFF(r.first_trip, r.created_at)) FROM ( \
             SELECT h.ap_campaign_id, h.created_at, (SELECT MIN(t.started_on) FROM trip t \
             WHERE t.user_id = h.receiver_user_id AND t.started_on >= h.created_at \
             AND t.started_on < ? AND {}) AS first_trip \
             FROM referral_history h WHERE h.created_at >= ? AND h.created_at < ? AND {}{}) r \
             GROUP BY r.ap_campaign_id ORDER BY r.ap_campaign_id",
            is_date("t.started_on"),
            is_date("h.created_at"),
            self.accounts.condition(["h.receiver_user_id", "h.sender_user_id"])
        );
        let values = (range.end(), range.start(), range.end());
        let action = "count who travels after a referral";
        ask(conn, action, &sql, values, ReferralConversion::read)?.collect()
    }
}

/// How many of the users who came by invitation in a range of days have made their first trip since, before
/// the range ends, and after how many days: for each campaign, in the order of their numbers. Campaigns
/// without a referral are left out.
///
/// A referral counts on the day of `referral_history.created_at`, which no index has: all referrals are
/// read, one row for each user who came so.
///
/// ```no_run
/// # use quicksight_migrations::{Result, analytics::{self, DateRange}, mysql::Conn};
/// # fn tell(conn: &mut Conn, year: DateRange) -> Result<()> {
/// for campaign in analytics::referral_conversion(conn, year)? {
///     let rate = 100.0 * campaign.conversion_rate();
///     println!("{}: {rate:.0} % travelled", campaign.ap_campaign_id());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`daily_revenue`](super::daily_revenue), with `SELECT` on `referral_history` and `trip`.
pub fn referral_conversion<C: Connection>(
    conn: &mut C,
    range: DateRange,
) -> Result<Vec<ReferralConversion>> {
    Analytics::new().referral_conversion(conn, range)
}
