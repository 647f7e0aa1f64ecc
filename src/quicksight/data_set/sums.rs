//! The rows of a data set that reads sums: the hours that are summed up from their sums, and all others from their rows,
//! added up in the same way. So nothing that came in is missing, and a refresh changes no number.
//!
//! It is one statement, and so one moment of the database. A change and its entry in `summary_log` are committed together,
//! and whoever sums an hour up again deletes the entries that were read before: an hour without an entry has its sums.

use super::{renamed, table};
use crate::{
    measure::{Expression, metres, negative, points_gained, positive},
    quicksight::columns::Table,
    schema::view_of,
    session::quote,
    source::Source,
};

/// Before it no server has a date.
const FIRST: &str = "TIMESTAMP'1000-01-01 00:00:00'";

/// A table of sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sums {
    Revenue,
    Trips,
    Users,
}

impl Sums {
    /// The statement over the views, with the columns of the view of the sums.
    pub(super) fn sql(self) -> String {
        let parts = match self {
            Self::Revenue => vec![points(), tokens(), tickets()],
            Self::Trips => vec![trips()],
            Self::Users => vec![users()],
        };
        parts.iter().flat_map(Part::arms).collect::<Vec<_>>().join(" UNION ALL ")
    }
}

/// What one source brings in.
struct Part {
    source: Source,
    /// The table of its sums.
    sums: &'static str,
    /// Which columns of the sums say what a row is about, made of the rows `t`.
    keys: Vec<(&'static str, String)>,
    /// Which are added up.
    amounts: Vec<(&'static str, String)>,
}

fn points() -> Part {
    let of = |expression: &Expression| of_row(Source::Points, expression);
    revenue(
        Source::Points,
        "points",
        [
            ("activity_type", column(Source::Points, "activity_type")),
            ("has_type", "0".to_owned()),
            ("payment_type", "''".to_owned()),
        ],
        sum(&of(&points_gained())),
    )
}

fn tokens() -> Part {
    let keys = [("activity_type", "0"), ("has_type", "0"), ("payment_type", "''")];
    let keys = keys.map(|(name, made)| (name, made.to_owned()));
    revenue(Source::Tokens, "tokens", keys, "0".to_owned())
}

fn tickets() -> Part {
    let kind = column(Source::Tickets, "payment_type");
    let keys = [
        ("activity_type", "0".to_owned()),
        ("has_type", format!("{kind} IS NOT NULL")),
        // As the sums have it: the column's own collation would take `Coins` for `coins`.
        (
            "payment_type",
            format!("COALESCE(CONVERT({kind} USING utf8mb4) COLLATE utf8mb4_bin, '')"),
        ),
    ];
    revenue(Source::Tickets, "total_price", keys, "0".to_owned())
}

fn revenue(
    source: Source,
    amount: &'static str,
    about: [(&'static str, String); 3],
    gained: String,
) -> Part {
    let summed = |expression: &Expression| sum(&of_row(source, expression));
    let keys = [
        ("source", source.number().to_string()),
        ("hour", begin(&column(source, source.column()))),
    ];
    Part {
        source,
        sums: "summary_revenue",
        keys: keys.into_iter().chain(about).collect(),
        amounts: vec![
            ("positive", summed(&positive(amount))),
            ("negative", summed(&negative(amount))),
            ("gained", gained),
            ("movements", "COUNT(*)".to_owned()),
        ],
    }
}

fn trips() -> Part {
    let source = Source::Trips;
    let metres = of_row(source, &metres());
    Part {
        source,
        sums: "summary_trips",
        keys: vec![
            ("hour", begin(&column(source, source.column()))),
            ("travel_mode", column(source, "travel_mode")),
        ],
        amounts: vec![
            ("trips", "COUNT(*)".to_owned()),
            ("metres", sum(&metres)),
            ("measured", format!("COUNT({metres})")),
        ],
    }
}

fn users() -> Part {
    let source = Source::Users;
    Part {
        source,
        sums: "summary_users",
        keys: vec![
            ("day", day(&column(source, source.column()))),
            ("user_id", column(source, "user_id")),
        ],
        amounts: Vec::new(),
    }
}

impl Part {
    /// What is summed up, what is not yet, and what has changed since.
    fn arms(&self) -> [String; 3] {
        let date = column(self.source, self.source.column());
        let view = self.view();
        [
            self.summed(),
            self.made(&format!("{view} WHERE {date} >= {}", self.until())),
            // In this order each row finds its hour by a key. The other way round, hours would be ranges of rows, and each of
            // them would be compared with all rows.
            self.made(&format!(
                "{view} STRAIGHT_JOIN ({}) AS c ON c.begin = {} WHERE {date} >= {} AND {date} < {}",
                self.changed(),
                self.begin(&date),
                self.oldest(),
                self.until()
            )),
        ]
    }

    /// The sums as they are, without those of hours that have changed.
    fn summed(&self) -> String {
        let of = |name: &str| format!("s.{}", quote(name));
        let columns: Vec<_> = self.names().iter().map(|(name, _)| of(name)).collect();
        let begin = of(&renamed(self.sums, self.source.of_sums()));
        let source = match self.sums {
            "summary_revenue" => {
                format!("{} = {} AND ", of(&renamed(self.sums, "source")), self.source.number())
            }
            _ => String::new(),
        };
        format!(
            "SELECT {} FROM {} AS s LEFT JOIN ({}) AS c ON c.begin = {begin} WHERE {source}{begin} < {} AND c.begin IS NULL",
            columns.join(", "),
            quote(&view_of(self.sums)),
            self.changed(),
            self.until()
        )
    }

    /// The sums of rows `t`. The server reckons with no date that the calendar does not have.
    fn made(&self, from_where: &str) -> String {
        let date = column(self.source, self.source.column());
        let columns: Vec<_> = self
            .names()
            .into_iter()
            .map(|(name, made)| format!("{made} AS {}", quote(&name)))
            .collect();
        let keys: Vec<_> =
            self.keys.iter().map(|(key, _)| quote(&renamed(self.sums, key))).collect();
        format!(
            "SELECT {} FROM {from_where} AND {} GROUP BY {}",
            columns.join(", "),
            is_date(&date),
            keys.join(", ")
        )
    }

    /// The columns of the sums' view, in its order, and how each is made of rows.
    fn names(&self) -> Vec<(String, &str)> {
        let made = |of: &str| {
            let mut all = self.keys.iter().chain(&self.amounts);
            all.find(|(column, _)| *column == of).map(|(_, made)| made.as_str())
        };
        let shown = table(self.sums).into_iter().flat_map(Table::shown);
        shown.filter_map(|(name, column, _)| Some((name, made(column)?))).collect()
    }

    fn view(&self) -> String {
        format!("{} AS t", quote(&view_of(self.source.table())))
    }

    /// The begins of the hours that have changed since they were summed up, and whose rows are there.
    fn changed(&self) -> String {
        let at = format!("l.{}", quote(&renamed("summary_log", "at")));
        let begin = self.begin(&at);
        format!(
            "SELECT DISTINCT {begin} AS begin FROM {} AS l WHERE l.{} = {} AND {at} >= {} AND {at} < {} AND {}",
            quote(&view_of("summary_log")),
            quote(&renamed("summary_log", "source")),
            self.source.log(),
            self.state("kept_from"),
            self.until(),
            is_date(&at)
        )
    }

    /// A moment before all hours that have changed, NULL if there are none. The server finds it at the begins of the log's
    /// index, and knows it before it plans the rest. It reckons with no entry that the calendar does not have.
    fn oldest(&self) -> String {
        let at = format!("MIN(o.{})", quote(&renamed("summary_log", "at")));
        format!(
            "(SELECT CASE WHEN {at} + INTERVAL 0 DAY = {at} THEN {at} - INTERVAL 1 {} WHEN {at} IS NOT NULL THEN {FIRST} END \
             FROM {} AS o WHERE o.{} = {} AND o.{} >= {FIRST})",
            if self.source == Source::Users { "DAY" } else { "HOUR" },
            quote(&view_of("summary_log")),
            quote(&renamed("summary_log", "source")),
            self.source.log(),
            quote(&renamed("summary_log", "at")),
        )
    }

    fn until(&self) -> String {
        self.state("summed_until")
    }

    /// A moment of the state, or one before all rows.
    fn state(&self, column: &str) -> String {
        format!(
            "(SELECT COALESCE(MAX(z.{}), {FIRST}) FROM {} AS z WHERE z.{} = {})",
            quote(&renamed("summary_state", column)),
            quote(&view_of("summary_state")),
            quote(&renamed("summary_state", "source")),
            self.source.number()
        )
    }

    /// The begin of the hour, or of the day.
    fn begin(&self, date: &str) -> String {
        if self.source == Source::Users { day(date) } else { begin(date) }
    }
}

/// A column of a source's rows `t`, as their view calls it.
fn column(source: Source, name: &str) -> String {
    format!("t.{}", quote(&renamed(source.table(), name)))
}

fn of_row(source: Source, expression: &Expression) -> String {
    expression.sql(&|name| column(source, name))
}

fn sum(of: &str) -> String {
    format!("COALESCE(SUM({of}), 0)")
}

/// The begin of the hour. It is a moment, as the next one is.
fn begin(date: &str) -> String {
    format!("DATE({date}) + INTERVAL HOUR({date}) HOUR")
}

fn day(date: &str) -> String {
    format!("DATE({date}) + INTERVAL 0 HOUR")
}

/// A condition: the calendar has it. NULL is none.
fn is_date(date: &str) -> String {
    format!("{date} >= {FIRST} AND {date} + INTERVAL 0 DAY = {date}")
}
