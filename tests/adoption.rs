//! Databases that have the tables already: what is right is taken as it is, what is wrong stops the
//! boot before anything is changed.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{
    Drift, DriftKind, Error, Migrator, Severity, quicksight_migration_status,
    run_quicksight_migrations, verify_quicksight_schema,
};
use support::{ByHand, Database, HISTORY, database, denied, migrated, migrations};

/// The tables that the Knex migration made, in its own words: the same columns, with display
/// widths, a redundant unique key, and no comments to speak of.
const BY_KNEX: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS `points_transaction` (
      `id` int NOT NULL AUTO_INCREMENT,
      `user_id` int NOT NULL,
      `activity_type` int NOT NULL,
      `points` decimal(10,2) NOT NULL,
      `balance` decimal(10,2) NOT NULL,
      `note` varchar(200) DEFAULT NULL,
      `created_on` datetime NOT NULL,
      `payer` int NOT NULL DEFAULT '0' COMMENT 'who pay the coins',
      `payee` int NOT NULL DEFAULT '0' COMMENT 'who receive the coins',
      `ref_transaction_id` int NOT NULL DEFAULT '0',
      PRIMARY KEY (`id`),
      UNIQUE KEY `id` (`id`),
      KEY `coins_history_idx_1` (`user_id`,`created_on`,`activity_type`,`id`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci",
    "CREATE TABLE IF NOT EXISTS `campaign` (
      `id` int(11) NOT NULL AUTO_INCREMENT,
      `ap_campaign_id` int(11) NOT NULL DEFAULT '0',
      `token_id` int(11) NOT NULL DEFAULT '0',
      `name` varchar(32) NOT NULL DEFAULT '',
      `tokens` decimal(10,2) NOT NULL DEFAULT '0.00',
      PRIMARY KEY (`id`),
      UNIQUE KEY `ap_campaign_id` (`ap_campaign_id`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci",
    "CREATE TABLE IF NOT EXISTS `group_member` (
      `member_status` int(11) NOT NULL DEFAULT '0',
      `joined_by` varchar(20) DEFAULT NULL,
      `user_id` int(11) NOT NULL,
      `group_id` int(11) NOT NULL,
      `id` int(11) NOT NULL AUTO_INCREMENT,
      PRIMARY KEY (`id`),
      KEY `by_user` (`user_id`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci",
];

/// A database as Knex left it, with a row in each table.
fn made_by_knex() -> Database {
    let db = database();
    let mut conn = db.conn();
    conn.by_hand(BY_KNEX);
    conn.by_hand([
        "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES (1, 2, 10.50, 10.50, '2025-03-31 03:07:08')",
        "INSERT INTO campaign (ap_campaign_id, name) VALUES (3, 'Summer')",
        "INSERT INTO group_member (group_id, user_id, joined_by) VALUES (1, 1, 'link')",
    ]);
    db
}

#[test]
fn adopts_the_tables_that_knex_made_without_touching_them() {
    let db = made_by_knex();
    let mut conn = db.conn();
    let before: Vec<_> = shapes(&mut conn);

    let report = run_quicksight_migrations(&mut conn).unwrap();

    assert_eq!(report.applied().len(), migrations::total());
    assert_eq!(report.adopted(), ["group_member", "campaign", "points_transaction"]);
    assert_eq!(shapes(&mut conn), before);
    db.assert_complete();
    // What is missing or more than wanted is told, and is in nobody's way.
    let advisories: Vec<_> =
        report.advisories().iter().map(|one| (one.table(), one.kind(), one.subject())).collect();
    assert_eq!(
        advisories,
        [
            ("group_member", DriftKind::ExtraColumn, Some("joined_by")),
            ("group_member", DriftKind::ExtraIndex, Some("by_user")),
            ("points_transaction", DriftKind::MissingIndex, Some("note_idx__000")),
            ("points_transaction", DriftKind::MissingIndex, Some("daily_points_idx")),
            ("points_transaction", DriftKind::MissingIndex, Some("user_ledger_idx")),
        ]
    );
    assert!(report.to_string().ends_with("; 3 tables adopted with 5 differences"));
}

/// What each table is and what is in it, in the server's words.
fn shapes(conn: &mut Conn) -> Vec<(String, u64)> {
    let tables = ["points_transaction", "campaign", "group_member"];
    let shape_of = |table: &&str| {
        let (_, shape): (String, String) =
            conn.query_first(format!("SHOW CREATE TABLE {table}")).unwrap().unwrap();
        let (_, checksum): (String, u64) =
            conn.query_first(format!("CHECKSUM TABLE {table}")).unwrap().unwrap();
        assert!(shape.contains("PRIMARY KEY") && checksum > 0, "{shape} {checksum}");
        (shape, checksum)
    };
    tables.iter().map(shape_of).collect()
}

#[test]
fn adopts_tables_with_foreign_keys() {
    let db = made_by_knex();
    let mut conn = db.conn();
    conn.by_hand([
        "CREATE TABLE theirs (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY)",
        "INSERT INTO theirs VALUES (1)",
        "ALTER TABLE group_member ADD CONSTRAINT of_theirs FOREIGN KEY (group_id) \
             REFERENCES theirs (id)",
        "CREATE TABLE onto_ours (id INT PRIMARY KEY, campaign_id INT NOT NULL, \
             CONSTRAINT onto_ours FOREIGN KEY (campaign_id) REFERENCES campaign (id))",
    ]);

    let report = run_quicksight_migrations(&mut conn).unwrap();

    assert_eq!(report.adopted().len(), 3);
    assert!(report.advisories().iter().all(|one| one.severity() == Severity::Advisory));
}

#[test]
fn stops_at_a_table_of_another_shape_before_anything_is_changed() {
    let db = made_by_knex();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE campaign DROP COLUMN tokens",
        "ALTER TABLE campaign ADD COLUMN budget int",
        "CREATE TABLE trip (id INT PRIMARY KEY, distance FLOAT)",
        "CREATE VIEW app_data AS SELECT 1 AS id",
    ]);
    let before = db.tables();

    let error = run_quicksight_migrations(&mut conn).unwrap_err();

    let Error::SchemaDrift { drifts, .. } = &error else { panic!("{error:?}") };
    let severities: Vec<_> = drifts.iter().map(Drift::severity).collect();
    assert!(severities.contains(&Severity::Advisory), "or there is nothing to put in order");
    assert!(severities.is_sorted_by(|one, next| one >= next), "{severities:?}");
    let breaking = drifts.iter().filter(|one| one.severity() == Severity::Breaking);
    let tables: std::collections::BTreeSet<_> = breaking.map(Drift::table).collect();
    assert_eq!(tables.into_iter().collect::<Vec<_>>(), ["app_data", "campaign", "trip"]);
    let told: Vec<_> = drifts.iter().map(ToString::to_string).collect();
    for expected in [
        "trip.distance: wanted `distance` double NULL, found `distance` float NULL",
        "mend with ALTER TABLE `trip` MODIFY COLUMN `distance` double NULL",
        "mend with ALTER TABLE `campaign` ADD COLUMN `tokens` decimal(10,2)",
    ] {
        assert!(told.iter().any(|line| line.contains(expected)), "{expected}: {told:#?}");
    }
    assert_eq!(db.tables(), before, "nothing is made, not even the history");
}

#[test]
fn boots_after_the_sql_of_the_error_was_run() {
    let db = made_by_knex();
    let mut conn = db.conn();
    conn.by_hand([
        "ALTER TABLE campaign DROP COLUMN tokens",
        "ALTER TABLE group_member MODIFY COLUMN member_status tinyint NULL",
    ]);
    let error = run_quicksight_migrations(&mut conn).unwrap_err();
    let Error::SchemaDrift { drifts, .. } = error else { panic!("{error:?}") };

    for drift in drifts.iter().filter(|one| one.severity() == Severity::Breaking) {
        let quicksight_migrations::Mend::Sql(sql) = drift.mend() else { panic!("{drift}") };
        conn.query_drop(sql).unwrap();
    }

    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().adopted().len(), 3);
}

