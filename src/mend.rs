//! Mending: the differences that a statement can put right without losing data, one by one.

use std::time::Instant;

use log::{info, warn};

use crate::{
    history::{self, Embedded, Job},
    outcome::{Access, Drift, DriftKind, Error, Mend, MendReport, Mended, Result, code},
    schema,
    session::{Session, Writers, in_turn, let_others_work, unchanged, wait_no_more},
};

/// How often the tables are looked at again, where another node of a cluster may be mending them.
const ROUNDS: u32 = 10;

/// Puts right what a statement can, under the migration lock.
pub(crate) fn run(job: &Job<'_>, session: &mut Session<'_>) -> Result<MendReport> {
    let started = Instant::now();
    let (mended, left) = in_turn(session, job.settings, |session, _| mend(job, session))?;
    Ok(MendReport { mended, left, elapsed: started.elapsed() })
}

fn mend(job: &Job<'_>, session: &mut Session<'_>) -> Result<(Vec<Mended>, Vec<Drift>)> {
    let status = history::status(job, session)?;
    job.refuse_newer(&status)?;
    let migrations: Vec<_> = job.migrations.iter().collect();
    let mut patience = ROUNDS;
    let mut drifts = verify(session, &migrations, &mut patience)?;
    refuse_foreign(&drifts)?;
    if drifts.iter().any(is_mendable) {
        refuse_group(session, job)?;
    }
    let mut mended = Vec::new();
    loop {
        let round = mend_all(session, drifts, &mut mended)?;
        if round.is_outdated && patience > 0 {
            patience -= 1;
            drifts = verify(session, &migrations, &mut patience)?;
            continue;
        }
        return match round.failure {
            None => Ok((mended, round.left)),
            Some(Failure { source, .. }) if code::is_wait(&source) => {
                let tables: Vec<_> = round.in_use.iter().map(String::as_str).collect();
                Err(unchanged(session, &tables, source, |_, _| Ok(()))?)
            }
            Some(Failure { statement, source, open }) => {
                let (mended, total) = (mended.len(), mended.len() + open);
                Err(Error::Mend { statement, mended, total, source })
            }
        };
    }
}

/// All differences, once nobody is changing the tables.
fn verify(
    session: &mut Session<'_>,
    migrations: &[&Embedded],
    patience: &mut u32,
) -> Result<Vec<Drift>> {
    loop {
        match schema::verify(session, migrations) {
            Err(error) if *patience > 0 && is_changing(&error) => {
                *patience -= 1;
                let_others_work();
            }
            outcome => return outcome,
        }
    }
}

/// Whether others were at work on the tables: another session, or another node of a cluster, which undoes whatever
/// reads what it changes.
fn is_changing(error: &Error) -> bool {
    let is_conflict = |code| code::CONFLICTS.contains(&code);
    matches!(error, Error::TablesChanging) || error.server_code().is_some_and(is_conflict)
}

/// Mends nothing beside tables of another application: the database is not meant for ours.
fn refuse_foreign(drifts: &[Drift]) -> Result<()> {
    let foreign = drifts.iter().filter(|drift| drift.kind == DriftKind::ForeignTable);
    let tables: Vec<_> = foreign.map(|drift| drift.table.clone()).collect();
    if tables.is_empty() { Ok(()) } else { Err(Error::ForeignTables { tables }) }
}

/// Two members that change a table at once put all of them into the state `ERROR`.
fn refuse_group(session: &mut Session<'_>, job: &Job<'_>) -> Result<()> {
    match Writers::beside(session, job.settings)? {
        writers @ Writers::Group { .. } => Err(writers.refusal("mended", Writers::ONE_PRIMARY)),
        Writers::One | Writers::Galera { .. } => Ok(()),
    }
}

fn is_mendable(drift: &Drift) -> bool {
    matches!(drift.mend, Mend::Sql(_))
}

