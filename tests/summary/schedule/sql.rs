//! Rows of the model as SQL.

use quicksight_migrations::summary::Source;

use crate::model::Row;

/// The table, and its columns.
pub(super) fn columns(source: Source) -> (&'static str, &'static str) {
    match source {
        Source::Points => {
            ("points_transaction", "created_on, user_id, activity_type, points, payer, balance")
        }
        Source::Tokens => ("token_transaction", "created_on, user_id, tokens"),
        Source::Tickets => {
            ("bytemark_order_payments", "created_on, user_id, payment_type, total_price, order_id")
        }
        _ => ("trip", "started_on, user_id, travel_mode, distance"),
    }
}

pub(super) fn values(source: Source, row: &Row) -> Vec<String> {
    let amount = format!("{:.2}", f64::from(row.amount) / 100.0);
    let (at, user) = (format!("'{}'", row.at), row.user.to_string());
    let kind = row.kind.to_string();
    match source {
        Source::Points => vec![at, user, kind, amount, row.payer.to_string(), "0".into()],
        Source::Tokens => vec![at, user, amount],
        Source::Tickets => {
            let kind = row.payment_type().map_or("NULL".into(), |kind| format!("'{kind}'"));
            vec![at, user, kind, amount, "1".into()]
        }
        _ => vec![at, user, kind, format!("{:?}", row.metres())],
    }
}

pub(super) fn insert(source: Source, rows: &[Row]) -> String {
    let (table, columns) = columns(source);
    let rows: Vec<_> =
        rows.iter().map(|row| format!("({})", values(source, row).join(", "))).collect();
    format!("INSERT INTO {table} ({columns}) VALUES {}", rows.join(", "))
}

/// Gives each movement of points the balance that it leads to, from the opening balance of its account on.
pub(super) const SOUND_BALANCES: [&str; 2] = [
    "UPDATE points_transaction p JOIN points_opening o ON o.user_id = p.user_id AND o.through_id = p.id \
     SET p.balance = o.balance",
    "UPDATE points_transaction p JOIN (SELECT t.id, COALESCE(o.balance, 0) + SUM(t.points) OVER \
      (PARTITION BY t.user_id ORDER BY t.id) AS balance FROM points_transaction t LEFT JOIN points_opening o \
      ON o.user_id = t.user_id WHERE t.id > COALESCE(o.through_id, 0)) s ON s.id = p.id SET p.balance = s.balance",
];
