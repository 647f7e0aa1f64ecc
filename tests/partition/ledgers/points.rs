//! Points: what is read, recorded and refused once old rows are gone.

use std::collections::BTreeMap;

use mysql::{TxOpts, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator,
    ledger::{
        Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, NewReversal, Page,
        Refusal, SystemAccount, balance, balance_at, find_by_id, record_points_transaction,
        record_points_transaction_in, record_points_transfers, reverse_points, statement,
    },
    partition::{self, Policy, Span, Table},
    rust_decimal::Decimal,
    time::Duration,
    verify_quicksight_schema,
};

use super::{
    accounts, apply, assert_clean, balances, count, daily, day_goes, earn, filled, noon, pay,
    retain, work_of,
};
use crate::{
    look, months, on, plan,
    support::{
        ByHand,
        wire::{Cut, nth, statements_of},
    },
};

const POINTS: Table = Table::PointsTransaction;

#[test]
fn every_balance_is_as_before_and_every_account_goes_on() {
    let db = filled();
    let mut conn = db.conn();
    // Dated back into the month that goes, with the newest id of all.
    earn(&mut conn, 2, 100, noon(1, 25));
    let before = balances(&mut conn);
    assert_clean(&mut conn);

    let plan = plan(&db, POINTS, &retain());
    assert!(
        plan.to_string().contains(
            "\n-- writes the opening balance of each account with rows in p2026_01 first"
        )
    );
    let report = plan.apply(&mut conn).unwrap();

    let [dropped] = report.dropped() else { panic!("{report}") };
    assert_eq!((dropped.partition(), dropped.rows(), dropped.accounts()), ("p2026_01", 30, 10));
    assert!(
        report.to_string().contains("p2026_01 with 30 rows before 2026-02-01 of 10 accounts"),
        "{report}"
    );
    assert_eq!(balances(&mut conn), before);
    assert_clean(&mut conn);
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);

    // The idle one is paid by everybody, and pays everybody.
    let idle = Account::user(3);
    for other in accounts().into_iter().filter(|other| *other != idle) {
        pay(&mut conn, (other, idle), 3, noon(3, 9));
        pay(&mut conn, (idle, other), 1, noon(3, 9));
    }
    for (account, before) in before {
        let others = i64::try_from(accounts().len()).unwrap() - 1;
        let gained = if account == idle { 2 * others } else { -2 };
        assert_eq!(
            balance(&mut conn, account).unwrap(),
            before + Decimal::from(gained),
            "{account}"
        );
    }
    assert_clean(&mut conn);
    // Nothing is left to do, and the next month goes like the first.
    assert_eq!(apply(&db, POINTS, &retain()).statements(), Vec::<String>::new());
    let before = balances(&mut conn);
    let plan = partition::plan(&look(&db, POINTS), on(2026, 4, 10), &retain()).unwrap();
    assert_eq!(plan.apply(&mut conn).unwrap().dropped().len(), 1);
    assert_eq!(balances(&mut conn), before);
    assert_clean(&mut conn);
}

/// One by one and many at once: who is idle, who has a newest row that was dated back, and who has neither.
#[test]
fn every_account_goes_on_from_its_opening() {
    let db = filled();
    let mut conn = db.conn();
    earn(&mut conn, 2, 100, noon(1, 25));
    let before: BTreeMap<_, _> = balances(&mut conn).into_iter().collect();
    apply(&db, POINTS, &retain());

    let ends = [(3, 1), (2, 3), (1, 2)]
        .map(|(payer, payee)| Ends { payer: Account::user(payer), payee: Account::user(payee) });
    let payments = ends.map(|ends| {
        NewPointsTransfer::new(ends, Activity::CampaignReward, 1.into()).created_on(noon(3, 9))
    });
    let recorded = record_points_transfers(&mut conn, &payments).unwrap();
    for (payment, ends) in recorded.iter().zip(&ends) {
        assert_eq!(
            (payment.debit().account(), payment.credit().account()),
            (ends.payer, ends.payee)
        );
    }
    let users = [1, 2, 3].map(Account::user);
    for user in users {
        assert_eq!(
            balance(&mut conn, user).unwrap(),
            before[&user],
            "{user} pays one and gets one"
        );
    }

    let db = filled();
    let mut conn = db.conn();
    earn(&mut conn, 2, 100, noon(1, 25));
    apply(&db, POINTS, &retain());
    for user in [1, 2, 3] {
        let earned = earn(&mut conn, user, 1, noon(3, 9));
        assert_eq!(earned.balance(), before[&Account::user(user)] + Decimal::ONE, "{user}");
    }
    assert_clean(&mut conn);
}

