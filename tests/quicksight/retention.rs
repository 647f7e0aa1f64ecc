//! The migrator lets old rows go with the rights that it is given for that, and needs each of them.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Error, Result,
    partition::{self, Policy, Report, Span, Table},
    quicksight::Grants,
    time::{Date, Duration, Month},
};

use crate::{
    accounts::{Account, refused},
    support::{ByHand, Database, migrated, unique},
};

const DAYS: u8 = 8;

fn january(day: u8) -> Date {
    Date::from_calendar_date(2026, Month::January, day).unwrap()
}

/// A row of each table on each day.
fn filled() -> Database {
    let db = migrated();
    for day in (1..=DAYS).map(january) {
        db.conn().by_hand([
            format!("INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) VALUES ({}, 2, 5, 5, '{day}')", day.day()),
            format!("INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 1, '{day}')"),
            format!("INSERT INTO app_data (user_id, gmt_time, local_time, created_on, modified_on) VALUES (1, '{day}', '{day}', '{day}', '{day}')"),
            format!("INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, '{day}')"),
        ]);
    }
    db
}

fn apply(conn: &mut Conn, table: Table, today: Date, policy: &Policy) -> Result<Report> {
    partition::plan(&partition::look(conn, table)?, today, policy)?.apply(conn)
}

/// Lets a day go, and those before it that are left.
fn goes(conn: &mut Conn, table: Table, day: u8) -> Result<Report> {
    let policy = Policy::daily().ahead(Span::days(0)).retain(Span::days(1));
    apply(conn, table, january(day) + 2 * Duration::DAY, &policy)
}

fn rows(db: &Database, table: Table) -> u64 {
    db.conn().query_first(format!("SELECT COUNT(*) FROM {table}")).unwrap().unwrap()
}

#[test]
fn the_migrator_lets_old_rows_go_if_it_may() {
    let db = filled();
    let migrator = Account::new(&db, &unique("deploy"));
    let grants = Grants::on(db.name()).migrator(&migrator.given());
    db.conn().by_hand(grants.statements().unwrap());
    for table in Table::ALL {
        let policy = Policy::daily().ahead(Span::days(2));
        apply(&mut migrator.conn(), table, january(DAYS), &policy).unwrap();
    }
    let [_, rights @ ..] = &grants.retention().statements().unwrap()[..] else { panic!() };
    let [points, tokens, trips] = [Table::PointsTransaction, Table::TokenTransaction, Table::Trip];
    let needed: [(&str, &[Table]); 3] = [
        ("points_opening", &[points]),
        ("token_opening", &[tokens]),
        ("summary_state", &[points, tokens, trips]),
    ];
    assert_eq!(rights.len(), needed.len(), "{rights:?}");
    db.conn().by_hand(rights);
    for table in Table::ALL {
        let report = goes(&mut migrator.conn(), table, 1).unwrap();
        assert_eq!(report.dropped().len(), 1, "{report}");
    }

    for (day, (right, (written, by))) in (2..).zip(rights.iter().zip(needed)) {
        assert!(right.starts_with("GRANT UPDATE ON ") && right.contains(written), "{right}");
        let revoke = right.replacen("GRANT", "REVOKE", 1).replacen(" TO ", " FROM ", 1);
        db.conn().by_hand([revoke]);
        for table in Table::ALL {
            let before = rows(&db, table);
            let outcome = goes(&mut migrator.conn(), table, day);
            if by.contains(&table) {
                let error = outcome.expect_err(right);
                assert!(matches!(error, Error::PermissionDenied { .. }), "{right}: {error:?}");
                assert!(error.to_string().contains(written), "{right}: {error}");
                assert_eq!(rows(&db, table), before, "{right}");
            } else {
                assert_eq!(outcome.unwrap().dropped().len(), 1, "{right}");
            }
        }
        db.conn().by_hand([right]);
        for table in by {
            assert_eq!(goes(&mut migrator.conn(), *table, day).unwrap().dropped().len(), 1);
        }
    }

    for table in Table::ALL {
        let policy = Policy::daily().ahead(Span::days(0)).retain(Span::days(1)).archive();
        let report = apply(&mut migrator.conn(), table, january(7), &policy).unwrap();
        assert_eq!(report.archived().len(), 1, "{report}");
        let change = format!("UPDATE {table} SET id = 1");
        assert_eq!(refused(&mut migrator.conn(), &change), 1142);
        assert_eq!(refused(&mut migrator.conn(), &format!("DELETE FROM {table}")), 1142);
    }
}
