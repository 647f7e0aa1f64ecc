//! Tokens: granted until they expire, and spent once.

mod broken;
mod expiry;
mod model;
mod refused;

use std::collections::HashMap;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Result, integrity,
    ledger::{
        Account, SystemAccount,
        tokens::{
            self, NewTokenGrant, NewTokenSpending, Token, TokenActivity, TokenCampaign,
            TokenTransaction,
        },
    },
    run_quicksight_migrations,
    rust_decimal::Decimal,
    time::Duration,
};

use crate::{
    assert_clean,
    clock::stop_clock,
    modified_on, noon, points,
    support::{
        questions,
        statements::{executed, explain, written_down},
    },
    system::reads,
    users,
};

/// Noon in Houston on the 31st of March 2025.
const NOON: i64 = 1_743_440_400;

const DAY: i64 = 24 * 60 * 60;

fn token(id: i32) -> Token {
    Token::new(id, "Ride free")
}

fn granted(user: i32, kind: i32, hundredths: i64, days: i64) -> NewTokenGrant {
    let expired_on = noon() + Duration::days(days);
    NewTokenGrant::new(Account::user(user), token(kind), points(hundredths), expired_on)
}

fn grant(conn: &mut Conn, hundredths: i64, days: i64) -> TokenTransaction {
    tokens::grant(conn, &granted(1, 3, hundredths, days)).unwrap()
}

fn spend(conn: &mut Conn, hundredths: i64) -> Result<TokenTransaction> {
    let account = Account::user(1);
    tokens::spend(conn, &NewTokenSpending::new(account, token(3), points(hundredths)))
}

/// All tokens and those that can be spent.
#[track_caller]
fn has(conn: &mut Conn) -> (Decimal, Decimal) {
    let has = tokens::balance(conn, Account::user(1), 3).unwrap();
    (has.balance(), has.spendable())
}

fn at_noon() -> (crate::Database, Conn) {
    let (db, mut conn) = users(2);
    stop_clock(&mut conn, NOON);
    (db, conn)
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: i64,
    account: i32,
    kind: i32,
    tokens: Decimal,
    balance: Decimal,
}

fn rows(conn: &mut Conn) -> Vec<Row> {
    let sql = "SELECT id, user_id, f_token_id, tokens, balance FROM token_transaction ORDER BY id";
    let row = |(id, account, kind, tokens, balance)| Row { id, account, kind, tokens, balance };
    conn.query_map(sql, row).unwrap()
}

/// Each balance is the one before it of the same account and kind plus the tokens, and never negative.
#[track_caller]
fn assert_running_sums(rows: &[Row]) {
    let mut balances = HashMap::<_, Decimal>::new();
    for row in rows {
        let balance = balances.entry((row.account, row.kind)).or_default();
        *balance += row.tokens;
        assert_eq!(row.balance, *balance, "{row:?}");
        assert!(row.balance >= Decimal::ZERO, "{row:?}");
    }
}

