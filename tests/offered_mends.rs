//! What is offered as a mend works, whatever else is odd about the table; what the server would refuse for
//! ever is left to a person, with what is in the way.

mod support;

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Mend, Migrator, verify_quicksight_schema};
use support::{ByHand, Flavor, flavor, migrated};

/// What somebody does, one statement a line -> what is in the way; nothing, if all of it is mended.
const CASES: &str = "
    -- Row formats of old servers, and what may be in a key there.
    ALTER TABLE points_transaction DROP INDEX note_idx__000
    ALTER TABLE points_transaction ROW_FORMAT=COMPACT
    ->
    ALTER TABLE points_transaction DROP INDEX note_idx__000, ADD KEY note_idx__000 (note(20))
    ALTER TABLE points_transaction ROW_FORMAT=REDUNDANT
    ->
    ALTER TABLE points_transaction MODIFY COLUMN note varchar(100)
    ALTER TABLE points_transaction ROW_FORMAT=COMPACT
    ->
    ALTER TABLE referral_history DROP INDEX receiver_device_id
    ALTER TABLE referral_history ROW_FORMAT=COMPACT
    ->
    ALTER TABLE trip DROP INDEX user_started_idx, DROP COLUMN ended_on
    ALTER TABLE trip ROW_FORMAT=REDUNDANT
    ->
    ALTER TABLE trip DROP INDEX user_started_idx, DROP COLUMN ended_on, MODIFY COLUMN distance float
    ALTER TABLE trip ROW_FORMAT=COMPRESSED
    ->
    -- Columns that no key can have as a whole.
    ALTER TABLE points_transaction DROP INDEX note_idx__000, MODIFY COLUMN note text
    -> too long for a key
    ALTER TABLE points_transaction DROP INDEX note_idx__000, MODIFY COLUMN note varchar(1000)
    -> too long for a key
    ALTER TABLE trip MODIFY COLUMN id int NOT NULL, DROP PRIMARY KEY
    ALTER TABLE trip MODIFY COLUMN id text
    -> too long for a key
    -- Columns that are not there.
    ALTER TABLE user_rating DROP INDEX created_on_idx, DROP COLUMN created_on
    INSERT INTO user_rating (user_id, trip_id, rating) VALUES (1, 1, 5)
    -> its column is missing too
    ALTER TABLE points_transaction DROP INDEX note_idx__000, DROP COLUMN note
    ->
    -- Other engines.
    ALTER TABLE points_transaction ENGINE=MyISAM, ROW_FORMAT=FIXED
    ->
    ALTER TABLE points_transaction ENGINE=MyISAM, ROW_FORMAT=FIXED, KEY_BLOCK_SIZE=1
    ->
    ALTER TABLE trip ENGINE=MyISAM, DROP PRIMARY KEY, ADD PRIMARY KEY (user_id, id)
    -> put the key right first
    -- Another column that counts.
    ALTER TABLE trip MODIFY COLUMN id int NOT NULL, ADD COLUMN seq int NOT NULL AUTO_INCREMENT, ADD KEY (seq)
    -> change the other one first
    ALTER TABLE trip MODIFY COLUMN id int NOT NULL, DROP PRIMARY KEY, ADD COLUMN seq int NOT NULL AUTO_INCREMENT PRIMARY KEY
    -> change the other one first
    -- Partitions.
    ALTER TABLE campaign DROP INDEX ap_campaign_id
    ALTER TABLE campaign PARTITION BY HASH(id) PARTITIONS 2
    -> each unique key of a partitioned table
    ALTER TABLE telework MODIFY COLUMN id int NOT NULL, DROP PRIMARY KEY
    ALTER TABLE telework PARTITION BY HASH(user_id) PARTITIONS 2
    -> each unique key of a partitioned table
    ALTER TABLE telework DROP COLUMN ended_on
    ALTER TABLE telework PARTITION BY HASH(id) PARTITIONS 2
    ->
    -- Foreign keys, from a table and to it.
    ALTER TABLE trip MODIFY COLUMN user_id smallint NOT NULL
    CREATE TABLE person (id smallint PRIMARY KEY)
    ALTER TABLE trip ADD CONSTRAINT whose FOREIGN KEY (user_id) REFERENCES person (id)
    -> the foreign key `whose` of
    ALTER TABLE trip MODIFY COLUMN id smallint NOT NULL AUTO_INCREMENT
    CREATE TABLE leg (id smallint PRIMARY KEY, CONSTRAINT part FOREIGN KEY (id) REFERENCES trip (id))
    -> the foreign key `part` of
    ALTER TABLE trip MODIFY COLUMN id int NOT NULL
    CREATE TABLE leg (id int PRIMARY KEY, CONSTRAINT part FOREIGN KEY (id) REFERENCES trip (id))
    -> the foreign key `part` of
    ALTER TABLE trip MODIFY COLUMN user_id int NULL
    CREATE TABLE person (id int PRIMARY KEY)
    ALTER TABLE trip ADD CONSTRAINT whose FOREIGN KEY (user_id) REFERENCES person (id) ON DELETE SET NULL
    -> the foreign key `whose` of
    ALTER TABLE campaign MODIFY COLUMN name varchar(32) CHARACTER SET latin1 NOT NULL DEFAULT ''
    CREATE TABLE title (name varchar(32) CHARACTER SET latin1 PRIMARY KEY)
    ALTER TABLE campaign ADD CONSTRAINT called FOREIGN KEY (name) REFERENCES title (name)
    -> the foreign key `called` of
    ALTER TABLE trip DROP INDEX user_started_idx, ADD KEY user_started_idx (role)
    CREATE TABLE role (id int PRIMARY KEY)
    ALTER TABLE trip ADD CONSTRAINT plays FOREIGN KEY (role) REFERENCES role (id)
    -> the foreign key `plays` of
    ALTER TABLE trip MODIFY COLUMN role int DEFAULT 3
    CREATE TABLE role (id int PRIMARY KEY)
    ALTER TABLE trip ADD CONSTRAINT plays FOREIGN KEY (role) REFERENCES role (id)
    ->
    -- What stands on the columns.
    ALTER TABLE trip MODIFY COLUMN distance float, DROP COLUMN ended_on
    ALTER TABLE trip ADD COLUMN doubled double AS (distance * 2) VIRTUAL, ADD KEY (doubled)
    ->
    ALTER TABLE trip MODIFY COLUMN distance float
    ALTER TABLE trip ADD COLUMN doubled double AS (distance * 2) STORED, ADD CHECK (distance >= 0)
    ->
    ALTER TABLE trip DROP COLUMN ended_on, ADD FULLTEXT KEY words (origin)
    ->
    ALTER TABLE trip DROP COLUMN ended_on, ADD COLUMN place point NOT NULL, ADD SPATIAL KEY (place)
    ->
