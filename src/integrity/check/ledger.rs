//! The ledgers of points and tokens, and what must agree with them.

use super::{
    checks,
    find::{Find, Rule},
};
use crate::integrity::walk::Walk;

const POINTS: &str = "points_transaction";
const TOKENS: &str = "token_transaction";

/// Both halves of a movement (t and o).
const PAIRS: &str = "points_transaction t JOIN points_transaction o ON o.id = t.ref_transaction_id \
                     AND o.ref_transaction_id = t.id AND o.id <> t.id";

checks! {
    /// Points that a user moved twice: the same moment, activity, amount, note, payer and payee. The first
    /// of them is right and not reported. Who pays the same to two others within a second, pays each once.
    /// System accounts are left out, whose rows need not say whom they pay; the users have rows of their own.
    DUPLICATE_POINTS = Rule::new("duplicate_points", POINTS, Find::Equals(
        "equal to an earlier one in user, time, activity, points, note, payer and payee",
        // Groups (g) and their members (b) come from coins_history_idx_1 alone, and only members are
        // read (t) for their points. As plain joins on all columns this may be read by date, and
        // then a job that pays everybody at one moment makes it quadratic. Who of a group is equal to
        // whom, follows from the order in which `duplicate` has them.
        "(SELECT MIN(id) AS first FROM points_transaction WHERE user_id NOT IN {system} \
          GROUP BY user_id, created_on, activity_type HAVING COUNT(*) > 1) g \
         STRAIGHT_JOIN points_transaction a ON a.id = g.first \
         STRAIGHT_JOIN points_transaction b ON b.user_id = a.user_id \
          AND b.created_on = a.created_on AND b.activity_type = a.activity_type \
         STRAIGHT_JOIN points_transaction t ON t.id = b.id"));

    /// Points that a user moved again within a minute: the same activity, amount, note, payer and payee, as a
    /// retry does that does not know of the first. What has no note is left out, and so is what is of the
    /// same second, which [`DUPLICATE_POINTS`](Self::DUPLICATE_POINTS) has. Reads and sorts the ledger.
    RETRIED_POINTS = Rule::new("retried_points", POINTS, Find::Walk(
        "equal to one of the minute before in user, activity, points, note, payer and payee", Walk::RetriedPoints))
        .suspicion();

    /// Points with a `ref_transaction_id` to a row that is not there, does not point back, or is not
    /// the opposite amount. One that may have been dropped with old rows of its account is not missed.
    BROKEN_PAIR = Rule::rows("broken_pair", POINTS,
        "with another half that is missing, elsewhere or unequal",
        "points_transaction t LEFT JOIN points_transaction o ON o.id = t.ref_transaction_id \
          AND o.ref_transaction_id = t.id AND o.points = -t.points AND o.id <> t.id",
        "t.ref_transaction_id <> 0 AND o.id IS NULL AND (EXISTS (SELECT 1 FROM points_transaction h \
          WHERE h.id = t.ref_transaction_id) OR NOT EXISTS (SELECT 1 FROM points_opening d \
          WHERE d.user_id IN (t.payer, t.payee) AND d.user_id <> t.user_id \
          AND d.through_id >= t.ref_transaction_id))");

    /// Two halves of a movement that do not name the same payer and payee.
    PAIR_OF_OTHER_ACCOUNTS = Rule::rows("pair_of_other_accounts", POINTS,
        "whose other half names another payer or payee",
        PAIRS, "t.payer <> o.payer OR t.payee <> o.payee");

    /// Two halves of a movement that are not of the same moment.
    PAIR_OF_OTHER_MOMENTS = Rule::rows("pair_of_other_moments", POINTS,
        "whose other half is of another moment", PAIRS, "t.created_on <> o.created_on");

    /// Two halves of a movement that belong to the same account.
    PAIR_WITH_ONESELF = Rule::rows("pair_with_oneself", POINTS,
        "whose other half is of the same account", PAIRS, "t.user_id = o.user_id");

    /// Points that an account gained and whose payee is another, or that it lost and whose payer is
    /// another. A payer or payee of 0 says nothing.
    POINTS_OF_OTHER_ACCOUNT = Rule::rows("points_of_other_account", POINTS,
        "of an account that is not the one paid or paying", "points_transaction t",
        "(t.points > 0 AND t.payee <> 0 AND t.payee <> t.user_id) \
         OR (t.points < 0 AND t.payer <> 0 AND t.payer <> t.user_id)");

    /// A balance of tokens that is not the sum of the user's movements of this kind up to it, in the
    /// order of ids: the first such row of each user and kind. Reads the whole index in its order.
    TOKEN_BALANCES = Rule::new("token_balances", TOKENS, Find::Walk(
        "with a balance that is not the sum of the movements", Walk::TokenBalances));

    /// Tokens issued (`activity_type` 1) below 0, or spent (2) above 0.
    TOKENS_WITH_WRONG_SIGN = Rule::rows("tokens_with_wrong_sign", TOKENS,
        "with tokens of the wrong sign", "token_transaction t",
        "(t.activity_type = 1 AND t.tokens < 0) OR (t.activity_type = 2 AND t.tokens > 0)");

    /// Tokens granted, above 0, that expire before they are issued, so that nobody can spend them.
    TOKENS_EXPIRED_BEFORE_ISSUE = Rule::rows("tokens_expired_before_issue", TOKENS,
        "with an expiry before the issue", "token_transaction t",
        "t.tokens > 0 AND t.expired_on < t.issued_on");

    /// Gift cards that cost more than 0 points: what is paid is negative.
    REDEMPTIONS_WITH_WRONG_SIGN = Rule::rows("redemptions_with_wrong_sign", "redeem_transaction",
        "with points of the wrong sign", "redeem_transaction t", "t.points > 0");

    /// Gift cards for which the ledger of points took another amount, or took it from another user.
    REDEMPTIONS_UNLIKE_POINTS = Rule::rows("redemptions_unlike_points", "redeem_transaction",
        "that the ledger of points has with another amount or user",
        "redeem_transaction t",
        "t.transaction_id <> '' AND ((SELECT SUM(o.points) FROM points_transaction o \
          WHERE o.note = t.transaction_id AND o.activity_type = 3 AND o.points < 0 \
          AND o.user_id = t.user_id) <> t.points \
         OR EXISTS (SELECT 1 FROM points_transaction o WHERE o.note = t.transaction_id \
          AND o.activity_type = 3 AND o.points < 0 AND o.user_id <> t.user_id \
          AND o.user_id NOT IN {system}))");

    /// Payments of tickets with coins for which the ledger of points took another amount, or took it
    /// from another user.
    PAYMENTS_UNLIKE_POINTS = Rule::rows("payments_unlike_points", "bytemark_order_payments",
        "that the ledger of points has with another amount or user",
        "bytemark_order_payments t",
        "t.payment_type = 'coins' AND t.order_uuid <> '' \
         AND ((SELECT SUM(o.points) FROM points_transaction o WHERE o.note = t.order_uuid \
          AND o.activity_type = 11 AND o.points < 0 AND o.user_id = t.user_id) <> -t.total_price \
         OR EXISTS (SELECT 1 FROM points_transaction o WHERE o.note = t.order_uuid \
          AND o.activity_type = 11 AND o.points < 0 AND o.user_id <> t.user_id \
          AND o.user_id NOT IN {system}))");
}
