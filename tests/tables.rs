//! What the tables are, on a real server.
//!
//! `TABLES` is the data dictionary: every column and every index as a fact. What the server reports is
//! written in the same notation and compared whole, so one too many fails like one too few.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use mysql::Conn;
use mysql::prelude::Queryable;
use support::Flavor;

struct Table {
    name: &'static str,
    // `name type [collation] [NOT NULL] [= default] [extra]`, one line per type. Without NOT NULL a
    // column may be NULL. Text is `utf8mb4_unicode_ci` unless a collation is named.
    columns: &'static str,
    // `PRIMARY|UNIQUE|KEY name (columns)`.
    keys: &'static str,
}

// In the order of the files, V01 first.
const TABLES: &[Table] = &[
    Table {
        name: "auth_user",
        columns: "
            id int NOT NULL auto_increment
            first_name, last_name varchar(128)
            email varchar(512)
            common_email, google_email, facebook_email, apple_email varchar(255)
            now_choose_email varchar(32)
            google_id, facebook_id varchar(32)
            apple_id varchar(512)
            country_code varchar(16)
            phone_number varchar(32)
            avatar varchar(255)
            rating double
            registration_latitude, registration_longitude double
            registration_zone varchar(32)
            device_language varchar(16)
            device_model varchar(255)
            os_version, app_version, telecom_carrier varchar(64)
            device_id, register_device_id, device_token varchar(512)
            vehicle_type, vehicle_color, vehicle_plate, vehicle_make varchar(128)
            vehicle_picture_front, vehicle_picture_side varchar(255)
            home_address, office_address varchar(256)
            home_latitude, home_longitude, office_latitude, office_longitude double
            per_push_notification, per_gps, per_calendar int
            is_debug tinyint(1)
            enterprise_id int
            created_on, modified_on datetime
        ",
        keys: "
            PRIMARY (id)
            KEY created_on_idx (created_on)
            KEY modified_on_idx (modified_on)
        ",
    },
    Table {
        name: "user_label",
        columns: "
            id int NOT NULL auto_increment
            name varchar(255) NOT NULL
            created_on datetime = now
            modified_on datetime = now on update now
        ",
        keys: "
            PRIMARY (id)
            KEY modified_on_idx (modified_on)
        ",
    },
    Table {
        name: "auth_user_label",
        columns: "
            id int NOT NULL auto_increment
            user_id, label_id int unsigned NOT NULL
            sheet_added_on datetime
            created_on datetime = now
            modified_on datetime = now on update now
        ",
        keys: "
            PRIMARY (id)
            UNIQUE user_label_idx__0 (user_id, label_id)
            KEY label_idx (label_id, user_id)
            KEY modified_on_idx (modified_on)
        ",
    },
    Table {
        name: "group_member",
        columns: "
            id int NOT NULL auto_increment
            group_id, user_id int NOT NULL
            member_status int NOT NULL = 0
        ",
        keys: "PRIMARY (id)",
    },
    Table {
        name: "referral_history",
        columns: "
            id int NOT NULL auto_increment
            sender_user_id, receiver_user_id int unsigned NOT NULL
            receiver_device_id varchar(512) NOT NULL
            ap_campaign_id int unsigned NOT NULL
            created_at datetime NOT NULL = now
            updated_at datetime NOT NULL = now on update now
        ",
        keys: "
            PRIMARY (id)
            UNIQUE receiver_user_id (receiver_user_id)
            UNIQUE receiver_device_id (receiver_device_id)
            KEY sender_idx (sender_user_id)
            KEY updated_at_idx (updated_at)
        ",
    },
    Table {
        name: "campaign",
        columns: "
            id int NOT NULL auto_increment
            ap_campaign_id, token_id int NOT NULL = 0
            name varchar(32) NOT NULL = ''
            tokens decimal(10,2) NOT NULL = 0.00
        ",
        keys: "
            PRIMARY (id)
            UNIQUE ap_campaign_id (ap_campaign_id)
        ",
    },
    Table {
        name: "campaign_promo_code",
        columns: "
            id int unsigned NOT NULL auto_increment
            campaign_id int unsigned NOT NULL
            promo_code varchar(30) utf8mb4_bin NOT NULL = ''
            created_at datetime NOT NULL = now
        ",
        keys: "
            PRIMARY (id)
            UNIQUE promo_code (promo_code)
            KEY created_at_idx (created_at)
        ",
    },
    Table {
        name: "points_transaction",
        columns: "
            id int NOT NULL auto_increment
            user_id, activity_type int NOT NULL
            points, balance decimal(10,2) NOT NULL
            note varchar(200)
            created_on datetime NOT NULL
            payer, payee, ref_transaction_id int NOT NULL = 0
        ",
        keys: "
            PRIMARY (id)
            KEY coins_history_idx_1 (user_id, created_on, activity_type, id)
            KEY note_idx__000 (note)
            KEY daily_points_idx (created_on, points)
            KEY user_ledger_idx (user_id, id, points, balance)
        ",
    },
    Table {
        name: "token_transaction",
        columns: "
            id int NOT NULL auto_increment
            user_id, f_agency_id, f_token_id, f_campaign_id int NOT NULL = 0
            enterprise_id, activity_type, campaign_id, ap_campaign_id int
            tokens, balance decimal(10,2)
            note varchar(200)
            agency_name, token_name, campaign_name, subtitle varchar(255) NOT NULL = ''
            created_on, issued_on, expired_on datetime = now
            dist_notify_status, expire_notify_status tinyint(1) NOT NULL = 0
            cp_id int unsigned NOT NULL = 0
        ",
        keys: "
            PRIMARY (id)
            KEY main_query_index_1 (user_id, activity_type, f_agency_id, f_token_id, issued_on, expired_on)
            KEY notification_index_1 (dist_notify_status, expire_notify_status)
            KEY daily_tokens_idx (created_on, tokens)
            KEY campaign_idx (ap_campaign_id, user_id, activity_type, issued_on, tokens)
            KEY user_ledger_idx (user_id, f_token_id, id, tokens, balance)
        ",
    },
    Table {
        name: "redeem_transaction",
        columns: "
            id int NOT NULL auto_increment
            user_id int NOT NULL
            giftcard_id int
            points decimal(10,2) NOT NULL
            amount decimal(10,2)
            currency varchar(3)
            transaction_id varchar(255) NOT NULL
            created_on datetime NOT NULL
        ",
        keys: "
            PRIMARY (id)
            KEY transaction_id_idx_1 (transaction_id)
            KEY created_on_idx (created_on)
        ",
    },
    Table {
        name: "bytemark_order_payments",
        columns: "
            id int NOT NULL auto_increment
            payment_id int
            payment_type varchar(32)
            total_price decimal(10,2)
            user_id, order_id int NOT NULL
            order_uuid varchar(64)
            created_on datetime NOT NULL = now
            f_token_id int NOT NULL = 0
        ",
        keys: "
            PRIMARY (id)
            KEY daily_payments_idx (created_on, total_price)
        ",
    },
    Table {
        name: "bytemark_order_items",
        columns: "
            id int NOT NULL auto_increment
            order_id int NOT NULL
            order_uuid, product_uuid, pass_uuid varchar(64)
            oauth_token varchar(512)
        ",
        keys: "
            PRIMARY (id)
            KEY order_idx (order_uuid)
        ",
    },
    Table {
        name: "bytemark_pass",
        columns: "
            id int NOT NULL auto_increment
            oauth_token varchar(512)
            pass_uuid, event_uuid varchar(64)
            time_used datetime
        ",
        keys: "
            PRIMARY (id)
            KEY pass_idx (pass_uuid, time_used)
            KEY time_used_idx (time_used)
        ",
    },
    Table {
        name: "trip",
        columns: "
            id int NOT NULL auto_increment
            user_id, travel_mode int NOT NULL
            reservation_id, role, is_calendar_event int
            card_id varchar(512)
            started_on datetime NOT NULL
            ended_on, estimated_arrival_on, local_time datetime
            origin, origin_name, destination, destination_name varchar(200)
            origin_latitude, origin_longitude, destination_latitude, destination_longitude double
            final_destination_name, final_destination_address varchar(200)
            final_destination_latitude, final_destination_longitude double
            distance double
            trajectory_distance double = 0
            trip_detail_uuid varchar(255)
            is_HGAC tinyint(1) = 0
            end_status tinyint(1) NOT NULL = 0
            navigation_app tinyint(1) NOT NULL = 1
            car_navigation_system, end_type varchar(16)
            occupancy tinyint = 1
            failed_reason varchar(128)
            eta_valid_result tinyint
        ",
        keys: "
            PRIMARY (id)
            UNIQUE reservation_id (reservation_id)
            KEY user_started_idx (user_id, started_on)
            KEY trip_analytics_idx (started_on, travel_mode, distance)
        ",
    },
    Table {
        name: "cm_activity_location",
        columns: "
            id int NOT NULL auto_increment
            user_id int unsigned NOT NULL
            o_id, d_id int unsigned
            departure_time, departure_time_orig, arrival_time, job_time datetime
            departure_weekday, arrival_weekday tinyint(1) = 0
            timeslot, arrival_timeslot tinyint = 0
            travel_mode smallint unsigned = 0
            trip_count, trip_count_quarterly int = 0
            probability_driving, probability_transit decimal(5,2)
            probability_walking, probability_bicycling decimal(5,2)
            pred_dest, bayes_count, bayes_od_count, bayes_total_count int
            top_lt1_ceff_prob double
            created_on, modified_on datetime
        ",
        keys: "
            PRIMARY (id)
            KEY habitual_trip_uindex (user_id, o_id, d_id, timeslot, departure_weekday, travel_mode)
            KEY hot_spot_idx (o_id, d_id, travel_mode, probability_driving, probability_transit)
            KEY modified_on_idx (modified_on)
        ",
    },
    Table {
        name: "user_rating",
        columns: "
            id int NOT NULL auto_increment
            user_id, trip_id int NOT NULL
            trip_type varchar(32)
            rating int unsigned NOT NULL
            created_on datetime NOT NULL
        ",
        keys: "
            PRIMARY (id)
            KEY created_on_idx (created_on)
        ",
    },
    Table {
        name: "telework",
        columns: "
            id int NOT NULL auto_increment
            user_id, enterprise_id int NOT NULL
            trip_date varchar(512) NOT NULL
            trip_id int
            is_autolog, origin_telework_id int NOT NULL = 0
            is_active int NOT NULL = 1
            started_on, ended_on datetime
            is_round_trip, is_recurring_trip, is_work_place char(1) NOT NULL = 'F'
            created_on datetime NOT NULL = now
            modified_on datetime NOT NULL = now on update now
        ",
        keys: "
            PRIMARY (id)
            KEY modified_on_idx (modified_on)
        ",
    },
    Table {
        name: "app_data",
        columns: "
            id int NOT NULL auto_increment
            user_id int NOT NULL
            user_action, ticket_mode, ticket_type varchar(50)
            gmt_time, local_time, created_on, modified_on datetime NOT NULL
            lat, lon double
            email, ref_id varchar(150)
            thre, points, price int = 0
        ",
        keys: "
            PRIMARY (id)
            KEY modified_on_idx (modified_on)
        ",
    },
];

