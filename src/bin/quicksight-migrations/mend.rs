//! `mend`: put right what cannot lose data, or print the SQL for it.

use std::io::Write;

use clap::Args;
use mysql::Conn;
use quicksight_migrations::Migrator;

use super::{
    Exit, Outcome,
    settings::{LATE, Settings},
    verify::verdict,
};

/// Makes the server refuse what it would otherwise cut, round or renumber.
const STRICT: &str = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO';";

#[derive(Args)]
pub(super) struct Mend {
    /// Print the statements, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Nobody writes to other nodes of the cluster now
    #[arg(long)]
    only_writer: bool,
}

impl Mend {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        let mut conn = settings.connect(LATE)?;
        let mut migrator = settings.migrator();
        if self.only_writer {
            migrator = migrator.only_writer();
        }
        if self.dry_run {
            return print(&migrator, &mut conn, out);
        }
        let report = migrator.mend(&mut conn)?;
        for drift in report.left() {
            writeln!(out, "left: {drift}")?;
        }
        writeln!(out, "{report}")?;
        Ok(verdict(report.left()))
    }
}

fn print(migrator: &Migrator, conn: &mut Conn, out: &mut impl Write) -> Outcome {
    use quicksight_migrations::Mend;

    let drifts = migrator.verify(conn)?;
    writeln!(out, "{STRICT}")?;
    for drift in drifts {
        match drift.mend() {
            Mend::Sql(sql) => writeln!(out, "{sql};")?,
            // A name may hold a line break, behind which it would be a statement.
            _ => writeln!(out, "-- {}", drift.to_string().replace(['\n', '\r'], " "))?,
        }
    }
    Ok(Exit::Done)
}