#[test]
fn mends_what_it_would_not_adopt() {
    let db = made_by_knex();
    let mut conn = db.conn();
    conn.query_drop("ALTER TABLE campaign DROP COLUMN tokens").unwrap();
    run_quicksight_migrations(&mut conn).unwrap_err();

    let report = Migrator::new().mend(&mut conn).unwrap();

    // One column, three indexes, and the tables that Knex had not made.
    assert_eq!(report.mended().len(), 1 + 3 + migrations::tables().len() - 3);
    assert_eq!(
        run_quicksight_migrations(&mut conn).unwrap().adopted().len(),
        migrations::tables().len()
    );
    let left = verify_quicksight_schema(&mut conn).unwrap();
    assert_eq!(left, report.left());
}

/// Two tables in the short form that the service's documentation prints, the second with the key
/// without which no server takes it. They lack columns that the reports read.
#[test]
fn tables_of_the_short_form_are_mended_and_then_adopted() {
    let db = database();
    let mut conn = db.conn();
    conn.by_hand([
            "CREATE TABLE `auth_user` (
              `id` int(11) NOT NULL AUTO_INCREMENT,
              `first_name` varchar(128) DEFAULT NULL,
              `last_name` varchar(128) DEFAULT NULL,
              `email` varchar(512) DEFAULT NULL,
              `google_id` varchar(32) DEFAULT NULL,
              `facebook_id` varchar(32) DEFAULT NULL,
              `apple_id` varchar(512) DEFAULT NULL,
              `registration_latitude` double DEFAULT NULL,
              `registration_longitude` double DEFAULT NULL,
              `device_token` varchar(512) DEFAULT NULL,
              `enterprise_id` int(11) DEFAULT NULL,
              PRIMARY KEY (`id`)
            ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci",
            "CREATE TABLE `token_transaction` (
              `id` int(11) NOT NULL AUTO_INCREMENT,
              `user_id` int(11) NOT NULL DEFAULT '0',
              `enterprise_id` int(11) DEFAULT NULL,
              `activity_type` int(11) DEFAULT NULL,
              `tokens` decimal(10,2) DEFAULT NULL,
              `balance` decimal(10,2) DEFAULT NULL,
              `campaign_id` int(11) DEFAULT NULL,
              `f_agency_id` int(11) NOT NULL DEFAULT '0',
              `f_token_id` int(11) NOT NULL DEFAULT '0',
              `issued_on` datetime DEFAULT CURRENT_TIMESTAMP,
              `expired_on` datetime DEFAULT CURRENT_TIMESTAMP,
              PRIMARY KEY (`id`),
              KEY `main_query_index_1` (`user_id`,`activity_type`,`f_agency_id`,`f_token_id`,`issued_on`,`expired_on`)
            ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci",
            "INSERT INTO auth_user (email, registration_latitude) VALUES ('a@example.com', 29.76)",
            "INSERT INTO token_transaction (user_id, tokens, balance) VALUES (1, 5.25, 5.25)",
        ],
    );
    let error = run_quicksight_migrations(&mut conn).unwrap_err();
    let Error::SchemaDrift { drifts, .. } = &error else { panic!("{error:?}") };
    let missing: Vec<_> = drifts
        .iter()
        .filter(|one| one.severity() == Severity::Breaking)
        .map(|one| (one.kind(), one.subject().unwrap_or_default()))
        .collect();
    assert!(missing.iter().all(|(kind, _)| *kind == DriftKind::MissingColumn), "{missing:?}");
    assert!(missing.contains(&(DriftKind::MissingColumn, "ap_campaign_id")));
    assert!(missing.contains(&(DriftKind::MissingColumn, "created_on")));

    assert_eq!(Migrator::new().mend(&mut conn).unwrap().left(), []);

    assert_eq!(run_quicksight_migrations(&mut conn).unwrap().advisories(), []);
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    let kept: Option<(String, f64)> =
        conn.query_first("SELECT email, registration_latitude FROM auth_user").unwrap();
    assert_eq!(kept, Some(("a@example.com".into(), 29.76)));
    let kept: Option<String> = conn.query_first("SELECT tokens FROM token_transaction").unwrap();
    assert_eq!(kept.as_deref(), Some("5.25"));
}

