//! Mending: the differences that a statement can put right without losing data, one by one.

use std::{
    fmt,
    time::{Duration, Instant},
};

use log::{info, warn};

use crate::{
    code,
    connection::{Connection, Session},
    drift::{Drift, Mend},
    embedded::EMBEDDED,
    error::{Error, Result},
    history::HistoryTable,
    lock::{exclusively, wait_no_more},
    migrator::Migrator,
    schema,
    status::Status,
};

/// What [`Migrator::mend`] did.
#[derive(Debug, Clone, PartialEq)]
pub struct MendReport {
    mended: Vec<Mended>,
    left: Vec<Drift>,
    elapsed: Duration,
}

/// A difference that is no more.
#[derive(Debug, Clone, PartialEq)]
pub struct Mended {
    drift: Drift,
    access: Access,
    duration: Duration,
}

/// What others could do with the table while it was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Read and write it, but for a moment at the start and at the end.
    Online,
    /// Wait: the server can make this change in no other way.
    Blocked,
}

impl Mended {
    /// What was different.
    #[must_use]
    pub fn drift(&self) -> &Drift {
        &self.drift
    }

    /// What others could do with the table meanwhile.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    /// How long the statement took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

impl MendReport {
    /// What was put right, in order.
    #[must_use]
    pub fn mended(&self) -> &[Mended] {
        &self.mended
    }

    /// What a person must decide. See [`Drift::mend`] for the reasons.
    #[must_use]
    pub fn left(&self) -> &[Drift] {
        &self.left
    }

    /// How long it took as a whole.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}

impl fmt::Display for MendReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} differences mended, {} left to a person, in {} ms",
            self.mended.len(),
            self.left.len(),
            self.elapsed.as_millis()
        )
    }
}

impl Migrator {
    /// Applies the mend of every [`Drift`] that has one, one statement at a time, under the
    /// migration lock. Such a statement cannot lose data: where it would, the server refuses it.
    ///
    /// Each change of a table is first asked for online (`ALGORITHM=INPLACE, LOCK=NONE`, a new column
    /// as `ALGORITHM=INSTANT`), so that a big table stays readable and writable; only what the server
    /// cannot do so blocks the table. A statement that the server refuses keeps none of the others
    /// from being tried.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut conn = mysql::Conn::new("mysql://app@localhost/tsp")?;
    /// let report = quicksight_migrations::Migrator::new().mend(&mut conn)?;
    /// for drift in report.left() {
    ///     println!("to decide: {drift}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Needs the rights of [`verify`](Self::verify), and `ALTER`, `CREATE`, `INSERT` and `INDEX`.
    ///
    /// # Errors
    ///
    /// [`Error::Mend`] if a statement failed: all others that could be mended are. Before anything is
    /// changed: [`Error::NewerHistory`] or [`Error::CorruptHistory`], because what a newer build made
    /// may look wrong to this one; [`Error::InvalidHistoryTable`], [`Error::OpenTransaction`],
    /// [`Error::LockTimeout`], [`Error::LockUnavailable`], [`Error::ReadOnly`],
    /// [`Error::UnsupportedServer`], [`Error::NoDatabaseSelected`], [`Error::PermissionDenied`] or
    /// [`Error::Database`].
    pub fn mend<C: Connection>(&self, conn: &mut C) -> Result<MendReport> {
        let started = Instant::now();
        let migrations: Vec<_> = EMBEDDED.iter().collect();
        let history = HistoryTable::new(&self.history_table, &EMBEDDED)?;
        let (mended, left) = exclusively(&mut Session::new(conn), self, |session, _, _| {
            Status::judge(history.read(session)?.readable()?, &EMBEDDED)?
                .refuse_newer(&EMBEDDED)?;
            let drifts = schema::verify(session, &migrations)?;
            mend_all(session, drifts)
        })?;
        Ok(MendReport { mended, left, elapsed: started.elapsed() })
    }
}

fn mend_all(session: &mut Session<'_>, drifts: Vec<Drift>) -> Result<(Vec<Mended>, Vec<Drift>)> {
    let is_mendable = |drift: &Drift| matches!(drift.mend, Mend::Sql(_));
    let (mendable, left): (Vec<_>, Vec<_>) = drifts.into_iter().partition(is_mendable);
    let total = mendable.len();
    let (mut mended, mut failure) = (Vec::new(), None);
    for drift in mendable {
        let Mend::Sql(sql) = &drift.mend else { continue };
        let started = Instant::now();
        match mend_one(session, sql) {
            Ok(access) => {
                let duration = started.elapsed();
                let (number, took) = (mended.len() + 1, duration.as_millis());
                info!("mended {drift} in {took} ms ({number} of {total})");
                mended.push(Mended { drift, access, duration });
            }
            Err(error) => {
                warn!("not mended: {drift}");
                let code = code::of(&error);
                failure.get_or_insert((sql.clone(), error));
                match code {
                    None => break,
                    Some(code::LOCK_WAIT_TIMEOUT) => wait_no_more(session)?,
                    Some(_) => {}
                }
            }
        }
    }
    match failure {
        None => Ok((mended, left)),
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
