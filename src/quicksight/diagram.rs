//! The tables and what points to what, for people.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{
    history::{self, EMBEDDED},
    references::REFERENCES,
};

/// The tables, their keys and what each column points to, as a diagram in the language of
/// [Mermaid](https://mermaid.js.org/syntax/entityRelationshipDiagram.html).
///
/// The lines are broken ones: no foreign key keeps a row from pointing to nothing. The feature `integrity`
/// finds those that do.
///
/// ```
/// let diagram = quicksight_migrations::quicksight::diagram();
///
/// assert!(diagram.contains("auth_user |o..o{ trip : user_id"));
/// ```
#[must_use]
pub fn diagram() -> String {
    let mut text = "erDiagram\n    direction LR\n".to_owned();
    for (table, columns) in history::tables(&EMBEDDED) {
        // They are made from others, and nothing points to them.
        if table.starts_with("summary_") || table.ends_with("_opening") {
            continue;
        }
        let _ = writeln!(text, "    {table} {{");
        let keys = keys(table);
        for column in columns.iter().filter(|column| keys.contains(column.as_str())) {
            let _ = writeln!(
                text,
                "        {} {column}{}",
                type_of(table, column),
                mark(table, column)
            );
        }
        text.push_str("    }\n");
    }
    for reference in REFERENCES {
        let ((table, column), (target, key)) = (reference.from(), reference.to());
        let is_plain = key == PRIMARY || key == column;
        let label = if is_plain { column.to_owned() } else { format!("\"{column} = {key}\"") };
        let _ = writeln!(text, "    {target} |o..o{{ {table} : {label}");
    }
    text
}

/// Every table of ours has this one, but those that are sums of others.
const PRIMARY: &str = "id";

/// The columns of a table that point or are pointed to.
fn keys(table: &str) -> BTreeSet<&'static str> {
    let ends = REFERENCES.iter().flat_map(|reference| [reference.from(), reference.to()]);
    let keys = ends.filter(|(of, _)| *of == table).map(|(_, column)| column);
    keys.chain([PRIMARY]).collect()
}

fn mark(table: &str, column: &str) -> &'static str {
    let points = REFERENCES.iter().any(|reference| reference.from() == (table, column));
    match (column == PRIMARY, points) {
        (true, _) => " PK",
        (false, true) => " FK",
        (false, false) => "",
    }
}

/// The type of a column, as the file that made it has it.
fn type_of(table: &str, column: &str) -> &'static str {
    let begin = format!("`{column}` ");
    let files = EMBEDDED.iter().filter(|own| own.table() == Some(table));
    let mut behind = files.filter_map(|own| Some(own.statement().split_once(&begin)?.1));
    let word = behind.next().and_then(|text| text.split([' ', '(']).next());
    word.unwrap_or("unknown")
}