// Every type that QuickSight reads from MySQL. It leaves out columns of any other.
const QUICKSIGHT_TYPES: &[&str] = &[
    "bigint",
    "int",
    "mediumint",
    "smallint",
    "tinyint",
    "decimal",
    "double",
    "char",
    "varchar",
    "text",
    "enum",
    "set",
    "date",
    "datetime",
    "timestamp",
    "year",
];

// `table.column: word that its comment must have`.
const MEANINGS: &[&str] = &[
    "auth_user.device_token: credential",
    "auth_user.is_debug: test account",
    "auth_user.now_choose_email: common, google, facebook or apple",
    "auth_user.registration_latitude: degrees",
    "auth_user.registration_zone: IANA",
    "auth_user_label.label_id: user_label.id",
    "auth_user_label.user_id: auth_user.id",
    "app_data.gmt_time: UTC",
    "bytemark_order_items.oauth_token: credential",
    "bytemark_order_items.order_uuid: bytemark_order_payments.order_uuid",
    "bytemark_order_items.pass_uuid: bytemark_pass.pass_uuid",
    "bytemark_order_payments.payment_type: coins or tokens",
    "bytemark_pass.oauth_token: credential",
    "campaign_promo_code.campaign_id: campaign.id",
    "cm_activity_location.arrival_timeslot: 15-minute",
    "cm_activity_location.departure_time: UTC",
    "cm_activity_location.departure_time_orig: UTC",
    "cm_activity_location.departure_weekday: 1 weekday, 0 weekend",
    "cm_activity_location.probability_bicycling: per cent, 0-100",
    "cm_activity_location.probability_driving: per cent, 0-100",
    "cm_activity_location.probability_transit: per cent, 0-100",
    "cm_activity_location.probability_walking: per cent, 0-100",
    "cm_activity_location.top_lt1_ceff_prob: probability 0-1",
    "group_member.member_status: 3 manager",
    "points_transaction.activity_type: 18 tier benefit",
    "points_transaction.balance: points",
    "points_transaction.note: redeem_transaction.transaction_id",
    "points_transaction.payee: who receives the coins",
    "points_transaction.payer: who pays the coins",
    "points_transaction.points: points",
    "points_transaction.ref_transaction_id: points_transaction.id",
    "redeem_transaction.points: negative",
    "referral_history.ap_campaign_id: campaign.ap_campaign_id",
    "telework.is_active: 1:",
    "token_transaction.activity_type: 2 spent",
    "token_transaction.ap_campaign_id: campaign.ap_campaign_id",
    "token_transaction.cp_id: campaign_promo_code.id",
    "token_transaction.dist_notify_status: 1 sent",
    "token_transaction.tokens: tokens",
    "trip.distance: metres",
    "trip.end_status: 0 not ended",
    "trip.is_HGAC: region",
    "trip.navigation_app: 4 Waze",
    "trip.role: 1 driver",
    "trip.trajectory_distance: metres",
    "trip.travel_mode: 101 instant carpool",
    "user_rating.rating: 1-5",
];

