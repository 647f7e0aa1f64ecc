//! What every test needs: a server, and a database of its own on it.
#![allow(dead_code, unreachable_pub, unused_imports)] // Each test file uses its share of it.

mod blockade;
pub mod cluster;
mod database;
pub mod given;
pub mod migrations;
mod next_release;
pub mod odd;
pub mod replica;
pub mod server;
mod session;
pub mod statements;
pub mod wire;

use std::{
    path::PathBuf,
    process::Command,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

pub use blockade::{Blockade, backup, lock_holder};
pub use cluster::Cluster;
pub use database::{
    Database, User, connect, database, database_named, database_on, is_partitioned, migrated,
    places_of_an_id, reopened, whole,
};
use mysql::{Conn, Opts, prelude::Queryable};
pub use next_release::NextRelease;
use quicksight_migrations::Error;
pub use server::{Flavor, Server};
pub use session::{ByHand, questions, settings};

/// Where the migrations are recorded, unless a service says otherwise.
pub const HISTORY: &str = "quicksight_schema_history";

/// The server that the tests of one file share: a throwaway one, or the one that
/// `QUICKSIGHT_DATABASE_URL` names.
static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    if let Some(opts) = server::given() {
        return Shared { opts, _server: None };
    }
    let server = Server::start(&["--skip-log-bin"]);
    Shared { opts: server.opts().into(), _server: Some(server) }
});

struct Shared {
    opts: Opts,
    _server: Option<Server>,
}

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut conn = connect(SHARED.opts.clone()).expect("connect");
    let version: Option<String> = conn.query_first("SELECT VERSION()").expect("ask");
    version.unwrap_or_default()
});

pub fn flavor() -> Flavor {
    Flavor::of_version(&VERSION)
}

/// The oldest one that is tested: it makes and drops tables in several steps, and hides no index.
pub fn is_mariadb_10_5() -> bool {
    flavor() == Flavor::MariaDb && VERSION.starts_with("10.5.")
}

/// A name that no other test has.
pub fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}_{}_{number}", std::process::id())
}

/// Quotes an identifier.
pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A message with all of its causes, as a reporter would print it.
pub fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// What a user was not allowed to do, and the right that it needs.
#[track_caller]
pub fn denied(error: &Error) -> &str {
    let Error::PermissionDenied { action, .. } = error else { panic!("{error:?}") };
    action
}

/// An example of this crate, to be run as a process. cargo builds the examples before the tests.
pub fn example(name: &str) -> Command {
    let program = std::env::current_exe().expect("a path of this program");
    let folder: PathBuf = program.ancestors().nth(2).expect("target/*/").join("examples");
    let program = folder.join(name);
    assert!(program.is_file(), "run `cargo build --examples` first, as `cargo test` alone does");
    Command::new(program)
}
