//! Where a database stands: the history compared with the migrations of this build.

use std::{collections::BTreeMap, fmt};

use refinery_core::Migration;
use time::OffsetDateTime;

use crate::{
    embedded::Embedded,
    error::{Error, Result},
    history::Recorded,
};

/// Where a database stands against the migrations of this build.
///
/// ```
/// # fn report(status: &quicksight_migrations::Status) {
/// if !status.is_current() {
///     println!("{status}"); // 12 of 18 migrations applied, next is V13__bytemark_pass
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    migrations: Vec<MigrationStatus>,
    total: usize,
}

/// One migration, of this build or only of the history, and its [state](MigrationState).
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationStatus {
    version: i64,
    name: String,
    state: MigrationState,
}

/// What the history says about a migration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MigrationState {
    /// Recorded, with the checksum of this build's file.
    Applied {
        /// When, in UTC, by the clock of the machine that applied it.
        on: OffsetDateTime,
    },
    /// Not recorded; the next run applies it.
    Pending,
    /// Recorded by a newer build, as rolling deploys do. This build does not know it.
    Newer {
        /// When, in UTC, by the clock of the machine that applied it.
        on: OffsetDateTime,
    },
    /// Recorded with another name or checksum than this build's, or older than this build's last
    /// and not one of its migrations. A run refuses it with [`Error::Diverged`].
    Diverged {
        /// The migration as the history names it.
        recorded: String,
    },
    /// Not recorded although a later one is. A run refuses it with [`Error::OutOfOrder`].
    Skipped,
}

impl MigrationStatus {
    /// The number in the file's name.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The file's name without its ending, as in `V01__auth_user`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the history says about it.
    #[must_use]
    pub fn state(&self) -> &MigrationState {
        &self.state
    }
}

impl fmt::Display for MigrationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match &self.state {
            MigrationState::Applied { on } => write!(f, "{name} applied on {}", day(*on)),
            MigrationState::Pending => write!(f, "{name} pending"),
            MigrationState::Newer { on } => {
                write!(f, "{name} applied by a newer build on {}", day(*on))
            }
            MigrationState::Diverged { recorded } if recorded == name => {
                write!(f, "{name} diverged: applied with other SQL")
            }
            MigrationState::Diverged { recorded } => {
                write!(f, "{name} diverged: the history has {recorded}")
            }
            MigrationState::Skipped => write!(f, "{name} skipped: later ones are applied"),
        }
    }
}

/// A date and a time to the second; the rest of RFC 3339 is noise to a reader.
fn day(on: OffsetDateTime) -> String {
    let (hour, minute, second) = on.time().as_hms();
    format!("{} {hour:02}:{minute:02}:{second:02} UTC", on.date())
}

impl Status {
    /// Compares what is recorded with what is embedded.
    pub(crate) fn judge(recorded: Vec<Recorded>, embedded: &[Embedded]) -> Result<Self> {
        let mut rows = BTreeMap::new();
        for row in recorded {
            let version = row.version;
            if rows.insert(version, row).is_some() {
                // Only a table made by hand, without its primary key, can say two things.
                return Err(Error::CorruptHistory { version: Some(version), column: "version" });
            }
        }
        let newest = rows.last_key_value().map(|(version, _)| *version);
        let last = embedded.last().map(Embedded::version);

        let mut migrations: Vec<_> = embedded
            .iter()
            .map(|one| MigrationStatus {
                version: one.version(),
                name: one.name().to_owned(),
                state: match rows.remove(&one.version()) {
                    Some(row) if row.is_of(one) => MigrationState::Applied { on: row.applied_on },
                    Some(row) => MigrationState::Diverged { recorded: row.file_name() },
                    None if newest > Some(one.version()) => MigrationState::Skipped,
                    None => MigrationState::Pending,
                },
            })
            .collect();
        migrations.extend(rows.into_values().map(|row| {
            let name = row.file_name();
            let state = if Some(row.version) > last {
                MigrationState::Newer { on: row.applied_on }
            } else {
                MigrationState::Diverged { recorded: name.clone() }
            };
            MigrationStatus { version: row.version, name, state }
        }));
        migrations.sort_by_key(MigrationStatus::version);
        Ok(Self { migrations, total: embedded.len() })
    }

