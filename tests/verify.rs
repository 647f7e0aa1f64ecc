//! Verification finds every difference, names it, and finds none where there is none; mending puts
//! it right and keeps every row.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Drift, DriftKind, Error, Mend, Migrator, Severity, run_quicksight_migrations,
    verify_quicksight_schema,
};
use support::{Database, Flavor, TABLES, database, flavor, questions};

fn migrated() -> Database {
    let db = database();
    run_quicksight_migrations(&mut db.conn()).unwrap();
    db
}

fn verify(conn: &mut Conn) -> Vec<Drift> {
    verify_quicksight_schema(conn).unwrap()
}

#[track_caller]
fn assert_no_drift(conn: &mut Conn, after: &str) {
    let said: Vec<_> = verify(conn).iter().map(ToString::to_string).collect();
    assert_eq!(said, Vec::<String>::new(), "{after}");
}

#[test]
fn finds_nothing_in_what_the_migrations_made() {
    let db = migrated();
    let mut conn = db.conn();
    let before = questions(&mut conn);

    assert_no_drift(&mut conn, "a first boot");

    let sent = questions(&mut conn) - before - 1;
    // Three looks at what is there, a twin and its description for each table, and the twins dropped.
    assert_eq!(sent, 3 + 2 * 18 + 1);
}

#[test]
fn finds_nothing_under_any_sql_mode_and_puts_it_back() {
    let db = migrated();
    let mut modes = vec!["", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "TRADITIONAL", "ANSI"];
    if flavor() == Flavor::MariaDb {
        modes.extend(["ORACLE", "EMPTY_STRING_IS_NULL", "NO_FIELD_OPTIONS,NO_KEY_OPTIONS"]);
    }
    for mode in modes {
        for quotes in [0, 1] {
            let mut conn = db.conn();
            let set = format!("SET SESSION sql_mode = '{mode}', sql_quote_show_create = {quotes}");
            conn.query_drop(set).unwrap();
            let ask = "SELECT CONCAT(@@sql_mode, @@sql_quote_show_create)";
            let before: Option<String> = conn.query_first(ask).unwrap();

            assert_no_drift(&mut conn, mode);

            assert_eq!(conn.query_first::<String, _>(ask).unwrap(), before);
        }
    }
}

use Severity::{Advisory, Breaking};

