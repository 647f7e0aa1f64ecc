//! Whatever a session may have set that changes what a statement means, finds or is allowed to.

use mysql::prelude::Queryable;

use super::{Flavor, database, flavor};

/// Each `sql_mode` alone, as a statement. The server takes a number for a mode, and knows which there are: the single ones,
/// and those that stand for several.
pub fn modes() -> Vec<String> {
    let mut conn = database().conn();
    let numbers = (0..63).map(|bit| format!("SET SESSION sql_mode = {}", 1_u64 << bit));
    let mut modes: Vec<_> = numbers.filter(|set| conn.query_drop(set).is_ok()).collect();
    assert!(modes.len() >= 23, "{modes:?}");
    modes.push("SET SESSION sql_mode = ''".to_owned());
    modes
}

/// Every other variable, as a statement.
pub fn variables() -> Vec<String> {
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
    known
}

/// Sessions that have many of them set at once, each with its statements, for calls that take too long to be tried in one
/// after the other: all modes, none of them, and all variables, of which the last one or the first one stays.
pub fn sessions() -> Vec<Vec<String>> {
    let modes = modes();
    let bits = modes.iter().filter_map(|set| set.rsplit(' ').next()?.parse::<u64>().ok());
    let all_modes = format!("SET SESSION sql_mode = {}", bits.fold(0, |all, bit| all | bit));
    // Whoever has given a statement five milliseconds gets what can be done in them.
    // And MariaDB takes a partitioned table for one of another engine than the one that it was told to enforce.
    let is_meant = |set: &String| {
        // One of two that must not be off together.
        let limits =
            ["max_statement_time", "max_execution_time", "enforce_storage_engine", "in_to_exists"];
        !limits.iter().any(|limit| set.contains(limit))
    };
    let forward: Vec<_> = variables().into_iter().filter(is_meant).collect();
    let backward = forward.iter().rev().cloned().collect();
    vec![vec![all_modes], vec!["SET SESSION sql_mode = ''".to_owned()], forward, backward]
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