#[test]
fn every_column_is_as_the_dictionary_says() {
    let db = migrated();
    let mut conn = db.conn();
    assert_columns(&mut conn, "after a boot");
    for table in TABLES {
        let first = "SELECT column_name FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = ? AND ordinal_position = 1";
        let first: Option<String> = conn.exec_first(first, (table.name,)).unwrap();
        assert_eq!(first.as_deref(), Some("id"), "{}", table.name);
    }
}

#[test]
fn every_index_serves_a_read() {
    let found = keys_on_server(&mut migrated().conn());
    let names: Vec<_> = found.keys().map(String::as_str).collect();
    assert_eq!(names, sorted(TABLES.iter().map(|t| t.name)));
    for table in TABLES {
        let expected = sorted(lines(table.keys));
        let found: Vec<_> = sorted(found[table.name].iter().map(Key::to_string));
        assert_eq!(found, expected, "{}", table.name);
    }
}

#[test]
fn no_index_repeats_another() {
    for (table, keys) in keys_on_server(&mut migrated().conn()) {
        for key in keys.iter().filter(|key| key.kind == "KEY") {
            for other in keys.iter().filter(|other| other.name != key.name) {
                let repeated = other.with_primary_key().starts_with(&key.columns);
                assert!(!repeated, "{table}: {other} does what {key} does");
            }
        }
    }
}

