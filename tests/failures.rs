//! When something is in the way: a typed error that says what, nothing half recorded, and a next
//! boot that finishes.

mod support;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use mysql::prelude::Queryable;
use quicksight_migrations::{
    AppliedMigration, Error, Migrator, quicksight_migration_status, run_quicksight_migrations,
};
use support::{
    Blockade, ByHand, Flavor, HISTORY, Server, chain, database, database_on, denied, migrated,
    migrations, server::program_flavor, wire::Cut,
};

/// A user that may make and change every table but one.
#[test]
fn a_failing_migration_is_named_and_not_recorded() {
    let db = database();
    let user = db.user("SELECT, INSERT");
    for table in migrations::tables().iter().chain([&HISTORY]).filter(|table| **table != "trip") {
        db.grant(&user, "CREATE, ALTER", table);
    }

    let error = run_quicksight_migrations(&mut user.conn()).unwrap_err();

    let Error::Migration { migration, applied, total: of, .. } = &error else {
        panic!("{error:?}");
    };
    let total = migrations::total();
    assert_eq!((migration.as_str(), *applied, *of), ("V14__trip", 13, total));
    assert_eq!(error.server_code(), Some(1142));
    assert!(!error.is_retryable());
    let told = chain(&error);
    let start = format!("migration V14__trip failed with 13 of {total} applied; ");
    assert!(told.starts_with(&start), "{told}");
    assert!(told.contains("CREATE command denied"), "{told}");
    assert!(!told.contains("secret"), "{told}");
    assert_eq!(db.history(), (1..=13).collect::<Vec<_>>());
    assert!(!db.tables().contains(&"trip".to_owned()));

    db.grant(&user, "CREATE, ALTER", "trip");
    let report = run_quicksight_migrations(&mut user.conn()).unwrap();
    assert_eq!(report.applied().len(), migrations::total() - 13);
    db.assert_complete();
}

#[test]
fn a_user_who_may_not_create_is_told_what_to_grant() {
    let db = database();

    for rights in ["SELECT", "SELECT, INSERT", "INSERT"] {
        let error = run_quicksight_migrations(&mut db.user(rights).conn()).unwrap_err();

        assert_eq!(
            denied(&error),
            "create the history table `quicksight_schema_history` (needs CREATE)"
        );
        assert_eq!(db.tables(), Vec::<String>::new());
    }
}

/// The whole of what the README asks a DBA to grant is enough, and no right in it is idle.
#[test]
fn the_documented_rights_are_enough_and_each_is_needed() {
    let db = database();
    run_quicksight_migrations(&mut db.user(migrations::RIGHTS).conn()).unwrap();
    db.assert_complete();
    db.forget_after(3);
    let rights = format!("{}, CREATE TEMPORARY TABLES", migrations::RIGHTS);
    run_quicksight_migrations(&mut db.user(&rights).conn()).unwrap();
    db.assert_complete();

    let db = database();
    let error = run_quicksight_migrations(&mut db.user("INSERT, CREATE").conn()).unwrap_err();
    assert_eq!(denied(&error), "read the history table `quicksight_schema_history` (needs SELECT)");

    let db = database();
    let error = run_quicksight_migrations(&mut db.user("SELECT, CREATE").conn()).unwrap_err();
    let Error::Migration { migration, applied: 0, .. } = &error else { panic!("{error:?}") };
    assert_eq!((migration.as_str(), error.server_code()), ("V01__auth_user", Some(1142)));
    assert!(chain(&error).contains("INSERT command denied"), "{}", chain(&error));
}

/// What a user may not read is not what is not there.
#[test]
fn status_and_plan_need_to_see_the_history() {
    let db = migrated();
    let blind = db.user("INSERT, CREATE");
    let migrator = Migrator::new();

    let errors = [
        migrator.status(&mut blind.conn()).unwrap_err(),
        migrator.plan(&mut blind.conn()).unwrap_err(),
    ];

    for error in errors {
        assert_eq!(
            denied(&error),
            "read the history table `quicksight_schema_history` (needs SELECT)"
        );
    }
}

