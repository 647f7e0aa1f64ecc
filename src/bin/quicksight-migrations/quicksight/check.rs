//! `quicksight check`: what a template refers to and does not have.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use clap::Args;
use quicksight_migrations::quicksight::check_template;

use super::super::{Exit, Outcome};

#[derive(Args)]
pub(super) struct Check {
    /// The CloudFormation template, in JSON
    file: PathBuf,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", .file.display())]
struct Unreadable {
    file: PathBuf,
    source: io::Error,
}

impl Check {
    pub(super) fn run(&self, out: &mut impl Write) -> Outcome {
        let faults = check_template(&read(&self.file)?);
        for fault in &faults {
            writeln!(out, "{}: {fault}", fault.rule().as_str())?;
        }
        if faults.is_empty() {
            writeln!(out, "template: no faults")?;
            return Ok(Exit::Done);
        }
        Ok(Exit::Found)
    }
}

fn read(file: &Path) -> Result<String, Unreadable> {
    fs::read_to_string(file).map_err(|source| Unreadable { file: file.to_owned(), source })
}
