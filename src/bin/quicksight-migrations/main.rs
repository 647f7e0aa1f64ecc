//! `quicksight-migrations`: the crate on a command line, for operators and for pipelines.
//!
//! `cargo install --path . --features cli` installs it, and `cargo run --example migrate --` is the
//! same without installing anything. `--help` says what it can do.

#[cfg(feature = "integrity")]
mod check;
mod completion;
mod connection;
mod down;
mod mend;
#[cfg(feature = "partition")]
mod partition;
#[cfg(feature = "quicksight")]
mod quicksight;
mod settings;
mod sql;
mod status;
#[cfg(feature = "summary")]
mod summarise;
mod terminal;
mod up;
mod verify;

use std::{
    env,
    error::Error,
    ffi::OsString,
    io::{IsTerminal, Write, stderr},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use self::{
    settings::{NotUsable, Settings},
    terminal::{Output, complain},
};

const EXIT_CODES: &str = "\
Exit codes:
  0   done, or nothing to do
  1   it could not be done, or check had no time for all of it and found nothing
  2   status found what `up` would apply or refuse, verify found what a service could not work
      with, mend left such a thing to a person, check found rows that should not be there,
      quicksight check found faults in a template, or summarise found sums that are not those
      of their rows
  64  the command line makes no sense

Progress goes to standard error; RUST_LOG decides how much of it.";

/// The MySQL tables that Amazon QuickSight reads: apply, compare, mend and drop them
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
struct Line {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Apply what is missing
    Up,
    /// Say what is applied
    Status,
    /// Print what `up` would send, for a DBA to review or to run
    Sql,
    /// Compare the tables with what the migrations would make
    Verify(verify::Verify),
    /// Put right what cannot lose data, or print the SQL for it
    Mend(mend::Mend),
    /// Partition the tables that grow every day, and drop what is older than asked for
    #[cfg(feature = "partition")]
    Partition(partition::Partition),
    /// Look for rows that should not be there
    #[cfg(feature = "integrity")]
    Check(check::Check),
    /// Sum up the hours that are over, for reports that read sums
    #[cfg(feature = "summary")]
    Summarise(summarise::Summarise),
    /// Drop the tables: asks first, and refuses while they hold rows
    Down(down::Down),
    /// What Amazon QuickSight needs beside the tables: views, accounts and a template
    #[cfg(feature = "quicksight")]
    Quicksight(quicksight::Quicksight),
    /// Print a script that completes this command in a shell
    Completion(completion::Completion),
}

impl Command {
    fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        match self {
            Self::Up => up::run(settings, out),
            Self::Status => status::run(settings, out),
            Self::Sql => sql::run(settings, out),
            Self::Verify(verify) => verify.run(settings, out),
            Self::Mend(mend) => mend.run(settings, out),
            #[cfg(feature = "partition")]
            Self::Partition(partition) => partition.run(settings, out),
            #[cfg(feature = "integrity")]
            Self::Check(check) => check.run(settings, out),
            #[cfg(feature = "summary")]
            Self::Summarise(summarise) => summarise.run(settings, out),
            Self::Down(down) => down.run(settings, out),
            #[cfg(feature = "quicksight")]
            Self::Quicksight(quicksight) => quicksight.run(settings, out),
            Self::Completion(completion) => completion.run(out),
        }
    }
}

/// How a call ends: see [`EXIT_CODES`].
#[derive(Clone, Copy)]
enum Exit {
    Done = 0,
    CouldNot = 1,
    Found = 2,
    Usage = 64,
}

type Outcome = Result<Exit, Box<dyn Error>>;

pub(crate) fn main() -> ExitCode {
    run(env::args_os())
}

/// The same with other words than those of this process.
pub(crate) fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    show_progress();
    let exit = match Line::try_parse_from(words) {
        Ok(line) => line.run(),
        Err(answer) => explain(&answer),
    };
    ExitCode::from(exit as u8)
}

impl Line {
    fn run(&self) -> Exit {
        let mut out = Output::default();
        let outcome = self.command.run(&self.settings, &mut out);
        match outcome.and_then(|exit| Ok(out.flush().map(|()| exit)?)) {
            Ok(exit) => exit,
            Err(error) => {
                complain(&*error);
                if error.is::<NotUsable>() { Exit::Usage } else { Exit::CouldNot }
            }
        }
    }
}

/// Prints what clap has to say: the help that was asked for, or what is wrong with the command line.
fn explain(answer: &clap::Error) -> Exit {
    let text = without_urls(answer.render().to_string());
    if answer.use_stderr() {
        let _ = write!(stderr(), "{text}");
        return Exit::Usage;
    }
    match write!(Output::default(), "{text}") {
        Ok(()) => Exit::Done,
        Err(_) => Exit::CouldNot,
    }
}

/// clap quotes the word that it stumbled over, which may be a URL with its password.
fn without_urls(mut text: String) -> String {
    for word in env::args().skip(1) {
        if let Some(start) = word.find("://") {
            text = text.replace(&word[start..], "://...");
        }
    }
    text
}

/// A line per statement for whoever watches; a pipeline gets only the result and the warnings,
/// unless `RUST_LOG` asks for more.
fn show_progress() {
    let level = if stderr().is_terminal() { "info" } else { "warn" };
    let filter = format!("warn,quicksight_migrations={level}");
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(filter))
        .format(|line, record| writeln!(line, "{}", record.args()))
        .init();
}
