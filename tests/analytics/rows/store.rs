//! The rows in their tables.

use mysql::{Conn, Value, prelude::Queryable};

use super::Rows;

impl Rows {
    /// Makes the tables hold these rows and no others.
    pub(crate) fn store(&self, conn: &mut Conn) {
        fill(conn, "auth_user (id, first_name, last_name, enterprise_id, created_on, is_debug)", {
            self.users.iter().map(|user| {
                let (id, name) = (user.id, format!("First {}", user.id));
                [
                    id.into(),
                    name.into(),
                    Value::NULL,
                    (id * 10).into(),
                    user.created_on.into(),
                    user.is_debug.into(),
                ]
            })
        });
        fill(
            conn,
            "points_transaction (user_id, activity_type, points, balance, created_on, payer, payee)",
            self.points.iter().map(|row| {
                [
                    row.user_id.into(),
                    row.activity.into(),
                    row.points.into(),
                    0.into(),
                    row.created_on.into(),
                    row.payer.into(),
                    row.payee.into(),
                ]
            }),
        );
        fill(
            conn,
            "token_transaction \
             (user_id, ap_campaign_id, tokens, created_on, issued_on, expired_on)",
            self.tokens.iter().map(|row| {
                [
                    row.user_id.into(),
                    row.ap_campaign_id.into(),
                    row.tokens.into(),
                    row.created_on.into(),
                    row.issued_on.into(),
                    row.expired_on.into(),
                ]
            }),
        );
        fill(
            conn,
            "bytemark_order_payments (user_id, order_id, payment_type, total_price, created_on)",
            self.payments.iter().map(|row| {
                [
                    row.user_id.into(),
                    1.into(),
                    row.kind.into(),
                    row.total_price.into(),
                    row.created_on.into(),
                ]
            }),
        );
        self.store_travels(conn);
    }

    fn store_travels(&self, conn: &mut Conn) {
        fill(conn, "trip (user_id, role, travel_mode, started_on, distance)", {
            self.trips.iter().map(|row| {
                [
                    row.user_id.into(),
                    row.role.into(),
                    row.travel_mode.into(),
                    row.started_on.into(),
                    row.distance.into(),
                ]
            })
        });
        fill(
            conn,
            "cm_activity_location \
             (user_id, o_id, d_id, travel_mode, probability_driving, probability_transit)",
            self.habits.iter().map(|row| {
                [
                    row.user_id.into(),
                    row.o_id.into(),
                    row.d_id.into(),
                    row.travel_mode.into(),
                    row.driving.into(),
                    row.transit.into(),
                ]
            }),
        );
        fill(conn, "campaign (ap_campaign_id, name, tokens)", {
            self.campaigns.iter().map(|row| {
                let name = format!("Campaign {}", row.ap_campaign_id);
                [row.ap_campaign_id.into(), name.into(), row.tokens.into()]
            })
        });
        fill(
            conn,
            "referral_history \
             (sender_user_id, receiver_user_id, receiver_device_id, ap_campaign_id, created_at)",
            self.referrals.iter().map(|row| {
                [
                    row.sender.into(),
                    row.receiver.into(),
                    row.receiver.to_string().into(),
                    row.ap_campaign_id.into(),
                    row.created_at.into(),
                ]
            }),
        );
    }
}

fn fill<const N: usize>(conn: &mut Conn, into: &str, rows: impl Iterator<Item = [Value; N]>) {
    let (table, _) = into.split_once(' ').expect("a table and its columns");
    conn.query_drop(format!("DELETE FROM {table}")).expect("empty the table");
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let one = format!("({})", ["?"; N].join(", "));
    let sql = format!("INSERT INTO {into} VALUES {}", vec![one; rows.len()].join(", "));
    conn.exec_drop(sql, rows.concat()).expect("fill the table");
}
