//! The statements of a plan.

use super::{Step, Work};
use crate::{
    partition::{
        Layout, Table,
        layout::{Archive, CATCH_ALL, Partition, archive_of},
    },
    session::quote,
};

/// Neither server takes an `ALGORITHM` for it.
pub(super) fn drop_step(table: Table, partition: Partition) -> Step {
    let (table, name) = (quote(table.as_str()), quote(&partition.name));
    let sql = format!("ALTER TABLE {table} DROP PARTITION {name}");
    Step { sql, work: Work::Drop { partition } }
}

/// What is still to be done until the rows of a partition are in a table of their own. The exchange checks
/// each row, unless it is told not to.
/// <https://dev.mysql.com/doc/refman/8.4/en/partitioning-management-exchange.html>
pub(super) fn archive_steps(layout: &Layout, partition: &Partition) -> Vec<Step> {
    let (table, name) = (quote(layout.table.as_str()), quote(&partition.name));
    let archive = quote(&archive_of(layout.table, &partition.name));
    let step = |sql: String, work| Step { sql, work };
    let (is_ledger, leaving) = (layout.table.ledger().is_some(), partition.clone());
    let (moves, drops) = if is_ledger {
        let sql = copy(layout, &leaving.name);
        let drops = Work::DropCopied { partition: leaving.clone(), copy: sql.clone() };
        (step(sql, Work::Copy { partition: leaving }), drops)
    } else {
        let sql = format!("ALTER TABLE {table} EXCHANGE PARTITION {name} WITH TABLE {archive}");
        let drops = Work::DropEmpty { partition: leaving.clone() };
        (step(sql, Work::Exchange { partition: leaving }), drops)
    };
    let steps = [
        step(format!("CREATE TABLE {archive} LIKE {table}"), Work::Prepare),
        step(format!("ALTER TABLE {archive} REMOVE PARTITIONING"), Work::Prepare),
        moves,
        step(format!("ALTER TABLE {table} DROP PARTITION {name}"), drops),
    ];
    let done = match layout.archives.get(&partition.name) {
        None => 0,
        Some(Archive::Partitioned) => 1,
        Some(Archive::Empty) => 2,
        // Copying goes on where it stopped.
        Some(Archive::Filled) if is_ledger => 2,
        Some(Archive::Filled) => 3,
    };
    steps.into_iter().skip(done).collect()
}

/// Copies the rows of a partition that an archive has not. MariaDB exchanges nothing while a table is locked, and
/// without the lock a row could come between its opening and the exchange. Each column is named: `*` is without those
/// that are invisible, and with those that nobody may write.
fn copy(layout: &Layout, partition: &str) -> String {
    let (table, archive) =
        (quote(layout.table.as_str()), quote(&archive_of(layout.table, partition)));
    let (date, partition) = (quote(layout.table.date_column()), quote(partition));
    let columns = &layout.shape.columns;
    let of_table: Vec<_> = columns.iter().map(|column| format!("{table}.{column}")).collect();
    format!(
        "INSERT INTO {archive} ({}) SELECT {} FROM {table} PARTITION ({partition}) \
         LEFT JOIN {archive} AS archived ON archived.id = {table}.id \
         AND archived.{date} = {table}.{date} WHERE archived.id IS NULL",
        columns.join(", "),
        of_table.join(", ")
    )
}

/// The list that a statement makes partitions with, the catch-all at its end.
fn list(new: &[Partition]) -> String {
    let each = new
        .iter()
        .map(|one| format!("PARTITION {} VALUES LESS THAN ('{}')", quote(&one.name), one.until));
    let catch_all = format!("PARTITION {} VALUES LESS THAN (MAXVALUE)", quote(CATCH_ALL));
    each.chain([catch_all]).collect::<Vec<_>>().join(", ")
}

pub(super) fn extend(table: Table, new: &[Partition]) -> String {
    let (table, catch_all) = (quote(table.as_str()), quote(CATCH_ALL));
    format!("ALTER TABLE {table} REORGANIZE PARTITION {catch_all} INTO ({})", list(new))
}

/// One statement for the keys and the partitions: either all of it is done or nothing.
pub(super) fn first(layout: &Layout, new: &[Partition]) -> String {
    let (table, date) = (layout.table, quote(layout.table.date_column()));
    let shape = &layout.shape;
    let mut changes = Vec::new();
    if shape.nullable {
        changes.push(format!("MODIFY COLUMN {date} {}", dated(&shape.kind)));
    }
    for (name, parts) in &shape.unique {
        changes.push(format!("DROP INDEX {}", quote(name)));
        if *parts != shape.primary {
            changes.push(format!("ADD KEY {} ({})", quote(name), parts.join(", ")));
        }
    }
    if !shape.primary.iter().any(|part| part.eq_ignore_ascii_case(&date)) {
        let parts = shape.primary.iter().chain([&date]).map(String::as_str).collect::<Vec<_>>();
        changes.push(format!("DROP PRIMARY KEY, ADD PRIMARY KEY ({})", parts.join(", ")));
    }
    let changes = match changes.join(", ") {
        none if none.is_empty() => none,
        some => format!("{some} "),
    };
    let table = quote(table.as_str());
    format!("ALTER TABLE {table} {changes}PARTITION BY RANGE COLUMNS({date}) ({})", list(new))
}

/// `token_transaction.created_on`, the one date that may be NULL, as its migration has it but for that.
fn dated(kind: &str) -> String {
    let digits = kind.strip_prefix("datetime").unwrap_or_default();
    format!(
        "{kind} NOT NULL DEFAULT CURRENT_TIMESTAMP{digits} COMMENT 'US/Central wall clock, look-back column'"
    )
}