/// What became of some differences.
struct Round {
    left: Vec<Drift>,
    failure: Option<Failure>,
    /// The tables that others held for as long as this call may wait.
    in_use: Vec<String>,
    /// Whether the tables are not what they were when the differences were found.
    is_outdated: bool,
}

/// The first statement that failed, and how many differences could not be mended.
struct Failure {
    statement: String,
    source: mysql::Error,
    open: usize,
}

fn mend_all(
    session: &mut Session<'_>,
    drifts: Vec<Drift>,
    mended: &mut Vec<Mended>,
) -> Result<Round> {
    let (mendable, left): (Vec<_>, Vec<_>) = drifts.into_iter().partition(is_mendable);
    let total = mended.len() + mendable.len();
    let (mut failure, mut in_use, mut is_outdated) = (None, Vec::new(), false);
    for drift in mendable {
        let Mend::Sql(sql) = &drift.mend else { continue };
        if in_use.contains(&drift.table) {
            continue;
        }
        let started = Instant::now();
        match mend_one(session, sql) {
            Ok(access) => {
                let duration = started.elapsed();
                let (number, took) = (mended.len() + 1, duration.as_millis());
                info!(
                    table = drift.table(), kind = drift.kind().as_str(), duration_ms = took,
                    mended = number, total;
                    "mended {} in {took} ms ({number} of {total})", drift.difference()
                );
                // What was half made is gone, and can be made.
                is_outdated |= drift.kind == DriftKind::HalfMade;
                mended.push(Mended { drift, access, duration });
            }
            Err(error) if code::is_read_only(&error) => {
                return Err(Error::ReadOnly { source: Some(error) });
            }
            Err(error) if is_by_others(&error) => {
                info!(
                    table = drift.table(), kind = drift.kind().as_str(), code = code::of(&error);
                    "another session may have mended {}", drift.difference()
                );
                is_outdated = true;
                let_others_work();
                failure.get_or_insert((sql.clone(), error));
            }
            Err(error) => {
                let code = code::of(&error);
                warn!(
                    table = drift.table(), kind = drift.kind().as_str(), code;
                    "not mended: {drift}"
                );
                if code == Some(code::LOCK_WAIT_TIMEOUT) {
                    wait_no_more(session)?;
                    in_use.push(drift.table.clone());
                }
                failure.get_or_insert((sql.clone(), error));
                if code.is_none() || !session.may_wait() {
                    break;
                }
            }
        }
    }
    let open = total - mended.len();
    let failure = failure.map(|(statement, source)| Failure { statement, source, open });
    Ok(Round { left, failure, in_use, is_outdated })
}

/// Whether a statement was refused because its work is done, or undone because another node of a cluster
/// was first.
fn is_by_others(error: &mysql::Error) -> bool {
    code::of(error).is_some_and(|code| {
        code != code::DUPLICATE
            && (code::ALREADY_DONE.contains(&code) || code::CONFLICTS.contains(&code))
    })
}

/// Asks for the change in the way that others notice least, then in the next.
///
/// MySQL rebuilds a whole table to add a column `INPLACE`, which MariaDB does in an instant.
/// <https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html#online-ddl-column-operations>
fn mend_one(session: &mut Session<'_>, sql: &str) -> mysql::Result<Access> {
    if !sql.starts_with("ALTER TABLE") {
        return session.execute(sql).map(|()| Access::Online);
    }
    let instant = sql.contains(" ADD COLUMN ").then_some("ALGORITHM=INSTANT");
    for way in instant.into_iter().chain(["ALGORITHM=INPLACE, LOCK=NONE"]) {
        match session.execute(&format!("{sql}, {way}")) {
            Ok(()) => return Ok(Access::Online),
            Err(error) if is_impossible_so(&error) => {}
            Err(error) => return Err(error),
        }
    }
    session.execute(sql).map(|()| Access::Blocked)
}

fn is_impossible_so(error: &mysql::Error) -> bool {
    code::of(error).is_some_and(|code| code::NOT_IN_THIS_WAY.contains(&code))
}
