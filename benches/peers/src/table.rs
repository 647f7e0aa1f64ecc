//! A table that reads well on a terminal and is Markdown too.

use std::time::Duration;

use crate::race::{Racer, ratio};

/// `columns`: for each tool that the others are compared with, a heading and its id.
pub fn of(racers: &[Racer], columns: &[(&str, &str)]) -> String {
    let mut head = vec!["tool", "statements", "round trips", "binlog bytes", "median"];
    head.extend(columns.iter().map(|(heading, _)| *heading));
    head.push("min - max");

    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for racer in racers {
        let counts = racer.counts;
        let mut row = vec![
            racer.name.clone(),
            counts.statements.to_string(),
            counts.round_trips.to_string(),
            counts.log_bytes.map_or("unknown".into(), |bytes| bytes.to_string()),
            time(racer.median()),
        ];
        row.extend(columns.iter().map(|(_, to)| format!("{:.2}", ratio(racers, racer.id, to))));
        row.push(racer.range().map(time).join(" - "));
        rows.push(row);
    }
    align(&rows)
}

/// Three digits, more or less.
fn time(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    let decimals = match ms {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{ms:.decimals$} ms")
}

/// The first column flush left, the numbers flush right.
fn align(rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or_default())
        .collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.iter().enumerate().map(|(column, &width)| {
        if column == 0 { "-".repeat(width + 2) } else { format!("{}:", "-".repeat(width + 1)) }
    });
    let rule = format!("|{}|\n", rule.collect::<Vec<_>>().join("|"));
    let body: String = rows[1..].iter().map(|row| line(row)).collect();
    line(&rows[0]) + &rule + &body
}
