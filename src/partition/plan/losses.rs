//! What a table loses when it is partitioned, for whoever decides.

use crate::partition::{Layout, Table};

/// What the server does not look after any more, once the table is partitioned.
pub(super) fn losses(layout: &Layout) -> Vec<String> {
    let (table, shape) = (layout.table, &layout.shape);
    let date = table.date_column();
    let mut losses = Vec::new();
    for (name, parts) in &shape.unique {
        let parts = parts.join(", ");
        losses.push(match (table, name.as_str()) {
            (Table::Trip, "reservation_id") => {
                "trip.reservation_id is not unique any more: the server takes a second trip of a \
                 reservation, and the check trips_of_one_reservation finds it"
                    .to_owned()
            }
            _ => format!("{table} ({parts}) is not unique any more: the server takes equal rows"),
        });
    }
    losses.push(format!(
        "the primary key is (id, {date}): the server still numbers the rows, and takes an id twice only \
         from who says it twice with two dates"
    ));
    if shape.nullable {
        losses.push(format!(
            "{table}.{date} is never NULL any more: an INSERT that says NULL is refused, and one that \
             leaves it out is dated by the server"
        ));
    }
    losses.push(format!(
        "a foreign key on {table} is refused from then on, and a query that names no {date} looks into \
         each partition"
    ));
    let rows = layout.rows.count;
    losses.push(format!(
        "the server copies {rows} rows, and whoever writes to {table} waits until then"
    ));
    losses
}
