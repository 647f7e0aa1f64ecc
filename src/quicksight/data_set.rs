//! What the dashboards read: each fact with who did it, and with what names it. Never two facts in one: a row of
//! one would be counted once for each row of the other.

use super::columns::{TABLES, Table};
use crate::{
    measure::{
        Expression, account_name, activity_name, metres, mode_name, months_since_sign_up, negative,
        points_gained, positive, user_above, user_below,
    },
    schema::view_of,
    session::quote,
};

/// A data set of QuickSight: the rows of one view, joined with at most one row of each other view.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// In ids, which never change: a changed id is a new data set.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// The table whose rows it has.
    pub(super) fact: &'static str,
    pub(super) joins: Vec<Join>,
    pub(super) computed: Vec<Computed>,
}

/// A dimension: at most one row for each row of the fact.
#[derive(Debug, Clone)]
pub(super) struct Join {
    pub(super) table: &'static str,
    /// The key on the side of the fact, by its name in the views.
    pub(super) left: &'static str,
    /// The key on the side of the dimension. It is not taken: it is the fact's.
    pub(super) right: &'static str,
    /// What is taken of it, by its name in the views.
    pub(super) takes: &'static [&'static str],
}

/// A column that no view has.
#[derive(Debug, Clone)]
pub(super) struct Computed {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Over the columns of the fact's table, and over what is joined, by its name in the views.
    expression: Expression,
    fact: &'static str,
}

/// Who did it: what rules about rows compare, and what test accounts are left out by.
const USER: Join = Join {
    table: "auth_user",
    left: "user_id",
    right: "user_id",
    takes: &["enterprise", "user_is_debug", "user_registration_zone", "user_created_on"],
};

/// The column that tells test accounts from real ones, in each data set that has users.
pub(super) const ACCOUNT: &str = "user_account";

/// What grants come from.
const CAMPAIGN: Join = Join {
    table: "campaign",
    left: "ap_campaign_id",
    right: "ap_campaign_id",
    takes: &["campaign_id", "campaign_name", "campaign_tokens"],
};

/// All of the data sets, in the order of the migrations.
///
/// ```
/// use quicksight_migrations::quicksight::data_sets;
///
/// assert!(data_sets().iter().any(|data_set| data_set.id() == "trips" && data_set.table() == "trip"));
/// ```
#[must_use]
pub fn data_sets() -> Vec<DataSet> {
    let computed = |fact| move |name, about, expression| Computed { name, about, expression, fact };
    let (points, tokens, trip) =
        (computed("points_transaction"), computed("token_transaction"), computed("trip"));
    let habit = computed("cm_activity_location");
    let set = |id, title, about, fact, joins: &[Join], mut computed: Vec<Computed>| {
        computed.extend(account(fact, joins));
        DataSet { id, title, about, fact, joins: joins.to_vec(), computed }
    };
    vec![
        set("users", "Users", "One row per account.", "auth_user", &[], vec![]),
        set(
            "labels",
            "Labels of users",
            "One row per user and label.",
            "auth_user_label",
            &[
                Join {
                    table: "user_label",
                    left: "label_id",
                    right: "label_id",
                    takes: &["label_name"],
                },
                USER,
            ],
            vec![],
        ),
        set(
            "members",
            "Members of groups",
            "One row per group and user.",
            "group_member",
            &[USER],
            vec![],
        ),
        set(
            "referrals",
            "Referrals",
            "One row per user who was invited, with what is known of that user.",
            "referral_history",
            &[Join { left: "receiver_user_id", ..USER }, CAMPAIGN],
            vec![],
        ),
        set(
            "campaigns",
            "Campaigns",
            "One row per campaign, with what it may give out.",
            "campaign",
            &[],
            vec![],
        ),
        set(
            "promo-codes",
            "Promo codes",
            "One row per code, without the code.",
            "campaign_promo_code",
            &[Join {
                left: "campaign_id",
                right: "campaign_id",
                takes: &["ap_campaign_id", "campaign_name"],
                ..CAMPAIGN
            }],
            vec![],
        ),
        set(
            "points",
            "Points",
            "One row per user and movement of points. A payment has two.",
            "points_transaction",
            &[USER],
            vec![
                points(
                    "points_gained",
                    "points that users gained from outside, less what they paid back",
                    points_gained(),
                ),
                points(
                    "points_positive",
                    "points of the movement if it is a gain of any account",
                    positive("points"),
                ),
                points(
                    "points_negative",
                    "points of the movement if it is a loss of any account",
                    negative("points"),
                ),
                points(
                    "points_activity",
                    "what the movement is for",
                    activity_name("activity_type"),
                ),
            ],
        ),
        set(
            "tokens",
            "Tokens",
            "One row per grant or use of agency tokens.",
            "token_transaction",
            &[USER, CAMPAIGN],
            vec![
                tokens(
                    "tokens_granted",
                    "tokens of the movement if they were granted",
                    positive("tokens"),
                ),
                tokens(
                    "tokens_spent",
                    "tokens of the movement if they were spent, below 0",
                    negative("tokens"),
                ),
                tokens(
                    "tokens_recipient",
                    "user of the movement if tokens were granted",
                    user_above("tokens"),
                ),
                tokens(
                    "tokens_spender",
                    "user of the movement if tokens were spent",
                    user_below("tokens"),
                ),
            ],
        ),
        set(
            "gift-cards",
            "Gift cards",
            "One row per gift card that points became.",
            "redeem_transaction",
            &[USER],
            vec![],
        ),
        set(
            "payments",
            "Ticket payments",
            "One row per payment of an order of tickets.",
            "bytemark_order_payments",
            &[USER],
            vec![],
        ),
        set(
            "passes",
            "Ticket passes",
            "One row per pass that was bought, with its first use.",
            "bytemark_order_items",
            &[Join {
                table: "bytemark_pass",
                left: "pass_uuid",
                right: "pass_uuid",
                takes: &["pass_use_id", "pass_time_used"],
            }],
            vec![],
        ),
        set(
            "trips",
            "Trips",
            "One row per recorded trip, whatever the mode.",
            "trip",
            &[USER],
            vec![
                trip("trip_mode", "name of the travel mode", mode_name("travel_mode")),
                trip("trip_metres", "metres, empty where the distance is not known", metres()),
                trip(
                    "trip_hour",
                    "hour of the day in which the trip started, 0 to 23",
                    Expression::Hour("started_on"),
                ),
                trip(
                    "trip_weekday",
                    "day of the week on which the trip started, 1 for Sunday",
                    Expression::Weekday("started_on"),
                ),
                trip(
                    "trip_months_since_sign_up",
                    "months from the sign-up to the trip, 0 for the same month, empty for a trip before it",
                    months_since_sign_up("started_on", "user_created_on"),
                ),
            ],
        ),
        set(
            "habits",
            "Habitual trips",
            "One row per habit of a user, without the user.",
            "cm_activity_location",
            &[],
            vec![habit("habit_mode", "name of the travel mode", mode_name("travel_mode"))],
        ),
        set("ratings", "Ratings", "One row per rating of a trip.", "user_rating", &[USER], vec![]),
        set(
            "telework",
            "Telework",
            "One row per day of work at home.",
            "telework",
            &[USER],
            vec![],
        ),
        set(
            "app-activity",
            "App activity",
            "One row per thing that a user did in the app.",
            "app_data",
            &[USER],
            vec![],
        ),
    ]
}

