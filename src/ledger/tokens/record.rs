//! What is done in the transaction of a movement of tokens: lock the account, read, append.

use std::collections::BTreeSet;

use mysql::{Conn, Value};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{
    entry::{TokenActivity, TokenTransaction, Validity},
    new::{NewTokenGrant, NewTokenSpending, Occasion, TokenCampaign},
    purse,
};
use crate::{
    ledger::{
        ACTION, Account,
        accounts::{lock, with_hundredths},
        append::{add, touch},
        clock::{NOW, take_now},
        commit::{Whose, Work, committed},
        movement::MOST,
        sql::nothing,
    },
    outcome::{Error, Refusal, Result},
    session::{Columns, ask_on},
};

pub(super) fn grant(conn: &mut Conn, new: &NewTokenGrant) -> Result<TokenTransaction> {
    new.check().map_err(Error::Refused)?;
    let occasion = &new.occasion;
    recorded(conn, occasion.account, |conn| {
        let (before, now) = newest(conn, occasion)?;
        let issued_on = new.issued_on.unwrap_or(now).truncate_to_second();
        let expired_on = new.expired_on.truncate_to_second();
        if expired_on <= issued_on {
            return Err(Error::Refused(Refusal::ExpiredAtIssue { issued_on, expired_on }));
        }
        let validity = Some(Validity { issued_on, expired_on });
        let activity = TokenActivity::Issued;
        let mut entry = entry(occasion, activity, occasion.tokens, before, now, validity)?;
        insert(conn, occasion, &new.campaign, new.promo_code, &mut entry)?;
        Ok(entry)
    })
}

pub(super) fn spend(conn: &mut Conn, new: &NewTokenSpending) -> Result<TokenTransaction> {
    new.check().map_err(Error::Refused)?;
    let Occasion { account, ref token, tokens, .. } = new.occasion;
    recorded(conn, account, |conn| {
        let has = purse::read(conn, account, token.id)?;
        if has.spendable() < tokens {
            let spendable = with_hundredths(has.spendable());
            return Err(Error::Refused(Refusal::NotEnoughTokens { account, spendable, tokens }));
        }
        let (activity, before) = (TokenActivity::Spent, has.balance());
        let mut entry = entry(&new.occasion, activity, -tokens, before, has.moment(), None)?;
        insert(conn, &new.occasion, &TokenCampaign::default(), 0, &mut entry)?;
        Ok(entry)
    })
}

/// Does `work` in a transaction that holds the account.
fn recorded(
    conn: &mut Conn,
    account: Account,
    work: impl Fn(&mut Conn) -> Result<TokenTransaction>,
) -> Result<TokenTransaction> {
    let accounts = BTreeSet::from([account]);
    let work = |conn: &mut Conn| {
        lock(conn, &accounts, Whose::Ours)?;
        let done = work(conn)?;
        let last = touch(&[account], done.created_on);
        Ok(Work { done, last })
    };
    committed(conn, work, |entry, source| {
        Err(Error::CommitUnknown { movement: Box::new(entry.unconfirmed()), source })
    })
}

/// The balance of an account and kind, and the server's time by the service's clock: see
/// [`newest`](crate::ledger::accounts::newest) of points. A balance that is NULL says nothing, so it is
/// passed over.
fn newest(conn: &mut Conn, occasion: &Occasion) -> Result<(Decimal, PrimitiveDateTime)> {
    let sql = format!(
        "SELECT COALESCE((SELECT IF(o.through_id > t.id, o.balance, t.balance) \
               FROM token_transaction t LEFT JOIN token_opening o \
               ON o.user_id = t.user_id AND o.f_token_id = t.f_token_id AND o.place = 0 \
               WHERE t.user_id = ? AND t.f_token_id = ? AND t.balance IS NOT NULL \
               ORDER BY t.user_id DESC, t.f_token_id DESC, t.id DESC LIMIT 1), \
               (SELECT balance FROM token_opening WHERE user_id = ? AND f_token_id = ? AND place = 0)), \
               {NOW} LIMIT 1"
    );
    let read = |columns: &mut Columns| Ok((columns.take_sum()?, take_now(columns)?));
    let (account, token) = (occasion.account.id(), occasion.token.id);
    ask_on(conn, ACTION, &sql, (account, token, account, token), read)?
        .next()
        .unwrap_or(Err(nothing(ACTION)))
}

fn entry(
    occasion: &Occasion,
    activity: TokenActivity,
    tokens: Decimal,
    before: Decimal,
    now: PrimitiveDateTime,
    validity: Option<Validity>,
) -> Result<TokenTransaction> {
    let Some(after) = before.checked_add(tokens).filter(|after| after.abs() <= MOST) else {
        let (account, balance) = (occasion.account, before);
        return Err(Error::Refused(Refusal::TokenBalanceOutOfRange { account, balance, tokens }));
    };
    Ok(TokenTransaction {
        id: 0,
        account: occasion.account,
        token_id: occasion.token.id,
        activity,
        tokens: with_hundredths(tokens),
        balance: with_hundredths(after),
        created_on: now,
        validity,
    })
}

/// Adds the row, which gives the entry its id, and moves the user's `modified_on` forward. The
/// employer is the one that the user has now.
fn insert(
    conn: &mut Conn,
    occasion: &Occasion,
    campaign: &TokenCampaign,
    promo_code: u32,
    entry: &mut TokenTransaction,
) -> Result<()> {
    let account = entry.account.id();
    let values: Vec<Value> = vec![
        account.into(),
        account.into(),
        (entry.activity as i32).into(),
        entry.tokens.into(),
        entry.balance.into(),
        occasion.note.as_deref().into(),
        campaign.campaign_id.into(),
        campaign.ap_campaign_id.into(),
        entry.created_on.into(),
        occasion.token.agency_id.into(),
        occasion.token.agency_name.as_str().into(),
        occasion.token.id.into(),
        occasion.token.name.as_str().into(),
        campaign.f_campaign_id.into(),
        campaign.name.as_str().into(),
        entry.issued_on().into(),
        entry.expired_on().into(),
        occasion.subtitle.as_str().into(),
        promo_code.into(),
    ];
    let sql = "INSERT INTO token_transaction (user_id, enterprise_id, activity_type, tokens, balance, note, \
               campaign_id, ap_campaign_id, created_on, f_agency_id, agency_name, f_token_id, \
               token_name, f_campaign_id, campaign_name, issued_on, expired_on, subtitle, cp_id) \
               VALUES (?, (SELECT enterprise_id FROM auth_user WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \
               ?, ?, ?, ?, ?, ?, ?)";
    entry.id = add(conn, sql, values)?;
    Ok(())
}
