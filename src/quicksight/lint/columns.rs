//! What the type of a column alone tells.

use super::{
    catalogue::{Column, Table},
    finding::LintFinding,
    rule::LintRule::{self, BigInteger, LongComment, ManyDecimals, UnsupportedType},
};
use crate::quicksight::data_type::DataType;

/// How many decimals of a fixed-point number SPICE keeps.
const KEPT_DECIMALS: u64 = 4;

/// How many characters the description of a column may have.
/// <https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ColumnDescription.html>
const DESCRIPTION: u64 = 500;

/// What the catalogue says against the columns of a table.
pub(super) fn faults(table: &Table) -> impl Iterator<Item = LintFinding> {
    table.columns.iter().flat_map(|column| {
        let faults = [of_type(column), of_comment(column)];
        faults
            .into_iter()
            .flatten()
            .map(|(rule, problem)| LintFinding::new(&table.name, Some(&column.name), rule, problem))
    })
}

fn of_type(column: &Column) -> Option<(LintRule, String)> {
    let Column { base, kind, decimals, .. } = column;
    if DataType::of(base).is_none() {
        return Some((UnsupportedType, format!("is of type {base}, which QuickSight leaves out")));
    }
    if base == "bigint" && kind.contains("unsigned") {
        let problem = format!("is {kind}, and QuickSight shows no integer beyond 2^53 - 1 exactly");
        return Some((BigInteger, problem));
    }
    (base == "decimal" && *decimals > KEPT_DECIMALS).then(|| {
        (
            ManyDecimals,
            format!("has {decimals} decimals, of which QuickSight keeps {KEPT_DECIMALS}"),
        )
    })
}

fn of_comment(column: &Column) -> Option<(LintRule, String)> {
    let length = column.comment_length;
    (length > DESCRIPTION).then(|| {
        let problem = format!(
            "has a comment of {length} characters, and its description in QuickSight holds {DESCRIPTION}"
        );
        (LongComment, problem)
    })
}
