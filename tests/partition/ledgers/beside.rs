//! Retention beside those who write.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use quicksight_migrations::{
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, SystemAccount,
        record_points_transaction, record_points_transfer,
    },
    partition::{self, Table},
    rust_decimal::Decimal,
};

use super::{accounts, apply, assert_clean, balances, filled, noon};
use crate::{look, months, on};

/// Ends the writers, also where something else has failed.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Each writer knows what it recorded; so much, and no more, is what the accounts have in the end.
#[test]
fn balances_are_those_of_all_who_wrote_meanwhile() {
    let db = filled();
    apply(&db, Table::PointsTransaction, &months());
    let start = balances(&mut db.conn());
    let is_over = AtomicBool::new(false);

    let moved: Vec<_> = thread::scope(|scope| {
        let over = Over(&is_over);
        let writers: Vec<_> = (0..3)
            .map(|number: usize| {
                let (mut conn, is_over) = (db.conn(), &is_over);
                scope.spawn(move || {
                    let mut dice = fastrand::Rng::with_seed(number as u64);
                    let mut moved = Vec::new();
                    while !is_over.load(Ordering::Relaxed) {
                        let users = [1, 2, 3, 4, 9].map(Account::user);
                        let user = users[dice.usize(..users.len())];
                        // Any month, also one that goes at this moment or is gone.
                        let moment = noon(dice.u8(1..=3), dice.u8(1..=28));
                        // The same movement twice would be a duplicate.
                        let note = format!("{number} {}", moved.len());
                        if dice.bool() {
                            let payer = SystemAccount::ALL[dice.usize(..3)].into();
                            let ends = Ends { payer, payee: user };
                            let new =
                                NewPointsTransfer::new(ends, Activity::CampaignReward, 3.into());
                            record_points_transfer(&mut conn, &new.created_on(moment).note(note))
                                .unwrap();
                            moved.extend([(payer, -3), (user, 3)]);
                        } else {
                            let new = NewPointsTransaction::new(user, Activity::Purchase, 5.into());
                            record_points_transaction(
                                &mut conn,
                                &new.created_on(moment).note(note),
                            )
                            .unwrap();
                            moved.push((user, 5));
                        }
                    }
                    moved
                })
            })
            .collect();
        for month in [3, 4] {
            let layout = look(&db, Table::PointsTransaction);
            let plan = partition::plan(&layout, on(2026, month, 10), &super::retain()).unwrap();
            let report = plan.apply(&mut db.conn()).unwrap();
            assert_eq!(report.dropped().len(), 1, "{report}");
        }
        drop(over);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });

    assert!(!moved.is_empty());
    let mut conn = db.conn();
    let end = balances(&mut conn);
    for (account, (before, after)) in accounts().iter().zip(start.iter().zip(&end)) {
        let gained: i64 = moved.iter().filter(|(of, _)| of == account).map(|(_, by)| by).sum();
        assert_eq!(after.1, before.1 + Decimal::from(gained), "{account}");
    }
    assert_clean(&mut conn);
}
