//! One thing that was found, whoever found it.

use std::io::{self, Write};

use quicksight_migrations::{Drift, Mend};
use serde_json::{Value, json};

pub(super) struct Entry {
    pub(super) table: String,
    pub(super) subject: Option<String>,
    pub(super) kind: &'static str,
    pub(super) severity: &'static str,
    pub(super) expected: Option<String>,
    pub(super) found: Option<String>,
    pub(super) mend: Mend,
}

impl From<&Drift> for Entry {
    fn from(drift: &Drift) -> Self {
        Self {
            table: drift.table().to_owned(),
            subject: drift.subject().map(str::to_owned),
            kind: drift.kind().as_str(),
            severity: drift.severity().as_str(),
            expected: drift.expected().map(str::to_owned),
            found: drift.found().map(str::to_owned),
            mend: drift.mend().clone(),
        }
    }
}

impl Entry {
    pub(super) fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let subject = self.subject.as_ref().map_or(String::new(), |subject| format!(".{subject}"));
        writeln!(out, "{}{subject}: {}, {}", self.table, self.kind, self.severity)?;
        if let Some(expected) = &self.expected {
            writeln!(out, "  - {expected}")?;
        }
        if let Some(found) = &self.found {
            writeln!(out, "  + {found}")?;
        }
        match &self.mend {
            Mend::Sql(sql) => writeln!(out, "  mend: {sql}"),
            Mend::Decide(reason) => writeln!(out, "  to decide: {reason}"),
            _ => Ok(()),
        }
    }

    pub(super) fn as_json(&self) -> Value {
        let (sql, reason) = match &self.mend {
            Mend::Sql(sql) => (Some(sql.as_str()), None),
            Mend::Decide(reason) => (None, Some(&**reason)),
            _ => (None, None),
        };
        json!({
            "table": self.table,
            "subject": self.subject,
            "kind": self.kind,
            "severity": self.severity,
            "expected": self.expected,
            "found": self.found,
            "mend": sql,
            "reason": reason,
        })
    }
}
