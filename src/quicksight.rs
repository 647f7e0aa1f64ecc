//! What Amazon QuickSight may see of the tables: views without personal data, the accounts that
//! read and make them, what the dashboards show, a linter for what it cannot read as it is, and the template
//! that sets all of it up.
//!
//! `docs/quicksight.md` goes the whole way. Nothing here is a part of a boot.

mod apply;
mod check;
mod columns;
mod dashboard;
mod data_set;
mod data_type;
mod diagram;
mod grants;
mod lint;
mod refresh;
mod template;
mod view;

pub(crate) use self::apply::{apply, drop_all, outdated};
pub use self::{
    apply::{ViewsReport, apply_views, drop_views},
    check::{TemplateFault, TemplateRule, check_template},
    columns::ColumnKind,
    dashboard::{
        Colour, Dashboard, Dimension, Grain, Measure, Sheet, Unit, Visual, VisualKind, dashboards,
    },
    data_set::{DataSet, data_sets},
    diagram::diagram,
    grants::Grants,
    lint::{LintFinding, LintRule, Linter, lint},
    refresh::look_back_column,
    template::template,
    view::{View, ViewColumn, views},
};
