//! What Amazon QuickSight may see of the tables: views without personal data, and the accounts that
//! read and make them.
//!
//! `docs/quicksight.md` says how to set all of it up. Nothing here is a part of a boot.

mod apply;
mod columns;
mod grants;
mod view;

pub(crate) use self::apply::{apply, drop_all, outdated};
pub use self::{
    apply::{ViewsReport, apply_views, drop_views},
    columns::ColumnKind,
    grants::Grants,
    view::{View, ViewColumn, views},
};
