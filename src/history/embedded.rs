//! A migration of this build: its file, what the file does, and how a history names it.

use std::{
    hash::{Hash, Hasher},
    sync::LazyLock,
};

use refinery::Migration;
use siphasher::sip::SipHasher13;

use super::Effect;
use crate::session::quote;

mod files {
    refinery::embed_migrations!("migrations");
}

/// The files of `migrations/`, by version.
pub(crate) static EMBEDDED: LazyLock<Vec<Embedded>> = LazyLock::new(|| {
    let mut migrations = files::migrations::runner().get_migrations().clone();
    migrations.sort();
    migrations.iter().map(Embedded::new).collect()
});

/// A migration of this build.
#[derive(Debug, Clone)]
pub(crate) struct Embedded {
    version: i64,
    title: String,
    name: String,
    sql: String,
    effect: Effect,
    checksum: u64,
    accepted: [u64; 2],
}

impl Embedded {
    pub(crate) fn new(migration: &Migration) -> Self {
        let version = widen(migration.version());
        let sql = migration.sql().unwrap_or_default();
        Self {
            version,
            title: migration.name().to_owned(),
            name: file_name(version, migration.name()),
            effect: Effect::of(bare(sql)),
            sql: sql.to_owned(),
            checksum: migration.checksum(),
            accepted: checksums(migration.name(), version, sql),
        }
    }

    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// The file's name without its ending, as in `V01__auth_user`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What a history calls it: the file's name without its version, as in `auth_user`.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// The SQL as the file has it.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The SQL without the comments above it and the semicolon behind it.
    pub(crate) fn statement(&self) -> &str {
        bare(&self.sql)
    }

    /// The checksum that this build records.
    pub(crate) fn checksum(&self) -> u64 {
        self.checksum
    }

    /// Whether a build of either kind has recorded this checksum for this very file.
    pub(crate) fn accepts(&self, checksum: u64) -> bool {
        self.accepted.contains(&checksum)
    }

    /// The table that it makes or changes.
    pub(crate) fn table(&self) -> Option<&str> {
        self.effect.table()
    }

    /// The table that it makes, if it does not change one.
    pub(crate) fn makes(&self) -> Option<&str> {
        match &self.effect {
            Effect::Makes { table, .. } => Some(table),
            Effect::Changes { .. } | Effect::Opaque => None,
        }
    }

    /// The statement as it is for another table: a temporary one that nobody else uses, so that
    /// what it says about being online is left out.
    pub(crate) fn sql_for_twin(&self, twin: &str) -> Option<String> {
        let table = quote(self.table()?);
        let statement = self.statement();
        let statement = statement.split_once(" ALGORITHM=").map_or(statement, |(sql, _)| sql);
        let statement = statement.trim_end_matches([',', ' ']);
        let sql = statement.replacen(&table, &quote(twin), 1);
        Some(match sql.strip_prefix("CREATE TABLE ") {
            Some(rest) => {
                let rest = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest);
                format!("CREATE TEMPORARY TABLE {rest}")
            }
            None => sql,
        })
    }
}

/// The tables that these migrations make together, and their columns, in the order of the files.
pub(crate) fn tables(migrations: &[Embedded]) -> Vec<(&str, Vec<String>)> {
    let mut tables: Vec<(&str, Vec<String>)> = Vec::new();
    for own in migrations {
        let Some(table) = own.table() else { continue };
        if let Some((_, columns)) = tables.iter_mut().find(|(known, _)| *known == table) {
            own.effect.apply_to(columns);
        } else {
            let mut columns = Vec::new();
            own.effect.apply_to(&mut columns);
            tables.push((table, columns));
        }
    }
    tables
}

/// A file's SQL without the comments above it and the semicolon behind it.
fn bare(sql: &str) -> &str {
    let mut sql = sql.trim();
    while let Some((_, rest)) = sql.split_once('\n').filter(|_| sql.starts_with("--")) {
        sql = rest.trim_start();
    }
    sql.trim_end_matches(';')
}

/// refinery's versions are `i32` or `i64`, as its feature `int8-versions` has it.
fn widen(version: impl Into<i64>) -> i64 {
    version.into()
}

pub(super) fn file_name(version: i64, title: &str) -> String {
    format!("V{version:02}__{title}")
}

