//! Payments of tickets, with points or tokens.

use std::fmt;

use time::{Duration, PrimitiveDateTime};

use super::{
    calendar::Sql,
    insert::Loader,
    money::{Hundredths, Price},
    people::id,
};

pub(super) const TICKET: Price = Price { least: 125, most: 625, step: 125 };

/// The number of an order, shown as the key that the ledger notes down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order(usize);

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b7e4a1c0-5d2f-4000-8000-{:012x}", self.0)
    }
}

struct Payment {
    order: Order,
    user: usize,
    price: i64,
    /// 0 for points.
    token: usize,
    when: PrimitiveDateTime,
}

/// What the ledgers have paid for so far.
#[derive(Default)]
pub(super) struct Payments(Vec<Payment>);

impl Payments {
    pub(super) fn add(
        &mut self,
        user: usize,
        price: i64,
        token: usize,
        when: PrimitiveDateTime,
    ) -> Order {
        let order = Order(self.0.len() + 1);
        self.0.push(Payment { order, user, price, token, when });
        order
    }

    pub(super) fn insert(&mut self, loader: &mut Loader<'_>) -> mysql::Result<()> {
        self.0.sort_by_key(|payment| payment.when);
        let mut insert = loader.fill(
            "bytemark_order_payments",
            "id, payment_id, payment_type, total_price, user_id, order_id, order_uuid, created_on, \
             f_token_id",
            self.0.len(),
        )?;
        for (number, Payment { order, user, price, token, when }) in (1..).zip(&self.0) {
            let (kind, payment) = if *token == 0 { ("coins", 0) } else { ("tokens", number) };
            insert.row(format_args!(
                "{number}, {payment}, '{kind}', {}, {}, {}, '{order}', {}, {token}",
                Hundredths(*price),
                id(*user),
                order.0,
                Sql(*when),
            ))?;
        }
        insert.finish()
    }

    /// One pass for each payment. Most are used some hours later.
    pub(super) fn insert_passes(
        &self,
        loader: &mut Loader<'_>,
        end: PrimitiveDateTime,
    ) -> mysql::Result<()> {
        let mut insert = loader.fill(
            "bytemark_order_items",
            "id, order_id, order_uuid, product_uuid, pass_uuid",
            self.0.len(),
        )?;
        for Payment { order, .. } in &self.0 {
            let number = order.0;
            insert.row(format_args!("{number}, {number}, '{order}', 'single', 'pass-{number}'"))?;
        }
        insert.finish()?;

        let later =
            |order: usize| Duration::minutes(5 + i64::try_from(order % 900).expect("some minutes"));
        let used: Vec<_> = self
            .0
            .iter()
            .filter(|payment| payment.order.0 % 9 > 0)
            .map(|payment| (payment.order.0, payment.when + later(payment.order.0)))
            // Late at night nothing runs, and on one night there is no such hour.
            .filter(|(_, when)| *when < end && when.hour() > 3)
            .collect();
        let mut insert = loader.fill("bytemark_pass", "id, pass_uuid, time_used", used.len())?;
        for (number, (order, when)) in (1..).zip(&used) {
            insert.row(format_args!("{number}, 'pass-{order}', {}", Sql(*when)))?;
        }
        insert.finish()
    }
}
