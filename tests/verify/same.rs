//! What makes no difference to anybody who reads or writes is not reported.

use mysql::prelude::Queryable;
use quicksight_migrations::{Drift, DriftKind};

use crate::{
    assert_no_drift,
    support::{ByHand, whole},
    verify,
};

#[test]
fn what_is_no_difference_is_not_reported() {
    let db = whole();
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
        conn.by_hand([change]);
        assert_no_drift(&mut conn, change);
    }
}

/// The partition's column must be in every unique key, so that this primary key is the best there is.
#[test]
fn a_partitioned_ledger_is_no_difference() {
    let db = whole();
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
