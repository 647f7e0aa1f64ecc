//! The command `quicksight-migrations` without installing it.
//!
//! ```text
//! cargo run --example migrate -- --help
//! ```

#[path = "../src/bin/quicksight-migrations/main.rs"]
mod command;

fn main() -> std::process::ExitCode {
    command::main()
}