/// Nothing but opening balances is left.
#[test]
fn a_ledger_without_a_row_goes_on() {
    let db = filled();
    let mut conn = db.conn();
    let before = balances(&mut conn);
    let last: i64 = conn.query_first("SELECT MAX(id) FROM points_transaction").unwrap().unwrap();
    let policy = months().retain(Span::days(0));
    apply(&db, POINTS, &months());
    let layout = look(&db, POINTS);
    let plan = partition::plan(&layout, on(2026, 4, 1), &policy).unwrap();
    plan.apply(&mut conn).unwrap();

    assert_eq!(count(&mut conn, "points_transaction"), 0);
    assert_eq!(balances(&mut conn), before);
    assert_clean(&mut conn);
    let paid = pay(&mut conn, (SystemAccount::Budget.into(), Account::user(3)), 5, noon(4, 2));
    // An id that was given to another row would be one that the opening has already.
    assert!(paid.debit().id() > last, "{paid:?}");
    let (_, budget) = before.iter().find(|(account, _)| account.id() == 2000).unwrap();
    assert_eq!(paid.debit().balance(), *budget - Decimal::from(5));
    assert_eq!(paid.credit().balance(), 10.into());
    assert_clean(&mut conn);
}

#[test]
fn what_was_dropped_is_refused_and_never_recorded_twice() {
    let db = filled();
    let mut conn = db.conn();
    let old = NewPointsTransaction::new(Account::user(1), Activity::Purchase, 4.into())
        .created_on(noon(1, 15))
        .idempotency_key("order-1");
    let first = record_points_transaction(&mut conn, &old).unwrap();
    let paid = pay(&mut conn, (Account::user(1), Account::user(2)), 1, noon(1, 16));
    let at = |conn: &mut _, moment| balance_at(conn, Account::user(1), moment);
    let end = on(2026, 2, 1).midnight();
    let moments = [end - Duration::SECOND, end, noon(2, 10), noon(3, 31)];
    let before = moments.map(|moment| at(&mut conn, moment).unwrap());

    apply(&db, POINTS, &retain());

    assert_eq!(moments.map(|moment| at(&mut conn, moment).unwrap()), before);
    let error = at(&mut conn, end - 2 * Duration::SECOND).unwrap_err();
    assert!(
        matches!(error, Error::Refused(Refusal::RowsDropped { before, .. }) if before == end),
        "{error:?}"
    );
    // Nobody knows of rows of this one.
    assert_eq!(balance_at(&mut conn, Account::user(9), noon(1, 1)).unwrap(), 0.into());

    let again = record_points_transaction(&mut conn, &old).unwrap();
    assert!(again.is_replay());
    assert_eq!((again.id(), again.balance()), (first.id(), first.balance()));
    for id in [first.id(), paid.debit().id(), paid.credit().id()] {
        assert_eq!(find_by_id(&mut conn, id).unwrap(), None);
        let error = reverse_points(&mut conn, &NewReversal::of(id)).unwrap_err();
        assert!(matches!(error, Error::Refused(Refusal::UnknownMovement { .. })), "{error:?}");
    }
    let page = statement(&mut conn, Account::user(3), Page::newest(10)).unwrap();
    assert!(page.entries().is_empty() && page.older().is_none());
    assert_clean(&mut conn);
}

