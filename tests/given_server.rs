//! Asks the server of `QUICKSIGHT_DATABASE_URL` whether the tests can use it, before hundreds of them
//! fail one by one. `make test` runs it first.

mod support;

use std::process::ExitCode;

use support::{given, server};

fn main() -> ExitCode {
    let Some(opts) = server::given() else {
        eprintln!("QUICKSIGHT_DATABASE_URL names no server");
        return ExitCode::FAILURE;
    };
    match given::check(&opts) {
        Ok(server) => println!("The tests use {server}."),
        Err(problem) => {
            eprintln!("QUICKSIGHT_DATABASE_URL: {problem}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
