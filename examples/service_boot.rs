//! What `main()` of a service looks like: connect, migrate, serve.
//!
//! ```text
//! QUICKSIGHT_DATABASE_URL=mysql://app@localhost/tsp cargo run --example service_boot
//! ```

use std::{env, error::Error, time::Duration};

use log::{error, info};
use mysql::{Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, prelude::Queryable};
use quicksight_migrations::Migrator;

fn main() -> Result<(), Box<dyn Error>> {
    // refinery logs each step too; this crate's own lines say the same in fewer.
    let filter = env_logger::Env::default().default_filter_or("info,refinery_core=warn");
    env_logger::Builder::from_env(filter).init();

    let pool = connect(&env::var("QUICKSIGHT_DATABASE_URL")?)?;
    migrate(&pool)?;
    serve(&pool)
}

/// A pool that never waits for ever: not for a host that is gone, and not for a silent one.
fn connect(url: &str) -> Result<Pool, Box<dyn Error>> {
    let limits = PoolOpts::new().with_constraints(PoolConstraints::new(1, 10).ok_or("1 <= 10")?);
    let opts = OptsBuilder::from_opts(Opts::from_url(url)?)
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
            error!("the database is not ready ({again}): {error}");
            Err(error.into())
        }
    }
}

/// Where a real service would answer requests.
fn serve(pool: &Pool) -> Result<(), Box<dyn Error>> {
    let users: Option<u64> = pool.get_conn()?.query_first("SELECT COUNT(*) FROM auth_user")?;
    info!("serving {} users", users.unwrap_or_default());
    Ok(())
}
