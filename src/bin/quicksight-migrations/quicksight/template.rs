//! `quicksight template`: the CloudFormation template.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use clap::Args;
use quicksight_migrations::quicksight;

use super::super::{
    Exit, Outcome,
    settings::{SOON, Settings},
};

#[derive(Args)]
pub(super) struct Template {
    /// Write it to this file, whole or not at all; a file that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Template {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        let template = quicksight::template(&mut settings.connect(SOON)?)?;
        match &self.out {
            Some(file) => replace(file, &template)
                .map_err(|source| NotWritten { file: file.clone(), source })?,
            None => out.write_all(template.as_bytes())?,
        }
        Ok(Exit::Done)
    }
}

/// The file could not be written, and what was there before is still there.
#[derive(Debug, thiserror::Error)]
#[error("could not write {}; it is as it was before", file.display())]
struct NotWritten {
    file: PathBuf,
    source: io::Error,
}

/// Whoever reads the file meanwhile sees the old text or the new one, and so does whoever comes after a crash.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let name = file.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}", process::id()));
    let beside = file.with_file_name(beside);
    let written = write(&beside, text).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