/// A DBA runs what `plan` prints; afterwards a service that may only read boots.
#[test]
fn a_plan_can_be_run_by_hand() {
    let db = database();
    let mut conn = db.conn();

    let plan = Migrator::new().plan(&mut db.user("SELECT").conn()).unwrap();
    assert_eq!(db.tables(), Vec::<String>::new());
    assert_eq!(plan.len(), 1 + 2 * migrations::total());
    for statement in plan {
        conn.query_drop(statement).unwrap();
    }

    db.assert_complete();
    let report = run_quicksight_migrations(&mut db.user("SELECT").conn()).unwrap();
    assert_eq!(report.statements(), 1);
    assert_eq!(Migrator::new().plan(&mut conn).unwrap(), Vec::<String>::new());
}

#[test]
fn a_plan_holds_only_what_is_missing() {
    let db = migrated();
    let mut conn = db.conn();
    let last = migrations::last();
    db.forget_after(last.version - 1);

    let plan = Migrator::new().plan(&mut conn).unwrap();

    assert_eq!(plan.len(), 3);
    assert_eq!(plan[1], last.sql);
    assert!(plan[2].starts_with("INSERT INTO `quicksight_schema_history` "), "{}", plan[2]);
    conn.query_drop("DELETE FROM quicksight_schema_history WHERE version = 1").unwrap();
    let error = Migrator::new().plan(&mut conn).unwrap_err();
    assert!(matches!(error, Error::OutOfOrder { .. }), "{error:?}");
}

/// The server's own limit for this wait is a year.
#[test]
fn a_table_held_by_a_forgotten_transaction_bounds_the_boot() {
    let db = migrated();
    db.forget_after(13);
    // It is held from when the boot has looked, and goes on to its work.
    let (blockade, opts) = (Arc::new(Mutex::new(None)), db.opts());
    let held = Arc::clone(&blockade);
    let mut conn = db.watched(move |sql| {
        if sql.contains("GET_LOCK") {
            *held.lock().unwrap() = Some(Blockade::reached_by(&opts, "trip"));
        }
        None
    });
    let started = Instant::now();

    let error =
        Migrator::new().metadata_lock_timeout(Duration::from_secs(2)).run(&mut conn).unwrap_err();

    let waited = started.elapsed();
    let blockade = blockade.lock().unwrap().take().unwrap();
    let Error::Migration { migration, applied, .. } = &error else { panic!("{error:?}") };
    assert_eq!((migration.as_str(), *applied), ("V14__trip", 13));
    assert_eq!(error.server_code(), Some(1205));
    assert!(error.is_retryable());
    assert!(waited >= Duration::from_secs(2), "{waited:?}");
    assert!(waited < Duration::from_secs(20), "{waited:?}");
    blockade.lift();
    assert_eq!(
        run_quicksight_migrations(&mut db.conn()).unwrap().applied().len(),
        migrations::total() - 13
    );
}

/// A history row that somebody has written and not committed: a row lock, whose own limit is 50 s.
#[test]
fn a_history_row_held_by_a_forgotten_transaction_bounds_the_boot() {
    let db = migrated();
    db.forget_after(13);
    let mut forgotten = db.conn();
    forgotten.query_drop("START TRANSACTION").unwrap();
    forgotten.query_drop("INSERT INTO quicksight_schema_history (version) VALUES (14)").unwrap();

    let error = Migrator::new()
        .metadata_lock_timeout(Duration::from_secs(1))
        .run(&mut db.conn())
        .unwrap_err();

    assert_eq!(error.server_code(), Some(1205), "{error:?}");
    forgotten.query_drop("ROLLBACK").unwrap();
    assert_eq!(
        run_quicksight_migrations(&mut db.conn()).unwrap().applied().len(),
        migrations::total() - 13
    );
}

#[test]
fn a_lost_connection_is_retryable_and_names_the_migration() {
    let db = database();
    let mut conn = db.watched(|sql| {
        sql.contains("CREATE TABLE IF NOT EXISTS `trip`").then_some(Cut::BeforeStatement)
    });

    let error = run_quicksight_migrations(&mut conn).unwrap_err();

    let Error::Migration { migration, applied, .. } = &error else { panic!("{error:?}") };
    assert_eq!((migration.as_str(), *applied), ("V14__trip", 13));
    assert_eq!(error.server_code(), None);
    assert!(error.is_retryable());
    assert_eq!(
        run_quicksight_migrations(&mut db.conn()).unwrap().applied().len(),
        migrations::total() - 13
    );
}

