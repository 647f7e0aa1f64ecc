//! What Amazon QuickSight may see of the tables: views without personal data, and the accounts that
//! read and make them.
//!
//! `docs/quicksight.md` says how to set all of it up. Nothing here is a part of a boot.

mod columns;
mod view;

pub use self::{
    columns::ColumnKind,
    view::{View, ViewColumn, views},
};
