//! What Amazon QuickSight may see of the tables: views without personal data, the accounts that
//! read and make them, what the dashboards show, and a linter for what it cannot read as it is.
//!
//! `docs/quicksight.md` says how to set all of it up. Nothing here is a part of a boot.

mod apply;
mod columns;
mod dashboard;
mod data_set;
mod grants;
mod lint;
mod refresh;
mod view;

pub(crate) use self::apply::{apply, drop_all, outdated};
pub use self::{
    apply::{ViewsReport, apply_views, drop_views},
    columns::ColumnKind,
    dashboard::{
        Colour, Dashboard, Dimension, Grain, Measure, Sheet, Unit, Visual, VisualKind, dashboards,
    },
    data_set::{DataSet, data_sets},
    grants::Grants,
    lint::{LintFinding, LintRule, Linter, lint},
    refresh::look_back_column,
    view::{View, ViewColumn, views},
};
