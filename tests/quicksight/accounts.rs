//! Each account logs in and does its work, and nothing more.

use std::{sync::LazyLock, time::Duration};

use mysql::{Conn, OptsBuilder, TxOpts, prelude::Queryable};
use quicksight_migrations::{
    Error, Migrator,
    ledger::{
        self, Activity, Ends, NewPointsTransaction, NewPointsTransfer, SystemAccount,
        tokens::{self, NewTokenGrant, NewTokenSpending, Token},
    },
    quicksight::{self, Grants, apply_views},
    run_quicksight_migrations,
    time::{Date, PrimitiveDateTime, Time},
    verify_quicksight_schema,
};

use crate::{
    support::{
        ByHand, Database, connect, database_named, database_on, migrated, migrations, quoted,
        unique,
    },
    tls::TlsServer,
    with_views,
};

pub(crate) static TLS: LazyLock<TlsServer> = LazyLock::new(TlsServer::start);

const PASSWORD: &str = "secret of the account";

/// An account of the server, with a password and no rights, dropped with the test.
pub(crate) struct Account {
    name: String,
    host: &'static str,
    database: OptsBuilder,
}

impl Account {
    /// The server quotes the name by itself, so that the test shares no quoting with the code.
    pub(crate) fn new(db: &Database, name: &str) -> Self {
        let account = Self { name: name.to_owned(), host: "127.0.0.%", database: db.opts() };
        account.send(&mut db.conn(), &format!("CREATE USER %s IDENTIFIED BY '{PASSWORD}'"));
        account
    }

    fn send(&self, conn: &mut Conn, sql: &str) {
        let quoted: Option<String> = conn
            .exec_first("SELECT CONCAT(QUOTE(?), '@', QUOTE(?))", (&self.name, self.host))
            .unwrap();
        conn.query_drop(sql.replace("%s", &quoted.unwrap())).unwrap();
    }

    /// As it is given to [`Grants`].
    pub(crate) fn given(&self) -> String {
        format!("{}@{}", self.name, self.host)
    }

    fn opts(&self) -> OptsBuilder {
        self.database.clone().user(Some(&self.name)).pass(Some(PASSWORD))
    }

    pub(crate) fn conn(&self) -> Conn {
        connect(self.opts()).unwrap()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if let Ok(mut conn) = connect(self.database.clone()) {
            self.send(&mut conn, "DROP USER %s");
        }
    }
}

#[track_caller]
fn grant(db: &Database, grants: &Grants) {
    db.conn().by_hand(grants.statements().unwrap());
}

/// The server's code for what is refused.
#[track_caller]
pub(crate) fn refused(conn: &mut Conn, sql: &str) -> u16 {
    match conn.query_drop(sql) {
        Err(mysql::Error::MySqlError(error)) => error.code,
        other => panic!("{sql}: {other:?}"),
    }
}

/// The names that one account can have.
const ODD: &str = "o'brien \"50%\" `x` a_b@c";

#[test]
fn the_migrator_makes_and_drops_all_of_it() {
    let db = database_named(&unique("odd_`na'me\" 5%"));
    let migrator = Account::new(&db, ODD);
    grant(&db, &Grants::on(db.name()).migrator(&migrator.given()));
    let mut conn = migrator.conn();

    run_quicksight_migrations(&mut conn).unwrap();
    // Somebody else was first.
    let made = apply_views(&mut db.conn()).unwrap().made().len();
    assert_eq!(apply_views(&mut conn).unwrap().replaced().len(), made);
    assert_eq!(apply_views(&mut conn).unwrap().unchanged().len(), made);
    conn.query_drop("ALTER TABLE trip DROP KEY reservation_id").unwrap();
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap().len(), 1);
    assert_eq!(Migrator::new().mend(&mut conn).unwrap().left(), &[]);
    let report = Migrator::new().rollback(&mut conn).unwrap();

    let all = (migrations::tables().len(), made);
    assert_eq!((report.dropped().len(), report.dropped_views().len()), all);
}

