//! The tables themselves: what is there, what the migrations would make, and how the two differ.

mod compare;
mod hold;
mod judge;
mod look;
pub(crate) mod own_view;
mod shape;
mod twin;
mod types;
mod verify;
mod wanted;

pub(crate) use self::{
    look::{KNEX, is_table},
    verify::{Existing, missing, unmet, verify, verify_existing},
};
