//! The data dictionary: every column and every index, written by hand and by nothing derived.

pub(crate) struct Table {
    pub(crate) name: &'static str,
    // `name type [collation] [NOT NULL] [= default] [extra]`, one line per type. Without NOT NULL a
    // column may be NULL. Text is `utf8mb4_unicode_ci` unless a collation is named.
    pub(crate) columns: &'static str,
    // `PRIMARY|UNIQUE|KEY name (columns)`.
    pub(crate) keys: &'static str,
}

// In the order of the files, V01 first.
pub(crate) const TABLES: &[Table] = &[
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
            KEY daily_points_idx (created_on, points, user_id, activity_type, payer, payee)
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
            end_status tinyint NOT NULL = 0
            navigation_app tinyint NOT NULL = 1
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
            KEY trip_rating_idx (trip_id, rating)
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
            KEY created_on_idx (created_on)
            KEY modified_on_idx (modified_on)
        ",
    },
    Table {
        name: "ledger_key",
        columns: "
            id bigint NOT NULL auto_increment
            idempotency_key varchar(128) ascii_bin NOT NULL
            content char(32) ascii_bin NOT NULL
            movement_id, counterpart_id int NOT NULL = 0
            balance, counterpart_balance decimal(10,2) NOT NULL = 0.00
            moved_on datetime
            recorded_on datetime NOT NULL
        ",
        keys: "
            PRIMARY (id)
            UNIQUE idempotency_key_idx (idempotency_key)
            KEY recorded_on_idx (recorded_on)
        ",
    },
    Table {
        name: "summary_revenue",
        columns: "
            source tinyint NOT NULL
            hour datetime NOT NULL
            activity_type int NOT NULL = 0
            has_type tinyint(1) NOT NULL = 0
            payment_type varchar(32) utf8mb4_bin NOT NULL = ''
            positive, negative, gained decimal(32,2) NOT NULL = 0.00
            movements int NOT NULL = 0
        ",
        keys: "
            PRIMARY (source, hour, activity_type, has_type, payment_type)
        ",
    },
    Table {
        name: "summary_trips",
        columns: "
            hour datetime NOT NULL
            travel_mode int NOT NULL
            trips, measured int NOT NULL = 0
            metres double NOT NULL = 0
        ",
        keys: "
            PRIMARY (hour, travel_mode)
        ",
    },
    Table {
        name: "summary_users",
        columns: "
            day datetime NOT NULL
            user_id int NOT NULL
        ",
        keys: "
            PRIMARY (day, user_id)
        ",
    },
    Table {
        name: "summary_state",
        columns: "
            source tinyint NOT NULL
            summed_until, kept_from datetime
            is_exact tinyint(1) NOT NULL = 0
        ",
        keys: "
            PRIMARY (source)
        ",
    },
    Table {
        name: "summary_log",
        columns: "
            id bigint NOT NULL auto_increment
            source tinyint NOT NULL
            at datetime
            user_id int
        ",
        keys: "
            PRIMARY (id)
            KEY changed_idx (source, at)
        ",
    },
    Table {
        name: "points_opening",
        columns: "
            user_id, through_id int NOT NULL
            balance decimal(10,2) NOT NULL
            dropped_before datetime NOT NULL
        ",
        keys: "
            PRIMARY (user_id)
        ",
    },
    Table {
        name: "token_opening",
        columns: "
            user_id, f_token_id, through_id int NOT NULL
            place int NOT NULL = 0
            tokens decimal(10,2) NOT NULL
            balance decimal(10,2)
            issued_on, expired_on datetime
            dropped_before datetime NOT NULL
        ",
        keys: "
            PRIMARY (user_id, f_token_id, place)
        ",
    },
];
