//! What is not done: rows without a place, others' partitions, ledgers, clusters.

use mysql::prelude::Queryable;
use quicksight_migrations::{
    Error,
    partition::{self, Span, Table},
};

use crate::{insert, look, migrated, months, partitioned, plan, rows, support::ByHand, today};

#[test]
fn rows_without_a_date_are_counted_and_stay() {
    let db = migrated();
    let mut conn = db.conn();
    insert(&mut conn, Table::TokenTransaction, "2026-01-15");
    conn.by_hand([
        "INSERT INTO token_transaction (user_id, created_on) VALUES (1, NULL), (2, NULL)",
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
        "INSERT INTO token_transaction (user_id, created_on) VALUES (3, '0000-00-00')",
        "INSERT INTO token_transaction (user_id, created_on) VALUES (4, '2026-02-30')",
    ]);

    let layout = look(&db, Table::TokenTransaction);
    let error = partition::plan(&layout, today(), &months()).unwrap_err();

    assert_eq!((layout.without_date(), layout.impossible_dates()), (2, 2));
    let Error::RowsWithoutDate { nulls: 2, impossible: 2, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(rows(&mut conn, Table::TokenTransaction), 5);
    let page = include_str!("../../docs/large_tables.md");
    let (_, find) = page.split_once("```sql\n").unwrap();
    let (find, _) = find.split_once(';').unwrap();
    assert_eq!(conn.query::<mysql::Row, _>(find).unwrap().len(), 4);
    conn.query_drop(
        "DELETE FROM token_transaction WHERE user_id <= 4 AND (created_on IS NULL OR user_id > 2)",
    )
    .unwrap();
    plan(&db, Table::TokenTransaction, &months()).apply(&mut conn).unwrap();
    assert_eq!(rows(&mut conn, Table::TokenTransaction), 1);
}

/// A row that comes after the look does not become one of year 0 in silence.
#[test]
fn a_null_that_comes_after_the_look_stops_it() {
    let db = migrated();
    let mut conn = db.conn();
    let plan = plan(&db, Table::TokenTransaction, &months());
    conn.by_hand(["INSERT INTO token_transaction (user_id, created_on) VALUES (1, NULL)"]);

    let error = plan.apply(&mut conn).unwrap_err();

    assert!(matches!(error, Error::RowsWithoutDate { nulls: 1, .. }), "{error:?}");
    assert_eq!(look(&db, Table::TokenTransaction).partitions(), Vec::<&str>::new());
}

/// A row of year 0 is in the oldest partition, which would be the first to go.
#[test]
fn a_zero_date_in_a_partition_stops_what_would_drop_it() {
    let db = partitioned(Table::AppData);
    let mut conn = db.conn();
    conn.by_hand([
        "SET SESSION sql_mode = ''",
        "INSERT INTO app_data (user_id, gmt_time, local_time, created_on, modified_on) \
         VALUES (1, NOW(), NOW(), '0000-00-00', NOW())",
    ]);
    let layout = look(&db, Table::AppData);
    let policy = months().retain(Span::months(1));
    let error = partition::plan(&layout, today(), &policy).unwrap_err();
    assert!(matches!(error, Error::RowsWithoutDate { impossible: 1, .. }), "{error:?}");
}

#[test]
fn partitions_of_somebody_else_are_left_alone() {
    let others = [
        "PARTITION BY HASH (id) PARTITIONS 2",
        "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION pmax VALUES LESS THAN MAXVALUE)",
        "DROP PRIMARY KEY, ADD PRIMARY KEY (id, created_on) PARTITION BY RANGE COLUMNS (created_on) \
         (PARTITION old VALUES LESS THAN ('2026-01-01'), PARTITION pmax VALUES LESS THAN (MAXVALUE))",
        "DROP PRIMARY KEY, ADD PRIMARY KEY (id, created_on) PARTITION BY RANGE COLUMNS (created_on) \
         (PARTITION p2025_12 VALUES LESS THAN ('2026-01-01'))",
        "DROP PRIMARY KEY, ADD PRIMARY KEY (id, modified_on) PARTITION BY RANGE COLUMNS (modified_on) \
         (PARTITION p2025_12 VALUES LESS THAN ('2026-01-01'), PARTITION pmax VALUES LESS THAN (MAXVALUE))",
    ];
    for other in others {
        let db = migrated();
        db.conn().query_drop("ALTER TABLE app_data REMOVE PARTITIONING").ok();
        db.conn().query_drop(format!("ALTER TABLE app_data {other}")).unwrap();
        let layout = look(&db, Table::AppData);
        let error = partition::plan(&layout, today(), &months()).unwrap_err();
        assert!(matches!(error, Error::ForeignPartitions { .. }), "{other}: {error:?}");
        assert_eq!(partition::ahead(&mut db.conn()).unwrap(), [], "{other}");
    }
}

#[test]
fn what_the_server_would_refuse_is_refused_in_words() {
    let changes = [
        (
            "CREATE TABLE leg (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES trip (id))",
            "foreign key",
        ),
        ("ALTER TABLE trip ENGINE=MyISAM", "its engine is MyISAM"),
        ("ALTER TABLE trip MODIFY started_on timestamp NOT NULL", "is not a datetime"),
        ("DROP TABLE trip", "it is not there"),
    ];
    for (change, expected) in changes {
        let db = migrated();
        db.conn().query_drop(change).unwrap();
        let error = partition::look(&mut db.conn(), Table::Trip)
            .and_then(|layout| partition::plan(&layout, today(), &months()))
            .unwrap_err();
        assert!(matches!(error, Error::CannotPartition { .. }), "{change}: {error:?}");
        assert!(error.to_string().contains(expected), "{change}: {error}");
    }
}

#[test]
fn a_plan_is_worthless_once_the_table_is_another() {
    let db = migrated();
    insert(&mut db.conn(), Table::Trip, "2026-01-15");
    let plan = plan(&db, Table::Trip, &months());
    // An older row needs a partition that is not in the plan.
    insert(&mut db.conn(), Table::Trip, "2025-12-31");

    let error = plan.apply(&mut db.conn()).unwrap_err();

    assert!(matches!(error, Error::PlanOutdated { .. }), "{error:?}");
    assert_eq!(look(&db, Table::Trip).partitions(), Vec::<&str>::new());
}

/// Inside a caller's transaction nothing is committed behind its back.
#[test]
fn an_open_transaction_is_left_alone() {
    let db = migrated();
    let plan = plan(&db, Table::Trip, &months());
    let mut conn = db.conn();
    conn.query_drop("START TRANSACTION").unwrap();
    let error = plan.apply(&mut conn).unwrap_err();
    assert!(matches!(error, Error::OpenTransaction), "{error:?}");
    let error = partition::look(&mut conn, Table::Trip).unwrap_err();
    assert!(matches!(error, Error::OpenTransaction), "{error:?}");
}
