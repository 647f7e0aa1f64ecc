//! The parts of a message that depend on what there is to say.

#[cfg(feature = "partition")]
use crate::outcome::report::counted;
use crate::outcome::{Drift, DriftKind, code};

/// The connections behind a lock, where they are known.
pub(super) fn held_by(holders: &[u64]) -> String {
    let ids: Vec<_> = holders.iter().map(u64::to_string).collect();
    match ids.len() {
        0 => String::new(),
        1 => format!(" (held by connection {})", ids.join(", ")),
        _ => format!(" (held by connections {})", ids.join(", ")),
    }
}

/// What to do about a file that a server left when it died, where the server's own words mislead.
pub(super) fn left_file(source: &mysql::Error) -> &'static str {
    if code::of(source) == Some(code::TABLESPACE_EXISTS) {
        ": a server that died has left the .ibd file of the table in its folder of this database; \
         delete that file"
    } else {
        ""
    }
}

/// What to do about differences. A mend refuses all of them where a table is another application's.
pub(super) fn way_out(drifts: &[Drift]) -> &'static str {
    if drifts.iter().any(|drift| drift.kind == DriftKind::ForeignTable) {
        "connect to a database that holds no tables of another application"
    } else {
        "mend them with Migrator::mend, or by hand in a session with a strict sql_mode"
    }
}

/// As in "3 balances are".
#[cfg(feature = "partition")]
pub(super) fn balances(count: u64) -> String {
    if count == 1 { "1 balance is".to_owned() } else { format!("{count} balances are") }
}

/// Which rows belong into no partition.
#[cfg(feature = "partition")]
pub(super) fn undated(column: &str, nulls: u64, impossible: u64) -> String {
    let some = |count: u64, what: &str| {
        (count > 0).then(|| format!("{} {what} {column}", counted(count, "row")))
    };
    let (nulls, impossible) = (some(nulls, "without a"), some(impossible, "with an impossible"));
    let has = nulls.into_iter().chain(impossible).collect::<Vec<_>>().join(" and ");
    format!("it has {has}")
}

/// How many differences a message names. The field has them all.
const LISTED: usize = 10;

/// The first differences, and how many more there are.
pub(super) fn listed(drifts: &[Drift]) -> String {
    let mut listed: Vec<_> = drifts.iter().take(LISTED).map(ToString::to_string).collect();
    match drifts.len().saturating_sub(LISTED) {
        0 => {}
        more => listed.push(format!("and {more} more, which verify lists")),
    }
    listed.join("; ")
}

/// The first of these, and how many more there are.
#[cfg(feature = "quicksight")]
pub(super) fn first_of(faults: &[String]) -> String {
    let listed = faults.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    match faults.len().saturating_sub(LISTED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
