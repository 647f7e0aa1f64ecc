//! Mending puts right what it can without losing data, leaves the rest, and disturbs nobody more than
//! it must.

mod support;

use std::time::Duration;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Access, Drift, DriftKind, Error, Migrator, verify_quicksight_schema};
use support::{
    ByHand, Database, Server, database, database_on, lock_holder, migrated, migrations, settings,
    whole,
    wire::{Cut, nth, statements_of},
};

fn verify(conn: &mut Conn) -> Vec<Drift> {
    verify_quicksight_schema(conn).unwrap()
}

fn without_an_index() -> Database {
    let db = migrated();
    db.conn().query_drop("ALTER TABLE trip DROP INDEX user_started_idx").unwrap();
    db
}

/// A statement of a mend that the server refuses, because it would lose something.
#[test]
fn a_mend_that_would_lose_data_is_refused_by_the_server_and_stops_no_other() {
    let db = whole();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE trip MODIFY COLUMN started_on datetime NULL",
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 1, NULL)",
        "ALTER TABLE campaign DROP INDEX ap_campaign_id",
        "INSERT INTO campaign (ap_campaign_id) VALUES (1), (1)",
        "ALTER TABLE user_rating DROP INDEX created_on_idx",
    ]);

    let error = Migrator::new().mend(&mut conn).unwrap_err();

    let Error::Mend { statement, mended: 1, total: 3, .. } = &error else { panic!("{error:?}") };
    assert!(statement.starts_with("ALTER TABLE `campaign` ADD UNIQUE KEY"), "{statement}");
    assert_eq!((error.server_code(), error.is_retryable()), (Some(1062), false));
    // Those that can be mended are, behind the one that cannot, too.
    let left: Vec<_> = verify(&mut conn).iter().map(|one| one.table().to_owned()).collect();
    assert_eq!(left, ["campaign", "trip"]);
    conn.query_drop("DELETE FROM campaign LIMIT 1").unwrap();
    let error = Migrator::new().mend(&mut conn).unwrap_err();
    let Error::Mend { statement, mended: 1, total: 2, .. } = &error else { panic!("{error:?}") };
    assert!(statement.starts_with("ALTER TABLE `trip` MODIFY COLUMN `started_on`"), "{statement}");
    let nulls: Option<u32> =
        conn.query_first("SELECT COUNT(*) FROM trip WHERE started_on IS NULL").unwrap();
    assert_eq!(nulls, Some(1));
}

#[test]
fn an_index_is_mended_online() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE trip DROP INDEX user_started_idx").unwrap();
    conn.query_drop("ALTER TABLE trip MODIFY COLUMN role smallint").unwrap();

    let report = Migrator::new().mend(&mut conn).unwrap();

    let access: Vec<_> =
        report.mended().iter().map(|one| (one.drift().kind(), one.access())).collect();
    assert_eq!(
        access,
        [(DriftKind::DifferentColumn, Access::Blocked), (DriftKind::MissingIndex, Access::Online)]
    );
}

/// MySQL would copy the whole table to add a column in place.
#[test]
fn a_column_is_added_in_an_instant() {
    let db = migrated();
    db.conn().query_drop("ALTER TABLE trip DROP COLUMN ended_on").unwrap();

    let sent = statements_of(&db, |conn| {
        let report = Migrator::new().mend(conn).unwrap();
        assert_eq!(report.mended()[0].access(), Access::Online);
    });

    let altered: Vec<_> =
        sent.iter().filter(|sql| sql.starts_with("ALTER TABLE `trip` ")).collect();
    assert_eq!(altered.len(), 1, "{altered:?}");
    assert!(altered[0].ends_with(", ALGORITHM=INSTANT"), "{altered:?}");
    assert!(verify(&mut db.conn()).is_empty());
}

/// What a table cannot get in an instant, it gets in another way.
#[test]
fn a_column_that_cannot_be_added_in_an_instant_is_added() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE trip DROP COLUMN ended_on",
        "ALTER TABLE trip ROW_FORMAT=COMPRESSED",
    ]);

    Migrator::new().mend(&mut conn).unwrap();

    assert!(verify(&mut conn).is_empty());
}

#[test]
fn mending_waits_for_a_boot() {
    let db = migrated();
    let _boot = lock_holder(&db);

    let error = Migrator::new().lock_timeout(Duration::ZERO).mend(&mut db.conn()).unwrap_err();

    assert!(matches!(error, Error::LockTimeout { .. }), "{error:?}");
}

/// What a newer build made may look wrong to this one, and is right.
#[test]
fn what_a_newer_build_made_is_not_mended_away() {
    let db = without_an_index();
    let mut conn = db.conn();
    let last = migrations::last().version;
    db.record(last + 1, "later");

    let error = Migrator::new().mend(&mut conn).unwrap_err();

    let Error::NewerHistory { recorded, embedded, .. } = error else { panic!("{error:?}") };
    assert_eq!((recorded, embedded), (last + 1, last));
    assert_eq!(verify(&mut conn).len(), 1);
}

#[test]
fn refuses_an_open_transaction_and_leaves_it_open() {
    let db = without_an_index();
    let mut conn = db.conn();
    conn.query_drop("START TRANSACTION").unwrap();
    conn.query_drop("INSERT INTO user_label (name) VALUES ('mine')").unwrap();

    let error = Migrator::new().mend(&mut conn).unwrap_err();

    assert!(matches!(error, Error::OpenTransaction), "{error:?}");
    conn.query_drop("ROLLBACK").unwrap();
    assert_eq!(conn.query_first::<u32, _>("SELECT COUNT(*) FROM user_label").unwrap(), Some(0));
}

