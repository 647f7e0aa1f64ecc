//! Every kind of difference is found, named and graded; its mend leaves none and loses no row.

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Drift, DriftKind, Mend, Migrator};

use crate::{
    assert_no_drift,
    support::{ByHand, migrations, whole},
    verify,
};

/// What somebody does to a good database -> what is found: the table and its column or index, the
/// kind, the severity, and whether a statement mends it or it is left to a person.
const CASES: &str = "
    DROP TABLE app_data -> app_data: MissingTable, Breaking, mended
    ALTER TABLE trip ENGINE=MyISAM -> trip: Engine, Breaking, mended
    ALTER TABLE trip DEFAULT CHARACTER SET latin1 -> trip: CharacterSet, Advisory, mended
    ALTER TABLE trip DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci \
        -> trip: CharacterSet, Advisory, mended
    -- Columns that are not there.
    ALTER TABLE trip DROP COLUMN ended_on -> trip.ended_on: MissingColumn, Breaking, mended
    ALTER TABLE trip DROP COLUMN occupancy -> trip.occupancy: MissingColumn, Breaking, mended
    ALTER TABLE points_transaction DROP COLUMN payer \
        -> points_transaction.payer: MissingColumn, Breaking, mended
    ALTER TABLE user_rating DROP COLUMN rating -> user_rating.rating: MissingColumn, Breaking, left
    ALTER TABLE user_rating DROP COLUMN rating -> user_rating.trip_rating_idx: DifferentIndex, Advisory, left
    ALTER TABLE redeem_transaction DROP COLUMN amount \
        -> redeem_transaction.amount: MissingColumn, Breaking, mended
    -- Columns of another type.
    ALTER TABLE trip MODIFY COLUMN origin_latitude float \
        -> trip.origin_latitude: DifferentColumn, Breaking, mended
    ALTER TABLE trip MODIFY COLUMN role smallint -> trip.role: DifferentColumn, Breaking, mended
    ALTER TABLE trip MODIFY COLUMN role int unsigned -> trip.role: DifferentColumn, Breaking, left
    ALTER TABLE trip MODIFY COLUMN role varchar(20) -> trip.role: DifferentColumn, Breaking, left
    ALTER TABLE trip MODIFY COLUMN origin varchar(100) \
        -> trip.origin: DifferentColumn, Breaking, mended
    ALTER TABLE redeem_transaction MODIFY COLUMN points decimal(8,2) NOT NULL \
        -> redeem_transaction.points: DifferentColumn, Breaking, mended
    ALTER TABLE redeem_transaction MODIFY COLUMN points decimal(10,4) NOT NULL \
        -> redeem_transaction.points: DifferentColumn, Breaking, left
    ALTER TABLE redeem_transaction MODIFY COLUMN points double NOT NULL \
        -> redeem_transaction.points: DifferentColumn, Breaking, left
    ALTER TABLE trip MODIFY COLUMN ended_on date -> trip.ended_on: DifferentColumn, Breaking, left
    ALTER TABLE trip MODIFY COLUMN ended_on timestamp NULL \
        -> trip.ended_on: DifferentColumn, Breaking, left
    -- Columns that take more than is wanted.
    ALTER TABLE trip MODIFY COLUMN role bigint -> trip.role: WiderColumn, Advisory, left
    ALTER TABLE trip MODIFY COLUMN card_id text -> trip.card_id: WiderColumn, Advisory, left
    ALTER TABLE redeem_transaction MODIFY COLUMN points decimal(12,2) NOT NULL \
        -> redeem_transaction.points: WiderColumn, Advisory, left
    -- Columns that might cut a value if they were made narrower, or that QuickSight does not read.
    ALTER TABLE trip MODIFY COLUMN failed_reason tinytext \
        -> trip.failed_reason: DifferentColumn, Breaking, left
    ALTER TABLE trip MODIFY COLUMN card_id longtext -> trip.card_id: DifferentColumn, Breaking, left
    -- Columns that are the same and behave otherwise.
    ALTER TABLE trip MODIFY COLUMN origin varchar(200) DEFAULT 'NULL' \
        -> trip.origin: DifferentColumn, Breaking, mended
    ALTER TABLE trip MODIFY COLUMN started_on datetime NULL \
        -> trip.started_on: DifferentColumn, Breaking, mended
    ALTER TABLE trip MODIFY COLUMN role int NOT NULL -> trip.role: DifferentColumn, Breaking, mended
    ALTER TABLE campaign ALTER COLUMN tokens SET DEFAULT '1.00' \
        -> campaign.tokens: DifferentColumn, Breaking, mended
    ALTER TABLE campaign ALTER COLUMN name DROP DEFAULT \
        -> campaign.name: DifferentColumn, Breaking, mended
    ALTER TABLE user_label MODIFY COLUMN modified_on datetime DEFAULT CURRENT_TIMESTAMP \
        -> user_label.modified_on: DifferentColumn, Breaking, mended
    ALTER TABLE user_label MODIFY COLUMN created_on datetime DEFAULT NULL \
        -> user_label.created_on: DifferentColumn, Breaking, mended
    ALTER TABLE user_label MODIFY COLUMN id int NOT NULL \
        -> user_label.id: DifferentColumn, Breaking, mended
    ALTER TABLE campaign MODIFY COLUMN name varchar(32) CHARACTER SET latin1 NOT NULL DEFAULT '' \
        -> campaign.name: DifferentColumn, Breaking, mended
    ALTER TABLE campaign_promo_code MODIFY COLUMN promo_code varchar(30) \
        CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '' \
        -> campaign_promo_code.promo_code: DifferentColumn, Breaking, mended
    ALTER TABLE trip MODIFY COLUMN origin varbinary(200) \
        -> trip.origin: DifferentColumn, Breaking, left
    -- Keys.
    ALTER TABLE user_label MODIFY COLUMN id int NOT NULL, DROP PRIMARY KEY, ADD PRIMARY KEY (name) \
        -> user_label: PrimaryKey, Breaking, left
    ALTER TABLE trip DROP INDEX user_started_idx \
        -> trip.user_started_idx: MissingIndex, Advisory, mended
    ALTER TABLE points_transaction DROP INDEX coins_history_idx_1 \
        -> points_transaction.coins_history_idx_1: MissingIndex, Advisory, mended
    ALTER TABLE campaign DROP INDEX ap_campaign_id \
        -> campaign.ap_campaign_id: MissingIndex, Breaking, mended
    ALTER TABLE campaign DROP INDEX ap_campaign_id, ADD KEY ap_campaign_id (ap_campaign_id) \
        -> campaign.ap_campaign_id: DifferentIndex, Breaking, mended
    ALTER TABLE trip DROP INDEX user_started_idx, ADD KEY user_started_idx (started_on, user_id) \
        -> trip.user_started_idx: DifferentIndex, Advisory, mended
    ALTER TABLE points_transaction DROP INDEX note_idx__000, ADD KEY note_idx__000 (note(20)) \
        -> points_transaction.note_idx__000: DifferentIndex, Advisory, mended
    ALTER TABLE trip DROP INDEX user_started_idx, ADD UNIQUE KEY user_started_idx (user_id, started_on) \
        -> trip.user_started_idx: DifferentIndex, Breaking, mended
    ALTER TABLE points_transaction DROP INDEX note_idx__000, ADD FULLTEXT KEY note_idx__000 (note) \
        -> points_transaction.note_idx__000: DifferentIndex, Advisory, mended
    ALTER TABLE trip DROP INDEX user_started_idx, ADD KEY USER_STARTED_IDX (role) \
        -> trip.user_started_idx: DifferentIndex, Advisory, mended
    -- More than is wanted.
    ALTER TABLE trip RENAME INDEX user_started_idx TO other, ADD UNIQUE KEY user_started_idx (user_id) \
        -> trip.user_started_idx: ExtraIndex, Advisory, left
    ALTER TABLE trip ADD CONSTRAINT far CHECK (distance > 0) -> trip.far: ExtraCheck, Advisory, left
    ALTER TABLE trip ADD COLUMN must int NOT NULL -> trip.must: ExtraColumn, Advisory, left
    ALTER TABLE trip ADD COLUMN weather varchar(20) -> trip.weather: ExtraColumn, Advisory, left
    ALTER TABLE trip ADD COLUMN doubled double AS (distance * 2) VIRTUAL \
        -> trip.doubled: ExtraColumn, Advisory, left
    ALTER TABLE trip ADD KEY by_role (role) -> trip.by_role: ExtraIndex, Advisory, left
