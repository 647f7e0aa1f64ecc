//! Opening balances of tokens: the balance through the last row that goes, and which grants are left then.

use std::collections::BTreeMap;

use mysql::{Row, prelude::FromValue};
use rust_decimal::Decimal;
use time::PrimitiveDateTime;

use super::{BEFORE_ALL, Leaving, Ledger, Unsound, unanswered};
use crate::{
    outcome::{Error, Result},
    purse::{Grant, Movement, Purse},
    session::{ALL, Session, column},
};

/// The movements of how many users are read at once, and how many accounts are written.
const READ: usize = 1_000;
const WRITTEN: usize = 100;

/// A user and a kind of token.
type Account = (i32, i32);

/// What an account has.
#[derive(Debug, Clone, Default)]
struct Opening {
    through_id: i64,
    balance: Decimal,
    /// Of all movements, which the balance should be.
    sum: Decimal,
    is_sound: bool,
    purse: Purse,
    /// How many rows it has in the table.
    places: usize,
}

/// Writes the openings that are not written yet, unless a balance is not the sum of the movements up to it.
pub(super) fn write(session: &mut Session<'_>, leaving: &Leaving<'_>) -> Result<()> {
    let (mut all, mut unsound) = (Vec::new(), Unsound::default());
    let mut after = BEFORE_ALL;
    while let Some(to) = next_users(session, leaving, after)? {
        let openings = follow(session, leaving, (after, to))?;
        let wrong = openings.iter().filter(|(_, opening)| !opening.is_sound);
        wrong.for_each(|((user_id, _), _)| unsound.add(*user_id));
        all.extend(openings);
        after = to;
    }
    unsound.refuse(Ledger::Tokens)?;
    all.chunks(WRITTEN).try_for_each(|some| insert(session, leaving, some))
}

/// The rows that go of accounts whose opening is not written as far.
fn rows_that_go(leaving: &Leaving<'_>, after: i64) -> String {
    format!(
        "token_transaction PARTITION ({}) t LEFT JOIN token_opening c ON {} WHERE t.user_id > {after} AND {}",
        leaving.name(),
        Ledger::Tokens.joined("t", "c"),
        Ledger::Tokens.is_open("t", "c", leaving.partition.until)
    )
}

/// The last of the next users.
fn next_users(session: &mut Session<'_>, leaving: &Leaving<'_>, after: i64) -> Result<Option<i64>> {
    let sql = format!(
        "SELECT MAX(u.user_id) FROM (SELECT DISTINCT t.user_id FROM {} ORDER BY t.user_id LIMIT {READ}) u",
        rows_that_go(leaving, after)
    );
    let row = session.row(&sql).map_err(|error| unanswered(Ledger::Tokens, error))?;
    Ok(row.and_then(|row| column(&row, 0)))
}

/// Goes on from the openings that are written, along the movements up to the last that goes.
fn follow(
    session: &mut Session<'_>,
    leaving: &Leaving<'_>,
    (after, to): (i64, i64),
) -> Result<Vec<(Account, Opening)>> {
    let written = written(session, (after, to))?;
    let sql = format!(
        "SELECT g.user_id, g.f_token_id, g.through_id, m.id, m.tokens, m.balance, m.created_on, m.issued_on, \
         m.expired_on FROM (SELECT t.user_id, t.f_token_id, MAX(t.id) AS through_id FROM {} \
          AND t.user_id <= {to} GROUP BY t.user_id, t.f_token_id) g \
         LEFT JOIN token_opening o ON {} \
         LEFT JOIN token_transaction m ON m.user_id = g.user_id AND m.f_token_id = g.f_token_id \
          AND m.id <= g.through_id AND m.id > COALESCE(o.through_id, {BEFORE_ALL}) \
         ORDER BY g.user_id, g.f_token_id, m.id LIMIT {ALL}",
        rows_that_go(leaving, after),
        Ledger::Tokens.joined("g", "o")
    );
    let rows = session.rows(&sql).map_err(|error| unanswered(Ledger::Tokens, error))?;
    let mut openings = BTreeMap::new();
    for row in &rows {
        let account: Account = (need(row, 0)?, need(row, 1)?);
        let opening: &mut Opening = openings.entry(account).or_insert_with(|| {
            let known = written.get(&account).cloned().unwrap_or_default();
            Opening { is_sound: true, ..known }
        });
        opening.through_id = opening.through_id.max(need(row, 2)?);
        if column::<i64>(row, 3).is_some() {
            opening.follow(movement(row, 4, 6), column(row, 5));
        }
    }
    Ok(openings.into_iter().collect())
}