#[test]
fn makes_and_reports_what_knex_says_it_made() {
    let db = made_by_knex();
    let mut conn = db.conn();
    conn.by_hand([
        "CREATE TABLE knex_migrations (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255), \
             batch INT, migration_time TIMESTAMP NULL)",
        "INSERT INTO knex_migrations (name, batch) VALUES \
             ('20250331030708_quick_sight_table.js', 1)",
    ]);

    let report = run_quicksight_migrations(&mut conn).unwrap();

    assert_eq!(report.missing_after_knex().len(), migrations::tables().len() - 3);
    assert!(report.missing_after_knex().contains(&"trip".to_owned()));
    assert!(!report.missing_after_knex().contains(&"campaign".to_owned()));
    assert!(db.tables().contains(&"trip".to_owned()));
}

/// Another service's Knex is no business of ours, and neither is a table that only has its name.
#[test]
fn takes_no_notice_of_a_knex_that_did_other_things() {
    for table in [
        "CREATE TABLE knex_migrations (id INT PRIMARY KEY, name VARCHAR(255))",
        "CREATE TABLE knex_migrations (something_else INT)",
    ] {
        let db = database();
        db.conn().query_drop(table).unwrap();

        let report = run_quicksight_migrations(&mut db.conn()).unwrap();

        assert_eq!(report.missing_after_knex(), Vec::<String>::new());
        assert_eq!(report.applied().len(), migrations::total());
    }
}