#[test]
fn dated_tables_have_an_index_by_their_refresh_date() {
    let db = migrated();
    let mut conn = db.conn();
    let refreshed = comments(&mut conn, "LIKE '%refresh column%'");
    let keys = keys_on_server(&mut conn);
    for (table, column, _) in &refreshed {
        let served = keys[table].iter().any(|key| key.columns[0] == *column);
        assert!(served, "{table}.{column}");
    }
    let dateless = ["bytemark_order_items", "campaign", "group_member"];
    let dated = TABLES.iter().map(|t| t.name);
    let dated: Vec<_> = sorted(dated.filter(|name| !dateless.contains(name)));
    let refreshed: Vec<_> = sorted(refreshed.iter().map(|(table, ..)| table.as_str()));
    assert_eq!(refreshed, dated);
}

#[test]
fn every_table_is_innodb_and_utf8mb4() {
    let db = migrated();
    let mut conn = db.conn();
    for table in TABLES {
        // The explicit row format is what keeps the long keys legal where the server's default is COMPACT.
        let settings = "SELECT engine, table_collation, LOWER(create_options)
            FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
        let settings: Option<(String, String, String)> =
            conn.exec_first(settings, (table.name,)).unwrap();
        let expected = ("InnoDB", "utf8mb4_unicode_ci", "row_format=dynamic");
        let (engine, collation, options) = settings.expect(table.name);
        let found = (engine.as_str(), collation.as_str(), options.as_str());
        assert_eq!(found, expected, "{}", table.name);
    }
}

