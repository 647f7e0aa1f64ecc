//! The first partitions of a table that nobody may wait for: the command of a program that copies it beside
//! its writers.

use mysql::Opts;

use super::{Plan, plan::Work};
use crate::{
    outcome::{Error, Result},
    session::{ALL, Session, column, is_mariadb, literal, version},
};

/// How it copies: pieces of half a second, short waits for locks and many of them, and the old table kept under
/// another name.
/// <https://docs.percona.com/percona-toolkit/pt-online-schema-change.html>
const HOW: &str = "--execute --no-check-alter --no-version-check --recursion-method=none \
    --chunk-time=0.5 --no-drop-old-table \
    --tries create_triggers:10:1,drop_triggers:10:1,swap_tables:10:1,copy_rows:10:0.25";

/// The command for the first step of a plan. `None`: the table has its partitions already.
pub(super) fn command(plan: &Plan, session: &mut Session<'_>, to: &Opts) -> Result<Option<String>> {
    let Some(first) = plan.steps.first().filter(|step| step.work == Work::Partition) else {
        return Ok(None);
    };
    let table = plan.table.as_str();
    let alter = first.sql.strip_prefix(&format!("ALTER TABLE `{table}` ")).unwrap_or(&first.sql);
    let row = session
        .row("SELECT CAST(DATABASE() AS BINARY) LIMIT 1")
        .map_err(|error| Error::from_answer("ask which database is selected", error))?;
    let database: Option<String> = row.and_then(|row| column(&row, 0));
    let database = database.ok_or(Error::NoDatabaseSelected)?;
    let port = to.get_tcp_port().to_string();
    let host = to.get_ip_or_hostname();
    let user = to.get_user().unwrap_or_default();
    let place = [("D", &*database), ("t", table), ("h", &*host), ("P", &*port), ("u", user)];
    let place: Vec<_> =
        place.iter().map(|(key, value)| format!("{key}={}", value.replace(',', "\\,"))).collect();
    let (triggers, explain) = if is_mariadb(&version(session)) {
        refuse_triggers(session, table)?;
        ("", "")
    } else {
        // Without the second it cannot read how MySQL 9 would go about a piece, and copies all in one.
        (" --preserve-triggers", ",explain_format=TRADITIONAL")
    };
    Ok(Some(format!(
        "pt-online-schema-change {HOW}{triggers} \
         --set-vars lock_wait_timeout=2,innodb_lock_wait_timeout=5{explain} --alter {} {}",
        shell(alter),
        shell(&place.join(","))
    )))
}

/// MariaDB refuses writers of the old table (1146, of what a trigger writes into) while the program takes its triggers
/// along one by one: seen with 10.11 in two runs of three. Without being told to, the program touches no table that has
/// triggers, also those that this account may not see.
fn refuse_triggers(session: &mut Session<'_>, table: &str) -> Result<()> {
    let ask = format!(
        "SELECT trigger_name FROM information_schema.triggers WHERE event_object_schema = DATABASE() \
         AND event_object_table = {} ORDER BY trigger_name LIMIT {ALL}",
        literal(table)
    );
    let rows = session
        .read(&ask)
        .map_err(|error| Error::from_answer("ask which triggers the table has", error))?;
    let names: Vec<String> = rows.iter().filter_map(|row| column(row, 0)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "it has triggers ({}), and MariaDB may refuse a writer (1146) while they are taken along; remove them, those of \
         exact sums with summarise --remove-triggers, then call again, and install them when the table has its partitions",
        names.join(", ")
    );
    Err(Error::CannotPartition { table: table.to_owned(), reason: reason.into() })
}

/// A word of a shell.
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_word_is_one_word() {
        assert_eq!(super::shell("LESS THAN ('2026')"), "'LESS THAN ('\\''2026'\\'')'");
    }
}
