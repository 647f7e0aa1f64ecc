//! What is on the page is what is in the database.

use mysql::{Conn, Params, Row, Value, prelude::Queryable};
use quicksight_migrations::{
    analytics::{self, DailyRevenue, DailyTrips, DateRange},
    quicksight::{
        Dashboard, Grain, Unit, Visual, VisualKind, apply_views, dashboards, data_sets, drop_views,
    },
    run_quicksight_migrations,
    rust_decimal::Decimal,
    time::{Date, Duration, Month},
};

use crate::{
    CITY, contents, dashboard, parts, refused, rows,
    support::{Database, database},
    visual,
};

/// What says from where a page was read.
const THROUGH_VIEWS: &str = "It was read through the views, as QuickSight does.";
const FROM_TABLES: &str = "The views that QuickSight reads are not there yet: it was read from the \
     tables, with the statements of the views.";

fn visuals() -> Vec<(Dashboard, Visual)> {
    let of = |board: Dashboard| board.visuals().cloned().map(|of| (board.clone(), of)).collect();
    dashboards().into_iter().flat_map::<Vec<_>, _>(of).collect()
}

/// The days of a dashboard whose newest row is of the last of March.
fn days(of: &Dashboard) -> DateRange {
    let before = Date::from_calendar_date(2025, Month::April, 1).unwrap();
    DateRange::new(before - Duration::days(of.days().into()), before).unwrap()
}

fn filled() -> Database {
    let db = database();
    dashboard(&db.url(), &["--fill"]);
    db
}

#[test]
fn fills_empty_tables_and_draws_the_dashboards() {
    let db = database();

    let (summary, page) = dashboard(&db.url(), &["--fill"]);

    assert!(summary.contains("balances, referrals and campaigns are right"), "{summary}");
    assert!(summary.contains("every check passed"), "{summary}");
    assert!(summary.lines().all(|line| line.chars().count() <= 100), "{summary}");
    assert!(page.contains("<h1>The dashboards of the database "), "{page}");
    assert!(page.contains(&format!("the database {}</h1>", db.name())));
    let sections = parts(&page, "<section id=\"", "</section>");
    let boards = dashboards();
    assert_eq!(sections.len(), boards.len() + 1);
    for (section, board) in sections.iter().zip(&boards) {
        let (id, title, days) = (board.id(), board.title(), days(board));
        assert!(section.starts_with(&format!("{id}\">\n<h2>{title}</h2>")), "{id}");
        assert!(page.contains(&format!("<li><a href=\"#{id}\">{title}</a></li>")), "{id}");
        let range = format!("From {}, before {}.", days.start(), days.end());
        assert!(section.contains(&range), "{range}");
        for sheet in board.sheets() {
            assert!(section.contains(&format!("<h3>{}</h3>", sheet.title())), "{id}");
        }
        for visual in board.visuals() {
            assert_eq!(section.matches(&format!("id=\"{}\"", visual.id())).count(), 1);
        }
        assert!(summary.contains(&format!("{title}, from {}", days.start())), "{summary}");
    }
    assert!(sections[5].starts_with("quality\">\n<h2>Data quality</h2>"));
    assert!(sections[5].contains("Validation: balances, referrals and campaigns are right."));
    // One file: nothing is loaded from anywhere.
    let elsewhere = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    for address in ["http:", "https:", "src=", "url(", "@import", "<script", "<link"] {
        assert!(!elsewhere.contains(address), "{address}");
    }
    assert_eq!(page.matches("href=").count(), page.matches("href=\"#").count());
}

/// Those of the made-up city are of no other colour and no other words than QuickSight is told.
#[test]
fn each_visual_has_its_title_its_unit_its_colour_and_its_data_set() {
    let sets = data_sets();
    for (_, of) in visuals() {
        let (id, shown) = (of.id(), visual(&CITY, of.id()));
        let title = match of.kind() {
            VisualKind::Kpi => format!("<h4>{}</h4>", of.title()),
            _ => format!("<figcaption><b>{}</b>", of.title()),
        };
        assert!(shown.contains(&title), "{id}: {shown}");
        assert!(shown.contains(&of.subtitle()), "{id}: {shown}");
        let set = sets.iter().find(|set| set.id() == of.data_set()).unwrap();
        assert!(shown.contains(&format!("from {}<", set.title())), "{id}: {shown}");
        let colour = of.unit().map(Unit::colour);
        // Where the second dimension has the colours, its values do.
        let is_one = of.dimensions().len() < 2 || of.kind() != VisualKind::Line;
        let is_drawn = of.kind() != VisualKind::Table && id != "trips-by-hour";
        if let Some(colour) = colour.filter(|_| is_one && is_drawn) {
            assert!(shown.contains(&colour.to_string()), "{id} has no {colour}");
        }
        // Gift cards are the one thing that the city does not buy.
        let is_empty = shown.contains("Nothing in these days") || shown.contains("No rows in");
        assert!(!is_empty, "{id}");
    }
}

