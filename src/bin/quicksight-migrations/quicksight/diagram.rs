//! `quicksight diagram`: the tables, for people.

use std::io::Write;

use clap::Args;
use quicksight_migrations::quicksight;

use super::super::{Exit, Outcome};

#[derive(Args)]
pub(super) struct Diagram;

impl Diagram {
    #[allow(clippy::unused_self)] // As each other word has it.
    pub(super) fn run(&self, out: &mut impl Write) -> Outcome {
        out.write_all(quicksight::diagram().as_bytes())?;
        Ok(Exit::Done)
    }
}
