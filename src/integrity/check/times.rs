//! Times that cannot be, in every table that has a date.

use time::PrimitiveDateTime;

use super::find::{Find, Rule};
use crate::clock;

/// Makes two checks of each dated table, and the list of load columns.
macro_rules! dated {
    ($($table:literal, $load:literal:
        $future:ident $future_code:literal [$($ahead:literal),*],
        $invalid:ident $invalid_code:literal [$($central:literal),*] [$($other:literal),*];)*) => {
        super::checks! {
            $(
                #[doc = concat!("A row of `", $table, "` dated more than a day ahead of UTC. A load or")]
                /// refresh that goes on from the newest date skips all that is older; the day is for
                /// time zones.
                $future = Rule::new($future_code, $table, Find::Future(&[$($ahead),*]));

                #[doc = concat!("A row of `", $table, "` with a date that no calendar has, such as")]
                /// 0000-00-00 or the 30th of February, or a time of the hour that the clocks of the
                /// service skip in March. No report has such a row where it belongs.
                $invalid = Rule::new($invalid_code, $table, Find::NoTime {
                    central: &[$($central),*],
                    other: &[$($other),*],
                });
            )*
        }

        const LOADS: &[(&str, &str)] = &[$(($table, $load)),*];
    };
}

/// The column that tells which rows of a table are new.
pub(in crate::integrity) fn load_column(table: &str) -> Option<&'static str> {
    LOADS.iter().find(|(dated, _)| *dated == table).map(|(_, column)| *column)
}

/// A moment of the service's clock as the load column of a table has it. All but one are of that clock.
pub(in crate::integrity) fn on_load_clock(
    table: &str,
    moment: PrimitiveDateTime,
) -> PrimitiveDateTime {
    if loads_in_utc(table) { clock::utc(moment) } else { moment }
}

/// And the other way round.
pub(in crate::integrity) fn of_load_clock(
    table: &str,
    moment: PrimitiveDateTime,
) -> PrimitiveDateTime {
    if loads_in_utc(table) { clock::us_central(moment.assume_utc()) } else { moment }
}

fn loads_in_utc(table: &str) -> bool {
    table == "ledger_key"
}

dated! {
    "auth_user", "modified_on":
        SIGN_UPS_IN_FUTURE "sign_ups_in_future" ["created_on", "modified_on"],
        SIGN_UPS_WITH_INVALID_DATE "sign_ups_with_invalid_date" ["created_on", "modified_on"] [];
    "user_label", "modified_on":
        LABELS_IN_FUTURE "labels_in_future" ["modified_on"],
        LABELS_WITH_INVALID_DATE "labels_with_invalid_date" ["created_on", "modified_on"] [];
    "auth_user_label", "modified_on":
        LABELLINGS_IN_FUTURE "labellings_in_future" ["modified_on"],
        LABELLINGS_WITH_INVALID_DATE "labellings_with_invalid_date" ["sheet_added_on", "created_on", "modified_on"] [];
    "referral_history", "updated_at":
        REFERRALS_IN_FUTURE "referrals_in_future" ["updated_at"],
        REFERRALS_WITH_INVALID_DATE "referrals_with_invalid_date" ["created_at", "updated_at"] [];
    "campaign_promo_code", "created_at":
        CODES_IN_FUTURE "codes_in_future" ["created_at"],
        CODES_WITH_INVALID_DATE "codes_with_invalid_date" ["created_at"] [];
    "points_transaction", "created_on":
        POINTS_IN_FUTURE "points_in_future" ["created_on"],
        POINTS_WITH_INVALID_DATE "points_with_invalid_date" ["created_on"] [];
    "token_transaction", "created_on":
        TOKENS_IN_FUTURE "tokens_in_future" ["created_on"],
        TOKENS_WITH_INVALID_DATE "tokens_with_invalid_date" ["created_on", "issued_on"] [];
    "redeem_transaction", "created_on":
        REDEMPTIONS_IN_FUTURE "redemptions_in_future" ["created_on"],
        REDEMPTIONS_WITH_INVALID_DATE "redemptions_with_invalid_date" ["created_on"] [];
    "bytemark_order_payments", "created_on":
        PAYMENTS_IN_FUTURE "payments_in_future" ["created_on"],
        PAYMENTS_WITH_INVALID_DATE "payments_with_invalid_date" ["created_on"] [];
    "bytemark_pass", "time_used":
        PASSES_IN_FUTURE "passes_in_future" ["time_used"],
        PASSES_WITH_INVALID_DATE "passes_with_invalid_date" ["time_used"] [];
    "trip", "started_on":
        TRIPS_IN_FUTURE "trips_in_future" ["started_on"],
        TRIPS_WITH_INVALID_DATE "trips_with_invalid_date" ["started_on", "ended_on"] [];
    "cm_activity_location", "modified_on":
        HABITS_IN_FUTURE "habits_in_future" ["modified_on"],
        HABITS_WITH_INVALID_DATE "habits_with_invalid_date" ["job_time", "created_on", "modified_on"] ["departure_time", "arrival_time"];
    "user_rating", "created_on":
        RATINGS_IN_FUTURE "ratings_in_future" ["created_on"],
        RATINGS_WITH_INVALID_DATE "ratings_with_invalid_date" ["created_on"] [];
    "telework", "modified_on":
        COMMUTES_IN_FUTURE "commutes_in_future" ["modified_on"],
        COMMUTES_WITH_INVALID_DATE "commutes_with_invalid_date" ["started_on", "ended_on", "created_on", "modified_on"] [];
    "app_data", "modified_on":
        APP_ACTIONS_IN_FUTURE "app_actions_in_future" ["gmt_time", "modified_on"],
        APP_ACTIONS_WITH_INVALID_DATE "app_actions_with_invalid_date" ["created_on", "modified_on"] ["gmt_time", "local_time"];
    "ledger_key", "recorded_on":
        KEYS_IN_FUTURE "keys_in_future" ["moved_on", "recorded_on"],
        KEYS_WITH_INVALID_DATE "keys_with_invalid_date" ["moved_on"] ["recorded_on"];
}
