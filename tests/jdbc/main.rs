//! A client of Java's reads the views as QuickSight does: over JDBC and TLS, as the reader.
//!
//! Needs a JDK and MariaDB's driver, so it runs only where it is asked for by name:
//! `QUICKSIGHT_JDBC=$(scripts/server.sh jdbc) cargo test --all-features --test jdbc`.

mod client;
#[path = "../support/mod.rs"]
mod support;
#[allow(dead_code)] // The other tests connect by themselves.
#[path = "../quicksight/tls.rs"]
mod tls;

use std::{collections::BTreeMap, sync::LazyLock};

use client::{Answer, Client};
use quicksight_migrations::quicksight::{Grants, View, apply_views, look_back_column, views};
use serde_json::{Map, Value};
use support::{ByHand, Database, database_on, migrations};
use tls::TlsServer;

static TLS: LazyLock<TlsServer> = LazyLock::new(TlsServer::start);

/// What the server says of a right that is missing, and of a login.
const COMMAND_DENIED: u16 = 1142;
const ACCESS_DENIED: u16 = 1045;

/// Rows with the last values that columns hold, and with what a driver could make something else of.
const ROWS: [&str; 7] = [
    "SET SESSION sql_mode = ''",
    "INSERT INTO auth_user (id, is_debug, enterprise_id, registration_latitude, created_on) \
     VALUES (2147483647, 1, 12, 29.7604, '2025-03-09 02:30:00')",
    "INSERT INTO user_label (name) VALUES ('Zürich 🚲')",
    "INSERT INTO trip (user_id, navigation_app, end_status, is_HGAC, distance, started_on) \
     VALUES (7, 4, 2, 1, 1234.56, '2025-03-09 02:30:00')",
    "INSERT INTO points_transaction (user_id, points, balance, created_on) \
     VALUES (7, -0.10, 12345678.90, '2025-11-02 01:30:00')",
    "INSERT INTO cm_activity_location (user_id, o_id, arrival_weekday, probability_driving) \
     VALUES (7, 4294967295, 0, 99.50)",
    "INSERT INTO campaign_promo_code (campaign_id) VALUES (4294967295)",
];

/// A database with the views, and rows, and a reader of it.
struct Reader {
    db: Database,
    name: String,
}

impl Reader {
    fn new() -> Self {
        let db = database_on(&TLS.server).migrated();
        let made = apply_views(&mut db.conn()).unwrap();
        assert_eq!(made.made().len(), views().len());
        let name = support::unique("reader");
        let account = format!("{name}@127.0.0.%");
        let grants = Grants::on(db.name()).reader(&account).statements().unwrap();
        db.conn().by_hand([format!(
            "CREATE USER '{name}'@'127.0.0.%' IDENTIFIED BY '{}'",
            client::PASSWORD
        )]);
        db.conn().by_hand(grants);
        Self { db, name }
    }

    fn client(&self) -> Client {
        self.client_that_trusts("ca.pem")
    }

    fn client_that_trusts(&self, authority: &str) -> Client {
        let authority = TLS.file(authority);
        Client::new(
            &self.url(&format!("useSsl=true&serverSslCert={}", authority.display())),
            &self.name,
        )
    }

    fn url(&self, options: &str) -> String {
        let (host, port) = self.db.address();
        format!("jdbc:mariadb://{host}:{port}/{}?{options}", self.db.name())
    }
}

/// As QuickSight asks: all columns of a view, and the days of a refresh.
fn select(view: &View) -> String {
    let look_back = look_back_column(view.table()).map(|source| {
        let column = view.columns().iter().find(|column| column.source() == source).unwrap();
        let column = support::quoted(column.name());
        format!(" WHERE {column} >= '2025-01-01 00:00:00' AND {column} < '2026-01-01 00:00:00'")
    });
    format!("SELECT * FROM {}{}", support::quoted(view.name()), look_back.unwrap_or_default())
}

/// The type that the template has for each column of each view.
fn template(db: &Database) -> BTreeMap<(String, String), String> {
    let template = quicksight_migrations::quicksight::template(&mut db.conn()).unwrap();
    let template: Value = serde_json::from_str(&template).unwrap();
    let (mut types, text) = (BTreeMap::new(), |value: &Value| value.as_str().unwrap().to_owned());
    for resource in template["Resources"].as_object().unwrap().values() {
        let tables = resource["Properties"]["PhysicalTableMap"].as_object();
        for table in tables.into_iter().flat_map(Map::values) {
            // The statement of a data set of sums has the columns of their view.
            let Some(table) = table.get("RelationalTable") else { continue };
            // The rules about rows are in a table of somebody else's, whose name is a parameter.
            let Some(view) = table["Name"].as_str() else { continue };
            let columns = table["InputColumns"].as_array().unwrap();
            for column in columns {
                types.insert((view.to_owned(), text(&column["Name"])), text(&column["Type"]));
            }
        }
    }
    types
}

