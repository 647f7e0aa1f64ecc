//! `summarise`: sum up the hours that are over, for reports that read sums.

use std::{error::Error, io::Write, time::Duration};

use clap::Args;
use quicksight_migrations::{
    analytics::DateRange,
    summary::{self, Policy},
    time::{Date, format_description},
};

use super::{
    Exit, Outcome,
    settings::{LATE, Settings},
};

#[derive(Args)]
pub(super) struct Summarise {
    /// Leave the newest hours to the rows [default: 24]
    #[arg(long, value_name = "HOURS")]
    look_back: Option<u32>,
    /// Sum up so many hours before the look-back once more, for what came late
    #[arg(long, value_name = "HOURS")]
    again: Option<u32>,
    /// Sum up these days once more, the second not included, as in: --rebuild 2025-03-01 2025-04-01
    #[arg(long, num_args = 2, value_names = ["FROM", "UNTIL"], value_parser = day,
        conflicts_with_all = ["look_back", "again", "compare"])]
    rebuild: Option<Vec<Date>>,
    /// Find the hours of these days whose sums are not those of their rows
    #[arg(long, num_args = 2, value_names = ["FROM", "UNTIL"], value_parser = day,
        conflicts_with_all = ["look_back", "again"])]
    compare: Option<Vec<Date>>,
    /// Have triggers note each hour that changes, and sum up all of them
    #[arg(long, conflicts_with_all = ["look_back", "again", "compare", "rebuild"])]
    install_triggers: bool,
    /// Remove these triggers, and look back again
    #[arg(long, conflicts_with_all = ["again", "compare", "rebuild", "install_triggers"])]
    remove_triggers: bool,
}

impl Summarise {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        let range = self.rebuild.as_deref().or(self.compare.as_deref()).map(range).transpose()?;
        let mut conn = settings.connect(LATE)?;
        if self.install_triggers {
            summary::install_triggers(&mut conn)?;
        } else if self.remove_triggers {
            summary::remove_triggers(&mut conn)?;
        }
        match range {
            None => writeln!(out, "{}", summary::refresh(&mut conn, &self.policy())?)?,
            Some(range) if self.rebuild.is_some() => {
                writeln!(out, "{}", summary::rebuild(&mut conn, range)?)?;
            }
            Some(range) => {
                let differences = summary::compare(&mut conn, range)?;
                for difference in &differences {
                    writeln!(out, "{difference}")?;
                }
                writeln!(out, "{} differences", differences.len())?;
                return Ok(if differences.is_empty() { Exit::Done } else { Exit::Found });
            }
        }
        Ok(Exit::Done)
    }

    fn policy(&self) -> Policy {
        let hours = |hours: u32| Duration::from_hours(hours.into());
        let policy = Policy::new();
        let policy = self.look_back.map_or(policy, |look_back| policy.look_back(hours(look_back)));
        self.again.map_or(policy, |again| policy.sum_again(hours(again)))
    }
}

fn range(days: &[Date]) -> Result<DateRange, Box<dyn Error>> {
    match days {
        [from, until] => Ok(DateRange::new(*from, *until)?),
        _ => Err("a range has two days".into()),
    }
}

fn day(text: &str) -> Result<Date, Box<dyn Error + Send + Sync>> {
    let form = format_description::parse_borrowed::<2>("[year]-[month]-[day]")?;
    Ok(Date::parse(text, &form)?)
}