    /// Every migration, of this build and of the history, by version.
    #[must_use]
    pub fn migrations(&self) -> &[MigrationStatus] {
        &self.migrations
    }

    /// Whether a run would have nothing to do and nothing to refuse.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.migrations.iter().all(|one| {
            matches!(one.state, MigrationState::Applied { .. } | MigrationState::Newer { .. })
        })
    }

    /// The migrations that the next run applies.
    pub fn pending(&self) -> impl Iterator<Item = &MigrationStatus> {
        self.migrations.iter().filter(|one| one.state == MigrationState::Pending)
    }

    pub(crate) fn is_pending(&self, own: &Embedded) -> bool {
        self.pending().any(|one| one.version == own.version())
    }

    /// How many of this build's migrations are applied.
    #[must_use]
    pub fn applied(&self) -> usize {
        self.count(|state| matches!(state, MigrationState::Applied { .. }))
    }

    /// How many migrations this build has.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// The newest version in the history, where a newer build has been here.
    #[must_use]
    pub fn newer_version(&self) -> Option<i64> {
        self.migrations
            .last()
            .filter(|one| matches!(one.state, MigrationState::Newer { .. }))
            .map(MigrationStatus::version)
    }

    /// Refuses a history in which a newer build has been, whose tables are not for this one to change.
    pub(crate) fn refuse_newer(&self, embedded: &[Embedded]) -> Result<()> {
        let Some(recorded) = self.newer_version() else { return Ok(()) };
        let embedded = embedded.last().map_or(0, Embedded::version);
        Err(Error::NewerHistory { recorded, embedded })
    }

    fn count(&self, is: impl Fn(&MigrationState) -> bool) -> usize {
        self.migrations.iter().filter(|one| is(&one.state)).count()
    }

    /// What a run must refuse, whatever it was asked to tolerate.
    pub(crate) fn refusal(&self, embedded: &[Embedded]) -> Option<Error> {
        let latest = || {
            self.migrations
                .iter()
                .rev()
                .find(|one| {
                    matches!(
                        one.state,
                        MigrationState::Applied { .. } | MigrationState::Newer { .. }
                    )
                })
                .map_or_else(String::new, |one| one.name.clone())
        };
        self.migrations.iter().find_map(|one| match &one.state {
            MigrationState::Diverged { recorded } => Some(Error::Diverged {
                recorded: recorded.clone(),
                embedded: embedded
                    .iter()
                    .find(|own| own.version() == one.version)
                    .map(|own| own.name().to_owned()),
            }),
            MigrationState::Skipped => {
                Some(Error::OutOfOrder { missing: one.name.clone(), latest: latest() })
            }
            _ => None,
        })
    }

    /// Applied migrations in refinery's terms, each with the checksum that this build has for it, so
    /// that refinery does not stumble over the other width of its own checksums.
    pub(crate) fn as_refinery(&self, embedded: &[Embedded]) -> Vec<Migration> {
        let applied_on = |own: &Embedded| {
            self.migrations.iter().find_map(|one| match one.state {
                MigrationState::Applied { on } if one.version == own.version() => Some(on),
                _ => None,
            })
        };
        let in_refinerys_terms = |own: &Embedded| {
            let migration = own.migration();
            Some(Migration::applied(
                migration.version(),
                migration.name().to_owned(),
                applied_on(own)?,
                migration.checksum(),
            ))
        };
        embedded.iter().filter_map(in_refinerys_terms).collect()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} migrations applied", self.applied(), self.total())?;
        if let Some(next) = self.pending().next() {
            write!(f, ", next is {}", next.name)?;
        }
        let refused = self.count(|state| {
            matches!(state, MigrationState::Diverged { .. } | MigrationState::Skipped)
        });
        if refused > 0 {
            write!(f, ", {refused} not as this build has them")?;
        }
        if let Some(version) = self.newer_version() {
            write!(f, ", and a newer build has applied up to version {version}")?;
        }
        Ok(())
    }
}