#[test]
fn each_column_arrives_as_the_type_that_the_template_says() {
    let reader = Reader::new();
    reader.db.conn().by_hand(ROWS);
    let views = views();

    let answers = reader.client().ask(views.iter().map(select));

    let (mut arrived, mut read) = (BTreeMap::new(), 0);
    for (view, answer) in views.iter().zip(answers) {
        let Answer::Rows { columns, rows } = answer else { panic!("{}: {answer:?}", view.name()) };
        read += rows.len();
        for (column, kind) in columns {
            arrived.insert((view.name().to_owned(), column), client::data_type(&kind).to_owned());
        }
    }
    let expected = template(&reader.db);
    let of_template = |name: &(String, String)| expected.contains_key(name);
    // Of what the data sets join they take a few columns.
    arrived.retain(|name, _| of_template(name));
    assert_eq!(arrived, expected);
    assert_eq!(read, ROWS.iter().filter(|sql| sql.starts_with("INSERT")).count());
}

#[test]
fn values_arrive_as_they_are() {
    let reader = Reader::new();
    reader.db.conn().by_hand(ROWS);
    let cases = [
        ("auth_user", "user_id", "2147483647"),
        ("auth_user", "user_is_debug", "1"),
        ("auth_user", "enterprise", "12"),
        ("auth_user", "user_registration_latitude", "29.76"),
        ("auth_user", "user_created_on", "2025-03-09 02:30:00.0"),
        ("user_label", "label_name", "Zürich 🚲"),
        ("trip", "trip_navigation_app", "4"),
        ("trip", "trip_end_status", "2"),
        ("trip", "trip_is_HGAC", "1"),
        ("trip", "trip_distance", "1234.56"),
        ("points_transaction", "points", "-0.10"),
        ("points_transaction", "points_balance", "12345678.90"),
        ("points_transaction", "points_created_on", "2025-11-02 01:30:00.0"),
        ("cm_activity_location", "habit_o_id", "4294967295"),
        ("cm_activity_location", "habit_arrival_weekday", "0"),
        ("cm_activity_location", "habit_probability_driving", "99.50"),
        ("campaign_promo_code", "campaign_id", "4294967295"),
    ];
    let select = |(view, column, _)| format!("SELECT {column} FROM quicksight_v_{view}");

    let answers = reader.client().ask(cases.map(select));

    for ((view, column, expected), answer) in cases.iter().zip(answers) {
        assert_eq!(answer.value(), *expected, "{view}.{column}");
    }
}

#[test]
fn tables_and_writes_are_refused() {
    let reader = Reader::new();
    let of_tables = migrations::tables().iter().map(|table| format!("SELECT 1 FROM {table}"));
    let writes = [
        "INSERT INTO quicksight_v_user_label (label_name) VALUES ('x')",
        "UPDATE quicksight_v_trip SET trip_id = 1",
        "DELETE FROM quicksight_v_trip",
        "SHOW CREATE VIEW quicksight_v_trip",
        "CREATE TABLE mine (id INT)",
        "DROP VIEW quicksight_v_trip",
    ];
    let statements: Vec<_> = of_tables.chain(writes.map(str::to_owned)).collect();

    let answers = reader.client().ask(statements.iter());

    for (statement, answer) in statements.iter().zip(answers) {
        assert_eq!(answer.refused(), COMMAND_DENIED, "{statement}");
    }
}

#[test]
fn the_reader_comes_over_tls_or_not_at_all() {
    let reader = Reader::new();

    // MySQL's way to log in without TLS asks for a key first. With it, it is the account that refuses.
    let plain = Client::new(&reader.url("useSsl=false&allowPublicKeyRetrieval=true"), &reader.name);
    assert_eq!(plain.is_turned_away().refused(), ACCESS_DENIED);
    let (right, wrong) = (reader.client(), reader.client_that_trusts("other.pem"));
    assert_eq!(right.ask(["SELECT 1"])[0].value(), "1");
    let nobody = Client::new(&reader.url("useSsl=true"), &reader.name);
    for client in [wrong, nobody] {
        let told = client.is_turned_away();
        assert!(told.words().contains("PKIX path "), "{told:?}");
    }
}