/// The openings that are written.
fn written(
    session: &mut Session<'_>,
    (after, to): (i64, i64),
) -> Result<BTreeMap<Account, Opening>> {
    let sql = format!(
        "SELECT user_id, f_token_id, through_id, tokens, balance, NULL, issued_on, expired_on FROM token_opening \
         WHERE user_id > {after} AND user_id <= {to} ORDER BY user_id, f_token_id, place LIMIT {ALL}"
    );
    let rows = session.rows(&sql).map_err(|error| unanswered(Ledger::Tokens, error))?;
    let mut openings: BTreeMap<Account, Opening> = BTreeMap::new();
    for row in &rows {
        let opening = openings.entry((need(row, 0)?, need(row, 1)?)).or_default();
        opening.through_id = need(row, 2)?;
        opening.places += 1;
        opening.follow(movement(row, 3, 5), None);
        opening.balance = column(row, 4).unwrap_or(opening.balance);
    }
    Ok(openings)
}

impl Opening {
    /// A balance that is NULL says nothing.
    fn follow(&mut self, movement: Movement, balance: Option<Decimal>) {
        self.sum += movement.tokens;
        self.purse.follow(&movement);
        if let Some(balance) = balance {
            self.is_sound = balance == self.sum;
            self.balance = balance;
        }
    }

    /// Its rows. Those that it has no use for any more are empty.
    fn rows(&self, (user_id, token_id): Account, leaving: &Leaving<'_>) -> Vec<String> {
        let until = leaving.partition.until;
        let (rest, grants) = self.purse.left(until.midnight());
        let nothing = Grant { left: Decimal::ZERO, issued_on: None, expired_on: None };
        let unused = self.places.saturating_sub(grants.len() + 1);
        let all = [rest].into_iter().chain(grants).chain(vec![nothing; unused]);
        let row = |(place, grant): (usize, Grant)| {
            let (through_id, left) = (self.through_id, grant.left);
            let (issued_on, expired_on) = (moment(grant.issued_on), moment(grant.expired_on));
            let balance = if place == 0 { self.balance.to_string() } else { "NULL".to_owned() };
            format!(
                "({user_id}, {token_id}, {place}, {through_id}, {left}, {balance}, {issued_on}, {expired_on}, \
                 '{until}')"
            )
        };
        all.enumerate().map(row).collect()
    }
}

/// One statement, so that nobody sees half of an opening.
fn insert(
    session: &mut Session<'_>,
    leaving: &Leaving<'_>,
    some: &[(Account, Opening)],
) -> Result<()> {
    let rows: Vec<_> =
        some.iter().flat_map(|(account, opening)| opening.rows(*account, leaving)).collect();
    let sql = format!(
        "INSERT INTO token_opening (user_id, f_token_id, place, through_id, tokens, balance, issued_on, expired_on, \
         dropped_before) VALUES {} ON DUPLICATE KEY UPDATE through_id = VALUES(through_id), \
         tokens = VALUES(tokens), balance = VALUES(balance), issued_on = VALUES(issued_on), \
         expired_on = VALUES(expired_on), dropped_before = GREATEST(dropped_before, VALUES(dropped_before))",
        rows.join(", ")
    );
    session.execute(&sql).map_err(|error| unanswered(Ledger::Tokens, error))
}

fn need<T: FromValue>(row: &Row, index: usize) -> Result<T> {
    column(row, index).ok_or(Error::TablesChanging)
}

/// A movement whose tokens are in one column and whose moments are in three others.
fn movement(row: &Row, tokens: usize, moments: usize) -> Movement {
    Movement {
        tokens: column(row, tokens).unwrap_or_default(),
        created_on: column(row, moments),
        issued_on: column(row, moments + 1),
        expired_on: column(row, moments + 2),
    }
}

/// As SQL.
fn moment(moment: Option<PrimitiveDateTime>) -> String {
    moment.map_or_else(|| "NULL".to_owned(), |moment| mysql::Value::from(moment).as_sql(true))
}
