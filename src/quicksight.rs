//! What Amazon QuickSight may see of the tables: views without personal data, the accounts that
//! read and make them, and a linter for what it cannot read as it is.
//!
//! `docs/quicksight.md` says how to set all of it up. Nothing here is a part of a boot.

mod apply;
mod check;
mod columns;
mod data_set;
mod grants;
mod lint;
mod refresh;
mod view;

pub(crate) use self::apply::{apply, drop_all, outdated};
pub use self::{
    apply::{ViewsReport, apply_views, drop_views},
    check::{TemplateFault, TemplateRule, check_template},
    columns::ColumnKind,
    data_set::{DataSet, data_sets},
    grants::Grants,
    lint::{LintFinding, LintRule, Linter, lint},
    refresh::look_back_column,
    view::{View, ViewColumn, views},
};