#[test]
fn only_types_that_quicksight_reads() {
    let db = migrated();
    let query = "SELECT CONCAT(table_name, '.', column_name), data_type
        FROM information_schema.columns WHERE table_schema = DATABASE()";
    let columns: Vec<(String, String)> = db.conn().query(query).unwrap();
    let ours = columns.iter().filter(|(column, _)| is_ours(column));
    let skipped: Vec<_> = ours
        .filter(|(_, data_type)| !QUICKSIGHT_TYPES.contains(&data_type.to_lowercase().as_str()))
        .collect();
    assert_eq!(skipped, [] as [&(String, String); 0]);
}

#[test]
fn every_table_says_what_it_holds() {
    let db = migrated();
    let mut conn = db.conn();
    let query = "SELECT table_name FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_comment LIKE '%: one row per %'";
    let explained: Vec<String> = conn.query(query).unwrap();
    assert_eq!(sorted(explained.iter().map(String::as_str)), sorted(TABLES.iter().map(|t| t.name)));

    let comments: BTreeMap<_, _> = comments(&mut conn, "LIKE '%'")
        .into_iter()
        .map(|(table, column, comment)| (format!("{table}.{column}"), comment))
        .collect();
    for meaning in MEANINGS {
        let (column, word) = meaning.split_once(": ").unwrap();
        let comment = &comments[column];
        assert!(comment.contains(word), "{column} says {comment:?}");
    }
}

#[test]
fn every_time_says_its_clock() {
    let db = migrated();
    let query = "SELECT CONCAT(table_name, '.', column_name), column_comment
        FROM information_schema.columns WHERE table_schema = DATABASE() AND data_type = 'datetime'";
    let columns: Vec<(String, String)> = db.conn().query(query).unwrap();
    let times: Vec<_> = columns.iter().filter(|(time, _)| is_ours(time)).collect();
    assert!(!times.is_empty());
    for (time, comment) in times {
        let clock = comment.starts_with("US/Central wall clock")
            || comment.starts_with("UTC")
            || comment.starts_with("wall clock ");
        assert!(clock, "{time} says {comment:?}");
    }
}

#[test]
fn every_user_id_says_whose_it_is() {
    let users = comments(&mut migrated().conn(), "LIKE 'auth_user.id%'");
    let users = users.iter().map(|(table, column, _)| (table.as_str(), column.as_str()));
    let users: Vec<_> = sorted(users.filter(|(_, column)| column.ends_with("user_id")));
    let expected = TABLES.iter().flat_map(|table| {
        let names = column_facts(table).into_iter().map(|(name, _)| name);
        names.filter(|name| name.ends_with("user_id")).map(|name| (table.name, name))
    });
    assert_eq!(users, sorted(expected));
}

#[test]
fn runs_under_every_strict_setting() {
    for mode in sql_modes() {
        let db = support::database();
        let mut conn = db.conn();
        set_strict(&mut conn);
        conn.exec_drop("SET SESSION sql_mode = ?", (mode,)).unwrap();
        for (file, sql) in migration_files() {
            conn.query_drop(sql).unwrap_or_else(|error| panic!("{file} under {mode:?}: {error}"));
        }
        assert_columns(&mut db.conn(), mode);
    }
}

#[test]
fn each_file_holds_one_statement() {
    let files = migration_files();
    let names: Vec<_> = files.iter().map(|(name, _)| name.clone()).collect();
    let expected = (1..).zip(TABLES);
    let expected: Vec<_> =
        expected.map(|(number, table)| format!("V{number:02}__{}.sql", table.name)).collect();
    assert_eq!(names, expected);

    for ((file, sql), table) in files.iter().zip(TABLES) {
        let create = format!("\nCREATE TABLE IF NOT EXISTS `{}` (\n", table.name);
        assert!(sql.starts_with("-- ") && sql.contains(&create), "{file}");
        assert_eq!(sql.find(';'), Some(sql.len() - 2), "{file}: one statement");
        assert!(sql.ends_with(";\n"), "{file}: one newline at the end");
        assert!(sql.is_ascii() && !sql.contains('\r'), "{file}: ASCII and LF");
        assert!(!sql.contains(['\\', '"']), "{file}: fit for any sql_mode");
        for comment in sql.lines().filter(|line| line.trim().starts_with("--")) {
            assert!(!comment.contains(['\'', '`']), "{file}: {comment}");
        }
    }
}

