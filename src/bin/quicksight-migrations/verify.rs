//! `verify`: compare the tables with what the migrations would make.

use std::io::{self, Write};

use clap::Args;
use quicksight_migrations::{Drift, Mend, Severity};

use super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

#[derive(Args)]
pub(super) struct Verify {
    /// Print the differences as a JSON array
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        let drifts = settings.migrator().verify(&mut settings.connect(SOON)?)?;
        if self.json {
            let differences: Vec<_> = drifts.iter().map(as_json).collect();
            writeln!(out, "{:#}", serde_json::Value::from(differences))?;
        } else {
            for drift in &drifts {
                print(drift, out)?;
            }
            let plural = if drifts.len() == 1 { "" } else { "s" };
            writeln!(out, "{} difference{plural}", drifts.len())?;
        }
        Ok(verdict(&drifts))
    }
}

/// Whether a service could work with these differences.
pub(super) fn verdict(drifts: &[Drift]) -> Exit {
    let is_breaking = |drift: &Drift| drift.severity() == Severity::Breaking;
    if drifts.iter().any(is_breaking) { Exit::Found } else { Exit::Done }
}

fn print(drift: &Drift, out: &mut impl Write) -> io::Result<()> {
    let subject = drift.subject().map_or(String::new(), |subject| format!(".{subject}"));
    let (kind, severity) = (drift.kind().as_str(), drift.severity().as_str());
    writeln!(out, "{}{subject}: {kind}, {severity}", drift.table())?;
    if let Some(expected) = drift.expected() {
        writeln!(out, "  - {expected}")?;
    }
    if let Some(found) = drift.found() {
        writeln!(out, "  + {found}")?;
    }
    match drift.mend() {
        Mend::Sql(sql) => writeln!(out, "  mend: {sql}"),
        Mend::Decide(reason) => writeln!(out, "  to decide: {reason}"),
        _ => Ok(()),
    }
}

fn as_json(drift: &Drift) -> serde_json::Value {
    let (sql, reason) = match drift.mend() {
        Mend::Sql(sql) => (Some(sql.as_str()), None),
        Mend::Decide(reason) => (None, Some(&**reason)),
        _ => (None, None),
    };
    serde_json::json!({
        "table": drift.table(),
        "subject": drift.subject(),
        "kind": drift.kind().as_str(),
        "severity": drift.severity().as_str(),
        "expected": drift.expected(),
        "found": drift.found(),
        "mend": sql,
        "reason": reason,
    })
}
