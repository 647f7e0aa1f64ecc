//! A migration of this build: its file, what the file is about, and how a history names it.

use std::{
    hash::{Hash, Hasher},
    sync::LazyLock,
};

use refinery_core::Migration;
use siphasher::sip::SipHasher13;

use crate::shape::quote;

mod files {
    refinery::embed_migrations!("migrations");
}

/// The files of `migrations/`, by version.
pub(crate) static EMBEDDED: LazyLock<Vec<Embedded>> = LazyLock::new(|| {
    let mut migrations = files::migrations::runner().get_migrations().clone();
    migrations.sort();
    migrations.into_iter().map(Embedded::new).collect()
});

/// A migration of this build.
#[derive(Debug, Clone)]
pub(crate) struct Embedded {
    migration: Migration,
    version: i64,
    name: String,
    checksums: [u64; 2],
}

impl Embedded {
    pub(crate) fn new(migration: Migration) -> Self {
        let version = widen(migration.version());
        let sql = migration.sql().unwrap_or_default();
        Self {
            version,
            name: file_name(version, migration.name()),
            checksums: checksums(migration.name(), version, sql),
            migration,
        }
    }

    pub(crate) fn migration(&self) -> &Migration {
        &self.migration
    }

    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// The file's name without its ending, as in `V01__auth_user`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The checksums that builds of either kind record, the one without wider version numbers first.
    pub(crate) fn checksums(&self) -> [u64; 2] {
        self.checksums
    }

    /// The SQL without the comments above it and the semicolon behind it.
    pub(crate) fn statement(&self) -> &str {
        let mut sql = self.migration.sql().unwrap_or_default().trim();
        while let Some((_, rest)) = sql.split_once('\n').filter(|_| sql.starts_with("--")) {
            sql = rest.trim_start();
        }
        sql.trim_end_matches(';')
    }

    /// The table that it makes or changes: the name behind `TABLE`, or the one behind `ON` where it
    /// makes or drops an index. Only a statement in the spelling of our files says it.
    pub(crate) fn table(&self) -> Option<&str> {
        let statement = self.statement();
        let words = statement.split_once(['(', '\n']).map_or(statement, |(head, _)| head);
        let rest = match words.split_once(" INDEX ") {
            Some((_, rest)) if !words.starts_with("ALTER") => rest.split_once(" ON ")?.1,
            _ => words.split_once(" TABLE ")?.1,
        };
        let name = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest).strip_prefix('`')?;
        name.split('`').next()
    }

    /// The table that it makes, if it does not change one.
    pub(crate) fn makes(&self) -> Option<&str> {
        self.table().filter(|_| self.statement().starts_with("CREATE TABLE"))
    }

    /// The statement as it is for another table: a temporary one that nobody else uses, so that
    /// what it says about being online is left out.
    pub(crate) fn sql_for_twin(&self, twin: &str) -> Option<String> {
        let statement = self.statement();
        let table = quote(self.table()?);
        let statement = statement.split_once(" ALGORITHM=").map_or(statement, |(sql, _)| sql);
        let statement = statement.trim_end_matches([',', ' ']);
        let sql = statement.replacen(&table, &quote(twin), 1);
        Some(match sql.split_once("CREATE TABLE IF NOT EXISTS ") {
            Some((_, rest)) => format!("CREATE TEMPORARY TABLE {rest}"),
            None => sql,
        })
    }
}

/// refinery's versions are `i32` or `i64`, as its feature `int8-versions` has it.
fn widen(version: impl Into<i64>) -> i64 {
    version.into()
}

pub(crate) fn file_name(version: i64, name: &str) -> String {
    format!("V{version:02}__{name}")
}

/// The checksum of a migration as refinery computes it, in both of its ways.
///
/// refinery hashes the version as an `i32`, or as an `i64` when any crate of the build turns on its
/// feature `int8-versions`. The same file must be accepted from either build.
fn checksums(name: &str, version: i64, sql: &str) -> [u64; 2] {
    fn one(name: &str, version: impl Hash, sql: &str) -> u64 {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        version.hash(&mut hasher);
        sql.hash(&mut hasher);
        hasher.finish()
    }

    let wide = one(name, version, sql);
    let narrow = i32::try_from(version).map_or(wide, |version| one(name, version, sql));
    [narrow, wide]
}
