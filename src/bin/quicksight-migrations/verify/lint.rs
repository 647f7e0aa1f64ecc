//! What QuickSight cannot read as it is, beside what a service could not work with.

use std::time::Duration;

use clap::Args;
use mysql::Conn;
use quicksight_migrations::{
    Mend, Result, Severity,
    quicksight::{LintFinding, LintRule, Linter},
};

use super::{super::settings::some_seconds, entry::Entry};

#[derive(Args)]
pub(super) struct Lint {
    /// Read rows as well, for so long at most, and find values that QuickSight cannot read
    #[arg(long, value_name = "SECONDS", value_parser = some_seconds)]
    read_rows: Option<Duration>,
}

impl Lint {
    pub(super) fn extra_time(&self) -> Duration {
        self.read_rows.unwrap_or_default()
    }

    /// A table that is not there is a difference already.
    pub(super) fn run(&self, conn: &mut Conn) -> Result<Vec<Entry>> {
        let mut linter = Linter::new();
        if let Some(limit) = self.read_rows {
            linter = linter.read_rows(limit);
        }
        let findings = linter.lint(conn)?;
        let there = findings.iter().filter(|finding| finding.rule() != LintRule::Unseen);
        Ok(there.map(Entry::from).collect())
    }
}

impl From<&LintFinding> for Entry {
    fn from(finding: &LintFinding) -> Self {
        Self {
            table: finding.table().to_owned(),
            subject: finding.column().map(str::to_owned),
            kind: finding.rule().as_str(),
            // Services work with it.
            severity: Severity::Advisory.as_str(),
            expected: None,
            found: Some(finding.problem().to_owned()),
            mend: Mend::Decide(finding.advice().into()),
        }
    }
}
