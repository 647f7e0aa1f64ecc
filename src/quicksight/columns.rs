//! What QuickSight may see: every column of every table, and what its view makes of it. There is no view of
//! `ledger_key` and the opening balances, which are the ledger's own.

/// What a view makes of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKind {
    /// It is shown as it is.
    Kept,
    /// A place, rounded to two decimals of a degree: about a kilometre.
    Coarse,
    /// A `tinyint(1)`, which a JDBC driver would take for true or false, as a number.
    Number,
    /// A number as text, which rules about rows compare.
    Text,
}

/// A table, with each of its columns in one of the lists.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// What the columns of its view begin with, so that no other view has a column of their name.
    pub(super) noun: &'static str,
    /// Shown under this name: by it other views are joined, or the noun would not read well.
    named: &'static [(&'static str, &'static str)],
    kept: &'static [&'static str],
    numbers: &'static [&'static str],
    coarse: &'static [&'static str],
    /// Shown as text under this name, beside the number.
    texts: &'static [(&'static str, &'static str)],
    /// In no view: credentials, and what says or leads to who somebody is.
    pub(super) hidden: &'static [&'static str],
}

const NONE: Table = Table {
    name: "",
    noun: "",
    named: &[],
    kept: &[],
    numbers: &[],
    coarse: &[],
    texts: &[],
    hidden: &[],
};