";

const OF_MARIADB: &str = "
    ALTER TABLE trip DROP COLUMN ended_on, ADD SYSTEM VERSIONING
    -> keeps the history of its rows
    ALTER TABLE trip MODIFY COLUMN distance float, ADD SYSTEM VERSIONING
    -> keeps the history of its rows
    ALTER TABLE campaign DROP INDEX ap_campaign_id, ADD SYSTEM VERSIONING
    -> keeps the history of its rows
    ALTER TABLE trip ENGINE=MyISAM
    ALTER TABLE trip ADD SYSTEM VERSIONING
    -> keeps the history of its rows
    ALTER TABLE trip DROP INDEX user_started_idx, DEFAULT CHARACTER SET latin1, ADD SYSTEM VERSIONING
    ->
    ALTER TABLE trip ENGINE=Aria, ROW_FORMAT=PAGE, TRANSACTIONAL=1
    ->
";

/// The mends that are offered.
fn offered(conn: &mut Conn) -> Vec<String> {
    let drifts = verify_quicksight_schema(conn).unwrap();
    let offered = drifts.iter().filter(|drift| matches!(drift.mend(), Mend::Sql(_)));
    offered.map(ToString::to_string).collect()
}

#[test]
fn what_is_offered_works_and_what_cannot_work_is_left_with_its_obstacle() {
    let own = if flavor() == Flavor::MariaDb { OF_MARIADB } else { "" };
    let lines = CASES.lines().chain(own.lines()).map(str::trim);
    let (mut statements, mut tried) = (Vec::new(), 0);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with("--")) {
        let Some(obstacle) = line.strip_prefix("->") else {
            statements.push(line);
            continue;
        };
        let (change, obstacle) = (std::mem::take(&mut statements), obstacle.trim());
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop("SET SESSION sql_mode = ''").unwrap();
        conn.by_hand(&change);
        let before = offered(&mut conn);

        let report = Migrator::new()
            .mend(&mut conn)
            .unwrap_or_else(|error| panic!("{change:?}: {before:?} {error:?}"));

        let left: Vec<_> = report.left().iter().map(ToString::to_string).collect();
        assert_eq!(offered(&mut conn), Vec::<String>::new(), "{change:?}");
        assert_eq!(report.mended().len(), before.len(), "{change:?}");
        if obstacle.is_empty() {
            assert!(!before.is_empty(), "{change:?}: {left:?}");
        } else {
            assert!(left.iter().any(|one| one.contains(obstacle)), "{change:?}: {left:?}");
        }
        tried += 1;
    }
    assert!(statements.is_empty() && tried >= 30, "{tried}");
}

/// A row format is nobody's business where nothing needs another one.
#[test]
fn a_table_is_right_in_any_row_format() {
    for format in ["COMPACT", "REDUNDANT", "COMPRESSED"] {
        let db = migrated();
        let mut conn = db.conn();
        conn.query_drop(format!("ALTER TABLE trip ROW_FORMAT={format}")).unwrap();
        assert_eq!(verify_quicksight_schema(&mut conn).unwrap(), []);
    }
}
