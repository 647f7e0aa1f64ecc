//! What the race has shown.

use crate::{
    race::{Racer, ratio},
    table,
};

/// `columns`: for each tool that the others are compared with, a heading and its id.
pub fn table(racers: &[Racer], columns: &[(&str, &str)]) -> String {
    let mut head = vec!["tool", "statements", "round trips", "binlog bytes", "median"];
    head.extend(columns.iter().map(|(heading, _)| *heading));
    head.push("min - max");

    let row = |racer: &Racer| {
        let counts = racer.counts;
        let mut row = vec![
            racer.name.clone(),
            counts.statements.to_string(),
            counts.round_trips.to_string(),
            counts.log_bytes.map_or("unknown".into(), |bytes| bytes.to_string()),
            table::time(racer.median()),
        ];
        row.extend(columns.iter().map(|(_, to)| format!("{:.2}", ratio(racers, racer.id, to))));
        row.push(racer.range().map(table::time).join(" - "));
        row
    };
    table::aligned(&head, &racers.iter().map(row).collect::<Vec<_>>())
}