/// What somebody did to a good database, and what is found: the table, the column or index, the
/// kind, the severity, and whether a statement mends it.
type Case = (&'static str, &'static str, Option<&'static str>, DriftKind, Severity, bool);

const CASES: &[Case] = &[
    ("DROP TABLE app_data", "app_data", None, DriftKind::MissingTable, Breaking, true),
    ("ALTER TABLE trip ENGINE=MyISAM", "trip", None, DriftKind::Engine, Breaking, true),
    (
        "ALTER TABLE trip DEFAULT CHARACTER SET latin1",
        "trip",
        None,
        DriftKind::CharacterSet,
        Advisory,
        true,
    ),
    (
        "ALTER TABLE trip DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        "trip",
        None,
        DriftKind::CharacterSet,
        Advisory,
        true,
    ),
    // Columns that are not there.
    (
        "ALTER TABLE trip DROP COLUMN ended_on",
        "trip",
        Some("ended_on"),
        DriftKind::MissingColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE trip DROP COLUMN occupancy",
        "trip",
        Some("occupancy"),
        DriftKind::MissingColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE points_transaction DROP COLUMN payer",
        "points_transaction",
        Some("payer"),
        DriftKind::MissingColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE user_rating DROP COLUMN rating",
        "user_rating",
        Some("rating"),
        DriftKind::MissingColumn,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE redeem_transaction DROP COLUMN amount",
        "redeem_transaction",
        Some("amount"),
        DriftKind::MissingColumn,
        Breaking,
        true,
    ),
    // Columns of another type.
    (
        "ALTER TABLE trip MODIFY COLUMN origin_latitude float",
        "trip",
        Some("origin_latitude"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN role smallint",
        "trip",
        Some("role"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN role int unsigned",
        "trip",
        Some("role"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN role varchar(20)",
        "trip",
        Some("role"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN origin varchar(100)",
        "trip",
        Some("origin"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE redeem_transaction MODIFY COLUMN points decimal(8,2) NOT NULL",
        "redeem_transaction",
        Some("points"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE redeem_transaction MODIFY COLUMN points decimal(10,4) NOT NULL",
        "redeem_transaction",
        Some("points"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE redeem_transaction MODIFY COLUMN points double NOT NULL",
        "redeem_transaction",
        Some("points"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN ended_on date",
        "trip",
        Some("ended_on"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN ended_on timestamp NULL",
        "trip",
        Some("ended_on"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    // Columns that take more than is wanted.
    (
        "ALTER TABLE trip MODIFY COLUMN role bigint",
        "trip",
        Some("role"),
        DriftKind::WiderColumn,
        Advisory,
        false,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN card_id text",
        "trip",
        Some("card_id"),
        DriftKind::WiderColumn,
        Advisory,
        false,
    ),
    (
        "ALTER TABLE redeem_transaction MODIFY COLUMN points decimal(12,2) NOT NULL",
        "redeem_transaction",
        Some("points"),
        DriftKind::WiderColumn,
        Advisory,
        false,
    ),
    // Columns that might cut a value if they were made narrower, or that QuickSight does not read.
    (
        "ALTER TABLE trip MODIFY COLUMN failed_reason tinytext",
        "trip",
        Some("failed_reason"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN card_id longtext",
        "trip",
        Some("card_id"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    // Columns that are the same and behave otherwise.
    (
        "ALTER TABLE trip MODIFY COLUMN origin varchar(200) DEFAULT 'NULL'",
        "trip",
        Some("origin"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN started_on datetime NULL",
        "trip",
        Some("started_on"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN role int NOT NULL",
        "trip",
        Some("role"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE campaign ALTER COLUMN tokens SET DEFAULT '1.00'",
        "campaign",
        Some("tokens"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE campaign ALTER COLUMN name DROP DEFAULT",
        "campaign",
        Some("name"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE user_label MODIFY COLUMN modified_on datetime DEFAULT CURRENT_TIMESTAMP",
        "user_label",
        Some("modified_on"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE user_label MODIFY COLUMN created_on datetime DEFAULT NULL",
        "user_label",
        Some("created_on"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE user_label MODIFY COLUMN id int NOT NULL",
        "user_label",
        Some("id"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE campaign MODIFY COLUMN name varchar(32) CHARACTER SET latin1 NOT NULL DEFAULT ''",
        "campaign",
        Some("name"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE campaign_promo_code MODIFY COLUMN promo_code varchar(30) \
         CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT ''",
        "campaign_promo_code",
        Some("promo_code"),
        DriftKind::DifferentColumn,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE trip MODIFY COLUMN origin varbinary(200)",
        "trip",
        Some("origin"),
        DriftKind::DifferentColumn,
        Breaking,
        false,
    ),
    // Keys.
    (
        "ALTER TABLE user_label MODIFY COLUMN id int NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (name)",
        "user_label",
        None,
        DriftKind::PrimaryKey,
        Breaking,
        false,
    ),
    (
        "ALTER TABLE trip DROP INDEX user_started_idx",
        "trip",
        Some("user_started_idx"),
        DriftKind::MissingIndex,
        Advisory,
        true,
    ),
    (
        "ALTER TABLE points_transaction DROP INDEX coins_history_idx_1",
        "points_transaction",
        Some("coins_history_idx_1"),
        DriftKind::MissingIndex,
        Advisory,
        true,
    ),
    (
        "ALTER TABLE campaign DROP INDEX ap_campaign_id",
        "campaign",
        Some("ap_campaign_id"),
        DriftKind::MissingIndex,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE campaign DROP INDEX ap_campaign_id, ADD KEY ap_campaign_id (ap_campaign_id)",
        "campaign",
        Some("ap_campaign_id"),
        DriftKind::DifferentIndex,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE trip DROP INDEX user_started_idx, ADD KEY user_started_idx (started_on, user_id)",
        "trip",
        Some("user_started_idx"),
        DriftKind::DifferentIndex,
        Advisory,
        true,
    ),
    (
        "ALTER TABLE points_transaction DROP INDEX note_idx__000, ADD KEY note_idx__000 (note(20))",
        "points_transaction",
        Some("note_idx__000"),
        DriftKind::DifferentIndex,
        Advisory,
        true,
    ),
    (
        "ALTER TABLE trip DROP INDEX user_started_idx, ADD UNIQUE KEY user_started_idx (user_id, started_on)",
        "trip",
        Some("user_started_idx"),
        DriftKind::DifferentIndex,
        Breaking,
        true,
    ),
    (
        "ALTER TABLE points_transaction DROP INDEX note_idx__000, ADD FULLTEXT KEY note_idx__000 (note)",
        "points_transaction",
        Some("note_idx__000"),
        DriftKind::DifferentIndex,
        Advisory,
        true,
    ),
    (
        "ALTER TABLE trip DROP INDEX user_started_idx, ADD KEY USER_STARTED_IDX (role)",
        "trip",
        Some("user_started_idx"),
        DriftKind::DifferentIndex,
        Advisory,
        true,
    ),
    // More than is wanted.
    (
        "ALTER TABLE trip RENAME INDEX user_started_idx TO other, ADD UNIQUE KEY user_started_idx (user_id)",
        "trip",
        Some("user_started_idx"),
        DriftKind::ExtraIndex,
        Advisory,
        false,
    ),
    (
        "ALTER TABLE trip ADD CONSTRAINT far CHECK (distance > 0)",
        "trip",
        Some("far"),
        DriftKind::ExtraCheck,
        Advisory,
        false,
    ),
    (
        "ALTER TABLE trip ADD COLUMN must int NOT NULL",
        "trip",
        Some("must"),
        DriftKind::ExtraColumn,
        Advisory,
        false,
    ),
    (
        "ALTER TABLE trip ADD COLUMN weather varchar(20)",
        "trip",
        Some("weather"),
        DriftKind::ExtraColumn,
        Advisory,
        false,
    ),
    (
        "ALTER TABLE trip ADD COLUMN doubled double AS (distance * 2) VIRTUAL",
        "trip",
        Some("doubled"),
        DriftKind::ExtraColumn,
        Advisory,
        false,
    ),
    (
        "ALTER TABLE trip ADD KEY by_role (role)",
        "trip",
        Some("by_role"),
        DriftKind::ExtraIndex,
        Advisory,
        false,
    ),
];

/// A row in each table that a case touches, with values that a careless mend would hurt.
fn fill(conn: &mut Conn) {
    for sql in [
        "INSERT INTO trip (user_id, travel_mode, started_on, ended_on, role, origin, \
         origin_latitude, distance) \
         VALUES (1, 100, '2025-03-31 03:07:08', '2025-03-31 04:00:00', 2, 'Houston ', 29.5, 1200.25)",
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, note, created_on) \
         VALUES (1, 2, 10.50, 10.50, 'first', '2025-03-31 03:07:08')",
        "INSERT INTO redeem_transaction (user_id, points, transaction_id, created_on) \
         VALUES (1, -5.25, 'x', '2025-03-31 03:07:08')",
        "INSERT INTO user_rating (user_id, trip_id, rating, created_on) \
         VALUES (1, 1, 5, '2025-03-31 03:07:08')",
        "INSERT INTO user_label (id, name) VALUES (7, 'pioneer')",
        "INSERT INTO campaign (ap_campaign_id, name, tokens) VALUES (3, 'Summer', 100.00)",
        "INSERT INTO campaign_promo_code (campaign_id, promo_code) VALUES (1, 'abc')",
    ] {
        conn.query_drop(sql).unwrap();
    }
}

/// All values of the table that are there before and after.
fn rows(conn: &mut Conn, table: &str, columns: &[String]) -> Vec<mysql::Row> {
    let columns: Vec<_> = columns.iter().map(|name| format!("`{name}`")).collect();
    conn.query(format!("SELECT {} FROM {table}", columns.join(", "))).unwrap()
}

fn columns(conn: &mut Conn, table: &str) -> Vec<String> {
    conn.exec(
        "SELECT column_name FROM information_schema.columns \
         WHERE table_schema = DATABASE() AND table_name = ? ORDER BY column_name",
        (table,),
    )
    .unwrap()
}

#[test]
fn every_kind_of_drift_is_found_and_mended_and_no_row_is_lost() {
    assert!(CASES.len() >= 30);
    for (change, table, subject, kind, severity, mends) in CASES {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop("SET SESSION sql_mode = ''").unwrap();
        fill(&mut conn);
        conn.query_drop(*change).unwrap_or_else(|error| panic!("{change}: {error}"));

        let drifts = verify(&mut conn);

        let drift = drifts
            .iter()
            .find(|one| one.kind() == *kind && one.subject() == *subject)
            .unwrap_or_else(|| panic!("{change}: {drifts:?}"));
        assert_eq!((drift.table(), drift.severity()), (*table, *severity), "{change}");
        assert_eq!(matches!(drift.mend(), Mend::Sql(_)), *mends, "{change}: {drift}");

        let kept = columns(&mut conn, table);
        let before = (*kind != DriftKind::MissingTable).then(|| rows(&mut conn, table, &kept));
        let report = Migrator::new().mend(&mut conn).unwrap();
        assert_eq!(report.mended().iter().any(|one| one.drift() == drift), *mends, "{change}");
        assert_eq!(report.left().contains(drift), !*mends, "{change}");
        if *mends {
            assert_no_drift(&mut conn, change);
        }
        if let Some(before) = before {
            let after = rows(&mut conn, table, &kept);
            assert_eq!(values(after), values(before), "{change}");
        }
        assert_no_twins(&mut conn);
    }
}

#[test]
fn what_is_extra_and_may_refuse_rows_says_so() {
    let db = migrated();
    let mut conn = db.conn();
    let cases = [
        ("COLUMN must int NOT NULL", "a row that does not name it is refused"),
        ("COLUMN may int NOT NULL DEFAULT 1", "nothing minds it"),
        ("UNIQUE KEY one_each (user_id)", "rows that it takes for doubles are refused"),
        ("KEY some_key (user_id, role)", "nothing minds it"),
        ("CONSTRAINT far CHECK (distance > 0)", "rows that do not pass it are refused"),
    ];
    for (extra, _) in cases {
        conn.query_drop(format!("ALTER TABLE trip ADD {extra}")).unwrap();
    }

    let drifts = verify(&mut conn);

    assert_eq!(drifts.len(), cases.len());
    for (extra, reason) in cases {
        let name = extra.split(' ').find(|word| *word == word.to_lowercase()).unwrap();
        let drift = drifts.iter().find(|one| one.subject() == Some(name)).unwrap();
        assert!(drift.to_string().contains(reason), "{drift}");
    }
}

#[test]
fn an_invisible_column_is_found_and_mended() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE trip MODIFY COLUMN distance double INVISIBLE").unwrap();

    let drifts = verify(&mut conn);

    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.subject(), drift.severity()), (Some("distance"), Breaking));
    assert_eq!(drift.found(), Some("`distance` double NULL INVISIBLE"));
    Migrator::new().mend(&mut conn).unwrap();
    assert_no_drift(&mut conn, "an invisible column");
}

/// A value may be longer than the narrow type holds for sure.
#[test]
fn a_text_that_would_be_cut_is_not_converted() {
    let db = migrated();
    let mut conn = db.conn();
    for sql in [
        "ALTER TABLE trip MODIFY COLUMN failed_reason tinytext",
        "INSERT INTO trip (user_id, travel_mode, started_on, failed_reason) \
         VALUES (1, 1, '2025-03-31', CONCAT('x', SPACE(200)))",
    ] {
        conn.query_drop(sql).unwrap();
    }

    let report = Migrator::new().mend(&mut conn).unwrap();

    assert_eq!((report.mended().len(), report.left().len()), (0, 1));
    let length: Option<u32> =
        conn.query_first("SELECT CHAR_LENGTH(failed_reason) FROM trip").unwrap();
    assert_eq!(length, Some(201));
}

/// `sql_select_limit` is for people at a prompt; half a description would be taken for drift.
#[test]
fn a_limit_on_the_rows_of_a_session_limits_nothing_here() {
    for limit in [0, 1] {
        let db = database();
        let mut conn = db.conn();
        conn.query_drop(format!("SET SESSION sql_select_limit = {limit}")).unwrap();

        run_quicksight_migrations(&mut conn).unwrap();

        assert!(Migrator::new().status(&mut conn).unwrap().is_current());
        assert_no_drift(&mut conn, "a limit");
        assert_eq!(Migrator::new().mend(&mut conn).unwrap().mended().len(), 0);
        assert_eq!(Migrator::new().rollback(&mut conn).unwrap().dropped().len(), 18);
        let row: Option<u32> = conn.query_first("SELECT @@sql_select_limit LIMIT 1").unwrap();
        assert_eq!(row, Some(limit));
    }
}

/// Temporary tables are seen by their own session only.
#[track_caller]
fn assert_no_twins(conn: &mut Conn) {
    for table in TABLES {
        let error = conn.query_drop(format!("SELECT 1 FROM quicksight_twin_{table}")).unwrap_err();
        assert!(error.to_string().contains("ERROR 1146"), "{error}");
    }
}

fn values(rows: Vec<mysql::Row>) -> Vec<Vec<mysql::Value>> {
    rows.into_iter().map(mysql::Row::unwrap).collect()
}

/// One that a table of cases cannot hold: both keys of a column that counts must go at once.
#[test]
fn a_lost_primary_key_is_mended() {
    let db = migrated();
    let mut conn = db.conn();
    fill(&mut conn);
    conn.query_drop("ALTER TABLE user_label MODIFY COLUMN id int NOT NULL, DROP PRIMARY KEY")
        .unwrap();

    let drifts = verify(&mut conn);
    let kinds: Vec<_> = drifts.iter().map(Drift::kind).collect();
    assert_eq!(kinds, [DriftKind::PrimaryKey, DriftKind::DifferentColumn]);

    assert_eq!(Migrator::new().mend(&mut conn).unwrap().mended().len(), 2);
    assert_no_drift(&mut conn, "a lost primary key");
    let id: Option<i32> = conn.query_first("SELECT id FROM user_label").unwrap();
    assert_eq!(id, Some(7));
}

/// An id of zero is a row like any other; giving the column its counter back must not renumber it.
#[test]
fn mending_a_counter_renumbers_nothing() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE user_label MODIFY COLUMN id int NOT NULL").unwrap();
    conn.query_drop("INSERT INTO user_label (id, name) VALUES (0, 'zero')").unwrap();

    Migrator::new().mend(&mut conn).unwrap();

    assert_no_drift(&mut conn, "a lost counter");
    let id: Option<i32> = conn.query_first("SELECT id FROM user_label").unwrap();
    assert_eq!(id, Some(0));
}

#[test]
fn a_view_in_place_of_a_table_is_left_to_a_person() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("DROP TABLE app_data").unwrap();
    conn.query_drop("CREATE VIEW app_data AS SELECT 1 AS id").unwrap();

    let drifts = verify(&mut conn);

    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.table(), drift.kind()), ("app_data", DriftKind::NotATable));
    assert!(matches!(drift.mend(), Mend::Decide(_)));
}

/// Nobody can look into such a view, and nobody needs to.
#[test]
fn a_broken_view_in_place_of_a_table_is_named() {
    let db = migrated();
    let mut conn = db.conn();
    for sql in [
        "DROP TABLE app_data",
        "CREATE TABLE base (id int)",
        "CREATE VIEW app_data AS SELECT id FROM base",
        "DROP TABLE base",
    ] {
        conn.query_drop(sql).unwrap();
    }

    let said: Vec<_> = verify(&mut conn).iter().map(ToString::to_string).collect();

    let expected = "app_data: wanted a table, found a view; \
                    something else has the table's name: rename or drop it";
    assert_eq!(said, [expected]);
}

/// MySQL has no such thing.
#[test]
fn a_sequence_in_place_of_a_table_is_not_taken_for_one() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("DROP TABLE app_data").unwrap();
    if flavor() == Flavor::MySql {
        conn.query_drop("CREATE SEQUENCE app_data").unwrap_err();
        return;
    }
    conn.query_drop("CREATE SEQUENCE app_data").unwrap();

    let report = Migrator::new().mend(&mut conn).unwrap();

    let [drift] = report.left() else { panic!("{report:?}") };
    assert_eq!((drift.kind(), drift.found()), (DriftKind::NotATable, Some("a sequence")));
    assert!(report.mended().is_empty());
}

#[test]
fn a_hidden_index_is_found() {
    let db = migrated();
    let mut conn = db.conn();
    let hidden = match flavor() {
        Flavor::MySql => "INVISIBLE",
        Flavor::MariaDb => "IGNORED",
    };
    conn.query_drop(format!("ALTER TABLE trip ALTER INDEX user_started_idx {hidden}")).unwrap();

    let drifts = verify(&mut conn);

    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.kind(), drift.severity()), (DriftKind::DifferentIndex, Advisory));
    assert!(drift.found().unwrap().contains("hidden from the planner"), "{drift}");
    Migrator::new().mend(&mut conn).unwrap();
    assert_no_drift(&mut conn, "a hidden index");
}

#[test]
fn what_is_no_difference_is_not_reported() {
    let db = migrated();
    let mut conn = db.conn();
    for change in [
        "ALTER TABLE points_transaction ADD UNIQUE KEY id (id)",
        "ALTER TABLE trip MODIFY COLUMN user_id int(11) NOT NULL",
        "ALTER TABLE trip MODIFY COLUMN user_id int(9) NOT NULL",
        "ALTER TABLE trip AUTO_INCREMENT = 1000",
        "ALTER TABLE trip MODIFY COLUMN distance double AFTER id",
        "ALTER TABLE trip RENAME INDEX user_started_idx TO another_name",
        "ALTER TABLE trip RENAME INDEX another_name TO USER_STARTED_IDX",
        "ALTER TABLE trip CHANGE COLUMN is_HGAC is_hgac tinyint(1) DEFAULT 0",
        "ALTER TABLE trip COMMENT = 'somebody else wrote this'",
        "ALTER TABLE trip ROW_FORMAT=COMPRESSED",
        "INSERT INTO user_label (name) VALUES ('a row')",
    ] {
        conn.query_drop(change).unwrap_or_else(|error| panic!("{change}: {error}"));
        assert_no_drift(&mut conn, change);
    }
}

/// The partition's column must be in every unique key, so that this primary key is the best there is.
#[test]
fn a_partitioned_ledger_is_no_difference() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop(
        "ALTER TABLE points_transaction DROP PRIMARY KEY, ADD PRIMARY KEY (id, created_on)",
    )
    .unwrap();
    let kinds: Vec<_> = verify(&mut conn).iter().map(Drift::kind).collect();
    assert_eq!(kinds, [DriftKind::PrimaryKey]);

    conn.query_drop(
        "ALTER TABLE points_transaction PARTITION BY RANGE COLUMNS (created_on) (\
         PARTITION before_2026 VALUES LESS THAN ('2026-01-01'), PARTITION later VALUES LESS THAN (MAXVALUE))",
    )
    .unwrap();

    assert_no_drift(&mut conn, "partitions by month");
    conn.query_drop(
        "ALTER TABLE points_transaction DROP PRIMARY KEY, ADD PRIMARY KEY (created_on, id), ADD KEY (id)",
    )
    .unwrap();
    let kinds: Vec<_> = verify(&mut conn).iter().map(Drift::kind).collect();
    assert!(kinds.contains(&DriftKind::PrimaryKey), "{kinds:?}");
}

/// It stops in the middle, when some twins are made and the caller's `sql_mode` is another.
#[test]
fn leaves_nothing_behind_when_it_fails() {
    let db = migrated();
    let user = db.user("CREATE TEMPORARY TABLES");
    for table in TABLES.iter().filter(|table| **table != "trip") {
        let grant = format!("GRANT SELECT ON {}.{table} TO '{}'@'%'", db.name(), user.name());
        db.conn().query_drop(grant).unwrap();
    }
    let grant = format!("GRANT SELECT (id) ON {}.trip TO '{}'@'%'", db.name(), user.name());
    db.conn().query_drop(grant).unwrap();
    let mut conn = user.conn();
    conn.query_drop("SET SESSION sql_mode = 'ANSI_QUOTES'").unwrap();

    verify_quicksight_schema(&mut conn).unwrap_err();

    conn.query_drop("CREATE TEMPORARY TABLE quicksight_twin_auth_user (id int)").unwrap();
    let mode: Option<String> = conn.query_first("SELECT @@sql_mode").unwrap();
    assert_eq!(mode.as_deref(), Some("ANSI_QUOTES"));
}

#[test]
fn needs_two_rights_and_names_the_one_that_is_missing() {
    let db = migrated();

    assert_no_drift(&mut db.user("SELECT, CREATE TEMPORARY TABLES").conn(), "few rights");

    let error = verify_quicksight_schema(&mut db.user("SELECT").conn()).unwrap_err();
    let Error::PermissionDenied { action, .. } = &error else { panic!("{error:?}") };
    assert_eq!(action, "make a temporary twin of `auth_user` (needs CREATE TEMPORARY TABLES)");
    // Columns that a user may not read are hidden, which is not the same as missing.
    let squint = db.user("CREATE TEMPORARY TABLES");
    for table in TABLES {
        let columns = if table == "trip" { "SELECT (id, user_id)" } else { "SELECT" };
        let grant = format!("GRANT {columns} ON {}.{table} TO '{}'@'%'", db.name(), squint.name());
        db.conn().query_drop(grant).unwrap();
    }
    let error = verify_quicksight_schema(&mut squint.conn()).unwrap_err();
    let Error::PermissionDenied { action, .. } = &error else { panic!("{error:?}") };
    assert_eq!(action, "look at the table `trip` (needs SELECT)");
    let blind = db.user("CREATE TEMPORARY TABLES");
    let error = verify_quicksight_schema(&mut blind.conn()).unwrap_err();
    let Error::PermissionDenied { action, .. } = &error else { panic!("{error:?}") };
    assert!(action.ends_with("(needs SELECT)"), "{action}");
}

#[test]
fn leaves_an_open_transaction_open() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("START TRANSACTION").unwrap();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('mine')").unwrap();

    assert_no_drift(&mut conn, "an open transaction");

    conn.query_drop("ROLLBACK").unwrap();
    let rows: Option<u32> = conn.query_first("SELECT COUNT(*) FROM user_label").unwrap();
    assert_eq!(rows, Some(0));
}

#[test]
fn an_empty_database_lacks_every_table() {
    let db = database();

    let drifts = verify(&mut db.conn());

    assert_eq!(drifts.len(), 18);
    assert!(drifts.iter().all(|drift| drift.kind() == DriftKind::MissingTable));
    assert_eq!(Migrator::new().mend(&mut db.conn()).unwrap().mended().len(), 18);
    assert_no_drift(&mut db.conn(), "mending an empty database");
}
