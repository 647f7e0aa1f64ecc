//! What a dashboard shows is what the reports say, on the same rows.

mod data;
mod expected;

use std::collections::BTreeMap;

use mysql::{Conn, Params, Row, Value, prelude::Queryable};
use quicksight_migrations::{
    analytics::{Analytics, DailyRevenue, DailyTrips, DateRange},
    quicksight::{Dashboard, Grain, Visual, VisualKind, apply_views, dashboards, data_sets, views},
    rust_decimal::Decimal,
};

use crate::{
    made,
    support::{ByHand, statements::explain},
};

type Rows = Vec<Vec<String>>;

/// A value as text. Numbers are equal if their first four decimals are.
fn cell(value: Value) -> String {
    let number = |number: f64| format!("{:.4}", number + 0.0);
    match value {
        Value::NULL => "-".to_owned(),
        Value::Date(year, month, day, ..) => format!("{year:04}-{month:02}-{day:02}"),
        Value::Double(of) => number(of),
        Value::Float(of) => number(of.into()),
        Value::Bytes(text) => {
            let text = String::from_utf8(text).unwrap();
            text.parse().map_or(text, number)
        }
        other => number(other.as_sql(true).parse().unwrap()),
    }
}

/// Without what nobody would see: rows without any value. They have no order here.
fn shown(rows: Rows, dimensions: usize) -> Rows {
    let zero = "0.0000";
    let mut rows: Rows = rows
        .into_iter()
        .map(|mut row| {
            for value in &mut row[dimensions..] {
                if value == "-" || value == "-0.0000" {
                    zero.clone_into(value);
                }
            }
            row
        })
        .filter(|row| row[dimensions..].iter().any(|value| value != zero))
        .collect();
    rows.sort();
    rows
}

fn answer(conn: &mut Conn, visual: &Visual, range: DateRange) -> Rows {
    let days =
        if visual.is_dated() { Params::from((range.start(), range.end())) } else { Params::Empty };
    let sql = visual.sql();
    let rows: Vec<Row> =
        conn.exec(&sql, days).unwrap_or_else(|error| panic!("{}: {error}\n{sql}", visual.id()));
    for row in &rows {
        let names: Vec<_> = row.columns_ref().iter().map(|of| of.name_str().into_owned()).collect();
        assert_eq!(names, visual.headings(), "{}", visual.id());
    }
    rows.into_iter().map(|row| row.unwrap().into_iter().map(cell).collect()).collect()
}

/// Those of a dashboard, each against what is expected of it.
fn compare(
    conn: &mut Conn,
    dashboard: &Dashboard,
    range: DateRange,
    expected: &mut BTreeMap<&'static str, Rows>,
) -> usize {
    let mut seen = 0;
    for visual in dashboard.visuals() {
        let id = visual.id();
        let wanted = expected.remove(id).unwrap_or_else(|| panic!("{id} is compared with nothing"));
        let dimensions = visual.dimensions().len();
        let got = shown(answer(conn, visual, range), dimensions);
        assert_eq!(got, shown(wanted, dimensions), "{id} in {range:?}");
        seen += usize::from(!got.is_empty());
    }
    seen
}

#[test]
fn each_visual_shows_what_the_reports_say() {
    let db = made();
    let mut conn = db.conn();
    data::fill(&mut conn);
    let dashboards = dashboards();
    let visuals = dashboards.iter().flat_map(Dashboard::visuals).count();

    let seen = expected::ranges().map(|range| {
        let mut expected = expected::of(&mut conn, range);
        let seen: usize = dashboards
            .iter()
            .map(|dashboard| compare(&mut conn, dashboard, range, &mut expected))
            .sum();
        assert!(expected.is_empty(), "of no visual: {:?}", expected.keys());
        seen
    });

    // In the month each has something to show, and in the one without rows only what has no date.
    assert_eq!(seen[0], visuals);
    let undated = dashboards.iter().flat_map(Dashboard::visuals).filter(|of| !of.is_dated());
    assert_eq!(seen[3], undated.count());
}

