//! What this build has to apply, as the folder `migrations/` says it: no test counts tables by itself.

use std::{fs, path::Path, sync::LazyLock};

/// The files by name, each with its checksum. A test of its own holds it against what is embedded.
const CHECKSUMS: &str = include_str!("../../migrations/checksums");

/// What the README asks a DBA to grant on the database, for these files to be applied.
pub const RIGHTS: &str = "SELECT, INSERT, CREATE";

static ALL: LazyLock<Vec<Migration>> =
    LazyLock::new(|| CHECKSUMS.lines().map(Migration::of_line).collect());

static TABLES: LazyLock<Vec<&str>> =
    LazyLock::new(|| all().iter().filter_map(|one| one.makes.as_deref()).collect());

/// A file of the folder.
#[derive(Debug)]
pub struct Migration {
    pub version: i64,
    /// The file's name without its ending, as in `V01__auth_user`.
    pub name: &'static str,
    pub sql: String,
    /// The table that it makes, unless it changes one.
    pub makes: Option<String>,
}

impl Migration {
    fn of_line(line: &'static str) -> Self {
        let (name, _) = line.split_once(' ').expect("a name and a checksum");
        let (number, _) = name[1..].split_once("__").expect("a number and a name");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let sql = fs::read_to_string(folder.join(name).with_extension("sql")).expect(name);
        let makes = sql.split_once("\nCREATE TABLE IF NOT EXISTS `").map(|(_, rest)| rest);
        let makes = makes.and_then(|rest| rest.split('`').next()).map(str::to_owned);
        Self { version: number.parse().expect("a number"), name, sql, makes }
    }
}

/// In the order in which they are applied.
pub fn all() -> &'static [Migration] {
    &ALL
}

pub fn total() -> usize {
    all().len()
}

pub fn last() -> &'static Migration {
    all().last().expect("a migration")
}

/// What a boot with everything to do sends: eleven statements around the migrations, and for each of these
/// its own and its row.
pub fn statements_of_a_first_boot() -> u64 {
    11 + 2 * total() as u64
}

/// What a history of all of them holds.
pub fn versions() -> Vec<i64> {
    all().iter().map(|one| one.version).collect()
}

/// The same by name.
pub fn names() -> Vec<String> {
    all().iter().map(|one| one.name.to_owned()).collect()
}

/// The tables, in the order in which the migrations make them.
pub fn tables() -> &'static [&'static str] {
    &TABLES
}
