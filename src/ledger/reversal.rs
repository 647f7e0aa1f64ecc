//! Movements taken back.

use mysql::Conn;
use rust_decimal::Decimal;

use super::{
    Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, Refusal, SystemAccount,
    accounts::find,
    booked::Booked,
    commit::looked,
    entry::{PointsTransaction, PointsTransfer},
    find_by_id,
    movement::Overdraft,
    order::Order,
    record::{only, ours_if},
};
use crate::outcome::{Error, Result};

/// A movement to be taken back, with [`reverse_points`](super::reverse_points).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewReversal {
    id: i64,
    overdraft: Overdraft,
}

impl NewReversal {
    /// Takes back the movement with this id, and if it is half of a payment, the other half with it.
    pub fn of(id: i64) -> Self {
        Self { id, overdraft: Overdraft::Allowed }
    }

    /// Refuses it where the account that gives the points back has fewer, because it has spent them.
    pub fn refuse_overdraft(mut self) -> Self {
        self.overdraft = Overdraft::Refused;
        self
    }
}

/// What took a movement back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reversal {
    /// The opposite of a movement of one account.
    Transaction(PointsTransaction),
    /// The payment in the other direction.
    Transfer(PointsTransfer),
}

impl Reversal {
    /// The movement that stands for the reversal: the only one, or the half of the account that had
    /// paid and has its points back. It has the note.
    #[must_use]
    pub fn id(&self) -> i64 {
        match self {
            Self::Transaction(entry) => entry.id(),
            Self::Transfer(payment) => payment.credit().id(),
        }
    }
}

/// What is to be recorded, and by what it is found again.
struct Plan {
    original: i64,
    /// Whose movement tells that the original was reversed, and by how many points.
    account: Account,
    points: Decimal,
    steps: Steps,
}

enum Steps {
    Move(NewPointsTransaction),
    Pay(NewPointsTransfer, Names),
}

/// What a reversal has as payer and payee.
#[derive(Debug, Clone, Copy)]
struct Names {
    payer: Option<Account>,
    payee: Option<Account>,
}

/// Who received pays, and who paid receives.
///
/// The ends of a row tell whether it was gained from outside, so a reversal must count as minus what it takes
/// back. Nobody's name is outside where points come from it, except out of escrow; where they go to it, only
/// a correction brings them there. In these two cases the points `were_with` somebody, who is named instead.
fn swapped(debit: &PointsTransaction, credit: &PointsTransaction, were_with: Ends) -> Names {
    let spent = debit.points() < Decimal::ZERO && debit.activity() != Activity::Adjustment;
    let held = credit.points() > Decimal::ZERO && credit.activity() == Activity::FromEscrow;
    Names {
        payer: debit.payee().or(spent.then_some(were_with.payer)),
        payee: credit.payer().or(held.then_some(were_with.payee)),
    }
}

impl Steps {
    fn order(&self) -> Order<'_> {
        match self {
            Self::Move(back) => back.into(),
            Self::Pay(back, Names { payer, payee }) => {
                let mut order = Order::from(back);
                (order.payer, order.payee) = (*payer, *payee);
                order
            }
        }
    }

    /// The row that stands for the reversal: see [`Reversal::id`].
    fn id(&self, booked: &Booked) -> i64 {
        let [debit, credit] = booked.rows;
        match self {
            Self::Move(_) => debit.id,
            Self::Pay(..) => credit.id,
        }
    }

    fn reversal(&self, booked: &Booked) -> Reversal {
        match self {
            Self::Move(back) => Reversal::Transaction(booked.transaction(back)),
            Self::Pay(back, Names { payer, payee }) => {
                let PointsTransfer { debit, credit } = booked.transfer(back);
                let named = |half| PointsTransaction { payer: *payer, payee: *payee, ..half };
                let (debit, credit) = (named(debit), named(credit));
                Reversal::Transfer(PointsTransfer { debit, credit })
            }
        }
    }
}

