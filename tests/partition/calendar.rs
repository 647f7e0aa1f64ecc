//! Rows land in the partition of their day, whatever the calendar has in store.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Migrator,
    partition::{self, Policy, Span, Table},
    run_quicksight_migrations, verify_quicksight_schema,
};

use crate::{insert, look, migrated, months, on, partitioned, plan, rows, rows_in, today};

#[test]
fn each_table_gets_a_partition_per_month() {
    for table in Table::ALL {
        let db = partitioned(table);
        let mut conn = db.conn();

        let layout = look(&db, table);

        let names = ["p2026_01", "p2026_02", "p2026_03", "p2026_04", "p2026_05"];
        assert_eq!(layout.partitions(), names, "{table}");
        assert_eq!(layout.ends_before(), Some(on(2026, 6, 1)));
        assert_eq!(rows(&mut conn, table), 3);
        for name in &names[..3] {
            assert_eq!(rows_in(&mut conn, table, name), 1, "{table} {name}");
        }
        let again = plan(&db, table, &months());
        assert_eq!(again.statements(), Vec::<&str>::new(), "{again}");
        assert_eq!(again.apply(&mut conn).unwrap().statements(), Vec::<String>::new());
    }
}

/// A year's end, a leap day, the night in which the clocks go back; by months, weeks and days.
#[test]
fn rows_land_in_the_partition_of_their_day() {
    let cases: [(Policy, &[(&str, &str)]); 3] = [
        (
            Policy::monthly(),
            &[
                ("2023-12-31 23:59:59", "p2023_12"),
                ("2024-01-01 00:00:00", "p2024_01"),
                ("2024-02-29 23:59:59", "p2024_02"),
                ("2024-03-01 00:00:00", "p2024_03"),
            ],
        ),
        (
            Policy::weekly(),
            &[
                ("2023-12-31 23:59:59", "p2023_12_25"),
                ("2024-01-01 00:00:00", "p2024_01_01"),
                ("2024-02-29 12:00:00", "p2024_02_26"),
                ("2024-11-03 01:30:00", "p2024_10_28"),
            ],
        ),
        (
            Policy::daily(),
            &[
                ("2023-12-31 23:59:59", "p2023_12_31"),
                ("2024-02-28 23:59:59", "p2024_02_28"),
                ("2024-02-29 00:00:00", "p2024_02_29"),
                ("2024-03-01 00:00:00", "p2024_03_01"),
            ],
        ),
    ];
    for (policy, days) in cases {
        let db = migrated();
        let mut conn = db.conn();
        for (moment, _) in days {
            insert(&mut conn, Table::Trip, moment);
        }
        let layout = look(&db, Table::Trip);
        let plan = partition::plan(&layout, on(2024, 3, 15), &policy).unwrap();

        plan.apply(&mut conn).unwrap();

        for (moment, partition) in days {
            assert_eq!(rows_in(&mut conn, Table::Trip, partition), 1, "{moment}");
        }
        assert_eq!(look(&db, Table::Trip).outside(), 0);
    }
}

/// Rows that came after the last partition are moved out of the catch-all; rows that come late have the first
/// partition.
#[test]
fn rows_outside_get_a_partition() {
    let db = partitioned(Table::AppData);
    let mut conn = db.conn();
    insert(&mut conn, Table::AppData, "2026-07-04");
    insert(&mut conn, Table::AppData, "2019-12-31");
    assert_eq!(look(&db, Table::AppData).outside(), 1);

    let plan = plan(&db, Table::AppData, &months());
    plan.apply(&mut conn).unwrap();

    assert_eq!(plan.ends_before(), on(2026, 8, 1));
    assert_eq!(look(&db, Table::AppData).outside(), 0);
    assert_eq!(rows_in(&mut conn, Table::AppData, "p2026_07"), 1);
    assert_eq!(rows_in(&mut conn, Table::AppData, "p2026_01"), 2);
    assert_eq!(rows(&mut conn, Table::AppData), 5);
}