#[track_caller]
fn refusal<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(error @ Error::Refused(_)) => {
            assert!(!error.is_retryable());
            error.to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn says_what_it_has_recorded() {
    let (_db, mut conn) = at_noon();
    conn.query_drop("UPDATE auth_user SET enterprise_id = 42 WHERE id = 1").unwrap();
    conn.query_drop("INSERT INTO campaign (id, ap_campaign_id, tokens) VALUES (8, 7, 100)")
        .unwrap();
    conn.query_drop(
        "INSERT INTO campaign_promo_code (id, campaign_id, promo_code) VALUES (6, 8, 'hi')",
    )
    .unwrap();
    let campaign = TokenCampaign {
        ap_campaign_id: Some(7),
        campaign_id: Some(8),
        f_campaign_id: 9,
        name: "Spring".into(),
    };
    let welcome = NewTokenGrant::new(
        Account::user(1),
        token(3).agency(5, "Metro"),
        "12.5".parse().unwrap(),
        noon() + Duration::DAY,
    );
    let welcome = welcome.campaign(campaign).promo_code(6).note("it's").subtitle("Welcome");
    let welcome = welcome.issued_on(noon() - Duration::HOUR + Duration::MILLISECOND);

    let first = tokens::grant(&mut conn, &welcome).unwrap();
    let ticket = NewTokenSpending::new(Account::user(1), token(3).agency(5, "Metro"), points(2_25));
    let second = tokens::spend(&mut conn, &ticket.note("order 7").subtitle("Bus")).unwrap();

    assert_eq!((first.account(), first.token_id()), (Account::user(1), 3));
    assert_eq!(
        (first.activity(), second.activity()),
        (TokenActivity::Issued, TokenActivity::Spent)
    );
    assert_eq!((first.tokens(), first.balance()), (points(12_50), points(12_50)));
    assert_eq!((second.tokens(), second.balance()), (points(-2_25), points(10_25)));
    assert_eq!(first.balance().to_string(), "12.50");
    assert_eq!((first.created_on(), second.created_on()), (noon(), noon()));
    assert_eq!(first.issued_on(), Some(noon() - Duration::HOUR));
    assert_eq!(first.expired_on(), Some(noon() + Duration::DAY));
    assert_eq!((second.issued_on(), second.expired_on()), (None, None));
    let stored: Vec<String> = conn
        .query(
            "SELECT CONCAT_WS('|', id, user_id, enterprise_id, activity_type, tokens, balance, note, \
             COALESCE(campaign_id, '-'), COALESCE(ap_campaign_id, '-'), created_on, f_agency_id, \
             agency_name, f_token_id, token_name, f_campaign_id, campaign_name, \
             COALESCE(issued_on, '-'), COALESCE(expired_on, '-'), dist_notify_status, \
             expire_notify_status, subtitle, cp_id) FROM token_transaction ORDER BY id",
        )
        .unwrap();
    let (first, second) = (first.id(), second.id());
    assert_eq!(
        stored,
        [
            format!(
                "{first}|1|42|1|12.50|12.50|it's|8|7|2025-03-31 12:00:00|5|Metro|3|Ride free|9|Spring|\
                 2025-03-31 11:00:00|2025-04-01 12:00:00|0|0|Welcome|6"
            ),
            format!(
                "{second}|1|42|2|-2.25|10.25|order 7|-|-|2025-03-31 12:00:00|5|Metro|3|Ride free|0||-|-|\
                 0|0|Bus|0"
            ),
        ]
    );
    assert_eq!(modified_on(&mut conn, 1), Some(noon()));
    assert_clean(&mut conn);
    assert_eq!(integrity::monitor(&mut conn).unwrap(), []);
}

#[test]
fn kinds_and_accounts_are_apart() {
    let (_db, mut conn) = at_noon();
    grant(&mut conn, 2_00, 1);
    tokens::grant(&mut conn, &granted(1, 4, 3_00, 1)).unwrap();
    tokens::grant(&mut conn, &granted(2, 3, 4_00, 1)).unwrap();
    let mut of = |user, kind| tokens::balance(&mut conn, Account::user(user), kind).unwrap();
    for ((user, kind), expected) in [((1, 3), 2), ((1, 4), 3), ((2, 3), 4), ((2, 4), 0)] {
        let has = of(user, kind);
        assert_eq!((has.balance(), has.spendable()), (expected.into(), expected.into()));
        assert_eq!(has.moment(), noon());
    }
}

#[test]
fn a_balance_of_nobody_is_refused() {
    let (_db, mut conn) = at_noon();
    let expected =
        "account 7 is neither a user in auth_user nor a system account; create the user first";
    assert_eq!(refusal(tokens::balance(&mut conn, Account::user(7), 3)), expected);
    assert_eq!(has(&mut conn), (Decimal::ZERO, Decimal::ZERO));
    let system = tokens::balance(&mut conn, SystemAccount::Bytemark, 3).unwrap();
    assert_eq!(system.balance(), Decimal::ZERO);
    grant(&mut conn, 1_00, 1);
    conn.query_drop("DELETE FROM auth_user").unwrap();
    assert_eq!(has(&mut conn), (points(1_00), points(1_00)));
}

/// A grant reads the newest row, a spending those of its account and kind, and neither reads others'.
#[test]
fn reads_the_rows_of_one_account_and_kind() {
    let db = written_down();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1)").unwrap();
    let rows: Vec<_> = (0..10_000)
        .map(|number| {
            format!(
                "({}, {}, 1, 1, '2025-03-01', '2025-03-01', '9999-01-01')",
                number % 500 + 1,
                number / 500 % 2 + 3
            )
        })
        .collect();
    conn.query_drop(format!(
        "INSERT INTO token_transaction (user_id, f_token_id, tokens, balance, created_on, issued_on, \
         expired_on) VALUES {}",
        rows.join(", ")
    ))
    .unwrap();
    conn.query_drop("ANALYZE TABLE token_transaction").unwrap();

    for sql in executed(&db, |conn| {
        stop_clock(conn, NOON);
        grant(conn, 1_00, 9_999);
        spend(conn, 1_00).unwrap();
        has(conn);
    }) {
        if !sql.contains("FROM token_transaction") && !sql.contains("JOIN token_transaction") {
            continue;
        }
        let plan = explain(&db, &sql);
        let ledger =
            plan.iter().find(|step| ["t", "token_transaction"].contains(&step.table.as_str()));
        let ledger = ledger.unwrap_or_else(|| panic!("{sql}: {plan:#?}"));
        // A range is what comes after the opening.
        let is_of_account = ["ref", "range"].contains(&ledger.access.as_str());
        assert!(is_of_account, "{sql}: {plan:#?}");
        assert_eq!(ledger.key.as_deref(), Some("user_ledger_idx"), "{sql}: {plan:#?}");
    }
    let granting = reads(&mut conn, |conn| _ = grant(conn, 1_00, 9_999));
    let spending = reads(&mut conn, |conn| _ = spend(conn, 1_00).unwrap());
    assert!(granting < 20 && spending < 80, "{granting} and {spending} reads");
}

#[test]
fn a_grant_costs_eight_statements_and_so_does_a_spending() {
    let (_db, mut conn) = at_noon();
    let mut count = |call: &dyn Fn(&mut Conn)| {
        let before = questions(&mut conn);
        call(&mut conn);
        questions(&mut conn) - before - 1
    };
    assert_eq!(count(&|conn| _ = grant(conn, 1_00, 1)), 8);
    assert_eq!(count(&|conn| _ = spend(conn, 1_00).unwrap()), 8);
    assert_eq!(count(&|conn| _ = has(conn)), 1);
}