/// Whose a row is, where that is known: by it test accounts are left out.
fn account(fact: &'static str, joins: &[Join]) -> Option<Computed> {
    let is_known = fact == USER.table || joins.iter().any(|join| join.table == USER.table);
    is_known.then(|| Computed {
        name: ACCOUNT,
        about: "real account or test account",
        expression: account_name("user_is_debug"),
        fact,
    })
}

impl DataSet {
    /// What its ids end with, as in `app-activity`. It never changes.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// Its name in the console.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The table whose rows it has.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.fact
    }

    /// The names of its columns: those of the view, of what is joined, and what is computed.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let joined = self.joins.iter().flat_map(|join| join.takes.iter());
        let computed = self.computed.iter().map(|column| column.name);
        shown(self.fact)
            .into_iter()
            .chain(joined.copied().chain(computed).map(ToOwned::to_owned))
            .collect()
    }

    /// The statement that reads what QuickSight reads, with the columns of [`columns`](Self::columns).
    #[must_use]
    pub fn sql(&self) -> String {
        let of = |alias: &str, column: &str| format!("{}.{}", quote(alias), quote(column));
        let own = shown(self.fact).into_iter().map(|column| of("fact", &column));
        let joined = self
            .joins
            .iter()
            .flat_map(|join| join.takes.iter().map(move |column| of(join.table, column)));
        let computed = self.computed.iter().map(|column| {
            let sql = column.sql(&|name| of(self.owner(name), name));
            format!("{sql} AS {}", quote(column.name))
        });
        let columns: Vec<_> = own.chain(joined).chain(computed).collect();
        let mut sql =
            format!("SELECT {} FROM {} AS fact", columns.join(", "), quote(&view_of(self.fact)));
        for join in &self.joins {
            sql += &format!(
                " LEFT JOIN {} AS {} ON {} = {}",
                quote(&view_of(join.table)),
                quote(join.table),
                of("fact", join.left),
                of(join.table, join.right)
            );
        }
        sql
    }
}

impl DataSet {
    /// Where its statement has a column of a view from.
    fn owner(&self, column: &str) -> &'static str {
        let join = self.joins.iter().find(|join| join.takes.contains(&column));
        join.map_or("fact", |join| join.table)
    }
}

impl Computed {
    /// In the language of QuickSight.
    pub(super) fn quicksight(&self) -> String {
        self.expression.quicksight(&|column| renamed(self.fact, column))
    }

    /// As SQL over the columns of the views, each as `named` has it.
    fn sql(&self, named: &dyn Fn(&str) -> String) -> String {
        self.expression.sql(&|column| named(&renamed(self.fact, column)))
    }
}

pub(super) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// The columns of a table's view.
fn shown(of: &str) -> Vec<String> {
    table(of).map(|table| table.shown().map(|(name, ..)| name).collect()).unwrap_or_default()
}

/// What the view of a table calls one of its columns. Any other column is of another view, and has its name there.
pub(super) fn renamed(of: &str, column: &str) -> String {
    table(of)
        .filter(|table| table.shown().any(|(_, source, _)| source == column))
        .map_or_else(|| column.to_owned(), |table| table.renamed(column))
}
