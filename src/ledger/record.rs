//! What is done in the transaction of a movement: lock the accounts, claim the keys, read the balances,
//! append.

use std::collections::BTreeSet;

use mysql::{Conn, Transaction, prelude::Queryable};

use super::{
    ACTION, Account,
    accounts::{Locked, Read, balance, begin_and_lock, lock, newest},
    append::{append, last},
    booked::{Booked, BookedRow},
    commit::{Whose, Work, command, committed_from},
    key,
    order::Order,
    sql::nothing,
};
use crate::{
    outcome::{Error, Refusal, Result},
    session::echo,
};

/// How many statements go into the packet of a commit: all of them, unless there are hundreds of payments.
const WITH_COMMIT: usize = 2;

/// Records all of the orders or none, in a transaction of its own.
pub(super) fn ours(conn: &mut Conn, orders: &[Order<'_>]) -> Result<Vec<Booked>> {
    ours_if(conn, orders, |_, booked| booked)
}

/// The same, but `look` has the last word on what was booked, before the commit.
pub(super) fn ours_if(
    conn: &mut Conn,
    orders: &[Order<'_>],
    look: impl Fn(&mut Conn, Result<Vec<Booked>>) -> Result<Vec<Booked>>,
) -> Result<Vec<Booked>> {
    let accounts = accounts(orders);
    let work = |conn: &mut Conn, locked: Option<Locked>| {
        let read = locked.map_or(Ok(None), |locked| locked.read(&accounts));
        let read = read.map_err(|error| blamed(error, orders));
        let modified_on = read.as_ref().ok().and_then(|read| read.as_ref()?.modified_on);
        let booked = read.and_then(|read| book(conn, orders, &accounts, Whose::Ours, read));
        let done = look(conn, booked)?;
        let mut before = last(orders, &done, modified_on);
        let last = before.split_off(before.len().saturating_sub(WITH_COMMIT));
        before.iter().try_for_each(|sql| command(conn, sql))?;
        Ok(Work { done, last })
    };
    let unanswered = |booked: Vec<Booked>, source| {
        match booked.iter().zip(orders).find_map(|(booked, order)| booked.unconfirmed(order)) {
            Some(movement) => Err(Error::CommitUnknown { movement: Box::new(movement), source }),
            // Nothing was written that could be lost.
            None => Ok(booked),
        }
    };
    committed_from(conn, |conn| begin_and_lock(conn, &accounts), work, unanswered)
}

/// Records the orders in a transaction of the caller, who ends it.
pub(super) fn callers(
    transaction: &mut Transaction<'_>,
    orders: &[Order<'_>],
) -> Result<Vec<Booked>> {
    echo(transaction, "").map_err(|unheard| unheard.answer_to(ACTION))?;
    let booked = book(transaction, orders, &accounts(orders), Whose::Callers, None)?;
    last(orders, &booked, None).iter().try_for_each(|sql| command(transaction, sql))?;
    Ok(booked)
}

/// The only one of several that was asked for alone.
pub(super) fn only<T>(several: Result<Vec<T>>) -> Result<T> {
    several?.pop().ok_or_else(|| nothing(ACTION))
}

fn accounts(orders: &[Order<'_>]) -> BTreeSet<Account> {
    orders.iter().flat_map(Order::accounts).collect()
}

/// `read` is what was read of the accounts when they were locked.
fn book<Q: Queryable>(
    conn: &mut Q,
    orders: &[Order<'_>],
    accounts: &BTreeSet<Account>,
    whose: Whose,
    read: Option<Read>,
) -> Result<Vec<Booked>> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    if read.is_none() {
        lock(conn, accounts, whose).map_err(|error| blamed(error, orders))?;
    }
    let known = key::claim(conn, orders)?;
    // To wait for a key changes nothing of accounts that are locked.
    let read = read.map_or_else(|| newest(conn, accounts, whose), Ok)?;
    let mut booked = reckoned(orders, known, read)?;
    append(conn, orders, &mut booked)?;
    key::keep(conn, orders, &booked)?;
    Ok(booked)
}

/// Names the first order that an unknown account is part of.
fn blamed(error: Error, orders: &[Order<'_>]) -> Error {
    let Error::Refused(Refusal::UnknownAccount { account }) = error else { return error };
    let order = orders.iter().find(|order| order.accounts().any(|one| one == account));
    let refusal = Refusal::UnknownAccount { account };
    order.map_or(Error::Refused(refusal.clone()), |order| order.refused(refusal))
}

/// What will be recorded, one order after the other, if the accounts may have it.
fn reckoned(
    orders: &[Order<'_>],
    known: Vec<Option<Booked>>,
    Read { mut balances, now, .. }: Read,
) -> Result<Vec<Booked>> {
    let mut reckon = |order: &Order<'_>| {
        let mut rows = [BookedRow::default(); 2];
        for (row, leg) in rows.iter_mut().zip(&order.legs) {
            let of_account = balances.entry(leg.account).or_default();
            *of_account = balance(*of_account, order, *leg)?;
            row.balance = *of_account;
        }
        Ok(Booked { moment: order.occasion.moment(now), rows, replay: false })
    };
    orders.iter().zip(known).map(|(order, known)| known.map_or_else(|| reckon(order), Ok)).collect()
}
