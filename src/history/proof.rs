//! The one `SELECT` of a boot with nothing to do: it reads the history, and opens every table with every
//! column on the way.

use mysql::Row;

use super::{HistoryTable, embedded};
use crate::{
    history::Embedded,
    session::{Session, quote},
};

/// Reads the history in a statement that the server refuses if a table or a column is missing: 1146 or
/// 1054. No row of any table but the history is read.
pub(super) fn prove(
    session: &mut Session<'_>,
    history: &HistoryTable,
    migrations: &[Embedded],
) -> mysql::Result<Vec<Row>> {
    session.read(&statement(history, migrations))
}

fn statement(history: &HistoryTable, migrations: &[Embedded]) -> String {
    let tables = embedded::tables(migrations);
    let opened = tables.iter().map(|(table, columns)| {
        let columns: Vec<_> = columns.iter().map(|column| quote(column)).collect();
        format!("NOT EXISTS (SELECT {} FROM {} WHERE FALSE)", columns.join(", "), quote(table))
    });
    let conditions: Vec<_> = ["TRUE".to_owned()].into_iter().chain(opened).collect();
    history.select(&conditions.join(" AND "))
}