/// What a cell says, without how numbers are written.
fn is_same(shown: &str, value: &Value, decimals: Option<u8>, grain: Option<Grain>) -> bool {
    let number = |text: &str| text.replace([',', '$'], "").parse::<f64>();
    let text = match value {
        Value::NULL => return shown == if decimals.is_some() { "-" } else { "(none)" },
        Value::Date(year, month, day, ..) => match grain {
            Some(Grain::Month) => format!("{year:04}-{month:02}"),
            _ => format!("{year:04}-{month:02}-{day:02}"),
        },
        Value::Bytes(text) => String::from_utf8_lossy(text).into_owned(),
        other => other.as_sql(true),
    };
    let digits = shown.trim_end_matches(" m").trim_end_matches(" %");
    match (decimals, number(digits), text.parse::<f64>()) {
        (Some(decimals), Ok(shown), Ok(value)) => {
            let written = digits.split_once('.').map_or(0, |(_, rest)| rest.len());
            let half = 0.5 / 10_f64.powi(decimals.into());
            written == usize::from(decimals) && (shown - value).abs() <= half + 1e-9
        }
        (None, Ok(shown), Ok(value)) => (shown - value).abs() < 1e-9,
        _ => shown == text,
    }
}

fn answer(conn: &mut Conn, board: &Dashboard, of: &Visual) -> Vec<Row> {
    let days = days(board);
    let params =
        if of.is_dated() { Params::from((days.start(), days.end())) } else { Params::Empty };
    conn.exec(of.sql(), params).unwrap()
}

#[track_caller]
fn assert_shows(page: &str, of: &Visual, rows: Vec<Row>) {
    let (id, shown) = (of.id(), visual(page, of.id()));
    let decimals = of.measures().iter().map(|measure| Some(measure.decimals()));
    let columns: Vec<_> = of
        .dimensions()
        .iter()
        .map(|dimension| (None, Some(dimension.grain())))
        .chain(decimals.map(|decimals| (decimals, None)))
        .collect();
    let cells: Vec<Vec<&str>> = if of.kind() == VisualKind::Kpi {
        vec![parts(shown, "<b>", "</b>")]
    } else {
        let [body] = parts(shown, "<tbody>", "</tbody>")[..] else { panic!("{id}") };
        body.lines()
            .filter(|line| !line.is_empty())
            .map(|line| {
                let line = line.strip_prefix("<tr>").unwrap();
                let cells = parts(line, "<t", "</t").into_iter();
                cells.map(|cell| cell.rsplit_once('>').unwrap().1).collect()
            })
            .collect()
    };
    assert!(cells.len() == rows.len().min(500), "{id}: {} of {}", cells.len(), rows.len());
    for (cells, row) in cells.iter().zip(rows) {
        let values = row.unwrap();
        assert_eq!((cells.len(), values.len()), (columns.len(), columns.len()), "{id}");
        for ((cell, value), (decimals, grain)) in cells.iter().zip(&values).zip(&columns) {
            assert!(is_same(cell, value, *decimals, *grain), "{id}: {cell} for {value:?}");
        }
    }
}

/// Row by row, whether it was read through the views or without them.
#[test]
fn each_number_is_that_of_the_visual_and_of_the_reports() {
    let db = filled();
    let mut conn = db.conn();
    // Names with no rows, without a name, and in another case.
    conn.query_drop(
        "INSERT INTO token_transaction (user_id, ap_campaign_id, tokens, created_on) VALUES \
         (10001, 999, 1.25, '2025-03-30'), (10001, NULL, 2.5, '2025-03-30')",
    )
    .unwrap();
    let (_, without) = dashboard(&db.url(), &["--read"]);
    let _ = apply_views(&mut conn).unwrap();
    let before = contents(&db);
    let (_, page) = dashboard(&db.url(), &["--read"]);
    assert_eq!(contents(&db), before);

    assert_eq!(page, without.replace(FROM_TABLES, THROUGH_VIEWS));
    assert!(without.contains(FROM_TABLES) && page.contains(THROUGH_VIEWS));
    assert!(CITY.contains(THROUGH_VIEWS));
    for (board, of) in visuals() {
        let rows = answer(&mut conn, &board, &of);
        assert_shows(&page, &of, rows);
    }

    let month = days(&dashboards()[0]);
    let revenue = analytics::daily_revenue(&mut conn, month).unwrap();
    let trips = analytics::daily_trips(&mut conn, month).unwrap();
    let sum = |of: fn(&DailyRevenue) -> Decimal| revenue.iter().map(of).sum::<Decimal>();
    for (id, expected) in [
        ("points-gained", sum(DailyRevenue::points)),
        ("tokens-granted", sum(DailyRevenue::tokens)),
        ("tickets-paid", sum(DailyRevenue::tickets)),
        ("trips-all", trips.iter().map(DailyTrips::trips).sum::<u64>().into()),
    ] {
        let number = parts(visual(&page, id), "<b>", "</b>")[0].replace([',', '$'], "");
        assert_eq!(number.parse::<Decimal>().unwrap(), expected, "{id}");
    }

    // Some of the views are none that QuickSight could read.
    conn.query_drop("DROP VIEW quicksight_v_campaign").unwrap();
    assert_eq!(dashboard(&db.url(), &["--read"]).1, without);
    drop_views(&mut conn).unwrap();
}

