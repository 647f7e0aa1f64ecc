//! `quicksight`: what Amazon QuickSight needs beside the tables.

mod check;
mod diagram;
mod grants;
mod template;
mod views;

use std::io::Write;

use clap::{Args, Subcommand};

use super::{Outcome, settings::Settings};

#[derive(Args)]
pub(super) struct Quicksight {
    #[command(subcommand)]
    word: Word,
}

#[derive(Subcommand)]
enum Word {
    /// Print the SQL of the views without personal data, or make or drop them
    Views(views::Views),
    /// Print the GRANT statements of the three accounts
    Grants(grants::Grants),
    /// Print the tables and what points to what, as a diagram in the language of Mermaid
    Diagram(diagram::Diagram),
    /// Print the CloudFormation template, or write it to a file
    Template(template::Template),
    /// Look for what a template refers to and does not have
    Check(check::Check),
}

impl Quicksight {
    pub(super) fn run(&self, settings: &Settings, out: &mut impl Write) -> Outcome {
        match &self.word {
            Word::Views(views) => views.run(settings, out),
            Word::Grants(grants) => grants.run(out),
            Word::Diagram(diagram) => diagram.run(out),
            Word::Template(template) => template.run(settings, out),
            Word::Check(check) => check.run(out),
        }
    }
}
