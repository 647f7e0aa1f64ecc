//! `status`: say what is applied.

use std::io::Write;

use super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

pub(super) fn run(settings: &Settings, out: &mut impl Write) -> Outcome {
    let status = settings.migrator().status(&mut settings.connect(SOON)?)?;
    for migration in status.migrations() {
        writeln!(out, "{migration}")?;
    }
    writeln!(out, "{status}")?;
    Ok(if status.is_current() { Exit::Done } else { Exit::Found })
}
