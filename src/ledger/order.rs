//! What one call is to record, of whichever kind: one movement, or the two of a payment.

use std::{collections::BTreeMap, hash::Hasher};

use rust_decimal::Decimal;
use siphasher::sip128::{Hasher128, SipHasher24};

use super::{
    Account, Refusal,
    accounts::with_hundredths,
    movement::{Ends, NewPointsTransaction, NewPointsTransfer, Occasion, Overdraft},
};
use crate::outcome::{Error, Result};

/// The movements of one call that belong together.
#[derive(Debug)]
pub(super) struct Order<'n> {
    /// One, or the payer's and then the payee's.
    pub(super) legs: Vec<Leg>,
    pub(super) payer: Option<Account>,
    pub(super) payee: Option<Account>,
    pub(super) occasion: &'n Occasion,
    /// Which one of several it is.
    position: Option<usize>,
}

/// What becomes of one account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub(super) account: Account,
    pub(super) points: Decimal,
    pub(super) overdraft: Overdraft,
}

impl<'n> From<&'n NewPointsTransaction> for Order<'n> {
    fn from(new: &'n NewPointsTransaction) -> Self {
        let occasion = &new.occasion;
        let leg = Leg { account: new.account, points: new.points, overdraft: occasion.overdraft };
        Self { legs: vec![leg], payer: new.payer, payee: new.payee, occasion, position: None }
    }
}

impl<'n> From<&'n NewPointsTransfer> for Order<'n> {
    fn from(new: &'n NewPointsTransfer) -> Self {
        let (Ends { payer, payee }, occasion) = (new.ends, &new.occasion);
        let legs = vec![
            Leg { account: payer, points: -new.points, overdraft: occasion.overdraft },
            Leg { account: payee, points: new.points, overdraft: Overdraft::Allowed },
        ];
        Self { legs, payer: Some(payer), payee: Some(payee), occasion, position: None }
    }
}

/// Several payments, if each of them is one, with a key of its own.
pub(super) fn several(new: &[NewPointsTransfer]) -> Result<Vec<Order<'_>>> {
    let (mut orders, mut keys) = (Vec::with_capacity(new.len()), BTreeMap::new());
    for (position, new) in new.iter().enumerate() {
        let order = Order { position: Some(position), ..Order::from(new) };
        new.check().map_err(|refusal| order.refused(refusal))?;
        // It would be free for both of them.
        let earlier = new.occasion.key.as_ref().and_then(|key| keys.insert(key, position));
        if let Some(first) = earlier {
            return Err(Error::Refused(Refusal::KeyRepeated { first, second: position }));
        }
        orders.push(order);
    }
    Ok(orders)
}

impl Order<'_> {
    pub(super) fn refused(&self, refusal: Refusal) -> Error {
        Error::Refused(match self.position {
            Some(position) => Refusal::OneOfSeveral { position, refusal: Box::new(refusal) },
            None => refusal,
        })
    }

    pub(super) fn accounts(&self) -> impl Iterator<Item = Account> {
        self.legs.iter().map(|leg| leg.account)
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.occasion.key.as_deref()
    }

    /// A digest of all that was asked for, by which a second call under the same key is known for the
    /// same. It is stored, so its bytes never change.
    ///
    /// 128 bits of `SipHash` without a secret meet by chance less often than any machine fails. Who would
    /// make them meet on purpose must choose what this service asks for under a key of its own, and
    /// gains that it is not recorded.
    pub(super) fn content(&self) -> String {
        let mut digest = SipHasher24::new();
        let mut add = |field: &str| {
            digest.write(field.as_bytes());
            // No text has this byte, so that no two fields can pass for one.
            digest.write(&[0xff]);
        };
        for leg in &self.legs {
            add(&leg.account.id().to_string());
            add(&with_hundredths(leg.points).to_string());
            add(if leg.overdraft == Overdraft::Refused { "covered" } else { "" });
        }
        add("");
        for account in [self.payer, self.payee] {
            add(&account.map_or(String::new(), |account| account.id().to_string()));
        }
        add(&self.occasion.activity.number().to_string());
        add(&self.occasion.note.as_ref().map_or(String::new(), |note| format!("={note}")));
        let moment = self.occasion.created_on.map(|moment| {
            let (year, day) = moment.to_ordinal_date();
            let (hour, minute, second) = moment.as_hms();
            format!("{year} {day} {hour} {minute} {second}")
        });
        add(&moment.unwrap_or_default());
        format!("{:032x}", u128::from(digest.finish128()))
    }
}
