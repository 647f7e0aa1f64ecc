//! The dashboards on one page, which needs nothing but a browser.

mod style;

use std::error::Error;

use quicksight_migrations::quicksight::{Unit, VisualKind};

use self::style::STYLE;
use crate::{
    charts::{self, Chart, Screen},
    html::{escaped, legend, table},
    preview::{Answer, Board, Preview, Quality},
    source::Source,
};

/// Rows of a table. The rest is for a database client.
const MOST_ROWS: usize = 500;

pub(crate) fn render(preview: &Preview) -> Result<String, Box<dyn Error>> {
    let boards: Vec<_> = preview.boards.iter().map(board).collect::<Result<_, _>>()?;
    let titles = preview.boards.iter().map(|board| (board.dashboard.id(), board.dashboard.title()));
    let links = titles.chain([("quality", "Data quality")]);
    let links = links
        .map(|(id, title)| format!("<li><a href=\"#{}\">{}</a></li>", escaped(id), escaped(title)));
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Dashboards of {place}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>The dashboards of {place}</h1>\n\
         <p>A preview of what QuickSight shows of these rows: the same data sets, titles, units and \
         colours. {source} Test accounts are counted, until somebody leaves them out with the control \
         Accounts.</p>\n</header>\n\
         <nav aria-label=\"Dashboards\"><ul>{links}</ul></nav>\n\
         <main>\n{boards}\n{quality}\n</main>\n</body>\n</html>\n",
        place = escaped(&preview.place),
        source = read_from(preview.source),
        links = links.collect::<String>(),
        boards = boards.join("\n"),
        quality = quality(preview.quality.as_ref())
    ))
}

fn read_from(source: Source) -> &'static str {
    match source {
        Source::Views => "It was read through the views, as QuickSight does.",
        Source::Tables => {
            "The views that QuickSight reads are not there yet: it was read from the tables, with the \
             statements of the views."
        }
    }
}

fn board(board: &Board) -> Result<String, Box<dyn Error>> {
    let mut sheets = Vec::new();
    for (sheet, rows) in board.dashboard.sheets().iter().zip(&board.sheets) {
        sheets.push(format!("<h3>{}</h3>", escaped(sheet.title())));
        for visuals in rows {
            sheets.push(row(visuals)?);
        }
    }
    Ok(format!(
        "<section id=\"{}\">\n<h2>{}</h2>\n<p>From {}, before {}. In the console both can be changed.</p>\n\
         {}\n</section>",
        escaped(board.dashboard.id()),
        escaped(board.dashboard.title()),
        board.from,
        board.before,
        sheets.join("\n")
    ))
}

fn row(visuals: &[Answer]) -> Result<String, Box<dyn Error>> {
    let screen = Screen::of(visuals.len());
    let cards: Vec<_> = visuals.iter().map(|of| card(of, screen)).collect::<Result<_, _>>()?;
    Ok(format!("<div class=\"row of{}\">\n{}\n</div>", visuals.len(), cards.join("\n")))
}

fn card(answer: &Answer, screen: Screen) -> Result<String, Box<dyn Error>> {
    match answer.visual.kind() {
        VisualKind::Kpi => Ok(kpi(answer)),
        VisualKind::Table => Ok(figure(answer, &numbers(answer))),
        _ => chart(answer, &charts::of(answer), screen),
    }
}

fn kpi(answer: &Answer) -> String {
    let visual = &answer.visual;
    let number = answer.rows.first().map_or("-".to_owned(), |row| answer.figure(row, 0));
    format!(
        "<div class=\"kpi\" id=\"{}\" style=\"border-color: {}\"><h4>{}</h4><b>{}</b><span>{}</span>\
         <span>from {}</span></div>",
        escaped(visual.id()),
        visual.unit().unwrap_or(Unit::Movements).colour(),
        escaped(visual.title()),
        escaped(number),
        escaped(visual.subtitle()),
        escaped(answer.data_set)
    )
}

/// A chart, and the same as a table for those who cannot see it or want to know exactly.
fn chart(answer: &Answer, chart: &Chart, screen: Screen) -> Result<String, Box<dyn Error>> {
    let (wide, narrow) = (chart.draw(screen)?, chart.draw(Screen::NARROW)?);
    let keys =
        if chart.keys.is_empty() { String::new() } else { legend(chart.keys.iter().cloned()) };
    let note = if chart.note.is_empty() {
        String::new()
    } else {
        format!("<p class=\"note\">{}</p>\n", escaped(&chart.note))
    };
    Ok(figure(
        answer,
        &format!(
            "{keys}<div role=\"img\" aria-label=\"{}: a chart, and below it the same as a table\">\
             <div class=\"wide\">{wide}</div><div class=\"narrow\">{narrow}</div></div>\n{note}\
             <details><summary>The numbers</summary>{}</details>",
            escaped(answer.visual.title()),
            numbers(answer)
        ),
    ))
}

fn figure(answer: &Answer, content: &str) -> String {
    let visual = &answer.visual;
    let subtitle = Some(visual.subtitle()).filter(|subtitle| !subtitle.is_empty());
    let about: Vec<_> = subtitle.into_iter().chain([format!("from {}", answer.data_set)]).collect();
    format!(
        "<figure id=\"{}\">\n<figcaption><b>{}</b>{}</figcaption>\n{content}\n</figure>",
        escaped(visual.id()),
        escaped(visual.title()),
        escaped(about.join(", "))
    )
}

fn numbers(answer: &Answer) -> String {
    let rows = answer.rows.iter().take(MOST_ROWS).map(|row| answer.words(row));
    let visual = &answer.visual;
    let table = table(visual.title(), &visual.headings(), visual.dimensions().len(), rows);
    match answer.rows.len() {
        0 => format!("{table}<p class=\"note\">No rows in these days.</p>"),
        all if all > MOST_ROWS => {
            format!("{table}<p class=\"note\">The first {MOST_ROWS} of {all} rows.</p>")
        }
        _ => table,
    }
}

fn quality(quality: Option<&Quality>) -> String {
    let found = match quality {
        None => "<p>Not checked: this user may not read the tables themselves.</p>".to_owned(),
        Some(quality) => {
            let issues = match &quality.issues[..] {
                [] => "<p>Every check passed.</p>".to_owned(),
                issues => {
                    let lines: Vec<_> = issues.iter().map(escaped).collect();
                    format!("<ul><li>{}</li></ul>", lines.join("</li><li>"))
                }
            };
            format!("<p>Validation: {}.</p>{issues}", escaped(&quality.validation))
        }
    };
    format!(
        "<section id=\"quality\">\n<h2>Data quality</h2>\n<p>Whether the rows agree with each other. \
         QuickSight does not show this.</p>\n<div class=\"row\"><div>{found}</div></div>\n</section>"
    )
}
