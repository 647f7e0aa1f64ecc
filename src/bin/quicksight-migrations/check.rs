//! `check`: look for rows that should not be there.

use std::{error::Error, io::Write, time::Duration};

use clap::Args;
use quicksight_migrations::{
    integrity::{Check as Rule, Monitor, MonitorReport, QualityIssue},
    time::{PrimitiveDateTime, format_description},
};
use serde_json::{Value, json};

use super::{
    Exit, Outcome,
    settings::{LATE, Settings, seconds},
};

#[derive(Args)]
pub(super) struct Check {
    /// Run these checks alone, as in: `--only broken_pair,duplicate_points`
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = named)]
    only: Vec<Rule>,
    /// Find only rows since this moment in US/Central, as in: --since '2025-03-01 00:00:00'
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    since: Option<PrimitiveDateTime>,
    /// Begin no check after so long
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    budget: Option<Duration>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Print the names of all checks, and look for nothing
    #[arg(long)]
    list: bool,
}

impl Check {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        if self.list {
            for rule in Rule::ALL {
                writeln!(out, "{rule}: {} of {}", rule.severity(), rule.table())?;
            }
            return Ok(Exit::Done);
        }
        let report = self.monitor().run(&mut settings.connect(LATE)?)?;
        if self.json {
            writeln!(out, "{:#}", as_json(&report))?;
        } else {
            for issue in report.issues() {
                writeln!(out, "{}: {}: {issue}", issue.severity(), issue.check())?;
            }
            writeln!(out, "{report}")?;
        }
        Ok(match (report.issues().is_empty(), report.left_out().is_empty()) {
            (false, _) => Exit::Found,
            (true, false) => Exit::CouldNot,
            (true, true) => Exit::Done,
        })
    }

    fn monitor(&self) -> Monitor<'_> {
        let mut monitor = Monitor::new()
            .on_progress(|rule| log::info!(target: "quicksight_migrations", "looking for {rule}"));
        if !self.only.is_empty() {
            monitor = monitor.only(self.only.iter().copied());
        }
        if let Some(since) = self.since {
            monitor = monitor.since(since);
        }
        if let Some(budget) = self.budget {
            monitor = monitor.budget(budget);
        }
        monitor
    }
}

fn as_json(report: &MonitorReport) -> Value {
    let left_out: Vec<_> = report.left_out().iter().map(|rule| rule.as_str()).collect();
    let findings: Vec<_> = report.issues().iter().map(finding).collect();
    json!({ "findings": findings, "ran": report.ran(), "left_out": left_out })
}

fn finding(issue: &QualityIssue) -> Value {
    json!({
        "check": issue.check().as_str(),
        "severity": issue.severity().as_str(),
        "table": issue.table(),
        "rows": issue.total(),
        "ids": issue.ids(),
        "message": issue.to_string(),
    })
}

fn named(name: &str) -> Result<Rule, String> {
    Rule::named(name).ok_or_else(|| "there is no such check; --list prints all".to_owned())
}

fn moment(text: &str) -> Result<PrimitiveDateTime, Box<dyn Error + Send + Sync>> {
    let form = "[year]-[month]-[day] [hour]:[minute]:[second]";
    let form = format_description::parse_borrowed::<2>(form)?;
    Ok(PrimitiveDateTime::parse(text, &form)?)
}
