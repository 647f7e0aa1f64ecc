//! What campaigns give, and what becomes of it.

use super::{
    Aggregate, Dashboard, Dimension, Filter, Measure, Sheet, Source, TOKENS, TRIPS, Unit,
    VisualKind, count, number, sum, text, trips,
};

/// By the day on which tokens expire.
const EXPIRING: Source = Source::dated("tokens", "tokens_expired_on");
const ALL_TOKENS: Source = Source::whole("tokens");
const CAMPAIGNS: Source = Source::whole("campaigns");
const REFERRALS: Source = Source::dated("referrals", "referral_created_at");

const NAME: Dimension = text("campaign_name", "campaign");
const NUMBER: Dimension = number("ap_campaign_id", "number");
const GRANTS: Filter = Filter::Above("tokens", 0);

pub(super) fn dashboard() -> Dashboard {
    let granted = || sum("tokens_granted", "tokens granted", Unit::Tokens);
    let spent = || sum("tokens_spent", "tokens spent, below 0", Unit::Tokens);
    let recipients = || who("tokens_recipient", "users who got tokens");
    let spenders = || who("tokens_spender", "users who spent tokens");
    let invited = || count("referral_id", "users who were invited", Unit::Users);
    let rows = vec![
        vec![
            TOKENS.kpi("recipients", "Users who got tokens", recipients()),
            TOKENS.kpi("campaign-tokens-granted", "Tokens granted", granted()),
            TOKENS.kpi("campaign-tokens-spent", "Tokens spent", spent()),
            REFERRALS.kpi("invited", "Users who were invited", invited()),
        ],
        vec![
            TOKENS
                .line("campaign-tokens-by-day", "Tokens granted and spent by day", granted())
                .with(spent()),
            TRIPS.line("campaign-trips-by-day", "Trips by day", trips()),
        ],
        vec![
            TOKENS
                .bar("recipients-by-campaign", "Users who got and spent tokens", NAME, recipients())
                .with(spenders()),
            EXPIRING
                .bar("expiring-by-campaign", "Tokens that expire in these days", NAME, granted())
                .only(GRANTS),
            REFERRALS.bar("invited-by-campaign", "Users who were invited", NAME, invited()),
        ],
        vec![
            ALL_TOKENS
                .visual(
                    VisualKind::Table,
                    "campaigns-table",
                    "What campaigns gave, and what was spent",
                )
                .by(NUMBER)
                .by(NAME)
                .with(recipients())
                .with(spenders())
                .with(count("tokens_granted", "grants", Unit::Movements))
                .with(granted())
                .with(spent()),
            CAMPAIGNS
                .visual(VisualKind::Table, "budgets-table", "What campaigns may give")
                .by(NUMBER)
                .by(NAME)
                .with(Measure {
                    column: "campaign_tokens",
                    title: "tokens to grant in all",
                    unit: Unit::Tokens,
                    aggregate: Aggregate::Max,
                }),
        ],
    ];
    Dashboard {
        id: "campaigns",
        title: "Campaigns and their effect",
        days: 90,
        sheets: vec![Sheet { title: "Campaigns", rows }],
    }
}

fn who(column: &'static str, title: &'static str) -> Measure {
    Measure { column, title, unit: Unit::Users, aggregate: Aggregate::DistinctCount }
}
