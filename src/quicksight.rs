//! What Amazon QuickSight makes of the tables.

mod lint;
mod refresh;

pub use self::{
    lint::{LintFinding, LintRule, Linter, lint},
    refresh::look_back_column,
};
