//! `completion`: print a script that completes the command in a shell.

use std::io::Write;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::{Exit, Line, Outcome};

#[derive(Args)]
pub(super) struct Completion {
    /// The shell, as in: source <(quicksight-migrations completion bash)
    shell: Shell,
}

impl Completion {
    pub(super) fn run(&self, out: &mut impl Write) -> Outcome {
        // It panics if it cannot write.
        let mut script = Vec::new();
        generate(self.shell, &mut Line::command(), "quicksight-migrations", &mut script);
        out.write_all(&script)?;
        Ok(Exit::Done)
    }
}
