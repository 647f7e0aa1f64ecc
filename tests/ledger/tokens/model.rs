//! Whatever is granted and spent at whatever moment, the ledger is that of a plain model.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    ledger::{
        Account,
        tokens::{self, NewTokenGrant, NewTokenSpending},
        us_central,
    },
    rust_decimal::Decimal,
    time::{Duration, OffsetDateTime, PrimitiveDateTime},
};

use super::{DAY, NOON, assert_running_sums, has, rows, token};
use crate::{clock::stop_clock, points, users};

/// A plain list of grants, from which the one that expires first is taken.
#[derive(Default)]
struct Model {
    grants: Vec<(PrimitiveDateTime, Decimal)>,
    balance: Decimal,
}

impl Model {
    fn spendable(&self, now: PrimitiveDateTime) -> Decimal {
        self.grants.iter().filter(|(expiry, _)| now < *expiry).map(|(_, left)| left).sum()
    }

    fn spend(&mut self, now: PrimitiveDateTime, mut tokens: Decimal) -> bool {
        if tokens > self.spendable(now) {
            return false;
        }
        self.balance -= tokens;
        while !tokens.is_zero() {
            let valid =
                self.grants.iter_mut().filter(|(expiry, left)| now < *expiry && !left.is_zero());
            let (_, left) = valid.min_by_key(|(expiry, _)| *expiry).unwrap();
            let taken = tokens.min(*left);
            *left -= taken;
            tokens -= taken;
        }
        true
    }
}

#[test]
fn the_ledger_is_what_a_plain_model_says() {
    let (_db, mut conn) = users(1);
    let dice = &mut fastrand::Rng::with_seed(7);
    for _ in 0..10 {
        conn.query_drop("DELETE FROM token_transaction").unwrap();
        let (mut model, mut unix) = (Model::default(), NOON);
        for _ in 0..40 {
            unix += dice.i64(0..DAY);
            stop_clock(&mut conn, unix);
            let now = us_central(OffsetDateTime::from_unix_timestamp(unix).unwrap());
            let tokens = points(dice.i64(1..10_00));
            if dice.bool() {
                let expiry = now + Duration::seconds(dice.i64(1..10 * DAY));
                let new = NewTokenGrant::new(Account::user(1), token(3), tokens, expiry);
                let recorded = tokens::grant(&mut conn, &new).unwrap();
                model.grants.push((expiry, tokens));
                model.balance += tokens;
                assert_eq!(recorded.balance(), model.balance);
            } else {
                let new = NewTokenSpending::new(Account::user(1), token(3), tokens);
                let recorded = tokens::spend(&mut conn, &new);
                assert_eq!(
                    recorded.is_ok(),
                    model.spend(now, tokens),
                    "{tokens} at {now}: {recorded:?}"
                );
            }
            assert_eq!(has(&mut conn), (model.balance, model.spendable(now)), "at {now}");
        }
        assert_running_sums(&rows(&mut conn));
    }
}
