//! `sql`: print what `up` would send.

use std::io::Write;

use super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

pub(super) fn run(settings: &Settings, out: &mut impl Write) -> Outcome {
    for statement in settings.migrator().plan(&mut settings.connect(SOON)?)? {
        writeln!(out, "{};\n", statement.trim().trim_end_matches(';'))?;
    }
    Ok(Exit::Done)
}
