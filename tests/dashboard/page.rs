//! The page for those who look at it: without eyes, on a phone, at night.

use std::collections::BTreeSet;

use quicksight_migrations::quicksight::{Dashboard, VisualKind, dashboards};

use crate::{CITY, parts, visual};

/// Without eyes: landmarks, a name for each chart, and the same numbers as a table whose cells know
/// what they are about.
#[test]
fn the_page_is_for_those_who_cannot_see_it_too() {
    let page = &*CITY;
    for landmark in ["<html lang=\"en\">", "<header>", "<main>", "<h1>", "<title>"] {
        assert_eq!(page.matches(landmark).count(), 1, "{landmark}");
    }
    for of in dashboards().iter().flat_map(Dashboard::visuals) {
        if of.kind() == VisualKind::Kpi {
            continue;
        }
        let (name, figure) = (of.title(), visual(page, of.id()));
        let [table] = parts(figure, "<table>", "</table>")[..] else { panic!("{figure}") };
        assert!(table.contains(&format!("<caption>{name}</caption>")), "{name}");
        assert!(!parts(table, "<tbody>", "</tbody>")[0].trim().is_empty(), "{name}");
        let is_chart = of.kind() != VisualKind::Table;
        let label = format!("role=\"img\" aria-label=\"{name}: ");
        assert_eq!(figure.contains(&label), is_chart, "{name}");
        assert_eq!(figure.contains("<summary>The numbers</summary>"), is_chart, "{name}");
        assert_eq!(figure.matches("<svg ").count(), if is_chart { 2 } else { 0 }, "{name}");
    }

    assert_eq!(page.matches("<th").count() - page.matches("<thead").count(), {
        page.matches("<th scope=\"col\"").count() + page.matches("<th scope=\"row\"").count()
    });
    for table in parts(page, "<table>", "</table>") {
        let columns = parts(table, "<thead>", "</thead>")[0].matches("<th scope=\"col\"").count();
        for row in parts(table, "<tbody>", "</tbody>")[0].lines().filter(|row| !row.is_empty()) {
            assert!(row.starts_with("<tr><th scope=\"row\">"), "{row}");
            assert_eq!(1 + row.matches("<td").count(), columns, "{row}");
        }
    }
}

/// A phone's page does not move sideways, and its labels can be read.
#[test]
fn the_page_fits_a_phone() {
    let page = &*CITY;
    let [style] = parts(page, "<style>", "</style>")[..] else { panic!("one style") };

    assert!(page.contains("content=\"width=device-width, initial-scale=1\""));
    assert_eq!(page.matches("<table>").count(), page.matches("<div class=\"scroll\" ").count());
    assert!(style.contains(".scroll { overflow: auto;"), "{style}");
    assert!(style.contains("svg { width: 100%; height: auto;"), "{style}");
    // Nothing insists on more room than a phone has, and nothing is cut off to hide that.
    for width in parts(style, "width: ", ";").iter().filter_map(|width| width.strip_suffix("px")) {
        let is_limit = style.contains(&format!("max-width: {width}px"));
        assert!(is_limit || width.parse::<u32>().unwrap() <= 340, "{width}");
    }
    assert!(!style.contains("overflow-x: hidden") && !style.contains("vw"), "{style}");

    let charts = dashboards()
        .iter()
        .flat_map(Dashboard::visuals)
        .filter(|of| !matches!(of.kind(), VisualKind::Kpi | VisualKind::Table))
        .count();
    for (class, widths, smallest) in
        [("narrow", &[340.0][..], 12.0), ("wide", &[360.0, 566.0, 1190.0], 13.0)]
    {
        let svgs = parts(page, &format!("<div class=\"{class}\">"), "</div>");
        assert_eq!(svgs.len(), charts);
        for svg in svgs {
            let width = parts(svg, "viewBox=\"0 0 ", " ")[0].parse().unwrap();
            assert!(widths.contains(&width), "{width}");
            for label in parts(svg, "<text ", "</text>") {
                assert_fits(label, width, smallest);
            }
        }
    }
}

/// A label is big enough to be read, and ends before its chart does.
#[track_caller]
fn assert_fits(label: &str, width: f64, smallest: f64) {
    let (attributes, words) = label.split_once('>').unwrap();
    let attribute = |name: &str| parts(attributes, &format!("{name}=\""), "\"")[0];
    let number = |name: &str| -> f64 { attribute(name).parse().unwrap() };
    let (x, size) = (number("x"), number("font-size"));
    assert!(size >= smallest, "{label}");
    assert!((0.0..=width).contains(&x), "{label}");
    // A letter is about half as wide as it is high.
    let length: f64 = words.trim().chars().map(|_| size / 2.0).sum();
    let end = match attribute("text-anchor") {
        _ if attributes.contains("rotate") => x + size,
        "start" => x + length,
        "middle" => x + length / 2.0,
        _ => x,
    };
    assert!(end <= width + 4.0, "{words} ends at {end} of {width}");
}

/// At night each colour of the page and of the text in its charts is another one.
#[test]
fn the_page_is_dark_at_night() {
    let page = &*CITY;
    let [style] = parts(page, "<style>", "</style>")[..] else { panic!("one style") };

    assert!(style.contains("color-scheme: light dark"), "{style}");
    let light = style.split("@media").next().unwrap();
    let dark = parts(style, "@media (prefers-color-scheme: dark) {", "}\n}")[0];
    let colours: BTreeSet<_> = parts(page, "var(", ")").into_iter().collect();
    assert!(colours.len() >= 6, "{colours:?}");
    for colour in colours {
        let [day, night] =
            [light, dark].map(|scheme| parts(scheme, &format!("{colour}: "), ";")[0]);
        assert_ne!(day, night, "{colour}");
    }
    for svg in parts(page, "<svg ", "</svg>") {
        for label in parts(svg, "<text ", ">") {
            assert!(label.contains("fill=\"var(--ink)\""), "{label}");
        }
    }
}
