//! The history that ours writes, as refinery's own tools read it.

use mysql::{Conn, prelude::Queryable};
use refinery::Migration;

use crate::{
    site::Address,
    tools::{FILES, runner},
};

const HISTORY: &str = "quicksight_schema_history";

/// Ends the run where refinery, pointed at the history of a database that ours has migrated, reads
/// anything else than the files of the folder, finds something to do, or changes what it reads.
pub fn check(at: &Address) {
    let mut conn = at.connect();
    let mut refinery = runner();
    refinery.set_migration_table_name(HISTORY);
    let before = rows(&mut conn);

    let read = refinery.get_applied_migrations(&mut conn).expect("refinery reads the history");
    assert_eq!(facts(&read), facts(&FILES), "the history as refinery reads it");
    assert!(read.iter().all(|one| one.applied_on().is_some()), "refinery reads each date");

    let report = refinery.run(&mut conn).expect("refinery finds nothing wrong");
    assert_eq!(facts(report.applied_migrations()), [], "what refinery has applied");
    assert_eq!(rows(&mut conn), before, "the rows of the history after refinery");
}

/// What a history and a folder must say alike of a migration.
fn facts(migrations: &[Migration]) -> Vec<(i64, &str, u64)> {
    let facts = |one| (i64::from(Migration::version(one)), one.name(), one.checksum());
    migrations.iter().map(facts).collect()
}

fn rows(conn: &mut Conn) -> Vec<(i64, String, String, String)> {
    conn.query(format!(
        "SELECT version, name, applied_on, checksum FROM {HISTORY} ORDER BY version"
    ))
    .expect("our history")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{site::Site, tools};

    /// A database that ours has migrated.
    fn migrated(purpose: &str) -> (Site, Address) {
        let mut site = Site::open();
        let ours = tools::migrators().remove(0);
        let at = site.fresh_database(purpose, &ours);
        (ours.open)(&at)();
        (site, at)
    }

    #[test]
    fn refinery_reads_the_history_that_ours_writes() {
        let (_site, at) = migrated("read");
        check(&at);
    }

    #[test]
    #[should_panic(expected = "the history as refinery reads it")]
    fn another_checksum_is_seen() {
        let (_site, at) = migrated("changed");
        let change = format!("UPDATE {HISTORY} SET checksum = '1' WHERE version = 14");
        at.connect().query_drop(change).expect("change a checksum");
        check(&at);
    }

    #[test]
    #[should_panic(expected = "the history as refinery reads it")]
    fn a_row_that_is_gone_is_seen() {
        let (_site, at) = migrated("gone");
        at.connect()
            .query_drop(format!("DELETE FROM {HISTORY} ORDER BY version DESC LIMIT 1"))
            .expect("delete a row");
        check(&at);
    }
}
