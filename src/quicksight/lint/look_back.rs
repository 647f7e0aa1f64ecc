//! Whether a table can be refreshed by a column.

use super::{
    catalogue::{Column, Table},
    finding::LintFinding,
    rule::LintRule::{
        self, LookBackChanges, LookBackMissing, LookBackNotADate, LookBackWithoutIndex,
    },
};

/// What speaks against refreshing the table by this column.
pub(super) fn faults(table: &Table, name: &str) -> Vec<LintFinding> {
    let faults = match table.column(name) {
        Some(column) => of_column(table, column),
        None => vec![(LookBackMissing, "is not there to refresh by".to_owned())],
    };
    let finding = |(rule, problem)| LintFinding::new(&table.name, Some(name), rule, problem);
    faults.into_iter().map(finding).collect()
}

fn of_column(table: &Table, column: &Column) -> Vec<(LintRule, String)> {
    let mut faults = Vec::new();
    if !matches!(column.base.as_str(), "date" | "datetime" | "timestamp") {
        let problem = format!("is {}, and a refresh goes by dates", column.kind);
        faults.push((LookBackNotADate, problem));
    }
    if column.changes_with_row {
        let problem =
            "changes with its row, so a refresh by it adds the row again and keeps the old one";
        faults.push((LookBackChanges, problem.to_owned()));
    }
    if !table.is_view && !column.begins_index {
        let problem = "begins no index, so every refresh by it reads the whole table";
        faults.push((LookBackWithoutIndex, problem.to_owned()));
    }
    faults
}
