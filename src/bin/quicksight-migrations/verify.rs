//! `verify`: compare the tables with what the migrations would make.

mod entry;
#[cfg(feature = "quicksight")]
mod lint;

use std::io::Write;

use clap::Args;
use quicksight_migrations::{Drift, Severity};

use self::entry::Entry;
use super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

#[derive(Args)]
pub(super) struct Verify {
    /// Print what is found as a JSON array
    #[arg(long)]
    json: bool,

    #[cfg(feature = "quicksight")]
    #[command(flatten)]
    lint: lint::Lint,
}

impl Verify {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        #[cfg(feature = "quicksight")]
        let patience = SOON + self.lint.extra_time();
        #[cfg(not(feature = "quicksight"))]
        let patience = SOON;

        let mut conn = settings.connect(patience)?;
        let drifts = settings.migrator().verify(&mut conn)?;
        let differences: Vec<_> = drifts.iter().map(Entry::from).collect();
        #[cfg(feature = "quicksight")]
        let lints = self.lint.run(&mut conn)?;
        #[cfg(not(feature = "quicksight"))]
        let lints: [Entry; 0] = [];

        let entries = || differences.iter().chain(&lints);
        if self.json {
            let entries: Vec<_> = entries().map(Entry::as_json).collect();
            writeln!(out, "{:#}", serde_json::Value::from(entries))?;
            return Ok(verdict(&drifts));
        }
        for entry in entries() {
            entry.print(out)?;
        }
        let plural = if drifts.len() == 1 { "" } else { "s" };
        writeln!(out, "{} difference{plural}", drifts.len())?;
        if !lints.is_empty() {
            writeln!(out, "{} for QuickSight", lints.len())?;
        }
        Ok(verdict(&drifts))
    }
}

/// Whether a service could work with these differences.
pub(super) fn verdict(drifts: &[Drift]) -> Exit {
    let is_breaking = |drift: &Drift| drift.severity() == Severity::Breaking;
    if drifts.iter().any(is_breaking) { Exit::Found } else { Exit::Done }
}