";

/// A row in each table that a case touches, with values that a careless mend would hurt.
pub(crate) fn fill(conn: &mut Conn) {
    conn.by_hand([
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
        ],
    );
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

/// A difference as in [`CASES`].
fn in_our_notation(drift: &Drift) -> String {
    let subject = drift.subject().map_or(String::new(), |subject| format!(".{subject}"));
    let mend = if matches!(drift.mend(), Mend::Sql(_)) { "mended" } else { "left" };
    format!("{}{subject}: {:?}, {:?}, {mend}", drift.table(), drift.kind(), drift.severity())
}

#[test]
fn every_kind_of_drift_is_found_and_mended_and_no_row_is_lost() {
    let lines = CASES.lines().map(str::trim);
    let cases: Vec<_> = lines.filter_map(|line| line.split_once(" -> ")).collect();
    assert!(cases.len() >= 30);
    for (change, expected) in cases {
        let db = whole();
        let mut conn = db.conn();
        conn.query_drop("SET SESSION sql_mode = ''").unwrap();
        fill(&mut conn);
        conn.by_hand([change]);

        let drifts = verify(&mut conn);

        let found = drifts.iter().find(|one| in_our_notation(one) == expected);
        let drift = found.unwrap_or_else(|| panic!("{change}: {drifts:?}"));
        let (table, mends) = (drift.table(), expected.ends_with("mended"));

        let kept = columns(&mut conn, table);
        let before =
            (drift.kind() != DriftKind::MissingTable).then(|| rows(&mut conn, table, &kept));
        let report = Migrator::new().mend(&mut conn).unwrap();
        assert_eq!(report.mended().iter().any(|one| one.drift() == drift), mends, "{change}");
        assert_eq!(report.left().contains(drift), !mends, "{change}");
        if mends {
            assert_no_drift(&mut conn, change);
        }
        if let Some(before) = before {
            let after = rows(&mut conn, table, &kept);
            assert_eq!(values(after), values(before), "{change}");
        }
        assert_no_twins(&mut conn);
    }
}

/// Temporary tables are seen by their own session only.
#[track_caller]
fn assert_no_twins(conn: &mut Conn) {
    for table in migrations::tables() {
        let error = conn.query_drop(format!("SELECT 1 FROM quicksight_twin_{table}")).unwrap_err();
        assert!(error.to_string().contains("ERROR 1146"), "{error}");
    }
}

fn values(rows: Vec<mysql::Row>) -> Vec<Vec<mysql::Value>> {
    rows.into_iter().map(mysql::Row::unwrap).collect()
}
