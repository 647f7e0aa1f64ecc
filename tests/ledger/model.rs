//! Whatever is recorded in whatever order, the ledger is that of a plain model.

use std::{cell::RefCell, collections::HashMap};

use mysql::prelude::Queryable;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use quicksight_migrations::{
    ledger::{Activity, record_points_transaction, record_points_transfer},
    rust_decimal::Decimal,
};

use crate::{assert_running_sums, ledger, movement, payment, users};

const MOST: Decimal = Decimal::from_parts(1_410_065_407, 2, 0, false, 2);

#[derive(Debug, Clone)]
enum Step {
    Move { account: i32, points: Decimal, covered: bool },
    Pay { from: i32, to: i32, points: Decimal, covered: bool },
}

/// Accounts 1 and 2 are users, 3 is nobody, 2000 is the system's.
fn account() -> impl Strategy<Value = i32> {
    prop::sample::select(vec![1, 1, 2, 2, 3, 2000])
}

fn points() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        8 => (-3_000_i64..3_000).prop_map(|hundredths| Decimal::new(hundredths, 2)),
        1 => (-3_000_i64..3_000).prop_map(|thousandths| Decimal::new(thousandths, 3)),
        1 => prop::sample::select(vec![MOST, -MOST, MOST + MOST]),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one =
        prop_oneof![
            (account(), points(), any::<bool>())
                .prop_map(|(account, points, covered)| Step::Move { account, points, covered }),
            (account(), account(), points(), any::<bool>())
                .prop_map(|(from, to, points, covered)| Step::Pay { from, to, points, covered }),
        ];
    vec(one, 1..12)
}

/// What every account has, and what was moved: account and points.
#[derive(Default)]
struct Model {
    balances: HashMap<i32, Decimal>,
    rows: Vec<(i32, Decimal)>,
}

impl Model {
    fn has(&self, account: i32) -> Decimal {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    fn may(&self, account: i32, points: Decimal, covered: bool) -> bool {
        let after = self.has(account) + points;
        [1, 2, 2000].contains(&account)
            && (points * Decimal::ONE_HUNDRED).fract().is_zero()
            && points.abs() <= MOST
            && after.abs() <= MOST
            && !(covered && points < Decimal::ZERO && after < Decimal::ZERO)
    }

    fn add(&mut self, account: i32, points: Decimal) {
        *self.balances.entry(account).or_default() += points;
        self.rows.push((account, points));
    }

    /// Whether the step is taken.
    fn take(&mut self, step: &Step) -> bool {
        match *step {
            Step::Move { account, points, covered } => {
                let may = self.may(account, points, covered);
                if may {
                    self.add(account, points);
                }
                may
            }
            Step::Pay { from, to, points, covered } => {
                let may = from != to
                    && points > Decimal::ZERO
                    && self.may(from, -points, covered)
                    && self.may(to, points, false);
                if may {
                    self.add(from, -points);
                    self.add(to, points);
                }
                may
            }
        }
    }
}

#[test]
fn the_ledger_is_what_a_plain_model_says() {
    let (_db, conn) = users(2);
    let conn = RefCell::new(conn);
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            let conn = &mut *conn.borrow_mut();
            conn.query_drop("DELETE FROM points_transaction").unwrap();
            let mut model = Model::default();
            for step in &steps {
                let taken = match *step {
                    Step::Move { account, points, covered } => {
                        let new = movement(account, Activity::Adjustment, points);
                        let new = if covered { new.refuse_overdraft() } else { new };
                        record_points_transaction(conn, &new).is_ok()
                    }
                    Step::Pay { from, to, points, covered } => {
                        let new = payment(from, to, Activity::Adjustment, points);
                        let new = if covered { new.refuse_overdraft() } else { new };
                        record_points_transfer(conn, &new).is_ok()
                    }
                };
                prop_assert_eq!(taken, model.take(step), "{:?}", step);
            }
            let rows = ledger(conn);
            assert_running_sums(&rows);
            let moved: Vec<_> = rows.iter().map(|row| (row.user_id, row.points)).collect();
            prop_assert_eq!(moved, model.rows);
            Ok(())
        })
        .unwrap();
}
