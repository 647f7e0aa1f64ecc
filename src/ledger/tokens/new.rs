//! What is to be recorded.

use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use crate::{
    account::Account,
    ledger::{clock, movement},
    outcome::Refusal,
};

/// The characters that the columns of names hold.
const NAME: usize = 255;

/// A kind of token, and the transit agency that honours it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Token {
    pub(super) id: i32,
    pub(super) name: String,
    pub(super) agency_id: i32,
    pub(super) agency_name: String,
}

impl Token {
    /// A kind of token by `f_token_id`, of no agency.
    pub fn new(id: i32, name: impl Into<String>) -> Self {
        Self { id, name: name.into(), agency_id: 0, agency_name: String::new() }
    }

    /// The agency that honours it, by `f_agency_id`.
    pub fn agency(mut self, id: i32, name: impl Into<String>) -> Self {
        self.agency_id = id;
        self.agency_name = name.into();
        self
    }

    fn check(&self) -> Result<(), Refusal> {
        check_name("token_name", &self.name)?;
        check_name("agency_name", &self.agency_name)
    }
}

/// The campaign that gives tokens, by the numbers that `token_transaction` has for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenCampaign {
    /// `campaign.ap_campaign_id`, by which the reports know it.
    pub ap_campaign_id: Option<i32>,
    /// The campaign in the service.
    pub campaign_id: Option<i32>,
    /// The campaign that the name belongs to, or 0.
    pub f_campaign_id: i32,
    /// Its name.
    pub name: String,
}

/// What grants and spending have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occasion {
    pub(super) account: Account,
    pub(super) token: Token,
    pub(super) tokens: Decimal,
    pub(super) note: Option<String>,
    pub(super) subtitle: String,
}

impl Occasion {
    fn new(account: Account, token: Token, tokens: Decimal) -> Self {
        Self { account, token, tokens, note: None, subtitle: String::new() }
    }

    fn check(&self) -> Result<(), Refusal> {
        movement::check_accounts([Some(self.account)])?;
        let tokens = self.tokens;
        if tokens <= Decimal::ZERO || tokens > movement::MOST || tokens.normalize().scale() > 2 {
            return Err(Refusal::TokensOutOfRange { tokens });
        }
        self.token.check()?;
        check_name("subtitle", &self.subtitle)?;
        movement::check_note(self.note.as_deref())
    }
}

/// Tokens that an account is given, to be recorded with [`grant`](super::grant).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewTokenGrant {
    pub(super) occasion: Occasion,
    pub(super) issued_on: Option<PrimitiveDateTime>,
    pub(super) expired_on: PrimitiveDateTime,
    pub(super) campaign: TokenCampaign,
    pub(super) promo_code: u32,
}

impl NewTokenGrant {
    /// `tokens`, above 0, that can be spent from now until they expire, which is a moment of the
    /// service's clock ([`us_central`](crate::ledger::us_central)).
    pub fn new(
        account: impl Into<Account>,
        token: Token,
        tokens: Decimal,
        expired_on: PrimitiveDateTime,
    ) -> Self {
        let occasion = Occasion::new(account.into(), token, tokens);
        let campaign = TokenCampaign::default();
        Self { occasion, issued_on: None, expired_on, campaign, promo_code: 0 }
    }

    /// From when on they can be spent, by the service's clock, in place of now. A moment that this clock skips
    /// in spring is refused; as an expiry it is good.
    pub fn issued_on(mut self, moment: PrimitiveDateTime) -> Self {
        self.issued_on = Some(moment);
        self
    }

    /// The campaign that gives them.
    pub fn campaign(mut self, campaign: TokenCampaign) -> Self {
        self.campaign = campaign;
        self
    }

    /// The code that they are given for, by `campaign_promo_code.id`.
    pub fn promo_code(mut self, id: u32) -> Self {
        self.promo_code = id;
        self
    }

    /// A note of at most 200 characters.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.occasion.note = Some(note.into());
        self
    }

    /// The second line of the entry as the app shows it.
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.occasion.subtitle = subtitle.into();
        self
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        self.occasion.check()?;
        check_name("campaign_name", &self.campaign.name)?;
        self.issued_on.map_or(Ok(()), clock::check)?;
        clock::check_range(self.expired_on)
    }
}

/// Tokens that an account spends on a transit ticket, to be recorded with [`spend`](super::spend).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewTokenSpending {
    pub(super) occasion: Occasion,
}

impl NewTokenSpending {
    /// `tokens`, above 0, are taken away.
    pub fn new(account: impl Into<Account>, token: Token, tokens: Decimal) -> Self {
        Self { occasion: Occasion::new(account.into(), token, tokens) }
    }

    /// A note of at most 200 characters.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.occasion.note = Some(note.into());
        self
    }

    /// The second line of the entry as the app shows it.
    pub fn subtitle(mut self, subtitle: impl Into<String>) -> Self {
        self.occasion.subtitle = subtitle.into();
        self
    }

    pub(super) fn check(&self) -> Result<(), Refusal> {
        self.occasion.check()
    }
}

fn check_name(column: &'static str, name: &str) -> Result<(), Refusal> {
    match name.chars().count() {
        characters if characters > NAME => Err(Refusal::NameTooLong { column, characters }),
        _ => Ok(()),
    }
}