/// The checksum of a migration as refinery computes it, in both of its ways.
///
/// refinery hashes the version as an `i32`, or as an `i64` when any crate of the build turns on its
/// feature `int8-versions`. The same file must be accepted from either build.
fn checksums(title: &str, version: i64, sql: &str) -> [u64; 2] {
    fn one(title: &str, version: impl Hash, sql: &str) -> u64 {
        let mut hasher = SipHasher13::new();
        title.hash(&mut hasher);
        version.hash(&mut hasher);
        sql.hash(&mut hasher);
        hasher.finish()
    }

    let wide = one(title, version, sql);
    let narrow = i32::try_from(version).map_or(wide, |version| one(title, version, sql));
    [narrow, wide]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded(name: &str, sql: &str) -> Embedded {
        Embedded::new(&Migration::unapplied(name, sql).expect("a name as refinery wants it"))
    }

    /// An edited or reformatted file fails here, and not at a customer's boot. A new file gets a
    /// new line; a line that was released never changes.
    #[test]
    fn the_checksums_of_released_files_are_pinned() {
        let released: Vec<_> =
            include_str!("../../migrations/checksums").lines().map(str::to_owned).collect();
        let embedded: Vec<_> =
            EMBEDDED.iter().map(|one| format!("{} {}", one.name(), one.accepted[0])).collect();
        assert_eq!(embedded, released);
    }

    /// Two files of one version would be recorded as one.
    #[test]
    fn each_version_is_there_once_and_none_is_left_out() {
        let versions: Vec<_> = EMBEDDED.iter().map(Embedded::version).collect();
        assert_eq!(versions, (1..).take(EMBEDDED.len()).collect::<Vec<i64>>());
    }

    /// What cannot be compared, a boot could only believe.
    #[test]
    fn every_released_file_says_what_it_does() {
        for one in EMBEDDED.iter() {
            assert_ne!(one.effect, Effect::Opaque, "{}: {}", one.name(), one.statement());
            assert!(!one.statement().contains(';'), "{}: one statement a file", one.name());
        }
    }

    #[test]
    fn reads_a_file_past_its_comments() {
        let one = embedded(
            "V20__rail",
            "-- Why: one line,\n-- and another.\n\nCREATE TABLE IF NOT EXISTS `rail` (\n`id` int\n);\n",
        );
        assert_eq!((one.version(), one.name(), one.title()), (20, "V20__rail", "rail"));
        assert_eq!(one.statement(), "CREATE TABLE IF NOT EXISTS `rail` (\n`id` int\n)");
        assert_eq!((one.table(), one.makes()), (Some("rail"), Some("rail")));
        let change = embedded("V21__rail_line", "ALTER TABLE `rail` ADD COLUMN `line` int;");
        assert_eq!((change.table(), change.makes()), (Some("rail"), None));
    }

    #[test]
    fn accepts_the_checksums_of_both_kinds_of_build() {
        let one = embedded("V1__rail", "SELECT 1");
        assert!(one.accepts(one.checksum()));
        assert!(one.accepted.iter().all(|checksum| one.accepts(*checksum)));
        assert_ne!(one.accepted[0], one.accepted[1]);
        assert!(!one.accepts(one.checksum() ^ 1));
    }

    /// A temporary table is made offline, and another one than the table itself.
    #[test]
    fn writes_the_statement_for_a_twin() {
        let cases = [
            (
                "CREATE TABLE IF NOT EXISTS `a` (`a` int);",
                Some("CREATE TEMPORARY TABLE `twin` (`a` int)"),
            ),
            ("CREATE TABLE `a` (`a` int)", Some("CREATE TEMPORARY TABLE `twin` (`a` int)")),
            (
                "ALTER TABLE `a` ADD COLUMN `b` int, ALGORITHM=INPLACE, LOCK=NONE;",
                Some("ALTER TABLE `twin` ADD COLUMN `b` int"),
            ),
            (
                "CREATE INDEX `i` ON `a` (`b`) ALGORITHM=INPLACE LOCK=NONE;",
                Some("CREATE INDEX `i` ON `twin` (`b`)"),
            ),
            ("alter table a add column b int", None),
        ];
        for (sql, expected) in cases {
            assert_eq!(embedded("V1__a", sql).sql_for_twin("twin").as_deref(), expected, "{sql}");
        }
    }
}
