//! `quicksight grants`: the accounts.

use std::io::Write;

use clap::Args;
use quicksight_migrations::quicksight;

use super::super::{Exit, Outcome, settings::NotUsable};

#[derive(Args)]
pub(super) struct Grants {
    /// The database of the tables
    #[arg(long)]
    database: String,
    /// Who makes the tables and the views, as in `deploy@10.0.0.%`
    #[arg(long, value_name = "ACCOUNT")]
    migrator: String,
    /// Let it drop or archive old rows of partitioned tables
    #[arg(long)]
    retention: bool,
    /// The service that boots and reads
    #[arg(long, value_name = "ACCOUNT")]
    service: String,
    /// QuickSight, which sees the views and nothing else, over TLS
    #[arg(long, value_name = "ACCOUNT")]
    reader: String,
    /// The job that runs `summarise`
    #[arg(long, value_name = "ACCOUNT")]
    summariser: Option<String>,
    /// Let the job install and remove the triggers of the exact mode
    #[arg(long, requires = "summariser")]
    exact_sums: bool,
    /// Let the service record movements of points and tokens
    #[arg(long)]
    ledger: bool,
}

impl Grants {
    pub(super) fn run(&self, out: &mut impl Write) -> Outcome {
        let mut grants = quicksight::Grants::on(&self.database)
            .migrator(&self.migrator)
            .service(&self.service)
            .reader(&self.reader);
        if self.retention {
            grants = grants.retention();
        }
        if self.ledger {
            grants = grants.ledger();
        }
        if let Some(summariser) = &self.summariser {
            grants = grants.summariser(summariser);
        }
        if self.exact_sums {
            grants = grants.exact_sums();
        }
        for statement in grants.statements().map_err(NotUsable::Account)? {
            writeln!(out, "{statement};")?;
        }
        Ok(Exit::Done)
    }
}
