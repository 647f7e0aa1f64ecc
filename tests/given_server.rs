//! Asks the server of `QUICKSIGHT_DATABASE_URL` whether the tests can use it, before hundreds of them
//! fail one by one. `make test` runs it first.

mod support;

use std::{env, process::ExitCode};

use mysql::Opts;
use support::given;

fn main() -> ExitCode {
    let url = env::var("QUICKSIGHT_DATABASE_URL").unwrap_or_default();
    let answer = Opts::from_url(&url)
        .map_err(|error| format!("this is no address of a MySQL server: {error}"))
        .and_then(|opts| given::check(&opts));
    match answer {
        Ok(server) => {
            println!("The tests use {server}.");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("QUICKSIGHT_DATABASE_URL: {problem}");
            ExitCode::FAILURE
        }
    }
}