/// A snapshot from before the opening was written has neither that nor the rows.
#[test]
fn a_transaction_from_before_records_right() {
    let db = filled();
    apply(&db, POINTS, &months());
    let mut conn = db.conn();
    let before = balance(&mut conn, Account::user(3)).unwrap();
    // On by default in MariaDB 11, where the server refuses to read past the snapshot.
    let _ = conn.query_drop("SET innodb_snapshot_isolation = OFF");
    let mut transaction = conn.start_transaction(TxOpts::default()).unwrap();
    transaction.query_drop("SELECT COUNT(*) FROM campaign").unwrap();
    apply(&db, POINTS, &retain());

    let new = NewPointsTransaction::new(Account::user(3), Activity::Purchase, 1.into());
    let recorded = record_points_transaction_in(&mut transaction, &new).unwrap();

    assert_eq!(recorded.balance(), before + Decimal::ONE);
    transaction.commit().unwrap();
    assert_clean(&mut conn);
}

/// Wherever it is cut off, each balance is right at once, and the next call finishes.
#[test]
fn cut_at_any_statement_no_balance_is_lost() {
    let db = daily(22);
    let mut conn = db.conn();
    let sent = statements_of(&db, |conn| {
        earn(&mut db.conn(), 2, 100, noon(1, 1));
        day_goes(&db, POINTS, 1).apply(conn).unwrap();
    });
    for (day, (position, statement)) in (2..).zip(work_of(sent)) {
        // Dated back into the day that goes, with the newest id of all.
        earn(&mut conn, 2, 100, noon(1, day));
        let before = balances(&mut conn);
        let cut = if day % 2 == 0 { Cut::BeforeStatement } else { Cut::BeforeAnswer };
        let plan = day_goes(&db, POINTS, day);
        let mut watched = db.watched(nth(position, |_| true, move || cut));
        assert!(plan.apply(&mut watched).is_err(), "{cut:?} {statement}");
        drop(watched);

        assert_eq!(balances(&mut conn), before, "{cut:?} {statement}");
        assert_clean(&mut conn);
        plan.apply(&mut conn).unwrap();

        assert_eq!(balances(&mut conn), before, "{cut:?} {statement}");
        assert_clean(&mut conn);
        let next = format!("p2026_01_{:02}", day + 1);
        assert_eq!(look(&db, POINTS).partitions()[0], next, "{cut:?} {statement}");
    }
}

/// Rows that come between their month's openings and the lock, each time.
#[test]
fn a_row_that_is_late_is_in_an_opening() {
    let db = filled();
    apply(&db, POINTS, &months());
    let url = db.opts();
    let mut late = 0;
    let mut watched = db.watched(move |sql| {
        if sql.starts_with("LOCK TABLES") {
            late += 1;
            let mut conn = crate::support::connect(url.clone()).unwrap();
            earn(&mut conn, if late == 1 { 3 } else { 9 }, 50, noon(1, 30));
        }
        None
    });

    let report = plan(&db, POINTS, &retain()).apply(&mut watched).unwrap();

    assert_eq!(report.dropped()[0].rows(), 29 + 4);
    let mut conn = db.conn();
    assert_eq!(balance(&mut conn, Account::user(3)).unwrap(), 55.into());
    assert_eq!(balance(&mut conn, Account::user(9)).unwrap(), 150.into());
    assert_clean(&mut conn);
}

