//! Campaigns and the tokens that they gave out.

use std::fmt;

use rust_decimal::Decimal;

use super::Findings;
use crate::{
    outcome::Result,
    session::{Columns, Connection, ask},
};

/// A campaign that granted more tokens than it may give out. Grants are rows of `token_transaction`
/// with `tokens` above 0, so tokens that were spent later take nothing off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverDistributedCampaign {
    ap_campaign_id: i32,
    name: String,
    allocated: Decimal,
    distributed: Decimal,
}

impl OverDistributedCampaign {
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

    /// How many tokens were granted.
    #[must_use]
    pub fn distributed(&self) -> Decimal {
        self.distributed
    }

    fn read(columns: &mut Columns) -> Result<Self> {
        Ok(Self {
            ap_campaign_id: columns.take()?,
            name: columns.take()?,
            allocated: columns.take()?,
            distributed: columns.take()?,
        })
    }
}

impl fmt::Display for OverDistributedCampaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ap_campaign_id, name, allocated, distributed } = self;
        write!(f, "campaign {ap_campaign_id} ({name}) gave out {distributed} of {allocated} tokens")
    }
}

/// The grants of one campaign after the other are summed up from `campaign_idx`, which has every
/// column that is read. A join with grants that are grouped first makes MariaDB sort them all.
pub(super) fn over_distributed<C: Connection>(
    conn: &mut C,
) -> Result<Findings<OverDistributedCampaign>> {
    let sql = "SELECT g.ap_campaign_id, g.name, g.tokens, g.distributed FROM ( \
               SELECT c.ap_campaign_id, c.name, c.tokens, (SELECT SUM(t.tokens) \
               FROM token_transaction t WHERE t.ap_campaign_id = c.ap_campaign_id \
               AND t.tokens > 0) AS distributed FROM campaign c) g \
               WHERE g.distributed > g.tokens ORDER BY g.ap_campaign_id";
    let read = OverDistributedCampaign::read;
    Findings::collect(ask(conn, "compare grants with campaigns", sql, (), read)?)
}
