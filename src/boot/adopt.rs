//! Tables that are there before their migrations.

use std::cmp::Reverse;

use log::warn;

use super::Boot;
use crate::{
    history::{Embedded, Status},
    outcome::{Error, Result, Severity},
    schema::{self, Existing, KNEX},
    session::Session,
};

impl Boot<'_> {
    /// Looks at tables that are there although their migrations are not recorded: made by hand, by
    /// another tool, or by a boot that died. `IF NOT EXISTS` would take any table of the right name.
    pub(super) fn adopt(&self, session: &mut Session<'_>, status: &Status) -> Result<Existing> {
        let mut existing = self.look_at_existing(session, status)?;
        existing.drifts.sort_by_key(|drift| Reverse(drift.severity()));
        if existing.drifts.iter().any(|drift| drift.severity() == Severity::Breaking) {
            return Err(Error::SchemaDrift { drifts: existing.drifts });
        }
        for drift in &existing.drifts {
            warn!(table = drift.table(), kind = drift.kind().as_str(); "{drift}");
        }
        for table in &existing.missing_after_knex {
            warn!(
                table = table.as_str();
                "{KNEX} says that its migration of these tables ran, but {table} is missing: it is made now"
            );
        }
        Ok(existing)
    }

    /// Compares each table with what its migration makes, and where it is not that, with what each later
    /// change makes of it: the history may be lost, and the changes not.
    fn look_at_existing(&self, session: &mut Session<'_>, status: &Status) -> Result<Existing> {
        let pending = || self.pending(status);
        let to_be_made: Vec<_> = pending().filter(|own| own.makes().is_some()).collect();
        let mut existing = schema::verify_existing(session, &to_be_made)?;
        for change in pending().filter(|own| own.makes().is_none()) {
            let Some(table) = change.table().filter(|table| existing.differs(table)) else {
                continue;
            };
            let is_before = |own: &&Embedded| own.version() <= change.version();
            let until = pending().filter(is_before).filter(|own| own.table() == Some(table));
            let changed = schema::verify_existing(session, &until.collect::<Vec<_>>())?;
            existing.prefer(table, changed);
        }
        Ok(existing)
    }
}