#[rustfmt::skip]
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "auth_user", noun: "user",
        named: &[("id", "user_id")],
        kept: &["now_choose_email", "country_code", "rating", "registration_zone", "device_language", "device_model",
            "os_version", "app_version", "telecom_carrier", "vehicle_type", "vehicle_color", "vehicle_make",
            "per_push_notification", "per_gps", "per_calendar", "enterprise_id", "created_on", "modified_on"],
        numbers: &["is_debug"],
        coarse: &["registration_latitude", "registration_longitude"],
        texts: &[("enterprise_id", "enterprise")],
        hidden: &["first_name", "last_name",
            "email", "common_email", "google_email", "facebook_email", "apple_email",
            "google_id", "facebook_id", "apple_id", "phone_number", "avatar",
            "device_id", "register_device_id", "device_token",
            "vehicle_plate", "vehicle_picture_front", "vehicle_picture_side",
            // Too few people live at a place, even at a coarse one, and work at another.
            "home_address", "home_latitude", "home_longitude",
            "office_address", "office_latitude", "office_longitude"],
    },
    Table {
        name: "user_label", noun: "label",
        named: &[("id", "label_id")],
        kept: &["name", "created_on", "modified_on"],
        ..NONE
    },
    Table {
        name: "auth_user_label", noun: "user_label",
        named: &[("id", "user_label_id"), ("user_id", "user_id"), ("label_id", "label_id")],
        kept: &["sheet_added_on", "created_on", "modified_on"],
        ..NONE
    },
    Table {
        name: "group_member", noun: "member",
        named: &[("id", "member_id"), ("group_id", "group_id"), ("user_id", "user_id")],
        kept: &["member_status"],
        ..NONE
    },
    Table {
        name: "referral_history", noun: "referral",
        named: &[("id", "referral_id"), ("sender_user_id", "sender_user_id"), ("receiver_user_id", "receiver_user_id"),
            ("ap_campaign_id", "ap_campaign_id")],
        kept: &["created_at", "updated_at"],
        hidden: &["receiver_device_id"],
        ..NONE
    },
    Table {
        name: "campaign", noun: "campaign",
        named: &[("id", "campaign_id"), ("ap_campaign_id", "ap_campaign_id")],
        kept: &["token_id", "name", "tokens"],
        ..NONE
    },
    Table {
        name: "campaign_promo_code", noun: "promo_code",
        named: &[("id", "promo_code_id"), ("campaign_id", "campaign_id")],
        kept: &["created_at"],
        // Whoever has it can spend it.
        hidden: &["promo_code"],
        ..NONE
    },
    Table {
        name: "points_transaction", noun: "points",
        named: &[("id", "points_transaction_id"), ("user_id", "user_id")],
        kept: &["activity_type", "points", "balance", "created_on", "payer", "payee", "ref_transaction_id"],
        hidden: &["note"],
        ..NONE
    },
    Table {
        name: "token_transaction", noun: "tokens",
        named: &[("id", "token_transaction_id"), ("user_id", "user_id"), ("ap_campaign_id", "ap_campaign_id"),
            ("cp_id", "promo_code_id")],
        kept: &["enterprise_id", "activity_type", "tokens", "balance", "campaign_id", "created_on", "f_agency_id",
            "agency_name", "f_token_id", "token_name", "f_campaign_id", "campaign_name", "issued_on", "expired_on"],
        // Free text, and the service's own bookkeeping about notices.
        hidden: &["note", "subtitle", "dist_notify_status", "expire_notify_status"],
        ..NONE
    },
    Table {
        name: "redeem_transaction", noun: "redeem",
        named: &[("id", "redeem_transaction_id"), ("user_id", "user_id")],
        kept: &["giftcard_id", "points", "amount", "currency", "created_on"],
        // It finds the gift card at the vendor.
        hidden: &["transaction_id"],
        ..NONE
    },
    Table {
        name: "bytemark_order_payments", noun: "payment",
        named: &[("id", "order_payment_id"), ("user_id", "user_id"), ("order_id", "order_id"), ("order_uuid", "order_uuid")],
        kept: &["payment_type", "total_price", "created_on", "f_token_id"],
        hidden: &["payment_id"],
        ..NONE
    },
    Table {
        name: "bytemark_order_items", noun: "item",
        named: &[("id", "order_item_id"), ("order_id", "order_id"), ("order_uuid", "order_uuid"), ("pass_uuid", "pass_uuid")],
        kept: &["product_uuid"],
        hidden: &["oauth_token"],
        ..NONE
    },
    Table {
        name: "bytemark_pass", noun: "pass",
        named: &[("id", "pass_use_id"), ("pass_uuid", "pass_uuid")],
        kept: &["time_used"],
        hidden: &["oauth_token", "event_uuid"],
        ..NONE
    },
    Table {
        name: "trip", noun: "trip",
        named: &[("id", "trip_id"), ("user_id", "user_id")],
        kept: &["reservation_id", "role", "travel_mode", "started_on", "ended_on", "estimated_arrival_on", "distance",
            "is_calendar_event", "local_time", "trajectory_distance", "car_navigation_system", "occupancy",
            "failed_reason", "eta_valid_result", "end_type"],
        numbers: &["is_HGAC", "end_status", "navigation_app"],
        coarse: &["origin_latitude", "origin_longitude", "destination_latitude", "destination_longitude",
            "final_destination_latitude", "final_destination_longitude"],
        hidden: &["card_id", "trip_detail_uuid", "origin", "origin_name", "destination", "destination_name",
            "final_destination_name", "final_destination_address"],
        ..NONE
    },
    Table {
        name: "cm_activity_location", noun: "habit",
        kept: &["id", "o_id", "d_id", "departure_time", "departure_time_orig", "arrival_time", "arrival_timeslot",
            "timeslot", "travel_mode", "trip_count", "trip_count_quarterly", "job_time", "probability_driving",
            "probability_transit", "probability_walking", "probability_bicycling", "pred_dest", "top_lt1_ceff_prob",
            "bayes_count", "bayes_od_count", "bayes_total_count", "created_on", "modified_on"],
        numbers: &["departure_weekday", "arrival_weekday"],
        // Where one person goes day by day, and when.
        hidden: &["user_id"],
        ..NONE
    },
    Table {
        name: "user_rating", noun: "rating",
        named: &[("id", "rating_id"), ("user_id", "user_id"), ("trip_id", "trip_id")],
        kept: &["trip_type", "rating", "created_on"],
        ..NONE
    },
    Table {
        name: "telework", noun: "telework",
        named: &[("id", "telework_id"), ("user_id", "user_id"), ("trip_id", "trip_id"),
            ("origin_telework_id", "origin_telework_id")],
        kept: &["enterprise_id", "trip_date", "is_autolog", "is_active", "started_on", "ended_on", "is_round_trip",
            "is_recurring_trip", "is_work_place", "created_on", "modified_on"],
        ..NONE
    },
    Table {
        name: "app_data", noun: "app",
        named: &[("id", "app_data_id"), ("user_id", "user_id")],
        kept: &["user_action", "gmt_time", "local_time", "thre", "points", "price", "ticket_mode", "ticket_type",
            "created_on", "modified_on"],
        coarse: &["lat", "lon"],
        hidden: &["email", "ref_id"],
        ..NONE
    },
    Table {
        name: "summary_revenue", noun: "revenue",
        kept: &["source", "hour", "activity_type", "payment_type", "positive", "negative", "gained", "movements"],
        numbers: &["has_type"],
        ..NONE
    },
    Table {
        name: "summary_trips", noun: "trips",
        kept: &["hour", "travel_mode", "trips", "metres", "measured"],
        ..NONE
    },
    Table {
        name: "summary_users", noun: "active",
        named: &[("user_id", "user_id")],
        kept: &["day"],
        ..NONE
    },
    // How far the sums go, without which they mean nothing, and which of them do not count.
    Table {
        name: "summary_state", noun: "summed",
        kept: &["source", "summed_until", "kept_from"],
        numbers: &["is_exact"],
        ..NONE
    },
    Table {
        name: "summary_log", noun: "changed",
        kept: &["id", "source", "at"],
        hidden: &["user_id"],
        ..NONE
    },
];

impl Table {
    /// What its view shows: the name there, the column, and what the view makes of it.
    pub(super) fn shown(
        &self,
    ) -> impl Iterator<Item = (String, &'static str, ColumnKind)> + use<'_> {
        let named = |names: &'static [(&str, &str)], kind| {
            names.iter().map(move |(column, name)| ((*name).to_owned(), *column, kind))
        };
        let plain = |columns: &'static [&str], kind| {
            columns.iter().map(move |column| (self.name_in_view(column), *column, kind))
        };
        named(self.named, ColumnKind::Kept)
            .chain(plain(self.kept, ColumnKind::Kept))
            .chain(plain(self.numbers, ColumnKind::Number))
            .chain(plain(self.coarse, ColumnKind::Coarse))
            .chain(named(self.texts, ColumnKind::Text))
    }

    /// What its view calls a column of the table.
    pub(super) fn renamed(&self, column: &str) -> String {
        let named = self.named.iter().find(|(of, _)| *of == column);
        named.map_or_else(|| self.name_in_view(column), |(_, name)| (*name).to_owned())
    }

    fn name_in_view(&self, column: &str) -> String {
        let noun = self.noun;
        let begins_so =
            column.strip_prefix(noun).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        if begins_so { column.to_owned() } else { format!("{noun}_{column}") }
    }
}
