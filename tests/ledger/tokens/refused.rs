//! What does not fit is refused, and then nothing was written.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error,
    ledger::{
        Account, Refusal, SystemAccount,
        tokens::{self, NewTokenGrant, NewTokenSpending, Token, TokenCampaign},
    },
    rust_decimal::Decimal,
    time::{Duration, PrimitiveDateTime},
};

use super::{at_noon, grant, granted, refusal, rows, spend, token};
use crate::{noon, points};

#[test]
fn refuses_what_does_not_fit() {
    let (_db, mut conn) = at_noon();
    grant(&mut conn, 10_00, 1);
    let before = rows(&mut conn);
    let amount = |amount: &str| {
        let tokens = amount.parse().unwrap();
        NewTokenGrant::new(Account::user(1), token(3), tokens, noon() + Duration::DAY)
    };
    let long = |length| "\u{e9}".repeat(length);
    let bounds = "give an amount above 0 and up to 99999999.99, with two decimals at most";
    let cases = [
        (amount("0"), format!("0 tokens cannot be recorded; {bounds}")),
        (amount("-1"), format!("-1 tokens cannot be recorded; {bounds}")),
        (amount("1.005"), format!("1.005 tokens cannot be recorded; {bounds}")),
        (amount("100000000"), format!("100000000 tokens cannot be recorded; {bounds}")),
        (
            amount("99999999.99"),
            "account 1 has 10.00 tokens of this kind and cannot take 99999999.99 more; a balance goes up \
             to 99999999.99"
                .into(),
        ),
        (
            granted(7, 3, 1, 1),
            "account 7 is neither a user in auth_user nor a system account; create the user first".into(),
        ),
        (
            granted(2001, 3, 1, 1),
            "user 2001 has the id of a system account; name the SystemAccount if that is meant, or \
             give the user another id"
                .into(),
        ),
        (
            granted(1, 3, 1, 0),
            "tokens that are issued on 2025-03-31 12:00:00.0 cannot expire on 2025-03-31 12:00:00.0; \
             give a later moment"
                .into(),
        ),
        (
            granted(1, 3, 1, 1).issued_on(PrimitiveDateTime::MIN),
            "the ledger cannot hold the moment -9999-01-01 0:00:00.0; give a year from 1000 to 9999"
                .into(),
        ),
        (granted(1, 3, 1, 1).note(long(201)), "a note of 201 characters is too long; it may have 200".into()),
        (
            granted(1, 3, 1, 1).subtitle(long(256)),
            "256 characters are too many for subtitle; it may have 255".into(),
        ),
        (
            granted(1, 3, 1, 1).campaign(TokenCampaign { name: long(256), ..TokenCampaign::default() }),
            "256 characters are too many for campaign_name; it may have 255".into(),
        ),
        (
            NewTokenGrant::new(Account::user(1), Token::new(3, long(256)), points(1), noon()),
            "256 characters are too many for token_name; it may have 255".into(),
        ),
        (
            NewTokenGrant::new(Account::user(1), token(3).agency(1, long(256)), points(1), noon()),
            "256 characters are too many for agency_name; it may have 255".into(),
        ),
    ];
    for (new, expected) in cases {
        assert_eq!(refusal(tokens::grant(&mut conn, &new)), expected);
        assert_eq!(rows(&mut conn), before);
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
    }
    for (hundredths, expected) in [
        (0, format!("0.00 tokens cannot be recorded; {bounds}")),
        (-1, format!("-0.01 tokens cannot be recorded; {bounds}")),
        (
            10_01,
            "account 1 has 10.00 tokens of this kind to spend, which do not cover 10.01".into(),
        ),
    ] {
        assert_eq!(refusal(spend(&mut conn, hundredths)), expected);
        assert_eq!(rows(&mut conn), before);
        conn.query_drop("SET TRANSACTION READ WRITE").expect("no transaction is open");
    }
    assert_eq!(spend(&mut conn, 10_00).unwrap().balance(), Decimal::ZERO);
}

/// The tokens of the system account are not those of a user who has its id.
#[test]
fn a_user_with_the_id_of_a_system_account_has_none() {
    let (_db, mut conn) = at_noon();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (2001)").unwrap();
    let expiry = noon() + Duration::DAY;
    let new = NewTokenGrant::new(SystemAccount::Escrow, token(3), points(5_00), expiry);
    tokens::grant(&mut conn, &new).unwrap();
    let user = Account::user(2001);
    for error in [
        tokens::spend(&mut conn, &NewTokenSpending::new(user, token(3), points(1))).unwrap_err(),
        tokens::balance(&mut conn, user, 3).unwrap_err(),
    ] {
        let Error::Refused(Refusal::ReservedAccount { account, .. }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(account, user);
    }
    assert_eq!(rows(&mut conn).len(), 1);
}

#[test]
fn takes_what_just_fits() {
    let (_db, mut conn) = at_noon();
    let name = "\u{1f600}".repeat(255);
    let kind = Token::new(3, name.clone()).agency(1, name.clone());
    let most = "99999999.99".parse().unwrap();
    let campaign = TokenCampaign { name: name.clone(), ..TokenCampaign::default() };
    let new = NewTokenGrant::new(Account::user(1), kind, most, noon() + Duration::SECOND);
    let new = new.campaign(campaign).subtitle(name).note("\u{1f600}".repeat(200));
    assert_eq!(tokens::grant(&mut conn, &new).unwrap().balance(), most);
    let all = NewTokenSpending::new(Account::user(1), token(3), most);
    assert_eq!(tokens::spend(&mut conn, &all).unwrap().balance(), Decimal::ZERO);
}

#[test]
fn says_which_right_is_missing() {
    let (db, _conn) = at_noon();
    let user = db.user("SELECT");
    let error = tokens::grant(&mut user.conn(), &granted(1, 3, 1, 9_999)).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    db.grant(&user, "INSERT", "token_transaction");
    db.grant(&user, "UPDATE", "auth_user");
    tokens::grant(&mut user.conn(), &granted(1, 3, 1, 9_999)).unwrap();
    spend(&mut user.conn(), 1).unwrap();
}
