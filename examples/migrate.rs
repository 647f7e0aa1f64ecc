//! A small command line around the crate, for operators and for pipelines.
//!
//! ```text
//! migrate up        apply what is missing
//! migrate status    say what is applied
//! migrate sql       print what `up` would send, for a DBA to review or to run
//! ```
//!
//! The database is in `QUICKSIGHT_DATABASE_URL`, or after `--url`. Exit codes: 0 done, or nothing
//! to do; 1 it could not be done; 2 `status` found something that `up` would apply or refuse;
//! 64 the command line makes no sense.

use std::{
    env,
    error::Error,
    io::{IsTerminal, Write},
    process::ExitCode,
};

use mysql::Conn;
use quicksight_migrations::Migrator;

const USAGE: &str = "usage: migrate up | status | sql [--url mysql://user@host/database]";
const COULD_NOT: u8 = 1;
const FOUND: u8 = 2;
const USAGE_ERROR: u8 = 64;

fn main() -> ExitCode {
    show_progress();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((command, url)) = parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(USAGE_ERROR);
    };
    match run(command, &url) {
        Ok(code) => code,
        // Whoever reads us has read enough, as `head` does.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::from(COULD_NOT)
        }
    }
}

/// The command, and the URL from the arguments or the environment.
fn parse(arguments: &[String]) -> Option<(&str, String)> {
    match arguments {
        [command] => Some((command, env::var("QUICKSIGHT_DATABASE_URL").ok()?)),
        [command, flag, url] if flag == "--url" => Some((command, url.clone())),
        _ => None,
    }
    .filter(|(command, _)| matches!(command.as_str(), "up" | "status" | "sql"))
    .map(|(command, url)| (command.as_str(), url))
}

fn run(command: &str, url: &str) -> Result<ExitCode, Box<dyn Error>> {
    let mut conn = Conn::new(url)?;
    let migrator = Migrator::new();
    let mut out = std::io::stdout().lock();
    match command {
        "up" => writeln!(out, "{}", migrator.run(&mut conn)?)?,
        "status" => {
            let status = migrator.status(&mut conn)?;
            for migration in status.migrations() {
                writeln!(out, "{migration}")?;
            }
            writeln!(out, "{status}")?;
            if !status.is_current() {
                return Ok(ExitCode::from(FOUND));
            }
        }
        _ => {
            for statement in migrator.plan(&mut conn)? {
                writeln!(out, "{};\n", statement.trim().trim_end_matches(';'))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// A line per statement for whoever watches; a pipeline gets only the result and the warnings,
/// unless `RUST_LOG` asks for more.
fn show_progress() {
    let level = if std::io::stderr().is_terminal() { "info" } else { "warn" };
    let filter = format!("warn,quicksight_migrations={level}");
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or(filter))
        .format(|line, record| writeln!(line, "{}", record.args()))
        .init();
}