pub(super) fn reverse(conn: &mut Conn, new: &NewReversal) -> Result<Reversal> {
    let plan = looked(conn, |conn| plan(conn, new))?;
    let look = |conn: &mut Conn, booked: Result<Vec<Booked>>| once(conn, &plan, booked);
    let booked = only(ours_if(conn, &[plan.steps.order()], look))?;
    Ok(plan.steps.reversal(&booked))
}

/// Refuses what was booked if somebody else had reversed the movement before.
///
/// Whoever else reverses it holds the accounts before us or waits for us, so that nobody comes in
/// between. We look afterwards, because only then the accounts are ours.
fn once(conn: &mut Conn, plan: &Plan, booked: Result<Vec<Booked>>) -> Result<Vec<Booked>> {
    let ours = match &booked {
        Ok(booked) => booked.first().map(|booked| plan.steps.id(booked)),
        Err(Error::Refused(_)) => None,
        Err(_) => return booked,
    };
    match first(conn, plan)? {
        Some(by) if ours != Some(by) => {
            Err(Error::Refused(Refusal::AlreadyReversed { id: plan.original, by }))
        }
        _ => booked,
    }
}

/// The opposite of what the movement is. A ledger's rows never change, so this may be read early.
fn plan(conn: &mut Conn, new: &NewReversal) -> Result<Plan> {
    let refuse = |refusal| Err(Error::Refused(refusal));
    let Some(given) = find_by_id(conn, new.id)? else {
        return refuse(Refusal::UnknownMovement { id: new.id });
    };
    if given.ref_transaction_id() == 0 {
        return Ok(back(&given, new.overdraft));
    }
    match find_by_id(conn, given.ref_transaction_id())? {
        Some(other) if are_halves(&given, &other) => {
            let is_debit = given.points() < Decimal::ZERO;
            let (debit, credit) = if is_debit { (given, other) } else { (other, given) };
            Ok(pay_back(&debit, &credit, new.overdraft))
        }
        _ => refuse(Refusal::BrokenPair { id: given.id(), other: given.ref_transaction_id() }),
    }
}

/// Whether two movements are one payment.
fn are_halves(one: &PointsTransaction, other: &PointsTransaction) -> bool {
    other.ref_transaction_id() == one.id()
        && other.account() != one.account()
        && other.points() == -one.points()
        && !one.points().is_zero()
}

fn back(original: &PointsTransaction, overdraft: Overdraft) -> Plan {
    let (account, points) = (original.account(), -original.points());
    let mut back =
        NewPointsTransaction::new(account, Activity::Adjustment, points).note(note(original.id()));
    let were_with = Ends { payer: account, payee: SystemAccount::Escrow.into() };
    Names { payer: back.payer, payee: back.payee } = swapped(original, original, were_with);
    back.occasion.overdraft = overdraft;
    Plan { original: original.id(), account, points, steps: Steps::Move(back) }
}

fn pay_back(debit: &PointsTransaction, credit: &PointsTransaction, overdraft: Overdraft) -> Plan {
    let ends = Ends { payer: credit.account(), payee: debit.account() };
    let points = credit.points();
    let mut back =
        NewPointsTransfer::new(ends, Activity::Adjustment, points).note(note(debit.id()));
    back.occasion.overdraft = overdraft;
    let names = swapped(debit, credit, ends);
    Plan { original: debit.id(), account: ends.payee, points, steps: Steps::Pay(back, names) }
}

/// How a reversal names what it takes back. The table has no column for it: `ref_transaction_id` is
/// for the two halves of a payment, which name each other. The room `partition` looks for it before old rows go.
fn note(original: i64) -> String {
    format!("reversal of {original}")
}

/// The first movement that reversed it, if any.
fn first(conn: &mut Conn, plan: &Plan) -> Result<Option<i64>> {
    let sql = "SELECT MIN(id) FROM points_transaction WHERE note = ? AND user_id = ? \
               AND activity_type = ? AND points = ? AND id > ? LIMIT 1";
    let activity = Activity::Adjustment.number();
    let note = note(plan.original);
    let values = (note, plan.account.id(), activity, plan.points, plan.original);
    Ok(find(conn, sql, values)?.flatten())
}
