//! What the server has made of an order.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    Account,
    accounts::with_hundredths,
    entry::{PointsTransaction, PointsTransfer},
    movement::{NewPointsTransaction, NewPointsTransfer},
    order::Order,
};
use crate::outcome::{Ledger, Unconfirmed};

/// The rows of an order, of which there may be one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Booked {
    pub(super) moment: PrimitiveDateTime,
    pub(super) rows: [BookedRow; 2],
    /// It was recorded by an earlier call.
    pub(super) replay: bool,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BookedRow {
    pub(super) id: i64,
    pub(super) balance: Decimal,
}

impl Booked {
    pub(super) fn transaction(&self, new: &NewPointsTransaction) -> PointsTransaction {
        let [row, _] = self.rows;
        PointsTransaction {
            id: row.id,
            account: new.account,
            activity: new.occasion.activity,
            points: with_hundredths(new.points),
            balance: row.balance,
            note: new.occasion.note.clone(),
            created_on: self.moment,
            payer: new.payer,
            payee: new.payee,
            ref_transaction_id: 0,
            replay: self.replay,
        }
    }

    pub(super) fn transfer(&self, new: &NewPointsTransfer) -> PointsTransfer {
        let [debit, credit] = self.rows;
        let half = |account: Account, points, row: BookedRow, other: BookedRow| PointsTransaction {
            id: row.id,
            account,
            activity: new.occasion.activity,
            points: with_hundredths(points),
            balance: row.balance,
            note: new.occasion.note.clone(),
            created_on: self.moment,
            payer: Some(new.ends.payer),
            payee: Some(new.ends.payee),
            ref_transaction_id: other.id,
            replay: self.replay,
        };
        PointsTransfer {
            debit: half(new.ends.payer, -new.points, debit, credit),
            credit: half(new.ends.payee, new.points, credit, debit),
        }
    }

    /// What to look for where the commit of this is not confirmed. `None`: it was there before.
    pub(super) fn unconfirmed(&self, order: &Order<'_>) -> Option<Unconfirmed> {
        let ([row, _], leg) = (self.rows, order.legs.first()?);
        (!self.replay).then_some(Unconfirmed {
            ledger: Ledger::Points,
            id: row.id,
            account: leg.account,
            amount: with_hundredths(leg.points),
            balance: row.balance,
            created_on: self.moment,
        })
    }
}