#[test]
fn each_index_names_its_read() {
    for (file, sql) in migration_files() {
        let lines: Vec<_> = sql.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            if pair[1].starts_with("KEY ") || pair[1].starts_with("UNIQUE KEY ") {
                assert!(pair[0].starts_with("-- "), "{file}: {}", pair[1]);
            }
        }
    }
}

fn migrated() -> support::Database {
    let db = support::database();
    quicksight_migrations::run_quicksight_migrations(&mut db.conn()).unwrap();
    db
}

fn assert_columns(conn: &mut Conn, when: &str) {
    let found = columns_on_server(conn);
    let names: Vec<_> = found.keys().map(String::as_str).collect();
    assert_eq!(names, sorted(TABLES.iter().map(|t| t.name)), "{when}");
    for table in TABLES {
        let expected = column_facts(table).into_iter();
        let expected = sorted(expected.map(|(name, is)| format!("{name} {is}")));
        assert_eq!(found[table.name], expected, "{} {when}", table.name);
    }
}

// `a, b int NOT NULL` says the same of `a` and of `b`.
fn column_facts(table: &Table) -> Vec<(&'static str, String)> {
    let facts = lines(table.columns).map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let names = 1 + words.iter().take_while(|word| word.ends_with(',')).count();
        let (names, is) = words.split_at(names);
        let is = is.join(" ");
        names.iter().map(move |name| (name.trim_end_matches(','), is.clone())).collect::<Vec<_>>()
    });
    facts.flatten().collect()
}

fn columns_on_server(conn: &mut Conn) -> BTreeMap<String, Vec<String>> {
    let query = "SELECT table_name, column_name, column_type, collation_name, is_nullable,
            column_default, extra
        FROM information_schema.columns WHERE table_schema = DATABASE()";
    let mut tables = BTreeMap::<_, Vec<_>>::new();
    for column in conn.query::<ColumnRow, _>(query).unwrap() {
        if is_ours(&column.0) {
            let columns = tables.entry(column.0.clone()).or_default();
            columns.push(in_our_notation(column));
        }
    }
    tables.into_iter().map(|(table, columns)| (table, sorted(columns))).collect()
}

type ColumnRow = (String, String, String, Option<String>, String, Option<String>, String);

fn in_our_notation(column: ColumnRow) -> String {
    let (_, name, column_type, collation, nullable, default, extra) = column;
    let is = [
        canonical_type(&column_type),
        canonical_collation(collation.as_deref()),
        if nullable == "NO" { " NOT NULL" } else { "" }.to_owned(),
        canonical_default(default, collation.is_some()),
        canonical_extra(&extra),
    ];
    format!("{name} {}", is.concat())
}

// MariaDB and MySQL 5.7 give every integer a display width. Only that of `tinyint(1)` means something.
fn canonical_type(column_type: &str) -> String {
    let column_type = column_type.to_lowercase();
    let Some((name, rest)) = column_type.split_once('(') else {
        return column_type;
    };
    let (width, rest) = rest.split_once(')').unwrap();
    if name.ends_with("int") && (name, width) != ("tinyint", "1") {
        return format!("{name}{rest}");
    }
    column_type
}

fn canonical_collation(collation: Option<&str>) -> String {
    match collation {
        None | Some("utf8mb4_unicode_ci") => String::new(),
        Some(other) => format!(" {other}"),
    }
}

// MySQL reports a default as its value, MariaDB as SQL: quoted, and NULL as a word.
fn canonical_default(default: Option<String>, is_text: bool) -> String {
    let mariadb = support::flavor() == Flavor::MariaDb;
    let Some(default) = default.filter(|default| !(mariadb && default == "NULL")) else {
        return String::new();
    };
    match default.to_lowercase().as_str() {
        "current_timestamp" | "current_timestamp()" => " = now".to_owned(),
        _ if is_text && !mariadb => format!(" = '{default}'"),
        _ => format!(" = {default}"),
    }
}

