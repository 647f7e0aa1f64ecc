//! Run by hand or by the pipeline with `QUICKSIGHT_SERVER` naming a server that is too old:
//! `QUICKSIGHT_SERVER=$(scripts/server.sh mysql-5.6) cargo test --test old_server`.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator, quicksight_migration_status, run_quicksight_migrations,
    verify_quicksight_schema,
};
use support::{Server, chain, database, database_on};

#[test]
fn a_server_that_is_too_old_is_refused_before_anything_is_changed() {
    let db = database();

    let error = run_quicksight_migrations(&mut db.conn()).unwrap_err();

    let Error::UnsupportedServer { version, needed, .. } = &error else { panic!("{error:?}") };
    assert!(version.starts_with("5.6."), "{version}");
    assert_eq!(*needed, "MySQL 5.7 or later, or MariaDB 10.3 or later");
    assert!(chain(&error).starts_with("the server 5.6."), "{error}");
    assert_eq!(db.tables(), Vec::<String>::new());
    assert_eq!(quicksight_migration_status(&mut db.conn()).unwrap().applied().count(), 0);
}

/// The oldest server that is supported speaks nearly the same SQL: its `sql_mode`, its formats, no
/// newer words.
fn as_old_as_can_be() -> Server {
    Server::start(&[
        "--innodb-file-format=Barracuda",
        "--innodb-large-prefix=ON",
        "--innodb-file-per-table=ON",
        "--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,\
         ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
    ])
}

fn apply_by_hand(conn: &mut Conn) {
    for statement in Migrator::new().plan(conn).unwrap() {
        conn.query_drop(&statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

/// Each file is taken by this server, and described as the twin of it is.
#[test]
fn the_files_need_no_newer_sql() {
    let server = as_old_as_can_be();
    let db = database_on(&server);
    let mut conn = db.conn();

    apply_by_hand(&mut conn);

    db.assert_complete();
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
}

#[cfg(feature = "full")]
#[test]
fn the_ledger_and_the_checks_need_no_newer_sql() {
    use quicksight_migrations::{
        integrity::{self, Check, QualityIssue},
        ledger::{
            Account, Activity, Ends, NewPointsTransaction, NewPointsTransfer, SystemAccount,
            record_points_transaction, record_points_transfer,
        },
    };

    let server = as_old_as_can_be();
    let db = database_on(&server);
    let mut conn = db.conn();
    apply_by_hand(&mut conn);
    conn.query_drop("INSERT INTO auth_user (id) VALUES (1)").unwrap();

    let purchase = NewPointsTransaction::new(Account::user(1), Activity::Purchase, 25.into());
    record_points_transaction(&mut conn, &purchase).unwrap();
    let ends = Ends { payer: Account::user(1), payee: SystemAccount::Stripe.into() };
    let refund = NewPointsTransfer::new(ends, Activity::Adjustment, 5.into());
    let refund = record_points_transfer(&mut conn, &refund).unwrap();
    assert_eq!((refund.debit().balance(), refund.credit().balance()), (20.into(), 5.into()));
    assert!(integrity::validate(&mut conn).unwrap().is_clean());
    assert_eq!(integrity::monitor(&mut conn).unwrap(), []);

    for sql in [
        "UPDATE points_transaction SET balance = 9, created_on = '2100-01-01'",
        "INSERT INTO referral_history (sender_user_id, receiver_user_id, receiver_device_id, \
         ap_campaign_id) VALUES (1, 2, 'a', 7)",
        "INSERT INTO campaign (ap_campaign_id, tokens) VALUES (7, 1)",
        "INSERT INTO token_transaction (user_id, ap_campaign_id, tokens) VALUES (1, 7, 5)",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let report = integrity::validate(&mut conn).unwrap();
    let totals = [
        report.balance_inconsistencies().total(),
        report.broken_referrals().total(),
        report.over_distributed_campaigns().total(),
    ];
    assert_eq!(totals, [2, 1, 1]);
    let issues = integrity::monitor(&mut conn).unwrap();
    let checks: Vec<_> = issues.iter().map(QualityIssue::check).collect();
    assert_eq!(checks, [Check::POINTS_IN_FUTURE]);
}

#[cfg(feature = "full")]
#[test]
fn the_reports_need_no_newer_sql() {
    use quicksight_migrations::{
        analytics::{Analytics, DateRange, HotspotLimits},
        time::{Date, Duration},
    };

    let server = as_old_as_can_be();
    let db = database_on(&server);
    let mut conn = db.conn();
    apply_by_hand(&mut conn);
    for sql in [
        "INSERT INTO auth_user (id, created_on) VALUES (1, '2025-03-01')",
        "INSERT INTO campaign (ap_campaign_id, tokens) VALUES (7, 10)",
        "INSERT INTO token_transaction (user_id, ap_campaign_id, tokens, created_on, issued_on) \
         VALUES (1, 7, 5, '2025-03-01', '2025-03-01')",
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 2, '2025-03-04')",
        "INSERT INTO cm_activity_location (user_id, o_id, d_id, travel_mode) VALUES (1, 8, 9, 2)",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let first = Date::from_ordinal_date(2025, 60).unwrap();
    let range = DateRange::new(first, first + Duration::WEEK).unwrap();

    for reports in [Analytics::new(), Analytics::new().without_test_accounts()] {
        let days = reports.daily_revenue(&mut conn, range).unwrap();
        assert_eq!((days.len(), days[0].tokens()), (7, 5.into()));
        let users = reports.user_engagement(&mut conn, range).unwrap();
        assert_eq!(users.map(|user| user.unwrap().trips()).collect::<Vec<_>>(), [1]);
        let campaign = reports.campaign_performance(&mut conn, 7).unwrap().unwrap();
        assert_eq!(campaign.mean_days_to_first_trip(), Some(3.0));
        assert_eq!(reports.hourly_trips(&mut conn, range).unwrap().len(), 1);
        assert_eq!(
            reports
                .activity_hotspots(&mut conn, HotspotLimits { min_frequency: 1, limit: 10 })
                .unwrap()
                .len(),
            1
        );
    }
}
