//! The month on one page, which needs nothing but a browser.

use std::{error::Error, fmt::Display};

use plotters::style::RGBColor;

use crate::{
    charts::{self, Key, Screen, Svg},
    findings::{Findings, WEEK, days, name, per_cent},
};

const STYLE: &str = "
:root { color-scheme: light dark; --page: #eef1f4; --card: #fff; --ink: #1b2733; --muted: #4a5a6a;
  --line: #dde3e9; --link: #0b5cad; --heat: #08306b; }
@media (prefers-color-scheme: dark) {
  :root { --page: #10161d; --card: #1a232d; --ink: #e4eaf0; --muted: #a9b6c3;
    --line: #34414e; --link: #85bdf5; --heat: #9acbff; }
}
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 1100px; margin: 0 auto; padding: 24px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.15rem; margin: 0 0 4px; }
p, .figures li { color: var(--muted); }
p { margin: 4px 0; }
section, .figures li { background: var(--card); border-radius: 8px; box-shadow: 0 1px 3px #0002; }
section { padding: 20px 24px; margin: 20px 0; }
ul { list-style: none; margin: 8px 0; padding: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px;
  margin: 16px 0 0; }
.figures li { padding: 12px 16px; }
.figures b { display: block; font-size: 1.4rem; line-height: 1.3; color: var(--ink);
  font-variant-numeric: tabular-nums; }
figure { margin: 16px 0 0; }
figcaption { font-weight: 600; font-size: 0.9375rem; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 0.875rem; }
.legend i { display: inline-block; width: 14px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.legend .scale { width: 140px; margin: 0 6px;
  background: linear-gradient(to right, color-mix(in srgb, var(--heat) 5%, transparent), var(--heat)); }
svg { width: 100%; height: auto; display: block; }
.narrow { display: none; max-width: 440px; }
details { margin-top: 8px; }
summary { cursor: pointer; color: var(--link); padding: 4px 0; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; margin-top: 4px; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: 4px; }
figure .scroll { position: relative; }
figure caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { padding: 3px 18px 3px 0; text-align: right; vertical-align: bottom;
  border-bottom: 1px solid var(--line); }
thead th { font-weight: 600; }
th:first-child { text-align: left; position: sticky; left: 0; background: var(--card); }
tbody th { font-weight: 400; white-space: nowrap; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (max-width: 799px) {
  .wide { display: none; }
  .narrow { display: block; }
}
@media (max-width: 499px) {
  body { padding: 16px 10px; }
  header { padding: 0 6px; }
  section { padding: 16px 14px; margin: 12px 0; }
  th { min-width: 6rem; }
  tbody th { white-space: normal; min-width: 8.5rem; }
}
";

pub(crate) fn render(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let range = findings.range;
    let last = range.end().previous_day().unwrap_or(range.end());
    let sections = [
        revenue(findings)?,
        trips(findings)?,
        campaigns(findings)?,
        hotspots(findings)?,
        engagement(findings),
        quality(findings),
    ];
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Trips, points and tickets, {from} to {last}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>A month of trips, points and tickets</h1>\n\
         <p>{from} to {last}, US/Central time. Test accounts are left out.</p>\n</header>\n\
         <main>\n{figures}\n{sections}\n</main>\n</body>\n</html>\n",
        from = range.start(),
        figures = figures(findings),
        sections = sections.join("\n")
    ))
}

fn figures(findings: &Findings) -> String {
    let (points, tokens, tickets) = findings.totals();
    let figures = [
        ("points gained", grouped(points.round())),
        ("tokens granted", grouped(tokens.round())),
        ("US dollars paid for tickets", grouped(tickets.round())),
        ("trips", grouped(findings.trips())),
        ("new users who did something", grouped(findings.new_users)),
    ];
    let figures = figures.map(|(what, figure)| format!("<li><b>{figure}</b> {what}</li>"));
    format!("<ul class=\"figures\" aria-label=\"The month in numbers\">{}</ul>", figures.concat())
}

fn revenue(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let head = ["day", "points gained", "tokens granted", "US dollars for tickets"];
    let rows = findings.days.iter().map(|day| {
        vec![
            day.date().to_string(),
            grouped(day.points()),
            grouped(day.tokens()),
            grouped(day.tickets()),
        ]
    });
    let figure = figure(
        "Points gained, tokens granted and dollars paid on each day",
        "",
        |screen| charts::revenue(&findings.days, screen),
        &head,
        rows,
    )?;
    Ok(section(
        "Revenue by day",
        "Each ledger has its own unit, so each has its own scale. Weekends are paler.",
        &[figure],
    ))
}

fn trips(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let hour = |hour: usize| format!("{hour}:00");
    let week = findings.week();
    let days = WEEK.map(|day| format!("{day}, trips"));
    let by_day = figure(
        "Trips that start in each hour of an average day of the week",
        &scale(charts::most(&week)),
        |screen| charts::week(&week, screen),
        &[&["hour"], &days.each_ref().map(String::as_str)[..]].concat(),
        (0..24).map(|row| {
            let counts = week.iter().map(|hours| format!("{:.1}", hours[row]));
            [hour(row)].into_iter().chain(counts).collect()
        }),
    )?;

    let modes = findings.modes();
    let layers = charts::layers(&modes);
    let keys: Vec<_> = layers.iter().map(|layer| layer.key.clone()).collect();
    let names: Vec<_> = modes.iter().map(|(mode, _)| format!("{mode}, trips")).collect();
    let head: Vec<_> = ["hour"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let by_mode = figure(
        "Trips that start in each hour of the day in the whole month, by travel mode",
        &legend(&keys),
        |screen| charts::modes(&layers, screen),
        &head,
        (0..24).map(|row| {
            let counts = modes.iter().map(|(_, hours)| grouped(hours[row]));
            [hour(row)].into_iter().chain(counts).collect()
        }),
    )?;
    Ok(section(
        "Trips by hour and weekday",
        "When trips start, and how people travel.",
        &[by_day, by_mode],
    ))
}

fn campaigns(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let head = [
        "campaign",
        "users who got tokens",
        "users who travelled since",
        "share who travelled",
        "mean time from the grant to the first trip",
        "trips since",
        "tokens granted",
        "tokens to grant in all",
    ];
    let rows = findings.campaigns.iter().map(|campaign| {
        vec![
            campaign.name().to_owned(),
            grouped(campaign.recipients()),
            grouped(campaign.engaged_users()),
            per_cent(campaign.engagement_rate()),
            days(campaign.mean_days_to_first_trip()),
            grouped(campaign.trips_after()),
            grouped(campaign.distributed()),
            grouped(campaign.allocated()),
        ]
    });
    let figure = figure(
        "Users who got tokens of each campaign, and users of those who have made a trip since",
        &legend(&charts::campaign_keys()),
        |screen| charts::campaigns(&findings.campaigns, screen),
        &head,
        rows,
    )?;
    Ok(section(
        "Campaigns",
        "Who got tokens, who of them has made a trip since, and how many days passed on average from \
         a user's first grant to the first trip after it.",
        &[figure],
    ))
}

fn hotspots(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let percent = |value: Option<_>| value.map_or("-".into(), |value| format!("{value:.1} %"));
    let head = [
        "from, to, how",
        "habits",
        "mean probability to drive",
        "mean probability to take transit",
    ];
    let rows = findings.hotspots.iter().map(|spot| {
        vec![
            name(spot),
            grouped(spot.frequency()),
            percent(spot.average_driving_probability()),
            percent(spot.average_transit_probability()),
        ]
    });
    let figure = figure(
        "Habits of travelling from one place to another by one mode",
        "",
        |screen| charts::hotspots(&findings.hotspots, screen),
        &head,
        rows,
    )?;
    Ok(section(
        "Hot spots",
        "Between which places users have most habits of travelling. A habit may be many trips.",
        &[figure],
    ))
}

fn engagement(findings: &Findings) -> String {
    let head = ["user", "points", "movements of points", "tokens", "trips"];
    let rows = findings.busiest.iter().map(|user| {
        vec![
            format!("user {}", user.user_id()),
            grouped(user.total_points()),
            grouped(user.points_transactions()),
            grouped(user.total_tokens()),
            grouped(user.trips()),
        ]
    });
    section(
        "New users",
        &format!(
            "{} users who signed up since {} have moved points or tokens or made a trip.",
            grouped(findings.new_users),
            findings.new_since
        ),
        &[table("Those who have gained most points", &head, rows)],
    )
}

fn quality(findings: &Findings) -> String {
    let issues = match &findings.issues[..] {
        [] => "<p>Every check passed.</p>".to_owned(),
        issues => {
            let lines: Vec<_> = issues.iter().map(escaped).collect();
            format!("<ul><li>{}</li></ul>", lines.join("</li><li>"))
        }
    };
    section("Data quality", &format!("Validation: {}.", findings.validation), &[issues])
}

fn section(title: &str, lead: &str, parts: &[String]) -> String {
    let (title, lead, parts) = (escaped(title), escaped(lead), parts.join("\n"));
    format!("<section>\n<h2>{title}</h2>\n<p>{lead}</p>\n{parts}\n</section>")
}

/// A chart, and the same as a table for those who cannot see it or want to know exactly.
fn figure(
    what: &str,
    legend: &str,
    draw: impl Fn(Screen) -> Svg,
    head: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<String, Box<dyn Error>> {
    let (wide, narrow) = (draw(Screen::Wide)?, draw(Screen::Narrow)?);
    let table = table(what, head, rows);
    let what = escaped(what);
    Ok(format!(
        "<figure>\n<figcaption>{what}</figcaption>\n{legend}\
         <div role=\"img\" aria-label=\"{what}: a chart, and below it the same as a table\">\
         <div class=\"wide\">{wide}</div><div class=\"narrow\">{narrow}</div></div>\n\
         <details><summary>The numbers</summary>{table}</details>\n</figure>"
    ))
}

/// A table that scrolls for itself where it is wider than the screen, by touch or by keyboard.
fn table(what: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head: Vec<_> =
        head.iter().map(|cell| format!("<th scope=\"col\">{}</th>", escaped(cell))).collect();
    let rows: Vec<_> = rows.map(|cells| row(&cells)).collect();
    let (what, head, rows) = (escaped(what), head.concat(), rows.join("\n"));
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{what}\" tabindex=\"0\"><table>\n\
         <caption>{what}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )
}

/// What the row is about, and its numbers.
fn row(cells: &[String]) -> String {
    let Some((about, numbers)) = cells.split_first() else { return String::new() };
    let numbers: Vec<_> =
        numbers.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
    format!("<tr><th scope=\"row\">{}</th>{}</tr>", escaped(about), numbers.concat())
}

/// What the colours of a chart stand for.
fn legend(keys: &[Key]) -> String {
    let key = |(what, RGBColor(red, green, blue)): &Key| {
        let what = escaped(what);
        format!("<li><i style=\"background: #{red:02x}{green:02x}{blue:02x}\"></i>{what}</li>")
    };
    format!("<ul class=\"legend\">{}</ul>\n", keys.iter().map(key).collect::<Vec<_>>().concat())
}

/// From no trip to the most, as the heat map has it.
fn scale(most: f64) -> String {
    format!(
        "<ul class=\"legend\"><li>0<i class=\"scale\"></i>{most:.0} trips in the hour</li></ul>\n"
    )
}

/// Text as HTML has it: names of campaigns are data.
fn escaped(text: impl Display) -> String {
    let mut html = String::new();
    for character in text.to_string().chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// A number with a comma between thousands.
pub(crate) fn grouped(number: impl Display) -> String {
    let number = number.to_string();
    let (digits, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    format!("{sign}{}{fraction}", groups.join(","))
}
