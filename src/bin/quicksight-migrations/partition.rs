//! `partition`: partitions by date, and retention.

use std::{io::Write, time::SystemTime};

use clap::{Args, ValueEnum};
use quicksight_migrations::{
    partition::{self, Policy, Span, Table},
    time::{Date, OffsetDateTime},
};

use super::{
    Exit, Outcome,
    settings::{LATE, Settings},
};

#[derive(Args)]
#[allow(clippy::struct_excessive_bools)] // They are words of a command line.
pub(super) struct Partition {
    /// Print what would be done and what the tables lose by it, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the command that makes the first partitions while others write, and change nothing
    #[arg(long, conflicts_with = "dry_run")]
    online: bool,
    /// This table alone [else: all four that grow with every day]
    #[arg(long, value_name = "TABLE", value_parser = table)]
    table: Option<Table>,
    /// How much time one partition takes the rows of
    #[arg(long, value_name = "INTERVAL", default_value = "month")]
    by: By,
    /// Drop the partitions whose rows are all older than that, as in 24m, 8w or 90d [else: none]
    #[arg(long, value_name = "SPAN", value_parser = span)]
    retain: Option<Span>,
    /// Move those rows into tables of their own, such as `trip_p2024_12`, instead of dropping them
    #[arg(long, requires = "retain")]
    archive: bool,
    /// Up to when there are partitions, from today on [else: 3m, or 8w by week, or 30d by day]
    #[arg(long, value_name = "SPAN", value_parser = span)]
    ahead: Option<Span>,
    /// The first time: rows from before that day share one partition
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    since: Option<Date>,
    /// Nobody writes to other nodes of the cluster now
    #[arg(long)]
    only_writer: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Month,
    Week,
    Day,
}

impl Partition {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        let mut conn = settings.connect(LATE)?;
        let mut migrator = settings.migrator();
        if self.only_writer {
            migrator = migrator.only_writer();
        }
        let (today, policy) = (OffsetDateTime::from(SystemTime::now()).date(), self.policy());
        // Nothing is done to one table if another one is refused.
        let mut plans = Vec::new();
        for table in self.tables() {
            let layout = partition::look(&mut conn, table)?;
            plans.push(partition::plan(&layout, today, &policy)?);
        }
        for plan in &plans {
            if self.online {
                match plan.online_command(&mut conn, &settings.opts()?)? {
                    Some(command) => writeln!(out, "{command}")?,
                    None => writeln!(out, "# {}: its partitions are there", plan.table())?,
                }
            } else if self.dry_run {
                writeln!(out, "{plan}")?;
                for dropped in plan.count_drops(&mut conn)? {
                    writeln!(out, "-- drops {dropped}")?;
                }
            } else {
                writeln!(out, "{}", migrator.partition(&mut conn, plan)?)?;
            }
        }
        Ok(Exit::Done)
    }

    fn tables(&self) -> Vec<Table> {
        self.table.map_or_else(|| Table::ALL.to_vec(), |table| vec![table])
    }

    fn policy(&self) -> Policy {
        let mut policy = match self.by {
            By::Month => Policy::monthly(),
            By::Week => Policy::weekly(),
            By::Day => Policy::daily(),
        };
        if let Some(span) = self.ahead {
            policy = policy.ahead(span);
        }
        if let Some(span) = self.retain {
            policy = policy.retain(span);
        }
        if self.archive {
            policy = policy.archive();
        }
        if let Some(day) = self.since {
            policy = policy.since(day);
        }
        policy
    }
}

fn table(name: &str) -> Result<Table, String> {
    Table::named(name).ok_or_else(|| format!("one of {}", Table::ALL.map(Table::as_str).join(", ")))
}

/// A count and its unit.
fn span(text: &str) -> Result<Span, String> {
    let wanted = || "a number and a unit, as in 24m, 8w or 90d".to_owned();
    let unit = text.chars().last().ok_or_else(wanted)?;
    let count = text.strip_suffix(unit).and_then(|count| count.parse().ok()).ok_or_else(wanted)?;
    match unit {
        'm' => Ok(Span::months(count)),
        'w' => Ok(Span::weeks(count)),
        'd' => Ok(Span::days(count)),
        _ => Err(wanted()),
    }
}

fn day(text: &str) -> Result<Date, String> {
    let mut parts = text.splitn(3, '-').map(str::parse::<u16>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) =
        (parts.next(), parts.next(), parts.next())
    else {
        return Err("a day, as in 2026-01-31".to_owned());
    };
    let month = u8::try_from(month).ok().and_then(|month| month.try_into().ok());
    let date = month
        .zip(u8::try_from(day).ok())
        .and_then(|(month, day)| Date::from_calendar_date(year.into(), month, day).ok());
    date.ok_or_else(|| "no day of the calendar".to_owned())
}