/// From months to days, as a table grows.
#[test]
fn another_interval_goes_on_behind_the_last_partition() {
    let db = partitioned(Table::Trip);
    let layout = look(&db, Table::Trip);
    let policy = Policy::daily().ahead(Span::days(1));
    let plan = partition::plan(&layout, on(2026, 6, 1), &policy).unwrap();

    plan.apply(&mut db.conn()).unwrap();

    let layout = look(&db, Table::Trip);
    assert_eq!(layout.partitions()[4..], ["p2026_05", "p2026_06_01", "p2026_06_02"]);
}

/// What the column says beside its type stays.
#[test]
fn a_date_that_may_be_null_keeps_its_default_and_its_comment() {
    let db = partitioned(Table::TokenTransaction);
    let mut conn = db.conn();
    let comment = "SELECT column_comment FROM information_schema.columns \
                   WHERE table_schema = DATABASE() AND table_name = 'token_transaction' \
                   AND column_name = 'created_on'";
    let after: Option<String> = conn.query_first(comment).unwrap();
    let before: Option<String> = migrated().conn().query_first(comment).unwrap();
    assert_eq!(after, before);
    conn.query_drop("INSERT INTO token_transaction (user_id, tokens) VALUES (1, 1)").unwrap();
    let nulls = "INSERT INTO token_transaction (user_id, tokens, created_on) VALUES (1, 1, NULL)";
    assert!(conn.query_drop(nulls).is_err());
}

/// A migrated and partitioned database is right, and whoever boots, compares, mends or rolls back takes it
/// for that.
#[test]
fn other_calls_take_partitions_for_right() {
    let db = migrated();
    let mut conn = db.conn();
    db.partition();
    let describe = |conn: &mut mysql::Conn| {
        Table::ALL.map(|table| {
            let sql = format!("SHOW CREATE TABLE {table}");
            conn.query_first::<(String, String), _>(sql).unwrap().unwrap().1
        })
    };
    let before = describe(&mut conn);

    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    assert_eq!(Migrator::new().mend(&mut conn).unwrap().mended(), []);
    // Adopted, as after the history was lost.
    conn.query_drop("DROP TABLE quicksight_schema_history").unwrap();
    let report = run_quicksight_migrations(&mut conn).unwrap();
    assert_eq!(report.advisories(), []);
    assert_eq!(describe(&mut conn), before);
    db.assert_complete();

    // What is missing is mended all the same, and nothing else.
    conn.query_drop("ALTER TABLE trip DROP INDEX reservation_id, DROP INDEX user_started_idx")
        .unwrap();
    let mended = Migrator::new().mend(&mut conn).unwrap();
    let subjects: Vec<_> = mended.mended().iter().map(|one| one.drift().subject()).collect();
    assert_eq!(subjects, [Some("reservation_id"), Some("user_started_idx")]);
    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);

    Migrator::new().rollback(&mut conn).unwrap();
    assert_eq!(db.tables(), Vec::<String>::new());
}

/// The way back of `docs/large_tables.md`.
#[test]
fn there_is_a_way_back() {
    let db = migrated();
    let mut conn = db.conn();
    db.partition();
    for table in Table::ALL {
        let back = format!(
            "ALTER TABLE {table} DROP PRIMARY KEY, ADD PRIMARY KEY (id) REMOVE PARTITIONING"
        );
        conn.query_drop(back).unwrap();
    }

    Migrator::new().mend(&mut conn).unwrap();

    assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    let is_unique = "SELECT MAX(non_unique) FROM information_schema.statistics \
                     WHERE table_schema = DATABASE() AND index_name = 'reservation_id'";
    assert_eq!(conn.query_first(is_unique).unwrap(), Some(0));
}

#[test]
fn says_when_the_last_partition_ends() {
    let db = partitioned(Table::Trip);
    let ahead = partition::ahead(&mut db.conn()).unwrap();
    let said: Vec<_> = ahead.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["trip has partitions for rows before 2026-06-01"]);
    assert_eq!((ahead[0].table(), ahead[0].ends_before()), (Table::Trip, on(2026, 6, 1)));
    assert_eq!(partition::ahead(&mut migrated().conn()).unwrap(), []);
    assert!(today() < ahead[0].ends_before());
}