/// Wherever it is cut off, each row is in the table or in the archive, or in both until the next call.
#[test]
fn what_is_archived_has_opening_balances() {
    let db = daily(12);
    let mut conn = db.conn();
    let policy = Policy::daily().ahead(Span::days(0)).retain(Span::days(1)).archive();
    let plan = |day| {
        let today = on(2026, 1, day) + 2 * Duration::DAY;
        partition::plan(&look(&db, POINTS), today, &policy).unwrap()
    };
    let is_work = |sql: &str| {
        ["CREATE TABLE `", "ALTER TABLE", "INSERT INTO", "LOCK TABLES"]
            .iter()
            .any(|verb| sql.starts_with(verb))
    };
    let mut sent = statements_of(&db, |conn| drop(plan(1).apply(conn).unwrap()));
    sent.retain(|sql| is_work(sql));
    assert!((7..11).contains(&sent.len()), "{sent:?}");
    for (day, (position, statement)) in (2..).zip(sent.iter().enumerate()) {
        let before = balances(&mut conn);
        let mut watched = db.watched(nth(position, is_work, || Cut::BeforeAnswer));
        assert!(plan(day).apply(&mut watched).is_err(), "{statement}");
        drop(watched);
        assert_eq!(balances(&mut conn), before, "{statement}");
        // A late one, while the rows are half archived; it lands in the next day if all is done.
        earn(&mut conn, 9, 1, noon(1, day));
        plan(day).apply(&mut conn).unwrap();

        let archive = format!("points_transaction_p2026_01_{day:02}");
        let late =
            count(&mut conn, &format!("{archive} WHERE user_id = 9 AND DAY(created_on) = {day}"));
        let left = format!("points_transaction WHERE user_id = 9 AND DAY(created_on) = {day}");
        assert_eq!(late + count(&mut conn, &left), 1, "{statement}");
        let paid = count(&mut conn, &format!("{archive} WHERE user_id = 2000"));
        assert_eq!(paid, 1, "{statement}");
        let after = balances(&mut conn);
        assert_eq!(
            after.iter().map(|(_, had)| had).sum::<Decimal>(),
            before.iter().map(|(_, had)| had).sum::<Decimal>() + Decimal::ONE
        );
        assert_clean(&mut conn);
    }
}

/// What somebody has added to the table is in the archive, too: what `*` leaves out, and what nobody may write.
#[test]
fn an_archive_has_all_columns() {
    let db = daily(2);
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE points_transaction ADD COLUMN seen INT DEFAULT 3 INVISIBLE, \
         ADD COLUMN next INT GENERATED ALWAYS AS (user_id + 1) STORED, \
         ADD COLUMN `odd ``name` INT GENERATED ALWAYS AS (user_id + 2) VIRTUAL",
        "UPDATE points_transaction SET seen = user_id + 7",
    ]);
    let had = "FROM points_transaction WHERE created_on < '2026-01-02'";
    let columns = "SELECT id, seen - user_id, next - user_id, `odd ``name` - user_id, balance";
    let all = |conn: &mut mysql::Conn, from: &str| -> Vec<(u32, i32, i32, i32, Decimal)> {
        conn.query(format!("{columns} {from} ORDER BY id")).unwrap()
    };
    let before = all(&mut conn, had);
    let policy = Policy::daily().ahead(Span::days(0)).retain(Span::days(1)).archive();
    let plan = partition::plan(&look(&db, POINTS), on(2026, 1, 3), &policy).unwrap();

    plan.apply(&mut conn).unwrap();

    assert!(before.len() > 1);
    assert!(before.iter().all(|(_, seen, next, odd, _)| (*seen, *next, *odd) == (7, 1, 2)));
    assert_eq!(all(&mut conn, had), []);
    assert_eq!(all(&mut conn, "FROM points_transaction_p2026_01_01"), before);
}

#[test]
fn a_rollback_names_the_openings() {
    let db = filled();
    let mut conn = db.conn();
    apply(&db, POINTS, &retain());
    conn.query_drop("DELETE FROM points_transaction").unwrap();
    conn.query_drop("DELETE FROM auth_user").unwrap();

    let error = Migrator::new().rollback(&mut conn).unwrap_err();

    assert!(
        matches!(&error, Error::TablesNotEmpty { tables, .. } if tables == &["points_opening"]),
        "{error:?}"
    );
}
