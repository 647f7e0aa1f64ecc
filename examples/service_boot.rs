//! What `main()` of a service looks like: connect, migrate, serve.
//!
//! ```text
//! QUICKSIGHT_DATABASE_URL=mysql://app@localhost/tsp cargo run --example service_boot
//! ```

use std::{env, error::Error, process::ExitCode, time::Duration};

use log::{error, info};
use mysql::{Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, prelude::Queryable};
use quicksight_migrations::Migrator;

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            error!("{}", chain(&*cause));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let url = env::var("QUICKSIGHT_DATABASE_URL").map_err(
        |_| "set QUICKSIGHT_DATABASE_URL to the database, as in mysql://app@localhost/tsp",
    )?;
    let pool = connect(&url)?;
    migrate(&pool)?;
    serve(&pool)
}

/// A pool that never waits for ever: not for a host that is gone, and not for a silent one. It is
/// small, because every replica has one and the server's connections are for all of them.
fn connect(url: &str) -> Result<Pool, Box<dyn Error>> {
    let limits = PoolOpts::new().with_constraints(PoolConstraints::new(1, 4).ok_or("1 <= 4")?);
    let opts = Opts::from_url(url).map_err(|error| format!("the URL cannot be read: {error}"))?;
    let opts = OptsBuilder::from_opts(opts)
        .tcp_connect_timeout(Some(Duration::from_secs(5)))
        .read_timeout(Some(Duration::from_mins(2)))
        .write_timeout(Some(Duration::from_secs(30)))
        .pool_opts(limits);
    Ok(Pool::new(opts)?)
}

/// Before anything is served: after `Ok` the tables are there, after `Err` the orchestrator
/// restarts us, and the next attempt goes on where this one stopped.
fn migrate(pool: &Pool) -> Result<(), Box<dyn Error>> {
    let outcome = Migrator::new()
        .lock_timeout(Duration::from_mins(5))
        .metadata_lock_timeout(Duration::from_secs(20))
        .run(&mut pool.get_conn()?);
    match outcome {
        Ok(report) => {
            info!("{report}");
            Ok(())
        }
        Err(error) => {
            let again = if error.is_retryable() { "a restart may help" } else { "see the cause" };
            Err(format!("the database is not ready ({again}): {}", chain(&error)).into())
        }
    }
}

/// Where a real service would answer requests.
fn serve(pool: &Pool) -> Result<(), Box<dyn Error>> {
    let users: Option<u64> = pool.get_conn()?.query_first("SELECT COUNT(*) FROM auth_user")?;
    info!("serving {} users", users.unwrap_or_default());
    Ok(())
}

/// A message and each of its causes, on one line of the log.
fn chain(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", chain(cause)),
        None => error.to_string(),
    }
}