/// Another node of a cluster may record a migration between our look and our row: the server
/// undoes ours, and that is no failure.
#[test]
fn a_row_that_another_node_wrote_first_is_no_failure() {
    let db = database();
    let mut other = db.conn();
    let mut conn = db.watched(move |sql| {
        if sql.starts_with("INSERT INTO `quicksight_schema_history`") && sql.contains("'trip'") {
            other.query_drop(sql).unwrap();
        }
        None
    });

    let report = run_quicksight_migrations(&mut conn).unwrap();

    let names: Vec<_> = report.applied().iter().map(AppliedMigration::name).collect();
    assert_eq!(names.len(), migrations::total() - 1);
    assert!(!names.contains(&"V14__trip"), "recorded by the other node: {names:?}");
    db.assert_complete();
}

/// The other node may also have made all the rest meanwhile.
#[test]
fn a_boot_that_another_node_overtakes_is_no_failure() {
    let db = database();
    let mut other = db.conn();
    let mut conn = db.watched(move |sql| {
        if sql.starts_with("INSERT INTO `quicksight_schema_history`") && sql.contains("SELECT 5, ")
        {
            for statement in Migrator::new().plan(&mut other).unwrap() {
                other.query_drop(statement).unwrap();
            }
        }
        None
    });

    let report = run_quicksight_migrations(&mut conn).unwrap();

    assert_eq!(report.applied().len(), 4);
    db.assert_complete();
}

/// As beside a rollback on another node of a cluster, which knows nothing of this one's lock.
#[test]
fn no_row_of_the_history_outlives_its_table() {
    for lost in ["trip", HISTORY] {
        let db = database();
        let mut other = db.conn();
        let mut conn = db.watched(move |sql| {
            if sql.starts_with("INSERT INTO `quicksight_schema_history`") && sql.contains("'trip'")
            {
                other.query_drop(format!("DROP TABLE {lost}")).unwrap();
            }
            None
        });

        let error = run_quicksight_migrations(&mut conn).unwrap_err();

        assert!(matches!(error, Error::TablesChanging), "{lost}: {error:?}");
        assert!(error.is_retryable());
        let recorded = db.tables().contains(&HISTORY.to_owned()).then(|| db.history().len());
        assert_eq!(recorded, (lost == "trip").then_some(13));
        run_quicksight_migrations(&mut db.conn()).unwrap();
        db.assert_complete();
    }
}

/// A conflict that never ends is not waited for without end.
#[test]
fn a_conflict_that_stays_is_an_error() {
    let db = migrated();
    let mut conn = db.conn();
    conn.by_hand([
        "DELETE FROM quicksight_schema_history WHERE version > 1",
        "ALTER TABLE quicksight_schema_history ADD zero INT NOT NULL DEFAULT 0, ADD UNIQUE (zero)",
    ]);

    let error = run_quicksight_migrations(&mut db.conn()).unwrap_err();

    assert_eq!(error.server_code(), Some(1062), "{error:?}");
    assert!(matches!(&error, Error::Migration { migration, .. } if migration == "V02__user_label"));
}

#[test]
fn a_server_that_dies_is_retryable_and_loses_nothing() {
    let mut server = Server::start(&["--skip-log-bin"]);
    let db = database_on(&server).migrated();
    let mut conn = db.conn();
    server.crash();

    let error = run_quicksight_migrations(&mut conn).unwrap_err();

    assert!(matches!(error, Error::Database { .. }), "{error:?}");
    assert!(error.is_retryable());
    assert_eq!(error.server_code(), None);
    server.resume();
    let db = support::reopened(&server, &db);
    assert!(quicksight_migration_status(&mut db.conn()).unwrap().is_current());
}

#[test]
fn a_server_without_innodb_is_refused() {
    if program_flavor() == Flavor::MySql {
        // MySQL has not been able to run without InnoDB since 5.7.
        return;
    }
    let server = Server::start(&["--innodb=OFF", "--default-storage-engine=MyISAM"]);
    let db = database_on(&server);

    let error = run_quicksight_migrations(&mut db.conn()).unwrap_err();

    let Error::UnsupportedServer { needed, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*needed, "the InnoDB storage engine");
    assert_eq!(db.tables(), Vec::<String>::new());
}
