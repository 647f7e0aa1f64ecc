//! The SQL that makes sums of rows.

use time::PrimitiveDateTime;

use super::transaction::{DELETE, INSERT_INTO, Last};
use crate::{
    analytics::{and_is_date, of_row},
    measure::{metres, negative, points_gained, positive},
    session::ALL,
    source::{Source, between},
};

/// The columns of a source's sums: what each is about, and what is summed up.
pub(super) struct Sums {
    pub(super) table: &'static str,
    pub(super) keys: &'static [&'static str],
    pub(super) amounts: &'static [&'static str],
}

const REVENUE: Sums = Sums {
    table: "summary_revenue",
    keys: &["source", "hour", "activity_type", "has_type", "payment_type"],
    amounts: &["positive", "negative", "gained", "movements"],
};

const TRIPS: Sums = Sums {
    table: "summary_trips",
    keys: &["hour", "travel_mode"],
    amounts: &["trips", "metres", "measured"],
};

const USERS: Sums = Sums { table: "summary_users", keys: &["day", "user_id"], amounts: &[] };

impl Sums {
    pub(super) fn of(source: Source) -> Self {
        match source {
            Source::Points | Source::Tokens | Source::Tickets => REVENUE,
            Source::Trips => TRIPS,
            Source::Users => USERS,
        }
    }
}

/// An empty word. MariaDB has a mode in which `''` is NULL.
const NO_WORD: &str = "SPACE(0)";

type Range = (PrimitiveDateTime, PrimitiveDateTime);

/// A condition on the sums `s` of a source.
pub(super) fn there(source: Source, (from, until): Range) -> String {
    let range = between(&format!("s.{}", source.of_sums()), from, until);
    match source {
        Source::Points | Source::Tokens | Source::Tickets => {
            format!("s.source = {} AND {range}", source.number())
        }
        Source::Trips | Source::Users => range,
    }
}

/// The `SELECT` that makes the sums of a source's rows `t`, with their columns in order and by name.
pub(super) fn made(source: Source, range: Range) -> String {
    let (column, range) = (format!("t.{}", source.column()), rows(source, range));
    let hour = format!("DATE({column}) + INTERVAL HOUR({column}) HOUR");
    let revenue = |rows: &str, amount: &'static str, gained: &str| {
        let sum = |expression| format!("COALESCE(SUM({expression}), 0)");
        format!(
            "SELECT {} AS source, t.hour AS hour, t.activity_type AS activity_type, t.has_type AS has_type, \
             t.payment_type AS payment_type, {} AS positive, {} AS negative, {gained} AS gained, \
             COUNT(*) AS movements FROM (SELECT {hour} AS hour, {rows} FROM {} t WHERE {range}) t \
             GROUP BY t.hour, t.activity_type, t.has_type, t.payment_type",
            source.number(),
            sum(of_row(&positive(amount))),
            sum(of_row(&negative(amount))),
            source.table(),
        )
    };
    let untyped = format!("0 AS has_type, {NO_WORD} AS payment_type");
    match source {
        Source::Points => {
            let gained = format!("COALESCE(SUM({}), 0)", of_row(&points_gained()));
            let rows = format!("{untyped}, t.activity_type, t.points, t.user_id, t.payer, t.payee");
            revenue(&rows, "points", &gained)
        }
        Source::Tokens => {
            revenue(&format!("{untyped}, 0 AS activity_type, t.tokens"), "tokens", "0")
        }
        Source::Tickets => {
            // In a collation of its own: the column's would take `Coins` for `coins`.
            let rows = format!(
                "t.payment_type IS NOT NULL AS has_type, \
                 COALESCE(CONVERT(t.payment_type USING utf8mb4) COLLATE utf8mb4_bin, {NO_WORD}) AS payment_type, \
                 0 AS activity_type, t.total_price"
            );
            revenue(&rows, "total_price", "0")
        }
        Source::Trips => {
            let metres = of_row(&metres());
            format!(
                "SELECT {hour} AS hour, t.travel_mode AS travel_mode, COUNT(*) AS trips, \
                 COALESCE(SUM({metres}), 0) AS metres, COUNT({metres}) AS measured \
                 FROM trip t WHERE {range} GROUP BY {hour}, t.travel_mode"
            )
        }
        Source::Users => users(&range),
    }
}

/// A condition on the rows `t` of a source.
pub(super) fn rows(source: Source, (from, until): Range) -> String {
    let column = format!("t.{}", source.column());
    format!("{}{}", between(&column, from, until), and_is_date(&column, &[(from, until)]))
}

/// The `SELECT` that makes the users of days of those trips `t` that meet a condition.
pub(super) fn users(condition: &str) -> String {
    format!(
        "SELECT DATE(t.started_on) AS day, t.user_id AS user_id FROM trip t WHERE {condition} \
         GROUP BY DATE(t.started_on), t.user_id"
    )
}

/// Makes the sums of a range of whole hours anew.
pub(super) fn make(last: &mut Last, source: Source, range: Range) {
    clear(last, source, range);
    add(last, source, &made(source, range));
}

/// Adds the sums that a `SELECT` has made.
pub(super) fn add(last: &mut Last, source: Source, made: &str) {
    let Sums { table, keys, amounts } = Sums::of(source);
    let columns = [keys, amounts].concat().join(", ");
    last.make(format!("{INSERT_INTO} {table} ({columns}) {made} LIMIT {ALL}"));
}

/// Deletes the sums of a range.
pub(super) fn clear(last: &mut Last, source: Source, range: Range) {
    let table = Sums::of(source).table;
    last.then(format!("{DELETE} s FROM {table} s WHERE {}", there(source, range)));
}