fn canonical_extra(extra: &str) -> String {
    let extra = extra
        .to_lowercase()
        .replace("default_generated", "")
        .replace("current_timestamp()", "now")
        .replace("current_timestamp", "now");
    match extra.trim() {
        "" => String::new(),
        extra => format!(" {extra}"),
    }
}

#[derive(Debug)]
struct Key {
    kind: &'static str,
    name: String,
    columns: Vec<String>,
}

impl Key {
    // InnoDB ends every secondary index with the primary key.
    fn with_primary_key(&self) -> Vec<String> {
        let mut columns = self.columns.clone();
        columns.push("id".to_owned());
        columns
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.columns.join(", ");
        match self.kind {
            "PRIMARY" => write!(f, "PRIMARY ({columns})"),
            kind => write!(f, "{kind} {} ({columns})", self.name),
        }
    }
}

fn keys_on_server(conn: &mut Conn) -> BTreeMap<String, Vec<Key>> {
    let query = "SELECT table_name, index_name, non_unique, index_type,
            CONCAT(column_name, COALESCE(CONCAT('(', sub_part, ')'), ''), IF(collation = 'D', ' DESC', ''))
        FROM information_schema.statistics WHERE table_schema = DATABASE()
        ORDER BY table_name, index_name, seq_in_index";
    let rows: Vec<(String, String, i64, String, String)> = conn.query(query).unwrap();
    let mut tables = BTreeMap::<_, Vec<Key>>::new();
    for (table, name, non_unique, index_type, column) in rows {
        if !is_ours(&table) {
            continue;
        }
        assert_eq!(index_type, "BTREE", "{table}.{name}");
        let keys = tables.entry(table).or_default();
        if let Some(key) = keys.last_mut().filter(|key| key.name == name) {
            key.columns.push(column);
        } else {
            keys.push(Key { kind: key_kind(&name, non_unique), name, columns: vec![column] });
        }
    }
    tables
}

fn key_kind(name: &str, non_unique: i64) -> &'static str {
    match (name, non_unique) {
        ("PRIMARY", _) => "PRIMARY",
        (_, 0) => "UNIQUE",
        _ => "KEY",
    }
}

// (table, column, comment) of the columns whose comment fits `condition`.
fn comments(conn: &mut Conn, condition: &str) -> Vec<(String, String, String)> {
    let query = format!(
        "SELECT table_name, column_name, column_comment FROM information_schema.columns
        WHERE table_schema = DATABASE() AND column_comment {condition}"
    );
    let mut comments: Vec<(String, String, String)> = conn.query(query).unwrap();
    comments.retain(|(table, ..)| is_ours(table));
    comments
}

// The history table belongs to the mechanism, not to the dictionary.
fn is_ours(name: &str) -> bool {
    !name.starts_with("quicksight_schema_history")
}

fn sql_modes() -> Vec<&'static str> {
    let mut modes = vec![
        "",
        "ANSI",
        "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
        "TRADITIONAL",
        "REAL_AS_FLOAT,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE,NO_AUTO_VALUE_ON_ZERO",
        "PAD_CHAR_TO_FULL_LENGTH,ALLOW_INVALID_DATES,NO_UNSIGNED_SUBTRACTION",
    ];
    if support::flavor() == Flavor::MariaDb {
        modes.extend(["ORACLE", "MSSQL", "MAXDB", "SIMULTANEOUS_ASSIGNMENT"]);
    }
    modes
}

fn set_strict(conn: &mut Conn) {
    conn.query_drop("SET SESSION innodb_strict_mode = ON").unwrap();
    let query = "SHOW VARIABLES LIKE 'sql_require_primary_key'";
    let known: Option<(String, String)> = conn.query_first(query).unwrap();
    if known.is_some() {
        conn.query_drop("SET SESSION sql_require_primary_key = ON").unwrap();
    }
}

fn migration_files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let paths = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let files = paths.filter(|path| path.extension().is_some_and(|ext| ext == "sql"));
    sorted(files.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(&path).unwrap())
    }))
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort();
    items
}
