//! The month on one page, which needs nothing but a browser.

use std::{error::Error, fmt::Display};

use crate::{
    charts,
    findings::{Findings, WEEK, days, name, per_cent},
};

const STYLE: &str = "
:root { color-scheme: light; font: 16px/1.5 system-ui, sans-serif; color: #1b2733; background: #eef1f4; }
body { max-width: 1100px; margin: 0 auto; padding: 24px; }
h1 { font-size: 1.6rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 0 0 4px; }
p { margin: 4px 0; color: #4a5a6a; }
section { background: #fff; border-radius: 8px; padding: 20px 24px; margin: 20px 0; box-shadow: 0 1px 3px #0002; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 16px; }
.figures div { background: #fff; border-radius: 8px; padding: 12px 16px; box-shadow: 0 1px 3px #0002; }
.figures b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; display: block; }
figure { margin: 12px 0; }
details { margin-top: 8px; }
summary { cursor: pointer; color: #0b5cad; }
table { border-collapse: collapse; margin-top: 8px; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 14px 2px 0; text-align: right; border-bottom: 1px solid #e3e8ed; }
th:first-child, td:first-child { text-align: left; }
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
         <title>{from} to {last}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>A month of trips, points and tickets</h1>\n\
         <p>{from} to {last}, US/Central time. Test accounts are left out.</p>\n\
         {figures}\n{sections}\n</body>\n</html>\n",
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
    let figures = figures.map(|(what, figure)| format!("<div><b>{figure}</b>{what}</div>"));
    format!("<div class=\"figures\">{}</div>", figures.concat())
}

fn revenue(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let rows = findings.days.iter().map(|day| {
        vec![
            day.date().to_string(),
            day.points().to_string(),
            day.tokens().to_string(),
            day.tickets().to_string(),
        ]
    });
    Ok(section(
        "Revenue by day",
        "Each ledger has its own unit, so each has its own scale. Weekends are lighter.",
        &[figure("Revenue by day, in three bar charts", &charts::revenue(&findings.days)?)],
        &table(&["day", "points gained", "tokens granted", "US dollars for tickets"], rows),
    ))
}

fn trips(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let week = findings.week();
    let rows = (0..24).map(|hour| {
        let counts = week.iter().map(|hours| format!("{:.1}", hours[hour]));
        [format!("{hour}:00")].into_iter().chain(counts).collect()
    });
    let days = WEEK.map(|day| day.to_string());
    let head: Vec<_> = ["hour"].into_iter().chain(days.iter().map(String::as_str)).collect();
    Ok(section(
        "Trips by hour and weekday",
        "When trips start on an average day of the week, and how people travel over the whole month.",
        &[
            figure("Trips by hour and weekday, as a heat map", &charts::week(&week)?),
            figure("Trips by hour and mode, as stacked bars", &charts::modes(&findings.modes())?),
        ],
        &table(&head, rows),
    ))
}

fn campaigns(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let rows = findings.campaigns.iter().map(|campaign| {
        vec![
            campaign.name().to_owned(),
            campaign.recipients().to_string(),
            campaign.engaged_users().to_string(),
            per_cent(campaign.engagement_rate()),
            campaign.trips_after().to_string(),
            campaign.distributed().to_string(),
            campaign.allocated().to_string(),
            days(campaign.mean_days_to_first_trip()),
        ]
    });
    let head = [
        "campaign",
        "recipients",
        "engaged users",
        "rate",
        "trips after",
        "tokens granted",
        "tokens allocated",
        "first trip after",
    ];
    Ok(section(
        "Campaigns",
        "Who got tokens, and who has made a trip since the first of them.",
        &[figure(
            "Recipients and engaged users of each campaign",
            &charts::campaigns(&findings.campaigns)?,
        )],
        &table(&head, rows),
    ))
}

fn hotspots(findings: &Findings) -> Result<String, Box<dyn Error>> {
    let percent = |value: Option<_>| value.map_or("-".into(), |value| format!("{value:.1} %"));
    let rows = findings.hotspots.iter().map(|spot| {
        vec![
            name(spot),
            spot.frequency().to_string(),
            percent(spot.average_driving_probability()),
            percent(spot.average_transit_probability()),
        ]
    });
    Ok(section(
        "Hot spots",
        "The pairs of places between which most users have a habit of travelling.",
        &[figure("Habitual trips between pairs of places", &charts::hotspots(&findings.hotspots)?)],
        &table(&["from, to, how", "habitual trips", "drive", "take transit"], rows),
    ))
}

fn engagement(findings: &Findings) -> String {
    let rows = findings.busiest.iter().map(|user| {
        vec![
            format!("user {}", user.user_id()),
            user.total_points().to_string(),
            user.points_transactions().to_string(),
            user.total_tokens().to_string(),
            user.trips().to_string(),
        ]
    });
    let head = ["who gained most points", "points", "movements", "tokens", "trips"];
    section(
        "New users",
        &format!(
            "{} users who signed up since {} have moved points or tokens or made a trip.",
            grouped(findings.new_users),
            findings.new_since
        ),
        &[],
        &table(&head, rows),
    )
}

fn quality(findings: &Findings) -> String {
    let issues = match &findings.issues[..] {
        [] => "<p>Every check passed.</p>".to_owned(),
        issues => {
            let lines: Vec<_> = issues.iter().map(escaped).collect();
            format!("<p>{}</p>", lines.join("</p><p>"))
        }
    };
    section("Data quality", &format!("Validation: {}.", findings.validation), &[issues], "")
}

fn section(title: &str, lead: &str, figures: &[String], table: &str) -> String {
    let numbers = match table {
        "" => String::new(),
        table => format!("<details><summary>The numbers</summary>{table}</details>"),
    };
    let (title, lead, figures) = (escaped(title), escaped(lead), figures.concat());
    format!("<section>\n<h2>{title}</h2>\n<p>{lead}</p>\n{figures}\n{numbers}\n</section>")
}

fn figure(what: &str, svg: &str) -> String {
    format!("<figure role=\"img\" aria-label=\"{}\">{svg}</figure>", escaped(what))
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let row = |tag: &str, cells: Vec<String>| {
        let between = format!("</{tag}><{tag}>");
        format!("<tr><{tag}>{}</{tag}></tr>", cells.join(&between))
    };
    let head = row("th", head.iter().map(escaped).collect());
    let rows: Vec<_> = rows.map(|cells| row("td", cells.iter().map(escaped).collect())).collect();
    format!("<table>{head}{}</table>", rows.concat())
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

/// A whole number with a comma between thousands.
pub(crate) fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits.as_str()),
    };
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    format!("{sign}{}", groups.join(","))
}
