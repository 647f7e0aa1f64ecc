//! By which column each table is refreshed.

/// Our tables, and the look-back column of those that are refreshed by the day. The others are read in full.
///
/// A refresh deletes the rows of its window and reads the window again. A row whose date moves into the window
/// comes in a second time, so none of these columns ever changes.
pub(super) const TABLES: &[(&str, Option<&str>)] = &[
    ("auth_user", None),
    ("user_label", None),
    ("auth_user_label", None),
    ("group_member", None),
    ("referral_history", None),
    ("campaign", None),
    ("campaign_promo_code", None),
    ("points_transaction", Some("created_on")),
    ("token_transaction", Some("created_on")),
    ("redeem_transaction", Some("created_on")),
    ("bytemark_order_payments", Some("created_on")),
    ("bytemark_order_items", None),
    ("bytemark_pass", None),
    ("trip", Some("started_on")),
    ("cm_activity_location", None),
    ("user_rating", Some("created_on")),
    ("telework", None),
    ("app_data", Some("created_on")),
    ("ledger_key", None),
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
    TABLES.iter().find(|(name, _)| *name == table).and_then(|(_, column)| *column)
}
