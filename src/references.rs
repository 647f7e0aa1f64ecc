//! What each column points to, said once: for the checks of rows that point to nothing, and for the diagram.
//! The tables have no foreign keys.

/// A column that names rows of a table by one of its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference {
    from: (&'static str, &'static str),
    to: (&'static str, &'static str),
}

impl Reference {
    /// The table and the column that points.
    pub(crate) const fn from(&self) -> (&'static str, &'static str) {
        self.from
    }

    /// The table and the column that it points to.
    pub(crate) const fn to(&self) -> (&'static str, &'static str) {
        self.to
    }

    /// The same from the other side: what should be pointed to.
    #[cfg(feature = "integrity")]
    pub(crate) const fn reversed(self) -> Self {
        Self { from: self.to, to: self.from }
    }
}

/// Makes a name for each reference, and the list of them.
macro_rules! references {
    ($($name:ident = $table:ident.$column:ident => $to:ident.$key:ident;)*) => {
        $(#[allow(dead_code)] // The checks go by these names, the diagram by the list.
        pub(crate) const $name: Reference = Reference {
            from: (stringify!($table), stringify!($column)),
            to: (stringify!($to), stringify!($key)),
        };)*

        /// All of them, in the order of the migrations.
        #[cfg(feature = "quicksight")]
        pub(crate) const REFERENCES: &[Reference] = &[$($name),*];
    };
}

references! {
    LABELLED_USER = auth_user_label.user_id => auth_user.id;
    LABEL = auth_user_label.label_id => user_label.id;
    MEMBER = group_member.user_id => auth_user.id;
    SENDER = referral_history.sender_user_id => auth_user.id;
    RECEIVER = referral_history.receiver_user_id => auth_user.id;
    REFERRAL_CAMPAIGN = referral_history.ap_campaign_id => campaign.ap_campaign_id;
    CODE_CAMPAIGN = campaign_promo_code.campaign_id => campaign.id;
    POINTS_USER = points_transaction.user_id => auth_user.id;
    PAYER = points_transaction.payer => auth_user.id;
    PAYEE = points_transaction.payee => auth_user.id;
    OTHER_HALF = points_transaction.ref_transaction_id => points_transaction.id;
    GIFT_CARD = points_transaction.note => redeem_transaction.transaction_id;
    ORDER = points_transaction.note => bytemark_order_payments.order_uuid;
    TOKENS_USER = token_transaction.user_id => auth_user.id;
    TOKENS_CAMPAIGN = token_transaction.ap_campaign_id => campaign.ap_campaign_id;
    TOKENS_CODE = token_transaction.cp_id => campaign_promo_code.id;
    GIFT_CARD_USER = redeem_transaction.user_id => auth_user.id;
    PAYMENT_USER = bytemark_order_payments.user_id => auth_user.id;
    ITEM_ORDER = bytemark_order_items.order_uuid => bytemark_order_payments.order_uuid;
    PASS_ITEM = bytemark_pass.pass_uuid => bytemark_order_items.pass_uuid;
    TRIP_USER = trip.user_id => auth_user.id;
    HABIT_USER = cm_activity_location.user_id => auth_user.id;
    RATING_USER = user_rating.user_id => auth_user.id;
    RATED_TRIP = user_rating.trip_id => trip.id;
    COMMUTE_USER = telework.user_id => auth_user.id;
    COMMUTE_TRIP = telework.trip_id => trip.id;
    REPEATED_COMMUTE = telework.origin_telework_id => telework.id;
    APP_USER = app_data.user_id => auth_user.id;
    KEY_MOVEMENT = ledger_key.movement_id => points_transaction.id;
    KEY_COUNTERPART = ledger_key.counterpart_id => points_transaction.id;
}

#[cfg(all(test, feature = "quicksight"))]
mod tests {
    use super::REFERENCES;
    use crate::history::{EMBEDDED, tables};

    #[test]
    fn both_ends_are_columns() {
        let tables = tables(&EMBEDDED);
        for (table, column) in REFERENCES.iter().flat_map(|one| [one.from(), one.to()]) {
            let known = tables.iter().find(|(name, _)| *name == table);
            let (_, columns) = known.unwrap_or_else(|| panic!("there is no {table}"));
            assert!(columns.iter().any(|one| one == column), "there is no {table}.{column}");
        }
    }
}