#[test]
fn the_service_boots_and_reads_and_writes_nothing() {
    let db = migrated();
    let service = Account::new(&db, &unique("service"));
    grant(&db, &Grants::on(db.name()).service(&service.given()));
    let mut conn = service.conn();

    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().statements(), 1);
    conn.query_drop("SELECT id, email FROM auth_user").unwrap();
    assert_eq!(refused(&mut conn, "INSERT INTO user_label (name) VALUES ('x')"), 1142);
    assert_eq!(refused(&mut conn, "CREATE VIEW mine AS SELECT id FROM trip"), 1142);
    assert_eq!(refused(&mut conn, "DROP TABLE trip"), 1142);
}

#[test]
fn the_service_moves_points_and_tokens_if_it_may() {
    let db = migrated();
    db.conn().query_drop("INSERT INTO auth_user (id) VALUES (7)").unwrap();
    let service = Account::new(&db, &unique("service"));
    let points = "25.00".parse().unwrap();
    let movement = NewPointsTransaction::new(ledger::Account::user(7), Activity::Purchase, points);

    grant(&db, &Grants::on(db.name()).service(&service.given()));
    let error = ledger::record_points_transaction(&mut service.conn(), &movement).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
    grant(&db, &Grants::on(db.name()).service(&service.given()).ledger());
    ledger::record_points_transaction(&mut service.conn(), &movement).unwrap();
    // Of the two halves of a payment, the first is told of the second.
    let ends = Ends { payer: SystemAccount::Budget.into(), payee: ledger::Account::user(7) };
    let payment = NewPointsTransfer::new(ends, Activity::Promotion, points).idempotency_key("1");
    ledger::record_points_transfer(&mut service.conn(), &payment).unwrap();
    // Past the snapshot of a transaction, opening balances are read with a lock.
    let mut conn = service.conn();
    let mut transaction = conn.start_transaction(TxOpts::default()).unwrap();
    ledger::record_points_transaction_in(&mut transaction, &movement).unwrap();
    transaction.commit().unwrap();
    db.conn().query_drop("UPDATE ledger_key SET recorded_on = '2025-01-01'").unwrap();
    let days = Duration::from_hours(48);
    assert_eq!(ledger::forget_idempotency_keys(&mut service.conn(), days).unwrap(), 1);
    let until = PrimitiveDateTime::new(Date::MAX.replace_year(2999).unwrap(), Time::MIDNIGHT);
    let token = Token::new(3, "Ride free");
    let welcome = NewTokenGrant::new(ledger::Account::user(7), token.clone(), points, until);
    tokens::grant(&mut service.conn(), &welcome).unwrap();
    let ride = NewTokenSpending::new(ledger::Account::user(7), token, points);
    tokens::spend(&mut service.conn(), &ride).unwrap();

    assert_eq!(refused(&mut service.conn(), "DELETE FROM points_transaction"), 1142);
    assert_eq!(refused(&mut service.conn(), "UPDATE trip SET distance = 0"), 1142);
}

/// A name with a `_` is a pattern in a `GRANT`, which the database of a neighbour may match.
#[test]
fn the_neighbours_database_is_not_opened() {
    let db = migrated();
    let near = database_named(&db.name().replace('_', "x"));
    near.conn().query_drop("CREATE TABLE trip (id INT)").unwrap();
    let account = Account::new(&db, &unique("near"));

    grant(&db, &Grants::on(db.name()).service(&account.given()));

    let mut conn = account.conn();
    let sql = format!("SELECT id FROM {}.trip", quoted(near.name()));
    assert_eq!(refused(&mut conn, &sql), 1142);
}

