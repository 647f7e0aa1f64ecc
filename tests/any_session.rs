//! Whatever a session has set, the same is found: every `sql_mode` of the server, and every other variable
//! that could change how it reads or describes.

mod support;

use std::fmt::Debug;

use mysql::prelude::Queryable;
use quicksight_migrations::{Error, Migrator};
use support::{ByHand, Database, Flavor, database, flavor, migrated, migrations, settings};

/// A database with something for each look to find.
struct Planted {
    /// With differences that a service could not work with, and with what a rollback stops at.
    broken: Database,
    /// With differences that only a person can put right, so that a mend and a boot change nothing.
    odd: Database,
    _other: Database,
}

fn planted() -> Planted {
    let (broken, odd, other) = (migrated(), migrated(), database());
    let parent = format!("`{}`.trip", broken.name());
    broken.conn().by_hand([
        "ALTER TABLE trip DROP INDEX user_started_idx, MODIFY COLUMN origin_latitude float, \
         ADD CONSTRAINT far CHECK (distance > 0), MODIFY COLUMN role smallint DEFAULT 3",
        "ALTER TABLE campaign DROP INDEX ap_campaign_id, \
         MODIFY COLUMN name varchar(32) CHARACTER SET latin1 NOT NULL DEFAULT 'it''s'",
        "ALTER TABLE user_label DROP COLUMN modified_on",
        "ALTER TABLE app_data DEFAULT CHARACTER SET latin1",
        "CREATE VIEW trips AS SELECT id FROM trip WHERE origin <> ''",
        "SET sql_mode = 'ANSI_QUOTES', sql_quote_show_create = 0",
        "CREATE VIEW \"odd labels\" AS SELECT \"id\" FROM user_label",
    ]);
    if flavor() == Flavor::MySql {
        // The server makes up a key of its own, which a session may leave out of what it says.
        broken.conn().by_hand([
            "SET SESSION sql_generate_invisible_primary_key = 1",
            "CREATE TABLE without_key SELECT * FROM telework",
            "DROP TABLE telework",
            "RENAME TABLE without_key TO telework",
        ]);
    }
    other.conn().by_hand([format!(
        "CREATE TABLE leg (id int PRIMARY KEY, FOREIGN KEY (id) REFERENCES {parent} (id))"
    )]);
    odd.conn().by_hand([
        "ALTER TABLE trip ADD COLUMN weather char(20) DEFAULT 'dry' COMMENT 'it''s', \
         ADD COLUMN doubled double AS (distance * 2) VIRTUAL, MODIFY COLUMN role bigint, \
         ADD CONSTRAINT far CHECK (distance > 0), ADD KEY by_role (role)",
        "ALTER TABLE app_data ADD COLUMN must int NOT NULL",
    ]);
    Planted { broken, odd, _other: other }
}

/// The answer of every call that looks, in a session after this statement. Nothing is changed by any of
/// them but a history, which is taken away again.
fn answers(planted: &Planted, set: &str) -> Vec<String> {
    let session = |db: &Database| {
        let mut conn = db.conn();
        conn.query_drop(set).unwrap_or_else(|error| panic!("{set}: {error}"));
        conn
    };
    let (mut broken, mut odd) = (session(&planted.broken), session(&planted.odd));
    let (plain, again) = (Migrator::new(), Migrator::new().history_table("again"));
    let before = [settings(&mut broken), settings(&mut odd)];
    let adopted = again.run(&mut odd).map(|report| {
        format!("{:?} {:?} {:?}", report.adopted(), report.advisories(), report.table_check())
    });
    planted.odd.conn().query_drop("DROP TABLE IF EXISTS again").unwrap();
    let answers = vec![
        said(&plain.verify(&mut broken)),
        said(&plain.rollback_plan(&mut broken)),
        said(&plain.rollback(&mut broken).map(drop)),
        said(&again.run(&mut broken).map(drop)),
        said(&plain.status(&mut broken).map(|status| status.to_string())),
        said(&again.status(&mut broken).map(|status| status.to_string())),
        said(&plain.plan(&mut broken)),
        said(&again.plan(&mut broken).map(|plan| plan.len())),
        said(&adopted),
        said(&plain.mend(&mut odd).map(|report| format!("{:?}", report.left()))),
        said(&plain.rollback_plan(&mut odd)),
        said(&plain.run(&mut odd).map(|report| (report.statements(), report.table_check()))),
    ];
    assert_eq!([settings(&mut broken), settings(&mut odd)], before, "put back");
    answers
}

fn said<T: Debug>(outcome: &Result<T, Error>) -> String {
    format!("{outcome:?}").replace('\\', "")
}

/// What a plain session finds: something, wherever there is something.
#[track_caller]
fn assert_all_is_found(plain: &[String]) {
    let total = migrations::total();
    let (applied, pending) = (format!("{total} of {total}"), format!("0 of {total}"));
    let planned = (1 + 2 * total).to_string();
    let expected: [&[&str]; 12] = [
        &["far", "origin_latitude", "ap_campaign_id", "it''s", "modified_on", "latin1"],
        &["the view", "trips", "odd labels", "the foreign key", "leg"],
        &["the view", "trips", "odd labels", "the foreign key", "leg"],
        &["differences between the tables", "modified_on", "origin_latitude"],
        &[&applied],
        &[&pending],
        &["[]"],
        &[&planned],
        &["\"trip\"", "weather", "doubled", "by_role", "far", "must", "WiderColumn", "Done"],
        &["weather", "doubled", "by_role", "far", "must", "WiderColumn"],
        &["DROP TABLE `trip`"],
        &["(1, Done)"],
    ];
    for (answer, words) in plain.iter().zip(expected) {
        for word in words {
            assert!(answer.contains(word), "{word} in {answer}");
        }
    }
}

