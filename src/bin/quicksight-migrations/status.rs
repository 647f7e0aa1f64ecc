//! `status`: say what is applied.

use std::io::Write;

#[cfg(feature = "summary")]
use quicksight_migrations::{
    Error, Result,
    mysql::Conn,
    summary::{self, Reach},
};

use super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

pub(super) fn run(settings: &Settings, out: &mut impl Write) -> Outcome {
    let mut conn = settings.connect(SOON)?;
    let status = settings.migrator().status(&mut conn)?;
    for migration in status.migrations() {
        writeln!(out, "{migration}")?;
    }
    writeln!(out, "{status}")?;
    #[cfg(feature = "partition")]
    for ahead in quicksight_migrations::partition::ahead(&mut conn)? {
        writeln!(out, "{ahead}")?;
    }
    #[cfg(feature = "summary")]
    for reach in summed(&mut conn)? {
        writeln!(out, "{reach}")?;
    }
    Ok(if status.is_current() { Exit::Done } else { Exit::Found })
}

/// Whoever may not look at the sums is told nothing of them.
#[cfg(feature = "summary")]
fn summed(conn: &mut Conn) -> Result<Vec<Reach>> {
    match summary::reach(conn) {
        Err(Error::PermissionDenied { .. }) => Ok(Vec::new()),
        reach => reach,
    }
}
