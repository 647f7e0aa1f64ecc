//! `status`: say what is applied.

use std::io::Write;

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
    Ok(if status.is_current() { Exit::Done } else { Exit::Found })
}
