//! Many writers at once, and connections that break.

use std::sync::Mutex;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, integrity,
    ledger::{
        Account, Refusal, is_recorded,
        tokens::{self, NewTokenGrant, NewTokenSpending},
    },
    rust_decimal::Decimal,
};

use super::{assert_running_sums, at_noon, grant, granted, rows, spend, token};
use crate::{
    crowd::at_once,
    noon, points,
    support::wire::{Cut, is_commit, nth, statements_of},
    users,
};

#[test]
fn no_update_is_lost_when_many_grant_and_spend() {
    let (db, mut conn) = users(2);
    let granted = Mutex::new(Decimal::ZERO);
    let spent = Mutex::new(Decimal::ZERO);
    at_once(&db, 16, |conn, number| {
        let mut dice = fastrand::Rng::with_seed(number as u64);
        for _ in 0..10 {
            let (user, kind) = (dice.i32(1..=2), dice.i32(3..=4));
            let amount = points(dice.i64(1..5_00));
            if dice.bool() {
                let expiry = noon().replace_year(9999).unwrap();
                let new = NewTokenGrant::new(Account::user(user), token(kind), amount, expiry);
                tokens::grant(conn, &new).unwrap();
                *granted.lock().unwrap() += amount;
            } else {
                let new = NewTokenSpending::new(Account::user(user), token(kind), amount);
                match tokens::spend(conn, &new) {
                    Ok(_) => *spent.lock().unwrap() += amount,
                    Err(Error::Refused(Refusal::NotEnoughTokens { .. })) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        }
    });
    let rows = rows(&mut conn);
    assert_running_sums(&rows);
    let (granted, spent) = (granted.into_inner().unwrap(), spent.into_inner().unwrap());
    assert!(spent > Decimal::ZERO);
    assert_eq!(rows.iter().map(|row| row.tokens).sum::<Decimal>(), granted - spent);
    assert_eq!(integrity::monitor(&mut conn).unwrap(), []);
}

#[test]
fn the_same_tokens_are_spent_once() {
    let (db, mut conn) = users(1);
    let expiry = noon().replace_year(9999).unwrap();
    let new = NewTokenGrant::new(Account::user(1), token(3), points(10_00), expiry);
    tokens::grant(&mut conn, &new).unwrap();
    at_once(&db, 16, |conn, _| _ = spend(conn, 3_00));
    let rows = rows(&mut conn);
    assert_eq!(rows.len(), 1 + 3);
    assert_eq!(rows[3].balance, points(1_00));
}

/// What is recorded of a broken call: all of it or nothing, and at the commit nobody knows.
#[test]
fn a_connection_that_breaks_leaves_a_movement_or_nothing() {
    let (db, mut conn) = users(1);
    let expiry = noon().replace_year(9999).unwrap();
    let welcome = NewTokenGrant::new(Account::user(1), token(3), points(10_00), expiry);
    tokens::grant(&mut conn, &welcome).unwrap();
    for spends in [false, true] {
        let call = |conn: &mut Conn| {
            if spends { spend(conn, 1) } else { tokens::grant(conn, &welcome) }
        };
        let statements = statements_of(&db, |conn| _ = call(conn).unwrap());
        let last = statements.len() - 1;
        assert!(is_commit(&statements[last]), "{statements:?}");
        for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
            for (position, statement) in statements.iter().enumerate() {
                let before = rows(&mut conn).len();
                let mut through = db.watched(nth(position, |_| true, move || cut));

                let error = call(&mut through).unwrap_err();

                let is_commit = position == last;
                assert_eq!(error.is_retryable(), !is_commit, "{statement}: {error:?}");
                let was_done = is_commit && cut == Cut::BeforeAnswer;
                let unknown = match error {
                    Error::CommitUnknown { movement, .. } => Some(movement),
                    _ => None,
                };
                assert_eq!(unknown.is_some(), is_commit, "{statement}");
                if let Some(movement) = unknown {
                    assert_eq!(movement.table(), "token_transaction");
                    assert_eq!(is_recorded(&mut conn, &movement).unwrap(), was_done, "{statement}");
                }
                // Waits until the server has seen that nobody is there.
                call(&mut conn).unwrap();
                assert_eq!(
                    rows(&mut conn).len(),
                    before + 1 + usize::from(was_done),
                    "{statement}"
                );
            }
        }
    }
    assert_running_sums(&rows(&mut conn));
}

#[test]
fn an_open_transaction_is_refused_and_left_alone() {
    let (_db, mut conn) = at_noon();
    conn.query_drop("START TRANSACTION").unwrap();
    let error = tokens::grant(&mut conn, &granted(1, 3, 1, 1)).unwrap_err();
    assert!(matches!(error, Error::OpenTransaction), "{error:?}");
    let error = spend(&mut conn, 1).unwrap_err();
    assert!(matches!(error, Error::OpenTransaction), "{error:?}");
    conn.query_drop("ROLLBACK").unwrap();
    conn.query_drop("SET autocommit = 0, sql_select_limit = 0").unwrap();
    grant(&mut conn, 1_00, 1);
    spend(&mut conn, 1_00).unwrap();
    conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
}
