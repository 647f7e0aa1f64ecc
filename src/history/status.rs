//! Where a database stands: the history compared with the migrations of this build.

use std::{collections::BTreeMap, fmt};

use time::OffsetDateTime;

use super::{Embedded, HistoryTable, table::Recorded};
use crate::outcome::{Error, Result};

/// Where a database stands against the migrations of this build.
///
/// ```
/// # fn report(status: &quicksight_migrations::Status) {
/// if !status.is_current() {
///     println!("{status}"); // 12 of 26 migrations applied, next is V13__bytemark_pass
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
    #[non_exhaustive]
    Applied {
        /// When, in UTC, by the clock of the machine that applied it.
        on: OffsetDateTime,
    },
    /// Not recorded; the next run applies it.
    Pending,
    /// Recorded by a newer build, as rolling deploys do. This build does not know it.
    #[non_exhaustive]
    Newer {
        /// When, in UTC, by the clock of the machine that applied it.
        on: OffsetDateTime,
    },
    /// Recorded with another name or checksum than this build's, or older than this build's last
    /// and not one of its migrations. A run refuses it with [`Error::Diverged`].
    #[non_exhaustive]
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
                let column = "version".into();
                return Err(Error::CorruptHistory { version: Some(version), column });
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

    /// The migrations of this build that are applied.
    pub fn applied(&self) -> impl Iterator<Item = &MigrationStatus> {
        self.migrations.iter().filter(|one| matches!(one.state, MigrationState::Applied { .. }))
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

    /// What a run must refuse, whatever it was asked to tolerate.
    pub(crate) fn refusal(&self, embedded: &[Embedded], history: &HistoryTable) -> Option<Error> {
        let own = |version| embedded.iter().find(|own| own.version() == version);
        self.migrations.iter().find_map(|one| match &one.state {
            MigrationState::Diverged { recorded } => Some(Error::Diverged {
                recorded: recorded.clone(),
                embedded: own(one.version).map(|own| own.name().to_owned()),
            }),
            MigrationState::Skipped => Some(Error::OutOfOrder {
                missing: one.name.clone(),
                latest: self.latest().to_owned(),
                record: own(one.version)
                    .map_or_else(String::new, |own| history.record_statement(own)),
            }),
            _ => None,
        })
    }

    /// The name of the newest migration that is recorded.
    fn latest(&self) -> &str {
        let is_there = |one: &&MigrationStatus| {
            matches!(one.state, MigrationState::Applied { .. } | MigrationState::Newer { .. })
        };
        self.migrations.iter().rfind(is_there).map_or("", MigrationStatus::name)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} migrations applied", self.applied().count(), self.total())?;
        if let Some(next) = self.pending().next() {
            write!(f, ", next is {}", next.name)?;
        }
        let is_refused = |one: &&MigrationStatus| {
            matches!(one.state, MigrationState::Diverged { .. } | MigrationState::Skipped)
        };
        let refused = self.migrations.iter().filter(is_refused).count();
        if refused > 0 {
            write!(f, ", {refused} not as this build has them")?;
        }
        if let Some(version) = self.newer_version() {
            write!(f, ", and a newer build has applied up to version {version}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use refinery::Migration;
    use time::UtcDateTime;

    use super::*;

    fn embedded() -> Vec<Embedded> {
        let files = [("V1__a", "SELECT 1"), ("V2__b", "SELECT 2"), ("V3__c", "SELECT 3")];
        let embed = |(name, sql)| Embedded::new(&Migration::unapplied(name, sql).unwrap());
        files.map(embed).into()
    }

    fn history() -> HistoryTable {
        HistoryTable::new("h", &[]).unwrap()
    }

    /// A row as the history has it: a version with its title, and whether the checksum is right.
    type Row = (i64, &'static str, bool);

    fn judged(rows: &[Row]) -> Result<Status> {
        let files = embedded();
        let row = |(version, title, is_right): &Row| {
            let own = files.iter().find(|own| own.version() == *version);
            let checksum = own.map_or(0, Embedded::checksum) ^ u64::from(!is_right);
            let on = UtcDateTime::UNIX_EPOCH.into();
            Recorded::new(*version, title, on, checksum)
        };
        Status::judge(rows.iter().map(row).collect(), &files)
    }

    #[test]
    fn each_migration_has_one_state() {
        let cases: [(&[Row], &str); 8] = [
            (&[], "V01__a pending, V02__b pending, V03__c pending"),
            (&[(1, "a", true)], "V01__a applied, V02__b pending, V03__c pending"),
            (
                &[(1, "a", true), (2, "b", true), (3, "c", true)],
                "V01__a applied, V02__b applied, V03__c applied",
            ),
            (&[(2, "b", true)], "V01__a skipped, V02__b applied, V03__c pending"),
            (&[(1, "a", false)], "V01__a diverged, V02__b pending, V03__c pending"),
            (&[(1, "z", true)], "V01__a diverged, V02__b pending, V03__c pending"),
            (
                &[(1, "a", true), (2, "b", true), (3, "c", true), (9, "z", true)],
                "V01__a applied, V02__b applied, V03__c applied, V09__z newer",
            ),
            (
                &[(0, "z", true), (1, "a", true)],
                "V00__z diverged, V01__a applied, V02__b pending, V03__c pending",
            ),
        ];
        for (rows, expected) in cases {
            let status = judged(rows).unwrap();
            let told = status.migrations().iter().map(|one| {
                let state = match one.state() {
                    MigrationState::Applied { .. } => "applied",
                    MigrationState::Pending => "pending",
                    MigrationState::Newer { .. } => "newer",
                    MigrationState::Diverged { .. } => "diverged",
                    MigrationState::Skipped => "skipped",
                };
                format!("{} {state}", one.name())
            });
            assert_eq!(told.collect::<Vec<_>>().join(", "), expected);
        }
    }

    #[test]
    fn only_a_whole_history_is_current() {
        let whole = [(1, "a", true), (2, "b", true), (3, "c", true)];
        let status = judged(&whole).unwrap();
        assert!(status.is_current() && status.newer_version().is_none());
        assert_eq!((status.applied().count(), status.total()), (3, 3));
        let newer = judged(&[&whole[..], &[(9, "z", true)]].concat()).unwrap();
        assert!(newer.is_current());
        assert_eq!((newer.newer_version(), newer.applied().count()), (Some(9), 3));
        assert!(!judged(&whole[..2]).unwrap().is_current());
        assert!(!judged(&whole[1..]).unwrap().is_current());
    }

    #[test]
    fn a_run_refuses_what_is_not_as_this_build_has_it() {
        let refusal = |rows| {
            let refusal = judged(rows).unwrap().refusal(&embedded(), &history());
            refusal.map(|error| error.to_string())
        };
        assert_eq!(refusal(&[]), None);
        assert_eq!(
            refusal(&[(1, "a", true), (9, "z", true), (2, "b", true), (3, "c", true)]),
            None
        );
        let diverged = refusal(&[(1, "z", true)]).unwrap();
        assert!(diverged.starts_with("the history says that V01__z was applied"), "{diverged}");
        let skipped = refusal(&[(1, "a", true), (3, "c", true)]).unwrap();
        assert!(
            skipped.starts_with("migration V02__b was never applied, but V03__c was"),
            "{skipped}"
        );
        let way_out = "INSERT INTO `h` (version, name, applied_on, checksum) SELECT 2, 'b', '";
        assert!(skipped.contains(way_out), "{skipped}");
    }

    /// Only a table made by hand, without its primary key, says two things of one version.
    #[test]
    fn a_version_that_is_recorded_twice_is_refused() {
        let error = judged(&[(1, "a", true), (1, "a", true)]).unwrap_err();
        assert!(matches!(error, Error::CorruptHistory { version: Some(1), .. }), "{error}");
    }
}
