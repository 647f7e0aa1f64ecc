//! `up`: apply what is missing.

use std::io::Write;

use super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

pub(super) fn run(settings: &Settings, out: &mut impl Write) -> Outcome {
    let mut conn = settings.connect(SOON)?;
    writeln!(out, "{}", settings.migrator().run(&mut conn)?)?;
    Ok(Exit::Done)
}
