//! Text, numbers and tables as HTML has them.

use std::fmt::Display;

use quicksight_migrations::quicksight::Colour;

/// Text as HTML has it: names of campaigns are data.
pub(crate) fn escaped(text: impl Display) -> String {
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

/// A table that scrolls for itself where it is larger than its place, by touch or by keyboard.
pub(crate) fn table(
    what: &str,
    head: &[&str],
    groups: usize,
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let class = |column| if column < groups { " class=\"name\"" } else { "" };
    let head: Vec<_> = (0..)
        .zip(head)
        .map(|(column, cell)| format!("<th scope=\"col\"{}>{}</th>", class(column), escaped(cell)))
        .collect();
    let rows: Vec<_> = rows
        .map(|cells| {
            let cells = (0..).zip(&cells).map(|(column, cell)| match column {
                0 => format!("<th scope=\"row\">{}</th>", escaped(cell)),
                _ => format!("<td{}>{}</td>", class(column), escaped(cell)),
            });
            format!("<tr>{}</tr>", cells.collect::<String>())
        })
        .collect();
    let (what, head, rows) = (escaped(what), head.concat(), rows.join("\n"));
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{what}\" tabindex=\"0\"><table>\n\
         <caption>{what}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )
}

/// What the colours of a chart stand for.
pub(crate) fn legend(keys: impl Iterator<Item = (String, Colour)>) -> String {
    let keys = keys.map(|(what, colour)| {
        format!("<li><i style=\"background: {colour}\"></i>{}</li>", escaped(what))
    });
    format!("<ul class=\"legend\">{}</ul>\n", keys.collect::<String>())
}