/// What the console sorts by, and what a preview shows first.
#[test]
fn the_highest_bar_and_the_first_day_come_first() {
    let db = made();
    let mut conn = db.conn();
    data::fill(&mut conn);
    let range = expected::ranges()[2];
    for visual in dashboards().iter().flat_map(Dashboard::visuals) {
        let rows = answer(&mut conn, visual, range);
        let dimensions = visual.dimensions();
        let is_named = dimensions.first().is_some_and(|first| first.grain() == Grain::Text);
        if is_named && visual.kind() == VisualKind::Bar {
            let values: Vec<f64> =
                rows.iter().map(|row| row[dimensions.len()].parse().unwrap_or(f64::MIN)).collect();
            assert!(values.is_sorted_by(|one, next| one >= next), "{}: {rows:?}", visual.id());
        } else if visual.kind() == VisualKind::Line {
            assert!(rows.is_sorted_by_key(|row| row[0].clone()), "{}: {rows:?}", visual.id());
        }
    }
}

/// With the choice of real accounts, what has one owner a row is as in the reports without test accounts.
#[test]
fn the_choice_of_real_accounts_leaves_out_the_test_accounts() {
    let db = made();
    let mut conn = db.conn();
    data::fill(&mut conn);
    let range = expected::ranges()[0];
    let mut chosen = |id: &str, sum: &str, date: &str| {
        let sets = data_sets();
        let set = sets.iter().find(|set| set.id() == id).unwrap();
        let sql = format!(
            "SELECT {sum} FROM ({}) AS q WHERE user_account = 'real account' AND {date} >= ? AND {date} < ?",
            set.sql()
        );
        let sum: Option<Decimal> = conn.exec_first(sql, (range.start(), range.end())).unwrap();
        sum.unwrap()
    };
    let trips = chosen("trips", "COUNT(trip_id)", "trip_started_on");
    let tokens = chosen("tokens", "SUM(tokens_granted)", "tokens_created_on");
    let tickets = chosen("payments", "SUM(payment_total_price)", "payment_created_on");

    let reports = Analytics::new().without_test_accounts();
    let days = reports.daily_trips(&mut conn, range).unwrap();
    assert_eq!(trips, days.iter().map(DailyTrips::trips).sum::<u64>().into());
    let days = reports.daily_revenue(&mut conn, range).unwrap();
    assert_eq!(tokens, days.iter().map(DailyRevenue::tokens).sum());
    assert_eq!(tickets, days.iter().map(DailyRevenue::tickets).sum());
    let all = Analytics::new().daily_revenue(&mut conn, range).unwrap();
    assert_ne!(tickets, all.iter().map(DailyRevenue::tickets).sum());
}

/// The statements of a preview, on tables of any size: no data set is made into a table first, with the views
/// and without them.
#[test]
fn each_statement_reads_the_tables_themselves() {
    let db = made();
    for visual in dashboards().iter().flat_map(Dashboard::visuals) {
        let sql = visual.sql().replacen('?', "'2025-03-01'", 1).replacen('?', "'2025-03-04'", 1);
        let inline = views().iter().fold(sql.clone(), |sql, view| {
            sql.replace(&format!("`{}`", view.name()), &format!("({})", view.query()))
        });
        assert!(!inline.contains("quicksight_v_"), "{inline}");
        for sql in [sql, inline] {
            let plan = explain(&db, &sql);
            assert!(!plan.is_empty(), "{}", visual.id());
            let is_made = plan.iter().any(|step| step.table.starts_with("<derived"));
            assert!(!is_made, "{}: {plan:?}", visual.id());
        }
    }
}

/// What a session has set is nothing to it.
#[test]
fn a_session_changes_nothing_about_it() {
    let db = made();
    let mut conn = db.conn();
    data::fill(&mut conn);
    let range = expected::ranges()[0];
    let all = |conn: &mut Conn| -> Vec<Rows> {
        dashboards()
            .iter()
            .flat_map(Dashboard::visuals)
            .map(|visual| shown(answer(conn, visual, range), visual.dimensions().len()))
            .collect()
    };
    let before = all(&mut conn);
    conn.by_hand([
        "SET SESSION sql_mode = 'ANSI,TRADITIONAL,ONLY_FULL_GROUP_BY', SESSION time_zone = '+13:00'",
    ]);
    assert_eq!(apply_views(&mut conn).unwrap().made(), Vec::<String>::new());
    assert_eq!(all(&mut conn), before);
}
