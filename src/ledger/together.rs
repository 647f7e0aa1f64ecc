//! The calls for a transaction of the caller, who has rows of its own in it.

use mysql::Transaction;

use super::{
    NewPointsTransaction, NewPointsTransfer, PointsTransaction, PointsTransfer, order,
    record::{callers, only},
};
use crate::outcome::{Error, Result};

/// As [`record_points_transaction`](super::record_points_transaction), in a transaction of the caller: see [Together with rows of your
/// own](crate::ledger#together-with-rows-of-your-own).
///
/// A connection is not a transaction, which would end with the first statement:
///
/// ```compile_fail
/// # use quicksight_migrations::{mysql::Conn, ledger::*};
/// fn redeem(conn: &mut Conn, cost: &NewPointsTransaction) {
///     record_points_transaction_in(conn, cost);
/// }
/// ```
///
/// # Errors
///
/// - [`Refused`](crate::Error::Refused): nothing was recorded, and the transaction can go on.
/// - All others of [`record_points_transaction`](super::record_points_transaction) but `OpenTransaction` and `CommitUnknown`: roll
///   back, and if [`is_retryable`](crate::Error::is_retryable) begin again.
pub fn record_points_transaction_in(
    transaction: &mut Transaction<'_>,
    new: &NewPointsTransaction,
) -> Result<PointsTransaction> {
    new.check().map_err(Error::Refused)?;
    Ok(only(callers(transaction, &[new.into()]))?.transaction(new))
}

/// As [`record_points_transfer`](super::record_points_transfer), in a transaction of the caller: see [Together with rows of your
/// own](crate::ledger#together-with-rows-of-your-own).
///
/// # Errors
///
/// As [`record_points_transaction_in`].
pub fn record_points_transfer_in(
    transaction: &mut Transaction<'_>,
    new: &NewPointsTransfer,
) -> Result<PointsTransfer> {
    new.check().map_err(Error::Refused)?;
    Ok(only(callers(transaction, &[new.into()]))?.transfer(new))
}

/// As [`record_points_transfers`](super::record_points_transfers), in a transaction of the caller: see [Together with rows of your
/// own](crate::ledger#together-with-rows-of-your-own).
///
/// # Errors
///
/// As [`record_points_transaction_in`].
pub fn record_points_transfers_in(
    transaction: &mut Transaction<'_>,
    new: &[NewPointsTransfer],
) -> Result<Vec<PointsTransfer>> {
    let orders = order::several(new)?;
    let booked = callers(transaction, &orders)?;
    Ok(booked.iter().zip(new).map(|(booked, new)| booked.transfer(new)).collect())
}
