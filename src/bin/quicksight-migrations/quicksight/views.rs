//! `quicksight views`: the views without personal data.

use std::io::Write;

use clap::Args;
use quicksight_migrations::quicksight;

use super::super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

#[derive(Args)]
pub(super) struct Views {
    /// Make the views that are missing, and replace those that another build has made
    #[arg(long, conflicts_with = "drop")]
    apply: bool,
    /// Drop the views; tables and rows stay
    #[arg(long)]
    drop: bool,
}

impl Views {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        let migrator = settings.migrator();
        if self.apply {
            writeln!(out, "{}", migrator.apply_views(&mut settings.connect(SOON)?)?)?;
        } else if self.drop {
            let dropped = migrator.drop_views(&mut settings.connect(SOON)?)?;
            writeln!(out, "views: {} dropped", dropped.len())?;
        } else {
            for view in quicksight::views() {
                writeln!(out, "{};\n", view.sql())?;
            }
        }
        Ok(Exit::Done)
    }
}
