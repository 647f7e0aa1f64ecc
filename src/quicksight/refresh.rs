//! By which column each table is refreshed.

/// A refresh deletes the rows whose date lies in the window, and reads the window again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LookBack {
    /// It never changes: a row whose date moves into the window comes in a second time.
    pub(super) column: &'static str,
    /// Our dates are US/Central, five or six hours behind the window's UTC, so one day is too few.
    pub(super) days: u32,
}

const fn by(column: &'static str, days: u32) -> LookBack {
    LookBack { column, days }
}

/// Our tables, and by what those are refreshed that are not read in full.
pub(super) const TABLES: &[(&str, Option<LookBack>)] = &[
    ("auth_user", None),
    ("user_label", None),
    ("auth_user_label", None),
    ("group_member", None),
    ("referral_history", None),
    ("campaign", None),
    ("campaign_promo_code", None),
    ("points_transaction", Some(by("created_on", 3))),
    ("token_transaction", Some(by("created_on", 7))),
    ("redeem_transaction", Some(by("created_on", 3))),
    ("bytemark_order_payments", Some(by("created_on", 3))),
    ("bytemark_order_items", None),
    ("bytemark_pass", None),
    ("trip", Some(by("started_on", 3))),
    ("cm_activity_location", None),
    ("user_rating", Some(by("created_on", 3))),
    ("telework", None),
    ("app_data", Some(by("created_on", 3))),
    ("ledger_key", None),
    ("summary_revenue", None),
    ("summary_trips", None),
    ("summary_users", None),
    ("summary_state", None),
    ("summary_log", None),
    ("points_opening", None),
    ("token_opening", None),
];

/// The column by which QuickSight refreshes one of our tables a few days at a time, or `None` where it
/// reads the whole table.
///
/// ```
/// use quicksight_migrations::quicksight::look_back_column;
///
/// assert_eq!(look_back_column("trip"), Some("started_on"));
/// assert_eq!(look_back_column("campaign"), None);
/// ```
#[must_use]
pub fn look_back_column(table: &str) -> Option<&'static str> {
    look_back(table).map(|look_back| look_back.column)
}

pub(super) fn look_back(table: &str) -> Option<LookBack> {
    TABLES.iter().find(|(name, _)| *name == table).and_then(|(_, look_back)| *look_back)
}
