//! The tables themselves: what is there, what the migrations would make, and how the two differ.

mod compare;
mod hold;
mod judge;
mod look;
mod mends;
mod partitioned;
mod shape;
mod ties;
mod twin;
mod types;
mod verify;
#[cfg_attr(not(feature = "quicksight"), allow(dead_code))] // A rollback uses its share of it.
mod view;
mod wanted;

#[cfg(all(test, feature = "partition"))]
pub(crate) use self::partitioned::PARTITIONED;
#[cfg(feature = "quicksight")]
pub(crate) use self::view::{ALIAS, SeenView, namesakes, refuse_secrets};
#[cfg(feature = "partition")]
pub(crate) use self::{
    hold::hold,
    partitioned::{Partitionable, partitionable},
};
pub(crate) use self::{
    look::{KNEX, is_table, kinds},
    verify::{Existing, missing, unmet, verify, verify_existing},
    view::{readers, view_of},
};