#[test]
fn needs_the_right_to_alter_and_says_so() {
    let db = without_an_index();
    let rights = "SELECT, CREATE TEMPORARY TABLES, CREATE, INSERT, INDEX";

    let error = Migrator::new().mend(&mut db.user(rights).conn()).unwrap_err();

    let Error::Mend { mended: 0, total: 1, .. } = &error else { panic!("{error:?}") };
    assert_eq!(error.server_code(), Some(1142));
    let report = Migrator::new().mend(&mut db.user(&format!("{rights}, ALTER")).conn()).unwrap();
    let said = report.to_string();
    assert!(said.starts_with("1 difference mended, 0 left for a person to decide, in "), "{said}");
    assert!(said.ends_with(" ms"), "{said}");
}

#[test]
fn a_replica_is_refused() {
    let server = Server::start(&["--skip-log-bin"]);
    let db = database_on(&server).migrated();
    db.conn().query_drop("SET GLOBAL read_only = 1").unwrap();

    let error = Migrator::new().mend(&mut db.conn()).unwrap_err();

    assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
}

#[test]
fn the_session_is_as_before() {
    let db = without_an_index();
    let mut conn = db.conn();
    conn.query_drop("SET SESSION sql_mode = 'ANSI', autocommit = 0, lock_wait_timeout = 77")
        .unwrap();
    let before = settings(&mut conn);
    conn.query_drop("COMMIT").unwrap();

    Migrator::new().mend(&mut conn).unwrap();

    assert_eq!(settings(&mut conn), before);
    assert!(verify(&mut conn).is_empty());
}

/// Whatever statement the connection breaks at, the next call goes on from there.
#[test]
fn a_mend_that_is_cut_anywhere_is_finished_by_the_next() {
    let damage = || {
        let db = without_an_index();
        db.conn().by_hand([
            "ALTER TABLE telework DROP COLUMN ended_on",
            "ALTER TABLE campaign ALTER COLUMN tokens SET DEFAULT '1.00'",
            "DROP TABLE app_data",
        ]);
        db
    };
    let sent = statements_of(&damage(), |conn| drop(Migrator::new().mend(conn).unwrap()));
    let changes = |sql: &str| {
        let is_change = sql.starts_with("ALTER TABLE") || sql.starts_with("CREATE TABLE");
        is_change && !sql.contains("`quicksight_twin_")
    };
    let count = sent.iter().filter(|sql| changes(sql)).count();
    assert!(count >= 4, "{count}");
    for position in 0..count {
        for cut in [Cut::BeforeStatement, Cut::BeforeAnswer] {
            let db = damage();
            let mut dying = db.watched(nth(position, changes, move || cut));
            let error = Migrator::new().mend(&mut dying).unwrap_err();
            assert!(matches!(error, Error::Mend { .. }), "{error:?}");
            assert!(error.is_retryable(), "{error:?}");

            Migrator::new().mend(&mut db.conn()).unwrap();

            assert!(verify(&mut db.conn()).is_empty(), "{cut:?} at {position}");
        }
    }
}

/// The rows of such a table may be elsewhere.
#[test]
fn a_table_of_an_unknown_engine_is_left_to_a_person() {
    let db = migrated();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE user_label ENGINE=CSV").unwrap_err();
    conn.query_drop("DROP TABLE app_data").unwrap();
    conn.query_drop("CREATE TABLE app_data (id int NOT NULL) ENGINE=CSV").unwrap();

    let report = Migrator::new().mend(&mut conn);

    let drifts = verify(&mut conn);
    let engine = drifts.iter().find(|one| one.kind() == DriftKind::Engine);
    assert!(engine.is_some_and(|one| one.to_string().contains("by hand")), "{drifts:?}");
    assert!(report.is_err(), "no column of such a table may be NULL");
}

/// The tables of another framework, some of which have the names of ours.
#[test]
fn another_applications_tables_are_not_mended() {
    let db = database();
    let mut conn = db.conn();
    conn.by_hand([
        "CREATE TABLE auth_user (id int PRIMARY KEY, password varchar(128), last_login datetime, \
         is_superuser tinyint, username varchar(150), first_name varchar(150), email varchar(254), \
         is_staff tinyint, is_active tinyint, date_joined datetime)",
        "CREATE TABLE auth_group (id int PRIMARY KEY)",
    ]);
    let before = conn.query_first::<(String, String), _>("SHOW CREATE TABLE auth_user").unwrap();

    let error = Migrator::new().mend(&mut conn).unwrap_err();

    let Error::ForeignTables { tables, .. } = &error else { panic!("{error:?}") };
    assert_eq!(tables, &["auth_user"]);
    assert!(error.to_string().ends_with("a database of their own"), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(db.tables(), ["auth_group", "auth_user"], "nothing is made beside them");
    let after = conn.query_first::<(String, String), _>("SHOW CREATE TABLE auth_user").unwrap();
    assert_eq!(before, after);
    let error = quicksight_migrations::run_quicksight_migrations(&mut conn).unwrap_err();
    let Error::SchemaDrift { drifts, .. } = &error else { panic!("{error:?}") };
    let [drift] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((drift.table(), drift.kind()), ("auth_user", DriftKind::ForeignTable));
    assert_eq!(db.tables(), ["auth_group", "auth_user"]);
}
