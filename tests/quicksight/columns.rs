//! Each column of each table is shown or hidden on purpose.

use std::collections::{BTreeMap, BTreeSet};

use mysql::prelude::Queryable;
use quicksight_migrations::quicksight::{self, ColumnKind, ViewColumn};

use crate::support::{Database, HISTORY, migrated};

/// Of these QuickSight sees nothing.
const WITHOUT_VIEW: [&str; 4] = [HISTORY, "ledger_key", "points_opening", "token_opening"];

/// Each column that is there, with its type.
fn there(db: &Database) -> BTreeMap<(String, String), String> {
    let ask = "SELECT table_name, column_name, column_type FROM information_schema.columns \
               WHERE table_schema = DATABASE()";
    let mut rows: Vec<(String, String, String)> = db.conn().query(ask).unwrap();
    rows.retain(|(table, ..)| !WITHOUT_VIEW.contains(&table.as_str()));
    rows.into_iter().map(|(table, column, kind)| ((table, column), kind)).collect()
}

/// A new column that nobody has thought about fails here: add it to `src/quicksight/columns.rs`.
#[test]
fn each_column_is_shown_or_hidden() {
    let db = migrated();
    let mut classified = BTreeSet::new();
    for view in quicksight::views() {
        let table = view.table().to_owned();
        let shown: BTreeSet<_> = view.columns().iter().map(ViewColumn::source).collect();
        for hidden in view.hidden() {
            assert!(!shown.contains(hidden), "{table}.{hidden} is shown and hidden");
        }
        let columns = shown.into_iter().chain(view.hidden().iter().copied());
        classified.extend(columns.map(|column| (table.clone(), column.to_owned())));
    }

    assert_eq!(classified, there(&db).into_keys().collect());
}

#[test]
fn each_flag_is_a_number_and_each_place_is_coarse() {
    let types = there(&migrated());
    for view in quicksight::views() {
        for column in view.columns() {
            let source = column.source();
            let kind = &types[&(view.table().to_owned(), source.to_owned())];
            let place = source.ends_with("latitude") || source.ends_with("longitude");
            let place = place || source == "lat" || source == "lon";
            let name = column.name();
            assert_eq!(place, column.kind() == ColumnKind::Coarse, "{name}");
            if kind == "tinyint(1)" {
                assert_eq!(column.kind(), ColumnKind::Number, "{name}");
            }
        }
    }
}

/// By these views are joined. Any other name is that of one column of one view.
const KEYS: [&str; 9] = [
    "user_id",
    "label_id",
    "campaign_id",
    "ap_campaign_id",
    "promo_code_id",
    "order_id",
    "order_uuid",
    "pass_uuid",
    "trip_id",
];

#[test]
fn no_name_means_two_things() {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for view in quicksight::views() {
        for column in view.columns() {
            owners.entry(column.name().to_lowercase()).or_default().push(view.name().to_owned());
        }
    }

    for (name, owners) in owners {
        let distinct: BTreeSet<_> = owners.iter().collect();
        assert_eq!(distinct.len(), owners.len(), "twice in one view: {name}");
        assert!(owners.len() == 1 || KEYS.contains(&name.as_str()), "{name}: {owners:?}");
    }
}

/// What must never come into a view, by the words that its name is made of.
#[test]
fn nothing_that_says_who_somebody_is_is_shown() {
    let words = [
        "first_name",
        "last_name",
        "email",
        "phone_number",
        "address",
        "avatar",
        "picture",
        "plate",
        "device_id",
        "device_token",
        "oauth_token",
        "google_id",
        "facebook_id",
        "apple_id",
        "home",
        "office",
        "note",
        "promo_code",
        "card_id",
        "detail_uuid",
        "event_uuid",
        "ref_id",
        "origin_name",
        "destination_name",
        "payment_id",
    ];
    // Which of its addresses an account uses, and the number of a gift card in the service.
    let harmless = ["now_choose_email", "giftcard_id"];
    for view in quicksight::views() {
        for column in view.columns().iter().map(ViewColumn::source) {
            let says = words.iter().find(|word| column.contains(**word));
            assert!(says.is_none() || harmless.contains(&column), "{}.{column}", view.table());
        }
    }
}
