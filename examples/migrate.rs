//! A small command line around the crate, for operators and for pipelines.
//!
//! ```text
//! migrate up                  apply what is missing
//! migrate status              say what is applied
//! migrate sql                 print what `up` would send, for a DBA to review or to run
//! migrate verify [--json]     compare the tables with what the migrations would make
//! migrate mend [--dry-run]    put right what cannot lose data, or print the SQL for it
//! migrate down [--yes] [--discard-data]
//!                             drop the tables: asks first, and refuses while they hold rows
//! ```
//!
//! The database is in `QUICKSIGHT_DATABASE_URL`, or after `--url`. Exit codes: 0 done, or nothing
//! to do; 1 it could not be done; 2 `status` found something that `up` would apply or refuse, or
//! `verify` found something that a service could not work with, or `mend` left that to a person; 64
//! the command line makes no sense.

use std::{
    env,
    error::Error,
    io::{IsTerminal, Write, stdin, stdout},
    process::ExitCode,
};

use mysql::{Conn, prelude::Queryable};
use quicksight_migrations::{Drift, Mend, Migrator, Severity};

const USAGE: &str = "usage: migrate up | status | sql | verify [--json] | mend [--dry-run] | \
                     down [--yes] [--discard-data], each with [--url mysql://user@host/database]";
/// Under which the server refuses what it would else cut, round or renumber.
const STRICT: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO';";
const COULD_NOT: u8 = 1;
const FOUND: u8 = 2;
const USAGE_ERROR: u8 = 64;

type Outcome = Result<ExitCode, Box<dyn Error>>;

fn main() -> ExitCode {
    show_progress();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(call) = Call::parse(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(USAGE_ERROR);
    };
    match call.run(&mut stdout().lock()) {
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

/// The command line, taken apart.
struct Call<'a> {
    command: &'a str,
    url: String,
    flags: Vec<&'a str>,
}

impl<'a> Call<'a> {
    fn parse(arguments: &'a [String]) -> Option<Self> {
        let mut words = arguments.iter().map(String::as_str);
        let command = words.next()?;
        let (mut url, mut flags) = (env::var("QUICKSIGHT_DATABASE_URL").ok(), Vec::new());
        while let Some(word) = words.next() {
            match word {
                "--url" => url = Some(words.next()?.to_owned()),
                flag => flags.push(flag),
            }
        }
        let known: &[&str] = match command {
            "up" | "status" | "sql" => &[],
            "verify" => &["--json"],
            "mend" => &["--dry-run"],
            "down" => &["--yes", "--discard-data"],
            _ => return None,
        };
        let url = url.filter(|_| flags.iter().all(|flag| known.contains(flag)))?;
        Some(Self { command, url, flags })
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    fn run(&self, out: &mut impl Write) -> Outcome {
        let mut conn = Conn::new(self.url.as_str())?;
        let migrator = Migrator::new();
        match self.command {
            "up" => writeln!(out, "{}", migrator.run(&mut conn)?)?,
            "status" => return status(&mut conn, out),
            "sql" => {
                for statement in migrator.plan(&mut conn)? {
                    writeln!(out, "{};\n", statement.trim().trim_end_matches(';'))?;
                }
            }
            "verify" => return verify(&mut conn, out, self.has("--json")),
            "mend" if self.has("--dry-run") => {
                let drifts = migrator.verify(&mut conn)?;
                writeln!(out, "{STRICT}")?;
                for drift in drifts {
                    match drift.mend() {
                        Mend::Sql(sql) => writeln!(out, "{sql};")?,
                        // A name may hold a line break, behind which it would be a statement.
                        _ => writeln!(out, "-- {}", drift.to_string().replace(['\n', '\r'], " "))?,
                    }
                }
            }
            "mend" => {
                let report = migrator.mend(&mut conn)?;
                for drift in report.left() {
                    writeln!(out, "left: {drift}")?;
                }
                writeln!(out, "{report}")?;
                return Ok(verdict(report.left()));
            }
            _ => return self.down(&mut conn, out),
        }
        Ok(ExitCode::SUCCESS)
    }

    fn down(&self, conn: &mut Conn, out: &mut impl Write) -> Outcome {
        if !self.has("--yes") && !is_confirmed(conn, out)? {
            writeln!(out, "nothing was dropped")?;
            return Ok(ExitCode::from(COULD_NOT));
        }
        let mut migrator = Migrator::new();
        if self.has("--discard-data") {
            migrator = migrator.discard_data();
        }
        writeln!(out, "{}", migrator.rollback(conn)?)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn status(conn: &mut Conn, out: &mut impl Write) -> Outcome {
    let status = Migrator::new().status(conn)?;
    for migration in status.migrations() {
        writeln!(out, "{migration}")?;
    }
    writeln!(out, "{status}")?;
    Ok(if status.is_current() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn verify(conn: &mut Conn, out: &mut impl Write, as_json: bool) -> Outcome {
    let drifts = Migrator::new().verify(conn)?;
    if as_json {
        let findings: Vec<_> = drifts.iter().map(finding).collect();
        writeln!(out, "{:#}", serde_json::Value::from(findings))?;
    } else {
        for drift in &drifts {
            print_difference(drift, out)?;
        }
        writeln!(out, "{} differences", drifts.len())?;
    }
    Ok(verdict(&drifts))
}

fn verdict(drifts: &[Drift]) -> ExitCode {
    let is_breaking = |drift: &Drift| drift.severity() == Severity::Breaking;
    if drifts.iter().any(is_breaking) { ExitCode::from(FOUND) } else { ExitCode::SUCCESS }
}

fn print_difference(drift: &Drift, out: &mut impl Write) -> std::io::Result<()> {
    let subject = drift.subject().map_or(String::new(), |subject| format!(".{subject}"));
    writeln!(out, "{}{subject}: {:?}, {:?}", drift.table(), drift.kind(), drift.severity())?;
    if let Some(expected) = drift.expected() {
        writeln!(out, "  - {expected}")?;
    }
    if let Some(found) = drift.found() {
        writeln!(out, "  + {found}")?;
    }
    match drift.mend() {
        Mend::Sql(sql) => writeln!(out, "  mend: {sql}"),
        Mend::Decide(reason) => writeln!(out, "  to decide: {reason}"),
        _ => Ok(()),
    }
}

fn finding(drift: &Drift) -> serde_json::Value {
    let (sql, reason) = match drift.mend() {
        Mend::Sql(sql) => (Some(sql.as_str()), None),
        Mend::Decide(reason) => (None, Some(*reason)),
        _ => (None, None),
    };
    serde_json::json!({
        "table": drift.table(),
        "subject": drift.subject(),
        "kind": format!("{:?}", drift.kind()),
        "severity": format!("{:?}", drift.severity()),
        "expected": drift.expected(),
        "found": drift.found(),
        "mend": sql,
        "reason": reason,
    })
}

fn is_confirmed(conn: &mut Conn, out: &mut impl Write) -> Result<bool, Box<dyn Error>> {
    let database: Option<String> = conn.query_first("SELECT DATABASE()")?;
    let database = database.unwrap_or_default();
    write!(out, "This drops the QuickSight tables of the database {database}. Type its name: ")?;
    out.flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(answer.trim() == database)
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
