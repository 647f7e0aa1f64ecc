//! `down`: drop the tables, if that is meant.

use std::{
    error::Error,
    io::{Write, stderr, stdin},
};

use clap::Args;
use mysql::{Conn, prelude::Queryable};

use super::{
    Exit, Outcome,
    settings::{LATE, Settings},
};

#[derive(Args)]
pub(super) struct Down {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Drop tables that hold rows, and the rows with them
    #[arg(long)]
    discard_data: bool,
    /// Nobody writes to other nodes of the cluster now
    #[arg(long)]
    only_writer: bool,
}

impl Down {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        let mut conn = settings.connect(LATE)?;
        let mut migrator = settings.migrator();
        if self.discard_data {
            migrator = migrator.discard_data();
        }
        if self.only_writer {
            migrator = migrator.only_writer();
        }
        if !self.yes {
            // Nobody should be asked first and refused afterwards.
            let drops = migrator.rollback_plan(&mut conn)?;
            if !drops.is_empty() && !self.is_confirmed(&mut conn, &drops)? {
                writeln!(out, "nothing was dropped")?;
                return Ok(Exit::CouldNot);
            }
        }
        writeln!(out, "{}", migrator.rollback(&mut conn)?)?;
        Ok(Exit::Done)
    }

    /// Asks for the database's name, which nobody types by accident. No answer is a no.
    fn is_confirmed(&self, conn: &mut Conn, drops: &[String]) -> Result<bool, Box<dyn Error>> {
        let database: Option<String> = conn.query_first("SELECT DATABASE()")?;
        let database = database.unwrap_or_default();
        let views = drops.iter().filter(|drop| drop.starts_with("DROP VIEW")).count();
        let views = if views == 0 { String::new() } else { format!(" and {views} views") };
        let rows = if self.discard_data { " with all their rows" } else { "" };
        let _ = write!(
            stderr(),
            "This drops the QuickSight tables{views} of the database {database}{rows}. Type its name: "
        );
        let mut answer = String::new();
        let length = stdin().read_line(&mut answer)?;
        Ok(length > 0 && answer.trim() == database)
    }
}