/// The statement is done, its record is not: a boot died in between.
#[test]
fn adopts_what_a_boot_that_died_has_made() {
    let db = migrated();
    let mut conn = db.conn();
    db.forget_after(10);

    let report = run_quicksight_migrations(&mut conn).unwrap();

    let left = (migrations::total() - 10, migrations::tables().len() - 10);
    assert_eq!((report.applied().len(), report.adopted().len()), left);
    assert_eq!(report.advisories(), []);
    assert!(quicksight_migration_status(&mut conn).unwrap().is_current());
}

/// A table that the user may not look into is not taken for one that is not there.
#[test]
fn a_table_that_cannot_be_seen_is_not_adopted_blindly() {
    let db = migrated();
    let mut conn = db.conn();
    let user = db.user("CREATE, CREATE TEMPORARY TABLES");
    db.grant(&user, "SELECT, INSERT", HISTORY);
    db.forget_after(13);
    conn.by_hand(["ALTER TABLE trip DROP COLUMN distance"]);

    let error = run_quicksight_migrations(&mut user.conn()).unwrap_err();

    assert_eq!(denied(&error), "look at the table `trip` (needs SELECT)");
    assert_eq!(db.history().len(), 13);
}

#[test]
fn names_the_right_that_looking_at_existing_tables_needs() {
    let db = made_by_knex();

    let error = run_quicksight_migrations(&mut db.user(migrations::RIGHTS).conn()).unwrap_err();

    let action = denied(&error);
    assert!(action.ends_with("(needs CREATE TEMPORARY TABLES)"), "{action}");
    let rights = format!("{}, CREATE TEMPORARY TABLES", migrations::RIGHTS);
    assert_eq!(run_quicksight_migrations(&mut db.user(&rights).conn()).unwrap().adopted().len(), 3);
}