#[test]
fn the_reader_sees_the_views_and_nothing_else() {
    let db = with_views(database_on(&TLS.server).migrated());
    db.conn().query_drop("INSERT INTO auth_user (id, email) VALUES (7, 'a@b.example')").unwrap();
    let reader = Account::new(&db, ODD);
    grant(&db, &Grants::on(db.name()).reader(&reader.given()));
    let mut conn = TLS.connect(reader.opts(), "ca.pem").unwrap();

    for view in quicksight::views() {
        conn.query_drop(format!("SELECT * FROM {}", view.name())).unwrap();
    }
    for data_set in quicksight::data_sets() {
        conn.query_drop(data_set.sql()).unwrap();
    }
    let user: Option<i64> = conn.query_first("SELECT user_id FROM quicksight_v_auth_user").unwrap();
    assert_eq!(user, Some(7));
    for table in migrations::tables() {
        assert_eq!(refused(&mut conn, &format!("SELECT 1 FROM {table}")), 1142, "{table}");
    }
    for sql in [
        "UPDATE quicksight_v_trip SET trip_id = 1",
        "DELETE FROM quicksight_v_trip",
        "INSERT INTO quicksight_v_user_label (label_name) VALUES ('x')",
        "SHOW CREATE VIEW quicksight_v_trip",
        "CREATE TABLE mine (id INT)",
        "DROP VIEW quicksight_v_trip",
    ] {
        assert_eq!(refused(&mut conn, sql), 1142, "{sql}");
    }
    let visible = "SELECT table_name FROM information_schema.tables \
                   WHERE table_schema = DATABASE() ORDER BY table_name";
    let mut views: Vec<_> = quicksight::views().iter().map(|view| view.name().to_owned()).collect();
    views.sort();
    assert_eq!(conn.query::<String, _>(visible).unwrap(), views);
}

#[test]
fn the_reader_comes_over_tls_or_not_at_all() {
    let db = with_views(database_on(&TLS.server).migrated());
    let reader = Account::new(&db, &unique("reader"));
    TLS.connect(reader.opts(), "ca.pem").map(drop).unwrap_err(); // No right on the database yet.
    grant(&db, &Grants::on(db.name()).reader(&reader.given()));

    TLS.connect(reader.opts(), "ca.pem").unwrap();
    let Err(mysql::Error::MySqlError(error)) = connect(reader.opts()) else { panic!("let in") };
    assert_eq!(error.code, 1045);
    let error = TLS.connect(reader.opts(), "other.pem").map(drop).unwrap_err();
    assert!(!matches!(error, mysql::Error::MySqlError(_)), "{error:?}");
}

#[test]
fn what_cannot_be_said_in_a_grant_is_refused() {
    let cases = [
        ("a\\b", "\"a\\\\b\" cannot be used in a GRANT: it has a backslash or a control character"),
        ("a\nb", "\"a\\nb\" cannot be used in a GRANT: it has a backslash or a control character"),
        ("a@h'", "\"a@h'\" cannot be used in a GRANT: what is behind the last @ is no host"),
        ("a@", "\"a@\" cannot be used in a GRANT: what is behind the last @ is no host"),
        ("a@b c", "\"a@b c\" cannot be used in a GRANT: what is behind the last @ is no host"),
        ("@h", "\"@h\" cannot be used in a GRANT: an account without a name would be everybody"),
        ("", "\"\" cannot be used in a GRANT: an account without a name would be everybody"),
    ];
    for (given, said) in cases {
        for grants in [
            Grants::on("tsp").migrator(given),
            Grants::on("tsp").service(given),
            Grants::on("tsp").reader(given),
            Grants::on("tsp").summariser(given),
        ] {
            let error = grants.statements().unwrap_err();
            assert!(matches!(error, Error::InvalidAccount { .. }));
            assert_eq!(error.to_string(), said);
        }
    }
    let error = Grants::on("a\\b").statements().unwrap_err();
    assert!(matches!(error, Error::InvalidAccount { .. }));
    assert!(Grants::on("").statements().is_err());
    for other in [
        Grants::on("tsp").migrator("a@%"),
        Grants::on("tsp").service("a@%"),
        Grants::on("tsp").summariser("a@%"),
    ] {
        assert_eq!(
            other.reader("a").statements().unwrap_err().to_string(),
            "\"a\" cannot be used in a GRANT: the reader must be an account of its own, to see no more"
        );
    }
}
