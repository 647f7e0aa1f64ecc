//! What Amazon QuickSight needs beside the tables, without installing the command.
//!
//! ```text
//! cargo run --example quicksight --all-features -- views
//! ```

#[allow(dead_code)] // Its own main takes the words as they are.
#[path = "../src/bin/quicksight-migrations/main.rs"]
mod command;

use std::{env, ffi::OsString, iter, process::ExitCode};

fn main() -> ExitCode {
    let program = env::args_os().next().unwrap_or_default();
    let words = iter::once(program).chain(iter::once(OsString::from("quicksight")));
    command::run(words.chain(env::args_os().skip(1)))
}