#[track_caller]
fn assert_the_same_after(settings: impl IntoIterator<Item = String>) {
    let planted = planted();
    let plain = answers(&planted, "DO 0");
    assert_all_is_found(&plain);
    let mut different = Vec::new();
    for set in settings {
        let found = answers(&planted, &set);
        let pairs = found.iter().zip(&plain).filter(|(found, expected)| found != expected);
        different.extend(pairs.map(|(found, expected)| format!("{set}: {found}, not {expected}")));
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// The server takes a number for a mode, and knows which there are: the single ones, and those that stand
/// for several.
#[test]
fn what_is_found_does_not_depend_on_the_sql_mode() {
    let db = database();
    let mut conn = db.conn();
    let numbers = (0..63).map(|bit| format!("SET SESSION sql_mode = {}", 1_u64 << bit));
    let mut modes: Vec<_> = numbers.filter(|set| conn.query_drop(set).is_ok()).collect();
    assert!(modes.len() >= 23, "{modes:?}");
    modes.push("SET SESSION sql_mode = ''".to_owned());

    assert_the_same_after(modes);
}

/// All that changes how a server reads, sorts, cuts or describes; on each server what it has.
const VARIABLES: &str = "
    sql_auto_is_null = 1
    big_tables = 1
    sql_safe_updates = 1
    sql_big_selects = 0, max_join_size = 1
    sql_select_limit = 2
    max_sort_length = 8
    group_concat_max_len = 4
    div_precision_increment = 0
    explicit_defaults_for_timestamp = 0
    time_zone = '-12:00'
    join_buffer_size = 128
    max_error_count = 0
    sql_quote_show_create = 0
    sql_warnings = 1
    low_priority_updates = 1
    default_storage_engine = MEMORY
    lc_time_names = 'de_DE'
    character_set_results = NULL
    character_set_filesystem = latin1
    collation_database = latin1_bin
    completion_type = 1
    foreign_key_checks = 0
    unique_checks = 0
    query_prealloc_size = 8192
    tmp_table_size = 1024
    max_heap_table_size = 16384
    range_alloc_block_size = 4096
    optimizer_prune_level = 0
    optimizer_search_depth = 0
";

const OF_MYSQL: &str = "
    explicit_defaults_for_timestamp = 1
    lc_messages = 'de_DE'
    transaction_isolation = 'READ-UNCOMMITTED'
    transaction_isolation = 'SERIALIZABLE'
    information_schema_stats_expiry = 0
    sql_generate_invisible_primary_key = 1
    show_gipk_in_create_table_and_information_schema = 0
    show_create_table_verbosity = 1
    show_create_table_skip_secondary_engine = 1
    show_old_temporals = 1
    default_table_encryption = 1
    innodb_strict_mode = 0
    sql_require_primary_key = 1
    default_tmp_storage_engine = MyISAM
    internal_tmp_mem_storage_engine = MEMORY
    print_identified_with_as_hex = 1
    default_collation_for_utf8mb4 = 'utf8mb4_general_ci'
    explain_format = 'TREE'
    optimizer_switch = 'derived_merge=off,materialization=off,semijoin=off'
    max_execution_time = 1
";

const OF_MARIADB: &str = "
    lc_messages = 'de_DE'
    tx_isolation = 'READ-UNCOMMITTED'
    tx_isolation = 'SERIALIZABLE'
    old_mode = 'NO_DUP_KEY_WARNINGS_WITH_IGNORE,NO_PROGRESS_INFO,ZERO_DATE_TIME_CAST'
    old_mode = ''
    optimizer_switch = 'derived_merge=off,materialization=off,semijoin=off'
    optimizer_switch = 'table_elimination=off,in_to_exists=off,exists_to_in=off,materialization=on'
    innodb_strict_mode = 0
    alter_algorithm = 'NOCOPY'
    system_versioning_alter_history = 'KEEP'
    system_versioning_asof = '2001-01-01'
    enforce_storage_engine = InnoDB
    sql_if_exists = 1
    standard_compliant_cte = 0
    use_stat_tables = 'NEVER'
    sql_big_selects = 0, max_join_size = 1, optimizer_use_condition_selectivity = 1
    column_compression_threshold = 0
    default_regex_flags = 'DOTALL'
    character_set_collations = 'utf8mb4=utf8mb4_bin'
    note_verbosity = ''
    max_statement_time = 0.005
    idle_transaction_timeout = 100
";

#[test]
fn what_is_found_does_not_depend_on_any_other_variable() {
    let own = if flavor() == Flavor::MySql { OF_MYSQL } else { OF_MARIADB };
    let lines = VARIABLES.lines().chain(own.lines()).map(str::trim).filter(|one| !one.is_empty());
    let sets: Vec<_> = lines.map(|one| format!("SET SESSION {one}")).collect();
    let db = database();
    let mut conn = db.conn();
    let (known, unknown): (Vec<_>, Vec<_>) =
        sets.into_iter().partition(|set| match conn.query_drop(set) {
            Ok(()) => true,
            Err(mysql::Error::MySqlError(error)) if error.code == 1193 => false,
            Err(error) => panic!("{set}: {error}"),
        });
    // Old servers lack some.
    assert!(unknown.len() <= 4, "{unknown:?}");

    assert_the_same_after(known);
}
