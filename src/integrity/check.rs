//! The checks for rows that should not be there, all in one table.

use std::fmt;

use super::{Findings, duplicate};
use crate::{
    account::SystemAccount,
    outcome::Result,
    session::{Columns, Connection, ask},
};

const ACTION: &str = "look for rows that should not be there";

/// How many ids a line shows.
const SHOWN: usize = 10;

/// Makes [`Check`] of one table: the check, the table whose rows it finds, what it says of them, and
/// the SQL after `SELECT t.id FROM`.
macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $table:literal, $says:literal, $find:expr;)*) => {
        /// A look for rows that should not be there.
        ///
        /// A NULL is never found, since it says nothing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $($(#[$doc])* $name,)*
        }

        impl Check {
            /// Every check, in the order in which [`monitor`](super::monitor) runs them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// A name for machines, as in `duplicate_points`. It stays what it is.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            fn rule(self) -> Rule {
                match self {
                    $(Self::$name => Rule { table: $table, says: $says, find: $find },)*
                }
            }
        }
    };
}

struct Rule {
    table: &'static str,
    says: &'static str,
    find: Find,
}

/// How the rows are found.
enum Find {
    /// The SQL after `SELECT t.id FROM`.
    Rows(&'static str),
    /// Groups (g) and their members (t), of which all but the first of equal points are found.
    Equals(&'static str),
}
use Find::{Equals, Rows};

checks! {
    /// Points that a user moved twice: the same moment, activity and amount. The first of them is
    /// right and not reported. System accounts are left out, as they may pay the same to two users within
    /// a second; the users have rows of their own.
    DuplicatePoints = "duplicate_points", "points_transaction", "equal to an earlier one in user, time, activity and points",
        // Groups (g) and their members (b) come from coins_history_idx_1 alone, and only members are
        // read (t) for their points. As plain joins on all four columns this may be read by date, and
        // then a job that pays everybody at one moment makes it quadratic. Who of a group is equal to
        // whom, follows from the order in which `duplicate` has them.
        Equals("(SELECT MIN(id) AS first FROM points_transaction WHERE user_id NOT IN {system} \
          GROUP BY user_id, created_on, activity_type HAVING COUNT(*) > 1) g \
         STRAIGHT_JOIN points_transaction a ON a.id = g.first \
         STRAIGHT_JOIN points_transaction b ON b.user_id = a.user_id \
          AND b.created_on = a.created_on AND b.activity_type = a.activity_type \
         STRAIGHT_JOIN points_transaction t ON t.id = b.id");

    /// Points of an account that is neither in `auth_user` nor a system account.
    PointsOfUnknownUser = "points_of_unknown_user", "points_transaction", "of an unknown user",
        // An index tells the users one by one, so that each is looked up once and not once per row.
        // https://dev.mysql.com/doc/refman/8.4/en/group-by-optimization.html
        Rows("(SELECT DISTINCT user_id FROM points_transaction) g \
         LEFT JOIN auth_user u ON u.id = g.user_id JOIN points_transaction t ON t.user_id = g.user_id \
         WHERE u.id IS NULL AND g.user_id NOT IN {system}");

    /// Points with a `ref_transaction_id` to a row that is not there, does not point back, or is not
    /// the opposite amount.
    BrokenPair = "broken_pair", "points_transaction", "with another half that is missing, elsewhere or unequal",
        Rows("points_transaction t LEFT JOIN points_transaction o ON o.id = t.ref_transaction_id \
          AND o.ref_transaction_id = t.id AND o.points = -t.points AND o.id <> t.id \
         WHERE t.ref_transaction_id <> 0 AND o.id IS NULL");

    /// Points dated more than a day ahead. A load or refresh that goes on from the newest date skips
    /// all that is older. So with the others that end in `InFuture`; the day is for time zones.
    PointsInFuture = "points_in_future", "points_transaction", "dated in the future",
        Rows("points_transaction t WHERE t.created_on > UTC_TIMESTAMP() + INTERVAL 1 DAY");

    /// Points of a date that no calendar has, such as 0000-00-00 or the 30th of February, so that no
    /// report has them. So with the others that end in `WithInvalidDate`.
    PointsWithInvalidDate = "points_with_invalid_date", "points_transaction", "with an impossible date",
        // Whatever is no date is another one after it was reckoned with, or NULL.
        Rows("points_transaction t WHERE NOT (t.created_on + INTERVAL 0 DAY <=> t.created_on)");

    /// Tokens of an account that is neither in `auth_user` nor a system account.
    TokensOfUnknownUser = "tokens_of_unknown_user", "token_transaction", "of an unknown user",
        Rows("(SELECT DISTINCT user_id FROM token_transaction) g \
         LEFT JOIN auth_user u ON u.id = g.user_id JOIN token_transaction t ON t.user_id = g.user_id \
         WHERE u.id IS NULL AND g.user_id NOT IN {system}");

    /// Tokens of a campaign, `ap_campaign_id` above 0, that is not in `campaign`.
    TokensOfUnknownCampaign = "tokens_of_unknown_campaign", "token_transaction", "of an unknown campaign",
        Rows("(SELECT DISTINCT ap_campaign_id FROM token_transaction) g \
         LEFT JOIN campaign c ON c.ap_campaign_id = g.ap_campaign_id \
         JOIN token_transaction t ON t.ap_campaign_id = g.ap_campaign_id \
         WHERE g.ap_campaign_id > 0 AND c.id IS NULL");

    /// Tokens issued (`activity_type` 1) below 0, or spent (2) above 0.
    TokensWithWrongSign = "tokens_with_wrong_sign", "token_transaction", "with tokens of the wrong sign",
        Rows("token_transaction t WHERE (t.activity_type = 1 AND t.tokens < 0) \
         OR (t.activity_type = 2 AND t.tokens > 0)");

    /// Tokens granted, above 0, that expire before they are issued, so that nobody can spend them.
    TokensExpiredBeforeIssue = "tokens_expired_before_issue", "token_transaction", "with an expiry before the issue",
        Rows("token_transaction t WHERE t.tokens > 0 AND t.expired_on < t.issued_on");

    /// Tokens dated more than a day ahead.
    TokensInFuture = "tokens_in_future", "token_transaction", "dated in the future",
        Rows("token_transaction t WHERE t.created_on > UTC_TIMESTAMP() + INTERVAL 1 DAY");

    /// Tokens with an impossible date or issue.
    TokensWithInvalidDate = "tokens_with_invalid_date", "token_transaction", "with an impossible date",
        Rows("token_transaction t WHERE NOT (t.created_on + INTERVAL 0 DAY <=> t.created_on) \
         OR NOT (t.issued_on + INTERVAL 0 DAY <=> t.issued_on)");

    /// Gift cards dated more than a day ahead.
    RedemptionsInFuture = "redemptions_in_future", "redeem_transaction", "dated in the future",
        Rows("redeem_transaction t WHERE t.created_on > UTC_TIMESTAMP() + INTERVAL 1 DAY");

    /// Payments dated more than a day ahead.
    PaymentsInFuture = "payments_in_future", "bytemark_order_payments", "dated in the future",
        Rows("bytemark_order_payments t WHERE t.created_on > UTC_TIMESTAMP() + INTERVAL 1 DAY");

    /// Payments of an impossible date.
    PaymentsWithInvalidDate = "payments_with_invalid_date", "bytemark_order_payments", "with an impossible date",
        Rows("bytemark_order_payments t WHERE NOT (t.created_on + INTERVAL 0 DAY <=> t.created_on)");

    /// Passes used more than a day ahead.
    PassesInFuture = "passes_in_future", "bytemark_pass", "dated in the future",
        Rows("bytemark_pass t WHERE t.time_used > UTC_TIMESTAMP() + INTERVAL 1 DAY");

    /// A sign-up beyond 90 degrees of latitude or 180 of longitude.
    SignUpCoordinates = "sign_up_coordinates", "auth_user", "with impossible coordinates of the sign-up",
        Rows("auth_user t WHERE t.registration_latitude NOT BETWEEN -90 AND 90 \
         OR t.registration_longitude NOT BETWEEN -180 AND 180");

    /// A home or office beyond 90 degrees of latitude or 180 of longitude.
    HomeCoordinates = "home_coordinates", "auth_user", "with impossible coordinates of home or office",
        Rows("auth_user t WHERE t.home_latitude NOT BETWEEN -90 AND 90 \
         OR t.home_longitude NOT BETWEEN -180 AND 180 \
         OR t.office_latitude NOT BETWEEN -90 AND 90 OR t.office_longitude NOT BETWEEN -180 AND 180");

    /// Users with an impossible date of the sign-up.
    SignUpsWithInvalidDate = "sign_ups_with_invalid_date", "auth_user", "with an impossible date of the sign-up",
        Rows("auth_user t WHERE NOT (t.created_on + INTERVAL 0 DAY <=> t.created_on)");

    /// An origin, destination or final destination beyond 90 degrees of latitude or 180 of longitude.
    TripCoordinates = "trip_coordinates", "trip", "with impossible coordinates",
        Rows("trip t WHERE t.origin_latitude NOT BETWEEN -90 AND 90 \
         OR t.origin_longitude NOT BETWEEN -180 AND 180 \
         OR t.destination_latitude NOT BETWEEN -90 AND 90 \
         OR t.destination_longitude NOT BETWEEN -180 AND 180 \
         OR t.final_destination_latitude NOT BETWEEN -90 AND 90 \
         OR t.final_destination_longitude NOT BETWEEN -180 AND 180");

    /// A trip that ends before it starts. Within the hour that the clocks of the service show twice,
    /// the one from 1 o'clock on the first Sunday of November, an earlier end is right.
    TripEndsBeforeStart = "trip_ends_before_start", "trip", "with an end before the start",
        Rows("trip t WHERE t.ended_on < t.started_on AND NOT (MONTH(t.started_on) = 11 \
         AND DAYOFMONTH(t.started_on) <= 7 AND DAYOFWEEK(t.started_on) = 1 \
         AND HOUR(t.started_on) = 1 AND HOUR(t.ended_on) = 1 \
         AND DATE(t.ended_on) = DATE(t.started_on))");

    /// A trip with a distance below 0.
    NegativeDistance = "negative_distance", "trip", "with a negative distance",
        Rows("trip t WHERE t.distance < 0 OR t.trajectory_distance < 0");

    /// Trips started more than a day ahead.
    TripsInFuture = "trips_in_future", "trip", "dated in the future",
        Rows("trip t WHERE t.started_on > UTC_TIMESTAMP() + INTERVAL 1 DAY");

    /// Trips of an impossible start.
    TripsWithInvalidDate = "trips_with_invalid_date", "trip", "with an impossible date",
        Rows("trip t WHERE NOT (t.started_on + INTERVAL 0 DAY <=> t.started_on)");

    /// A habit with a probability outside 0 to 100 per cent.
    ProbabilityOutOfRange = "probability_out_of_range", "cm_activity_location", "with a probability outside 0 to 100",
        Rows("cm_activity_location t WHERE t.probability_driving NOT BETWEEN 0 AND 100 \
         OR t.probability_transit NOT BETWEEN 0 AND 100 \
         OR t.probability_walking NOT BETWEEN 0 AND 100 \
         OR t.probability_bicycling NOT BETWEEN 0 AND 100");

    /// A rating of other than 1 to 5 stars.
    RatingOutOfRange = "rating_out_of_range", "user_rating", "with a rating outside 1 to 5",
        Rows("user_rating t WHERE t.rating NOT BETWEEN 1 AND 5");

    /// Ratings dated more than a day ahead.
    RatingsInFuture = "ratings_in_future", "user_rating", "dated in the future",
        Rows("user_rating t WHERE t.created_on > UTC_TIMESTAMP() + INTERVAL 1 DAY");

    /// An action in the app beyond 90 degrees of latitude or 180 of longitude.
    AppCoordinates = "app_coordinates", "app_data", "with impossible coordinates",
        Rows("app_data t WHERE t.lat NOT BETWEEN -90 AND 90 OR t.lon NOT BETWEEN -180 AND 180");

    /// Actions in the app dated more than a day ahead in UTC.
    AppActionsInFuture = "app_actions_in_future", "app_data", "dated in the future",
        Rows("app_data t WHERE t.gmt_time > UTC_TIMESTAMP() + INTERVAL 1 DAY");
}

impl Check {
    pub(super) fn run<C: Connection>(self, conn: &mut C) -> Result<Option<QualityIssue>> {
        let rows = match self.rule().find {
            Rows(rows) => {
                let sql = format!("SELECT t.id FROM {} ORDER BY t.id", for_system(rows));
                Findings::collect(ask(conn, ACTION, &sql, (), Columns::take)?)?
            }
            Equals(rows) => duplicate::ids(conn, ACTION, &for_system(rows))?,
        };
        Ok((!rows.is_empty()).then_some(QualityIssue { check: self, rows }))
    }
}

/// The SQL with the ids of the system accounts in their place.
fn for_system(rows: &str) -> String {
    let ids: Vec<_> = SystemAccount::ALL.iter().map(|one| one.id().to_string()).collect();
    rows.replace("{system}", &format!("({})", ids.join(", ")))
}

/// What a [`Check`] found: a line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityIssue {
    check: Check,
    rows: Findings<i64>,
}

impl QualityIssue {
    /// Which check found it.
    #[must_use]
    pub fn check(&self) -> Check {
        self.check
    }

    /// The table that the rows are in.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.check.rule().table
    }

    /// How many rows there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.rows.total()
    }

    /// The ids of the first rows in ascending order, 100 at most.
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        self.rows.listed()
    }
}

impl fmt::Display for QualityIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rule { table, says, .. } = self.check.rule();
        let total = self.total();
        let noun = if total == 1 { "row" } else { "rows" };
        let shown: Vec<_> = self.ids().iter().take(SHOWN).map(ToString::to_string).collect();
        write!(f, "{total} {noun} of {table} {says}: {}", shown.join(", "))?;
        f.write_str(if total > SHOWN as u64 { ", ..." } else { "" })
    }
}
