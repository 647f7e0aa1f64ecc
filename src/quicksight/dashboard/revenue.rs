//! What comes in: points, tokens, payments for tickets, and the gift cards that points become.

use super::{
    Dashboard, Dimension, Grain, Measure, POINTS, Sheet, Source, TOKENS, Unit, VisualKind, count,
    sum, text,
};

const PAYMENTS: Source = Source::dated("payments", "payment_created_on");
const GIFT_CARDS: Source = Source::dated("gift-cards", "redeem_created_on");

pub(super) fn dashboard() -> Dashboard {
    let gained = || sum("points_gained", "points gained", Unit::Points);
    let granted = || sum("tokens_granted", "tokens granted", Unit::Tokens);
    let paid = || sum("payment_total_price", "US dollars for tickets", Unit::UsDollars);
    let rows = vec![
        vec![
            POINTS.kpi("points-gained", "Points gained", gained()),
            TOKENS.kpi("tokens-granted", "Tokens granted", granted()),
            PAYMENTS.kpi("tickets-paid", "Paid for tickets", paid()),
            GIFT_CARDS.kpi("gift-cards-bought", "Gift cards", cards()),
        ],
        vec![
            POINTS.line("points-by-day", "Points gained by day", gained()),
            TOKENS.line("tokens-by-day", "Tokens granted by day", granted()),
            PAYMENTS.line("tickets-by-day", "Paid for tickets by day", paid()),
        ],
        vec![
            POINTS.bar("points-by-activity", "What points were gained for", ACTIVITY, gained()),
            PAYMENTS.bar("tickets-by-type", "With what tickets were paid", PAYMENT_TYPE, paid()),
        ],
        vec![
            POINTS
                .visual(VisualKind::Table, "points-table", "Points by activity")
                .by(ACTIVITY)
                .with(gained())
                .with(sum("points_positive", "all gains", Unit::Points))
                .with(sum("points_negative", "all losses", Unit::Points))
                .with(count("points_transaction_id", "movements", Unit::Movements)),
            PAYMENTS
                .visual(VisualKind::Table, "tickets-table", "Payments by day and type")
                .by(Dimension { column: "payment_created_on", title: "day", grain: Grain::Day })
                .by(PAYMENT_TYPE)
                .with(count("order_payment_id", "payments", Unit::Movements))
                .with(paid()),
        ],
    ];
    Dashboard {
        id: "revenue",
        title: "Transactions and revenue",
        days: 30,
        sheets: vec![Sheet { title: "Revenue", rows }],
    }
}

const ACTIVITY: Dimension = text("points_activity", "activity");
const PAYMENT_TYPE: Dimension = text("payment_type", "payment type");

fn cards() -> Measure {
    count("redeem_transaction_id", "gift cards", Unit::Movements)
}
