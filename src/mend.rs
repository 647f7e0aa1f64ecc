//! Mending: the differences that a statement can put right without losing data, one by one.

use std::time::Instant;

use log::{info, warn};

use crate::{
    history::{self, Job},
    outcome::{Access, Drift, DriftKind, Error, Mend, MendReport, Mended, Result, code},
    schema,
    session::{Session, in_turn, unchanged, wait_no_more},
};

/// Puts right what a statement can, under the migration lock.
pub(crate) fn run(job: &Job<'_>, session: &mut Session<'_>) -> Result<MendReport> {
    let started = Instant::now();
    let (mended, left) = in_turn(session, job.settings, |session, _| {
        let status = history::status(job, session)?;
        job.refuse_newer(&status)?;
        let migrations: Vec<_> = job.migrations.iter().collect();
        let drifts = schema::verify(session, &migrations)?;
        refuse_foreign(&drifts)?;
        let (mut mended, left) = mend_all(session, drifts)?;
        if !mended.iter().any(|one| one.drift.kind == DriftKind::HalfMade) {
            return Ok((mended, left));
        }
        // What was half made is gone, and can be made.
        let drifts = schema::verify(session, &migrations)?;
        let (more, left) = mend_all(session, drifts)?;
        mended.extend(more);
        Ok((mended, left))
    })?;
    Ok(MendReport { mended, left, elapsed: started.elapsed() })
}

/// Mends nothing beside tables of another application: the database is not meant for ours.
fn refuse_foreign(drifts: &[Drift]) -> Result<()> {
    let foreign = drifts.iter().filter(|drift| drift.kind == DriftKind::ForeignTable);
    let tables: Vec<_> = foreign.map(|drift| drift.table.clone()).collect();
    if tables.is_empty() { Ok(()) } else { Err(Error::ForeignTables { tables }) }
}

fn mend_all(session: &mut Session<'_>, drifts: Vec<Drift>) -> Result<(Vec<Mended>, Vec<Drift>)> {
    let is_mendable = |drift: &Drift| matches!(drift.mend, Mend::Sql(_));
    let (mendable, left): (Vec<_>, Vec<_>) = drifts.into_iter().partition(is_mendable);
    let total = mendable.len();
    let (mut mended, mut failure, mut in_use) = (Vec::new(), None, Vec::new());
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
                mended.push(Mended { drift, access, duration });
            }
            Err(error) if code::is_read_only(&error) => {
                return Err(Error::ReadOnly { source: Some(error) });
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
    match failure {
        None => Ok((mended, left)),
        Some((_, error)) if code::is_wait(&error) => {
            let tables: Vec<_> = in_use.iter().map(String::as_str).collect();
            Err(unchanged(session, &tables, error, |_, _| Ok(()))?)
        }
        Some((statement, source)) => {
            Err(Error::Mend { statement, mended: mended.len(), total, source })
        }
    }
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
