//! The views: their columns, and the statement that makes each.

use super::columns::{ColumnKind, TABLES, Table};
use crate::{
    schema::{ALIAS, view_of},
    session::quote,
};

/// A view of one table, with what QuickSight may see of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    name: String,
    table: &'static str,
    columns: Vec<ViewColumn>,
    hidden: &'static [&'static str],
}

/// A column of a [`View`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewColumn {
    name: String,
    source: &'static str,
    kind: ColumnKind,
}

/// All of the views, one per table but `ledger_key` and the tables `*_opening`, in the order of the migrations. No dashboard needs
/// what is the ledger's own.
///
/// ```
/// use quicksight_migrations::quicksight;
///
/// for view in quicksight::views() {
///     println!("{};", view.sql()); // CREATE OR REPLACE ALGORITHM=MERGE ..
/// }
/// ```
#[must_use]
pub fn views() -> Vec<View> {
    TABLES.iter().map(View::of).collect()
}

impl View {
    fn of(table: &Table) -> Self {
        let columns = table.shown().map(|(name, source, kind)| ViewColumn { name, source, kind });
        Self {
            name: view_of(table.name),
            table: table.name,
            columns: columns.collect(),
            hidden: table.hidden,
        }
    }

    /// The view's name, as in `quicksight_v_trip`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table that it reads.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.table
    }

    /// Its columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[ViewColumn] {
        &self.columns
    }

    /// The columns of the table that it does not show: credentials, and what says or leads to who
    /// somebody is.
    #[must_use]
    pub fn hidden(&self) -> &'static [&'static str] {
        self.hidden
    }

    /// The statement that makes it in the current database, or replaces it by one that is right.
    ///
    /// The server reads the table with the rights of whoever sends this. A reader needs none on it.
    #[must_use]
    pub fn sql(&self) -> String {
        format!(
            "CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW {} AS {}",
            quote(&self.name),
            self.query()
        )
    }

    /// What it shows, as a statement over the table: the same rows where nobody has made the view.
    #[must_use]
    pub fn query(&self) -> String {
        format!("{} FROM {} AS {}", self.select(), quote(self.table), quote(ALIAS))
    }

    /// What it selects, without from where.
    pub(super) fn select(&self) -> String {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|column| format!("{} AS {}", column.expression(), quote(&column.name)))
            .collect();
        format!("SELECT {}", columns.join(", "))
    }
}

impl ViewColumn {
    /// Its name in the view. No other view has it, except for the keys that views are joined by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The column of the table.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// What the view makes of it.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    fn expression(&self) -> String {
        let column = format!("{}.{}", quote(ALIAS), quote(self.source));
        match self.kind {
            ColumnKind::Kept => column,
            ColumnKind::Coarse => format!("ROUND({column}, 2)"),
            ColumnKind::Number => format!("{column} + 0"),
            ColumnKind::Text => format!("CONCAT({column})"),
        }
    }
}