#[test]
fn a_number_that_changes_changes_on_the_page() {
    let db = filled();
    let number = |page: &str, id: &str| -> Decimal {
        let shown = parts(visual(page, id), "<b>", "</b>")[0].replace([',', '$'], "");
        shown.parse().unwrap()
    };
    let (_, before) = dashboard(&db.url(), &["--read"]);
    let mut conn = db.conn();
    for sql in [
        "DELETE FROM trip WHERE id = 5000",
        "UPDATE trip SET origin_longitude = -96.75 WHERE id = 5001",
        "UPDATE bytemark_order_payments SET total_price = total_price + 0.25 WHERE id = 800",
        "INSERT INTO redeem_transaction (user_id, points, transaction_id, created_on) \
         VALUES (10001, -5, 'x', '2025-03-20')",
    ] {
        conn.query_drop(sql).unwrap();
    }

    let (summary, after) = dashboard(&db.url(), &["--read"]);

    for (id, step) in [
        ("trips-all", Decimal::from(-1)),
        ("activity-trips", Decimal::from(-1)),
        ("tickets-paid", Decimal::new(25, 2)),
        ("gift-cards-bought", Decimal::ONE),
        ("points-gained", Decimal::ZERO),
    ] {
        assert_eq!(number(&after, id) - number(&before, id), step, "{id}");
    }
    assert!(summary.contains("Gift cards                                         1"), "{summary}");
    for id in ["trips-by-day", "trips-by-mode", "trips-by-week", "tickets-by-type", "origins-map"] {
        assert_ne!(visual(&before, id), visual(&after, id), "{id}");
    }
    assert_eq!(visual(&before, "points-by-day"), visual(&after, "points-by-day"));
}

/// Names are data.
#[test]
fn what_somebody_wrote_is_no_markup() {
    let db = filled();
    let filled = rows(&db);
    let mut conn = db.conn();
    conn.query_drop("UPDATE campaign SET name = '<script>\\'&\"' LIMIT 1").unwrap();

    let (summary, page) = dashboard(&db.url(), &["--read"]);

    assert!(summary.contains("nothing is written"), "{summary}");
    assert_eq!(rows(&db), filled);
    assert!(!page.contains("<script>"));
    for id in ["recipients-by-campaign", "campaigns-table", "budgets-table"] {
        let shown = visual(&page, id);
        assert!(shown.contains("&lt;script&gt;&#39;&amp;&quot;"), "{shown}");
    }
}

/// Somebody's clock is wrong, or somebody mistyped a year.
#[test]
fn the_month_ends_with_the_newest_row_that_can_be() {
    let db = database();
    dashboard(&db.url(), &["--fill"]);
    let mut conn = db.conn();
    for day in ["2309-03-02", "9999-12-31"] {
        conn.exec_drop(
            "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 2, ?)",
            (day,),
        )
        .unwrap();
        conn.exec_drop(
            "INSERT INTO points_transaction (user_id, activity_type, points, balance, created_on) \
             VALUES (77777, 2, 0, 0, ?)",
            (day,),
        )
        .unwrap();
    }

    let (summary, page) = dashboard(&db.url(), &["--read"]);

    assert!(summary.contains("Transit use, from 2025-03-02, before 2025-04-01"), "{summary}");
    assert!(!summary.contains("2309") && !page.contains("2309"), "{summary}");
    assert!(summary.contains("2 rows of trip dated in the future"), "{summary}");
}

/// A young database has one trip and nothing to compare it with.
#[test]
fn one_row_is_enough_for_a_page() {
    let db = database();
    let mut conn = db.conn();
    run_quicksight_migrations(&mut conn).unwrap();
    assert!(refused(&db.url(), &["--read"]).1.contains("neither a trip nor a movement of points"));
    for sql in [
        "INSERT INTO trip (user_id, travel_mode, started_on) VALUES (1, 2, '2025-03-31 12:00:00')",
        "INSERT INTO campaign (ap_campaign_id, name) VALUES (1, 'nobody yet')",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let before = contents(&db);

    let (said, page) = dashboard(&db.url(), &["--read"]);

    let trips = "  Trips                                              1  trips\n";
    assert!(said.contains(trips), "{said}");
    assert!(visual(&page, "trips-all").contains("<b>1</b>"));
    assert!(visual(&page, "points-gained").contains("<b>-</b>"));
    assert!(visual(&page, "budgets-table").contains("<td class=\"name\">nobody yet</td>"));
    assert!(visual(&page, "points-by-day").contains("Nothing in these days."));
    assert_eq!(page.matches("<svg ").count(), CITY.matches("<svg ").count());
    assert_eq!(contents(&db), before);
}
